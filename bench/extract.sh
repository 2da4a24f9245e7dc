#!/usr/bin/env bash
# Measures netml extract against a bare libpcap loop, in one run with the two interleaved, so that a
# busy machine disturbs both alike. See bench/README.md.
set -euo pipefail
export LANG=C.UTF-8 LC_ALL=C.UTF-8
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

usage() {
  cat << 'TEXT'
usage: bench/extract.sh [--strict] [--rounds N] [--scale PERCENT] [--capture FILE] [NETML_BINARY]
  NETML_BINARY      the program to measure (build/netml)
  --strict          exit 1 when a mark is missed
  --rounds N        repetitions of the throughput part (5)
  --scale PERCENT   size of the captures, for a quick look (100)
  --capture FILE    measure the throughput on this capture instead of a made one
TEXT
}

strict=no rounds=5 scale=100 traffic='' netml=$root/build/netml
while [[ $# -gt 0 ]]; do
  case $1 in
    --strict) strict=yes ;;
    --rounds | --scale)
      if [[ ! ${2:-} =~ ^[1-9][0-9]{0,3}$ ]]; then
        echo "error: $1 needs a positive number" >&2
        exit 2
      fi
      if [[ $1 == --rounds ]]; then rounds=$2; else scale=$2; fi
      shift
      ;;
    --capture)
      if [[ ! -f ${2:-} ]]; then
        echo "error: --capture needs a file" >&2
        exit 2
      fi
      traffic=$(realpath "$2")
      shift
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    -*)
      usage >&2
      exit 2
      ;;
    *) netml=$1 ;;
  esac
  shift
done
if [[ ! -x $netml ]]; then
  echo "error: $netml is not a program; build it with: cmake --preset release && cmake --build --preset release" >&2
  exit 2
fi
netml=$(realpath "$netml")

products=$root/build/bench
mkdir -p "$products"
work=$(mktemp -d "$products/run.XXXXXX")
trap 'rm -rf "$work"' EXIT

for tool in make_capture bare_loop measure; do
  if [[ ! $products/$tool -nt $root/bench/$tool.cpp ]]; then
    libraries=()
    if [[ $tool == bare_loop ]]; then
      libraries=(-lpcap)
    fi
    g++ -std=c++20 -O2 -o "$products/$tool" "$root/bench/$tool.cpp" "${libraries[@]}"
  fi
done

open_flows=$((10000 * scale))
if [[ -z $traffic ]]; then
  traffic=$work/traffic.pcap
  "$products/make_capture" --packets $((20000 * scale)) --flows $((1000 * scale)) "$traffic"
fi
"$products/make_capture" --open --packets $((2 * open_flows)) --flows "$open_flows" "$work/open.pcap"
"$products/make_capture" --one-packet "$work/one.pcap"

# measured NAME COMMAND...: adds the line of bench/measure.cpp to the results of that name.
measured() {
  local name=$1 rc=0
  shift
  "$products/measure" "$work/line" "$@" > "$work/output" 2>&1 < /dev/null || rc=$?
  if [[ $rc -ne 0 ]]; then
    echo "error: exit code $rc from: $*" >&2
    tail -n 20 "$work/output" >&2
    exit 1
  fi
  cat "$work/line" >> "$work/$name"
}

bare() {
  measured "$1" "$products/bare_loop" "$2"
}
extract() {
  measured "$1" "$netml" extract --features flow,statistics --threads 1 --pcap "$2" \
    --output /dev/null --format csv
}

# median NAME cpu|wall|kib
median() {
  awk -v what="$2" '{ print (what == "cpu" ? $1 + $2 : what == "wall" ? $3 : $4) }' "$work/$1" |
    sort -g | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}

# Once each unmeasured: afterwards the captures are in the page cache and the program is loaded.
bare warm "$traffic"
read -r packets wire_bytes < "$work/output"
extract warm "$work/one.pcap"
for ((i = 0; i < rounds; ++i)); do
  bare bare "$traffic"
  extract extract "$traffic"
done
bare bare-open "$work/open.pcap"
extract extract-open "$work/open.pcap"
for ((i = 0; i < 20; ++i)); do
  extract one "$work/one.pcap"
done

bare_cpu=$(median bare cpu)
extract_cpu=$(median extract cpu)

row() {
  printf '%-34s %9s %9s %10s\n' "$@"
}
line() {  # TITLE RESULTS
  row "$1" "$(printf %.3f "$(median "$2" cpu)")" "$(printf %.3f "$(median "$2" wall)")" \
    "$(median "$2" kib | awk '{ printf "%.1f", $1 / 1024 }')"
}
echo "$packets packets of $((wire_bytes / packets)) bytes, $rounds rounds; $open_flows open flows; load $(cut -d' ' -f1 /proc/loadavg) on $(nproc) processors"
row 'median of' 'CPU s' 'wall s' 'RSS MiB'
line 'bare libpcap loop' bare
line 'extract' extract
line "bare loop, open flows" bare-open
line "extract, open flows" extract-open
line 'extract, one packet' one
awk -v c="$extract_cpu" -v n="$packets" 'BEGIN { if (c > 0) printf "extract: %.2f million packets per CPU second\n", n / c / 1e6 }'

missed=0
# mark TITLE VALUE LIMIT UNIT
mark() {
  local verdict
  verdict=$(awk -v v="$2" -v limit="$3" 'BEGIN { print (v <= limit ? "ok" : "over") }')
  printf '%-34s %9s %-5s (mark %s)  %s\n' "$1" "$2" "$4" "$3" "$verdict"
  if [[ $verdict != ok ]]; then
    missed=$((missed + 1))
  fi
}
echo
mark 'CPU, extract over bare loop' \
  "$(awk -v a="$extract_cpu" -v b="$bare_cpu" 'BEGIN { printf "%.2f", (b > 0 ? a / b : 0) }')" 4.5 x
mark 'memory per open flow' \
  "$(awk -v a="$(median extract-open kib)" -v b="$(median one kib)" -v n="$open_flows" \
    'BEGIN { printf "%d", (a - b) * 1024 / n }')" 450 B
mark 'start-up, one packet' "$(awk -v s="$(median one wall)" 'BEGIN { printf "%.1f", s * 1000 }')" 15 ms

if [[ $strict == yes && $missed -gt 0 ]]; then
  exit 1
fi
