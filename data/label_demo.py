#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Label the flows of a demo capture, or check a capture and its labels.

  label_demo.py label CAPTURE ATTACK_LOG [-o LABELS.csv]   join flows and attack log
  label_demo.py check CAPTURE [LABELS.csv]                 checks, counts per label

A flow is a five-tuple in either direction, cut after a pause of 120 s. Its
source is the sender of its first packet. Its label comes from the attack log
(who attacked whom, from when to when), never from the packets. Standard
library only.
"""
import argparse
import collections
import csv
import datetime
import ipaddress
import json
import struct
import sys

COLUMNS = ["Flow ID", " Source IP", " Source Port", " Destination IP", " Destination Port", " Protocol",
           " Timestamp", " Flow Duration", " Label"]
IDLE_NS = 120 * 10**9
SLACK_NS = 500_000_000  # how long after an action's end its flows may still begin
NETWORKS = [ipaddress.ip_network(n) for n in ("10.77.0.0/24", "fd77::/64", "ff02::/16")]

Packet = collections.namedtuple("Packet", "time wire data key src")
Flow = collections.namedtuple("Flow", "src sport dst dport proto first last packets")


def ones_sum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def read_pcap(path):
    """(time in ns, wire length, bytes) of every packet of a classic pcap."""
    with open(path, "rb") as file:
        head = file.read(24)
        order = {b"\xd4\xc3\xb2\xa1": ("<", 1000), b"\xa1\xb2\xc3\xd4": (">", 1000),
                 b"\x4d\x3c\xb2\xa1": ("<", 1), b"\xa1\xb2\x3c\x4d": (">", 1)}.get(head[:4])
        if order is None:
            sys.exit(f"{path}: not a classic pcap")
        if struct.unpack(order[0] + "I", head[20:24])[0] != 1:
            sys.exit(f"{path}: not Ethernet")
        while record := file.read(16):
            second, part, kept, wire = struct.unpack(order[0] + "IIII", record)
            yield second * 10**9 + part * order[1], wire, file.read(kept)


def dissect(data):
    """(src, sport, dst, dport, proto, ip bytes, offset of transport), None for non-IP."""
    kind, at = struct.unpack(">H", data[12:14])[0], 14
    if kind == 0x0800:
        proto, begin = data[at + 9], at + 4 * (data[at] & 15)
        src, dst = data[at + 12:at + 16], data[at + 16:at + 20]
        if struct.unpack(">H", data[at + 6:at + 8])[0] & 0x3FFF:
            sys.exit("a fragment: not expected in a demo capture")
    elif kind == 0x86DD:
        proto, begin = data[at + 6], at + 40
        src, dst = data[at + 8:at + 24], data[at + 24:at + 40]
        while proto in (0, 43, 60):
            proto, begin = data[begin], begin + 8 * (data[begin + 1] + 1)
    else:
        return None
    sport, dport = struct.unpack(">HH", data[begin:begin + 4]) if proto in (6, 17) else (0, 0)
    return (str(ipaddress.ip_address(src)), sport, str(ipaddress.ip_address(dst)), dport, proto, begin)


def read_flows(path, inspect=None):
    """Flows in order of their first packet."""
    done, active = [], {}
    for time, wire, data in read_pcap(path):
        fields = dissect(data)
        if inspect:
            inspect(time, wire, data, fields)
        if fields is None:
            continue
        src, sport, dst, dport, proto, _ = fields
        key = (min((src, sport), (dst, dport)), max((src, sport), (dst, dport)), proto)
        flow = active.get(key)
        if flow and time - flow.last >= IDLE_NS:
            done.append(flow)
            flow = None
        active[key] = (flow._replace(last=max(time, flow.last), packets=flow.packets + 1) if flow
                       else Flow(src, sport, dst, dport, proto, time, time, 1))
    return sorted(done + list(active.values()), key=lambda f: (f.first, f))


def attack_of(flow, actions):
    """The label of the action this flow belongs to; BENIGN if there is none."""
    found = set()
    for action in actions:
        if flow.proto != action["proto"]:
            continue
        ends = ((flow.src, flow.sport), (flow.dst, flow.dport))
        for (src, sport), (dst, dport) in (ends, ends[::-1]):
            if (src == action["src"] and dst == action["dst"] and action["sport"] in (None, sport)
                    and action["dport"] in (None, dport)
                    and action["start"] * 1e9 <= flow.first <= action["end"] * 1e9 + SLACK_NS):
                found.add(action["label"])
    if len(found) > 1:
        sys.exit(f"{flow}: belongs to several attacks: {sorted(found)}")
    return found.pop() if found else "BENIGN"


def timestamp(time):
    at = datetime.datetime.fromtimestamp(time // 10**9, datetime.timezone.utc)
    return f"{at:%d/%m/%Y} {at.hour % 12 or 12:02}:{at:%M:%S} {'AM' if at.hour < 12 else 'PM'}"


def row_of(flow):
    return [f"{flow.src}-{flow.dst}-{flow.sport}-{flow.dport}-{flow.proto}", flow.src, str(flow.sport), flow.dst,
            str(flow.dport), str(flow.proto), timestamp(flow.first), str((flow.last - flow.first) // 1000)]


def label(args):
    with open(args.attacks, encoding="ascii") as file:
        actions = [json.loads(line) for line in file]
    flows = read_flows(args.capture)
    labels = [attack_of(flow, actions) for flow in flows]
    missing = {a["label"] for a in actions} - set(labels)
    if missing:
        sys.exit(f"no flow for: {sorted(missing)}")
    if args.output:
        with open(args.output, "w", encoding="ascii", newline="") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(COLUMNS)
            out.writerows(row_of(flow) + [name] for flow, name in zip(flows, labels))
    counts = collections.Counter(labels)
    print("\n".join(f"{counts[name]:6} {name}" for name in sorted(counts, key=lambda n: -counts[n])))


def check(args):
    problems, seen = collections.Counter(), collections.Counter()
    last = [0]

    def inspect(time, wire, data, fields):
        seen["packets"] += 1
        seen["bytes on the wire"] += wire
        problems["frames above 1514 bytes"] += wire > 1514
        seen["packets slightly out of time order"] += time < last[0]  # two processors, one capture
        problems["packets far out of time order"] += time < last[0] - 10**6
        last[0] = max(time, last[0])
        if fields is None:
            seen["not IP (ARP)"] += 1
            problems["neither IP nor ARP"] += data[12:14] != b"\x08\x06"
            return
        src, _, dst, _, proto, begin = fields
        for text in (src, dst):
            address = ipaddress.ip_address(text)
            problems[f"address outside the demo networks: {text}"] += not any(address in n for n in NETWORKS)
        problems["headers cut off"] += len(data) < begin + {6: 20, 17: 8}.get(proto, 4)
        if proto == 6:
            problems["headers cut off"] += len(data) < begin + 4 * (data[begin + 12] >> 4)
        if data[12] == 8:
            end = 14 + struct.unpack(">H", data[16:18])[0]
            problems["bad IPv4 header checksum"] += ones_sum(data[14:begin]) != 0xFFFF
            pseudo = data[26:34] + struct.pack(">HH", proto, end - begin)
        else:
            end = 54 + struct.unpack(">H", data[18:20])[0]
            pseudo = data[22:54] + struct.pack(">II", end - begin, proto)
        if len(data) >= end:
            seen["transport checksums verified"] += 1
            pseudo = b"" if proto == 1 else pseudo
            problems["bad transport checksum"] += ones_sum(pseudo + data[begin:end]) != 0xFFFF

    flows = read_flows(args.capture, inspect)
    sizes = sorted(flow.packets for flow in flows)
    seen["flows"], seen["flows of one packet"] = len(flows), sizes.count(1)
    seen["flows over IPv6"] = sum(":" in flow.src for flow in flows)
    seen["median packets per flow"], seen["most packets in a flow"] = sizes[len(sizes) // 2], sizes[-1]
    seen["seconds"] = round((max(f.last for f in flows) - flows[0].first) / 1e9)
    for name, number in seen.items():
        print(f"{number:9} {name}")
    if args.labels:
        with open(args.labels, encoding="ascii", newline="") as file:
            rows = list(csv.reader(file))
        problems["header of the labels differs"] += rows[0] != COLUMNS
        given = collections.Counter(tuple(row[:-1]) for row in rows[1:])
        wanted = collections.Counter(tuple(row_of(flow)) for flow in flows)
        problems["flows without a row"] += (wanted - given).total()
        problems["rows without a flow"] += (given - wanted).total()
        keys = collections.Counter(tuple(row[:-3]) for row in rows[1:])
        print(f"{sum(n > 1 for n in keys.values()):9} five-tuples with several flows")
        print("labels:")
        for name, number in collections.Counter(row[-1] for row in rows[1:]).most_common():
            print(f"{number:9} {name}")
    wrong = {name: number for name, number in problems.items() if number}
    for name, number in wrong.items():
        print(f"PROBLEM {number:9} {name}")
    sys.exit(1 if wrong else 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("label")
    one.add_argument("capture")
    one.add_argument("attacks")
    one.add_argument("-o", "--output")
    one.set_defaults(run=label)
    one = commands.add_parser("check")
    one.add_argument("capture")
    one.add_argument("labels", nargs="?")
    one.set_defaults(run=check)
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
