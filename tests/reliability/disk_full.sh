#!/usr/bin/env bash
# A disk without room: exit status 5 and a reason, the old file as it was, nothing left behind.
# shellcheck disable=SC2016  # $0, $1, … belong to the shells that are started
# shellcheck source=tests/reliability/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

capture=$root/data/demo.pcap
runs=0
places=("/dev/full" "RLIMIT_FSIZE")

# refused WHAT COMMAND...: one run that finds no room.
refused() {
  local what=$1 status=0
  shift
  "$@" 2> "$work/log" || status=$?
  sound "$status" "$work/log" "$what"
  [[ $status -eq 5 ]] || broke "$what: status $status instead of 5"
  runs=$((runs + 1))
}

refused 'extract to /dev/full' "$netml" extract "$capture" -o /dev/full
refused 'classify to a full standard output' \
  bash -c '"$0" learn "$1" -q -o "$2" && "$0" classify -m "$2" "$1" --report-all > /dev/full' \
  "$netml" "$capture" "$work/full.netml"
refused 'jsonl to a full standard output' \
  bash -c '"$0" extract "$1" --format jsonl > /dev/full' "$netml" "$capture"
refused 'columns to a full standard output' bash -c '"$0" columns > /dev/full' "$netml"
refused 'help to a full standard output' bash -c '"$0" --help > /dev/full' "$netml"
refused 'summary to /dev/full' \
  "$netml" extract "$capture" -o "$work/with-summary.csv" --summary /dev/full

# old_files FOLDER: what is there before a run.
old_files() {
  local name
  for name in t.csv t-metadata.json t.jsonl t.npz m.netml v.csv; do
    echo "old $name" > "$1/$name"
  done
  # Something to add to.
  "$netml" extract "$capture" --features biflow --limit 3 -o "$1/t.db"
  cp "$1/t.db" "$work/old.db"
}

# outputs FOLDER BLOCKS: every kind of output, in a folder where there is room for none of them.
# With BLOCKS, the limit on the size of a file in KiB instead.
outputs() {
  local folder=$1 blocks=${2:-unlimited} limited name
  limited=(bash -c 'ulimit -f "$0"; exec "$@"' "$blocks" "$netml")
  refused "$folder csv" "${limited[@]}" extract "$capture" -o "$folder/t.csv"
  refused "$folder jsonl" "${limited[@]}" extract "$capture" -o "$folder/t.jsonl"
  refused "$folder npz" "${limited[@]}" extract "$capture" --features biflow -o "$folder/t.npz"
  refused "$folder npy" "${limited[@]}" extract "$capture" --features biflow -o "$folder/t.npy"
  refused "$folder sqlite" "${limited[@]}" extract "$capture" --features biflow -o "$folder/t.db"
  refused "$folder new sqlite" "${limited[@]}" extract "$capture" --features biflow -o "$folder/new.db"
  refused "$folder pieces" \
    "${limited[@]}" extract "$capture" --features biflow --rotate 100000 -o "$folder/piece.csv"
  refused "$folder model" "${limited[@]}" learn "$capture" -q -o "$folder/m.netml"
  refused "$folder verdicts" \
    "${limited[@]}" classify -m "$work/full.netml" "$capture" --report-all --format csv -o "$folder/v.csv"
  for name in t.csv t-metadata.json t.jsonl t.npz m.netml v.csv; do
    [[ $(< "$folder/$name") == "old $name" ]] || broke "$folder: $name is not the old one"
  done
  cmp -s "$folder/t.db" "$work/old.db" || broke "$folder: t.db is not the old one"
  for name in t.npy new.db piece.0.csv t.db-journal; do
    [[ ! -e $folder/$name ]] || broke "$folder: $name is there"
  done
  no_leftovers "$folder" "$folder"
}

mkdir "$work/limit"
old_files "$work/limit"
outputs "$work/limit" 8

if [[ $EUID -eq 0 ]] && unshare --mount true 2> "$work/log"; then
  places+=("1 MiB tmpfs")
  mkdir "$work/tmpfs"
  export -f refused sound broke no_leftovers old_files outputs
  export netml root work capture
  # In a mount namespace of its own: the file system goes away with it.
  unshare --mount --propagation private bash -c '
    set -euo pipefail
    broken=0 runs=0
    mount -t tmpfs -o size=1m tmpfs "$work/tmpfs"
    old_files "$work/tmpfs"
    head -c 900K /dev/zero > "$work/tmpfs/ballast" # some KiB stay, as on a disk that fills up
    dd if=/dev/zero of="$work/tmpfs/more" bs=4K 2> /dev/null || :
    truncate -s -12K "$work/tmpfs/more"
    outputs "$work/tmpfs"
    echo "$runs $broken" > "$work/tmpfs-verdict"' || broke 'the part on a tmpfs did not end'
  read -r more_runs more_broken < "$work/tmpfs-verdict"
  runs=$((runs + more_runs)) broken=$((broken + more_broken))
else
  places+=("no tmpfs: it takes root and a mount namespace")
fi
printf -v list '%s, ' "${places[@]}"
keep_or_break "$runs outputs refused with 5: ${list%, }"
