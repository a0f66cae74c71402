package org.posthouse.smtp;

/** How the client introduced itself: as RFC 821 had it, by ESMTP, or by LMTP. */
enum Hello { HELO, EHLO, LHLO }
