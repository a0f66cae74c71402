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
}
