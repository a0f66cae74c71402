package org.posthouse.smtpdelivery;

import java.net.InetSocketAddress;

/**
 * One address that may be tried.
 *
 * @param name      of the host; the address itself where only that is known
 * @param domain    whose mail it takes
 * @param canonical the name after its aliases
 * @param found     how it was found
 * @param assurance whether all that led to it is validated (DNSSEC)
 */
record Host(String name, String domain, InetSocketAddress address, String canonical, Found found, Assurance assurance) {
    enum Found { EXCHANGER, NAMED }

    enum Assurance { SIGNED, UNSIGNED }

    /** As notices name it (RFC 3464 §2.3.5). */
    String mta() {
        var ip = address.getAddress().getHostAddress();
        return name.equals(ip) ? "[" + ip + "]" : name;
    }

    /** For the log and for senders. */
    @Override
    public String toString() {
        var ip = address.getAddress().getHostAddress();
        return (name.equals(ip) ? "" : name) + "[" + ip + "]:" + address.getPort();
    }
}
