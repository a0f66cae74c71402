package org.posthouse.message;

import java.time.Duration;

/** So many within so long. */
public record Rate(int most, Duration within) {}
