package org.posthouse.it;

import java.io.IOException;

/** Somebody at work on a server that may end at any moment. What it is told goes into the promises. */
interface Client {
    /** Until the server is gone, which is an IOException. */
    void work(Server server, Promises promises) throws IOException, InterruptedException;
}
