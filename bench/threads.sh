#!/usr/bin/env bash
# Compares the bytes that netml extract writes for capture A with different numbers of threads:
# one digest per run. Exit 1 when two of the same columns differ.
set -euo pipefail
export LANG=C.UTF-8 LC_ALL=C.UTF-8
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if [[ $# -gt 1 || ${1:-} == -* ]]; then
  echo 'usage: bench/threads.sh [NETML_BINARY]' >&2
  exit 2
fi
netml=${1:-$root/build/netml}
if [[ ! -x $netml ]]; then
  echo "error: $netml is not a program; build it with: cmake --preset release && cmake --build --preset release" >&2
  exit 2
fi
"$root/bench/extract.sh" --no-peers --make-only > /dev/null

rc=0
# compare OPTION...: the options say which columns.
compare() {
  local threads digest first=''
  for threads in 1 2 3 7; do
    digest=$("$netml" extract "$@" --format csv --output - --threads "$threads" \
      --pcap "$root/build/bench/A.pcap" | sha256sum | cut -c1-64)
    echo "$digest  --threads $threads $*"
    if [[ $digest != "${first:=$digest}" ]]; then
      echo "error: --threads $threads writes other bytes than --threads 1" >&2
      rc=1
    fi
  done
}
compare --features flow,statistics,splt,biflow
compare --preset nfstream --features flow,statistics
exit $rc
