/** Metrics, traces, commands and observers. */
@Version("0.1.0")
package org.posthouse.observe;

import org.osgi.annotation.versioning.Version;
