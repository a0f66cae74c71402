package org.posthouse.imap;

import java.util.BitSet;
import java.util.Set;

/**
 * How a SEARCH is done: its criterion, with what is cheap to know in front of what is dear, and what has to be looked at for it.
 *
 * @param fields    names of header fields, in lower case
 * @param needles   what is looked for in texts
 * @param anywhere  the indexes of those that may also be in the header
 * @param anyNeedle the indexes of all
 * @param byModseq  whether the client asks for MODSEQs, and so is told one (RFC 7162 §3.1.5)
 */
record SearchPlan(Criterion criterion, Set<String> fields, Finder.Needles needles, BitSet anywhere, BitSet anyNeedle,
        boolean byModseq) {}
