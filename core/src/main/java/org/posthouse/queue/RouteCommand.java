package org.posthouse.queue;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.posthouse.message.Address;
import org.posthouse.message.Refusal;
import org.posthouse.message.Status;
import org.posthouse.observe.Command;
import org.posthouse.observe.Json;
import org.posthouse.pipeline.Recipient;
import org.posthouse.pipeline.Sender;

/** {@code posthouse route}: what would become of mail for an address, and why, without sending any. */
public final class RouteCommand implements Command {
    private final Routes routes;

    /** From whom an address is taken. */
    private enum Takes {
        EVERYBODY("from everybody"), TRUSTED("only from users and from networks of relay-from"), NOBODY("from nobody");

        private final String words;

        Takes(String words) {
            this.words = words;
        }
    }

    private record Answer(Takes takes, Optional<Status> refusal, List<Way> ways, List<String> steps) {}

    public RouteCommand(Routes routes) {
        this.routes = routes;
    }

    @Override
    public String name() {
        return "route";
    }

    @Override
    public String usage() {
        return "ADDRESS [--from SENDER] [--json]  what would become of mail for it, step by step";
    }

    @Override
    public int run(List<String> args, InputStream in, PrintStream out, PrintStream err) throws IOException {
        var words = new ArrayList<>(args);
        boolean json = words.remove("--json");
        var from = Optional.of(Address.NULL);
        int option = words.indexOf("--from");
        if (option >= 0 && option + 1 < words.size()) {
            words.remove(option);
            from = sender(words.remove(option));
        }
        var to = words.size() == 1 ? Address.parse(words.getFirst()) : Optional.<Address>empty();
        if (to.isEmpty() || from.isEmpty()) {
            err.println("posthouse route: say an address, ann@example.test, and perhaps --from SENDER");
            return 2;
        }
        var answer = answer(to.get(), new Sender(from.get()));
        if (json) {
            out.println(Json.of(object(to.get(), from.get(), answer)));
        } else {
            print(to.get(), from.get(), answer, out);
        }
        return answer.refusal.isPresent() ? 1 : 0;
    }

    private static Optional<Address> sender(String text) {
        return text.equals("<>") ? Optional.of(Address.NULL) : Address.parse(text);
    }

    private Answer answer(Address to, Sender asNamed) throws IOException {
        var said = new ArrayList<String>();
        Steps steps = (form, parts) -> said.add(form.formatted(parts));
        var from = routes.canonical(asNamed);
        if (!from.equals(asNamed)) {
            steps.step("the sender is written <%s> (sender-canonical)", from);
        }
        var route = routes.route(to, from.address(), steps);
        var takes = route instanceof Route.Outside ? Takes.TRUSTED : Takes.EVERYBODY;
        try {
            return new Answer(takes, Optional.empty(), routes.ways(route, from, new Recipient(to), steps), said);
        } catch (Refusal e) {
            return new Answer(Takes.NOBODY, Optional.of(e.status()), List.of(), said);
        }
    }

    private void print(Address to, Address from, Answer answer, PrintStream out) throws IOException {
        out.println("<" + to + "> from <" + from + ">");
        for (int i = 0; i < answer.steps.size(); i++) {
            out.println("  " + (i + 1) + ". " + answer.steps.get(i));
        }
        out.println("taken " + answer.takes.words + answer.refusal.map(why -> ": " + why).orElse(""));
        for (var way : answer.ways) {
            out.println("  " + way.to() + named(way, to) + way.from().map(f -> ", as from <" + f + ">").orElse("")
                    + way.held().map(why -> ", held: " + why).orElse(""));
            routes.fallbacks(way.to(), from, way.recipient()).forEach(other -> out.println("    or else " + other));
        }
    }

    private static String named(Way way, Address to) {
        return way.recipient().address().equals(to) ? "" : " for <" + way.recipient() + ">";
    }

    private Map<String, Object> object(Address to, Address from, Answer answer) throws IOException {
        var object = new LinkedHashMap<String, Object>();
        object.put("to", to);
        object.put("from", from);
        object.put("taken", answer.takes.name().toLowerCase(Locale.ROOT));
        object.put("refusal", answer.refusal.orElse(null));
        var ways = new ArrayList<Map<String, Object>>();
        for (var way : answer.ways) {
            ways.add(object(way, from));
        }
        object.put("ways", ways);
        object.put("steps", answer.steps);
        return object;
    }

    private Map<String, Object> object(Way way, Address from) throws IOException {
        var object = new LinkedHashMap<String, Object>();
        object.put("where", way.to());
        object.put("to", way.recipient());
        object.put("as", way.from().orElse(null));
        object.put("held", way.held().orElse(null));
        object.put("fallbacks", routes.fallbacks(way.to(), from, way.recipient()));
        return object;
    }
}
