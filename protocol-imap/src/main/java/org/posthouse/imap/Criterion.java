package org.posthouse.imap;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.posthouse.imap.SearchKey.Day.Relation;
import org.posthouse.mailbox.Mail;
import org.posthouse.mailbox.UidSet;

/**
 * What a SEARCH asks of each message, made ready to be asked often: sets are sets of UIDs, times are moments. It is asked again each
 * time a message was looked at more closely ({@link Candidate}), and answers as soon as it can. Immutable.
 */
sealed interface Criterion {
    Answer of(Candidate candidate);

    /** In the order of what it costs to know. */
    record Every(List<Criterion> all) implements Criterion {
        @Override
        public Answer of(Candidate candidate) {
            var answer = Answer.YES;
            for (var one : all) {
                candidate.pace().went(1);
                var next = one.of(candidate);
                if (next == Answer.NO) {
                    return Answer.NO;
                }
                answer = next == Answer.UNKNOWN ? next : answer;
            }
            return answer;
        }
    }

    record Any(List<Criterion> all) implements Criterion {
        @Override
        public Answer of(Candidate candidate) {
            var answer = Answer.NO;
            for (var one : all) {
                candidate.pace().went(1);
                var next = one.of(candidate);
                if (next == Answer.YES) {
                    return Answer.YES;
                }
                answer = next == Answer.UNKNOWN ? next : answer;
            }
            return answer;
        }
    }

    record Not(Criterion one) implements Criterion {
        @Override
        public Answer of(Candidate candidate) {
            return one.of(candidate).negated();
        }
    }

    /** What the listing tells, at once. */
    sealed interface Listed extends Criterion {
        boolean fits(Mail mail);

        @Override
        default Answer of(Candidate candidate) {
            return Answer.of(fits(candidate.mail()));
        }
    }

    record Flagged(String flag) implements Listed {
        @Override
        public boolean fits(Mail mail) {
            for (var has : mail.flags()) {
                if (has.equalsIgnoreCase(flag)) {
                    return true;
                }
            }
            return false;
        }
    }

    record Recent(View view) implements Listed {
        @Override
        public boolean fits(Mail mail) {
            return view.recent(mail.uid());
        }
    }

    record Uids(UidSet uids) implements Listed {
        @Override
        public boolean fits(Mail mail) {
            return uids.contains(mail.uid());
        }
    }

    /** From the one up to (not with) the other. */
    record Received(Instant from, Instant to) implements Listed {
        @Override
        public boolean fits(Mail mail) {
            return !mail.received().isBefore(from) && mail.received().isBefore(to);
        }
    }

    /** Both ends do not belong to it. */
    record Size(long above, long below) implements Listed {
        @Override
        public boolean fits(Mail mail) {
            return mail.size() > above && mail.size() < below;
        }
    }

    record Changed(long atLeast) implements Listed {
        @Override
        public boolean fits(Mail mail) {
            return mail.modseq() >= atLeast;
        }
    }

    /** A message without a day of its own was sent at none. */
    record Sent(Relation relation, LocalDate day) implements Criterion {
        @Override
        public Answer of(Candidate candidate) {
            return candidate.field("date", values -> values.stream().findFirst().flatMap(SentDay::of).map(this::fits).orElse(false));
        }

        private boolean fits(LocalDate sent) {
            return switch (relation) {
                case BEFORE -> sent.isBefore(day);
                case ON -> sent.equals(day);
                case SINCE -> !sent.isBefore(day);
            };
        }
    }

    /**
     * An empty text is in every field there is.
     *
     * @param name in lower case
     * @param text folded
     */
    record Field(String name, String text) implements Criterion {
        @Override
        public Answer of(Candidate candidate) {
            return candidate.field(name, values -> values.stream().anyMatch(value -> value.contains(text)));
        }
    }

    /** @param needle its index among what is looked for in texts */
    record Words(int needle) implements Criterion {
        @Override
        public Answer of(Candidate candidate) {
            return candidate.words(needle);
        }
    }
}
