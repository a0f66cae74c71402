package org.posthouse.pop3;

import java.io.IOException;
import java.io.InputStream;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.posthouse.auth.AccountId;
import org.posthouse.mailbox.AccountSession;
import org.posthouse.mailbox.Listing;
import org.posthouse.mailbox.Mail;
import org.posthouse.mailbox.UidSet;
import org.posthouse.message.Refusal;
import org.posthouse.message.Unavailable;

/**
 * An account's INBOX as it was at log-in, numbered from 1, with the marks of this session (RFC 1939 §5). Numbers and sizes
 * stay the same whatever others do to the mailbox meanwhile.
 */
final class Maildrop {
    private static final String INBOX = "INBOX";

    private final AccountId account;
    private final AccountSession session;
    private final Listing listing;
    private final BitSet deleted = new BitSet();

    Maildrop(AccountId account, AccountSession session) throws Refusal, IOException {
        this.account = account;
        this.session = session;
        this.listing = session.list(INBOX);
    }

    AccountId account() {
        return account;
    }

    /** Numbers of the messages that are not marked as deleted. */
    IntStream numbers() {
        return IntStream.rangeClosed(1, listing.mails().size()).filter(number -> !deleted.get(number));
    }

    long count() {
        return listing.mails().size() - deleted.cardinality();
    }

    long size() {
        return numbers().mapToLong(this::size).sum();
    }

    /** The number that a client wrote, if there is such a message and it is not marked. */
    Optional<Integer> find(String written) {
        if (!written.matches("\\d{1,9}")) {
            return Optional.empty();
        }
        int number = Integer.parseInt(written);
        return number >= 1 && number <= listing.mails().size() && !deleted.get(number) ? Optional.of(number) : Optional.empty();
    }

    long size(int number) {
        return mail(number).size();
    }

    /** RFC 1939 §7: never given to another message; 1 to 70 characters from 0x21 to 0x7E. */
    String uid(int number) {
        return listing.uidValidity() + "-" + mail(number).uid();
    }

    InputStream read(int number) throws IOException {
        return session.read(INBOX, mail(number));
    }

    void delete(int number) {
        deleted.set(number);
    }

    void reset() {
        deleted.clear();
    }

    /** The UPDATE state (RFC 1939 §6): removes what is marked; how many that were. */
    int update() throws Refusal, IOException {
        List<Long> uids = deleted.stream().mapToObj(number -> mail(number).uid()).toList();
        if (uids.isEmpty()) {
            return 0;
        }
        // a mailbox that was made anew meanwhile gives these UIDs to other messages
        if (session.list(INBOX).uidValidity() != listing.uidValidity()) {
            throw new Unavailable("the mailbox of " + account + " is another one than at log-in");
        }
        session.expunge(INBOX, UidSet.of(uids));
        return uids.size();
    }

    private Mail mail(int number) {
        return listing.mails().get(number - 1);
    }
}
