#!/usr/bin/env bash
# Holds a binary against every promise of docs/reliability.md and prints a line for each:
#   pass|FAIL|skip  seconds  promise  (figures measured)
# Exits with 1 when one was broken. The logs of those stay in a folder that is named at the end.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

if [[ ${1:-} == -h || ${1:-} == --help || $# -gt 1 ]]; then
  echo "usage: tests/reliability/all.sh [BINARY]      (build/netml; takes a quarter of an hour)"
  exit $(($# > 1 ? 2 : 0))
fi
netml=${1:-$root/build/netml}
if [[ ! -x $netml ]]; then
  echo "error: $netml is not a program; build it with: cmake --preset release && cmake --build --preset release" >&2
  exit 2
fi
netml=$(realpath "$netml")
# The tests written in C++ stand beside the binary, or in the release build.
tests=$(dirname "$netml")/tests
[[ -x $tests/reliability/reliability_test ]] || tests=$root/build/tests
if [[ ! -x $tests/reliability/reliability_test || ! -x $tests/cli/cli_test ]]; then
  echo "error: no tests in $tests; build them with: cmake --build --preset release" >&2
  exit 2
fi

logs=$(mktemp -d "${TMPDIR:-/tmp}/netml-promises.XXXXXX")
running=''
# An interrupted run leaves nothing running.
trap '[[ -z $running ]] || kill "$running" 2> /dev/null || :; exit 130' INT TERM
failed=0

# script NAME
script() {
  bash "$here/$1.sh" "$netml"
}

# cases PROGRAM FILTER: tests in C++, by their names.
cases() {
  NETML_TEST_BINARY=$netml "$tests/$1" --gtest_filter="$2" --gtest_color=no
}

# promise TITLE COMMAND…
promise() {
  local title=$1 log=$logs/$((++number)).log begin=$EPOCHREALTIME rc=0 verdict figures seconds
  shift
  "$@" > "$log" 2>&1 < /dev/null &
  running=$!
  wait "$running" || rc=$?
  running=''
  seconds=$(awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')
  figures=$(sed -n 's/^figures: //p' "$log" | awk '{ printf "%s%s", (NR > 1 ? "; " : ""), $0 }')
  if [[ $rc -eq 77 ]]; then
    verdict=skip figures=$(sed -n 's/^skip: //p' "$log" | tail -n 1)
  elif [[ $rc -ne 0 ]]; then
    verdict=FAIL
    failed=$((failed + 1))
    figures="$figures; $(grep -aE '^broken: |^\[  FAILED  \]' "$log" | head -n 1 | cut -c -200)"
  elif grep -q '^\[  SKIPPED \]' "$log" && [[ -z $figures ]]; then
    verdict=skip figures=$(grep -B 1 '^\[  SKIPPED \]' "$log" | head -n 1)
  else
    verdict=pass
  fi
  printf '%s  %6s  %s  (%s)\n' "$verdict" "$seconds" "$title" "$figures"
}

number=0
promise 'no crash, no hang' cases reliability/reliability_test 'Mutants.*'
promise 'exit status and messages' cases cli/cli_test 'ExitCodes.*:Corpus.*-Corpus.Packets*:Corpus.Threads*'
promise 'packets' cases cli/cli_test 'Corpus.Packets*'
promise 'truncation' cases reliability/reliability_test 'Truncation.*'
promise 'disk full' script disk_full
promise 'failing calls' script failing_calls
promise 'kill -9' script kill
promise 'concurrency' script concurrency
promise 'out of memory' script out_of_memory
promise 'signals and readers that leave' cases reliability/reliability_test '*Signals*'
promise 'floods' script floods
promise 'hash flooding' script hash_flooding
promise 'memory does not grow with the input' script flat_memory
promise 'memory limit' script memory_limit
promise 'determinism' script determinism
promise 'determinism over the corpus' cases cli/cli_test 'Corpus.Threads*'
promise 'encoded output' cases reliability/reliability_test 'Encoding.*'
promise 'privileges' script privileges

if [[ $failed -gt 0 ]]; then
  echo "$failed of $number promises broken; logs in $logs" >&2
  exit 1
fi
rm -rf "$logs"
