#!/usr/bin/env bash
# Makes the seed corpora: seeds.sh OUTDIR fills OUTDIR/<target>/, from our own builders always and
# from the reference corpus where it is there (it says so where it is not). Uses the fuzz_seeds
# program of any build folder that has one.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
if [[ $# -ne 1 || $1 == -* ]]; then
  echo "usage: tests/fuzz/seeds.sh OUTDIR" >&2
  exit 2
fi
for build in "$root"/build-fuzz "$root"/build "$root"/build-*; do
  if [[ -x $build/tests/fuzz/fuzz_seeds ]]; then
    exec "$build/tests/fuzz/fuzz_seeds" "$1"
  fi
done
echo "error: no build folder has fuzz_seeds; build a preset first, e.g. scripts/test.sh release" >&2
exit 1
