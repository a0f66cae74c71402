package org.posthouse.message;

import java.util.Optional;

/**
 * Another address instead of one, or another domain instead of one: {@code old@example.test -> new@example.org},
 * {@code @old.example -> @new.example}.
 *
 * @param to where its local part is empty, the local part stays
 */
public record Renaming(Whom from, Address to) {
    static Renaming parse(String key, String value) {
        var sides = value.split("->", -1);
        if (sides.length == 2) {
            var from = Whom.parse(sides[0].strip());
            var to = target(sides[1].strip());
            boolean fits = from.isPresent() && to.isPresent() && !from.get().isEverybody() && !from.get().text().startsWith(".")
                    && !(from.get().isAddress() && to.get().local().isEmpty());
            if (fits) {
                return new Renaming(from.get(), to.get());
            }
        }
        throw new BadSetting(key, "'" + value + "' does not say who is who; write old@example.test -> new@example.org, or @old.example -> @new.example");
    }

    private static Optional<Address> target(String text) {
        return text.startsWith("@") ? Address.parse("x" + text).map(a -> a.withLocal(""))
                : Address.parse(text).filter(Address::hasDomain);
    }

    public Address of(Address address) {
        return to.local().isEmpty() ? to.withLocal(address.local()) : to;
    }
}
