#!/usr/bin/env bash
# Runs clang-tidy over the product's sources, or over the files given. Slow (up to half a minute for a
# file with heavy headers), therefore not part of the build.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/common.sh
source "$here/common.sh"
# shellcheck source=scripts/packages.sh
source "$here/packages.sh"

if [[ ${1:-} == -h || ${1:-} == --help ]]; then
  echo "usage: scripts/tidy.sh [file.cpp...]     (default: every .cpp below src)"
  exit 0
fi
files=()
for file in "$@"; do
  files+=("$(realpath -e "$file")")
done

cd "$NETML_ROOT"
ensure_packages "${NETML_BUILD_PACKAGES[@]}" clang-tidy
dir=$(preset_dir debug)
mkdir -p "$dir"
quietly "configuring (debug)" "$dir/configure.log" "see the log" cmake --preset debug
if [[ ${#files[@]} -eq 0 ]]; then
  mapfile -d '' -t files < <(find "$NETML_ROOT/src" -type f -name '*.cpp' -print0 | sort -z)
fi
# The compile database is written for g++; clang may meet options it does not know.
printf '%s\0' "${files[@]}" |
  xargs -0 -n 1 -P "$(nproc)" clang-tidy -p "$dir" --quiet --extra-arg=-Wno-unknown-warning-option
echo "clang-tidy: ${#files[@]} files, nothing to report"
