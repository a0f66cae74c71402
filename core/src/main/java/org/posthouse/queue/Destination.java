package org.posthouse.queue;

/**
 * Where a recipient's mail goes: a transport and what that transport needs to know. {@code local} with an account's name is
 * a mailbox here.
 *
 * @param folder where in a mailbox; {@code INBOX} unless a filter filed it
 */
public record Destination(String transport, String target, String folder) {
    public static Destination local(String account, String folder) {
        return new Destination("local", account, folder);
    }

    @Override
    public String toString() {
        return transport + ":" + target + (folder.equals("INBOX") ? "" : "/" + folder);
    }
}
