#!/usr/bin/env bash
# Twenty runs write one path at once: the file is one of the twenty results, and no other is there.
# shellcheck source=tests/reliability/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

capture=$root/data/demo.pcap
rounds=3 runs=20
suffixes=(csv jsonl npz netml)

# run NUMBER OUTPUT: each with a result of its own.
run() {
  case $2 in
    *.netml) "$netml" learn "$root/data/unclassified.pcap" -q --param "nu: 0.$((10 + $1))" -o "$2" ;;
    *) "$netml" extract "$capture" --features biflow --limit $((100 + $1)) -o "$2" ;;
  esac
}

for suffix in "${suffixes[@]}"; do
  mkdir -p "$work/alone" "$work/$suffix"
  for ((i = 0; i < runs; ++i)); do
    run "$i" "$work/alone/$i.$suffix"
  done
  for ((round = 0; round < rounds; ++round)); do
    pids=()
    for ((i = 0; i < runs; ++i)); do
      run "$i" "$work/$suffix/out.$suffix" 2> "$work/log.$i" &
      pids+=($!)
    done
    for ((i = 0; i < runs; ++i)); do
      wait "${pids[i]}" || broke "$suffix, run $i: $(head -c 200 "$work/log.$i")"
    done
    found=no
    for ((i = 0; i < runs; ++i)); do
      if cmp -s "$work/$suffix/out.$suffix" "$work/alone/$i.$suffix"; then
        found=yes
      fi
    done
    [[ $found == yes ]] || broke "$suffix: the file is none of the results"
    no_leftovers "$work/$suffix" "$suffix"
  done
done
keep_or_break "${#suffixes[@]} kinds of output, $rounds times $runs runs: always one whole result, no leftovers"
