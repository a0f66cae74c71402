package org.posthouse.dnsbl;

import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.posthouse.message.Unavailable;
import org.posthouse.net.Dns;
import org.posthouse.observe.Command;
import org.posthouse.observe.Json;
import org.posthouse.observe.Metrics;

/** {@code posthouse filter-dnsbl}: what the lists say of an address or a domain, and whether they are well. */
@Component(configurationPid = "filter-dnsbl")
public final class DnsblCommand implements Command {
    private static final String USAGE = """
            ask ADDRESS|DOMAIN [--json]  what each list says of it, now
            test [--json]  tries each list with the entries that it must have and must not have""";

    private final Inquiry inquiry;

    @Activate
    public DnsblCommand(DnsblFilter.Config config, @Reference Dns dns, @Reference Metrics metrics) {
        inquiry = Lists.inquiry(config, dns, metrics, Clock.systemUTC());
    }

    @Override
    public String name() {
        return "filter-dnsbl";
    }

    @Override
    public String usage() {
        return USAGE;
    }

    @Override
    public int run(List<String> args, InputStream in, PrintStream out, PrintStream err) throws Unavailable {
        var words = new ArrayList<>(args);
        boolean json = words.remove("--json");
        if (words.size() == 2 && words.getFirst().equals("ask")) {
            return ask(words.getLast(), json, out, err);
        }
        if (words.equals(List.of("test"))) {
            return test(json, out, err);
        }
        err.println("posthouse filter-dnsbl: use ask ADDRESS|DOMAIN [--json] or test [--json]");
        return 2;
    }

    private int ask(String about, boolean json, PrintStream out, PrintStream err) throws Unavailable {
        var address = address(about);
        if (address.isEmpty() && !about.contains(".")) {
            err.println("posthouse filter-dnsbl: '" + about + "' is neither an address nor a domain; write 192.0.2.1, 2001:db8::1 or example.org");
            return 2;
        }
        var domain = address.isPresent() ? "" : about;
        for (var result : inquiry.about(new Inquiry.Person(address, domain, domain))) {
            print(result, json, out);
        }
        return 0;
    }

    private static Optional<InetAddress> address(String text) {
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static void print(Inquiry.Result result, boolean json, PrintStream out) {
        var said = switch (result.said()) {
            case Operator.Said.Listed(var answer) -> Map.entry("listed", answer.getHostAddress() + result.reason().map(r -> " " + r).orElse(""));
            case Operator.Said.Clear _ -> Map.entry("clear", "");
            case Operator.Said.Silent(var why) -> Map.entry("unknown", why);
        };
        if (json) {
            var line = new LinkedHashMap<String, Object>();
            line.put("list", result.list().zone());
            line.put("subject", result.list().subject().word());
            line.put("about", result.about());
            line.put("answer", said.getKey());
            line.put("detail", said.getValue());
            out.println(Json.of(line));
        } else {
            out.printf("%-7s  %-30s  %-6s  %s%n", said.getKey(), result.list().zone(), result.list().subject().word(), said.getValue());
        }
    }

    private int test(boolean json, PrintStream out, PrintStream err) {
        var found = inquiry.test();
        found.forEach((zone, trouble) -> {
            if (json) {
                var line = new LinkedHashMap<String, Object>();
                line.put("list", zone);
                line.put("well", trouble.isEmpty());
                line.put("detail", trouble.orElse(""));
                out.println(Json.of(line));
            } else {
                out.printf("%-7s  %-30s  %s%n", trouble.isEmpty() ? "well" : "trouble", zone, trouble.orElse(""));
            }
        });
        long bad = found.values().stream().filter(Optional::isPresent).count();
        if (bad > 0) {
            err.println("posthouse filter-dnsbl: " + bad + " of " + found.size() + " lists are not well; take them out or look at your resolver");
        }
        return bad > 0 ? 1 : 0;
    }
}
