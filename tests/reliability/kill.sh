#!/usr/bin/env bash
# kill -9 while a model takes the place of an older one: the file is the old or the new model, whole,
# and scores. At every system call on the way to the disk, and at random times.
# shellcheck source=tests/reliability/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

rounds=${NETML_KILL_ROUNDS:-60}
capture=$root/data/unclassified.pcap
mkdir "$work/out"
model=$work/out/m.netml
"$netml" extract "$capture" --features biflow -o "$work/table.csv"
lines=$(wc -l < "$work/table.csv")

# run_of NU KIND: the run that is killed, with nu = 0.NU, so that the new model is not the old one.
command=()
run_of() {
  if [[ $2 == learn ]]; then
    command=("$netml" learn "$capture" -q --param 'nu: 0.'"$1" -o "$model")
  else
    command=("$netml" train -f "$work/table.csv" -q --param 'nu: 0.'"$1" -o "$model")
  fi
}

for kind in learn train; do
  for nu in 1 2; do
    run_of "$nu" "$kind"
    "${command[@]}"
    cp "$model" "$work/$kind-$nu.netml"
  done
  cmp -s "$work/$kind-1.netml" "$work/$kind-2.netml" && broke "$kind: both models are the same"
done

old=0 new=0 kills=0
# after KIND NU WHAT: the model is one of the two, and scores.
after() {
  local kind=$1 nu=$2 what=$3
  if cmp -s "$model" "$work/$kind-$nu.netml"; then
    new=$((new + 1))
  elif cmp -s "$model" "$work/$kind-$((3 - nu)).netml"; then
    old=$((old + 1))
  else
    broke "$what: the model is neither the old nor the new one"
  fi
  "$netml" classify -m "$model" "$capture" --report-all --format csv -o "$work/scores.csv" -q \
    2> "$work/log" || broke "$what: does not score: $(head -c 200 "$work/log")"
  [[ $(wc -l < "$work/scores.csv") -eq $lines ]] || broke "$what: scores missing"
}

# At each call: a lost race would show here every time.
for kind in learn train; do
  for call in open write fsync close rename; do
    for ((n = 1; n <= 200; ++n)); do
      cp "$work/$kind-2.netml" "$model"
      run_of 1 "$kind"
      rm -f "$work/mark"
      status=0
      { NETML_FAIL=$call:$n:KILL NETML_FAIL_MARK=$work/mark LD_PRELOAD=$preload \
        "${command[@]}" > /dev/null 2>&1; } 2> /dev/null || status=$?
      [[ -e $work/mark ]] || break
      [[ $status -eq 137 ]] || broke "$kind, $call $n: status $status instead of a kill"
      kills=$((kills + 1))
      after "$kind" 1 "$kind killed at $call $n"
    done
  done
done
at_calls=$kills

# A database that a run adds to: the old rows or all of them, at once and after the next run.
database=$work/out/t.db
# state_of FILE: how many rows, and whether SQLite finds it sound.
state_of() {
  python3 -c 'import sqlite3, sys
d = sqlite3.connect(sys.argv[1])
print(d.execute("SELECT count(*) FROM flows").fetchone()[0], d.execute("PRAGMA integrity_check").fetchone()[0])' "$1"
}
if command -v python3 > /dev/null; then
  "$netml" extract "$capture" --features biflow --limit 20 -o "$work/old.db"
  cp "$work/old.db" "$work/new.db"
  command=("$netml" extract "$capture" --features biflow -q -o "$database")
  "$netml" extract "$capture" --features biflow -o "$work/new.db"
  [[ $(state_of "$work/old.db") == '20 ok' && $(state_of "$work/new.db") == "$((20 + lines - 1)) ok" ]] ||
    broke "databases: $(state_of "$work/old.db"), $(state_of "$work/new.db")"
  for call in open write pwrite fsync close rename; do
    for ((n = 1; n <= 500; ++n)); do
      rm -f "$work/mark" "$database-journal"
      cp "$work/old.db" "$database"
      { NETML_FAIL=$call:$n:KILL NETML_FAIL_MARK=$work/mark LD_PRELOAD=$preload \
        "${command[@]}" > /dev/null 2>&1; } 2> /dev/null || :
      [[ -e $work/mark ]] || break
      kills=$((kills + 1))
      state=$(state_of "$database")
      case $state in
        '20 ok') old=$((old + 1)) ;;
        "$((20 + lines - 1)) ok") new=$((new + 1)) ;;
        *) broke "database killed at $call $n: $state" ;;
      esac
      "${command[@]}" 2> "$work/log" || broke "database killed at $call $n, next run: $(< "$work/log")"
      [[ $(state_of "$database") == "$((20 + lines - 1)) ok" ]] ||
        broke "database killed at $call $n, next run: $(state_of "$database")"
    done
  done
  rm -f "$database" "$database-journal"
  at_calls=$kills
fi

# At random times, most of them near the end, where the file changes hands.
RANDOM=42
kind=learn
cp "$work/$kind-2.netml" "$model"
nu=1
begin=$(date +%s%N)
run_of "$nu" "$kind"
"${command[@]}"
whole_us=$((($(date +%s%N) - begin) / 1000))
for ((round = 0; round < rounds; ++round)); do
  cp "$work/$kind-$((3 - nu)).netml" "$model"
  run_of "$nu" "$kind"
  if ((round % 3 == 0)); then
    wait_us=$((whole_us * (RANDOM % 1000) / 1000))
  else
    wait_us=$((whole_us * (400 + RANDOM % 650) / 1000))
  fi
  "${command[@]}" > /dev/null 2>&1 &
  pid=$!
  sleep "$(printf '%d.%06d' $((wait_us / 1000000)) $((wait_us % 1000000)))"
  { kill -9 "$pid" && kills=$((kills + 1)); } 2> /dev/null || :
  { wait "$pid"; } 2> /dev/null || :
  after "$kind" "$nu" "killed after $wait_us us"
  nu=$((3 - nu))
done
# Nobody can clean up after kill -9; what stays has a name that nothing reads.
left=$(find "$work/out" -name '.m.netml.*.tmp' | wc -l)
other=$(find "$work/out" -type f ! -name m.netml ! -name '.m.netml.*.tmp' | wc -l)
[[ $other -eq 0 ]] || broke "$other files of other names"
keep_or_break "$kills kills, $at_calls of them at system calls: $old old, $new new, 0 lost; $left temporary files"
