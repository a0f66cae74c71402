package org.posthouse.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.disk.HomeDisk;
import org.posthouse.message.Status;
import org.posthouse.net.FixedSite;
import org.posthouse.state.SetClock;

final class DropFolderTest {
    @TempDir
    Path home;

    private final RecordingIntake intake = new RecordingIntake();
    private final SetClock clock = new SetClock();
    private House house;
    private DropFolder folder;

    @BeforeEach
    void aFolder() throws IOException {
        house = new House(home.resolve("spool")).withQueue();
        folder = new DropFolder(intake, house.courier, new HomeDisk(home), new FixedSite("mx.here.example", "here.example"), clock);
        Files.createDirectories(home.resolve("var/drop"));
    }

    private void drop(String id, String text) throws IOException {
        Files.writeString(home.resolve("var/drop/" + id), text);
    }

    private List<String> left() throws IOException {
        try (var files = Files.list(home.resolve("var/drop"))) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void whatLiesThereIsTakenWithItsMissingFields() throws Exception {
        drop("aaaaaaaaaaaaaaa1", "from ann\r\nname Ann \"A\" Smith\r\nto bob\r\nto zoe@elsewhere.example\r\nret hdrs\r\nnotify never\r\n\r\nSubject: x\r\n\r\nbody\r\n");
        folder.look();
        assertEquals(List.of(), left());
        var taken = intake.messages().getFirst();
        assertEquals("aaaaaaaaaaaaaaa1.1", taken.id().text());
        assertEquals("ann@here.example {RET=hdrs}", taken.from() + " " + taken.from().parameters());
        assertEquals("[bob@here.example, zoe@elsewhere.example]", taken.to().toString());
        assertEquals("{NOTIFY=never}", taken.to().getFirst().parameters().toString());
        assertTrue(taken.text().startsWith("From: \"Ann \\\"A\\\" Smith\" <ann@here.example>\r\nDate: "), taken.text());
        assertTrue(taken.text().contains("\r\nMessage-ID: <aaaaaaaaaaaaaaa1@mx.here.example>\r\nSubject: x\r\n\r\nbody\r\n"), taken.text());
    }

    @Test
    void whatIsThereIsNotAdded() throws Exception {
        drop("aaaaaaaaaaaaaaa1", "from \r\nto bob\r\n\r\nfrom: x\r\ndate: y\r\nmessage-id: <z>\r\n\r\n");
        folder.look();
        assertEquals("from: x\r\ndate: y\r\nmessage-id: <z>\r\n\r\n", intake.messages().getFirst().text());
        assertTrue(intake.messages().getFirst().from().address().isNull());
    }

    @Test
    void whatIsHalfWrittenOrNoMessageIsLeftAlone() throws Exception {
        drop("aaaaaaaaaaaaaaa1.new", "from ann\r\n");
        drop("aaaaaaaaaaaaaaa2", "nonsense\r\n\r\n");
        drop("README", "x");
        folder.look();
        assertEquals(List.of("README", "aaaaaaaaaaaaaaa1.new", "aaaaaaaaaaaaaaa2"), left());
        assertEquals(0, intake.messages().size());
    }

    @Test
    void whoIsRefusedForGoodIsToldToTheSenderAndTheOthersGetIt() throws Exception {
        intake.refuseRecipient("eve@here.example", new Status("5.1.1", "no such user"));
        drop("aaaaaaaaaaaaaaa1", "from ann@example.test\r\nto eve\r\nto bob\r\nto not an address\r\n\r\nSubject: x\r\n\r\n");
        folder.look();
        assertEquals(List.of(), left());
        assertEquals("[bob@here.example]", intake.messages().getFirst().to().toString());
        assertEquals(1, house.queue.browse(Optional.empty(), 10).size());
        assertEquals("ann@example.test", house.queue.browse(Optional.empty(), 10).getFirst().item().legs().getFirst().recipients().getFirst().to().toString());
    }

    @Test
    void whoIsRefusedForNowIsTriedAgainAloneAndLater() throws Exception {
        intake.refuseRecipient("eve@here.example", new Status("4.2.1", "later"));
        drop("aaaaaaaaaaaaaaa1", "from ann@example.test\r\nname A\r\nto eve\r\nto bob\r\n\r\nSubject: x\r\n\r\n");
        folder.look();
        assertEquals(1, intake.messages().size());
        assertEquals(1, left().size());
        var file = home.resolve("var/drop").resolve(left().getFirst());
        assertEquals("from ann@example.test\r\nname A\r\nto eve\r\n\r\nSubject: x\r\n\r\n", Files.readString(file));
        folder.look();
        assertEquals(1, intake.messages().size());
        clock.pass(Duration.ofMinutes(2));
        Files.setLastModifiedTime(file, FileTime.from(clock.instant().minus(Duration.ofDays(6)))); // and that is too old
        folder.look();
        assertEquals(List.of(), left());
        assertEquals(1, house.queue.browse(Optional.empty(), 10).size());
    }

    @Test
    void anIntakeThatFailsLosesNothing() throws Exception {
        intake.fail(RecordingIntake.At.DATA, new IOException("disk on fire"));
        drop("aaaaaaaaaaaaaaa1", "from ann@example.test\r\nto bob\r\n\r\nSubject: x\r\n\r\n");
        folder.look();
        assertEquals(List.of("aaaaaaaaaaaaaaa1"), left());
        assertEquals(0, intake.open());
    }

    @Test
    void aFileThatGetsItsNameJustNowHoldsUpNothing() throws Exception {
        Files.createSymbolicLink(home.resolve("var/drop/aaaaaaaaaaaaaaa0.new"), Path.of("nowhere"));
        drop("aaaaaaaaaaaaaaa1", "from ann\r\nto bob\r\n\r\nSubject: x\r\n\r\n");
        folder.look();
        assertEquals(1, intake.messages().size());
    }

    @Test
    void aMessageThatIsNotBorneHoldsUpNoOther() throws Exception {
        var stumbling = new DropFolder(client -> {
            if (client.peer().session().text().endsWith("1")) {
                throw new IllegalStateException("a bug");
            }
            return intake.begin(client);
        }, house.courier, new HomeDisk(home), new FixedSite("mx.here.example", "here.example"), clock);
        drop("aaaaaaaaaaaaaaa1", "from ann\r\nto bob\r\n\r\nSubject: x\r\n\r\n");
        drop("aaaaaaaaaaaaaaa2", "from ann\r\nto bob\r\n\r\nSubject: x\r\n\r\n");
        stumbling.look();
        assertEquals(List.of("aaaaaaaaaaaaaaa1"), left());
    }

    @Test
    void aSenderThatIsNoAddressIsNotTakenForNobody() throws Exception {
        drop("aaaaaaaaaaaaaaa1", "from not an address\r\nto bob\r\n\r\nSubject: x\r\n\r\n");
        drop("aaaaaaaaaaaaaaa2", "from ann\r\nto bob\r\n\r\nSubject: x\r\n\r\n");
        folder.look();
        assertEquals(List.of("aaaaaaaaaaaaaaa1"), left());
        assertEquals(List.of("ann@here.example"), intake.messages().stream().map(m -> m.from().toString()).toList());
    }
}
