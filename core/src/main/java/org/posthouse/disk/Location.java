package org.posthouse.disk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.posthouse.auth.AccountId;
import org.posthouse.message.BadSetting;

/**
 * Where something of an account lies: a setting with {@code %u} the account's full name, {@code %n} what is
 * before its {@code @}, {@code %d} its domain and {@code %h} its home, {@code var/mail/<domain>/<name>}. A part of a name
 * never leads out of its folder: whatever is unusual in it is written as {@code %xx} of its UTF-8 octets.
 */
public final class Location {
    public static final String HOME = "mail/%d/%n";

    private static final Pattern PLACEHOLDER = Pattern.compile("%[und]");
    private static final String USUAL = "!#$&'*+=?^_`{|}~-.@";

    private final String key;
    private final String template;
    private final Disk disk;

    /** BadSetting, naming that key, for a place that is the same for all accounts or leads out of its folder. */
    public Location(String key, String setting, Disk disk) {
        this.key = key;
        this.template = setting.strip().replace("%h", HOME);
        this.disk = disk;
        check(setting.strip());
    }

    private void check(String setting) {
        if (!template.contains("%u") && !template.contains("%n")) {
            throw new BadSetting(key, "'" + setting + "' is the same for every account; put %u, %n or %h into it");
        }
        if (setting.indexOf("%h") > 0) {
            throw new BadSetting(key, "%h can only stand at the beginning, like %h/Maildir");
        }
        if (!PLACEHOLDER.matcher(template).replaceAll("").chars().allMatch(c -> c >= ' ' && c != '%')) {
            throw new BadSetting(key, "'" + setting + "' has a % that is not %u, %n, %d or %h");
        }
        if (Arrays.stream(template.split("/")).anyMatch(level -> level.equals(".") || level.equals(".."))) {
            throw new BadSetting(key, "'" + setting + "' has a '.' or '..'; write the whole path instead");
        }
    }

    /** Relative places are in {@code var/}, where their parent folders are made. */
    public Path of(AccountId account) throws IOException {
        boolean whole = account.name().indexOf('@') < 0;
        // in one pass: what is put in may itself hold %d0, the first octet of many letters
        var place = PLACEHOLDER.matcher(template).replaceAll(found -> Matcher.quoteReplacement(safe(switch (found.group()) {
            case "%n" -> whole ? account.name() : account.local();
            case "%d" -> whole ? "-" : account.domain();
            default -> account.name();
        })));
        try {
            return place.startsWith("/") ? Path.of(place) : disk.var(place);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static String safe(String part) {
        var safe = new StringBuilder();
        for (byte octet : part.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (octet & 0xff);
            boolean usual = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || USUAL.indexOf(c) >= 0;
            if (usual && !(c == '.' && safe.isEmpty())) {
                safe.append(c);
            } else {
                safe.append('%').append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            }
        }
        return safe.isEmpty() ? "%" : safe.toString();
    }
}
