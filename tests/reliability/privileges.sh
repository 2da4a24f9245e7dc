#!/usr/bin/env bash
# Live capture gives up its privileges before the first packet.
# shellcheck source=tests/reliability/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

status=0
"$netml" extract --interface lo --duration 1 > "$work/out" 2> "$work/log" < /dev/null || status=$?
[[ $status -eq 2 ]] || broke "extract --interface is there, status $status: this script must check its privileges"
[[ $broken -eq 0 ]] || keep_or_break 'not measured'
skip 'this version has no live capture: it reads files and pipes, and needs no privileges'
