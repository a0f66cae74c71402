package org.posthouse.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.posthouse.fuzz.FuzzTarget;
import org.posthouse.message.Address;
import org.posthouse.net.Line;

/** Any line is a command or malformed, and an address in it is one that is written and read as the same. */
final class CommandFuzzTest implements FuzzTarget {
    @Override
    public void take(byte[] input) {
        int kind = input.length == 0 ? 0 : input[0] & 3;
        var line = new Line(Arrays.copyOfRange(input, Math.min(1, input.length), input.length), Line.Ending.values()[kind]);
        switch (CommandParser.parse(line)) {
            case Command.Mail mail -> {
                check(mail.sender().address());
                assertTrue(mail.sizeOctets() >= 0);
            }
            case Command.Rcpt rcpt -> check(rcpt.address());
            case Command.Bdat chunk -> assertTrue(chunk.octets() >= 0);
            case Command.Malformed(var reply) -> SmtpSessionFuzzTest.wellFormed(reply.text());
            case Command _ -> { }
        }
    }

    private static void check(Address address) {
        assertTrue(address.isNull() || Optional.of(address).equals(Address.parse(address.toString())), address::toString);
        assertEquals(Optional.of(new Path(address, " x")), Path.parse("<" + address + "> x"));
    }

    @Override
    public List<String> seeds() {
        return List.of("\0EHLO client.example", "\0MAIL FROM:<ann@here.example> SIZE=1000 BODY=8BITMIME SMTPUTF8 AUTH=<>", "\0mail from: <\"a b>\"@x> ",
                "\0RCPT TO:<@a,@b:c@d>", "\0RCPT TO:<Postmaster>", "\0BDAT 18446744073709551615 LAST", "\0AUTH PLAIN =", "\0HELO [192.0.2.1]", "\0GET / HTTP/1.1",
                "\0RCPT TO:<\u00c3\u00bc@\u00c3\u00bc.example>", "\1NOOP", "\0VRFY x", "\0DATA ");
    }

    @Override
    public int longest() {
        return 3000;
    }
}
