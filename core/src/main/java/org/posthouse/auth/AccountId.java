package org.posthouse.auth;

/** An account's full name, {@code ann@example.test}, in lower case; its home is found by it. */
public record AccountId(String name) {
    public String local() {
        return name.substring(0, name.lastIndexOf('@'));
    }

    public String domain() {
        return name.substring(name.lastIndexOf('@') + 1);
    }

    @Override
    public String toString() {
        return name;
    }
}
