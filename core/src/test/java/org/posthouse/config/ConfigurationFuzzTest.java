package org.posthouse.config;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.List;
import org.posthouse.fuzz.FuzzTarget;
import org.posthouse.fuzz.Scratch;

/** A whole configuration is right, and then can be printed, or its mistakes are named. */
final class ConfigurationFuzzTest implements FuzzTarget {
    private final SampleConf conf;

    ConfigurationFuzzTest() throws Exception {
        conf = SampleConf.in(Scratch.folder());
    }

    @Override
    public void take(byte[] input) throws Exception {
        Files.write(conf.folder().resolve("posthouse.conf"), input);
        switch (conf.load()) {
            case Checked.Wrong(var problems) -> assertFalse(problems.isEmpty());
            case Checked.Right(var right) -> {
                assertNotNull(right.top());
                right.listeners();
                right.filters();
            }
        }
        var nowhere = new PrintStream(OutputStream.nullOutputStream());
        new ConfigCommand(conf::load).run(List.of("--json"), System.in, nowhere, nowhere);
    }

    @Override
    public List<String> seeds() {
        return List.of(SampleConf.TOP, SampleConf.TOP + "enable = protocol-smtp, filter-*\npostmaster = a@example.test\n[listener mx]\nprotocol = smtp\nport = 25\n",
                SampleConf.TOP + "[listener s]\nprotocol = smtp\nrole = submission\nport = 465\ntls = implicit\naddress = ::1\nproxy-from = 10.0.0.0/8\n",
                SampleConf.TOP + "[filter-greylist]\ndelay = 1s\nweight = 1e3\nnetworks = 10.0.0.0/8, ::1\nmax-size = 9\nkind = hard\nfrom = a@b\nmode = shadow\nbudget = 1s\n",
                SampleConf.TOP + "[directory-sql x]\nurl = ${hostname}\n[pipeline]\nrefuse = 1.5\n[delivery-local]\n", "hostname = \ndomains = ,\n");
    }

    @Override
    public List<String> words() {
        return List.of("[listener ", "[pipeline]", "[filter-greylist]", "protocol = ", "port = ", "tls = ", "role = ", "address = ", "weight = ", "1e99", "0x", "yes",
                "recipient-delimiter = ", "relay-from = ", "enable = ", "trace-days = ");
    }

    @Override
    public int longest() {
        return 2048;
    }

    @Override
    public long mayAllocate(int octets) {
        return (16 << 20) + 20_000L * octets; // all definitions of keys are read each time
    }
}
