/** Connections, listeners and TLS: what a protocol is given to speak with. */
@Version("0.1.0")
package org.posthouse.net;

import org.osgi.annotation.versioning.Version;
