package org.posthouse.filedirectory;

import java.time.Duration;

/**
 * How passwords are stored.
 *
 * @param scram  SCRAM-SHA-256 keys beside the hash
 * @param rehash anew at log-in, where one is stored in a weaker way or without the keys
 * @param remembered how long a log-in spares the next one the slow hash
 */
record Storing(NewPasswords scheme, boolean scram, boolean rehash, Duration remembered) {}
