package org.posthouse.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Level;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;
import org.posthouse.config.Values;
import org.posthouse.message.BadSetting;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's side of TLS: the certificates of {@code conf/tls} and the provider that speaks it. Files that change are seen
 * at the next handshake; what cannot be used is named in the log, and the certificate that was there before serves on.
 * Resumption works from one change to the next. Core's own.
 */
public final class ServerCertificates {
    private static final Logger LOG = LoggerFactory.getLogger("net");
    private static final java.util.logging.Logger BC_LOG = java.util.logging.Logger.getLogger("org.bouncycastle.jsse");
    private static final long LOOK_AGAIN = 1000;
    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"}; // RFC 8996: not 1.0, not 1.1
    private static final String[] BC_GROUPS = {"X25519MLKEM768", "x25519", "secp256r1"};

    private enum Kind { JDK, BC }

    private record Settings(String hostname, Kind provider) {}

    /** What stood in the folder, what of it can be used, and the context made from that. */
    private record Loaded(Settings settings, Map<Path, CertificateFiles.Stamp> stamps, Map<Path, ServedCertificate> usable, SSLContext context) {}

    private final CertificateFiles files;
    private final InstantSource clock;
    private final Lock loading = new ReentrantLock();
    private final AtomicLong looked = new AtomicLong();
    private volatile Settings settings = new Settings("localhost", Kind.JDK);
    private volatile Optional<Loaded> loaded = Optional.empty();

    /** @param folder {@code conf/tls} */
    public ServerCertificates(Path folder) {
        this(folder, InstantSource.system());
    }

    ServerCertificates(Path folder, InstantSource clock) {
        this.files = new CertificateFiles(folder);
        this.clock = clock;
    }

    /** @param top the top lines, of which {@code hostname} and {@code tls-provider} matter here */
    public void configure(Values top) {
        settings = new Settings(top.text("hostname"), switch (top.text("tls-provider")) {
            case "jdk" -> Kind.JDK;
            case "bc" -> Kind.BC;
            default -> throw new BadSetting("tls-provider", "'" + top.text("tls-provider") + "' is unknown; write jdk or bc");
        });
    }

    /**
     * Reads what has changed in the folder; where there is no certificate at all, makes one.
     *
     * @throws IOException when there is none that can be used
     */
    public void reload() throws IOException {
        loading.lock();
        try {
            looked.set(clock.millis());
            makeFirst();
            var now = settings;
            var stamps = files.pairs();
            if (loaded.filter(l -> l.stamps().equals(stamps) && l.settings().equals(now)).isEmpty()) {
                var usable = read(stamps);
                loaded = Optional.of(new Loaded(now, stamps, usable, context(now, List.copyOf(usable.values()))));
            }
        } finally {
            loading.unlock();
        }
    }

    private void makeFirst() throws IOException {
        Files.createDirectories(files.folder());
        if (files.pairs().isEmpty()) {
            SelfSigned.make(files.folder(), settings.hostname(), clock.instant());
            LOG.info("made a self-signed certificate file={}", files.folder().resolve(settings.hostname() + ".pem"));
        }
    }

    private Map<Path, ServedCertificate> read(Map<Path, CertificateFiles.Stamp> stamps) throws IOException {
        var usable = new TreeMap<Path, ServedCertificate>();
        var broken = new ArrayList<IOException>();
        for (var file : stamps.keySet()) {
            try {
                usable.put(file, files.read(file));
            } catch (IOException e) {
                broken.add(e);
                LOG.warn("certificate not used, the one before serves on: {}", e.getMessage());
                loaded.map(l -> l.usable().get(file)).ifPresent(before -> usable.put(file, before));
            }
        }
        if (usable.isEmpty()) {
            throw broken.getFirst();
        }
        return usable;
    }

    private static SSLContext context(Settings settings, List<ServedCertificate> certificates) throws IOException {
        try {
            var context = switch (settings.provider()) {
                case JDK -> SSLContext.getInstance("TLS");
                case BC -> SSLContext.getInstance("TLS", bouncyCastle());
            };
            // No trust managers: clients are not asked for certificates, and the JDK's roots need not be read.
            context.init(new KeyManager[] {new SniKeys(certificates, settings.hostname())}, new TrustManager[0], null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    private static Provider bouncyCastle() {
        BC_LOG.setLevel(Level.OFF); // it tells each handshake, and each failure with its stack; we have our own lines for them
        return new BouncyCastleJsseProvider(new BouncyCastleProvider());
    }

    /** For the server's side of one connection. */
    SSLEngine engine() throws IOException {
        lookAgain();
        var now = loaded.orElseThrow(() -> new IOException("no certificate can be used"));
        var engine = now.context().createSSLEngine();
        engine.setUseClientMode(false);
        var parameters = engine.getSSLParameters();
        parameters.setProtocols(VERSIONS);
        if (now.settings().provider() == Kind.BC) {
            parameters.setNamedGroups(BC_GROUPS);
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** One handshake a second looks; the others do not wait for it. */
    private void lookAgain() {
        long last = looked.get();
        long now = clock.millis();
        if (Math.abs(now - last) < LOOK_AGAIN || !looked.compareAndSet(last, now)) {
            return;
        }
        try {
            reload();
        } catch (IOException e) {
            LOG.warn("conf/tls could not be read: {}", e.getMessage());
        }
    }
}
