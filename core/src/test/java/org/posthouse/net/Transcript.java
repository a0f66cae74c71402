package org.posthouse.net;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.posthouse.message.Setting;

/**
 * Plays {@code src/test/resources/transcripts/*.txt}, written conversations between a client and our server, against a
 * protocol. A failure names file and line. JUnit runs them so:
 * <pre>{@code
 * @TestFactory Stream<DynamicTest> transcripts() { return Transcript.tests(SmtpStage::new); }
 * }</pre>
 *
 * <p>The file's first line is {@code # what it shows, and the RFC's section}. Then, one action a line:
 * <pre>
 * # ...            a comment; empty lines count as nothing
 * S: text          the server's next line is this. {@code <any>} matches anything; {@code <name>} (lower-case letters and
 *                  digits) captures at least one character, and stands for what it captured from then on
 * S*: text         the server's next lines match this, none or many
 * S: <closed>      the server has closed the connection
 * S: <nothing>     the server waits for input and has nothing more to say
 * C: text          the client sends this and CRLF; captured names are filled in
 * C\: text         the client sends this, raw: \r \n \t \0 \\ \xNN, and \{200*text} for text 200 times; no line end of its own
 * TLS              the client does its TLS handshake (after the go-ahead)
 * WAIT 5m          that time passes while the server waits for input
 * END              the server is asked to end the connection at its next idle point
 * EOF              the client ends its stream
 * [2] S: text      the same for a second connection, opened by its first mention; any small number
 * --               all connections hang up; what follows opens new ones
 * {@literal @}word text       told to the {@link Stage}. These are the runner's own, before a connection's first line:
 *                  {@literal @}role mx|submission, {@literal @}tls none|starttls|implicit, {@literal @}from address, {@literal @}segments octets
 * </pre>
 * Each {@code C} line is one segment (to send two commands in one, use the raw form). What the client sends before the first
 * {@code S:} has arrived before the greeting. When connections hang up the server must have nothing more to say, and its
 * protocol must end without any exception but an IOException. A Stage lives as long as its file.
 */
public final class Transcript {
    private static final Path FOLDER = Path.of("src/test/resources/transcripts");
    private static final Pattern LINE = Pattern.compile("(?:\\[(\\d)] )?(S\\*?|C\\\\?):(?: (.*))?");
    private static final Pattern NAME = Pattern.compile("<([a-z][a-z0-9]*)>");
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:([rnt0\\\\])|x([0-9a-fA-F]{2})|\\{(\\d+)\\*([^}]*)})");

    /** What a transcript is played against: the protocol in its surroundings. */
    public interface Stage {
        /** The protocol for one more connection. */
        Protocol protocol();

        /** An {@code @} line of the transcript, in its turn: arranges or asserts something. Not one of the runner's own. */
        default void told(String word, String text) {
            throw new AssertionError("this stage knows no @" + word);
        }
    }

    private final Path file;
    private final Stage stage;
    private final Map<String, String> captured = new HashMap<>();
    private final Map<String, ScriptedConnection> connections = new TreeMap<>();
    private final Map<String, StringBuilder> early = new TreeMap<>();
    private Listener.Role role = Listener.Role.MX;
    private Listener.Tls tls = Listener.Tls.NONE;
    private String from = "192.0.2.1";
    private int segments = Integer.MAX_VALUE;
    private int session;

    private Transcript(Path file, Stage stage) {
        this.file = file;
        this.stage = stage;
    }

    /** One test for each file of {@code src/test/resources/transcripts}, each with a stage of its own. */
    public static Stream<DynamicTest> tests(Supplier<? extends Stage> stage) {
        return tests(FOLDER, stage);
    }

    /** The same for the files of another folder. */
    public static Stream<DynamicTest> tests(Path folder, Supplier<? extends Stage> stage) {
        try (var files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".txt")).sorted().toList().stream().map(f -> test(f, stage));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DynamicTest test(Path file, Supplier<? extends Stage> stage) {
        return DynamicTest.dynamicTest(file.getFileName().toString(), file.toUri(), () -> new Transcript(file, stage.get()).play());
    }

    private void play() throws IOException {
        var lines = Files.readAllLines(file);
        if (lines.isEmpty() || !lines.getFirst().startsWith("# ")) {
            throw new AssertionError(file + ":1: the first line says what the transcript shows: # ...");
        }
        int number = 0;
        try {
            for (String line : lines) {
                number++;
                act(line);
            }
            hangUp();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(file + ":" + number + ": " + lines.get(number - 1) + "\n" + e.getMessage(), e);
        } finally {
            connections.values().forEach(ScriptedConnection::end);
        }
    }

    private void act(String line) throws IOException {
        if (line.isBlank() || line.startsWith("#")) {
            return;
        }
        if (line.equals("--")) {
            hangUp();
        } else if (line.startsWith("@")) {
            var words = line.substring(1).split(" ", 2);
            told(words[0], words.length > 1 ? words[1] : "");
        } else if (!spoken(line)) {
            happened(line.split(" "));
        }
    }

    private void told(String word, String text) {
        switch (word) {
            case "role" -> role = Listener.Role.valueOf(text.toUpperCase(Locale.ROOT));
            case "tls" -> tls = Listener.Tls.valueOf(text.toUpperCase(Locale.ROOT));
            case "from" -> from = text;
            case "segments" -> segments = Integer.parseInt(text);
            default -> stage.told(word, filled(text));
        }
    }

    private boolean spoken(String line) {
        var spoken = LINE.matcher(line);
        if (!spoken.matches()) {
            return false;
        }
        var who = Optional.ofNullable(spoken.group(1)).orElse("1");
        var text = Optional.ofNullable(spoken.group(3)).orElse("");
        switch (spoken.group(2)) {
            case "C" -> say(who, (filled(text) + "\r\n").getBytes(StandardCharsets.UTF_8));
            case "C\\" -> say(who, raw(filled(text)));
            case "S*" -> hearMany(connection(who), text);
            default -> hear(connection(who), text);
        }
        return true;
    }

    /** TLS, WAIT, END, EOF, each with [n] in front or not. */
    private void happened(String[] words) {
        boolean numbered = words[0].matches("\\[\\d]");
        var connection = connection(numbered ? words[0].substring(1, 2) : "1");
        int verb = numbered ? 1 : 0;
        switch (words[verb]) {
            case "TLS" -> connection.handshake();
            case "WAIT" -> connection.pass(Setting.duration("WAIT", words[verb + 1]));
            case "END" -> connection.askToEnd();
            case "EOF" -> connection.end();
            default -> throw new AssertionError("not a line of a transcript");
        }
    }

    private void say(String who, byte[] octets) {
        if (connections.containsKey(who)) {
            connections.get(who).send(octets);
        } else {
            early.computeIfAbsent(who, _ -> new StringBuilder()).append(new String(octets, StandardCharsets.ISO_8859_1));
        }
    }

    private ScriptedConnection connection(String who) {
        return connections.computeIfAbsent(who, this::connect);
    }

    private ScriptedConnection connect(String who) {
        var listener = new ScriptedConnection.TestListener(role, tls);
        var connection = new ScriptedConnection(ScriptedConnection.peer("S" + ++session, listener, from));
        connection.segments(segments);
        Optional.ofNullable(early.remove(who)).ifPresent(s -> connection.send(s.toString().getBytes(StandardCharsets.ISO_8859_1)));
        return connection.serve(stage.protocol());
    }

    private void hear(ScriptedConnection connection, String expected) {
        if (expected.equals("<closed>")) {
            connection.outcome();
            expect(expected, connection.line().orElse(expected));
        } else if (expected.equals("<nothing>")) {
            expect("", connection.rest());
        } else {
            expect(expected, connection.line().orElse("<closed>"));
        }
    }

    private void hearMany(ScriptedConnection connection, String expected) {
        while (connection.peekLine().filter(actual -> matching(expected, actual).matches()).isPresent()) {
            connection.line();
        }
    }

    private void expect(String expected, String actual) {
        var matching = matching(expected, actual);
        if (!matching.matches()) {
            throw new AssertionError("expected: " + filled(expected) + "\n  actual: " + actual);
        }
        matching.namedGroups().keySet().forEach(name -> captured.put(name, matching.group(name)));
    }

    private Matcher matching(String expected, String actual) {
        var pattern = new StringBuilder();
        var names = NAME.matcher(expected);
        int done = 0;
        while (names.find()) {
            pattern.append(Pattern.quote(expected.substring(done, names.start()))).append(part(names.group(1)));
            done = names.end();
        }
        pattern.append(Pattern.quote(expected.substring(done)));
        return Pattern.compile(pattern.toString()).matcher(actual);
    }

    private String part(String name) {
        if (name.equals("any")) {
            return ".*";
        }
        return captured.containsKey(name) ? Pattern.quote(captured.get(name)) : "(?<" + name + ">.+?)";
    }

    private String filled(String text) {
        return NAME.matcher(text).replaceAll(n -> Matcher.quoteReplacement(captured.getOrDefault(n.group(1), n.group())));
    }

    private static byte[] raw(String text) {
        var out = new ByteArrayOutputStream();
        var escapes = ESCAPE.matcher(text);
        int done = 0;
        while (escapes.find()) {
            out.writeBytes(text.substring(done, escapes.start()).getBytes(StandardCharsets.UTF_8));
            out.writeBytes(escaped(escapes));
            done = escapes.end();
        }
        out.writeBytes(text.substring(done).getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    private static byte[] escaped(Matcher escape) {
        if (escape.group(2) != null) {
            return new byte[] {(byte) Integer.parseInt(escape.group(2), 16)};
        }
        if (escape.group(3) != null) {
            return raw(escape.group(4).repeat(Integer.parseInt(escape.group(3))));
        }
        return new byte[] {switch (escape.group(1)) {
            case "r" -> '\r';
            case "n" -> '\n';
            case "t" -> '\t';
            case "0" -> 0;
            default -> '\\';
        }};
    }

    private void hangUp() {
        var open = new ArrayList<>(connections.values());
        connections.clear();
        for (String who : List.copyOf(early.keySet())) {
            open.add(connect(who));
        }
        for (var connection : open) {
            expect("", connection.rest());
            connection.end();
            connection.outcome().filter(thrown -> !(thrown instanceof IOException)).ifPresent(thrown -> {
                throw new AssertionError("the protocol threw " + thrown, thrown);
            });
        }
    }
}
