#!/usr/bin/env bash
# Ten million SYNs from a pipe, every one a flow of its own, with room for 100000 flows: memory stays
# bounded, every packet is accounted for, and packets pass at half the rate of ordinary traffic at
# the least. A clock that is set back again and again costs little, however many flows are open. What
# is compared takes turns, and it is processor time that counts.
# shellcheck source=tests/reliability/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
is_sanitized && skip 'a sanitizer changes memory and speed'

cd "$work"
syns=${NETML_FLOOD_SYNS:-10000000}
max_flows=100000 most_mib=200 rounds=3
sample=1000000 # packets of the traffic that is compared
"$tools/make_capture" --packets $sample --flows $((sample / 20)) ordinary.pcap
"$tools/traffic" syns $sample > syns.pcap
"$tools/traffic" no-set-backs $sample > no-set-backs.pcap
"$tools/traffic" set-backs $sample > set-backs.pcap

# cost_of FILE ARGUMENT…: one more measurement, in milliseconds of processor time.
cost_of() {
  measured "$netml" extract "$@" -o /dev/null --format csv -q --threads 1 || broke "$1: status $?"
  read_cost
  echo "$cpu_ms" >> "cost-$1"
}

for ((round = 0; round < rounds; ++round)); do
  cost_of ordinary.pcap --max-flows $max_flows
  cost_of syns.pcap --max-flows $max_flows
  cost_of no-set-backs.pcap --features flow
  cost_of set-backs.pcap --features flow
done
ordinary=$(median < cost-ordinary.pcap)
flooded=$(median < cost-syns.pcap)
share=$(ratio "$ordinary" "$flooded")
awk -v s="$share" 'BEGIN { exit !(s >= 0.5) }' ||
  broke "packets of a flood pass at $share of the rate of ordinary traffic, promised is 0.5"
back=$(ratio "$(median < cost-set-backs.pcap)" "$(median < cost-no-set-backs.pcap)")
awk -v b="$back" 'BEGIN { exit !(b <= 1.5) }' ||
  broke "a clock that is set back 100 times: $back times as long as one that is not, promised is 1.5"

status=0
"$tools/traffic" syns "$syns" |
  measured "$netml" extract - --max-flows $max_flows -o /dev/null --format csv -q \
    --summary summary.json || status=$?
[[ $status -eq 0 ]] || broke "status $status"
read_cost
counters summary.json || broke 'packets are not accounted for'
[[ ${count[packets_read]:-} -eq $syns ]] || broke "${count[packets_read]:-no} packets read"
[[ ${count[flows_written]:-} -eq $syns ]] || broke "${count[flows_written]:-no} flows written"
[[ ${count[flows_evicted]:-} -eq $((syns - max_flows)) ]] || broke "${count[flows_evicted]:-none} evicted"
[[ $(mib "$rss_kib") -le $most_mib ]] || broke "$(mib "$rss_kib") MiB, promised are $most_mib"
keep_or_break "$syns SYNs: $(mib "$rss_kib") MiB (bound $most_mib), ${count[flows_evicted]:-?} evicted, all accounted for; $share of the rate of ordinary traffic (at least 0.50); set back 100 times $back (at most 1.50)"
