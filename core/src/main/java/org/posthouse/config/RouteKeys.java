package org.posthouse.config;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The keys of every {@code [route NAME]}. */
@ObjectClassDefinition(name = "route", description = "How mail for some recipients, or of some senders, travels on")
@interface RouteKeys {
    @AttributeDefinition(name = "whom", description = "Recipients: ann@example.test, example.test, .example.test, or * for all elsewhere")
    String[] to() default {"*"};

    @AttributeDefinition(name = "whom", description = "Only mail of these senders; empty: of all")
    String[] from() default {};

    @AttributeDefinition(name = "transport", description = "local, smtp, smtp:[host]:port, lmtp:host:port, error:5.x.x text, discard, hold,"
            + " or what another delivery bundle accepts")
    String via();

    @AttributeDefinition(name = "transport", description = "Where to turn when that cannot be reached, in this order")
    String[] fallback() default {};
}
