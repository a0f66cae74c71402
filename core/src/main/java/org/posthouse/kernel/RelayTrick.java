package org.posthouse.kernel;

import java.util.List;

/**
 * One way in which mail servers were made to send a stranger's mail to other strangers.
 *
 * @param name   what it is called
 * @param before what is said between hello and MAIL, where it is not nothing
 * @param from   what stands behind {@code MAIL FROM:}
 * @param to     what stands behind {@code RCPT TO:}
 */
record RelayTrick(String name, String before, String from, String to) {
    private static final String ELSEWHERE = "elsewhere.invalid"; // RFC 2606 §2: nobody has it
    private static final String STRANGER = "<doctor@stranger.invalid>";

    /**
     * Thirty of them.
     *
     * @param ours    one of our domains
     * @param host    our name
     * @param address where the listener is, as an address literal: {@code [192.0.2.1]}
     */
    static List<RelayTrick> all(String ours, String host, String address) {
        var there = "x@" + ELSEWHERE;
        return List.of(
                to("plain", "<" + there + ">"),
                from("null sender", "<>", there),
                from("sender of our domain", "<postmaster@" + ours + ">", there),
                from("sender of our host", "<root@" + host + ">", there),
                from("sender at our address", "<root@" + address + ">", there),
                from("sender at localhost", "<root@localhost>", there),
                from("sender without domain", "<root>", there),
                from("sender is recipient", "<" + there + ">", there),
                from("sender vouched for by AUTH=", STRANGER + " AUTH=postmaster@" + ours, there),
                new RelayTrick("client vouches for itself by XCLIENT", "XCLIENT ADDR=127.0.0.1 LOGIN=postmaster@" + ours, STRANGER, "<" + there + ">"),
                to("without brackets", there),
                to("percent hack", "<x%" + ELSEWHERE + "@" + ours + ">"),
                to("percent hack at our host", "<x%" + ELSEWHERE + "@" + host + ">"),
                to("percent hack at our address", "<x%" + ELSEWHERE + "@" + address + ">"),
                to("percent hack alone", "<x%" + ELSEWHERE + ">"),
                to("bang path", "<" + ELSEWHERE + "!x@" + ours + ">"),
                to("bang path alone", "<" + ELSEWHERE + "!x>"),
                to("bang path over us", "<" + ours + "!" + ELSEWHERE + "!x>"),
                to("source route", "<@" + ours + ":" + there + ">"),
                to("source route over several", "<@" + ours + ",@" + ELSEWHERE + ":x@else.invalid>"),
                to("source route over our address", "<@" + address + ":" + there + ">"),
                to("quoted local part", "<\"" + there + "\"@" + ours + ">"),
                to("quoted local part alone", "<\"" + there + "\">"),
                to("quoted percent hack", "<\"x%" + ELSEWHERE + "\"@" + ours + ">"),
                to("two ats", "<" + there + "@" + ours + ">"),
                to("two ats at our address", "<" + there + "@" + address + ">"),
                to("encoded at", "<x%40" + ELSEWHERE + "@" + ours + ">"),
                to("list of two", "<postmaster@" + ours + "," + there + ">"),
                to("IPv6 literal", "<x@[IPv6:2001:db8::1]>"),
                to("forged SRS sender", "<SRS0=AAAAA=AA=" + ELSEWHERE + "=x@" + ours + ">"));
    }

    private static RelayTrick to(String name, String to) {
        return new RelayTrick(name, "", STRANGER, to);
    }

    private static RelayTrick from(String name, String from, String to) {
        return new RelayTrick(name, "", from, "<" + to + ">");
    }
}
