package org.posthouse.smtpdelivery;

import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.posthouse.message.Status;
import org.posthouse.net.Connector;
import org.posthouse.net.Outgoing;
import org.posthouse.net.TlsFailure;
import org.posthouse.smtpdelivery.Credentials.Credential;

/** From a host to a session that is ready for messages: connection, greeting, EHLO, TLS, log-in. */
final class Opening {
    private static final int IMPLICIT_TLS = 465; // RFC 8314 §3.3

    /** What one destination wants of it. */
    record Wishes(String hello, String ourName, Demand demand, Optional<Credential> credential, Optional<InetAddress> source) {
        Wishes plain() {
            return new Wishes(hello, ourName, Demand.NONE, credential, source);
        }
    }

    private final Connector connector;
    private final Waits waits;

    Opening(Connector connector, Waits waits) {
        this.connector = connector;
        this.waits = waits;
    }

    /** @param until the moment to give up, in nanoseconds */
    Session open(Host host, Wishes wishes, long until) throws NoSession {
        try {
            return opened(host, wishes, until);
        } catch (TlsFailure e) {
            return open(host, wishes.plain(), until); // RFC 7435 §3: better than no delivery
        } catch (SocketTimeoutException e) {
            throw new NoSession("4.4.1", host + " did not answer in time");
        } catch (Garbage e) {
            throw new NoSession("4.5.0", host + ": " + e.getMessage());
        } catch (IOException e) {
            throw new NoSession("4.4.1", host + ": " + e.getMessage());
        }
    }

    private Session opened(Host host, Wishes wishes, long until) throws IOException, NoSession {
        var wire = connector.connect(host.address(), wishes.source, waits.connect());
        var session = new Session(wire, host, waits);
        boolean ready = false;
        try {
            session.until(until);
            if (host.address().getPort() == IMPLICIT_TLS && wishes.demand.wantsTls()) {
                handshake(session, wishes);
            }
            greeted(session, session.reply(waits.greeting()), wishes);
            hello(session, wishes);
            secure(session, wishes);
            if (wishes.credential.isPresent()) {
                logIn(session, wishes.credential.get());
            }
            ready = true;
            return session;
        } catch (TlsFailure e) {
            if (!wishes.demand.needsTls()) {
                throw e;
            }
            throw new NoSession(new Status("4.7.5", host + ": " + e.getMessage() + wishes.demand.author()), TlsResults.name(e.why()), own(wire));
        } finally {
            if (!ready) {
                wire.close();
            }
        }
    }

    private static InetAddress own(Outgoing wire) {
        return wire.local().getAddress();
    }

    private static void handshake(Session session, Wishes wishes) throws IOException {
        var host = session.host();
        session.wire().within(session.waits().tls());
        boolean nameless = host.name().equals(host.address().getAddress().getHostAddress());
        var name = nameless ? Optional.<String>empty() : Optional.of(wishes.demand.name().orElse(host.name()));
        session.wire().startTls(name, wishes.demand.trust());
    }

    /** RFC 5321 §3.1. One that has our name is this server, and the mail would go round (RFC 5321 §6.3). */
    private static void greeted(Session session, Reply greeting, Wishes wishes) throws NoSession {
        if (greeting.code() != 220) {
            throw refused(session, greeting, "the connection");
        }
        var name = greeting.text().split(" ", 2)[0];
        if (session.host().found() == Host.Found.EXCHANGER && name.equalsIgnoreCase(wishes.ourName)) {
            throw NoSession.ourselves(MailHosts.loop(session.host().domain()));
        }
    }

    private static NoSession refused(Session session, Reply reply, String inReplyTo) {
        var status = reply.status(session.host().toString(), inReplyTo);
        return new NoSession("4" + status.code().substring(1), status.text()); // another host, or another day
    }

    /** RFC 5321 §3.2: who does not know EHLO is greeted with HELO. */
    private static void hello(Session session, Wishes wishes) throws IOException, NoSession {
        var waits = session.waits();
        var extended = session.command(wishes.hello + " " + wishes.ourName, waits.command());
        if (extended.positive()) {
            session.capabilities(Capabilities.of(extended));
            return;
        }
        if (!extended.permanent() || !wishes.hello.equals("EHLO")) {
            throw refused(session, extended, wishes.hello);
        }
        var simple = session.command("HELO " + wishes.ourName, waits.command());
        if (!simple.positive()) {
            throw refused(session, simple, "HELO");
        }
        session.capabilities(Capabilities.NONE);
    }

    private static void secure(Session session, Wishes wishes) throws IOException, NoSession {
        if (!wishes.demand.wantsTls() || session.wire().secured().isPresent()) {
            return;
        }
        if (!session.capabilities().has("STARTTLS")) {
            if (wishes.demand.needsTls()) {
                var why = new Status("4.7.4", session.host() + " offers no TLS, which has to be" + wishes.demand.author()); // RFC 3463 §3.8
                throw new NoSession(why, "starttls-not-supported", own(session.wire()));
            }
            return;
        }
        var reply = session.command("STARTTLS", session.waits().command());
        if (reply.code() != 220) {
            throw new TlsFailure(TlsFailure.Why.HANDSHAKE, "STARTTLS was answered with " + reply);
        }
        handshake(session, wishes);
        hello(session, wishes); // RFC 3207 §4.2: what was said before does not count
    }

    /** RFC 4954. Passwords go over TLS alone. */
    private static void logIn(Session session, Credential credential) throws IOException, NoSession {
        var capabilities = session.capabilities();
        if (session.wire().secured().isEmpty()) {
            throw new NoSession("4.7.4", session.host() + " would get a password without TLS");
        }
        var wait = session.waits().command();
        Reply reply;
        if (capabilities.authenticatesBy("PLAIN")) {
            reply = session.command("AUTH PLAIN " + base64("\0" + credential.name() + "\0" + credential.password()), wait);
        } else if (capabilities.authenticatesBy("LOGIN")) {
            reply = session.command("AUTH LOGIN", wait);
            for (var answer : new String[] {credential.name(), credential.password()}) {
                reply = reply.code() == 334 ? session.command(base64(answer), wait) : reply;
            }
        } else {
            throw new NoSession("4.7.0", session.host() + " knows neither AUTH PLAIN nor LOGIN");
        }
        if (reply.code() != 235) {
            throw refused(session, reply, "AUTH");
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
