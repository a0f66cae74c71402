package org.posthouse.observe;

import java.time.Instant;
import java.util.SequencedMap;

/**
 * Something that happened to a session or message.
 *
 * @param id     a session's, message's or delivery's id
 * @param what   one word: {@code connected}, {@code queued}, {@code refused}, {@code delivered}
 * @param values {@code from}, {@code to}, {@code status} …, in the order to print; never a password or a body
 */
public record Event(Instant at, String id, String what, SequencedMap<String, String> values) {}
