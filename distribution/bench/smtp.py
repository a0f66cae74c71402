#!/usr/bin/env python3
"""Delivers the same mail to Posthouse and to Postfix, in turns, and prints messages a second and CPU a message.

  smtp.py [--rounds 3] [--count 8000] [--size 2048] [--sessions 1,10] [--program DIR] [--work DIR]

Both servers run on the loopback with the durability they have by default and deliver into Maildirs of ten users in the same
folder. A round is one run of each server for each number of sessions; Debian's smtp-source (package postfix) sends. A message
counts when its file lies in new/. Run it as root: Postfix cannot start otherwise. The medians of the rounds are printed, and
the median of the ratios of each pair; on a machine with other work only the ratios mean something.
"""
import argparse
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import time

USERS = 10
HERE = pathlib.Path(__file__).resolve().parent
TICKS = os.sysconf("SC_CLK_TCK")


def tool(name, package):
    found = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if not found:
        sys.exit(f"smtp.py: {name} is missing: apt-get install {package}")
    return found


def cpu_seconds(root):
    """User and system time of a process and all below it, ended children included."""
    parents, times = {}, {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                fields = pathlib.Path(f"/proc/{entry}/stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue  # gone meanwhile
            parents[int(entry)] = int(fields[1])
            times[int(entry)] = sum(int(t) for t in fields[11:15]) / TICKS
    total = 0.0
    for pid, spent in times.items():
        up = pid
        while up not in (0, root):
            up = parents.get(up, 0)
        total += spent if up == root else 0
    return total


def pss_mb(root):
    return sum(int(line.split()[1]) for line in pathlib.Path(f"/proc/{root}/smaps_rollup").read_text().splitlines()
               if line.startswith("Pss:")) / 1024


class Posthouse:
    name = "posthouse"
    port = 13125

    def __init__(self, work, program):
        self.home = work / "posthouse"
        (self.home / "conf").mkdir(parents=True)
        (self.home / "conf/posthouse.conf").write_text(f"""hostname = mail.example.test
domains  = example.test
enable   = protocol-smtp
[listener mx]
address  = 127.0.0.1
protocol = smtp
port     = {self.port}
""")
        (self.home / "conf/users").write_text("".join(f"user{u}@example.test:{{PLAIN}}x\n" for u in range(USERS)))
        began = time.monotonic()
        self.process = subprocess.Popen([program / "bin/posthouse", "--home", self.home, "run"], stdout=subprocess.PIPE,
                                        stderr=(work / "posthouse.log").open("w"), text=True)
        for line in self.process.stdout:
            if line.startswith("posthouse: ready"):
                break
        self.ready_seconds = time.monotonic() - began
        self.root = self.process.pid

    def maildir(self, user):
        return self.home / f"var/mail/example.test/user{user}/Maildir"

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)


class Postfix:
    name = "postfix"
    port = 13225

    def __init__(self, work):
        self.folder = work / "postfix"
        self.mail = work / "postfix-mail"
        for sub in ("conf", "queue", "data"):
            (self.folder / sub).mkdir(parents=True)
        self.mail.mkdir()
        shutil.chown(self.folder / "data", "postfix")
        os.chown(self.mail, 5000, 5000)
        (self.folder / "conf/boxes").write_text("".join(f"user{u}@example.test user{u}/Maildir/\n" for u in range(USERS)))
        (self.folder / "conf/main.cf").write_text(f"""compatibility_level = 3.6
queue_directory = {self.folder}/queue
data_directory = {self.folder}/data
maillog_file = {self.folder}/log
maillog_file_prefixes = {self.folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.example.test
mydestination =
virtual_mailbox_domains = example.test
virtual_mailbox_base = {self.mail}
virtual_mailbox_maps = texthash:{self.folder}/conf/boxes
virtual_uid_maps = static:5000
virtual_gid_maps = static:5000
alias_maps =
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
""")
        services = [f"{self.port} inet n - n - - smtpd"]
        services += [f"{n} unix {o}" for n, o in (
            ("pickup", "n - n 60 1 pickup"), ("cleanup", "n - n - 0 cleanup"), ("qmgr", "n - n 300 1 qmgr"),
            ("rewrite", "- - n - - trivial-rewrite"), ("bounce", "- - n - 0 bounce"), ("defer", "- - n - 0 bounce"),
            ("trace", "- - n - 0 bounce"), ("proxymap", "- - n - - proxymap"), ("virtual", "- n n - - virtual"),
            ("error", "- - n - - error"), ("retry", "- - n - - error"), ("anvil", "- - n - 1 anvil"),
            ("postlog", "n - n - 1 postlogd"))]
        services[-1] = services[-1].replace("unix", "unix-dgram")
        (self.folder / "conf/master.cf").write_text("\n".join(services) + "\n")
        began = time.monotonic()
        self.control("start")
        self.ready_seconds = time.monotonic() - began
        self.root = int((self.folder / "queue/pid/master.pid").read_text())

    def control(self, word):
        subprocess.run([tool("postfix", "postfix"), "-c", self.folder / "conf", word], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def maildir(self, user):
        return self.mail / f"user{user}/Maildir"

    def stop(self):
        self.control("stop")


def delivered(server):
    return sum(len(os.listdir(server.maildir(u) / "new")) for u in range(USERS) if (server.maildir(u) / "new").is_dir())


def move_aside(server, work):
    """Never deleted here: a folder in which files were just deleted makes every server slow."""
    aside = work / f"aside-{time.monotonic_ns()}"
    aside.mkdir()
    for user in range(USERS):
        for sub in ("new", "cur"):
            folder = server.maildir(user) / sub
            if folder.is_dir():
                owner = folder.stat()
                folder.rename(aside / f"{user}-{sub}")
                folder.mkdir(mode=0o700)
                os.chown(folder, owner.st_uid, owner.st_gid)


def run(server, sessions, count, size):
    senders = min(USERS, sessions)
    before = cpu_seconds(server.root)
    began = time.monotonic()
    sources = [subprocess.Popen([tool("smtp-source", "postfix"), "-d", "-s", str(sessions // senders), "-m", str(count // senders),
                                 "-l", str(size), "-f", "sender@example.org", "-t", f"user{u}@example.test",
                                 f"127.0.0.1:{server.port}"]) for u in range(senders)]
    if any(source.wait() for source in sources):
        sys.exit(f"smtp.py: {server.name} did not take everything")
    total = count // senders * senders
    while delivered(server) < total:
        if time.monotonic() - began > 300:
            sys.exit(f"smtp.py: {server.name} delivered {delivered(server)} of {total}")
        time.sleep(0.01)
    seconds = time.monotonic() - began
    return total / seconds, (cpu_seconds(server.root) - before) / total * 1000


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--count", type=int, default=8000)
    options.add_argument("--size", type=int, default=2048)
    options.add_argument("--sessions", default="1,10")
    options.add_argument("--program", type=pathlib.Path, default=HERE.parent / "target/posthouse")
    options.add_argument("--work", type=pathlib.Path, default=pathlib.Path("/var/tmp/posthouse-bench"))
    options = options.parse_args()
    work = options.work / str(os.getpid())
    work.mkdir(parents=True)
    work.chmod(0o755)
    servers = []
    try:
        servers = [Postfix(work), Posthouse(work, options.program)]
        time.sleep(1)
        ours = servers[1]
        print(f"ready after {ours.ready_seconds:.2f} s, idle {pss_mb(ours.root):.0f} MB; postfix {servers[0].ready_seconds:.2f} s")
        run(ours, 10, 10_000, options.size)  # a JVM is itself only after some ten thousand messages
        move_aside(ours, work)
        print(f"{'sessions':>8}  {'postfix/s':>9}  {'posthouse/s':>11}  {'ratio':>5}  {'postfix ms':>10}  {'posthouse ms':>12}  {'ratio':>5}")
        for sessions in (int(s) for s in options.sessions.split(",")):
            rounds = []
            for number in range(options.rounds):
                figures = {}
                for server in servers if number % 2 == 0 else servers[::-1]:
                    figures[server.name] = run(server, sessions, options.count, options.size)
                    move_aside(server, work)
                rounds.append(figures)
            (a, acpu), (b, bcpu) = ([statistics.median(r[n][k] for r in rounds) for k in (0, 1)] for n in ("postfix", "posthouse"))
            rate = statistics.median(r["posthouse"][0] / r["postfix"][0] for r in rounds)
            cpu = statistics.median(r["posthouse"][1] / r["postfix"][1] for r in rounds)
            print(f"{sessions:8}  {a:9.0f}  {b:11.0f}  {rate:5.2f}  {acpu:10.2f}  {bcpu:12.2f}  {cpu:5.2f}", flush=True)
        print(f"after the load {pss_mb(ours.root):.0f} MB")
    finally:
        for server in servers:
            server.stop()


if __name__ == "__main__":
    main()
