package org.posthouse.pipeline;

/** What the filters ruled at one stage of a session: asked when it is first needed, then kept. For one thread. */
final class Standing {
    private boolean known;
    private Ruling ruling = Ruling.NONE;

    boolean isKnown() {
        return known;
    }

    /** Says nothing before it is known. */
    Ruling ruling() {
        return ruling;
    }

    void keep(Ruling asked) {
        known = true;
        ruling = asked;
    }
}
