package org.posthouse.diskqueue;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;
import org.posthouse.message.Address;
import org.posthouse.message.Status;
import org.posthouse.pipeline.Recipient;
import org.posthouse.pipeline.Sender;
import org.posthouse.queue.DeliveryId;
import org.posthouse.queue.Destination;
import org.posthouse.queue.Queue.Item;
import org.posthouse.queue.Queue.Leg;
import org.posthouse.queue.Queue.Waiting;

/**
 * An item as lines of words, in UTF-8. A word's spaces, controls and percent signs are written {@code %xx}, an empty word
 * {@code %}. Lines that begin with an unknown word are left out, so that a later version may write more.
 *
 * <pre>
 * envelope = id arrived from attempts [held] *note *leg
 * id       = "id" SP word LF                     arrived = "arrived" SP instant LF
 * from     = "from" SP local SP domain *(SP parameter "=" value) LF
 * attempts = "attempts" SP number LF             held    = "held" SP reason LF
 * note     = "note" SP key SP value LF
 * leg      = "leg" SP delivery-id SP transport SP target SP folder LF 1*to
 * to       = "to" SP local SP domain *(SP parameter "=" value) LF ["last" SP code SP text LF]
 * </pre>
 */
final class EnvelopeText {
    private EnvelopeText() {}

    static byte[] of(Item item) {
        var out = new StringBuilder();
        line(out, "id", item.id());
        line(out, "arrived", item.arrived().toString());
        out.append("from");
        address(out, item.from().address(), item.from().parameters());
        line(out, "attempts", Integer.toString(item.attempts()));
        item.held().ifPresent(why -> line(out, "held", why));
        new TreeMap<>(item.notes()).forEach((key, value) -> line(out, "note", key, value));
        for (var leg : item.legs()) {
            line(out, "leg", leg.id().text(), leg.to().transport(), leg.to().target(), leg.to().folder());
            for (var waiting : leg.recipients()) {
                out.append("to");
                address(out, waiting.to().address(), waiting.to().parameters());
                waiting.last().ifPresent(last -> line(out, "last", last.code(), last.text()));
            }
        }
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void line(StringBuilder out, String first, String... words) {
        out.append(first);
        for (var word : words) {
            word(out.append(' '), word);
        }
        out.append('\n');
    }

    private static void address(StringBuilder out, Address address, Map<String, String> parameters) {
        word(out.append(' '), address.local());
        word(out.append(' '), address.domain());
        new TreeMap<>(parameters).forEach((name, value) -> word(out.append(' '), name + "=" + value));
        out.append('\n');
    }

    private static void word(StringBuilder out, String word) {
        if (word.isEmpty()) {
            out.append('%');
        }
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (c <= ' ' || c == '%' || c == 0x7f) {
                out.append('%').append(HexFormat.of().toHexDigits((byte) c));
            } else {
                out.append(c);
            }
        }
    }

    /** Torn when it is none. */
    static Item parse(byte[] octets) throws Torn {
        try {
            return parsed(new String(octets, StandardCharsets.UTF_8));
        } catch (IndexOutOfBoundsException | NoSuchElementException | IllegalArgumentException | DateTimeException e) {
            throw new Torn("is not an envelope: " + e.getMessage());
        }
    }

    private static Item parsed(String text) {
        String id = "";
        var arrived = Instant.EPOCH;
        var from = new Sender(Address.NULL);
        int attempts = 0;
        Optional<String> held = Optional.empty();
        var notes = new LinkedHashMap<String, String>();
        var legs = new ArrayList<Leg>();
        for (var line : text.split("\n")) {
            var words = words(line);
            switch (words.getFirst()) {
                case "id" -> id = words.get(1);
                case "arrived" -> arrived = Instant.parse(words.get(1));
                case "from" -> from = new Sender(new Address(words.get(1), words.get(2)), parameters(words));
                case "attempts" -> attempts = Integer.parseInt(words.get(1));
                case "held" -> held = Optional.of(words.get(1));
                case "note" -> notes.put(words.get(1), words.get(2));
                case "leg" -> legs.add(new Leg(new DeliveryId(words.get(1)),
                        new Destination(words.get(2), words.get(3), words.get(4)), List.of()));
                case "to" -> legs.add(longer(legs.removeLast(), new Waiting(
                        new Recipient(new Address(words.get(1), words.get(2)), parameters(words)), Optional.empty())));
                case "last" -> legs.add(ended(legs.removeLast(), new Status(words.get(1), words.get(2))));
                default -> { } // of a later version
            }
        }
        if (id.isEmpty() || legs.isEmpty()) {
            throw new IllegalArgumentException("it has no id or no recipients");
        }
        return new Item(id, arrived, from, legs, attempts, held, notes);
    }

    private static Leg longer(Leg leg, Waiting next) {
        var recipients = new ArrayList<>(leg.recipients());
        recipients.add(next);
        return new Leg(leg.id(), leg.to(), recipients);
    }

    private static Leg ended(Leg leg, Status last) {
        var recipients = new ArrayList<>(leg.recipients());
        recipients.add(new Waiting(recipients.removeLast().to(), Optional.of(last)));
        return new Leg(leg.id(), leg.to(), recipients);
    }

    private static Map<String, String> parameters(List<String> words) {
        var parameters = new LinkedHashMap<String, String>();
        for (var word : words.subList(3, words.size())) {
            int equals = word.indexOf('=');
            parameters.put(word.substring(0, equals), word.substring(equals + 1));
        }
        return parameters;
    }

    private static List<String> words(String line) {
        var words = new ArrayList<String>();
        for (var word : line.split(" ")) {
            words.add(word.equals("%") ? "" : word.indexOf('%') < 0 ? word : decoded(word));
        }
        return words;
    }

    private static String decoded(String word) {
        var out = new StringBuilder(word.length());
        for (int i = 0; i < word.length(); i++) {
            if (word.charAt(i) == '%') {
                out.append((char) HexFormat.fromHexDigits(word, i + 1, i + 3));
                i += 2;
            } else {
                out.append(word.charAt(i));
            }
        }
        return out.toString();
    }
}
