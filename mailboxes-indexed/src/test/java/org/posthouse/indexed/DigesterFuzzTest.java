package org.posthouse.indexed;

import java.util.List;
import org.posthouse.fuzz.FuzzTarget;

/** Of any octets a digest is made, and IMAP's grammar has it. */
final class DigesterFuzzTest implements FuzzTarget {
    @Override
    public void take(byte[] input) {
        DigestGoldenTest.check(Digester.digest(DigestGoldenTest.content(input)), input.length);
    }

    @Override
    public List<String> seeds() {
        return List.of("From: \"A\" <@r,@s:a@b.c>, (x) d@[e];\r\nSubject: x\r\n\ty\r\nContent-Type: text/plain; a*0*=u''%41; a*1=\"b\"\r\n\r\nt",
                "To: g: a@b;, c@d (e)\r\nContent-Type: multipart/digest; boundary=x\r\n\r\n--x\r\n\r\nCc: <>\r\n\r\nt\r\n--x--\r\n",
                "Content-Type: message/rfc822\r\nContent-Disposition: a; b=c\r\nContent-Language: d, e\r\n\r\nBcc: a@b\r\n\r\n");
    }

    @Override
    public List<String> words() {
        return List.of("multipart/mixed; boundary=x", "message/rfc822", "Content-Transfer-Encoding: ", "Content-ID: ", "Reply-To: ", "Sender: ", "*0*=", "*1=", "\r\n--x\r\n", "\r\n ");
    }
}
