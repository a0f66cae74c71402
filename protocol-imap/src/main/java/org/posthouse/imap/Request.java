package org.posthouse.imap;

/** A command with the tag that its reply carries; {@code *} where the client's could not be read. */
record Request(String tag, Command command) {}
