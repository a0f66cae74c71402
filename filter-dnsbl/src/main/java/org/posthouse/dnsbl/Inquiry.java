package org.posthouse.dnsbl;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.posthouse.message.Unavailable;
import org.posthouse.net.Dns;
import org.posthouse.net.Dns.Found;
import org.posthouse.observe.Metrics;

/** Asks all lists at once about a client and what it says. All of it ends within one time; who has not answered by then is silent. */
final class Inquiry {
    private static final int MOST_NAMES = 5;

    /** What one list said about one of its subjects. */
    record Result(DnsList list, String about, Operator.Said said, Optional<String> reason) {}

    /** Who is asked about. Empty texts are nothing to ask about. */
    record Person(Optional<InetAddress> address, String hello, String senderDomain) {}

    private final List<Operator> lists;
    private final Dns dns;
    private final Duration patience;
    private final Metrics metrics;

    Inquiry(List<Operator> lists, Dns dns, Duration patience, Metrics metrics) {
        this.lists = lists;
        this.dns = dns;
        this.patience = patience;
        this.metrics = metrics;
    }

    List<Result> about(Person person) throws Unavailable {
        long deadline = System.nanoTime() + patience.toNanos();
        var tasks = new ArrayList<Callable<List<Result>>>();
        for (var list : lists) {
            if (list.list().subject() != Subject.NAME) {
                subject(list.list().subject(), person).ifPresent(about -> tasks.add(() -> List.of(ask(list, about, deadline))));
            }
        }
        var byName = lists.stream().filter(l -> l.list().subject() == Subject.NAME).toList();
        if (!byName.isEmpty() && person.address().isPresent()) {
            tasks.add(() -> names(person.address().get(), byName, deadline));
        }
        return tasks.isEmpty() ? List.of() : all(tasks);
    }

    private static Optional<String> subject(Subject subject, Person person) {
        return switch (subject) {
            case CLIENT -> person.address().map(Subject::reversed);
            case HELLO -> domain(person.hello());
            case SENDER -> domain(person.senderDomain());
            case NAME -> Optional.empty();
        };
    }

    /** Not an address literal, nor a name of one word. */
    private static Optional<String> domain(String text) {
        var name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        return name.indexOf('.') > 0 && !name.startsWith("[") && !name.matches("[0-9.]+") ? Optional.of(name.toLowerCase(Locale.ROOT)) : Optional.empty();
    }

    private static List<Result> all(List<Callable<List<Result>>> tasks) throws Unavailable {
        var results = new ArrayList<Result>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : threads.invokeAll(tasks)) {
                results.addAll(result(done));
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("interrupted while lists were asked", e);
        }
    }

    private static List<Result> result(Future<List<Result>> done) throws InterruptedException {
        try {
            return done.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException bug ? bug : new IllegalStateException(e.getCause()); // look-ups throw nothing
        }
    }

    private Dns until(long deadline) {
        return dns.within(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
    }

    private Result ask(Operator list, String about, long deadline) {
        var said = list.ask(() -> until(deadline), about);
        metrics.count("dnsbl_answers", "list", list.list().zone(), "answer", switch (said) {
            case Operator.Said.Listed _ -> "listed";
            case Operator.Said.Clear _ -> "clear";
            case Operator.Said.Silent _ -> list.off().isPresent() ? "off" : "unknown";
        });
        var reason = said instanceof Operator.Said.Listed && list.list().use() != DnsList.Use.SHADOW
                && until(deadline).txt(about + "." + list.list().zone()) instanceof Found<String> text
                ? Optional.of(text.records().getFirst()) : Optional.<String>empty();
        return new Result(list.list(), about, said, reason);
    }

    /** Names that lead back to the address, for anybody may name an address as he likes. */
    private List<Result> names(InetAddress address, List<Operator> byName, long deadline) {
        var results = new ArrayList<Result>();
        if (until(deadline).ptr(address) instanceof Found<String> names) {
            names.records().stream().sorted().limit(MOST_NAMES).filter(name -> leadsBack(name, address, deadline))
                    .forEach(name -> byName.forEach(list -> results.add(ask(list, name, deadline))));
        }
        return results;
    }

    private boolean leadsBack(String name, InetAddress address, long deadline) {
        var answer = address.getAddress().length == 4 ? until(deadline).a(name) : until(deadline).aaaa(name);
        return answer instanceof Found<InetAddress> found && found.records().contains(address);
    }

    /** By the zone, what is wrong with it; nothing for those that are well. */
    Map<String, Optional<String>> test() {
        var found = new TreeMap<String, Optional<String>>();
        lists.forEach(list -> found.merge(list.list().zone(), list.test(() -> dns.within(patience)), (a, b) -> a.or(() -> b)));
        return found;
    }
}
