/** From the dot to a verdict: filters, the one door Intake, envelopes. */
@Version("0.1.0")
package org.posthouse.pipeline;

import org.osgi.annotation.versioning.Version;
