# shellcheck shell=bash
# Sourced by the scripts of this folder: the binary, the tools beside it, a folder that goes away,
# and how a promise says whether it was kept.
#
# A script takes the binary to test as its only argument. It ends in keep_or_break, or in skip. The
# last line that begins with "figures: " or "skip: " is what all.sh shows; 77 is CTest's skip.
set -euo pipefail
export LC_ALL=C.UTF-8

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
netml=${1:-$root/build/netml}
[[ -x $netml ]] || { echo "error: $netml is not a program; build it first" >&2; exit 2; }
netml=$(realpath "$netml")
# Where a build puts them; another binary is tested with the tools of the release build.
tools=$(dirname "$netml")/tests/reliability
[[ -x $tools/traffic ]] || tools=$root/build/tests/reliability
[[ -x $tools/traffic ]] || { echo "error: no tools in $tools; build the target reliability_tools" >&2; exit 2; }

work=$(mktemp -d "${TMPDIR:-/tmp}/netml-reliability.XXXXXX")
trap 'rm -rf "$work"' EXIT
broken=0

# broke WHAT...: the promise does not hold; the script goes on to find out what else.
broke() {
  echo "broken: $*"
  broken=$((broken + 1))
}

skip() {
  echo "skip: $*"
  exit 77
}

# keep_or_break FIGURES...: the verdict.
keep_or_break() {
  echo "figures: $*"
  if [[ $broken -gt 0 ]]; then
    exit 1
  fi
  exit 0
}

# The sanitizers need terabytes of address space and several times the memory and time.
is_sanitized() {
  grep -qa -e __asan_init -e __tsan_init "$netml"
}

# What LD_PRELOAD takes to make calls fail; a sanitizer's runtime has to come before it.
# shellcheck disable=SC2034
preload="$(ldd "$netml" | awk '/lib[at]san/ { printf "%s ", $3 }')$tools/libfailing_calls.so"

# sound STATUS LOG WHAT: what holds for every run, whatever its end: a known exit status, and a
# reason on standard error where there must be one.
sound() {
  local status=$1 log=$2 what=$3
  case $status in
    0 | 10 | 130 | 141 | 143) ;;
    2 | 3 | 4 | 5 | 6)
      grep -q '^netml: .' "$log" || broke "$what: status $status without a reason"
      ;;
    *) broke "$what: status $status: $(head -c 300 "$log")" ;;
  esac
  if grep -qaE 'terminate called|what\(\)|std::|Sanitizer|internal error' "$log"; then
    broke "$what: $(head -c 300 "$log")"
  fi
}

# counters FILE: associative array `count` from a summary; false when its packets do not add up.
declare -A count=()
# shellcheck disable=SC2034
counters() {
  local lines name value
  count=()
  lines=$("$tools/check_summary" "$1") || return 1
  while read -r name value; do
    count[$name]=$value
  done <<< "$lines"
}

# measured COMMAND...: its exit status; read_cost then puts what it cost into cpu_ms and rss_kib. Two
# steps, because the last stage of a pipe is a shell of its own.
measured() {
  "$tools/measure" "$work/cost" "$@"
}
# shellcheck disable=SC2034
read_cost() {
  local user system
  read -r user system _ rss_kib < "$work/cost"
  cpu_ms=$(awk -v u="$user" -v s="$system" 'BEGIN { printf "%d", (u + s) * 1000 }')
}

# no_leftovers FOLDER WHAT: no temporary file is there.
no_leftovers() {
  local left
  left=$(find "$1" -name '.*.tmp' -printf '%f ' | head -c 200)
  [[ -z $left ]] || broke "$2: left behind: $left"
}

median() {
  sort -n | awk '{ v[NR] = $1 } END { print int((v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2) }'
}

ratio() {
  awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", (b > 0 ? a / b : 0) }'
}

mib() {
  echo $((($1 + 1023) / 1024))
}
