package org.posthouse.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every mistake is named with its file, its line and what would be right. */
class MistakesTest {
    @TempDir
    Path folder;
    private SampleConf conf;

    @BeforeEach
    void sample() throws IOException {
        conf = SampleConf.in(folder);
    }

    /** The line stands third, after the two that every configuration needs. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "hostnam = x                  | there is no key hostnam in the top lines; write hostname",
        "port = 25                    | there is no key port in the top lines; it belongs into [listener]",
        "garce = x                    | there is no key garce in the top lines; write grace",
        "metrics = x                  | there is no key metrics in the top lines; write metrics-port",
        "grace 5s                     | the line 'grace 5s' has no =; write grace = ...",
        "grace: 5s                    | the line 'grace: 5s' has no =; write grace = ...",
        "what is this?                | the line 'what is this?' has no =; write what = ...",
        "!                            | the line '!' has no =; write key = value, or # before a comment",
        "Trace_Days = 3               | the key 'Trace_Days' has characters that no key has; write trace-days",
        "trace.days = 3               | the key 'trace.days' has characters that no key has; write trace-days",
        "= 3                          | the key '' has characters that no key has; keys are written with a-z, 0-9 and -",
        "größe = 3                    | the key 'größe' has characters that no key has; keys are written with a-z, 0-9 and -",
        "trace-days = many            | trace-days: 'many' is not a whole number; write it like 14",
        "trace-days = 0               | trace-days: 0 is too low; the lowest is 1",
        "trace-days = 4000            | trace-days: 4000 is too high; the highest is 3650",
        "trace-days =                 | trace-days: '' is not a whole number; write it like 14",
        "trace-days = 99999999999     | trace-days: '99999999999' is not a whole number; write it like 14",
        "tls-provider = bcc           | tls-provider: 'bcc' is not one of jdk, bc; write bc",
        "recipient-delimiter = +-     | recipient-delimiter: '+-' is too long; it may have 1 characters",
        "store = ${hostnam}           | store: ${hostnam} is no key of this configuration; write ${hostname}",
        "store = ${env:HOME}          | store: ${env:HOME} is no key of this configuration; write ${key} of a top line, or ${section.key}",
        "store = ${script:js:1}       | store: ${script:js:1} is no key of this configuration; write ${key} of a top line, or ${section.key}",
        "store = ${store}             | store: the value leads back to itself; write out one of the values",
        "store = ${hostname           | store: the value has ${ without }; write ${key}, or $${ for the two characters",
        "[pipeline                    | the section's header '[pipeline' does not end with ]; write '[pipeline]'",
        "[pipeline] # all             | the section's header '[pipeline] # all' does not end with ]; "
            + "a comment needs a line of its own; write '[pipeline]'",
        "[Pipe/line]                  | the section's header '[Pipe/line]' is not a word and a name; "
            + "write it like [pipeline] or [listener mx], with a-z, 0-9 and -",
        "[]                           | the section's header '[]' is not a word and a name; "
            + "write it like [pipeline] or [listener mx], with a-z, 0-9 and -",
        "[pipelines]                  | [pipelines] is the section of no bundle; write [pipeline]",
        "[listner mx]                 | [listner mx] is the section of no bundle; write [listener mx]",
        "[filter-graylist]            | [filter-graylist] is the section of no bundle; write [filter-greylist]",
        "[zzz]                        | [zzz] is the section of no bundle; there are pipeline, routing, route, listener, delivery-local, directory-sql, filter-greylist",
        "[listener]                   | [listener] needs a name; write [listener NAME]",
        "[directory-sql]              | [directory-sql] needs a name; write [directory-sql NAME]",
        "[pipeline mx]                | [pipeline mx] takes no name; write [pipeline]",
        "[filter-greylist a]          | [filter-greylist a] takes no name; write [filter-greylist]",
    })
    void namesAMistakeInOneLine(String line, String problem) throws IOException {
        assertEquals(List.of("posthouse.conf:3: " + problem), conf.wrong(SampleConf.TOP + line + "\n"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "[filter-greylist]   | weight = heavy   | weight: 'heavy' is not a number; write it like 1.5",
        "[filter-greylist]   | learn = maybe    | learn: 'maybe' is neither yes nor no; write yes or no",
        "[filter-greylist]   | kind = sofd      | kind: 'sofd' is not one of soft, hard; write soft",
        "[filter-greylist]   | kind = purple    | kind: 'purple' is not one of soft, hard",
        "[filter-greylist]   | mode = shadows   | mode: 'shadows' is not one of enforce, shadow, off; write shadow",
        "[filter-greylist]   | max-sise = 3     | there is no key max-sise in [filter-greylist]; write max-size",
        "[filter-greylist]   | grace = 3s       | there is no key grace in [filter-greylist]; it belongs before the first section",
        "[delivery-local]    | budget = 3s      | there is no key budget in [delivery-local]; it belongs into [filter-greylist]",
        "[delivery-local]    | xyzzy = 3        | there is no key xyzzy in [delivery-local]; it has no keys",
        "[pipeline]          | submission-rate-account = 500 | submission-rate-account: '500' is not a rate; "
            + "write a number from 1 up and a time, like 500/1h or 20/1m",
        "[pipeline]          | refuse-score = x | refuse-score: 'x' is not a number; write it like 10",
    })
    void namesAMistakeInASection(String section, String line, String problem) throws IOException {
        assertEquals(List.of("posthouse.conf:4: " + problem), conf.wrong(SampleConf.TOP + section + "\n" + line + "\n"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "hostname = -a | example.test | 1: hostname: '-a' is not a host name; write it like mail.example.test",
        "hostname = 192.0.2.1 | example.test | 1: hostname: '192.0.2.1' is not a host name; write it like mail.example.test",
        "hostname = a b | example.test | 1: hostname: 'a b' is not a host name; write it like mail.example.test",
        "hostname = a | a..b | 2: domains: 'a..b' is not a mail domain; write them like example.test, example.org",
        "hostname = a | a b | 2: domains: 'a b' is not a mail domain; write them like example.test, example.org",
        "hostname = a | , | 2: domains: the list is empty; name at least one mail domain",
    })
    void namesNamesThatAreNone(String hostname, String domains, String problem) throws IOException {
        assertEquals(List.of("posthouse.conf:" + problem), conf.wrong(hostname + "\ndomains = " + domains + "\n"));
    }

    @Test
    void acceptsInternationalDomains() throws IOException {
        conf.right("hostname = localhost\ndomains = bücher.example, xn--bcher-kva.example\n");
    }

    @Test
    void refusesSubmissionWithoutTls() throws IOException {
        assertEquals(List.of("posthouse.conf:6: tls: a submission listener needs TLS, since users send their passwords; write implicit or starttls"),
                conf.wrong(SampleConf.TOP + "[listener s]\nport = 587\nrole = submission\ntls = none\nprotocol = smtp\n"));
    }

    @Test
    void refusesTwoListenersOnOnePort() throws IOException {
        var two = SampleConf.TOP + "[listener a]\nprotocol = smtp\nport = 25\n%s[listener b]\nprotocol = smtp\nport = 25\n%s";
        String problem = ": port: port 25 is taken by [listener a] at posthouse.conf:5; choose another port or address";
        assertEquals(List.of("posthouse.conf:8" + problem), conf.wrong(two.formatted("", "")));
        assertEquals(List.of("posthouse.conf:8" + problem), conf.wrong(two.formatted("", "address = 192.0.2.1\n")));
        assertEquals(List.of("posthouse.conf:9" + problem),
                conf.wrong(two.formatted("address = ::1\n", "address = 0:0:0:0:0:0:0:1\n")));
        conf.right(two.formatted("address = 192.0.2.1\n", "address = 192.0.2.2\n"));
        conf.right(two.replace("port = 25", "port = 0").formatted("", ""));
    }

    @Test
    void refusesAnAddressThatIsNone() throws IOException {
        assertEquals(List.of("posthouse.conf:6: address: 'localhost' is not an IP address; write it like 192.0.2.1 or 2001:db8::1"),
                conf.wrong(SampleConf.TOP + "[listener a]\nprotocol = smtp\nport = 25\naddress = localhost\n"));
    }

    @Test
    void collectsAllMistakes() throws IOException {
        assertEquals(List.of(
                "posthouse.conf:3: the line 'x' has no =; write x = ...",
                "posthouse.conf:4: trace-days: 'y' is not a whole number; write it like 14",
                "posthouse.conf:5: the section's header '[listener mx' does not end with ]; write '[listener mx]'",
                "posthouse.conf:6: port: 70000 is too high; the highest is 65535"),
                conf.wrong(SampleConf.TOP + "x\ntrace-days = y\n[listener mx\nport = 70000\nprotocol = smtp\n"));
    }

    @Test
    void namesCyclesOverSeveralKeys() throws IOException {
        assertEquals(List.of("posthouse.conf:3: store: the value leads back to itself; write out one of the values",
                "posthouse.conf:4: grace: the value leads back to itself; write out one of the values"),
                conf.wrong(SampleConf.TOP + "store = ${grace}\ngrace = ${store}\n").stream().filter(p -> p.contains("leads"))
                        .toList());
    }

    /** The line stands third. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "enable = protocol-smpt, filter-sample | enable: there is no bundle protocol-smpt; write protocol-smtp",
        "disable = filter-grey                 | disable: there is no bundle filter-grey; write filter-greylist",
        "store = store-maildri                 | store: there is no bundle store-maildri; write store-maildir",
        "directories = directory-file, x       | directories: there is no bundle x; there are directory-file",
        "recipient-delimiter = @               | recipient-delimiter: '@' comes before the domain; write + or leave it empty",
        "postmaster = ann@nowhere.test         | postmaster: 'ann@nowhere.test' is not in one of the domains; "
            + "write an address of example.test, example.org"})
    void namesWhatWouldOnlyShowWhenItRuns(String line, String problem) throws IOException {
        assertEquals(List.of("posthouse.conf:3: " + problem), house().wrong(SampleConf.TOP + line + "\n"));
    }

    @Test
    void namesAProtocolThatNobodySpeaks() throws IOException {
        var listener = "[listener mx]\nport = 25\nprotocol = ";
        assertEquals(List.of("posthouse.conf:5: protocol: 'smpt' is not a protocol; write smtp"),
                house().wrong(SampleConf.TOP + listener + "smpt\n"));
        house().right(SampleConf.TOP + listener.replace("25", "24") + "lmtp\n");
        assertEquals(List.of("posthouse.conf:4: port: LMTP must not be spoken on port 25 (RFC 2033); write 24, for one"),
                house().wrong(SampleConf.TOP + listener + "lmtp\n"));
        house().right(SampleConf.TOP + "enable = filter-sample, filter-x*\npostmaster = ann@EXAMPLE.org\n" + listener + "echo\n");
    }

    private SampleConf house() throws IOException {
        var jars = new ArrayList<>(conf.jars());
        for (var name : List.of("protocol-smtp", "store-maildir", "directory-file")) {
            jars.add(SampleJar.without(folder.resolve(name + ".jar"), name));
        }
        return new SampleConf(folder, jars);
    }

    @Test
    void stopsReferencesThatMultiply() throws IOException {
        var text = new StringBuilder(SampleConf.TOP + "[filter-greylist]\ntext = 0123456789\n");
        String before = "filter-greylist.text";
        for (int i = 0; i < 30; i++) {
            text.append("[directory-sql x" + i + "]\nurl = ${" + before + "}${" + before + "}${" + before + "}\n");
            before = "directory-sql x" + i + ".url";
        }
        var problems = conf.wrong(text.toString());
        assertTrue(problems.getFirst().endsWith("url: the value grows beyond 65536 characters or 100 references; write it without so many references"), problems.toString());
    }

    @Test
    void stopsReferencesThatLeadFar() throws IOException {
        var text = new StringBuilder(SampleConf.TOP);
        for (int i = 0; i < 200; i++) {
            text.append("[directory-sql x" + i + "]\nurl = ${directory-sql x" + (i + 1) + ".url}\n");
        }
        var problems = conf.wrong(text + "[directory-sql x200]\nurl = here\n");
        assertTrue(problems.getFirst().contains("or 100 references"), problems.toString());
    }

    @Test
    void namesBytesThatAreNoText() throws IOException {
        Files.write(folder.resolve("posthouse.conf"), (SampleConf.TOP + "store = \u00ff\n")
                .getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(List.of(folder + "/posthouse.conf:3: the line is not UTF-8; save the file in UTF-8"),
                ((Checked.Wrong) conf.load()).problems().stream().map(Problem::toString).toList());
        assertEquals(List.of("posthouse.conf:3: the line has the control character 00; remove it"),
                conf.wrong(SampleConf.TOP + "store = a\0b\n"));
        assertEquals(List.of("posthouse.conf:3: the line has 9008 octets; a line may have 8192"),
                conf.wrong(SampleConf.TOP + "store = " + "x".repeat(9000) + "\n"));
    }

    @Test
    void keepsCommentSignsInsideValues() throws IOException {
        var c = conf.right("\ufeff# one\r\n  ; two\r\n" + SampleConf.TOP.replace("\n", "\r\n")
                + "[directory-sql x]\nurl = a;b#c = d\n");
        assertEquals("a;b#c = d", c.pids().get("directory-sql~x").get("url"));
    }

    @Test
    void namesAFileThatIsNone() throws IOException {
        Files.createDirectories(folder.resolve("conf.d/x.conf"));
        assertEquals(List.of("conf.d/x.conf: cannot be read: Is a directory; it must be a file that this user may read"),
                conf.wrong(SampleConf.TOP));
    }

    @Test
    void namesABundleThatCannotBeRead() throws IOException {
        Files.writeString(folder.resolve("filter-bad.jar"), "no jar");
        var wrong = new SampleConf(folder, List.of(folder.resolve("filter-bad.jar"))).wrong(SampleConf.TOP);
        assertTrue(wrong.getFirst().startsWith("filter-bad.jar: cannot be read as a bundle: "), wrong.toString());
    }

    @Test
    void believesTheHigherVersionOfABundle() throws IOException {
        var old = SampleJar.greylist(folder.resolve("old.jar"), "1.9.0", "");
        var young = SampleJar.greylist(folder.resolve("young.jar"), "1.10.0", "<AD id=\"young\" type=\"String\" default=\"\"/>");
        new SampleConf(folder, List.of(young, old)).right(SampleConf.TOP + "[filter-greylist]\nyoung = x\n");
    }

    @Test
    void refusesEntitiesInMetatypeFiles() throws IOException {
        var jar = SampleJar.write(folder.resolve("filter-xxe.jar"), "filter-xxe", "1.0.0",
                "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><OCD id=\"a\"><AD id=\"b\" default=\"\"/>&a;</OCD>");
        var wrong = new SampleConf(folder, List.of(jar)).wrong(SampleConf.TOP);
        assertTrue(wrong.getFirst().startsWith("filter-xxe.jar: cannot be read as a bundle: "), wrong.toString());
    }
}
