package org.posthouse.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A folder of configuration files, and the bundles known beside them. */
record SampleConf(Path folder, List<Path> jars) {
    static final String TOP = "hostname = mail.example.test\ndomains = example.test, example.org\n";

    static SampleConf in(Path folder) throws IOException {
        return new SampleConf(folder, List.of(SampleJar.greylist(folder.resolve("filter-greylist.jar")),
                SampleJar.without(folder.resolve("delivery-local.jar"), "delivery-local"),
                SampleJar.factory(folder.resolve("directory-sql.jar"))));
    }

    Configuration right(String text) throws IOException {
        return switch (load(text)) {
            case Checked.Right(var configuration) -> configuration;
            case Checked.Wrong(var problems) -> throw new AssertionError(problems.toString());
        };
    }

    /** The problems, with paths from the folder on. */
    List<String> wrong(String text) throws IOException {
        return switch (load(text)) {
            case Checked.Right(_) -> throw new AssertionError("accepted: " + text);
            case Checked.Wrong(var problems) -> problems.stream().map(p -> p.toString().replace(folder + "/", "")).toList();
        };
    }

    Checked load(String text) throws IOException {
        Files.writeString(folder.resolve("posthouse.conf"), text, StandardCharsets.UTF_8);
        return load();
    }

    Checked load() {
        return Configuration.load(folder, jars);
    }

    void part(String name, String text) throws IOException {
        Files.createDirectories(folder.resolve("conf.d"));
        Files.writeString(folder.resolve("conf.d").resolve(name), text);
    }
}
