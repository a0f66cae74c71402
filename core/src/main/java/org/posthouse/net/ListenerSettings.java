package org.posthouse.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.posthouse.config.Values;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Network;

/** One {@code [listener NAME]} section, checked. Port 0 is any free one. */
record ListenerSettings(String name, InetSocketAddress address, String protocol, Role role, Tls tls, List<Network> relayFrom,
        List<Network> proxyFrom, Limits limits, Duration writeTimeout, Duration tlsTimeout) implements Listener {
    private static final int HIGHEST_PORT = 65_535;

    /**
     * How many may come; none is limited to zero by accident: 0 is refused but for the rate, where it means no limit.
     *
     * @param exemptLoopback the limits for each address spare clients of this machine
     */
    record Limits(int connections, int perAddress, boolean perAddressSparesLoopback, int perMinute, boolean perMinuteSparesLoopback) {}

    static ListenerSettings of(Listeners.Section section) {
        var values = section.values();
        var role = oneOf(Role.values(), "role", values);
        var tls = oneOf(Tls.values(), "tls", values);
        if (role == Role.SUBMISSION && tls == Tls.NONE) {
            throw new BadSetting("tls", "a submission listener takes passwords and needs TLS; write tls = implicit or tls = starttls");
        }
        return new ListenerSettings(values.name(), address(values), protocol(values), role, tls, values.networks("relay-from"),
                values.networks("proxy-from"), limits(section), time("write-timeout", values), time("tls-timeout", values));
    }

    private static InetSocketAddress address(Values values) {
        int port = number("port", 0, HIGHEST_PORT, values);
        if (!values.has("address") || values.text("address").equals("all")) {
            return new InetSocketAddress(port);
        }
        var address = values.text("address");
        try {
            return new InetSocketAddress(InetAddress.ofLiteral(address), port);
        } catch (IllegalArgumentException e) {
            throw new BadSetting("address", "'" + address + "' is not an IP address; write one such as 127.0.0.1 or ::1, or all");
        }
    }

    private static String protocol(Values values) {
        if (!values.has("protocol")) {
            throw new BadSetting("protocol", "is missing; write protocol = smtp or another that is installed");
        }
        return values.text("protocol");
    }

    private static Limits limits(Listeners.Section section) {
        var values = section.values();
        return new Limits(number("max-connections", 1, Integer.MAX_VALUE, values),
                number("max-connections-per-address", 1, Integer.MAX_VALUE, values),
                !section.given().contains("max-connections-per-address"),
                number("connection-rate", 0, Integer.MAX_VALUE, values),
                !section.given().contains("connection-rate"));
    }

    private static int number(String key, int least, int most, Values values) {
        int number = values.number(key);
        if (number < least || number > most) {
            throw new BadSetting(key, number + " is out of range; write a number from " + least + " to " + most);
        }
        return number;
    }

    private static Duration time(String key, Values values) {
        var time = values.duration(key);
        if (!time.isPositive()) {
            throw new BadSetting(key, "must be more than nothing; write it like 30s");
        }
        return time;
    }

    private static <E extends Enum<E>> E oneOf(E[] all, String key, Values values) {
        var text = values.text(key);
        for (var one : all) {
            if (word(one).equals(text)) {
                return one;
            }
        }
        throw new BadSetting(key, "'" + text + "' is unknown; write one of " + List.of(all).stream().map(ListenerSettings::word).toList());
    }

    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** Whether the other side of a TCP connection may say whom it speaks for. */
    boolean isProxy(InetAddress address) {
        return proxyFrom.stream().anyMatch(n -> n.contains(address));
    }
}
