package org.posthouse.imap;

import java.util.List;
import java.util.Optional;

/** What FETCH is to tell of a message (RFC 3501 §6.4.5); macros are expanded. */
sealed interface FetchItem {
    enum Attribute implements FetchItem { UID, FLAGS, INTERNALDATE, RFC822_SIZE, ENVELOPE, BODY, BODYSTRUCTURE, MODSEQ }

    /**
     * Octets of the message.
     *
     * @param form    under which name they are asked for and told
     * @param partial a part of them only
     */
    record Octets(Form form, Section section, Optional<Partial> partial) implements FetchItem {}

    /** BODY, RFC822 and RFC822.TEXT also mean {@code \Seen}. */
    enum Form {
        BODY, BODY_PEEK, RFC822, RFC822_HEADER, RFC822_TEXT;

        boolean setsSeen() {
            return this == BODY || this == RFC822 || this == RFC822_TEXT;
        }
    }

    /** @param part the numbers of a body part, outermost first; none for the message itself */
    record Section(List<Integer> part, Text text) {
        public Section {
            part = List.copyOf(part);
        }
    }

    sealed interface Text {
        enum Whole implements Text { ALL, HEADER, TEXT, MIME }

        /** The header fields of these names, as the client wrote them, or all but these. */
        record Fields(Which which, List<String> names) implements Text {
            public Fields {
                names = List.copyOf(names);
            }
        }

        enum Which { THESE, ALL_OTHERS }
    }

    record Partial(long offset, long length) {}
}
