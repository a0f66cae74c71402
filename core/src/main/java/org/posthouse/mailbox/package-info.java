/** Where mail lies: the engine that gives it meaning and the stores that keep it. */
@Version("0.1.0")
package org.posthouse.mailbox;

import org.osgi.annotation.versioning.Version;
