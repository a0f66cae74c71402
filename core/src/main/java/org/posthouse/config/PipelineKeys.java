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

    @AttributeDefinition(description = "Users send only from addresses of their own account, and from those of its send-as")
    boolean sender_check() default true;

    @AttributeDefinition(name = "rate", description = "To how many recipients one account may send, within how long (500/1h); empty: any")
    String submission_rate_account() default "";

    @AttributeDefinition(name = "rate", description = "The same for all accounts at one client address together")
    String submission_rate_address() default "";

    @AttributeDefinition(description = "Leave out of Received where a user was; the trace still has it")
    boolean submission_hide_client() default false;
}
