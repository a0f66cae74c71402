package org.posthouse.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AddressListTest {
    @Test
    void findsTheAddressesOfAField() {
        assertEquals(List.of("ann@example.test", "bob@example.test", "root"),
                AddressList.of(" Ann <ann@example.test>, bob@example.test (Bob, the (old) builder), root"));
        assertEquals(List.of("ann@example.test"), AddressList.of("\"Smith, Ann\" <ann@example.test>"));
        assertEquals(List.of("a@x.test", "b@x.test"), AddressList.of("friends: a@x.test, B <b@x.test>;, undisclosed:;"));
        assertEquals(List.of("\"a b\"@x.test"), AddressList.of("\"a b\"@x.test"));
        assertEquals(List.of("\"a\\\"b\"@x.test"), AddressList.of("X <\"a\\\"b\"@x.test>"));
        assertEquals(List.of("c@x.test"), AddressList.of("<@a.test,@b.test:c@x.test>"));
        assertEquals(List.of("ann@example.test"), AddressList.of("ann @\r\n example.test"));
        assertEquals(List.of("a@[IPv6:2001:db8::1]", "b@[IPv6:::1]"), AddressList.of("A <a@[IPv6:2001:db8::1]>, b@[IPv6:::1]"));
        assertEquals(List.of("a@x.test", "b@x.test"), AddressList.of("<a@x.test> (Smith, A; old), B <b@x.test> \"x, y\""));
        assertEquals(List.of(), AddressList.of(" (nobody) ,, ;"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"", "\"\\", "(", "(\\", "<", "<\"", "<:", "a<b", ">", ",;:", "((((", "<a>b<c>"})
    void anythingIsReadToItsEnd(String field) {
        AddressList.of(field);
    }
}
