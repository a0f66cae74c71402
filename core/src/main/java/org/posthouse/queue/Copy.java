package org.posthouse.queue;

import java.util.List;
import java.util.Optional;
import org.posthouse.message.Content;
import org.posthouse.pipeline.Recipient;

/**
 * What one recipient gets of a message, and which ways it goes. Recipients with the same content share the object.
 *
 * @param held why it waits in the queue until somebody releases it
 */
public record Copy(Recipient to, List<Way> where, Content content, Optional<String> held) {
    public Copy {
        where = List.copyOf(where);
    }

    public Copy(Recipient to, List<Way> where, Content content) {
        this(to, where, content, Optional.empty());
    }
}
