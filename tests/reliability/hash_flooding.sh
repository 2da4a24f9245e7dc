#!/usr/bin/env bash
# Flow keys that collide under well-known hashes cost what random keys cost: 1.5 times as much at the
# most. Measured in turns, as processor time.
# shellcheck source=tests/reliability/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
is_sanitized && skip 'a sanitizer changes speed'

cd "$work"
keys=100000 packets_each=5 rounds=5
kinds=(fnv1a32 fnv1a64 crc32 xor low-bits)
for kind in random "${kinds[@]}"; do
  "$tools/traffic" collide "$kind" $keys $packets_each > "$kind.pcap"
done

status=0
for ((round = 0; round <= rounds; ++round)); do
  for kind in random "${kinds[@]}"; do
    # A hash that can be flooded takes minutes where seconds are due.
    measured timeout 60 "$netml" extract "$kind.pcap" --features flow -o /dev/null --format csv -q \
      --threads 1 --summary summary.json || status=$?
    if [[ $status -ne 0 ]]; then
      broke "$kind: status $status; 124 is for more than 60 s"
      keep_or_break 'not measured to the end'
    fi
    read_cost
    # The first round only brings everything into memory.
    [[ $round -eq 0 ]] || echo "$cpu_ms" >> "$kind.cost"
    counters summary.json || broke "$kind: packets are not accounted for"
    [[ ${count[flows_written]:-} -eq $keys ]] || broke "$kind: ${count[flows_written]:-no} flows instead of $keys"
  done
done

random=$(median < random.cost)
report=()
for kind in "${kinds[@]}"; do
  times=$(ratio "$(median < "$kind.cost")" "$random")
  awk -v t="$times" 'BEGIN { exit !(t <= 1.5) }' || broke "$kind: $times times as long as random keys"
  report+=("$kind $times")
done
keep_or_break "$keys flows each, time over that of random keys (at most 1.50): ${report[*]}"
