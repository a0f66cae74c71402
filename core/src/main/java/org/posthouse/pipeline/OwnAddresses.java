package org.posthouse.pipeline;

import java.io.IOException;
import java.util.Arrays;
import org.posthouse.auth.AccountId;
import org.posthouse.auth.Directories;
import org.posthouse.message.Address;
import org.posthouse.queue.Routes;

/**
 * As whom a user may send: from every address whose mail comes to the user's account (its own, with a tag, by an alias, as a
 * catch-all), and from those that the account's attribute {@code send-as} names: {@code info@example.org,@example.net}.
 */
final class OwnAddresses {
    private static final String SEND_AS = "send-as";

    private final Routes routes;
    private final Directories directories;

    OwnAddresses(Routes routes, Directories directories) {
        this.routes = routes;
        this.directories = directories;
    }

    boolean include(AccountId account, Address address) throws IOException {
        return routes.belongs(address, account) || named(account, address);
    }

    private boolean named(AccountId account, Address address) throws IOException {
        var written = address.local() + "@" + address.domain();
        return directories.account(account.name()).map(a -> a.attributes().getOrDefault(SEND_AS, "")).stream()
                .flatMap(all -> Arrays.stream(all.split(",")))
                .anyMatch(one -> one.startsWith("@") && one.length() > 1 ? one.substring(1).equalsIgnoreCase(address.domain())
                        : one.equalsIgnoreCase(written));
    }
}
