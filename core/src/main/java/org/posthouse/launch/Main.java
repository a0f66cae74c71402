package org.posthouse.launch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.osgi.framework.BundleException;

/**
 * {@code posthouse [--home DIR] COMMAND ...}. {@code run} becomes the server; {@code start} starts one in the background; every
 * other command is done by the server that runs, and where none does, by a kernel without listeners in this process, under the
 * home's lock. Exit status 0 done, 1 refused or failed, 2 bad use.
 */
public final class Main {
    private static final long END_MILLIS = 4_500;
    private static final long GLANCE_MILLIS = 500;
    private static final long TURN_MILLIS = 10_000;
    private static final long STOP_MILLIS = 15_000;
    private static final List<String> OF_A_SERVER = List.of("status", "stop", "reload");

    private final Path program;
    private final Home home;

    private Main(Path program, Home home) {
        this.program = program;
        this.home = home;
    }

    public static void main(String[] args) throws InterruptedException {
        int status = 1;
        try {
            status = begin(List.of(args));
        } catch (BadUse e) {
            System.err.println("posthouse: " + e.getMessage());
            status = 2;
        } catch (IOException | BundleException e) {
            reason(e).lines().forEach(line -> System.err.println("posthouse: " + line));
        }
        System.out.flush();
        System.exit(status);
    }

    private static String reason(Throwable e) {
        Throwable deepest = e;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        return switch (deepest) {
            case AccessDeniedException denied -> denied.getFile() + ": permission denied; run posthouse as the user who owns it";
            case RuntimeException bug -> bug.toString();
            case Exception expected when expected.getMessage() != null -> expected.getMessage();
            default -> deepest.toString();
        };
    }

    private static int begin(List<String> args) throws BadUse, IOException, BundleException, InterruptedException {
        boolean named = !args.isEmpty() && args.getFirst().equals("--home");
        if (named && args.size() < 2) {
            throw new BadUse("--home needs a folder; write posthouse --home DIR COMMAND");
        }
        var folder = named ? args.get(1) : Optional.ofNullable(System.getenv("POSTHOUSE_HOME")).orElse("home");
        var words = named ? args.subList(2, args.size()) : args;
        if (words.isEmpty()) {
            throw new BadUse("no command; posthouse help lists them");
        }
        var program = Path.of(System.getProperty("posthouse.program")).toAbsolutePath().normalize();
        return new Main(program, new Home(Path.of(folder).toAbsolutePath().normalize())).run(words);
    }

    private int run(List<String> words) throws BadUse, IOException, BundleException, InterruptedException {
        System.setProperty("posthouse.home", home.folder().toString()); // LogSettings reads it
        return switch (words.getFirst()) {
            case "run" -> alone(words).serve();
            case "start" -> alone(words).start();
            case "stop" -> alone(words).stop();
            case "sendmail", "mailq", "newaliases" -> sendmail(words);
            case "help", "--help", "-h" -> command(List.of("help"));
            default -> command(words);
        };
    }

    /** What it is called decides what it does, as with sendmail's own links. */
    private int sendmail(List<String> called) throws IOException, BundleException, InterruptedException {
        try {
            var words = SendmailWords.of(called.getFirst(), called.subList(1, called.size()));
            return switch (words.mode()) {
                case 'i' -> Sendmail.OK; // aliases need no making
                case 'p' -> command(List.of("queue", "list"));
                case 'q' -> command(List.of("queue", "flush"));
                case 'v' -> command(Stream.concat(Stream.of("route"), words.recipients().stream()).toList());
                default -> {
                    mustExist();
                    yield new Sendmail(home.folder(), words, System.in).run();
                }
            };
        } catch (BadUse e) {
            return Sendmail.ended(Sendmail.USAGE, e.getMessage());
        }
    }

    private void mustExist() throws BadUse {
        if (!Files.isDirectory(home.folder())) {
            throw new BadUse(home.folder()
                    + " is not there; write posthouse --home DIR COMMAND, or posthouse --home DIR run to make one");
        }
    }

    private Main alone(List<String> words) throws BadUse {
        if (words.size() > 1) {
            throw new BadUse(words.getFirst() + " takes no words, but got " + String.join(" ", words.subList(1, words.size())));
        }
        return this;
    }

    private int serve() throws IOException, BundleException, InterruptedException {
        home.make();
        var lock = home.lock();
        for (long waited = 0; lock.isEmpty() && waited < GLANCE_MILLIS; waited += 50) {
            Thread.sleep(50); // a command that looks whether a server runs has the lock for a moment
            lock = home.lock();
        }
        return lock.isPresent() ? boot(lock.get(), List.of()) : owned();
    }

    private int owned() throws IOException {
        System.err.println("posthouse: process " + home.owner() + " has " + home.folder() + "; stop it with posthouse --home "
                + home.folder() + " stop");
        return 1;
    }

    /** Runs a kernel in this process to its end. Signals end it in time, whatever it does. */
    private int boot(Home.Lock lock, List<String> command) throws IOException, BundleException, InterruptedException {
        var boot = new Boot(program, home.folder(), command);
        var ended = new AtomicBoolean();
        // The hook also keeps the lock from the garbage collector, which would open it.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            end(boot, ended.get());
            release(lock);
        }));
        try {
            boot.start();
            return boot.waitForEnd();
        } finally {
            ended.set(true);
        }
    }

    private static void end(Boot boot, boolean byItself) {
        boolean clean = false;
        try {
            clean = boot.stop(END_MILLIS);
        } catch (BundleException | InterruptedException e) {
            System.err.println("posthouse: did not stop well: " + reason(e));
        }
        if (!byItself || !clean) {
            Runtime.getRuntime().halt(clean ? 0 : 1);
        }
    }

    private static void release(Home.Lock lock) {
        try {
            lock.close();
        } catch (IOException e) {
            System.err.println("posthouse: " + reason(e)); // it goes with the process anyway
        }
    }

    private int start() throws IOException, InterruptedException {
        home.make();
        var lock = home.lock();
        if (lock.isEmpty()) {
            return owned();
        }
        lock.get().close();
        return new Background(program, home).start();
    }

    private int stop() throws IOException, InterruptedException {
        var status = new ControlClient(home.folder()).run(List.of("stop"), InputStream.nullInputStream());
        if (status.isEmpty()) {
            return away();
        }
        if (status.getAsInt() != 0) {
            return status.getAsInt();
        }
        for (long waited = 0; waited < STOP_MILLIS; waited += 50) {
            var lock = home.lock();
            if (lock.isPresent()) {
                lock.get().close();
                System.out.println("posthouse: stopped");
                return 0;
            }
            Thread.sleep(50);
        }
        System.err.println("posthouse: process " + home.owner() + " still runs after " + STOP_MILLIS / 1000
                + " s; end it with kill " + home.owner());
        return 1;
    }

    private int away() throws IOException {
        if (Files.exists(home.folder().resolve("var/run"))) {
            var lock = home.lock();
            if (lock.isEmpty()) {
                System.err.println("posthouse: process " + home.owner() + " starts or ends just now; try again in a second");
                return 1;
            }
            lock.get().close();
        }
        System.err.println("posthouse: no server runs in " + home.folder() + "; start it with posthouse --home "
                + home.folder() + " start");
        return 1;
    }

    private int command(List<String> words) throws BadUse, IOException, BundleException, InterruptedException {
        mustExist();
        var request = Request.of(words, System.in);
        for (long waited = 0; waited < TURN_MILLIS; waited += 100) {
            var status = new ControlClient(home.folder()).run(request.words(), request.in());
            if (status.isPresent()) {
                return status.getAsInt();
            }
            if (OF_A_SERVER.contains(words.getFirst())) {
                return away();
            }
            var done = here(request);
            if (done.isPresent()) {
                return done.getAsInt();
            }
            Thread.sleep(100); // a server that starts, or another command
        }
        return owned();
    }

    /** The command's exit status; empty, with nothing done, when another process has the home. */
    private OptionalInt here(Request request) throws IOException, BundleException, InterruptedException {
        home.mustBeOurs();
        home.make();
        var lock = home.lock();
        if (lock.isEmpty()) {
            return OptionalInt.empty();
        }
        System.setProperty("posthouse.log.level", System.getProperty("posthouse.log.level", "WARN"));
        System.setIn(request.in());
        return OptionalInt.of(boot(lock.get(), request.words()));
    }
}
