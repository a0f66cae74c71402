package org.posthouse.smtp;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.posthouse.net.Line;
import org.posthouse.pipeline.Recipient;
import org.posthouse.pipeline.Sender;

/** Reads one command line (RFC 5321 §4.1.1). Gives a command or {@link Command.Malformed}; never throws. */
final class CommandParser {
    /** RFC 5321 §4.5.3.1.4 asks for 512 octets; SIZE, BODY, AUTH and SMTPUTF8 add some 600, and addresses are longer in UTF-8. */
    static final int LONGEST_LINE = 2_048;

    /** RFC 4954 §4: an AUTH line may be so long. */
    static final int LONGEST_AUTH_LINE = 12_288;

    /** What would break a Received field is not a host name; underscores and unqualified names are let pass. */
    private static final Pattern HOST = Pattern.compile("[!-~&&[^()<>\"\\\\]]{1,255}");
    private static final Pattern CHUNK = Pattern.compile("(\\d{1,18})( +LAST)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern MECHANISM = Pattern.compile("([A-Za-z0-9_-]{1,20})(?: +(\\S+))?"); // RFC 4422 §3.1

    /** What browsers say to a port: a form's body must not become our commands. */
    private static final Set<String> OTHER_PROTOCOLS = Set.of("GET", "POST", "PUT", "HEAD", "OPTIONS", "CONNECT", "HOST:");

    private CommandParser() {}

    static Command parse(Line line) {
        if (line.ending() == Line.Ending.TOO_LONG) {
            return tooLong();
        }
        if (line.ending() != Line.Ending.CRLF) { // RFC 5321 §2.3.8: nothing else ends a line
            return malformed(500, "5.5.2", "Lines end with CR LF");
        }
        var text = text(line.octets());
        if (text.isEmpty()) {
            return malformed(500, "5.5.2", "Control characters and broken UTF-8 are not for commands");
        }
        var command = parse(text.get());
        boolean tooLong = line.octets().length + 2 > LONGEST_LINE && !(command instanceof Command.Auth);
        return tooLong ? tooLong() : command;
    }

    private static Command tooLong() {
        return malformed(500, "5.5.2", "Line too long"); // RFC 5321 §4.5.3.1.9
    }

    private static Optional<String> text(byte[] octets) {
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString();
            return text.chars().anyMatch(Character::isISOControl) ? Optional.empty() : Optional.of(text);
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static Command parse(String line) {
        int space = (line + ' ').indexOf(' ');
        var verb = line.substring(0, space);
        var rest = trimmed(line.substring(space));
        return switch (verb.chars().allMatch(c -> c < 0x80) ? verb.toUpperCase(Locale.ROOT) : "") {
            case "HELO" -> host(rest).<Command>map(Command.Helo::new).orElseGet(CommandParser::noHost);
            case "EHLO" -> host(rest).<Command>map(Command.Ehlo::new).orElseGet(CommandParser::noHost);
            case "LHLO" -> host(rest).<Command>map(Command.Lhlo::new).orElseGet(CommandParser::noHost);
            case "MAIL" -> mail(rest);
            case "RCPT" -> rcpt(rest);
            case "DATA" -> alone(rest, Command.Data::new);
            case "BDAT" -> bdat(rest);
            case "RSET" -> alone(rest, Command.Rset::new);
            case "QUIT" -> alone(rest, Command.Quit::new);
            case "STARTTLS" -> alone(rest, Command.StartTls::new);
            case "AUTH" -> auth(rest);
            case "NOOP" -> new Command.Noop(); // RFC 5321 §4.1.1.9: what follows is ignored
            case "HELP" -> new Command.Help();
            case "VRFY" -> rest.isEmpty() ? malformed(501, "5.5.4", "VRFY whom?") : new Command.Vrfy(rest);
            case "EXPN" -> new Command.Expn(rest);
            case "XCLIENT" -> introduced(rest, Introduction.XCLIENT, Command.Xclient::new);
            case "XFORWARD" -> introduced(rest, Introduction.XFORWARD, Command.Xforward::new);
            default -> unknown(verb.toUpperCase(Locale.ROOT));
        };
    }

    /** Without the spaces around it; trailing ones are tolerated as RFC 5321 §4.1.1 asks. */
    private static String trimmed(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && text.charAt(from) == ' ') {
            from++;
        }
        while (to > from && text.charAt(to - 1) == ' ') {
            to--;
        }
        return text.substring(from, to);
    }

    private static Command unknown(String verb) {
        return OTHER_PROTOCOLS.contains(verb)
                ? new Command.Malformed(Reply.of(421, "4.7.0", "This is a mail server").andEnd())
                : malformed(500, "5.5.1", "Command not known");
    }

    private static Optional<String> host(String name) {
        return HOST.matcher(name).matches() ? Optional.of(name) : Optional.empty();
    }

    private static Command noHost() {
        return malformed(501, "5.5.4", "Say your host name");
    }

    private static Command introduced(String rest, Set<String> known, Function<Map<String, String>, Command> command) {
        return Introduction.attributes(rest, known).map(command).orElseGet(() -> malformed(501, "5.5.4", "Attributes are not well formed"));
    }

    private static Command alone(String rest, Supplier<Command> command) {
        return rest.isEmpty() ? command.get() : malformed(501, "5.5.4", "This command takes no argument");
    }

    private static Command mail(String rest) {
        var path = path(rest, "FROM:");
        if (path.isEmpty()) {
            return malformed(501, "5.1.7", "The form is MAIL FROM:<address>");
        }
        var parameters = Parameters.read(path.get().rest());
        if (parameters.isEmpty()) {
            return new Command.Malformed(Parameters.malformed());
        }
        var sender = new Sender(path.get().address(), parameters.get());
        return Parameters.objectionToMail(sender.parameters()).<Command>map(Command.Malformed::new)
                .orElseGet(() -> new Command.Mail(sender, size(sender)));
    }

    private static long size(Sender sender) {
        var declared = sender.parameters().getOrDefault("SIZE", "0");
        return declared.length() > 18 ? Long.MAX_VALUE : Long.parseLong(declared);
    }

    private static Command rcpt(String rest) {
        var path = path(rest, "TO:").filter(p -> !p.address().isNull());
        if (path.isEmpty()) {
            return malformed(501, "5.1.3", "The form is RCPT TO:<address>");
        }
        var parameters = Parameters.read(path.get().rest());
        if (parameters.isEmpty()) {
            return new Command.Malformed(Parameters.malformed());
        }
        return Parameters.objectionToRcpt(parameters.get()).<Command>map(Command.Malformed::new)
                .orElseGet(() -> new Command.Rcpt(new Recipient(path.get().address(), parameters.get())));
    }

    /** Spaces after the colon are let pass: the RFC forbids clients to send them, and printers do. */
    private static Optional<Path> path(String rest, String keyword) {
        return rest.regionMatches(true, 0, keyword, 0, keyword.length())
                ? Path.parse(trimmed(rest.substring(keyword.length()))) : Optional.empty();
    }

    /** Without the number of octets nobody knows where the next command begins, so the connection ends. */
    private static Command bdat(String rest) {
        var chunk = CHUNK.matcher(rest);
        return chunk.matches() ? new Command.Bdat(Long.parseLong(chunk.group(1)), chunk.group(2) != null)
                : new Command.Malformed(Reply.of(501, "5.5.4", "The form is BDAT octets [LAST]").andEnd());
    }

    private static Command auth(String rest) {
        var words = MECHANISM.matcher(rest);
        return words.matches()
                ? new Command.Auth(words.group(1).toUpperCase(Locale.ROOT), Optional.ofNullable(words.group(2)))
                : malformed(501, "5.5.4", "The form is AUTH mechanism [response]");
    }

    private static Command malformed(int code, String enhanced, String text) {
        return new Command.Malformed(Reply.of(code, enhanced, text));
    }
}
