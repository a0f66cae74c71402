package org.posthouse.imap;

/** A command ends with this reply, NO or BAD, and nothing was done. */
final class Rejection extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Reply reply;

    /** What is wrong with what the client wrote. */
    Rejection(String why) {
        this(Reply.bad(why));
    }

    Rejection(Reply reply) {
        super(reply.text(), null, false, false);
        this.reply = reply;
    }

    Reply reply() {
        return reply;
    }
}
