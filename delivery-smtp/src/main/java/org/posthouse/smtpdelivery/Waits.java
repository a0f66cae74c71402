package org.posthouse.smtpdelivery;

import java.time.Duration;

/** How long to wait for each thing (RFC 5321 §4.5.3.2). */
record Waits(Duration connect, Duration greeting, Duration tls, Duration command, Duration mail, Duration rcpt, Duration data,
             Duration block, Duration end) {
}
