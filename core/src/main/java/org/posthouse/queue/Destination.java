package org.posthouse.queue;

/**
 * Where a recipient's mail goes: a transport and what that transport needs to know. The transports are an open set: whatever
 * some {@link Delivery} accepts. Known ones are
 *
 * <pre>
 * local  account's name            a mailbox here
 * smtp   example.org               the hosts of that domain, by its MX
 * smtp   [relay.example]:587       that host, without MX; [192.0.2.1]:25 and [IPv6:2001:db8::1]:25 are addresses
 * lmtp   host:24                   that host by LMTP (RFC 2033)
 * </pre>
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
