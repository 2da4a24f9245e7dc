#!/usr/bin/env bash
# Runs every command of a page: run_commands.sh NETML PAGE. The commands are the lines that begin with
# "$ " inside ```console blocks. They run one after the other in a folder of their own, where `data`
# is the project's and `netml` is the program under test; each must end with status 0.
set -euo pipefail
export LC_ALL=C.UTF-8
if [[ $# -ne 2 ]]; then
  echo "usage: run_commands.sh NETML PAGE" >&2
  exit 2
fi
netml=$(realpath "$1")
page=$(realpath "$2")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/netml-docs.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
ln -s "$netml" "$work/bin/netml"
ln -s "$root/data" "$work/data"
export PATH=$work/bin:$PATH
cd "$work"

mapfile -t commands < <(awk '/^```/ { inside = ($0 == "```console"); next } inside && sub(/^\$ /, "")' "$page")
[[ ${#commands[@]} -gt 0 ]] || { echo "no commands in $page" >&2; exit 1; }
failed=0
for command in "${commands[@]}"; do
  status=0
  bash -o pipefail -c "$command" > out 2> err < /dev/null || status=$?
  if [[ $status -ne 0 ]]; then
    echo "status $status: $command"
    head -c 1000 err
    failed=$((failed + 1))
  fi
done
echo "${#commands[@]} commands of ${page##*/}, $failed failed"
[[ $failed -eq 0 ]]
