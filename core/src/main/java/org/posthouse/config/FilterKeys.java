package org.posthouse.config;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The keys every {@code [filter-*]} section has beside the filter's own: they are core's, and the filter never sees them. */
@ObjectClassDefinition(name = "filter", description = "How core treats a filter")
@interface FilterKeys {
    @AttributeDefinition(description = "enforce; shadow asks and only traces what it would have done; off", options = {
        @Option(label = "enforce", value = "enforce"), @Option(label = "shadow", value = "shadow"),
        @Option(label = "off", value = "off")})
    String mode() default "enforce";

    @AttributeDefinition(name = "duration", min = "1ms", description = "How long one call may take")
    String budget() default "5s";

    @AttributeDefinition(description = "When it fails: defer the mail, or pass it without this filter",
            options = {@Option(label = "pass", value = "pass"), @Option(label = "defer", value = "defer")})
    String on_failure() default "defer";
}
