package org.posthouse.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** No layer at all: octets as they are on the wire. */
record Plain(Wire wire) implements Layer {
    @Override
    public ByteBuffer take() {
        return wire.take();
    }

    @Override
    public boolean waiting() {
        return wire.waiting();
    }

    @Override
    public boolean ended() {
        return wire.ended();
    }

    @Override
    public void write(ByteBuffer octets) throws IOException {
        wire.write(octets);
    }

    @Override
    public void finish() throws IOException {
        wire.finish();
    }

    @Override
    public boolean secure() {
        return false;
    }

    @Override
    public String cipher() {
        return "";
    }

    @Override
    public Optional<byte[]> channelBinding(String type) {
        return Optional.empty();
    }
}
