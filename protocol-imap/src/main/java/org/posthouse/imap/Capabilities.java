package org.posthouse.imap;

import java.util.List;
import org.posthouse.auth.Accounts;
import org.posthouse.net.Connection;
import org.posthouse.net.Listener;

/** What the server offers at each moment (RFC 3501 §6.1.1). */
final class Capabilities {
    private final Connection client;
    private final Accounts accounts;
    private final Limits limits;

    Capabilities(Connection client, Accounts accounts, Limits limits) {
        this.client = client;
        this.accounts = accounts;
        this.limits = limits;
    }

    boolean offersTls() {
        return client.peer().listener().tls() == Listener.Tls.STARTTLS && !client.secure();
    }

    /** RFC 3501 §11.1: no password in the clear where TLS can be had. */
    boolean takesPasswords() {
        return client.secure() || client.peer().listener().tls() == Listener.Tls.NONE;
    }

    String before() {
        var offered = new StringBuilder(always());
        if (offersTls()) {
            offered.append(" STARTTLS");
        }
        if (!takesPasswords()) {
            return offered.append(" LOGINDISABLED").toString();
        }
        mechanisms().forEach(mechanism -> offered.append(" AUTH=").append(mechanism));
        return offered.toString();
    }

    private List<String> mechanisms() {
        return accounts.mechanisms(client);
    }

    String after() {
        return always() + " IDLE NAMESPACE UNSELECT UIDPLUS MOVE CHILDREN SPECIAL-USE LIST-EXTENDED LIST-STATUS ESEARCH SEARCHRES WITHIN"
                + " CONDSTORE QRESYNC COMPRESS=DEFLATE STATUS=SIZE APPENDLIMIT=" + limits.appendOctets();
    }

    private String always() {
        return "IMAP4rev1 LITERAL" + (limits.literals() == Limits.Literals.PLUS ? "+" : "-") + " SASL-IR ID ENABLE";
    }
}
