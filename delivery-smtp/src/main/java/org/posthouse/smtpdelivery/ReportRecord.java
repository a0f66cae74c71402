package org.posthouse.smtpdelivery;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.posthouse.message.Address;

/**
 * Where a domain wants its reports about TLS (RFC 8460 §3), by mail and by HTTPS.
 *
 * @param mail  addresses
 * @param https URIs, which are not used
 */
record ReportRecord(List<Address> mail, List<String> https) {
    private static final Pattern FORM = Pattern.compile("v=TLSRPTv1[ \\t]*;[ \\t]*rua=([^;]*)(?:;.*)?", Pattern.DOTALL);
    private static final int MOST = 10;

    ReportRecord {
        mail = List.copyOf(mail);
        https = List.copyOf(https);
    }

    /** Of the TXT records at {@code _smtp._tls}; empty unless exactly one of them is of this kind and names somebody. */
    static Optional<ReportRecord> parse(List<String> texts) {
        var ours = texts.stream().filter(t -> t.startsWith("v=TLSRPTv1")).toList();
        var form = FORM.matcher(ours.size() == 1 ? ours.getFirst() : "");
        if (!form.matches()) {
            return Optional.empty();
        }
        var mail = new ArrayList<Address>();
        var https = new ArrayList<String>();
        for (var uri : form.group(1).split(",", MOST + 1)) {
            var text = uri.strip();
            var lower = text.toLowerCase(Locale.ROOT);
            if (lower.startsWith("mailto:")) {
                address(text.substring("mailto:".length())).ifPresent(mail::add);
            } else if (lower.startsWith("https://")) {
                https.add(text);
            }
        }
        return mail.isEmpty() && https.isEmpty() ? Optional.empty() : Optional.of(new ReportRecord(mail, https));
    }

    /** RFC 6068 §2: percent-encoded, and perhaps with fields after it, which mean nothing here. */
    private static Optional<Address> address(String text) {
        try {
            var plain = URLDecoder.decode(text.split("\\?", 2)[0].replace("+", "%2B"), StandardCharsets.UTF_8);
            return Address.parse(plain).filter(a -> !a.isNull() && !a.domain().isEmpty() && plain.chars().allMatch(c -> c > ' ' && c <= '~'));
        } catch (IllegalArgumentException wronglyEncoded) {
            return Optional.empty();
        }
    }
}
