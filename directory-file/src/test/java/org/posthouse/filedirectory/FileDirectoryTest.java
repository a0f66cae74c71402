package org.posthouse.filedirectory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.auth.AccountId;
import org.posthouse.auth.Check;
import org.posthouse.auth.Directory;
import org.posthouse.auth.DirectoryContract;
import org.posthouse.auth.Resolution;
import org.posthouse.auth.ScramClient;
import org.posthouse.disk.FaultyDisk;
import org.posthouse.disk.HomeDisk;
import org.posthouse.message.Address;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Refusal;

class FileDirectoryTest implements DirectoryContract {
    @TempDir Path home;
    private FaultyDisk disk;
    private int written;
    private final HereSite site = new HereSite();

    @BeforeEach void makeHome() throws IOException {
        Files.createDirectory(home.resolve("conf"));
        disk = new FaultyDisk(new HomeDisk(home));
    }

    /** As an operator would have done some time ago. */
    private void write(String name, String text) throws IOException {
        Files.writeString(disk.conf(name), text);
        Files.setLastModifiedTime(disk.conf(name), FileTime.fromMillis(System.currentTimeMillis() - 60_000 + written++));
    }

    private String users() throws IOException {
        return Files.readString(disk.conf("users"));
    }

    @Override public Directory newDirectory() {
        return directory();
    }

    private FileDirectory directory() {
        return new FileDirectory(new Storing(NewPasswords.of("argon2id"), false, true, Duration.ofMinutes(10)), disk, site);
    }

    private FileDirectory with(String users, String aliases) throws IOException {
        write("users", users);
        write("aliases", aliases);
        return directory();
    }

    private static Resolution aliases(String... targets) {
        return new Resolution.Aliases(List.of(targets).stream().map(t -> Address.parse(t).orElseThrow()).toList());
    }

    @Test void refusesASchemeItCannotMake() {
        assertEquals("scheme", assertThrows(BadSetting.class, () -> NewPasswords.of("rot13")).key());
    }

    @Test void readsAccountsWithAttributesAndDovecotsFields() throws Exception {
        var directory = with("""
                # people
                Ann@Here.Example:{PLAIN}pw:quota=1G store=/var/x:y

                bob:{PLAIN}one {PLAIN}two
                cat@there.example:{PLAIN}pw:1000:1000:Cat,,,:/home/cat:/bin/sh:userdb_quota_rule=*:bytes=1
                dan@here.example:{PLAIN}pw::::::
                """, "");
        assertEquals(Map.of("quota", "1G", "store", "/var/x:y"), directory.account("ann@here.example").orElseThrow().attributes());
        assertEquals(Map.of(), directory.account("cat@there.example").orElseThrow().attributes());
        assertEquals(Check.RIGHT, directory.check("bob@here.example", "one".toCharArray()));
        assertEquals(Check.RIGHT, directory.check("bob@here.example", "two".toCharArray()));
        assertEquals(Check.WRONG, directory.check("bob@here.example", "three".toCharArray()));
        assertEquals(Check.RIGHT, directory.check("dan@here.example", "pw".toCharArray()));
    }

    @Test void aLockedAccountGetsMailAndLetsNobodyIn() throws Exception {
        var directory = with("ann:!{PLAIN}pw\nbob:*:1000::::\n", "");
        assertEquals(new Resolution.Local(new AccountId("ann@here.example")), directory.resolve(new Address("ann", "here.example")));
        for (var password : List.of("pw", "!{PLAIN}pw", "*", "")) {
            assertEquals(Check.WRONG, directory.check("ann@here.example", password.toCharArray()));
            assertEquals(Check.WRONG, directory.check("bob@here.example", password.toCharArray()));
        }
    }

    @Test void resolvesAliasesOneStepAndCompletesTheirTargets() throws Exception {
        var directory = with("ann@here.example:{PLAIN}pw\n", """
                info@here.example: ann, bob@there.example
                postmaster: ann
                postmaster@there.example: info@here.example
                @there.example: ann@here.example
                """);
        assertEquals(aliases("ann@here.example", "bob@there.example"), directory.resolve(new Address("INFO", "here.example")));
        assertEquals(aliases("ann@here.example"), directory.resolve(new Address("postmaster", "here.example")));
        assertEquals(aliases("info@here.example"), directory.resolve(new Address("postmaster", "there.example")));
        assertEquals(aliases("ann@here.example"), directory.resolve(new Address("", "there.example")));
        assertEquals(new Resolution.Unknown(), directory.resolve(new Address("", "here.example")));
        assertEquals(new Resolution.Unknown(), directory.resolve(new Address("nobody", "there.example")));
        assertEquals(new Resolution.Unknown(), directory.resolve(new Address("info", "there.example")));
    }

    @Test void aQuotedLocalPartIsNoOtherAliasesAddress() throws Exception {
        var directory = with("ann@here.example:{PLAIN}x\n", "info@here.example: ann\n@here.example: ann\n");
        for (var local : List.of("info@here.example", "@here.example", "info\uff20here.example")) {
            assertEquals(new Resolution.Unknown(), directory.resolve(new Address(local, "there.example")), local);
        }
    }

    @Test void anAccountGoesBeforeAnAlias() throws Exception {
        var directory = with("ann@here.example:{PLAIN}pw\n", "ann@here.example: bob@here.example\n");
        assertEquals(new Resolution.Local(new AccountId("ann@here.example")), directory.resolve(new Address("ann", "here.example")));
    }

    @Test void aBrokenFileAtTheStartIsAFailureNamingTheLine() throws Exception {
        var directory = with("# x\nann@here.example:{ROT13}x\n", "");
        var failure = assertThrows(IOException.class, () -> directory.resolve(new Address("ann", "here.example")));
        assertTrue(failure.getMessage().startsWith("conf/users:2: "), failure.getMessage());
        write("users", "ann@here.example:{PLAIN}x\n");
        assertEquals(Check.RIGHT, directory.check("ann@here.example", "x".toCharArray()));
    }

    @Test void aFileThatBreaksOrVanishesKeepsTheLastGoodOne() throws Exception {
        var directory = with("ann@here.example:{PLAIN}one\n", "info: ann\n");
        assertEquals(Check.RIGHT, directory.check("ann@here.example", "one".toCharArray()));
        write("users", "ann@here.example{PLAIN}two\n");
        assertEquals(Check.RIGHT, directory.check("ann@here.example", "one".toCharArray()));
        write("users", "ann@here.example:{PLAIN}three\n");
        assertEquals(Check.RIGHT, directory.check("ann@here.example", "three".toCharArray()));
        Files.write(disk.conf("users"), new byte[] {'a', (byte) 0xff, '\n'});
        assertEquals(Check.RIGHT, directory.check("ann@here.example", "three".toCharArray()));
        Files.delete(disk.conf("users"));
        assertEquals(Check.RIGHT, directory.check("ann@here.example", "three".toCharArray()));
        write("users", "");
        assertEquals(Check.NO_SUCH_USER, directory.check("ann@here.example", "three".toCharArray()));
    }

    @Test void aFileJustWrittenIsReadWhenItIsStill() throws Exception {
        var directory = with("ann@here.example:{PLAIN}one\n", "");
        directory.account("ann@here.example");
        Files.writeString(disk.conf("users"), "bob@here.example:{PLAIN}one\n");
        assertTrue(directory.account("bob@here.example").isPresent());
    }

    @Test void aFileMayBeIncludedAndIsReadAgainWhenItChanged() throws Exception {
        var directory = with("", "team: :include:lists/team, bob\nnone: :include:nowhere\n");
        Files.createDirectory(disk.conf("lists"));
        write("lists/team", "# all of us\nann\nZoe@else.example, carl@here.example\n");
        var team = new Address("team", "here.example");
        assertEquals(aliases("ann@here.example", "Zoe@else.example", "carl@here.example", "bob@here.example"), directory.resolve(team));
        write("lists/team", "ann\n");
        assertEquals(aliases("ann@here.example", "bob@here.example"), directory.resolve(team));
        assertEquals(aliases(), directory.resolve(new Address("none", "here.example")));
    }

    @Test void aWrongIncludedFileIsATemporaryTrouble() throws Exception {
        var directory = with("", "team: :include:team\n");
        write("team", "ann\nnot an address\n");
        var trouble = assertThrows(IOException.class, () -> directory.resolve(new Address("team", "here.example")));
        assertEquals("conf/team:2: 'not an address' is not a mail address; write name@domain or name", trouble.getMessage());
    }

    @Test void aDomainMayBeAnotherNameOfOne() throws Exception {
        var directory = with("", "info@here.example: bob\n@here.example -> @there.example\n");
        assertEquals(aliases("bob@here.example"), directory.resolve(new Address("info", "here.example")));
        assertEquals(new Resolution.Renamed(new Address("ann+x", "there.example")), directory.resolve(new Address("Ann+X", "here.example")));
        assertEquals(new Resolution.Unknown(), directory.resolve(new Address("", "here.example")));
    }

    @Test void aliasesMayLeadOutsideWhereNamesKeepTheirCase() throws Exception {
        var directory = with("", "info@here.example: Ann@else.example, Bob@here.example\n");
        assertEquals(aliases("Ann@else.example", "bob@here.example"), directory.resolve(new Address("info", "here.example")));
    }

    @Test void namesWithoutADomainFollowTheFirstDomain() throws Exception {
        var directory = with("ann:{PLAIN}pw\n", "");
        assertTrue(directory.account("ann@here.example").isPresent());
        site.domains("there.example", "here.example");
        assertTrue(directory.account("ann@there.example").isPresent());
    }

    @Test void rehashesAtLoginAndKeepsEverythingElse() throws Exception {
        var before = """
                # first
                bob@here.example:{PLAIN}pw

                  # the next one is old
                Ann@here.example:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ= {PLAIN}other:quota=1G
                cat:{PLAIN}x""";
        var directory = with(before, "");
        assertEquals(Check.WRONG, directory.check("ann@here.example", "nope".toCharArray()));
        assertEquals(before, users());
        assertEquals(Check.RIGHT, directory.check("ann@here.example", "secret".toCharArray()));
        var after = users();
        assertEquals(before, after.replaceFirst("\\{ARGON2ID}\\S+", "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="));
        assertTrue(after.contains("{ARGON2ID}"), after);
        assertEquals(Check.RIGHT, directory.check("ann@here.example", "secret".toCharArray()));
        assertEquals(Check.RIGHT, directory.check("ann@here.example", "other".toCharArray()));
        assertEquals(after, users(), "neither a current nor a plain one is stored anew");
    }

    @Test void rehashCanBeTurnedOff() throws Exception {
        write("users", "ann:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n");
        assertEquals(Check.RIGHT, new FileDirectory(new Storing(NewPasswords.of("argon2id"), false, false, Duration.ofMinutes(10)), disk, site).check("ann@here.example", "secret".toCharArray()));
        assertEquals("ann:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n", users());
    }

    @Test void aFileThatCannotBeWrittenHindersNoLogin() throws Exception {
        var directory = with("ann:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n", "");
        disk.fail(FaultyDisk.Op.WRITE, 1, FaultyDisk.full());
        assertEquals(Check.RIGHT, directory.check("ann@here.example", "secret".toCharArray()));
        assertEquals("ann:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n", users());
        assertEquals(Check.RIGHT, directory.check("ann@here.example", "secret".toCharArray()));
        assertTrue(users().contains("{ARGON2ID}"), "stored anew at the next log-in");
    }

    @Test void anEditIsSyncedBeforeItIsDone() throws Exception {
        directory().editor().orElseThrow().add("ann@here.example", "pw".toCharArray());
        assertEquals(List.of("CREATE", "WRITE", "SYNC", "RENAME", "SYNC_FOLDER"),
                disk.steps().stream().map(s -> s.op().name()).filter(op -> !op.equals("DELETE")).toList());
    }

    @Test void anEditKeepsWhatAnotherProgramWroteMeanwhile() throws Exception {
        var directory = with("ann@here.example:{PLAIN}pw\n", "");
        directory.account("ann@here.example");
        write("users", "ann@here.example:{PLAIN}pw\nbob@here.example:{PLAIN}pw\n");
        directory.editor().orElseThrow().add("cat@here.example", "pw".toCharArray());
        assertEquals(List.of("ann@here.example", "bob@here.example", "cat@here.example"),
                directory.editor().orElseThrow().list().stream().map(a -> a.id().name()).toList());
    }

    @Test void editsAtOnceLoseNothing() throws Exception {
        var directory = new FileDirectory(new Storing(NewPasswords.of("plain"), false, true, Duration.ofMinutes(10)), disk, site);
        var failures = new ConcurrentLinkedQueue<Exception>();
        var threads = IntStream.range(0, 20).mapToObj(i -> Thread.ofVirtual().start(() -> {
            try {
                directory.editor().orElseThrow().add("user" + i + "@here.example", "pw".toCharArray());
            } catch (Refusal | IOException e) {
                failures.add(e);
            }
        })).toList();
        for (var thread : threads) {
            thread.join();
        }
        assertEquals(List.of(), List.copyOf(failures));
        assertEquals(20, directory().editor().orElseThrow().list().size());
    }

    @Test void anEditOfABrokenFileIsRefusedNamingTheLine() throws Exception {
        var directory = with("ann@here.example:{PLAIN}pw\n", "");
        directory.account("ann@here.example");
        write("users", "ann@here.example:{PLAIN}pw\nbroken\n");
        var refusal = assertThrows(Refusal.class, () -> directory.editor().orElseThrow().add("cat@here.example", "pw".toCharArray()));
        assertTrue(refusal.status().text().contains("conf/users:2: "), refusal.status().text());
        assertEquals("ann@here.example:{PLAIN}pw\nbroken\n", users());
    }

    @Test void refusesNamesThatCannotBeAccounts() throws Exception {
        var editor = with("", "info: ann@here.example\n").editor().orElseThrow();
        for (var name : List.of("ann@else.example", "an n@here.example", "../x@here.example", "a/b@here.example", ".a@here.example",
                "a:b@here.example", "#a@here.example", "@here.example", "ann", "info@here.example", "x".repeat(65) + "@here.example")) {
            assertThrows(Refusal.class, () -> editor.add(name, "pw".toCharArray()), name);
        }
        editor.add("ann.o'x-1+y_z@there.example", "pw".toCharArray());
        editor.add("jörg@here.example", "pw".toCharArray());
        assertEquals(Check.RIGHT, directory().check("jo\u0308rg@here.example", "pw".toCharArray()));
    }

    @Test void aNewPasswordReplacesAllOldOnesAndRenewsScram() throws Exception {
        var directory = with("ann:{PLAIN}one {SCRAM-SHA-256}4096,W22ZaJ0SNY7soEsUEjb6gQ==,WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,"
                + "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=:quota=1G\r\n", "");
        assertEquals(Check.RIGHT, directory.check("ann@here.example", "pencil".toCharArray()));
        directory.editor().orElseThrow().password("ann@here.example", "new".toCharArray());
        assertEquals(Check.WRONG, directory.check("ann@here.example", "one".toCharArray()));
        assertEquals(Check.WRONG, directory.check("ann@here.example", "pencil".toCharArray()));
        assertTrue(users().matches("ann:\\{ARGON2ID}\\S+ \\{SCRAM-SHA-256}15000,\\S+:quota=1G\r\n"), users());
    }

    @Test void aLinkToTheFileStays() throws Exception {
        Files.createDirectories(home.resolve("shared"));
        Files.createSymbolicLink(disk.conf("users"), home.resolve("shared/users"));
        write("users", "ann:{PLAIN}pw\n");
        directory().editor().orElseThrow().add("bob@here.example", "pw".toCharArray());
        assertTrue(Files.isSymbolicLink(disk.conf("users")));
        assertTrue(Files.readString(home.resolve("shared/users")).contains("bob@here.example:"));
    }

    @Test void aWrongPasswordCostsAboutTheSameForAnUnknownUser() throws Exception {
        var directory = with("ann:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n", "");
        directory.editor().orElseThrow().add("bob@here.example", "pw".toCharArray());
        long[] best = {Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE};
        var names = List.of("ann@here.example", "bob@here.example", "eve@here.example");
        for (int round = 0; round < 7; round++) {
            for (int i = 0; i < 3; i++) {
                long start = System.nanoTime();
                assertFalse(directory.check(names.get(i), "nope".toCharArray()) == Check.RIGHT);
                best[i] = Math.min(best[i], System.nanoTime() - start);
            }
        }
        assertTrue(best[2] > best[0] / 4 && best[2] < best[0] * 4 && best[2] > best[1] / 4 && best[2] < best[1] * 4,
                Arrays.toString(best));
    }

    private FileDirectory withScram() {
        return new FileDirectory(new Storing(NewPasswords.ARGON2ID, true, true, Duration.ofMinutes(10)), disk, site);
    }

    @Test void scramKeysAreStoredAndServedWhenAskedFor() throws Exception {
        var without = directory();
        without.editor().orElseThrow().add("ann@here.example", "pencil".toCharArray());
        assertFalse(without.keepsSecrets());
        var directory = withScram();
        assertTrue(directory.keepsSecrets());
        assertTrue(directory.secrets("ann@here.example").scramSha256().isEmpty());
        directory.editor().orElseThrow().password("Ann@here.example", "new".toCharArray());
        directory.editor().orElseThrow().add("bob@here.example", "pencil".toCharArray());
        assertTrue(users().matches("(?s).*\\nann@here.example:\\{ARGON2ID}\\S+ \\{SCRAM-SHA-256}15000,\\S+\nbob.*"), users());
        var keys = directory.secrets("bob@here.example").scramSha256().orElseThrow();
        var same = ScramClient.keys("pencil", keys.salt(), keys.rounds());
        assertArrayEquals(same.storedKey(), keys.storedKey());
        assertArrayEquals(same.serverKey(), keys.serverKey());
        assertTrue(directory.secrets("eve@here.example").scramSha256().isEmpty());
        assertTrue(directory().secrets("bob@here.example").scramSha256().isEmpty(), "not asked for");
    }

    @Test void scramKeysAreAddedAtLogin() throws Exception {
        write("users", "ann:{PLAIN}secret:quota=1G\n");
        var directory = withScram();
        assertEquals(Check.WRONG, directory.check("ann@here.example", "nope".toCharArray()));
        assertEquals(Check.RIGHT, directory.check("ann@here.example", "secret".toCharArray()));
        var after = users();
        assertTrue(after.matches("ann:\\{PLAIN}secret \\{SCRAM-SHA-256}15000,\\S+:quota=1G\n"), after);
        assertEquals(Check.RIGHT, directory.check("ann@here.example", "secret".toCharArray()));
        assertEquals(after, users());
    }

    @Test void applicationPasswordsLetInBesideThePassword() throws Exception {
        var directory = with("# people\nann:{PLAIN}pw:quota=1G", "");
        var editor = directory.editor().orElseThrow();
        editor.addAppPassword("Ann@here.example", "phone", "one".toCharArray());
        editor.addAppPassword("ann@here.example", "car.radio", "two".toCharArray());
        assertTrue(users().matches("# people\nann:\\{PLAIN}pw:quota=1G\nann/car.radio:\\{SSHA512}\\S+\n"
                + "ann/phone:\\{SSHA512}\\S+\n"), users());
        for (var password : List.of("pw", "one", "two")) {
            assertEquals(Check.RIGHT, directory.check("ann@here.example", password.toCharArray()));
        }
        assertEquals(Check.WRONG, directory.check("ann@here.example", "three".toCharArray()));
        assertEquals(List.of("car.radio", "phone"), editor.appPasswords("ann@here.example"));
        editor.removeAppPassword("ann@here.example", "phone");
        assertEquals(Check.WRONG, directory.check("ann@here.example", "one".toCharArray()));
        assertEquals(Check.RIGHT, directory.check("ann@here.example", "two".toCharArray()));
        editor.password("ann@here.example", "new".toCharArray());
        assertEquals(Check.RIGHT, directory.check("ann@here.example", "two".toCharArray()), "a new password leaves them alone");
        site.domains("there.example", "here.example");
        assertEquals(Check.RIGHT, directory.check("ann@there.example", "two".toCharArray()));
    }

    @Test void applicationPasswordsAreNeitherStoredAnewNorMadeScramKeysOf() throws Exception {
        write("users", "ann:{PLAIN}pw\n");
        var directory = withScram();
        directory.editor().orElseThrow().addAppPassword("ann@here.example", "phone", "one".toCharArray());
        var before = users();
        assertEquals(Check.RIGHT, directory.check("ann@here.example", "one".toCharArray()));
        assertEquals(before, users());
    }

    @Test void aLockKeepsOutEveryPasswordOfTheAccount() throws Exception {
        var directory = withScram();
        directory.editor().orElseThrow().add("ann@here.example", "pw".toCharArray());
        directory.editor().orElseThrow().addAppPassword("ann@here.example", "phone", "one".toCharArray());
        write("users", users().replace("ann@here.example:", "ann@here.example:!"));
        for (var password : List.of("pw", "one")) {
            assertEquals(Check.WRONG, directory.check("ann@here.example", password.toCharArray()));
        }
        assertTrue(directory.secrets("ann@here.example").scramSha256().isEmpty());
        assertTrue(directory.account("ann@here.example").isPresent());
    }

    @Test void applicationPasswordsGoWithTheAccount() throws Exception {
        var directory = with("ann:{PLAIN}pw\nbob:{PLAIN}pw\n", "");
        var editor = directory.editor().orElseThrow();
        editor.addAppPassword("ann@here.example", "phone", "one".toCharArray());
        editor.addAppPassword("bob@here.example", "phone", "one".toCharArray());
        editor.remove("ann@here.example");
        assertTrue(users().matches("bob:\\{PLAIN}pw\nbob/phone:\\S+\n"), users());
    }

    @Test void refusesApplicationPasswordsThatMakeNoSense() throws Exception {
        var editor = with("ann:{PLAIN}pw\n", "").editor().orElseThrow();
        editor.addAppPassword("ann@here.example", "phone", "one".toCharArray());
        for (var label : List.of("", "a b", "a:b", "a/b", "-a", "x".repeat(41), "phone")) {
            assertThrows(Refusal.class, () -> editor.addAppPassword("ann@here.example", label, "x".toCharArray()), label);
        }
        assertThrows(Refusal.class, () -> editor.addAppPassword("eve@here.example", "phone", "x".toCharArray()));
        assertThrows(Refusal.class, () -> editor.removeAppPassword("ann@here.example", "car"));
        assertThrows(Refusal.class, () -> editor.appPasswords("eve@here.example"));
    }
}
