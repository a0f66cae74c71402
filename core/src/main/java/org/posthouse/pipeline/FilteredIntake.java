package org.posthouse.pipeline;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.posthouse.config.Values;
import org.posthouse.message.Address;
import org.posthouse.message.Refusal;
import org.posthouse.net.SessionIds;
import org.posthouse.queue.Destination;
import org.posthouse.queue.Route;

/** The one door, with the filters standing at it. */
public final class FilteredIntake implements Intake {
    /** Of {@code [pipeline]}. */
    record Settings(Thresholds thresholds, long maxMessageOctets, SubmissionSettings submission) {}

    private static final long USUAL_MAX_OCTETS = 50L * 1024 * 1024;

    private final Rooms rooms;
    private final Screening screening;
    private final SessionIds ids = new SessionIds();
    private volatile Settings settings = new Settings(Thresholds.NEVER, USUAL_MAX_OCTETS, SubmissionSettings.USUAL);

    public FilteredIntake(Rooms rooms) {
        this.rooms = rooms;
        this.screening = new Screening(rooms.filters(), rooms.trace(), rooms.metrics(), rooms.clock());
    }

    /**
     * Of {@code [pipeline]}: {@code quarantine-score}, {@code refuse-score}, {@code max-message}, and those of
     * {@link SubmissionSettings}. Of each filter's section:
     * {@code mode}, {@code budget}, {@code on-failure}.
     *
     * @param filters by the filter's name; one that is missing has the defaults
     */
    public void configure(Values pipeline, Map<String, Values> filters) {
        var next = new Settings(Thresholds.of(pipeline),
                pipeline.has("max-message") ? pipeline.size("max-message") : USUAL_MAX_OCTETS, SubmissionSettings.of(pipeline));
        var byName = new HashMap<String, FilterSettings>();
        filters.forEach((name, section) -> byName.put(name, FilterSettings.of(section)));
        settings = next;
        screening.configure(byName);
    }

    /** The filters without which no mail may pass: while one of them is away, mail waits. */
    public void requireFilters(Set<String> names) {
        screening.require(names);
    }

    @Override
    public Transaction begin(Client client) {
        return new Incoming(client, rooms, screening, settings);
    }

    @Override
    public Transaction beginOwn(String writer) {
        return begin(new Here(writer).client(ids.next()));
    }

    @Override
    public List<Address> members(Address address) throws Refusal, IOException {
        return switch (rooms.routes().route(address)) {
            case Route.Local local -> Stream.concat(local.destinations().stream().map(to -> member(address, to)), local.outside().stream())
                    .distinct().toList();
            case Route.Unknown(var why) -> throw new Refusal(why);
            case Route.Backup _, Route.Outside _ -> List.of();
        };
    }

    private static Address member(Address asked, Destination to) {
        return to.transport().equals("local") ? Address.parse(to.target()).orElse(asked) : asked;
    }
}
