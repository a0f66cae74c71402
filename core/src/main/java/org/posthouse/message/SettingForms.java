package org.posthouse.message;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/** The forms behind {@link Setting}. */
final class SettingForms {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9}) ?(ms|s|m|h|d|w)");
    private static final Pattern RATE = Pattern.compile("([1-9]\\d{0,8}) ?/ ?(\\d{1,9} ?(?:ms|s|m|h|d|w))");
    private static final Duration LONGEST = Duration.ofDays(36_500); // so that it still fits into a long of nanoseconds
    private static final Pattern SIZE = Pattern.compile("(\\d{1,18}) ?([KMG]?)");
    private static final Pattern LITERAL = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*");

    private static final Pattern SERVER = Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|([0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*))(?::(\\d{1,5}))?");

    private SettingForms() {}

    static Duration duration(String key, String value) {
        var form = DURATION.matcher(value);
        if (!form.matches()) {
            throw new BadSetting(key,
                    "'" + value + "' is not a duration; write a number and its unit, like 500ms, 30s, 5m, 4h, 7d or 2w");
        }
        long number = Long.parseLong(form.group(1));
        var duration = switch (form.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            case "d" -> Duration.ofDays(number);
            default -> Duration.ofDays(7 * number);
        };
        if (duration.compareTo(LONGEST) > 0) {
            throw new BadSetting(key, "'" + value + "' is too long; at most 36500d");
        }
        return duration;
    }

    static Rate rate(String key, String value) {
        var form = RATE.matcher(value);
        if (!form.matches()) {
            throw new BadSetting(key, "'" + value + "' is not a rate; write a number from 1 up and a time, like 500/1h or 20/1m");
        }
        var within = duration(key, form.group(2));
        if (!within.isPositive()) {
            throw new BadSetting(key, "'" + value + "' is within no time at all; write it like 500/1h");
        }
        return new Rate(Integer.parseInt(form.group(1)), within);
    }

    static long size(String key, String value) {
        var form = SIZE.matcher(value);
        if (!form.matches()) {
            throw new BadSetting(key, "'" + value + "' is not a size; write octets like 512, or with K, M or G like 50M");
        }
        long unit = switch (form.group(2)) {
            case "K" -> 1L << 10;
            case "M" -> 1L << 20;
            case "G" -> 1L << 30;
            default -> 1;
        };
        long number = Long.parseLong(form.group(1));
        if (number > Long.MAX_VALUE / unit) {
            throw new BadSetting(key, "'" + value + "' is too large; at most 8589934591G");
        }
        return number * unit;
    }

    static Network network(String key, String value) {
        int slash = value.indexOf('/');
        var address = literal(slash < 0 ? value : value.substring(0, slash)).orElseThrow(() -> new BadSetting(key, "'" + value
                + "' is not a network; write it like 192.0.2.0/24 or 2001:db8::/32, or one address; names are not looked up"));
        int most = address.getAddress().length * 8;
        if (slash < 0) {
            return new Network(address, most);
        }
        var bits = value.substring(slash + 1);
        if (!bits.matches("\\d{1,3}") || Integer.parseInt(bits) > most) {
            throw new BadSetting(key, "'" + value + "' has no prefix length between 0 and " + most + " after the /");
        }
        var network = new Network(masked(address, Integer.parseInt(bits)), Integer.parseInt(bits));
        if (!network.first().equals(address)) {
            throw new BadSetting(key,
                    "'" + value + "' has bits beyond its prefix; write " + network + " or " + address.getHostAddress());
        }
        return network;
    }

    static InetSocketAddress server(String key, String value, int usualPort) {
        var form = SERVER.matcher(value);
        if (!form.matches()) {
            throw notAServer(key, value);
        }
        var address = literal(form.group(1) != null ? form.group(1) : form.group(2)).orElseThrow(() -> notAServer(key, value));
        int port = form.group(3) == null ? usualPort : Integer.parseInt(form.group(3));
        if (port < 1 || port > 65_535 || form.group(1) != null && address.getAddress().length == 4) {
            throw notAServer(key, value);
        }
        return new InetSocketAddress(address, port);
    }

    private static BadSetting notAServer(String key, String value) {
        return new BadSetting(key, "'" + value
                + "' is not a server; write it like 192.0.2.1, 192.0.2.1:5353 or [2001:db8::1]:5353; names are not looked up");
    }

    private static Optional<InetAddress> literal(String text) {
        if (!LITERAL.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static InetAddress masked(InetAddress address, int bits) {
        byte[] octets = address.getAddress();
        int whole = bits / 8;
        if (whole < octets.length) {
            octets[whole] &= (byte) (0xff00 >> bits % 8);
            Arrays.fill(octets, whole + 1, octets.length, (byte) 0);
        }
        try {
            return InetAddress.getByAddress(octets);
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException(e); // four or sixteen octets always are an address
        }
    }
}
