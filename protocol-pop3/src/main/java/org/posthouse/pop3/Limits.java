package org.posthouse.pop3;

import java.time.Duration;

/**
 * What one client may cost.
 *
 * @param autologout how long it may be silent (RFC 1939 §3: at least ten minutes)
 * @param loginTime  how long it may take to log in
 * @param errors     how many commands may be refused
 */
record Limits(Duration autologout, Duration loginTime, int errors) {}
