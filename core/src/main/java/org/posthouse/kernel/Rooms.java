package org.posthouse.kernel;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import org.osgi.framework.BundleContext;
import org.posthouse.auth.Account;
import org.posthouse.auth.AccountId;
import org.posthouse.auth.Accounts;
import org.posthouse.auth.Directories;
import org.posthouse.auth.Directory;
import org.posthouse.auth.DirectoryAccounts;
import org.posthouse.config.Configuration;
import org.posthouse.disk.Disk;
import org.posthouse.disk.HomeDisk;
import org.posthouse.mailbox.EngineMailboxes;
import org.posthouse.mailbox.MailboxEngine;
import org.posthouse.mailbox.Mailboxes;
import org.posthouse.mailbox.PluginStores;
import org.posthouse.mailbox.Store;
import org.posthouse.mailbox.Stores;
import org.posthouse.message.Spool;
import org.posthouse.net.Connector;
import org.posthouse.net.Dns;
import org.posthouse.net.DnsjavaDns;
import org.posthouse.net.Listeners;
import org.posthouse.net.Protocol;
import org.posthouse.net.ServerCertificates;
import org.posthouse.net.SessionIds;
import org.posthouse.net.Site;
import org.posthouse.net.SocketConnector;
import org.posthouse.observe.Command;
import org.posthouse.observe.FileTrace;
import org.posthouse.observe.Metrics;
import org.posthouse.observe.MetricsPort;
import org.posthouse.observe.MicrometerMetrics;
import org.posthouse.observe.Observer;
import org.posthouse.observe.Observers;
import org.posthouse.observe.Trace;
import org.posthouse.pipeline.DropFolder;
import org.posthouse.pipeline.Filter;
import org.posthouse.pipeline.FilteredIntake;
import org.posthouse.pipeline.Intake;
import org.posthouse.queue.Courier;
import org.posthouse.queue.Delivery;
import org.posthouse.queue.Queue;
import org.posthouse.queue.Routes;
import org.posthouse.state.PluginStates;
import org.posthouse.state.StateStore;
import org.posthouse.state.States;
import org.posthouse.swap.FileThreads;
import org.posthouse.swap.Plugins;

/**
 * Core's services and how they know each other: made once, registered once, configured anew at each reload. From here a
 * reader sees who talks to whom.
 */
final class Rooms {
    private static final long SPOOL_MEMORY_OCTETS = 1 << 20; // until configured

    final Disk disk;
    final MicrometerMetrics metrics = new MicrometerMetrics();
    final MetricsPort metricsPort = new MetricsPort(metrics::scrape);
    final Observers watching;
    final FileTrace trace;
    final ConfiguredSite site = new ConfiguredSite();

    final Plugins<Protocol> protocols;
    final Plugins<Filter> filters;
    final Plugins<Delivery> deliveries;
    final Plugins<Queue> queues;
    final Plugins<Directory> directoryPlugins;
    final Plugins<MailboxEngine> engines;
    final Plugins<Store> storePlugins;
    final Plugins<StateStore> statePlugins;
    final Plugins<Command> commands;
    final Plugins<Observer> observers;

    final Directories directories;
    final DirectoryAccounts accounts;
    final EngineMailboxes mailboxes;
    final PluginStores stores;
    final PluginStates states;
    final Routes routes;
    final Spool spool;
    final Courier courier;
    final FilteredIntake intake;
    final DnsjavaDns dns;
    final SocketConnector connector;
    final DropFolder drop;
    final ServerCertificates certificates;
    final Listeners listeners;

    Rooms(Path home, BlockingQueue<Ended> probations) throws IOException {
        var clock = Clock.systemUTC();
        disk = new HomeDisk(home);
        protocols = new Plugins<>("protocol", Ended.into(probations), clock);
        filters = new Plugins<>("filter", Ended.into(probations), clock);
        deliveries = new Plugins<>("delivery", Ended.into(probations), clock, new FileThreads("delivery"));
        queues = new Plugins<>("queue", Ended.into(probations), clock);
        directoryPlugins = new Plugins<>("directory", Ended.into(probations), clock);
        engines = new Plugins<>("mailboxes", Ended.into(probations), clock);
        storePlugins = new Plugins<>("store", Ended.into(probations), clock);
        statePlugins = new Plugins<>("state", Ended.into(probations), clock);
        commands = new Plugins<>("command", Ended.into(probations), clock);
        observers = new Plugins<>("observer", Ended.into(probations), clock);

        watching = new Observers(observers, metrics);
        trace = new FileTrace(disk, watching, metrics, clock);
        dns = new DnsjavaDns(metrics, clock);
        connector = new SocketConnector(disk);
        directories = new Directories(directoryPlugins);
        stores = new PluginStores(storePlugins);
        spool = new Spool(disk.var("spool"), SPOOL_MEMORY_OCTETS);
        spool.clean();
        mailboxes = new EngineMailboxes(engines, this::mailboxOf, spool);
        states = new PluginStates(statePlugins);
        accounts = new DirectoryAccounts(new DirectoryAccounts.Rooms(directories, site, states, disk, trace, metrics, clock));
        routes = new Routes(directories::resolve, site, disk, clock);
        courier = new Courier(deliveries, queues, routes, site, trace, metrics, clock);
        intake = new FilteredIntake(
                new org.posthouse.pipeline.Rooms(filters, routes, courier, directories, states, spool, site, trace, metrics, clock));
        drop = new DropFolder(intake, courier, disk, site, clock);
        certificates = new ServerCertificates(disk.conf("tls"));
        listeners = new Listeners(protocols, certificates, new SessionIds(), trace, metrics);
    }

    /** RFC 5321 §4.5.1: mail to postmaster is kept, even before anybody has the account to read it. */
    private Optional<Account> mailboxOf(String name) throws IOException {
        var found = directories.account(name);
        return found.isEmpty() && name.equals("postmaster@" + site.firstDomain())
                ? Optional.of(new Account(new AccountId(name), Map.of())) : found;
    }

    List<Kind<?>> kinds() {
        return List.of(new Kind<>(Protocol.class, protocols, n -> n.service().name(), Kind.Swap.BESIDE),
                Kind.of(Filter.class, filters, Kind.Swap.BESIDE), Kind.of(Delivery.class, deliveries, Kind.Swap.BESIDE),
                Kind.of(Directory.class, directoryPlugins, Kind.Swap.BESIDE), Kind.of(Queue.class, queues, Kind.Swap.HANDOVER),
                Kind.of(MailboxEngine.class, engines, Kind.Swap.HANDOVER), Kind.of(Store.class, storePlugins, Kind.Swap.HANDOVER),
                Kind.of(StateStore.class, statePlugins, Kind.Swap.HANDOVER),
                new Kind<>(Command.class, commands, n -> n.service().name(), Kind.Swap.AT_ONCE),
                Kind.of(Observer.class, observers, Kind.Swap.AT_ONCE));
    }

    private List<Plugins<?>> plugins() {
        return List.of(protocols, filters, deliveries, queues, directoryPlugins, engines, storePlugins, statePlugins, commands,
                observers);
    }

    void register(BundleContext context) {
        context.registerService(Disk.class, disk, null);
        context.registerService(Site.class, site, null);
        context.registerService(Metrics.class, metrics, null);
        context.registerService(Trace.class, trace, null);
        context.registerService(Accounts.class, accounts, null);
        context.registerService(Mailboxes.class, mailboxes, null);
        context.registerService(Stores.class, stores, null);
        context.registerService(States.class, states, null);
        context.registerService(Dns.class, dns, null);
        context.registerService(Connector.class, connector, null);
        context.registerService(Intake.class, intake, null);
    }

    /** Gives every service its values; each takes all of its own or, with a BadSetting, none. */
    void configure(Configuration next) throws IOException {
        var top = next.top();
        site.configure(top);
        dns.configure(top);
        connector.configure(top);
        certificates.configure(top);
        directories.configure(top);
        accounts.configure(top);
        stores.configure(top);
        mailboxes.configure(top);
        routes.configure(top, next.routing(), next.routes());
        courier.configure(top);
        spool.inMemory(top.size("spool-memory"));
        spool.inFiles(top.size("spool-disk"));
        intake.configure(next.pipeline(), next.filters());
        trace.configure(top);
        metricsPort.configure(top);
        grace(top.duration("grace"));
    }

    private void grace(Duration grace) {
        plugins().forEach(p -> p.grace(grace));
    }

    /** Names that are to be here, so that calls for them wait while they are away. */
    void expect(Set<String> running, Set<String> requiredFilters, Set<String> listening) {
        intake.requireFilters(requiredFilters);
        protocols.expect(listening);
        var expectedFilters = new HashSet<>(named(running, "filter-"));
        expectedFilters.addAll(requiredFilters);
        filters.expect(expectedFilters);
        deliveries.expect(named(running, "delivery-"));
        queues.expect(named(running, "queue-"));
        directoryPlugins.expect(named(running, "directory-"));
        engines.expect(named(running, "mailboxes-"));
        storePlugins.expect(named(running, "store-"));
        statePlugins.expect(named(running, "state-"));
    }

    private static Set<String> named(Set<String> names, String prefix) {
        var found = new HashSet<>(names);
        found.removeIf(name -> !name.startsWith(prefix));
        return found;
    }

    void tick() {
        plugins().forEach(Plugins::tick);
    }

    void close() throws IOException {
        metricsPort.close();
        trace.close();
        watching.close();
    }
}
