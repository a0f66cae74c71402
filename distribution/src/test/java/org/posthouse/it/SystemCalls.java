package org.posthouse.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a program asked of the kernel, as {@code strace -f -yy} wrote it down; moments are lines of that. */
record SystemCalls(List<Call> calls) {
    /** @param text its arguments */
    record Call(String name, String text, int began, int ended) {
        /** The file, folder or socket behind its first argument. */
        String on() {
            var open = FIRST.matcher(text);
            return open.find() ? open.group(1) : "";
        }

        List<Path> paths() {
            return QUOTED.matcher(text).results().map(m -> Path.of(m.group(1))).toList();
        }

        boolean syncs(Path what) {
            return SYNCS.contains(name) && on().equals(what.toString());
        }
    }

    private static final List<String> WRITES = List.of("write", "pwrite64", "writev", "pwritev", "ftruncate");
    private static final List<String> NAMES = List.of("rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "mkdir", "mkdirat");
    private static final Set<String> SYNCS = Set.of("fsync", "fdatasync");
    private static final Pattern WHOLE = Pattern.compile("(\\d+) +(\\w+)\\((.*)\\) += (-?\\d+).*");
    private static final Pattern UNFINISHED = Pattern.compile("(\\d+) +(\\w+)\\((.*) <unfinished \\.\\.\\.>");
    private static final Pattern RESUMED = Pattern.compile("(\\d+) +<\\.\\.\\. (\\w+) resumed>(.*)\\) += (-?\\d+).*");
    private static final Pattern FIRST = Pattern.compile("^\\d+<(.*?)>(, |$)");
    private static final Pattern QUOTED = Pattern.compile("\"(/[^\"]*)\"");

    /** What an strace needs before the program's name. */
    static List<String> recorder(Path file) {
        return List.of("strace", "-D", "-f", "-q", "--seccomp-bpf", "-yy", "-s", "200", "-o", file.toString(), "-e", "trace=openat,fsync,fdatasync,"
                + String.join(",", WRITES) + "," + String.join(",", NAMES));
    }

    /** Those that succeeded. */
    static SystemCalls read(Path file) throws IOException {
        var calls = new ArrayList<Call>();
        var unfinished = new HashMap<String, Call>();
        int moment = 0;
        for (var line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
            moment++;
            var whole = WHOLE.matcher(line);
            var begins = UNFINISHED.matcher(line);
            var ends = RESUMED.matcher(line);
            if (begins.matches()) {
                unfinished.put(begins.group(1), new Call(begins.group(2), begins.group(3), moment, moment));
            } else if (ends.matches()) {
                var begun = unfinished.remove(ends.group(1));
                if (begun != null && !ends.group(4).startsWith("-")) {
                    calls.add(new Call(begun.name, begun.text + ends.group(3), begun.began, moment));
                }
            } else if (whole.matches() && !whole.group(4).startsWith("-")) {
                calls.add(new Call(whole.group(2), whole.group(3), moment, moment));
            }
        }
        return new SystemCalls(calls);
    }

    /** A change of a file's octets or of the names in a folder. */
    record Change(Path what, Call call) {}

    List<Change> changes() {
        var there = new HashSet<Path>();
        return calls.stream().flatMap(call -> changes(call, there)).toList();
    }

    private static Stream<Change> changes(Call call, Set<Path> there) {
        if (WRITES.contains(call.name)) {
            return Stream.of(call.on()).filter(f -> f.startsWith("/")).map(f -> new Change(Path.of(f), call));
        }
        if (call.paths().isEmpty()) {
            return Stream.empty();
        }
        if (call.name.equals("openat")) {
            boolean made = call.text.contains("O_CREAT") && there.add(call.paths().getFirst());
            return made ? names(call) : Stream.empty();
        }
        if (!NAMES.contains(call.name)) {
            return Stream.empty();
        }
        call.paths().forEach(there::remove);
        if (!call.name.startsWith("unlink")) {
            there.add(call.paths().getLast());
        }
        return names(call);
    }

    private static Stream<Change> names(Call call) {
        return call.paths().stream().filter(p -> !transitory(p)).map(p -> new Change(p.getParent(), call)).distinct();
    }

    /** Names that may be there or not after a crash: of locks, and of what is being written. */
    private static boolean transitory(Path name) {
        return name.getFileName().toString().contains(".lock") || name.getParent().endsWith("tmp");
    }

    /** Changes between two moments that no sync made durable before the second: began after the change and ended before that. */
    List<Change> unsynced(List<Path> under, int from, int until) {
        return changes().stream().filter(c -> under.stream().anyMatch(c.what::startsWith) && !c.what.toString().contains(".lock") && c.call.began >= from && c.call.ended < until)
                .filter(c -> calls.stream().noneMatch(s -> s.syncs(c.what) && s.began >= c.call.ended && s.ended < until)).toList();
    }

    /** What was synced in that time. */
    List<Path> synced(List<Path> under, int from, int until) {
        return calls.stream().filter(c -> SYNCS.contains(c.name) && c.began >= from && c.ended < until).map(c -> Path.of(c.on())).distinct()
                .filter(p -> under.stream().anyMatch(p::startsWith)).toList();
    }

    SystemCalls without(Path synced) {
        return new SystemCalls(calls.stream().filter(c -> !c.syncs(synced)).toList());
    }

    /** As if the program had asked for each sync of it only after that moment. */
    SystemCalls later(Path synced, int moment) {
        return new SystemCalls(calls.stream().map(c -> c.syncs(synced) && c.began < moment ? new Call(c.name, c.text, moment + 1, moment + 1) : c).toList());
    }
}
