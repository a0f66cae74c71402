package org.posthouse.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What can be wrong with routes, said with file, line and mend. */
class RoutingMistakesTest {
    @TempDir Path folder;
    private SampleConf conf;

    @BeforeEach
    void someBundles() throws IOException {
        conf = SampleConf.in(folder);
    }

    @Test
    void readsRoutesInTheOrderOfTheFile() throws IOException {
        var right = conf.right(SampleConf.TOP + "[routing]\nrelay-domains = .backup.test\nsmarthost = smtp:[a.test]:587\n"
                + "[route b]\nvia = discard\n[route a]\nto = x.test, .y.test, ann@z.test\nfrom = *\nvia = lmtp:127.0.0.1:24\n");
        assertEquals(List.of("route b", "route a"), right.routes().stream().map(Values::section).toList());
        assertEquals("*", right.routes().getFirst().text("to"));
        assertEquals("internet", right.routing().text("preset"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "routing | preset = smarthst | preset: 'smarthst' is not one of internet, smarthost, satellite, local; write smarthost",
        "routing | preset = satellite | preset: satellite sends all mail to one host, and none is named; write smarthost = smtp:[relay.example]:587",
        "routing | smarthost = relay.example | smarthost: 'relay.example' is not a transport; write local, smtp, smtp:[relay.example]:587, lmtp:host:24, error:5.1.6 text, discard or hold",
        "routing | smarthost = discard | smarthost: discard is no host; write it like smtp:[relay.example]:587",
        "routing | relay-domains = Example.ORG | relay-domains: Example.ORG is one of domains already; take it out of one of the two",
        "routing | relay-domains = a@b.test | relay-domains: 'a@b.test' is no domain; write them like example.org, .example.org",
        "routing | relay-recipients = x@ | relay-recipients: 'x@' is neither an address nor a domain; write ann@example.org, example.org for anybody there, or :include:FILE",
        "routing | sender-canonical = a@b.test | sender-canonical: 'a@b.test' does not say who is who; write old@example.test -> new@example.org, or @old.example -> @new.example",
        "routing | srs-domain = a b | srs-domain: 'a b' is not a domain; write one of domains, or leave it out",
        "route x | via = smpt:[a.test]:25 | via: there is no transport smpt; write smtp",
        "route x | via = smtp:[a.test]:99999 | via: 'smtp:[a.test]:99999': 99999 is no port; write 1 to 65535",
        "route x | via = smtp:a b | via: 'smtp:a b' names no host; write a host in brackets, smtp:[relay.example]:587, or a domain, smtp:example.org",
        "route x | via = lmtp | via: 'lmtp' names no host; write local, smtp, smtp:[relay.example]:587, lmtp:host:24, error:5.1.6 text, discard or hold",
        "route x | via = error:no | via: 'error:no' has no status and text; write it like error:5.1.6 has moved to example.org",
    })
    void namesAMistakeInOneLine(String section, String line, String problem) throws IOException {
        assertEquals(List.of("posthouse.conf:4: " + problem), conf.wrong(SampleConf.TOP + "[" + section + "]\n" + line + "\n"));
    }

    @Test
    void aRouteNeedsATransportAndMayNotSpeakOfTheSameTwice() throws IOException {
        assertEquals(List.of("posthouse.conf:3: via is missing in [route x]; write via = ...: local, smtp, smtp:[host]:port, lmtp:host:port, "
                + "error:5.x.x text, discard, hold, or what another delivery bundle accepts"), conf.wrong(SampleConf.TOP + "[route x]\n"));
        assertEquals(List.of("posthouse.conf:8: to: another route speaks of A.test from b.test already; keep one of them"),
                conf.wrong(SampleConf.TOP + "[route x]\nto = a.test\nfrom = b.test\nvia = smtp\n[route y]\nto = A.test\nfrom = b.test\nvia = hold\n"));
        assertEquals(List.of("posthouse.conf:5: fallback: there is none for hold; take it out"),
                conf.wrong(SampleConf.TOP + "[route x]\nvia = hold\nfallback = smtp:[a.test]\n"));
    }
}
