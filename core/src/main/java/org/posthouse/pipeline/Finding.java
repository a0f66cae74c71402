package org.posthouse.pipeline;

/** A fact a filter found about a client or message: its symbol, its points towards the score, and why. */
public record Finding(String filter, String symbol, double points, String why) {}
