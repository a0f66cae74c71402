/** Counters and small values with a time to live. */
@Version("0.1.0")
package org.posthouse.state;

import org.osgi.annotation.versioning.Version;
