package org.posthouse.auth;

import java.io.IOException;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;
import org.posthouse.message.Refusal;

/** Changes a directory's users, durably. A Refusal says why not, for the operator. */
@ConsumerType
public interface Editor {
    List<Account> list() throws IOException;

    void add(String name, char[] password) throws Refusal, IOException;

    void password(String name, char[] password) throws Refusal, IOException;

    void remove(String name) throws Refusal, IOException;

    /**
     * The labels of an account's application passwords: further ones, each for one program, that log in and do nothing else; none of
     * them lets its holder change a password.
     */
    default List<String> appPasswords(String name) throws Refusal, IOException {
        throw keepsNone();
    }

    default void addAppPassword(String name, String label, char[] password) throws Refusal, IOException {
        throw keepsNone();
    }

    default void removeAppPassword(String name, String label) throws Refusal, IOException {
        throw keepsNone();
    }

    private static Refusal keepsNone() {
        return new Refusal("5.3.3", "its directory keeps no application passwords");
    }
}
