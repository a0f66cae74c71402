package org.posthouse.config;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The keys of {@code [routing]}. */
@ObjectClassDefinition(name = "routing", description = "Where mail goes that is not for a mailbox here")
@interface RoutingKeys {
    @AttributeDefinition(description = "internet: to the hosts of each domain; smarthost: all to one host; satellite: also what is for our"
            + " own domains; local: nothing leaves this server", options = {
        @Option(label = "internet", value = "internet"), @Option(label = "smarthost", value = "smarthost"),
        @Option(label = "satellite", value = "satellite"), @Option(label = "local", value = "local")})
    String preset() default "internet";

    @AttributeDefinition(name = "transport", description = "The host that takes our mail for the world, and those to try after it:"
            + " smtp:[relay.example]:587")
    String[] smarthost() default {};

    @AttributeDefinition(name = "whom", description = "Domains whose mail we take for other hosts, as their backup MX or in front of them")
    String[] relay_domains() default {};

    @AttributeDefinition(description = "Who is there: addresses, a domain for anybody in it, or :include:FILE with one a line, in conf/."
            + " Accounts and aliases of the directories count too")
    String[] relay_recipients() default {};

    @AttributeDefinition(name = "renaming", description = "Other senders in envelopes: @old.example -> @new.example")
    String[] sender_canonical() default {};

    @AttributeDefinition(name = "renaming", description = "Other recipients in envelopes, before anything else is looked up")
    String[] recipient_canonical() default {};

    @AttributeDefinition(description = "Give mail of strangers that an alias leads elsewhere a sender of ours (SRS), so that SPF does not fail")
    boolean srs() default false;

    @AttributeDefinition(description = "The domain of such senders; empty: the first of domains")
    String srs_domain() default "";
}
