package org.posthouse.message;

/** One connection's id: base32 of time and node, so that ids sort by time; the first part of the ids of its messages. */
public record SessionId(String text) {
    @Override
    public String toString() {
        return text;
    }
}
