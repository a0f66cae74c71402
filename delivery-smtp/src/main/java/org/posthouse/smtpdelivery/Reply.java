package org.posthouse.smtpdelivery;

import java.util.List;
import java.util.regex.Pattern;
import org.posthouse.message.Status;

/** What a server answered (RFC 5321 §4.2): the code and the text of its lines, in printable ASCII. */
record Reply(int code, List<String> lines) {
    private static final Pattern ENHANCED = Pattern.compile("([245])\\.(\\d{1,3})\\.(\\d{1,3})(?: .*)?"); // RFC 2034 §4

    Reply {
        lines = List.copyOf(lines);
    }

    boolean positive() {
        return code / 100 == 2;
    }

    boolean permanent() {
        return code / 100 == 5;
    }

    /** RFC 5321 §3.8: the server ends the session. */
    boolean ends() {
        return code == 421;
    }

    String text() {
        return String.join(" ", lines).strip();
    }

    /** The enhanced code where one of the same class was given, else one that says no more than the class. */
    Status status(String host, String inReplyTo) {
        int kind = positive() ? 2 : permanent() ? 5 : 4;
        var enhanced = ENHANCED.matcher(lines.getLast());
        var status = enhanced.matches() && enhanced.group(1).charAt(0) - '0' == kind
                ? kind + "." + enhanced.group(2) + "." + enhanced.group(3) : ends() ? "4.3.2" : kind + ".0.0";
        return new Status(status, host + " said: " + this + " (in reply to " + inReplyTo + ")");
    }

    @Override
    public String toString() {
        return code + (lines.getFirst().isEmpty() && lines.size() == 1 ? "" : " " + text());
    }
}
