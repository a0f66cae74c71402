package org.posthouse.auth;

/** What came of a password. */
public enum Check { RIGHT, WRONG, NO_SUCH_USER }
