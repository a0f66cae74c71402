package org.posthouse.it;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Another program that has an mbox locked most of the time, so that what comes for it has to wait in the queue. */
record LockingProgram(Path mbox) implements Client {
    private static final int LONGEST_MILLIS = 700;

    @Override
    public void work(Server server, Promises promises) throws IOException, InterruptedException {
        var random = new Random();
        while (server.alive()) {
            hold(random.nextInt(LONGEST_MILLIS));
            Thread.sleep(random.nextInt(LONGEST_MILLIS / 4));
        }
    }

    private void hold(int millis) throws IOException, InterruptedException {
        var lock = mbox.resolveSibling(mbox.getFileName() + ".lock");
        Files.createDirectories(lock.getParent());
        try {
            Files.writeString(Files.createFile(lock), "1:elsewhere.example");
        } catch (FileAlreadyExistsException _) {
            return;
        }
        try {
            Thread.sleep(millis);
        } finally {
            Files.delete(lock);
        }
    }
}
