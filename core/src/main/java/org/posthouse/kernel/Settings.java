package org.posthouse.kernel;

import java.io.IOException;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** Hands bundles their configurations: writes to ConfigAdmin what differs from what was written before. */
final class Settings {
    private final ConfigurationAdmin admin;
    private Map<String, Map<String, Object>> written = Map.of();

    Settings(ConfigurationAdmin admin) {
        this.admin = admin;
    }

    Map<String, Map<String, Object>> written() {
        return written;
    }

    /** The PIDs whose values would change. */
    List<String> changed(Map<String, Map<String, Object>> next) {
        var pids = new TreeSet<>(written.keySet());
        pids.addAll(next.keySet());
        return pids.stream().filter(pid -> !same(written.get(pid), next.get(pid))).toList();
    }

    void write(Map<String, Map<String, Object>> next) throws IOException {
        var all = new HashMap<>(written);
        for (var pid : changed(next)) {
            var values = next.get(pid);
            if (values == null) {
                configuration(pid).delete();
                all.remove(pid);
            } else {
                configuration(pid).update(dictionary(values));
                all.put(pid, values);
            }
            written = Map.copyOf(all);
        }
    }

    /** The location {@code ?} lets every version of a bundle have the same configuration. */
    private Configuration configuration(String pid) throws IOException {
        int tilde = pid.indexOf('~');
        return tilde < 0 ? admin.getConfiguration(pid, "?")
                : admin.getFactoryConfiguration(pid.substring(0, tilde), pid.substring(tilde + 1), "?");
    }

    private static Dictionary<String, Object> dictionary(Map<String, Object> values) {
        return new Hashtable<>(values);
    }

    private static boolean same(Map<String, Object> a, Map<String, Object> b) {
        return a != null && b != null && a.keySet().equals(b.keySet())
                && a.entrySet().stream().allMatch(e -> Arrays.deepEquals(new Object[] {e.getValue()}, new Object[] {b.get(e.getKey())}));
    }
}
