package org.posthouse.smtp;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Network;
import org.posthouse.message.Setting;

/** The section's values, parsed and checked. */
record SmtpSettings(String banner, Limits limits, Duration tarpit, Times times, long maxLineOctets, long maxSizeOctets,
        LineFeeds bareLineFeeds, Duration futureRelease, Inquiries inquiries, List<Network> xclientFrom) {
    private static final int LEAST_RECIPIENTS = 100; // RFC 5321 §4.5.3.1.8
    private static final int LEAST_LINE = 1_000; // RFC 5321 §4.5.3.1.6
    private static final int LEAST_SIZE = 65_536; // RFC 5321 §4.5.3.1.7
    private static final int LONGEST_BANNER = 200;

    /** What becomes of a message with line feeds that no carriage return precedes. */
    enum LineFeeds { ACCEPT, REFUSE }

    /** Who is answered at VRFY and EXPN. */
    enum Inquiries { OFF, USERS }

    /** What one session may do; 0 messages means any number. */
    record Limits(int recipients, int messages, int errors, int refused, int junk, int authFailures) {}

    /** How long one session may take for what. */
    record Times(Duration greetDelay, Duration command, Duration data, Duration message, Duration session) {}

    static SmtpSettings of(SmtpProtocol.Config config) {
        var limits = new Limits(atLeast(LEAST_RECIPIENTS, "max-recipients", config.max_recipients()),
                atLeast(0, "max-messages", config.max_messages()), atLeast(1, "max-errors", config.max_errors()),
                atLeast(1, "max-refused", config.max_refused()), atLeast(1, "max-junk", config.max_junk()),
                atLeast(1, "max-auth-failures", config.max_auth_failures()));
        var times = new Times(Setting.duration("greet-delay", config.greet_delay()),
                timeout("command-timeout", config.command_timeout()), timeout("data-timeout", config.data_timeout()),
                timeout("message-timeout", config.message_timeout()), timeout("session-timeout", config.session_timeout()));
        return new SmtpSettings(banner(config.banner()), limits, Setting.duration("tarpit", config.tarpit()), times,
                atLeast(LEAST_LINE, "max-line", Setting.size("max-line", config.max_line())),
                atLeast(LEAST_SIZE, "max-size", Setting.size("max-size", config.max_size())),
                lineFeeds(config.bare_line_feeds()), Setting.duration("future-release", config.future_release()),
                inquiries(config.verify()), networks(config.xclient_from()));
    }

    private static List<Network> networks(String... texts) {
        return Arrays.stream(texts).map(text -> Setting.network("xclient-from", text)).toList();
    }

    private static Inquiries inquiries(String text) {
        return switch (text) {
            case "off" -> Inquiries.OFF;
            case "users" -> Inquiries.USERS;
            default -> throw new BadSetting("verify", "'" + text + "' is neither off nor users");
        };
    }

    private static LineFeeds lineFeeds(String text) {
        return switch (text) {
            case "accept" -> LineFeeds.ACCEPT;
            case "refuse" -> LineFeeds.REFUSE;
            default -> throw new BadSetting("bare-line-feeds", "'" + text + "' is neither accept nor refuse");
        };
    }

    private static String banner(String text) {
        if (!text.matches("[ -~]{1," + LONGEST_BANNER + "}")) {
            throw new BadSetting("banner", "is one line of ASCII, at most " + LONGEST_BANNER + " characters, not empty");
        }
        return text;
    }

    private static int atLeast(int least, String key, int value) {
        return (int) atLeast((long) least, key, value);
    }

    private static long atLeast(long least, String key, long value) {
        if (value < least || value > Long.MAX_VALUE / 4) {
            throw new BadSetting(key, value + " is too " + (value < least ? "small; write " + least + " or more" : "large"));
        }
        return value;
    }

    private static Duration timeout(String key, String value) {
        var timeout = Setting.duration(key, value);
        if (timeout.isZero()) {
            throw new BadSetting(key, "0 would end every session; write 5m, for one");
        }
        return timeout;
    }
}
