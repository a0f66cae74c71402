package org.posthouse.smtp;

/** The two protocols a session can speak: SMTP (RFC 5321), and LMTP (RFC 2033), which answers for each recipient. */
enum Dialect { SMTP, LMTP }
