/** What a message is made of: addresses, content, headers, parts; the statuses and errors all rooms share. */
@Version("0.1.0")
package org.posthouse.message;

import org.osgi.annotation.versioning.Version;
