#!/usr/bin/env bash
# Formats every C++ file in place, or with --check only reports what is not formatted (exit 1).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/common.sh
source "$here/common.sh"
# shellcheck source=scripts/packages.sh
source "$here/packages.sh"

options=(-i)
case ${1:-} in
  '') ;;
  --check) options=(--dry-run --Werror) ;;
  -h | --help)
    echo "usage: scripts/format.sh [--check]"
    exit 0
    ;;
  *) die "unknown argument '$1'; did you mean --check?" ;;
esac

cd "$NETML_ROOT"
# Version 14 is the reference: others break lines in other places.
ensure_packages clang-format
clang_format=$(command -v clang-format-14 || command -v clang-format) || die "clang-format is not installed"
folders=()
for folder in src include tests bench; do
  if [[ -d $folder ]]; then
    folders+=("$folder")
  fi
done
find "${folders[@]}" -type f \( -name '*.cpp' -o -name '*.hpp' \) -print0 |
  sort -z | xargs -0 -r "$clang_format" --style=file "${options[@]}"
