package org.posthouse.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.posthouse.fuzz.FuzzTarget;

/** A file of the configuration is read, or its mistakes are named; what was read without a mistake is written and read as the same. */
final class SectionFuzzTest implements FuzzTarget {
    private static final Path FILE = Path.of("posthouse.conf");

    @Override
    public void take(byte[] input) {
        var reader = read(input);
        long lines = new String(input, StandardCharsets.ISO_8859_1).chars().filter(c -> c == '\n').count() + 1;
        reader.problems().forEach(p -> assertTrue(p.place().line() >= 1 && p.place().line() <= lines, p::toString));
        if (reader.problems().isEmpty()) {
            var again = read(text(reader).getBytes(StandardCharsets.UTF_8));
            assertEquals(List.of(), again.problems());
            assertEquals(text(reader), text(again));
        }
        var interpolation = new Interpolation(reader.sections(), (_, key) -> key.startsWith("d") ? Optional.of("default") : Optional.empty());
        interpolation.run();
        interpolation.problems().forEach(Problem::toString);
    }

    private static SectionReader read(byte[] input) {
        var reader = new SectionReader();
        reader.read(FILE, input);
        return reader;
    }

    private static String text(SectionReader reader) {
        var text = new StringBuilder();
        reader.sections().forEach((name, section) -> {
            text.append(name.isEmpty() ? "" : "[" + name + "]\n");
            section.entries().forEach((key, entry) -> text.append(key).append(" = ").append(entry.value()).append('\n'));
        });
        return text.toString();
    }

    @Override
    public List<String> seeds() {
        var chain = new StringBuilder();
        for (int i = 0; i < 110; i++) {
            chain.append("k").append(i).append(" = ${k").append(i + 1).append("}\n");
        }
        return List.of("hostname = mail.example.test\ndomains = a, b\n# x\n[listener mx]\nport = 25\n", "\u00ef\u00bb\u00bfa=b\r\n;c\r\n[x]\r\na = ${a}\r\n",
                "a = ${b}${b}\nb = ${c}${c}\nc = ${d}${d}\n", "a = ${a}\n", "a = $${x} ${x.y}\n[x]\ny = 1\n", "[a\n[b]]\nK_k = 1\nno equals\n", chain.toString(),
                "a=${b\nb=${${c}}\nc=d", "[x y]\na = ${x y.b}\nb = ${q:-z}\n");
    }

    @Override
    public List<String> words() {
        return List.of("${", "}", "$${", "[", "]", " = ", "\n", "${a}", ":-");
    }

    @Override
    public long mayAllocate(int octets) {
        return (8 << 20) + 25_000L * octets; // references grow values
    }
}
