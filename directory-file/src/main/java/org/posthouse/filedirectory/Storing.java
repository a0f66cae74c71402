package org.posthouse.filedirectory;

/**
 * How passwords are stored.
 *
 * @param scram  SCRAM-SHA-256 keys beside the hash
 * @param rehash anew at log-in, where one is stored in a weaker way or without the keys
 */
record Storing(NewPasswords scheme, boolean scram, boolean rehash) {}
