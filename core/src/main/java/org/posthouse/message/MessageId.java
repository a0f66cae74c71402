package org.posthouse.message;

/** A message's id inside this server: {@code session.n}, n counted at MAIL. Not the header field of that name. */
public record MessageId(String text) {
    public MessageId(SessionId session, int n) {
        this(session.text() + "." + n);
    }

    @Override
    public String toString() {
        return text;
    }
}
