package org.posthouse.queue;

import org.posthouse.message.MessageId;

/** One message to one destination, the same for every attempt: a store that has it does not store it again. */
public record DeliveryId(String text) {
    public DeliveryId(MessageId message, int n) {
        this(message.text() + "." + n);
    }

    @Override
    public String toString() {
        return text;
    }
}
