package org.posthouse.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A client of IMAP (RFC 9051), as far as tests want one. */
final class Imap extends Line {
    private static final Pattern LITERAL = Pattern.compile("\\{(\\d+)}$");
    private static final Pattern UID = Pattern.compile("[( ]UID (\\d+)");
    private static final Pattern ID = Pattern.compile("(?i)\\r\\nX-Beside: *(\\S+)");

    private int tag;

    Imap(int port, String user, String password) throws IOException {
        super(port);
        line();
        command("LOGIN " + user + " " + password);
    }

    /** The untagged responses with their literals; IOException when the answer is not OK. */
    List<String> command(String command) throws IOException {
        send("a" + ++tag + " " + command + "\r\n");
        return responses(command);
    }

    private List<String> responses(String command) throws IOException {
        var responses = new ArrayList<String>();
        for (var response = response(); ; response = response()) {
            if (response.startsWith("a" + tag + " ")) {
                if (!response.startsWith("a" + tag + " OK")) {
                    throw new IOException(command + " -> " + response);
                }
                return responses;
            }
            if (response.startsWith("* BYE") && !command.equals("LOGOUT")) {
                throw new IOException(command + " -> " + response);
            }
            responses.add(response);
        }
    }

    private String response() throws IOException {
        var whole = new StringBuilder();
        while (true) {
            var line = line();
            whole.append(line);
            var literal = LITERAL.matcher(line);
            if (!literal.find()) {
                return whole.toString();
            }
            whole.append("\r\n").append(octets(Integer.parseInt(literal.group(1))));
        }
    }

    private String octets(int length) throws IOException {
        var octets = new byte[length];
        for (int at = 0; at < length; ) {
            var piece = new byte[length - at];
            int n = read(piece);
            if (n < 0) {
                throw new IOException("closed within a literal");
            }
            System.arraycopy(piece, 0, octets, at, n);
            at += n;
        }
        return new String(octets, StandardCharsets.ISO_8859_1);
    }

    void append(String folder, String flags, String message) throws IOException {
        send("a" + ++tag + " APPEND " + folder + " (" + flags + ") {" + message.length() + "}\r\n");
        var goAhead = line();
        if (!goAhead.startsWith("+")) {
            throw new IOException("APPEND -> " + goAhead);
        }
        send(message + "\r\n");
        responses("APPEND");
    }

    /** Ids of all messages of the selected folder, by UID. */
    List<Map.Entry<Long, String>> ids() throws IOException {
        return ids("UID FETCH 1:* (UID BODY.PEEK[HEADER.FIELDS (X-Beside)])");
    }

    List<Map.Entry<Long, String>> ids(String fetch) throws IOException {
        var ids = new ArrayList<Map.Entry<Long, String>>();
        for (var response : command(fetch)) {
            var id = ID.matcher(response);
            if (response.contains(" FETCH (") && id.find()) {
                ids.add(Map.entry(uid(response), id.group(1)));
            }
        }
        ids.sort(Map.Entry.comparingByKey());
        return ids;
    }

    private static long uid(String response) {
        var uid = UID.matcher(response);
        return uid.find() ? Long.parseLong(uid.group(1)) : 0;
    }

    /** A message's octets; empty text when it is gone. */
    String body(long uid) throws IOException {
        for (var response : command("UID FETCH " + uid + " (UID BODY.PEEK[])")) {
            if (response.contains("BODY[]") && response.contains("}\r\n")) {
                return response.substring(response.indexOf("}\r\n") + 3, response.lastIndexOf(')'));
            }
        }
        return "";
    }

    /** What SELECT answered. */
    static String validity(List<String> selected) {
        return selected.stream().filter(l -> l.contains("[UIDVALIDITY ")).map(l -> l.replaceAll(".*UIDVALIDITY (\\d+).*", "$1")).findFirst().orElse("none");
    }
}
