package org.posthouse.dnsbl;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Setting;
import org.posthouse.net.Dns;
import org.posthouse.observe.Metrics;

/** The lists of the settings, ready to be asked. */
final class Lists {
    private static final int MOST = 200;

    private Lists() {}

    static Inquiry inquiry(DnsblFilter.Config config, Dns dns, Metrics metrics, Clock clock) {
        var pause = Setting.duration("pause", config.pause());
        var every = Setting.duration("self-test", config.self_test());
        var patience = Setting.duration("patience", config.patience());
        if (!patience.isPositive()) {
            throw new BadSetting("patience", "leaves no time to answer; write a duration like 2s");
        }
        var lists = all(config).stream().map(list -> new Operator(list, clock, pause, every)).toList();
        return new Inquiry(lists, dns, patience, metrics);
    }

    private static List<DnsList> all(DnsblFilter.Config config) {
        var all = new ArrayList<DnsList>();
        all.addAll(of("refuse", DnsList.Use.REFUSE, config.refuse()));
        all.addAll(of("defer", DnsList.Use.DEFER, config.defer()));
        all.addAll(of("score", DnsList.Use.SCORE, config.score()));
        all.addAll(of("shadow", DnsList.Use.SHADOW, config.shadow()));
        if (all.isEmpty()) {
            throw new BadSetting("refuse", "names no list, nor do defer, score and shadow; write refuse = zen.example, or disable filter-dnsbl");
        }
        if (all.size() > MOST) {
            throw new BadSetting("refuse", "names " + all.size() + " lists with defer, score and shadow; at most " + MOST + " can be asked");
        }
        return all;
    }

    private static List<DnsList> of(String key, DnsList.Use use, String... texts) {
        var lists = new ArrayList<DnsList>();
        for (var text : texts) {
            try {
                lists.add(DnsList.parse(use, text));
            } catch (IllegalArgumentException e) {
                throw new BadSetting(key, e.getMessage());
            }
        }
        return lists;
    }
}
