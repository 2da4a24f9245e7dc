#!/usr/bin/env bash
# The largest resident set is at most 64 MiB and 1.25 times --memory-limit, whatever the traffic and
# whatever a flow keeps: statistics, series, everything that a fit has to hold.
# shellcheck source=tests/reliability/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
is_sanitized && skip 'a sanitizer changes memory'

cd "$work"
many=3000000
"$tools/make_capture" --open --packets 2000000 --flows 200000 series.pcap
# The largest resident set under each limit.
declare -A worst=()

# packets_of INPUT: a file, or KIND:COUNT for the generator.
packets_of() {
  if [[ $1 == *:* ]]; then "$tools/traffic" "${1%%:*}" "${1#*:}"; else cat "$1"; fi
}

# What bounded runs, but for its arguments.
command=(extract -)

# bounded WHAT LIMIT_MIB STATUSES INPUT ARGUMENT…: one run, its status one of those.
bounded() {
  local what=$1 limit=$2 allowed=$3 input=$4 status=0 bound
  shift 4
  packets_of "$input" 2> writer |
    measured "$netml" "${command[@]}" "$@" --memory-limit "${limit}MiB" -q -o "${output:-/dev/null}" \
      --summary summary.json 2> log || status=$?
  read_cost
  bound=$((64 + limit * 5 / 4))
  [[ " $allowed " == *" $status "* ]] ||
    broke "$what, $limit MiB: status $status: $(head -c 200 log)"
  counters summary.json || broke "$what, $limit MiB: packets are not accounted for"
  [[ $(mib "$rss_kib") -le $bound ]] ||
    broke "$what, limit $limit MiB: $(mib "$rss_kib") MiB, promised are $bound"
  if (($(mib "$rss_kib") > ${worst[$limit]:-0})); then
    worst[$limit]=$(mib "$rss_kib")
  fi
  runs=$((runs + 1))
}

limits=(16 64 256)
runs=0
for limit in "${limits[@]}"; do
  bounded syns "$limit" 0 "syns:$many" --features flow,statistics --format csv
  bounded splt "$limit" 0 series.pcap --features splt:100 --format csv
  bounded biflow "$limit" 0 series.pcap --features biflow,splt:20 --format csv
  bounded one-direction "$limit" 0 series.pcap --features biflow --direction one --format csv
  bounded values "$limit" 0 series.pcap --features netflowmeter-all --format csv
  bounded segments "$limit" 0 series.pcap --preset cicflowmeter --features cicflowmeter:extended
  bounded jsonl "$limit" 0 "syns:$many" --features flow --format jsonl
  bounded nfstream "$limit" 0 "syns:$many" --preset nfstream
  bounded stop "$limit" '0 6' "syns:$many" --features flow,statistics --on-limit stop --format csv
  # A flow that is alone, and grows.
  bounded stop-alone "$limit" 6 one-flow:5000000 --features netflowmeter-all --on-limit stop --format csv
  # Rows of 100 KB and more, as soon as the first and after shorter ones.
  bounded wide-lists "$limit" 0 syns:3000 --features splt:20000 --threads 3 --format csv
  bounded wide-rows "$limit" 0 syns:3000 --features iat --dim 60000 --sampling-rate 1 --threads 8 \
    --format jsonl
  bounded names "$limit" 0 names:8000 --features mdns --threads 8 --format jsonl
  bounded name-sizes "$limit" 0 "name-sizes:$((limit * 3 / 4))" --features mdns --threads 3 --format csv
  bounded netml-keys "$limit" 6 "syns:$many" --preset netml --features iat --format csv
  # All flows end with one packet, again and again. Flows as long as they may be, one after the other.
  bounded endings "$limit" 0 "endings:$((limit * 5400))" --features flow --threads 8 --format csv
  bounded long-flows "$limit" 0 "long-flows:$((limit * 8400))" --features samp_num --dim 10 \
    --sampling-rate 1 --threads 8 --format csv
  # What must see all flows before the first row says so when it cannot.
  bounded fitted "$limit" '0 6' series.pcap --features iat,samp_num --format csv
  bounded netml "$limit" '0 6' series.pcap --preset netml --features iat --format csv
done

# Rows that wait for their context, with what they keep of every packet.
bounded waiting 16 0 full-flows:4000 --features context,netflowmeter-all --format csv

# Rows of open flows, of many columns each.
"$tools/make_capture" --packets 20000 --flows 2000 small.pcap
"$netml" learn small.pcap --features iat --dim 500 --algorithm if -q -o wide.netml
command=(classify -m wide.netml --no-report-all)
for limit in 64 256; do
  bounded early "$limit" 0 series.pcap --early 1
done
command=(extract -)

# Keys wait for the end, of every flow; not in memory.
for limit in 16 64; do
  output=flows.npz bounded npz "$limit" 0 syns:1000000 --features flow --idle-timeout 5 --format npz
done
rm flows.npz

# The default of 2 GiB, with more flows than it holds.
default=2048 flows=${NETML_DEFAULT_FLOWS:-8000000}
available_mib=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo)
if ((available_mib < 4096)); then
  note="the default limit was left out: $available_mib MiB are available, it takes 4096"
else
  bounded default $default 0 "syns:$flows" --features flow,statistics --format csv
  limits+=("$default")
  note="evicted at the default: ${count[flows_evicted]:-?} of $flows"
fi
report=()
for limit in "${limits[@]}"; do
  report+=("limit $limit MiB: ${worst[$limit]} of $((64 + limit * 5 / 4))")
done
printf -v list '%s, ' "${report[@]}"
keep_or_break "$runs runs, largest resident MiB of those promised; ${list%, }; $note"
