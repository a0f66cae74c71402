/** Durable writes and the places of a home. */
@Version("0.1.0")
package org.posthouse.disk;

import org.osgi.annotation.versioning.Version;
