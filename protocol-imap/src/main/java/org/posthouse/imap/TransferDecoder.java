package org.posthouse.imap;

import java.util.Arrays;
import java.util.Locale;

/**
 * Takes the transfer encoding off a body that comes in pieces (RFC 2045 §6). Nothing is an error: what base64 does not know is left
 * out, and what quoted-printable does not know stands for itself.
 */
sealed interface TransferDecoder {
    /** What decoded octets are given to; they are valid during the call. */
    @FunctionalInterface
    interface Sink {
        void octets(byte[] octets, int from, int to);
    }

    void put(byte[] octets, int from, int to, Sink sink);

    /** By the value of Content-Transfer-Encoding; what is not known there is taken as it is. */
    static TransferDecoder of(String encoding) {
        var word = encoding.strip().split("[\\s;(]", 2)[0].toLowerCase(Locale.ROOT);
        return switch (word) {
            case "base64" -> new Base64();
            case "quoted-printable" -> new QuotedPrintable();
            default -> new Identity();
        };
    }

    record Identity() implements TransferDecoder {
        @Override
        public void put(byte[] octets, int from, int to, Sink sink) {
            sink.octets(octets, from, to);
        }
    }

    /** RFC 2045 §6.8. Padding ends a group; another text may follow, as where parts were put together. */
    final class Base64 implements TransferDecoder {
        private static final byte[] VALUES = values();

        private final byte[] decoded = new byte[6 * 1024];
        private int bits;
        private int count; // of characters in bits

        private static byte[] values() {
            var values = new byte[256];
            Arrays.fill(values, (byte) -1);
            var alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
            for (int i = 0; i < alphabet.length(); i++) {
                values[alphabet.charAt(i)] = (byte) i;
            }
            return values;
        }

        @Override
        public void put(byte[] octets, int from, int to, Sink sink) {
            int length = 0;
            for (int i = from; i < to; i++) {
                int value = VALUES[octets[i] & 0xff];
                if (value >= 0) {
                    bits = bits << 6 | value;
                    if (++count == 4) {
                        decoded[length++] = (byte) (bits >> 16);
                        decoded[length++] = (byte) (bits >> 8);
                        decoded[length++] = (byte) bits;
                        count = 0;
                    }
                } else if (octets[i] == '=') {
                    length = end(length);
                }
                if (length > decoded.length - 3) {
                    sink.octets(decoded, 0, length);
                    length = 0;
                }
            }
            if (length > 0) {
                sink.octets(decoded, 0, length);
            }
        }

        private int end(int length) {
            int next = length;
            if (count == 3) {
                decoded[next++] = (byte) (bits >> 10);
                decoded[next++] = (byte) (bits >> 2);
            } else if (count == 2) {
                decoded[next++] = (byte) (bits >> 4);
            }
            count = 0;
            return next;
        }
    }

    /** RFC 2045 §6.7. */
    final class QuotedPrintable implements TransferDecoder {
        private enum At { TEXT, EQUALS, FIRST_DIGIT, SOFT_BREAK }

        private final byte[] decoded = new byte[8 * 1024];
        private At at = At.TEXT;
        private byte digit;

        @Override
        public void put(byte[] octets, int from, int to, Sink sink) {
            int length = 0;
            for (int i = from; i < to; i++) {
                byte octet = octets[i];
                if (at == At.TEXT && octet != '=') {
                    decoded[length++] = octet;
                } else {
                    length = special(octet, length);
                }
                if (length > decoded.length - 3) {
                    sink.octets(decoded, 0, length);
                    length = 0;
                }
            }
            if (length > 0) {
                sink.octets(decoded, 0, length);
            }
        }

        private int special(byte octet, int length) {
            switch (at) {
                case TEXT -> at = At.EQUALS;
                case EQUALS -> {
                    return afterEquals(octet, length);
                }
                case FIRST_DIGIT -> {
                    at = At.TEXT;
                    int high = Character.digit(digit, 16);
                    int low = Character.digit(octet, 16);
                    if (low >= 0) {
                        decoded[length] = (byte) (high << 4 | low);
                        return length + 1;
                    }
                    decoded[length] = '=';
                    decoded[length + 1] = digit;
                    return again(octet, length + 2);
                }
                case SOFT_BREAK -> {
                    if (octet == '\n') {
                        at = At.TEXT;
                    } else if (octet != ' ' && octet != '\t' && octet != '\r') {
                        at = At.TEXT;
                        return again(octet, length);
                    }
                }
            }
            return length;
        }

        private int afterEquals(byte octet, int length) {
            if (Character.digit(octet, 16) >= 0) {
                digit = octet;
                at = At.FIRST_DIGIT;
                return length;
            }
            if (octet == '\r' || octet == ' ' || octet == '\t') {
                at = At.SOFT_BREAK;
                return length;
            }
            at = At.TEXT;
            if (octet == '\n') {
                return length;
            }
            decoded[length] = '=';
            return again(octet, length + 1);
        }

        private int again(byte octet, int length) {
            if (octet == '=') {
                at = At.EQUALS;
                return length;
            }
            decoded[length] = octet;
            return length + 1;
        }
    }
}
