package org.posthouse.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.posthouse.message.BadSetting;

class ListenerSettingsTest {
    @Test
    void readsASection() {
        var settings = ListenerSettings.of(TestServer.section("in", "smtp", "address", "all", "port", "2525", "role", "submission",
                "tls", "implicit", "relay-from", "192.0.2.0/24", "proxy-from", "127.0.0.1", "connection-rate", "0"));
        assertEquals("in", settings.name());
        assertEquals(2525, settings.address().getPort());
        assertTrue(settings.address().getAddress().isAnyLocalAddress());
        assertEquals(Listener.Role.SUBMISSION, settings.role());
        assertEquals(Listener.Tls.IMPLICIT, settings.tls());
        assertEquals(1, settings.relayFrom().size());
        assertTrue(settings.isProxy(InetAddress.getLoopbackAddress()));
        assertTrue(settings.limits().perAddressSparesLoopback());
        assertFalse(settings.limits().perMinuteSparesLoopback(), "connection-rate is given");
    }

    @ParameterizedTest
    @CsvSource({"port,65536", "port,-1", "port,smtp", "address,localhost", "address,*", "role,MX", "tls,yes", "protocol,''",
        "max-connections,0", "max-connections-per-address,0", "connection-rate,-1", "write-timeout,0s"})
    void refusesWithTheKeyAndTheMend(String key, String value) {
        var bad = assertThrows(BadSetting.class, () -> ListenerSettings.of(TestServer.section("in", "smtp", key, value)));
        assertEquals(key, bad.key());
    }

    @Test
    void refusesSubmissionWithoutTls() {
        var bad = assertThrows(BadSetting.class, () -> ListenerSettings.of(TestServer.section("in", "smtp", "role", "submission", "tls", "none")));
        assertEquals("tls", bad.key());
    }
}
