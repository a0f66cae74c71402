package org.posthouse.smtpdelivery;

import java.lang.annotation.Annotation;
import java.util.HashMap;
import java.util.Map;

/** Settings for tests: the defaults, but for what is said. */
final class Configs implements SmtpDelivery.Config {
    private final Map<String, Object> said = new HashMap<>();

    Configs with(String key, Object value) {
        said.put(key, value);
        return this;
    }

    private <T> T value(String key, Class<T> as, T usual) {
        return as.cast(said.getOrDefault(key, usual));
    }

    @Override
    public int port() {
        return value("port", Integer.class, 25);
    }

    @Override
    public String tls() {
        return value("tls", String.class, "auto");
    }

    @Override
    public String[] tls_for() {
        return value("tls-for", String[].class, new String[0]);
    }

    @Override
    public int policy_port() {
        return value("policy-port", Integer.class, 443);
    }

    @Override
    public String tls_reports() {
        return value("tls-reports", String.class, "");
    }

    @Override
    public String credentials() {
        return value("credentials", String.class, "smtp-credentials");
    }

    @Override
    public String[] source_address() {
        return value("source-address", String[].class, new String[0]);
    }

    @Override
    public String[] source_address_of() {
        return value("source-address-of", String[].class, new String[0]);
    }

    @Override
    public String address_family() {
        return value("address-family", String.class, "any");
    }

    @Override
    public boolean chunking() {
        return value("chunking", Boolean.class, true);
    }

    @Override
    public int recipients_per_message() {
        return value("recipients-per-message", Integer.class, 100);
    }

    @Override
    public int hosts_per_attempt() {
        return value("hosts-per-attempt", Integer.class, 8);
    }

    @Override
    public int idle_connections() {
        return value("idle-connections", Integer.class, 50);
    }

    @Override
    public String idle_time() {
        return value("idle-time", String.class, "5s");
    }

    @Override
    public int messages_per_connection() {
        return value("messages-per-connection", Integer.class, 100);
    }

    @Override
    public String attempt_time() {
        return value("attempt-time", String.class, "15m");
    }

    @Override
    public String connect_timeout() {
        return value("connect-timeout", String.class, "30s");
    }

    @Override
    public String greeting_timeout() {
        return value("greeting-timeout", String.class, "5m");
    }

    @Override
    public String tls_timeout() {
        return value("tls-timeout", String.class, "1m");
    }

    @Override
    public String command_timeout() {
        return value("command-timeout", String.class, "5m");
    }

    @Override
    public String mail_timeout() {
        return value("mail-timeout", String.class, "5m");
    }

    @Override
    public String rcpt_timeout() {
        return value("rcpt-timeout", String.class, "5m");
    }

    @Override
    public String data_timeout() {
        return value("data-timeout", String.class, "2m");
    }

    @Override
    public String block_timeout() {
        return value("block-timeout", String.class, "3m");
    }

    @Override
    public String end_timeout() {
        return value("end-timeout", String.class, "10m");
    }

    @Override
    public Class<? extends Annotation> annotationType() {
        return SmtpDelivery.Config.class;
    }
}
