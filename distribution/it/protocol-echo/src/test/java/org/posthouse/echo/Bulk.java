package org.posthouse.echo;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;

/** Sends many octets and reads them back at the same time. */
final class Bulk {
    private Bulk() {}

    static boolean comesBack(Client client, int count) throws IOException, InterruptedException {
        var piece = new byte[100_000];
        new Random(1).nextBytes(piece);
        client.line();
        client.say("BULK " + count + "\r\n");
        var writer = Thread.ofVirtual().start(() -> {
            try {
                for (int i = 0; i < count / piece.length; i++) {
                    client.send(piece);
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        boolean same = true;
        for (int i = 0; i < count / piece.length; i++) {
            same &= Arrays.equals(piece, client.octets(piece.length));
        }
        writer.join();
        return same && client.ask("and on").equals("and on");
    }
}
