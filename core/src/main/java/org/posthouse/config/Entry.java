package org.posthouse.config;

/** One {@code key = value} as it stands in a file. */
record Entry(String key, String value, Place place) {}
