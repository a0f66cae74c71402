package org.posthouse.queue;

import java.util.List;
import org.posthouse.message.Content;
import org.posthouse.pipeline.Recipient;

/** What one recipient gets of a message, and where. Recipients with the same content share the object. */
public record Copy(Recipient to, List<Destination> where, Content content) {
    public Copy {
        where = List.copyOf(where);
    }
}
