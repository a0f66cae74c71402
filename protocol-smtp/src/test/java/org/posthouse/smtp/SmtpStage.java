package org.posthouse.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.posthouse.auth.FixedAccounts;
import org.posthouse.message.Status;
import org.posthouse.message.Unavailable;
import org.posthouse.net.Connection;
import org.posthouse.net.FixedSite;
import org.posthouse.net.Protocol;
import org.posthouse.net.ScriptedConnection;
import org.posthouse.net.Transcript;
import org.posthouse.observe.MemoryTrace;
import org.posthouse.pipeline.RecordingIntake;

/**
 * The protocol with a recording intake and ann's account (password {@code secret}). Its transcripts may say:
 * {@code @speak lmtp}, {@code @set key value}, {@code @member address of}, {@code @refuse-sender address code text}, {@code @refuse-recipient address code text},
 * {@code @judge address code text}, {@code @refuse-content octets code text}, {@code @fail begin|from|to|data},
 * {@code @away begin|from|to|data}, {@code @no-accounts}; and to assert {@code @messages count}, {@code @traced what {name=value}}, {@code @from}, {@code @to}, {@code @text}
 * (with \r \n), {@code @hello}, {@code @protocol}, {@code @cipher}, {@code @account} of the last message.
 */
final class SmtpStage implements Transcript.Stage {
    private final Map<String, Object> settings = new HashMap<>();
    private final FixedAccounts accounts = new FixedAccounts("example.test").with("ann", "secret");
    private final MemoryTrace trace = new MemoryTrace();
    private Dialect dialect = Dialect.SMTP;
    final RecordingIntake intake = new RecordingIntake();

    @Override
    public Protocol protocol() {
        return new Protocol() {
            @Override
            public String name() {
                return dialect == Dialect.LMTP ? "lmtp" : "smtp";
            }

            @Override
            public void serve(Connection client) throws IOException {
                var clock = ((ScriptedConnection) client).clock();
                var services = new SmtpProtocol.Services(new FixedSite("mx.here.example", "here.example"), intake, accounts, trace, clock);
                (dialect == Dialect.LMTP ? new LmtpProtocol(config(settings), services) : new SmtpProtocol(config(settings), services)).serve(client);
                assertEquals(0, intake.open(), "transactions left open");
            }
        };
    }

    /** The defaults of the definition, with some keys set. */
    static SmtpProtocol.Config config(Map<String, Object> set) {
        return (SmtpProtocol.Config) Proxy.newProxyInstance(SmtpStage.class.getClassLoader(), new Class<?>[] {SmtpProtocol.Config.class},
                (_, method, _) -> set.getOrDefault(method.getName().replace('_', '-'), method.getDefaultValue()));
    }

    @Override
    public void told(String word, String text) {
        var words = text.split(" ", 3);
        switch (word) {
            case "speak" -> dialect = Dialect.valueOf(text.toUpperCase(Locale.ROOT));
            case "member" -> intake.member(words[0], words[1]);
            case "set" -> settings.put(words[0], words[0].equals("xclient-from") ? words[1].split(",") : number(words[0]) ? (Object) Integer.valueOf(words[1]) : text.substring(words[0].length() + 1));
            case "refuse-sender" -> intake.refuseSender(words[0].replace("<>", ""), new Status(words[1], words[2]));
            case "refuse-recipient" -> intake.refuseRecipient(words[0], new Status(words[1], words[2]));
            case "judge" -> intake.judge(words[0], new Status(words[1], words[2]));
            case "refuse-content" -> intake.refuseContent(Integer.parseInt(words[0]), new Status(words[1], words[2]));
            case "fail" -> intake.fail(at(text), new IOException("the disk is on fire"));
            case "away" -> intake.fail(at(text), new Unavailable("the courier is away"));
            case "no-accounts" -> accounts.away(true);
            case "traced" -> assertTrue(trace.events().stream().anyMatch(e -> text.equals(e.what() + " " + e.values())),
                    () -> "traced: " + trace.events());
            case "messages" -> assertEquals(Integer.parseInt(text), intake.messages().size(), "messages taken");
            default -> assertEquals(text, ofLast(word), word);
        }
    }

    private static boolean number(String key) {
        return key.startsWith("max-") && !key.equals("max-size") && !key.equals("max-line");
    }

    private static RecordingIntake.At at(String text) {
        return RecordingIntake.At.valueOf(text.toUpperCase(Locale.ROOT));
    }

    private String ofLast(String word) {
        var last = intake.messages().getLast();
        return switch (word) {
            case "from" -> "<" + last.from() + ">";
            case "parameters" -> new TreeMap<>(last.from().parameters()).toString();
            case "to" -> last.to().toString();
            case "text" -> last.text().replace("\r", "\\r").replace("\n", "\\n");
            case "hello" -> last.hello();
            case "protocol" -> last.protocol();
            case "cipher" -> last.cipher();
            case "client" -> last.remote();
            case "asked" -> last.to().stream().map(to -> new TreeMap<>(to.parameters()).toString()).toList().toString();
            case "account" -> last.account().map(Object::toString).orElse("nobody");
            default -> throw new AssertionError("this stage knows no @" + word);
        };
    }
}
