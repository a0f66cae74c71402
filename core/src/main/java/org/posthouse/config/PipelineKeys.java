package org.posthouse.config;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The keys of {@code [pipeline]}. */
@ObjectClassDefinition(name = "pipeline", description = "What every message passes")
@interface PipelineKeys {
    @AttributeDefinition(name = "size", description = "The largest message taken")
    String max_message() default "50M";

    @AttributeDefinition(name = "number",
            description = "The sum of the filters' points that puts a message into quarantine; empty: off")
    String quarantine_score() default "";

    @AttributeDefinition(name = "number", description = "The sum of the filters' points that refuses a message; empty: off")
    String refuse_score() default "";
}
