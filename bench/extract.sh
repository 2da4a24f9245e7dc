#!/usr/bin/env bash
# Measures netml extract against a bare libpcap loop and against other flow programs, in one run
# with all of them in turn, so that a busy machine disturbs all alike. See bench/README.md.
set -euo pipefail
export LANG=C.UTF-8 LC_ALL=C.UTF-8
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
products=$root/build/bench

usage() {
  cat << 'TEXT'
usage: bench/extract.sh [--strict] [--rounds N] [--scale PERCENT] [--no-peers] [--capture FILE]
                        [--make-only] [NETML_BINARY]
  NETML_BINARY      the program to measure (build/netml)
  --strict          exit 1 when a must is missed
  --rounds N        repetitions; slow peers get fewer (5)
  --scale PERCENT   size of the captures, for a quick look (100)
  --no-peers        leave the other flow programs out
  --capture FILE    a table for this capture too; the marks do not know it
  --make-only       make the captures in build/bench and end
TEXT
}

strict=no rounds=5 scale=100 with_peers=yes make_only=no own_capture='' netml=$root/build/netml
while [[ $# -gt 0 ]]; do
  case $1 in
    --strict) strict=yes ;;
    --no-peers) with_peers=no ;;
    --make-only) make_only=yes ;;
    --rounds | --scale)
      if [[ ! ${2:-} =~ ^[1-9][0-9]{0,2}$ ]]; then
        echo "error: $1 needs a positive number below 1000" >&2
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
      own_capture=$(realpath "$2")
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

# shellcheck source=bench/captures.sh
source "$root/bench/captures.sh"
captures=(A B C)
wanted=(A B C)
if [[ $with_peers == yes ]]; then
  wanted+=(T)
fi
build_tools
make_captures "${wanted[@]}"
describe_captures "${wanted[@]}"
if [[ $make_only == yes ]]; then
  exit 0
fi

if [[ ! -x $netml ]]; then
  echo "error: $netml is not a program; build it with: cmake --preset release && cmake --build --preset release" >&2
  exit 2
fi
netml=$(realpath "$netml")
if [[ -n $own_capture ]]; then
  wanted+=(own)
fi
work=$(mktemp -d "$products/run.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
# shellcheck source=bench/peers.sh
source "$root/bench/peers.sh"

# run RESULTS COMMAND...: adds the line of bench/measure.cpp to these results. Fails as the command.
run() {
  local results=$1 rc=0
  shift
  # Nothing takes minutes here; a peer that waits for something must not stop the rest.
  timeout 300 "$products/measure" "$work/line" "$@" > "$work/output" 2>&1 < /dev/null || rc=$?
  if [[ $rc -ne 0 ]]; then
    echo "error: exit code $rc from: $*" >&2
    tail -n 20 "$work/output" >&2
    return "$rc"
  fi
  cat "$work/line" >> "$work/$results"
}

bare() {  # NAME
  run "$1.bare" "$products/bare_loop" "$(capture_path "$1")"
}
extract_arguments=(extract --features 'flow,statistics' --format csv --output /dev/null)
extract() {  # NAME THREADS
  run "$1.netml-$2" "$netml" "${extract_arguments[@]}" --threads "$2" --pcap "$(capture_path "$1")"
}

# A peer that fails is left out from then on, and said so; it is not what is measured.
peer() {  # PEER NAME
  local -a command=()
  if [[ -e $work/$2.$1.why ]]; then
    return
  fi
  if ! has_memory_for "$1" "${capture_flows[$2]:-0}"; then
    echo 'not run: too little memory' > "$work/$2.$1.why"
    return
  fi
  peer_command "$1" "$(capture_path "$2")"
  if run "$2.$1" "${command[@]}"; then
    peer_count "$1" "$work/output" > "$work/$2.$1.count"
  else
    echo 'failed, see above' > "$work/$2.$1.why"
  fi
  rm -rf "$work/peer"
}

# Every program once in each round, capture by capture, so that all that is compared is close in
# time. The first reading of a capture is not measured: it brings the file into the page cache.
measure_rounds() {
  local round name program
  for ((round = 0; round < rounds; ++round)); do
    for name in "${wanted[@]}"; do
      if [[ $round -eq 0 ]]; then
        run warm "$products/bare_loop" "$(capture_path "$name")"
        cp "$work/output" "$work/$name.totals"
        read -r capture_packets["$name"] _ < "$work/output"
      fi
      bare "$name"
      extract "$name" 1
      extract "$name" 2
      for program in "${present[@]}"; do
        if [[ $round -lt ${peer_rounds[$program]} && " ${peer_captures[$program]} " == *" $name "* ]]; then
          peer "$program" "$name"
        fi
      done
    done
  done
}

measure_one_packet() {
  local i
  "$products/make_capture" --one-packet "$work/one.pcap"
  for ((i = 0; i < 20; ++i)); do
    run one "$netml" "${extract_arguments[@]}" --threads 1 --pcap "$work/one.pcap"
  done
}

# instructions FILE: how many the whole run takes, by callgrind.
instructions() {
  if ! valgrind --tool=callgrind --callgrind-out-file="$work/callgrind" "$netml" \
    "${extract_arguments[@]}" --threads 1 --pcap "$1" > "$work/output" 2>&1; then
    echo "error: valgrind failed" >&2
    tail -n 20 "$work/output" >&2
    exit 1
  fi
  awk '$1 == "totals:" || $1 == "summary:" { n = $2 } END { print n }' "$work/callgrind"
}

# instructions_per_packet OPTION...: on a small capture made with these options. The one packet takes
# start-up out: what is left belongs to packets, flows and rows.
instructions_per_packet() {
  local packets=100000 all start
  "$products/make_capture" "$@" --packets $packets --flows 5000 "$work/small.pcap"
  all=$(instructions "$work/small.pcap")
  start=$(instructions "$work/one.pcap")
  echo $(((all - start) / packets))
}

# median RESULTS cpu|wall|mb [N]: over the first N lines, or all of them.
median() {
  head -n "${3:-100000}" "$work/$1" |
    awk -v what="$2" '{ print (what == "cpu" ? $1 + $2 : what == "wall" ? $3 : $4 * 1024 / 1e6) }' |
    sort -g | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}

# ratio A B DIGITS
ratio() {
  awk -v a="$1" -v b="$2" -v digits="$3" 'BEGIN { printf "%.*f", digits, (b > 0 ? a / b : 0) }'
}

# A peer is compared with netml over the rounds that both have.
peer_ratio() {  # NAME PEER
  ratio "$(median "$1.$2" cpu)" "$(median "$1.netml-1" cpu "$(wc -l < "$work/$1.$2")")" 2
}

row() {
  printf '%-20s %8s %8s %8s %8s %8s %10s %9s %10s\n' "$@"
}
program_row() {  # TITLE NAME PROGRAM CPU/NETML COUNT
  local cpu wall
  cpu=$(median "$2.$3" cpu)
  wall=$(median "$2.$3" wall)
  row "$1" "$(printf %.3f "$cpu")" "$(printf %.3f "$wall")" \
    "$(ratio "$cpu" "$(median "$2.bare" cpu)" 2)" "$(ratio "$wall" "$(median "$2.bare" wall)" 2)" \
    "$(printf %.1f "$(median "$2.$3" mb)")" "$(ratio "${capture_packets[$2]}" "${cpu}e6" 2)" "$4" "$5"
}

print_capture() {  # NAME
  local program packets wire_bytes
  read -r packets wire_bytes < "$work/$1.totals"
  echo
  echo "$1: $packets packets of $((wire_bytes / (packets > 0 ? packets : 1))) bytes on the wire, ${capture_flows[$1]:-unknown} flows"
  row 'median of' 'CPU s' 'wall s' 'CPU/bare' 'wall/b.' 'RSS MB' 'Mpkt/CPU s' 'CPU/netml' 'counted'
  program_row 'bare pcap_loop' "$1" bare '' "$packets"
  program_row 'netml --threads 1' "$1" netml-1 1 ''
  program_row 'netml --threads 2' "$1" netml-2 \
    "$(ratio "$(median "$1.netml-2" cpu)" "$(median "$1.netml-1" cpu)" 2)" ''
  for program in "${present[@]}"; do
    if [[ -e $work/$1.$program ]]; then
      program_row "$program" "$1" "$program" "$(peer_ratio "$1" "$program")" \
        "$(cat "$work/$1.$program.count")"
    elif [[ -e $work/$1.$program.why ]]; then
      printf '%-20s %s\n' "$program" "$(cat "$work/$1.$program.why")"
    fi
  done
}

missed=0
# mark TITLE VALUE UNIT most|least MUST AIM
mark() {
  local verdict
  verdict=$(awk -v v="$2" -v most="$4" -v must="$5" -v aim="$6" '
    function holds(limit) { return most == "most" ? v <= limit : v >= limit }
    BEGIN { print (holds(aim) ? "ok" : holds(must) ? "aim missed" : "must missed") }')
  printf '%-34s %9s %-2s  at %-5s %6s %6s  %s\n' "$1" "$2" "$3" "$4" "$5" "$6" "$verdict"
  if [[ $verdict == 'must missed' ]]; then
    missed=$((missed + 1))
  fi
}
unmarked() {  # TITLE WHY
  printf '%-34s %s\n' "$1" "$2"
}

print_speed_marks() {
  local i name
  local -a cpu_must=(3.2 2.3 7) cpu_aim=(2.4 1.7 6) wall_must=(2.0 1.7 4.5) wall_aim=(1.5 1.2 3.4)
  for i in 0 1 2; do
    name=${captures[i]}
    mark "CPU over bare loop, $name" \
      "$(ratio "$(median "$name.netml-1" cpu)" "$(median "$name.bare" cpu)" 2)" x most \
      "${cpu_must[i]}" "${cpu_aim[i]}"
  done
  for i in 0 1 2; do
    name=${captures[i]}
    if [[ $(nproc) -lt 2 ]]; then
      unmarked "wall on 2 cores over bare loop, $name" 'not measured: one processor'
      continue
    fi
    mark "wall on 2 cores over bare loop, $name" \
      "$(ratio "$(median "$name.netml-2" wall)" "$(median "$name.bare" wall)" 2)" x most \
      "${wall_must[i]}" "${wall_aim[i]}"
  done
}

print_size_marks() {
  local per_packet
  if command -v valgrind > /dev/null; then
    per_packet=$(instructions_per_packet)
    mark 'instructions per packet' "$per_packet" '' most 1300 870
    per_packet=$(instructions_per_packet --ipv6 33)
    printf '%-34s %9s     no mark\n' ' the same, a third of flows IPv6' "$per_packet"
  else
    unmarked 'instructions per packet' 'not measured: valgrind is not installed (apt-get install valgrind)'
  fi
  mark 'RSS per open flow, C' \
    "$(awk -v a="$(median C.netml-1 mb)" -v b="$(median one mb)" -v n="${capture_flows[C]}" \
      'BEGIN { printf "%d", (a - b) * 1e6 / n }')" B most 420 330
  mark 'RSS, A' "$(printf %.1f "$(median A.netml-1 mb)")" MB most 50 26
  mark 'start-up, one packet' "$(ratio "$(median one wall)" 0.001 1)" ms most 10 5
}

print_peer_marks() {
  local program name
  for program in nfpcapd softflowd argus; do
    for name in "${captures[@]}"; do
      if [[ -e $work/$name.$program ]]; then
        mark "CPU of $program over netml, $name" "$(peer_ratio "$name" "$program")" x least 2 3.4
      else
        unmarked "CPU of $program over netml, $name" 'not measured'
      fi
    done
  done
}

present=()
if [[ $with_peers == yes ]]; then
  for program in "${peers[@]}"; do
    if is_installed "$program"; then
      present+=("$program")
    else
      echo "$program: not installed (apt-get install ${peer_package[$program]})"
    fi
  done
fi
echo "$rounds rounds; load $(cut -d' ' -f1 /proc/loadavg) on $(nproc) processors"
measure_rounds
measure_one_packet

for name in "${wanted[@]}"; do
  print_capture "$name"
done
echo
if [[ $scale -ne 100 ]]; then
  echo "The captures have $scale % of their size; the marks are made for 100 %."
fi
printf '%-34s %9s %-2s  %-8s %6s %6s\n' mark value '' '' must aim
print_speed_marks
print_size_marks
if [[ $with_peers == yes ]]; then
  print_peer_marks
fi
if [[ $strict == yes && $missed -gt 0 ]]; then
  echo "$missed missed" >&2
  exit 1
fi
