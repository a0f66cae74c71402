package org.posthouse.message;

import java.io.IOException;
import java.io.InputStream;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A message's octets with CRLF line ends, in memory or in a spool file; immutable, and valid until the transaction that
 * made it ends. Safe to read from several threads.
 */
@ProviderType
public interface Content {
    /** Octets, line ends counted as two. */
    long size();

    /** From the first octet; the caller closes it. */
    InputStream open() throws IOException;

    /** The top-level header fields, parsed once. */
    Headers headers();

    /** The MIME structure with byte ranges, parsed once; what is beyond the limits is opaque. */
    Part tree();

    /** This content with whole header lines (each ended by CRLF) in front. */
    Content withFirst(String headerLines);
}
