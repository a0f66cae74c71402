package org.posthouse.queue;

import java.io.IOException;
import org.posthouse.auth.Resolution;
import org.posthouse.message.Address;

/** What routing asks of the directories: one step for exactly one address, in lower case. */
public interface Resolver {
    /** An IOException means "cannot say now", which is never "no such user". */
    Resolution resolve(Address address) throws IOException;
}
