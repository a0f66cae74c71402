package org.posthouse.imap;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.posthouse.mailbox.FlagUpdate;
import org.posthouse.mailbox.UidSet;

/** What a client asks for, by the state that it needs (RFC 3501 §6). Folder names are decoded, with {@code /} between levels. */
sealed interface Command {
    /** What is no command, or none that can be meant; the reply says why. */
    record Malformed(Reply reply) implements Command {}

    /** RFC 3501 §6.1, RFC 2971. */
    sealed interface Anytime extends Command {}

    record Capability() implements Anytime {}

    record Noop() implements Anytime {}

    record Logout() implements Anytime {}

    /** @param client what it says of itself; absent values are left out */
    record Id(Map<String, String> client) implements Anytime {}

    /** RFC 3501 §6.2. */
    sealed interface BeforeLogin extends Command {}

    record StartTls() implements BeforeLogin {}

    /** @param initial the initial response (RFC 4959), still in base64 */
    record Authenticate(String mechanism, Optional<String> initial) implements BeforeLogin {}

    record Login(String user, byte[] password) implements BeforeLogin {}

    /** RFC 3501 §6.3. */
    sealed interface AfterLogin extends Command {}

    /** RFC 5161. */
    record Enable(List<String> capabilities) implements AfterLogin {}

    /** RFC 4978. */
    record Compress(String mechanism) implements AfterLogin {}

    /** RFC 2177. */
    record Idle() implements AfterLogin {}

    record Namespace() implements AfterLogin {}

    record Select(String folder, Access access, SelectOptions options) implements AfterLogin {}

    enum Access { READ_WRITE, READ_ONLY }

    /** RFC 7162 §3.1.8 and §3.2.5. */
    record SelectOptions(boolean condstore, Optional<Known> qresync) {}

    /** What a client knows of a folder from an earlier session: its UIDs, and the sequence numbers of some of them. */
    record Known(long uidValidity, long modseq, Optional<UidSet> uids, Optional<Matches> matches) {}

    /** The one's first number belongs to the other's first UID. */
    record Matches(UidSet numbers, UidSet uids) {}

    /** @param uses of RFC 6154 §3 */
    record Create(String folder, Set<String> uses) implements AfterLogin {}

    record Delete(String folder) implements AfterLogin {}

    record Rename(String folder, String to) implements AfterLogin {}

    record Subscribe(String folder) implements AfterLogin {}

    record Unsubscribe(String folder) implements AfterLogin {}

    /** RFC 5258. */
    record ListFolders(String reference, List<String> patterns, Set<Selection> selection, Set<Return> returns,
            Set<StatusItem> status) implements AfterLogin {
        enum Selection { SUBSCRIBED, REMOTE, RECURSIVEMATCH, SPECIAL_USE }

        enum Return { SUBSCRIBED, CHILDREN, SPECIAL_USE, STATUS }
    }

    record Lsub(String reference, String pattern) implements AfterLogin {}

    record Status(String folder, Set<StatusItem> items) implements AfterLogin {}

    enum StatusItem { MESSAGES, RECENT, UIDNEXT, UIDVALIDITY, UNSEEN, HIGHESTMODSEQ, SIZE, APPENDLIMIT }

    /** The message itself is still to be read. */
    record Append(String folder, Message message) implements AfterLogin {
        /** @param received empty for now */
        record Message(Set<String> flags, Optional<Instant> received, Literal literal) {}
    }

    /** Octets that are announced. */
    record Literal(long octets, Kind kind) {
        /** SYNCHRONISING: the client waits for leave; NOT_SYNCHRONISING (RFC 7888): they come in any case. */
        enum Kind { SYNCHRONISING, NOT_SYNCHRONISING }
    }

    /** RFC 3501 §6.4. */
    sealed interface WhileSelected extends Command {}

    record Check() implements WhileSelected {}

    record Close() implements WhileSelected {}

    /** RFC 3691. */
    record Unselect() implements WhileSelected {}

    /** @param uids those only (RFC 4315 §2.1) */
    record Expunge(Optional<MessageSet> uids) implements WhileSelected {}

    record Copy(Numbering by, MessageSet set, String to) implements WhileSelected {}

    record Move(Numbering by, MessageSet set, String to) implements WhileSelected {}

    record Store(Numbering by, MessageSet set, FlagUpdate update, Echo echo) implements WhileSelected {
        enum Echo { FLAGS, SILENT }

        /** Whether UNCHANGEDSINCE was given. */
        boolean conditional() {
            return update.unchangedSince() != FlagUpdate.ALWAYS;
        }
    }

    record Fetch(Numbering by, MessageSet set, List<FetchItem> items, FetchOptions options) implements WhileSelected {}

    /** RFC 7162 §3.1.4.1 and §3.2.6; {@code vanished} only with the other. */
    record FetchOptions(OptionalLong changedSince, boolean vanished) {}

    /** @param returns empty for a SEARCH of RFC 3501, which is answered by {@code * SEARCH} */
    record Search(Numbering by, Optional<SearchReturn> returns, SearchKey key) implements WhileSelected {}

    /** RFC 4731 and RFC 5182; {@code RETURN ()} is ALL. */
    record SearchReturn(Set<Option> options) {
        enum Option { MIN, MAX, ALL, COUNT, SAVE }
    }
}
