#!/usr/bin/env bash
# Line coverage of the readers of untrusted input by the seed corpora and by what fuzzing has grown
# (build-fuzz/corpus and the folders given). Builds the stand-alone runners with clang's coverage in
# build-coverage. Prints a table by room and file; exit 1 where a room is below 90 %.
# --lines FILE shows the lines of a source file that no input reached.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/common.sh
source "$here/../../scripts/common.sh"
# shellcheck source=scripts/packages.sh
source "$here/../../scripts/packages.sh"

usage() {
  echo "usage: tests/fuzz/coverage.sh [--lines SOURCE]... [CORPUS_FOLDER...]"
  echo "A corpus folder holds one folder per target, as build-fuzz/corpus does."
}
lines=()
corpora=()
while [[ $# -gt 0 ]]; do
  case $1 in
    -h | --help) usage && exit 0 ;;
    --lines)
      [[ $# -ge 2 ]] || die "--lines needs a source file"
      lines+=("$2")
      shift
      ;;
    -*) usage >&2 && exit 2 ;;
    *) corpora+=("$1") ;;
  esac
  shift
done

targets=(capture decode dns flowtable labels model params_json params_yaml payload reader roundtrip sqlite
  table writer)
ensure_packages "${NETML_BUILD_PACKAGES[@]}" clang libclang-rt-14-dev llvm-14
build=$NETML_ROOT/build-coverage
mkdir -p "$build"
cd "$NETML_ROOT"
launcher=()
if command -v ccache > /dev/null; then
  launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
fi
flags="-O1 -g -fprofile-instr-generate -fcoverage-mapping"
programs=("${targets[@]/#/fuzz_}")
programs=("${programs[@]/%/_replay}")
quietly "configuring (coverage)" "$build/configure.log" "see the log" \
  cmake -G Ninja -S . -B "$build" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_COMPILER=clang++ \
  "-DCMAKE_CXX_FLAGS_DEBUG=$flags" "${launcher[@]}"
quietly "building (coverage)" "$build/build.log" "the first 'error:' in that file is the one to look at" \
  cmake --build "$build" --parallel "$(build_jobs asan)" --target fuzz_seeds "${programs[@]}"

if [[ -z ${TMPDIR:-} && -w /dev/shm ]]; then
  export TMPDIR=/dev/shm
fi
seeds=$build/seeds profiles=$build/profiles
rm -rf "$seeds" "$profiles"
mkdir -p "$profiles"
LLVM_PROFILE_FILE=/dev/null "$build/tests/fuzz/fuzz_seeds" "$seeds"
corpora=("$seeds" "$NETML_ROOT/build-fuzz/corpus" "${corpora[@]}")
objects=()
for target in "${targets[@]}"; do
  program=$build/tests/fuzz/fuzz_${target}_replay
  objects+=(-object "$program")
  folders=()
  for corpus in "${corpora[@]}"; do
    if [[ -d $corpus/$target && -n $(ls -A "$corpus/$target") ]]; then
      folders+=("$corpus/$target")
    fi
  done
  LLVM_PROFILE_FILE=$profiles/$target.profraw "$program" "${folders[@]}" > "$build/$target.log" 2>&1 ||
    die "$target found something: $build/$target.log"
  echo "$target: $(tail -n 1 "$build/$target.log")" >&2
done
llvm-profdata-14 merge -sparse "$profiles"/*.profraw -o "$profiles/all"
llvm-cov-14 export -format=lcov "${objects[@]:1}" "-instr-profile=$profiles/all" \
  > "$profiles/lcov" 2> "$build/llvm-cov.log"

python3 - "$profiles/lcov" "${lines[@]}" << 'EOF'
"""Reads lcov: a table by room and file, or the lines of the named files that no input reached."""
import fnmatch, os, sys

ROOMS = {
    "decode": ["src/decode/*"],
    "capture": ["src/capture/*"],
    "model files": ["src/models/detector_file.cpp", "src/table/container.cpp",
                    "src/table/container_arrays.cpp"],
    "labels": ["src/dataset/label*.cpp"],
    "parameters": ["src/models/param*.cpp"],
    "tables": ["src/commands/feature_file.cpp", "src/table/csv_read.cpp", "src/table/csv_scanner.cpp",
               "src/table/np*.cpp", "src/table/zip_format.cpp"],
    "databases": ["src/table/sqlite_reader.cpp"],
}

counts = {}  # file -> line -> times
for line in open(sys.argv[1]):
    key, _, value = line.strip().partition(":")
    if key == "SF":
        lines = counts.setdefault(os.path.relpath(os.path.realpath(value)), {})
    elif key == "DA":
        number, times = value.split(",")[:2]
        lines[int(number)] = lines.get(int(number), 0) + int(times)

for name in sys.argv[2:]:
    source = os.path.relpath(name)
    text = open(source).read().split("\n")
    for number, times in sorted(counts.get(source, {}).items()):
        if times == 0:
            print("%s:%d: %s" % (source, number, text[number - 1]))

short = False
for room, patterns in ROOMS.items():
    files = sorted(f for f in counts if any(fnmatch.fnmatch(f, p) for p in patterns))
    reached = {f: sum(1 for times in counts[f].values() if times) for f in files}
    total = sum(len(counts[f]) for f in files)
    share = 100.0 * sum(reached.values()) / max(total, 1)
    print("%-34s %5d of %5d lines  %5.1f %%" % (room, sum(reached.values()), total, share))
    for f in files:
        print("  %-32s %5d of %5d lines  %5.1f %%"
              % (f, reached[f], len(counts[f]), 100.0 * reached[f] / len(counts[f])))
    short = short or share < 90
sys.exit(short)
EOF
