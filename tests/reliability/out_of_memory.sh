#!/usr/bin/env bash
# Address space from 32 MiB up in steps of 8 MiB: every run does all that was asked for, or ends with
# status 6 and a reason; never by a signal, and never with half an output.
# shellcheck source=tests/reliability/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
is_sanitized && skip 'a sanitizer maps terabytes: no address space can be limited'

cd "$work"
most_mib=512
"$tools/traffic" syns 60000 > many.pcap
"$netml" learn "$root/data/demo.pcap" -q -o model.netml
"$netml" extract many.pcap -q --features biflow -o table.csv

runs=0 out_of_memory=0 report=()
# scarce NAME ARGUMENT…: until three sizes in a row are enough.
scarce() {
  local name=$1 mib status enough=0 least='' expected
  shift
  "$netml" "$@" -o whole 2> log || broke "$name: fails by itself: $(< log)"
  for ((mib = 32; mib <= most_mib && enough < 3; mib += 8)); do
    status=0
    echo 'old bytes' > out
    rm -f summary
    (ulimit -v $((mib * 1024)) && exec "$netml" "$@" -o out --summary summary) 2> log || status=$?
    runs=$((runs + 1))
    case $status in
      0)
        enough=$((enough + 1))
        least=${least:-$mib}
        expected=whole
        ;;
      6)
        # A run that was stopped by a limit commits what there is; memory that ran out does not.
        out_of_memory=$((out_of_memory + 1))
        counters summary || broke "$name with $mib MiB: no summary whose packets add up"
        enough=0 least='' expected=old
        ;;
      *)
        broke "$name with $mib MiB: status $status: $(head -c 200 log)"
        continue
        ;;
    esac
    sound "$status" log "$name with $mib MiB"
    if [[ $expected == whole ]]; then
      cmp -s out whole || broke "$name with $mib MiB: exit 0, but not the whole output"
    else
      [[ $(head -c 9 out | tr -d '\0') == 'old bytes' ]] || broke "$name with $mib MiB: half an output"
    fi
    no_leftovers . "$name with $mib MiB"
  done
  [[ $enough -eq 3 ]] || broke "$name: not even $most_mib MiB are enough"
  report+=("$name from ${least:-?} MiB")
}

scarce 'extract' extract many.pcap --features flow,statistics --format csv
scarce 'extract with series' extract many.pcap --features splt:100,biflow --format jsonl
scarce 'fitted' extract many.pcap --features iat,samp_num --format csv
scarce 'preset netml' extract many.pcap --preset netml --features iat --format csv --min-packets 1
scarce 'npz' extract many.pcap --features biflow --format npz
scarce 'learn' learn "$root/data/demo.pcap" -q
scarce 'train' train -q -f table.csv
scarce 'classify' classify -q -m model.netml many.pcap --report-all --format csv
printf -v list '%s, ' "${report[@]}"
keep_or_break "$runs runs, $out_of_memory ended by status 6, the others whole: ${list%, }"
