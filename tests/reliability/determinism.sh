#!/usr/bin/env bash
# The same input, options and seed give the same bytes: from run to run, from a file or a pipe, and
# for any number of threads.
# shellcheck source=tests/reliability/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cd "$work"
demo=$root/data/demo.pcap
packets=150000
if is_sanitized; then packets=20000; fi
"$tools/make_capture" --packets $packets --flows $((packets / 20)) --span 400 made.pcap
head -c 32 "$demo" > key
runs=0 compared=0

# same SUFFIX ARGUMENT…: every way to run it gives the file of the first run.
same() {
  local suffix=$1 threads
  shift
  rm -f "first.$suffix"
  "$netml" "$@" -q --threads 1 -o "first.$suffix" 2> log || broke "$*: $(head -c 200 log)"
  runs=$((runs + 1))
  for threads in 1 2 4 7 0; do
    rm -f "again.$suffix" # a database is added to
    "$netml" "$@" -q --threads "$threads" -o "again.$suffix" 2> log || broke "$*: $(head -c 200 log)"
    cmp -s "first.$suffix" "again.$suffix" || broke "$* --threads $threads: other bytes"
    compared=$((compared + 1))
  done
}

for capture in "$demo" made.pcap; do
  for format in csv jsonl; do
    same "$format" extract "$capture" --features flow,statistics,splt,biflow
  done
  same npz extract "$capture" --features biflow,stats,samp_num
  same npy extract "$capture" --features biflow,stats
  same db extract "$capture" --features flow,splt:5
  same csv extract "$capture" --shard 2/3
  same csv extract "$capture" --shard 1/3 --features iat,samp_num
  same csv extract "$capture" --anonymize src_ip,dst_ip --anonymize-mode prefix --anonymize-key key
  same jsonl extract "$capture" --anonymize src_ip,dst_mac --anonymize-key key
  same csv extract "$capture" --preset nfstream --features flow,statistics,splt
  same csv extract "$capture" --preset netml --features iat
  same csv extract "$capture" --max-flows 500
  same csv extract "$capture" --memory-limit 2M --features flow,splt:50
  same csv extract "$capture" --limit 1000 --tcp-end graceful
  same csv extract "$capture" --max-packets-per-flow 5 --direction one --idle-timeout 1
done
same csv extract "$demo" "$root/data/unclassified.pcap" --continuous
same csv extract "$demo" --label "$root/data/demo.csv" --features biflow
same netml learn "$demo" --label "$root/data/demo.csv"
same netml learn made.pcap --features biflow,stats
cp first.netml model.netml
same csv classify -m model.netml "$demo" --report-all --format csv
same txt classify -m model.netml made.pcap
same jsonl classify -m model.netml made.pcap --format jsonl
"$netml" extract made.pcap -o from-file.csv
"$netml" extract - -o from-pipe.csv < <(cat made.pcap)
cmp -s from-file.csv from-pipe.csv || broke 'a pipe gives other bytes than the file'
keep_or_break "$runs command lines, $compared further runs with 1, 2, 4, 7 and all threads: the same bytes"
