#!/usr/bin/env bash
# The n-th write, fsync, close, rename, open, fstat or read of a run fails, n = 1, 2, … until a run gets
# through: exit status 0 if and only if every output is whole, and every file the old or the new one.
# shellcheck source=tests/reliability/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

capture=$root/data/unclassified.pcap
mkdir "$work/out" "$work/new"
cd "$work"
"$netml" extract "$capture" --features biflow -o table.csv
"$netml" learn "$capture" -q -o model.netml
"$netml" extract "$capture" --features biflow --limit 20 -o old.db
# Its rows in a few writes, not in one.
for ((i = 0; i < 4; ++i)); do tail -n +2 table.csv; done > rows
cat rows >> table.csv
rm rows

# case_of NAME: the run in `words`, its files in `files`.
words=() files=()
case_of() {
  case $1 in
    csv) words=(extract "$capture" -o out/t.csv) files=(t.csv t-metadata.json) ;;
    jsonl) words=(extract "$capture" -o out/t.jsonl) files=(t.jsonl) ;;
    npy) words=(extract "$capture" --features biflow -o out/t.npy) files=(t.npy t-metadata.json) ;;
    # Added to a database that is there, and one that is new.
    sqlite | sqlite-new) words=(extract "$capture" --features biflow -o out/t.db) files=(t.db) ;;
    rotate)
      words=(extract "$capture" --features biflow -o out/t.jsonl --rotate 400)
      files=(t.0.jsonl t.1.jsonl)
      ;;
    npz) words=(extract "$capture" --features biflow -o out/t.npz) files=(t.npz) ;;
    summary)
      words=(extract "$capture" --features flow -o out/t.jsonl --summary out/s.json)
      files=(t.jsonl s.json)
      ;;
    fitted) words=(extract "$capture" --preset netml --features iat -o out/t.jsonl) files=(t.jsonl) ;;
    learn) words=(learn "$capture" -q -o out/m.netml -f out/f.npz) files=(m.netml f.npz) ;;
    train) words=(train -f table.csv -q -o out/m.netml) files=(m.netml) ;;
    classify)
      words=(classify -m model.netml "$capture" -q --report-all --format csv -o out/v.csv)
      files=(v.csv)
      ;;
    stdout) words=(extract "$capture") files=(stdout) ;;
  esac
}

# put_old NAME: the outputs as they are before the run.
put_old() {
  local file
  rm -f out/t.db-journal
  for file in "${files[@]}"; do
    case $1 in
      stdout) ;;
      sqlite) cp old.db "out/$file" ;;
      sqlite-new) rm -f "out/$file" ;;
      *) echo 'old bytes' > "out/$file" ;;
    esac
  done
}

# is_old NAME FILE
is_old() {
  case $1 in
    sqlite) cmp -s old.db "out/$2" ;;
    sqlite-new) [[ ! -e out/$2 ]] ;;
    *) [[ $(head -c 9 "out/$2" | tr -d '\0') == 'old bytes' ]] ;;
  esac
}

# run ENV…: the run, in the environment that env(1) is told.
run() {
  if [[ ${files[0]} == stdout ]]; then
    "$@" "$netml" "${words[@]}" > out/stdout 2> log
  else
    "$@" "$netml" "${words[@]}" 2> log > printed
  fi
}

failures=0
# judge WHAT STATUS MARK HOW
judge() {
  local what=$1 status=$2 mark=$3 how=$4 file whole=yes
  sound "$status" log "$what"
  for file in "${files[@]}"; do
    if cmp -s "out/$file" "new/$file"; then
      continue
    fi
    whole=no
    # A stream has no old contents; damaged input is an output of what came before.
    [[ $file == stdout || $status -eq 4 ]] || is_old "$name" "$file" ||
      broke "$what: status $status, $file is neither old nor new"
  done
  if [[ $status -eq 0 && $whole == no ]]; then
    broke "$what: exit 0, but the output is not whole"
  elif [[ $status -eq 4 ]]; then
    # A capture that cannot be read on is damaged there, and what came before is written. At its very
    # end that is all of it, which nobody can know without the read that failed.
    [[ $mark == read ]] || broke "$what: exit 4 without a failed read"
  elif [[ $status -ne 0 && $whole == yes && $mark != 'fsync of a folder' ]]; then
    # After the rename only the sync of the folder is left to fail.
    broke "$what: exit $status, but the output is whole"
  elif [[ $status -ne 0 && ($how == SHORT || ($how == EINTR && $mark != rename && $mark != fsync*)) ]]; then
    broke "$what: exit $status after an interruption that calls for another try"
  fi
  # A table and its description change hands together.
  if [[ $status -ne 0 && $status -ne 4 && ${files[1]:-} == t-metadata.json && $mark != rename && $mark != 'fsync of a folder' ]] &&
    { cmp -s "out/${files[0]}" "new/${files[0]}" || cmp -s out/t-metadata.json new/t-metadata.json; }; then
    broke "$what: exit $status, but one of the two files is new"
  fi
  [[ ! -e out/t.db-journal ]] || broke "$what: exit $status, and a journal stays"
  [[ $status -eq 0 ]] || failures=$((failures + 1))
  no_leftovers out "$what"
}

injected=0
for name in csv jsonl npy npz sqlite sqlite-new rotate summary fitted learn train classify stdout; do
  case_of "$name"
  rm -f out/* new/*
  put_old "$name"
  run env || broke "$name: fails by itself: $(< log)"
  for file in "${files[@]}"; do cp "out/$file" "new/$file"; done
  for fault in write:ENOSPC write:EIO write:EINTR write:SHORT pwrite:EIO pwrite:EINTR pwrite:SHORT \
    fsync:EIO fsync:ENOSPC close:EIO close:ENOSPC close:EINTR rename:EACCES rename:EIO \
    open:EACCES open:EMFILE open:EINTR fstat:EIO read:EIO read:EINTR read:SHORT; do
    call=${fault%:*} how=${fault#*:}
    for ((n = 1; n <= 500; ++n)); do
      put_old "$name"
      rm -f mark
      status=0
      run env NETML_FAIL="$call:$n:$how" NETML_FAIL_MARK=mark LD_PRELOAD="$preload" || status=$?
      [[ -e mark ]] || break
      injected=$((injected + 1))
      judge "$name, $call $n $how" "$status" "$(< mark)" "$how"
    done
    [[ ! -e mark ]] || broke "$name: $fault goes on after 500 calls"
    cmp -s "out/${files[0]}" "new/${files[0]}" || broke "$name: the run that nothing hit is not whole"
  done
done
keep_or_break "$injected calls made to fail, $failures runs failed by it; exit 0 exactly where the output was whole"
