#!/usr/bin/env bash
# Memory does not grow with the input: one flow of 100 million packets, ten million fragments that
# nothing completes, and with room for all of them 100000 interfaces.
# shellcheck source=tests/reliability/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
is_sanitized && skip 'a sanitizer changes memory'

cd "$work"
long=${NETML_LONG_FLOW:-100000000} fragments=${NETML_FRAGMENTS:-10000000} interfaces=100000
limit_mib=64
# By RELIABILITY: 64 MiB and 1.25 times the limit.
bound_mib=$((64 + limit_mib * 5 / 4))
report=()

# flat KIND COUNT ARGUMENT…: the run on COUNT of KIND, held against the bound and a tenth of it.
flat() {
  local kind=$1 number=$2 part status small_kib=0
  shift 2
  for part in $((number / 10)) "$number"; do
    status=0
    "$tools/traffic" "$kind" "$part" |
      measured "$netml" extract - "$@" --memory-limit "${limit_mib}MiB" -q -o /dev/null --format csv \
        --summary summary.json || status=$?
    read_cost
    [[ $status -eq 0 ]] || broke "$kind $part: status $status"
    counters summary.json || broke "$kind $part: packets are not accounted for"
    [[ $kind == interfaces || ${count[packets_read]:-} -eq $part ]] ||
      broke "$kind: ${count[packets_read]:-no} packets read instead of $part"
    [[ $small_kib -ne 0 ]] || small_kib=$rss_kib
  done
  [[ $(mib "$rss_kib") -le $bound_mib ]] || broke "$kind $*: $(mib "$rss_kib") MiB, promised are $bound_mib"
  # Interfaces may cost what they hold; packets may not.
  [[ $kind == interfaces || $((rss_kib - small_kib)) -le 16384 ]] ||
    broke "$kind $*: $(mib "$small_kib") MiB for a tenth, $(mib "$rss_kib") MiB for all"
  report+=("$number $kind $(mib "$rss_kib") MiB")
}

flat one-flow "$long" --features flow,statistics
flat one-flow $((long / 10)) --features splt:65535,biflow
flat fragments "$fragments" --features flow
flat fragments "$fragments" --preset nfstream --features flow
flat interfaces "$interfaces" --features flow
printf -v list '%s, ' "${report[@]}"
keep_or_break "limit $limit_mib MiB, bound $bound_mib MiB: ${list%, }"
