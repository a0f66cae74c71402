package org.posthouse.observe;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/** A word after {@code posthouse}. Bundles may register more; their first word is the bundle's name. */
@ConsumerType
public interface Command {
    String name();

    /** One line a form: the words after the name, two spaces, what it does. */
    String usage();

    /** The exit status: 0 done, 1 refused or failed (one line on err, with the mend), 2 bad use. */
    int run(List<String> args, InputStream in, PrintStream out, PrintStream err) throws Exception;
}
