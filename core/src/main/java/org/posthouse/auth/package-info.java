/** Who a user is: directories, accounts, SASL. */
@Version("0.1.0")
package org.posthouse.auth;

import org.osgi.annotation.versioning.Version;
