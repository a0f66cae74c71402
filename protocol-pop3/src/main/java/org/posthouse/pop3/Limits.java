package org.posthouse.pop3;

import java.time.Duration;

/**
 * What one client may cost.
 *
 * @param autologout   how long it may be silent (RFC 1939 §3: at least ten minutes)
 * @param loginTime    how long it may take to log in
 * @param errors       how many commands may be refused
 * @param authFailures how many log-ins may fail
 * @param tarpit       by how much each of these is answered later than the one before, from half of them on
 */
record Limits(Duration autologout, Duration loginTime, int errors, int authFailures, Duration tarpit) {}
