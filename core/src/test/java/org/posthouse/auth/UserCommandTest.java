package org.posthouse.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.posthouse.net.FixedSite;
import org.posthouse.swap.Plugins;

class UserCommandTest {
    private final Plugins<Directory> plugins = new Plugins<>("directory");
    private final MemoryDirectory directory = new MemoryDirectory();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String input, String... args) {
        out.reset();
        err.reset();
        return new UserCommand(new Directories(plugins), new FixedSite("mail.here.example", "here.example")).run(List.of(args),
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private int runWithDirectory(String input, String... args) {
        plugins.arrive("directory-memory", directory, Map.of());
        return run(input, args);
    }

    private void oneLineOnErr(String part) {
        var text = err.toString(StandardCharsets.UTF_8);
        assertEquals(1, text.lines().count(), text);
        assertTrue(text.contains(part), text);
    }

    @Test void addsChangesListsAndRemoves() throws Exception {
        assertEquals(0, runWithDirectory("secret\nnot this\n", "add", "Ann", "--password-stdin"));
        assertEquals(Check.RIGHT, directory.check("ann@here.example", "secret".toCharArray()));
        assertEquals(0, run("new\r\n", "password", "--password-stdin", "ann@here.example"));
        assertEquals(Check.RIGHT, directory.check("ann@here.example", "new".toCharArray()));
        assertEquals(0, run("", "list"));
        assertEquals("ann@here.example\n", out.toString(StandardCharsets.UTF_8));
        assertEquals(0, run("", "list", "--json"));
        assertEquals("[{\"name\":\"ann@here.example\",\"attributes\":{}}]\n", out.toString(StandardCharsets.UTF_8));
        assertEquals(0, run("", "remove", "ann"));
        assertTrue(directory.list().isEmpty());
    }

    @Test void thePasswordIsPreparedAsAtLogin() throws Exception {
        assertEquals(0, runWithDirectory("p\u0061\u0302ss", "add", "ann"));
        assertEquals(Check.RIGHT, directory.check("ann@here.example", "p\u00e2ss".toCharArray()));
    }

    @Test void anApplicationPasswordIsShownOnceAndLetsIn() throws Exception {
        runWithDirectory("secret\n", "add", "ann");
        assertEquals(0, run("", "app-password", "add", "Ann", "phone"));
        var shown = out.toString(StandardCharsets.UTF_8).strip();
        assertTrue(shown.matches("([a-z2-9]{6}-){3}[a-z2-9]{6}"), shown);
        assertEquals(Check.RIGHT, directory.check("ann@here.example", shown.toCharArray()));
        assertEquals(0, run("", "app-password", "list", "ann"));
        assertEquals("phone\n", out.toString(StandardCharsets.UTF_8));
        assertEquals(0, run("", "app-password", "remove", "ann", "phone"));
        assertEquals(Check.WRONG, directory.check("ann@here.example", shown.toCharArray()));
        assertEquals(1, run("", "app-password", "remove", "ann", "phone"));
        assertEquals(1, run("", "app-password", "add", "eve", "phone"));
        oneLineOnErr("user list");
        for (var args : List.of(List.of("app-password"), List.of("app-password", "add", "ann"), List.of("app-password", "list"),
                List.of("app-password", "show", "ann"))) {
            assertEquals(2, run("", args.toArray(String[]::new)), args.toString());
            oneLineOnErr("app-password add NAME LABEL");
        }
    }

    @Test void badUseIsTwo() {
        for (var args : List.of(List.<String>of(), List.of("add"), List.of("add", "a", "b"), List.of("frob", "x"),
                List.of("list", "x"), List.of("remove", "--json"))) {
            assertEquals(2, runWithDirectory("pw\n", args.toArray(String[]::new)), args.toString());
            oneLineOnErr("list [--json]");
        }
    }

    @Test void refusalsAreOneWithTheMend() {
        assertEquals(1, runWithDirectory("\n", "add", "ann"));
        oneLineOnErr("one line");
        assertEquals(1, run("x".repeat(5000), "add", "ann"));
        oneLineOnErr("one line");
        assertEquals(0, run("pw", "add", "ann"));
        assertEquals(1, run("pw", "add", "ann"));
        oneLineOnErr("user password ann@here.example");
        assertEquals(1, run("", "remove", "bob"));
        oneLineOnErr("user list");
    }

    @Test void withoutADirectoryItSaysWhatIsMissing() {
        assertEquals(1, run("pw", "add", "ann"));
        oneLineOnErr("directory");
    }
}
