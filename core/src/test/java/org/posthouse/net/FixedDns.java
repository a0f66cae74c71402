package org.posthouse.net;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A DNS that knows what it is told, for tests. A name of which it knows anything exists; all others do not. */
public final class FixedDns implements Dns {
    private record Question(String name, String type) {}

    private final Map<Question, List<Object>> records = new ConcurrentHashMap<>();
    private final Map<Question, String> unknown = new ConcurrentHashMap<>();
    private final Map<String, String> aliases = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile boolean authentic;
    private volatile boolean down;

    public FixedDns mx(String domain, int preference, String host) {
        return with(domain, "MX", new Mx(preference, host));
    }

    /** IPv4 and IPv6 addresses, each where it belongs. */
    public FixedDns address(String host, String... addresses) {
        for (var text : addresses) {
            var address = InetAddress.ofLiteral(text);
            with(host, address.getAddress().length == 4 ? "A" : "AAAA", address);
        }
        return this;
    }

    public FixedDns ptr(String address, String name) {
        return with(InetAddress.ofLiteral(address).getHostAddress(), "PTR", name);
    }

    public FixedDns txt(String name, String text) {
        return with(name, "TXT", text);
    }

    public FixedDns tlsa(String name, Tlsa record) {
        return with(name, "TLSA", record);
    }

    /** An alias of that name for all types. */
    public FixedDns cname(String name, String target) {
        aliases.put(lower(name), lower(target));
        return this;
    }

    /** Nobody can say what that is: {@code ("example.test", "MX")}. */
    public FixedDns unknown(String name, String type) {
        unknown.put(new Question(lower(name), type), "SERVFAIL");
        return this;
    }

    /** Forgets all of that name. */
    public FixedDns forget(String name) {
        records.keySet().removeIf(q -> q.name.equals(lower(name)));
        unknown.keySet().removeIf(q -> q.name.equals(lower(name)));
        aliases.remove(lower(name));
        return this;
    }

    /** Whether all answers are validated from now on. */
    public FixedDns authentic(boolean now) {
        authentic = now;
        return this;
    }

    /** Whether nothing can be learned from now on. */
    public FixedDns down(boolean now) {
        down = now;
        return this;
    }

    /** What has been asked, each as {@code MX example.test}, in that order. */
    public List<String> asked() {
        return List.copyOf(asked);
    }

    private FixedDns with(String name, String type, Object record) {
        records.computeIfAbsent(new Question(lower(name), type), _ -> new CopyOnWriteArrayList<>()).add(record);
        return this;
    }

    private static String lower(String name) {
        var lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    private <T> Answer<T> answer(String name, String type, Class<T> as) {
        asked.add(type + " " + lower(name));
        var owner = aliases.getOrDefault(lower(name), lower(name));
        var question = new Question(owner, type);
        if (down || unknown.containsKey(question)) {
            return new Unknown<>(down ? "no resolver answers" : unknown.get(question));
        }
        var found = new ArrayList<T>();
        records.getOrDefault(question, List.of()).forEach(r -> found.add(as.cast(r)));
        if (!found.isEmpty()) {
            return new Found<>(found, owner, authentic, Duration.ofMinutes(5));
        }
        boolean exists = records.keySet().stream().anyMatch(q -> q.name.equals(owner));
        return new None<>(exists ? Absence.RECORD : Absence.NAME, authentic);
    }

    @Override
    public Answer<Mx> mx(String domain) {
        return answer(domain, "MX", Mx.class);
    }

    @Override
    public Answer<InetAddress> a(String host) {
        return answer(host, "A", InetAddress.class);
    }

    @Override
    public Answer<InetAddress> aaaa(String host) {
        return answer(host, "AAAA", InetAddress.class);
    }

    @Override
    public Answer<String> ptr(InetAddress address) {
        return answer(address.getHostAddress(), "PTR", String.class);
    }

    @Override
    public Answer<String> txt(String name) {
        return answer(name, "TXT", String.class);
    }

    @Override
    public Answer<Tlsa> tlsa(String name) {
        return answer(name, "TLSA", Tlsa.class);
    }

    @Override
    public Dns within(Duration longest) {
        return this;
    }
}
