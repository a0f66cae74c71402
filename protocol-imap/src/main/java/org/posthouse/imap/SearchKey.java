package org.posthouse.imap;

import java.time.LocalDate;
import java.util.List;

/** What SEARCH looks for (RFC 3501 §6.4.4); a tree whose depth the parser bounds. Texts are decoded. */
sealed interface SearchKey {
    /** True for every message when there are none. */
    record And(List<SearchKey> keys) implements SearchKey {
        public And {
            keys = List.copyOf(keys);
        }
    }

    /** At least two; {@code OR a OR b c} is one of three. */
    record Or(List<SearchKey> keys) implements SearchKey {
        public Or {
            keys = List.copyOf(keys);
        }
    }

    record Not(SearchKey key) implements SearchKey {}

    record All() implements SearchKey {}

    /** Also keywords; in any case of letters. */
    record HasFlag(String flag) implements SearchKey {}

    record Recent() implements SearchKey {}

    record In(Numbering by, MessageSet set) implements SearchKey {}

    /** By the day alone, whatever the time zone. */
    record Day(Date date, Relation relation, LocalDate day) implements SearchKey {
        enum Date { RECEIVED, SENT }

        enum Relation { BEFORE, ON, SINCE }
    }

    /** RFC 5032: received less (YOUNGER) or at least (OLDER) so long ago. */
    record Within(Age age, long seconds) implements SearchKey {
        enum Age { YOUNGER, OLDER }
    }

    record Larger(long octets) implements SearchKey {}

    record Smaller(long octets) implements SearchKey {}

    /** Also BCC, CC, FROM, SUBJECT and TO; an empty text asks whether there is such a field. */
    record Header(String name, String text) implements SearchKey {}

    record Text(Where where, String text) implements SearchKey {
        enum Where { BODY, ANYWHERE }
    }

    /** RFC 7162 §3.1.5: changed at this MODSEQ or after it. */
    record ModSeq(long atLeast) implements SearchKey {}

    /** What is understood and answered with NO, which has consequences of its own (RFC 5182 §2.1). */
    record Refused(Reply reply) implements SearchKey {}
}
