/** Where mail goes: destinations, deliveries and their outcomes. */
@Version("0.1.0")
package org.posthouse.queue;

import org.osgi.annotation.versioning.Version;
