#!/usr/bin/env python3
"""Gives the same work to Posthouse and to Dovecot, as it comes and tuned, in turns, and prints what each took.

  imap.py [--rounds 3] [--messages 10000] [--large 100000] [--idle 1000] [--only NAME,...] [--program DIR] [--work DIR]

All servers run on the loopback with the durability they have by default and keep the same messages in Maildirs. A round does each
work once on each server; the medians of the rounds are printed, with the server's CPU time behind each, and the median of the ratios
of Posthouse to the tuned Dovecot (package dovecot-imapd, version 2.3). Run it as root: Dovecot cannot start otherwise. On a machine with
other work only the ratios mean something.
"""
import argparse
import collections
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import socket
import ssl
import statistics
import subprocess
import sys
import threading
import time

from smtp import HERE, cpu_seconds, pss_mb, tool

USERS = 20
BIG, LARGE = 1, 2  # the users with many messages, and with very many
FIELDS = "BODY.PEEK[HEADER.FIELDS (DATE FROM TO CC SUBJECT MESSAGE-ID REFERENCES IN-REPLY-TO CONTENT-TYPE)]"


# ---------------------------------------------------------------- messages

class Messages:
    """The same ones every time: plain and alternative text, some with an attachment; 17 KB on average, most below 4 KB."""

    def __init__(self):
        self.random = random.Random(4)
        self.words = ["".join(self.random.choices("etaoinshrdlucmfwygpb", k=self.random.randint(2, 11))) for _ in range(3000)]
        self.lines = [" ".join(self.random.choices(self.words, k=11))[:76] for _ in range(4000)]
        self.base64 = ["".join(self.random.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", k=76))
                       for _ in range(2000)]
        self.number = 0

    def text(self, lines):
        return "\n".join(self.random.choices(self.lines, k=lines)) + "\n"

    def one(self, lines=None):
        self.number += 1
        names = self.random.sample(self.words, 4)
        head = (f"Return-Path: <{names[0]}@example.org>\nReceived: from mx.example.org (mx.example.org [192.0.2.7])\n\tby mail.example.test"
                f" with ESMTP id {self.number:x}\n\tfor <user@example.test>; Tue, 14 Nov 2023 22:13:20 +0000\n"
                f"Date: Tue, 14 Nov 2023 22:{self.number % 60:02}:20 +0000\nFrom: {names[0].title()} {names[1].title()} <{names[0]}@example.org>\n"
                f"To: <user@example.test>, {names[2].title()} <{names[2]}@example.net>\nSubject: {' '.join(self.random.choices(self.words, k=6))}\n"
                f"Message-ID: <{self.number}.{names[3]}@example.org>\nMIME-Version: 1.0\n")
        sort = self.random.random()
        if lines or sort < 0.6:
            return f"{head}Content-Type: text/plain; charset=utf-8\n\n{self.text(lines or self.random.randint(3, 60))}"
        edge = f"edge{self.number}"
        both = (f"Content-Type: multipart/alternative; boundary={edge}a\n\n--{edge}a\nContent-Type: text/plain; charset=utf-8\n\n{self.text(20)}"
                f"--{edge}a\nContent-Type: text/html; charset=utf-8\n\n<html><body>\n{self.text(60)}</body></html>\n--{edge}a--\n")
        if sort < 0.85:
            return head + both
        octets = "\n".join(self.random.choices(self.base64, k=int(100 * 30 ** self.random.random())))
        return (f"{head}Content-Type: multipart/mixed; boundary={edge}\n\n--{edge}\n{both}--{edge}\nContent-Type: application/pdf; name=a.pdf\n"
                f"Content-Disposition: attachment; filename=a.pdf\nContent-Transfer-Encoding: base64\n\n{octets}\n--{edge}--\n")


def fill(maildir, count, lines=None):
    messages = Messages()
    for sub in ("tmp", "new", "cur"):
        (maildir / sub).mkdir(parents=True, exist_ok=True)
    for number in range(count):
        octets = messages.one(lines).encode()
        lines_in_it = octets.count(b"\n")
        seen = "S" if number % 2 else ""
        name = f"{1_700_000_000 + number}.M{number}P1.bench,S={len(octets)},W={len(octets) + lines_in_it}:2,{seen}"
        (maildir / "cur" / name).write_bytes(octets)


# ----------------------------------------------------------------- servers

class Posthouse:
    name, port = "posthouse", 13243

    def __init__(self, work, program):
        self.home = work / "posthouse"
        (self.home / "conf").mkdir(parents=True)
        (self.home / "conf/posthouse.conf").write_text(f"""hostname = mail.example.test
domains  = example.test
enable   = protocol-imap
[protocol-imap]
max-sessions = 100000
[listener imap]
address  = 127.0.0.1
protocol = imap
tls      = none
port     = {self.port}
max-connections             = 100000
max-connections-per-address = 100000
connection-rate             = 1000000
[listener imaps]
address  = 127.0.0.1
protocol = imap
tls      = implicit
port     = {self.port + 1}
max-connections             = 100000
max-connections-per-address = 100000
connection-rate             = 1000000
""")
        (self.home / "conf/users").write_text("".join(f"user{u}@example.test:{{PLAIN}}x\n" for u in range(USERS)))
        (self.home / "conf/users").chmod(0o600)
        self.program = program

    def start(self):
        self.process = subprocess.Popen([self.program / "bin/posthouse", "--home", self.home, "run"], stdout=subprocess.PIPE,
                                        stderr=(self.home / "log").open("w"), text=True)
        for line in self.process.stdout:
            if line.startswith("posthouse: ready"):
                break
        self.root = self.process.pid

    def maildir(self, user):
        return self.home / f"var/mail/example.test/user{user}/Maildir"

    def indexes(self, user):
        return list((self.home / f"var/index/example.test/user{user}").glob("*"))

    def memory_kb(self):
        """The live heap, and everything else that is resident."""
        java = pathlib.Path(os.readlink(f"/proc/{self.root}/exe"))
        jcmd = [java.with_name("jcmd"), str(self.root)]
        subprocess.run([*jcmd, "GC.run"], check=True, stdout=subprocess.DEVNULL)
        heap = subprocess.run([*jcmd, "GC.heap_info"], check=True, capture_output=True, text=True).stdout
        live = sum(int(used) for used in re.findall(r"(?:def new|tenured) generation.*?used (\d+)K", heap))
        places = [[int(a, 16) for a in place] for place in re.findall(r"generation.*\[(0x\w+), 0x\w+, (0x\w+)\)", heap)]
        other, counts = 0, False
        for line in pathlib.Path(f"/proc/{self.root}/smaps").read_text().splitlines():
            if begins := re.match(r"([0-9a-f]+)-[0-9a-f]+ ", line):
                at = int(begins[1], 16)
                counts = not any(start <= at < end for start, end in places)
            elif counts and line.startswith("Pss:"):
                other += int(line.split()[1])
        return live + other

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)


class Dovecot:
    def __init__(self, work, tuned):
        self.name, self.port = ("tuned", 13263) if tuned else ("dovecot", 13253)
        self.folder = work / self.name
        self.mail = work / f"{self.name}-mail"
        self.folder.mkdir()
        self.mail.mkdir()
        subprocess.run([tool("openssl", "openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "9",
                        "-subj", "/CN=mail.example.test", "-keyout", self.folder / "key", "-out", self.folder / "cert"],
                       check=True, stderr=subprocess.DEVNULL)
        (self.folder / "users").write_text("".join(f"user{u}@example.test:{{PLAIN}}x\n" for u in range(USERS)))
        login = "service_count = 0\n  process_min_avail = 2" if tuned else ""
        imap = "service_count = 100\n  process_min_avail = 2" if tuned else ""
        (self.folder / "conf").write_text(f"""base_dir = {self.folder}/run
state_dir = {self.folder}/state
instance_name = bench-{self.name}
log_path = {self.folder}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{self.folder}/cert
ssl_key = <{self.folder}/key
disable_plaintext_auth = no
mail_location = maildir:~/Maildir
first_valid_uid = 5000
mail_max_userip_connections = 20000
default_client_limit = 20000
default_process_limit = 12000
default_vsz_limit = 1G
passdb {{
  driver = passwd-file
  args = username_format=%u {self.folder}/users
}}
userdb {{
  driver = static
  args = uid=5000 gid=5000 home={self.mail}/%n
}}
service imap-login {{
  inet_listener imap {{
    port = {self.port}
  }}
  inet_listener imaps {{
    port = {self.port + 1}
    ssl = yes
  }}
  {login}
}}
service imap {{
  process_limit = 12000
  {imap}
}}
service stats {{
  client_limit = 20000
}}
service anvil {{
  client_limit = 20000
}}
service auth {{
  client_limit = 20000
}}
""")

    def start(self):
        subprocess.run(["chown", "-R", "5000:5000", self.mail], check=True)
        subprocess.run([tool("dovecot", "dovecot-imapd"), "-c", self.folder / "conf"], check=True, stdout=subprocess.DEVNULL)
        written = self.folder / "run/master.pid"
        while not (written.exists() and written.read_text().strip()):
            time.sleep(0.05)  # it is in the background already
        self.root = int(written.read_text())

    def maildir(self, user):
        return self.mail / f"user{user}/Maildir"

    def indexes(self, user):
        return [file for file in self.maildir(user).glob("dovecot*") if file.name.startswith("dovecot.")]

    def memory_kb(self):
        parents = {}
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                try:
                    parents[int(entry)] = int(pathlib.Path(f"/proc/{entry}/stat").read_text().rsplit(")", 1)[1].split()[1])
                except OSError:
                    continue  # gone meanwhile
        below = [pid for pid, parent in parents.items() if parent == self.root]
        return 1024 * sum(pss_mb(pid) for pid in below)

    def stop(self):
        subprocess.run([tool("dovecot", "dovecot-imapd"), "-c", self.folder / "conf", "stop"], check=True)


# ------------------------------------------------------------------ client

class Client:
    """Reads answers only as far as needed to see their end."""
    room = 256 * 1024

    def __init__(self, server, user, tls=False, folder=None):
        self.socket = socket.create_connection(("127.0.0.1", server.port + tls), 120)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            self.socket = context.wrap_socket(self.socket)
        self.until(b"* OK")
        self.do(f"LOGIN user{user}@example.test x")
        if folder:
            self.do(f"SELECT {folder}")

    def until(self, word):
        """To the end of the line that begins so; what came last of it all."""
        buffer, tail = bytearray(self.room), b"\n"
        while True:
            n = self.socket.recv_into(buffer)
            if n == 0:
                raise OSError("the server has hung up: " + tail.decode(errors="replace"))
            tail = (tail + bytes(memoryview(buffer)[max(0, n - 4096):n]))[-8192:]
            if tail.endswith(b"\r\n") and b"\n" + word in tail:
                return tail

    def do(self, command, literal=None):
        self.socket.sendall(f"t7 {command}\r\n".encode() if literal is None else f"t7 {command} {{{len(literal)}+}}\r\n".encode() + literal + b"\r\n")
        tail = self.until(b"t7 ")
        if b"\nt7 OK" not in tail:
            raise OSError(f"{command[:60]}: {tail[-200:].decode(errors='replace')}")
        return tail

    def idle(self):
        self.socket.sendall(b"t7 IDLE\r\n")
        self.until(b"+ ")

    def close(self):
        try:
            self.do("LOGOUT")
        finally:
            self.socket.close()


def together(clients, work):
    """The same on so many threads; the seconds until all were done."""
    failures = []

    def guarded(number):
        try:
            work(number)
        except Exception as failure:  # told below, for a thread cannot
            failures.append(failure)

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return time.perf_counter() - began


# ------------------------------------------------------------------- works

class Works:
    """Each yields figures: what, how it is counted, how much of it, and how many operations the CPU time is for."""

    def __init__(self, options):
        self.messages = options.messages
        self.large = options.large
        self.connections = options.idle
        self.logins = options.logins

    def measure(self, server, what, unit, operations, work):
        before = cpu_seconds(server.root)
        began = time.perf_counter()
        work()
        seconds = time.perf_counter() - began
        figure = operations / seconds if unit == "/s" else seconds * 1000
        return what, unit, figure, (cpu_seconds(server.root) - before) / operations * 1e6

    def login(self, server):
        for what, tls, count in (("logins, 10 at once", False, self.logins), ("the same with TLS", True, self.logins // 5)):
            def some(number):
                for i in range(count // 10):
                    Client(server, (10 * i + number) % USERS, tls).close()
            yield self.measure(server, what, "/s", count // 10 * 10, lambda: together(10, some))

    def select(self, server):
        for user, count in ((BIG, self.messages), (LARGE, self.large)):
            if count:
                client = Client(server, user, folder="INBOX")
                yield self.measure(server, f"SELECT {count:,}", "ms", 1, lambda: client.do("SELECT INBOX"))
                client.close()

    def cold(self, server, user):
        """Without indexes, and with none of the files in memory."""
        for file in server.indexes(user):
            shutil.rmtree(file) if file.is_dir() else file.unlink()
        os.sync()
        for file in (server.maildir(user) / "cur").iterdir():
            descriptor = os.open(file, os.O_RDONLY)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)

    FETCHES = (("flags", "(UID FLAGS RFC822.SIZE)"), ("ENVELOPE", "ENVELOPE"), ("BODYSTRUCTURE", "BODYSTRUCTURE"),
               ("8 header fields", FIELDS), ("bodies", "BODY.PEEK[]"))

    def fetch(self, server):
        for what, items in self.FETCHES:
            client = Client(server, BIG, folder="INBOX")
            client.do(f"FETCH 1:* {items}")
            yield self.measure(server, f"FETCH {what}", "ms", self.messages, lambda: client.do(f"FETCH 1:* {items}"))
            client.close()

    def first(self, server):
        for what, items in self.FETCHES:
            self.cold(server, BIG)
            client = Client(server, BIG, folder="INBOX")
            yield self.measure(server, f"FETCH {what}, cold", "ms", self.messages, lambda: client.do(f"FETCH 1:* {items}"))
            client.close()

    def change(self, server):
        client = Client(server, BIG)
        for folder in ("one", "two"):
            client.do(f"CREATE {folder}")
        client.do("SELECT INBOX")
        n = self.messages
        yield self.measure(server, "STORE 1:*", "/s", n, lambda: client.do("STORE 1:* +FLAGS (\\Flagged)"))
        client.do("STORE 1:* -FLAGS.SILENT (\\Flagged)")
        yield self.measure(server, "COPY 1:*", "/s", n, lambda: client.do("COPY 1:* one"))
        client.do("SELECT one")
        yield self.measure(server, "MOVE 1:*", "/s", n, lambda: client.do("MOVE 1:* two"))
        client.do("SELECT two")
        client.do("STORE 1:* +FLAGS.SILENT (\\Deleted)")
        yield self.measure(server, "EXPUNGE", "/s", n, lambda: client.do("EXPUNGE"))
        client.do("SELECT INBOX")
        for folder in ("one", "two"):
            client.do(f"DELETE {folder}")
        client.close()

    def append(self, server):
        messages = Messages()
        octets = [messages.one(50).replace("\n", "\r\n").encode() for _ in range(50)]
        for count in (1, 10):
            clients = [Client(server, 5 + number) for number in range(count)]
            for client in clients:
                client.do("CREATE some")
            each = 300

            def some(number):
                for i in range(each):
                    clients[number].do("APPEND some (\\Seen)", octets[i % len(octets)])
            yield self.measure(server, f"APPEND 4 KB, {count} at once", "/s", count * each, lambda: together(count, some))
            for client in clients:
                client.do("DELETE some")
                client.close()

    def search(self, server):
        client = Client(server, BIG, folder="INBOX")
        for what in ("UNSEEN", "SUBJECT zebra", "BODY zebra", "TEXT zebra"):
            client.do(f"SEARCH {what}")
            yield self.measure(server, f"SEARCH {what.split()[0]}", "ms", 1, lambda: client.do(f"SEARCH {what}"))
        client.close()

    def idle(self, server):
        watcher, writer = Client(server, 4, folder="INBOX"), Client(server, 4)
        watcher.idle()
        took = []
        time.sleep(1)
        for _ in range(50):
            writer.do("APPEND INBOX", b"Subject: new\r\n\r\nsome mail\r\n")
            done = time.perf_counter()
            watcher.until(b"* ")
            took.append(max(0.0, time.perf_counter() - done) * 1000)
            time.sleep(0.03)
        took.sort()
        yield "IDLE after APPEND, p50", "ms", took[len(took) // 2], 0
        yield "IDLE after APPEND, p99", "ms", took[-1], 0
        watcher.socket.close()
        writer.close()

    def memory(self, server):
        for what, tls in (("an idle connection", False), ("the same with TLS", True)):
            clients, held = [], []
            try:
                for count in (self.connections // 10, self.connections):
                    def some(number):
                        while len(clients) < count:
                            client = Client(server, (number + len(clients)) % USERS, tls, "INBOX")
                            client.idle()
                            clients.append(client)
                    together(4, some)
                    time.sleep(2)
                    held.append((server.memory_kb(), len(clients)))
                yield what, "KB", (held[1][0] - held[0][0]) / (held[1][1] - held[0][1]), 0
            finally:
                for client in clients:
                    client.socket.close()
                time.sleep(2)


# -------------------------------------------------------------------- main

def table(rounds):
    print(f"{'':32}{'dovecot':>11}{'tuned':>11}{'posthouse':>11}{'ratio':>7}   CPU us an operation")
    for what, unit in rounds:
        figures = rounds[what, unit]
        middle = {name: [statistics.median(f[k] for f in figures[name]) for k in (0, 1)] for name in figures}
        ratio = statistics.median(a[0] / b[0] for a, b in zip(figures["posthouse"], figures["tuned"])) if "tuned" in figures else 0
        cells = [f"{middle[n][0]:11,.1f}" if n in middle else f"{'':11}" for n in ("dovecot", "tuned", "posthouse")]
        cpu = [f"{middle[n][1]:9,.1f}" if n in middle and middle[n][1] else f"{'':9}" for n in ("dovecot", "tuned", "posthouse")]
        print(f"{what + ', ' + unit:32}{''.join(cells)}{ratio:7.2f}{''.join(cpu)}", flush=True)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = ["login", "select", "fetch", "first", "change", "append", "search", "idle", "memory"]
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--messages", type=int, default=10_000)
    options.add_argument("--large", type=int, default=100_000, help="messages of a second mailbox, for SELECT; 0 for none")
    options.add_argument("--idle", type=int, default=1_000, help="connections at once; Dovecot has a process for each")
    options.add_argument("--logins", type=int, default=10_000)
    options.add_argument("--only", default=",".join(names), help="of " + ", ".join(names))
    options.add_argument("--servers", default="dovecot,tuned,posthouse")
    options.add_argument("--program", type=pathlib.Path, default=HERE.parent / "target/posthouse")
    options.add_argument("--work", type=pathlib.Path, default=pathlib.Path("/var/tmp/posthouse-bench"))
    options = options.parse_args()
    work = options.work / str(os.getpid())
    work.mkdir(parents=True)
    work.chmod(0o755)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    made = {"dovecot": lambda: Dovecot(work, False), "tuned": lambda: Dovecot(work, True), "posthouse": lambda: Posthouse(work, options.program)}
    servers, running = [made[name]() for name in options.servers.split(",")], []
    works = Works(options)
    rounds = collections.defaultdict(lambda: collections.defaultdict(list))
    try:
        for server in servers:
            fill(server.maildir(BIG), options.messages)
            fill(server.maildir(LARGE), options.large, 1)
            running.append(server)
            server.start()
            print(f"{server.name} runs", file=sys.stderr)
        for name in options.only.split(","):
            for server in servers:  # a JVM is itself only after some thousand of everything, and indexes are made once
                for _ in range({"memory": 0, "idle": 0, "first": 0}.get(name, 3 if server.name == "posthouse" else 1)):
                    list(getattr(works, name)(server))
            for number in range(options.rounds if name != "memory" else 1):  # processes that were used once are there already
                for server in servers if number % 2 == 0 else servers[::-1]:
                    for what, unit, figure, cpu in getattr(works, name)(server):
                        rounds[what, unit][server.name].append((figure, cpu))
            print(f"{name} done", file=sys.stderr)
        table(rounds)
    finally:
        for server in running:
            server.stop()


if __name__ == "__main__":
    main()
