package org.posthouse.mailbox;

import java.util.OptionalLong;

/**
 * What an account holds, and may hold.
 *
 * @param limitOctets empty where nothing limits it
 */
public record Quota(long octets, long messages, OptionalLong limitOctets) {}
