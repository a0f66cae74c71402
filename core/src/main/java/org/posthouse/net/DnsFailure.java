package org.posthouse.net;

import java.io.IOException;

/** No resolver could say, for certain or within the time. */
final class DnsFailure extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean certain;

    private DnsFailure(String why, boolean certain) {
        super(why);
        this.certain = certain;
    }

    /** All have answered, and none with an answer. */
    static DnsFailure refused(String why) {
        return new DnsFailure(why, true);
    }

    static DnsFailure late(String why) {
        return new DnsFailure(why, false);
    }

    boolean certain() {
        return certain;
    }
}
