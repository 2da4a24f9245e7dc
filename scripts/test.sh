#!/usr/bin/env bash
# Installs what is missing, builds a preset and runs its tests; ends with ctest's summary.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/common.sh
source "$here/common.sh"
# shellcheck source=scripts/packages.sh
source "$here/packages.sh"

if [[ ${1:-} == -h || ${1:-} == --help ]]; then
  echo "usage: scripts/test.sh [release|debug|asan|tsan] [ctest option...]"
  echo "Builds the preset (release if none is named) and runs its tests."
  exit 0
fi
preset=release
if [[ $# -gt 0 && $1 != -* ]]; then
  preset=$1
  shift
fi
preset_dir "$preset" > /dev/null

cd "$NETML_ROOT"
ensure_packages "${NETML_BUILD_PACKAGES[@]}" "${NETML_TEST_PACKAGES[@]}"
build_preset "$preset"
exec ctest --preset "$preset" "$@"
