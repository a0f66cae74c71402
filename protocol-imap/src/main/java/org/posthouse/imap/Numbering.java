package org.posthouse.imap;

/** What the numbers of a command mean: sequence numbers, or unique identifiers after {@code UID} (RFC 3501 §6.4.8). */
enum Numbering { SEQUENCE, UID }
