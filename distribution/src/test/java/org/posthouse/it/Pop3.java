package org.posthouse.it;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A client that fetches mail. */
final class Pop3 extends Line {
    Pop3(int port, String user, String password) throws IOException {
        super(port);
        ok(line());
        command("USER " + user);
        command("PASS " + password);
    }

    String command(String command) throws IOException {
        send(command + "\r\n");
        return ok(line());
    }

    private static String ok(String line) throws IOException {
        if (!line.startsWith("+OK")) {
            throw new IOException(line);
        }
        return line;
    }

    int count() throws IOException {
        return Integer.parseInt(command("STAT").split(" ")[1]);
    }

    /** A message's lines, dots undone. */
    List<String> retrieve(int n) throws IOException {
        command("RETR " + n);
        return lines();
    }

    List<String> lines() throws IOException {
        var lines = new ArrayList<String>();
        for (var line = line(); !line.equals("."); line = line()) {
            lines.add(line.startsWith(".") ? line.substring(1) : line);
        }
        return lines;
    }

    List<String> uids() throws IOException {
        command("UIDL");
        return lines().stream().map(l -> l.split(" ")[1]).toList();
    }
}
