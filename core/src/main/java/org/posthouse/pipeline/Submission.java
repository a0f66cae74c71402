package org.posthouse.pipeline;

import java.io.IOException;
import java.time.ZonedDateTime;
import org.posthouse.message.Address;
import org.posthouse.message.Content;
import org.posthouse.message.Refusal;
import org.posthouse.net.Listener;
import org.posthouse.pipeline.SubmissionSettings.Origin;
import org.posthouse.pipeline.SubmissionSettings.SenderCheck;

/**
 * What holds for one message of a user (RFC 6409), beyond what holds for every message; nothing on a listener for other servers.
 * Users send only as themselves (§6.1) and only so much; what their program forgot in the header is added (§8.2, §8.3).
 */
final class Submission {
    private final Client client;
    private final SubmissionSettings settings;
    private final OwnAddresses own;
    private final SubmissionRates rates;
    private final String hostname;
    private final boolean applies;

    Submission(Client client, Rooms rooms, SubmissionSettings settings) {
        this.client = client;
        this.settings = settings;
        this.own = new OwnAddresses(rooms.routes(), rooms.directories());
        this.rates = new SubmissionRates(rooms.states());
        this.hostname = rooms.site().hostname();
        this.applies = client.peer().listener().role() == Listener.Role.SUBMISSION;
    }

    /** The null sender is everybody's: receipts that users' programs send have it (RFC 8098 §3). */
    void from(Address sender) throws Refusal, IOException {
        if (!applies) {
            return;
        }
        var account = client.account().orElseThrow(() -> new Refusal("5.7.1", "sending needs a log-in"));
        if (settings.senderCheck() == SenderCheck.OWN_ADDRESSES && !sender.isNull() && !own.include(account, sender)) {
            throw new Refusal("5.7.1", "<" + sender + "> is not an address of " + account);
        }
    }

    /** One more recipient, that would be taken otherwise. */
    void recipient() throws Refusal, IOException {
        if (!applies) {
            return;
        }
        if (settings.perAccount().isPresent() && client.account().isPresent()) {
            rates.count(client.account().get(), settings.perAccount().get());
        }
        if (settings.perAddress().isPresent()) {
            rates.count(client.peer().address(), settings.perAddress().get());
        }
    }

    /** What comes in front of the message: {@code Received}, and for a user's what its header lacks. */
    String firstLines(Envelope envelope, Content message, ZonedDateTime now) {
        if (!applies) {
            return ReceivedLine.of(client, envelope, hostname, now);
        }
        var lines = new StringBuilder(settings.origin() == Origin.HIDDEN
                ? ReceivedLine.withoutOrigin(client, envelope, hostname, now) : ReceivedLine.of(client, envelope, hostname, now));
        var headers = message.headers();
        if (headers.first("Message-ID").isEmpty()) {
            lines.append("Message-ID: <").append(envelope.id()).append('@').append(hostname).append(">\r\n");
        }
        if (headers.first("Date").isEmpty()) {
            lines.append("Date: ").append(ReceivedLine.DATE.format(now)).append("\r\n");
        }
        return lines.toString();
    }
}
