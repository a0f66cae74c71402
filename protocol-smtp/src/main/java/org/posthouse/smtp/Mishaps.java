package org.posthouse.smtp;

import java.io.IOException;
import org.posthouse.message.MessageId;
import org.posthouse.message.Status;
import org.posthouse.message.Unavailable;
import org.posthouse.net.Connection;
import org.posthouse.observe.Trace;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is written down and said where something here failed, or a message broke the rules of its text. */
record Mishaps(Connection connection, Trace trace) {
    private static final Logger LOG = LoggerFactory.getLogger("protocol-smtp");

    Reply broken(MessageId id, Status why) {
        trace.event(id.text(), "refused", "status", why);
        LOG.info("refused id={} status=\"{}\"", id, why);
        return Reply.of(why);
    }

    Reply failed(IOException e) {
        var client = connection.peer().address().getHostAddress();
        if (e instanceof Unavailable) {
            LOG.info("deferred client={} why={}", client, e.getMessage());
            return Reply.of(451, "4.3.2", "Not available now, try again later");
        }
        LOG.warn("deferred client={}", client, e);
        return Reply.of(451, "4.3.0", "Something failed here, try again later");
    }
}
