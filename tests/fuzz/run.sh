#!/usr/bin/env bash
# Builds the fuzz targets, replays their seeds and fuzzes each for SECONDS. One line per target;
# exit 1 on any finding. Grown corpora stay in build-fuzz/corpus/<target> from run to run.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/common.sh
source "$here/../../scripts/common.sh"
# shellcheck source=scripts/packages.sh
source "$here/../../scripts/packages.sh"

all=(capture decode dns flowtable labels model params_json params_yaml payload reader roundtrip sqlite
  table writer)
if [[ $# -eq 0 || ${1:-} == -h || ${1:-} == --help ]]; then
  echo "usage: tests/fuzz/run.sh SECONDS [TARGET...]"
  echo "Targets: ${all[*]}. SECONDS 0 only replays."
  exit $(($# == 0 ? 2 : 0))
fi
seconds=$1
shift
[[ $seconds =~ ^[0-9]+$ ]] || die "'$seconds' is not a number of seconds"
targets=("$@")
[[ $# -gt 0 ]] || targets=("${all[@]}")
for target in "${targets[@]}"; do
  [[ " ${all[*]} " == *" $target "* ]] || die "unknown target '$target'; the targets are ${all[*]}"
done

# Longer inputs only slow the search down.
declare -A longest=([capture]=16384 [decode]=2048 [dns]=2048 [flowtable]=4096 [labels]=4096 [model]=16384
  [params_json]=2048 [params_yaml]=2048 [payload]=4096 [reader]=8192 [roundtrip]=600 [sqlite]=8192 [table]=8192 [writer]=2048)
declare -A dictionary=([capture]=capture [decode]=decode [labels]=labels [model]=model
  [params_json]=json [params_yaml]=yaml [reader]=capture [table]=table)

ensure_packages "${NETML_BUILD_PACKAGES[@]}" clang libclang-rt-14-dev
build=$NETML_ROOT/build-fuzz
mkdir -p "$build"
launcher=()
if command -v ccache > /dev/null; then
  launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
fi
cd "$NETML_ROOT"
quietly "configuring (fuzz)" "$build/configure.log" "see the log" cmake --preset fuzz "${launcher[@]}"
quietly "building (fuzz)" "$build/build.log" "the first 'error:' in that file is the one to look at" \
  cmake --build --preset fuzz --parallel "$(build_jobs asan)"

# The targets that write files do it in memory where there is such a folder.
if [[ -z ${TMPDIR:-} && -w /dev/shm ]]; then
  export TMPDIR=/dev/shm
fi
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
seeds=$build/seeds
rm -rf "$seeds"
bash "$here/seeds.sh" "$seeds"

# One number of the statistics that libFuzzer prints at its end.
statistic() {
  sed -n "s/^stat::$1: *//p" "$2" | tail -n 1
}

# Seconds of processor time are what counts on a machine that does other things too.
TIMEFORMAT='%U %S'

printf '%-12s %12s %8s %8s %9s %8s\n' target executions 'cpu s' cov findings corpus
findings_in_all=0
for target in "${targets[@]}"; do
  program=$build/tests/fuzz/fuzz_$target
  corpus=$build/corpus/$target artifacts=$build/findings/$target
  mkdir -p "$corpus" "$artifacts"
  marker=$artifacts/.begin
  touch "$marker"
  options=(-rss_limit_mb=2048 -timeout=20 -print_final_stats=1 "-artifact_prefix=$artifacts/")
  if [[ -n ${dictionary[$target]:-} ]]; then
    options+=("-dict=$here/dictionaries/${dictionary[$target]}.dict")
  fi
  log=$artifacts/log
  rc=0
  # First the seeds, whole; then the search, from them and from what earlier runs found.
  "$program" "${options[@]}" -runs=0 "$corpus" "$seeds/$target" > "$log" 2>&1 || rc=$?
  echo 0 0 > "$artifacts/.time"
  if [[ $rc -eq 0 && $seconds -gt 0 ]]; then
    {
      time "$program" "${options[@]}" "-max_len=${longest[$target]}" "-max_total_time=$seconds" \
        "$corpus" "$seeds/$target" >> "$log" 2>&1 || rc=$?
    } 2> "$artifacts/.time"
  fi
  findings=$(find "$artifacts" -type f -newer "$marker" ! -name log ! -name '.*' | wc -l)
  if [[ $rc -ne 0 && $findings -eq 0 ]]; then
    findings=1
  fi
  findings_in_all=$((findings_in_all + findings))
  covered=$(grep -aoE 'cov: [0-9]+' "$log" | tail -n 1 | tr -dc 0-9 || :)
  printf '%-12s %12s %8.0f %8s %9s %8s\n' "$target" "$(statistic number_of_executed_units "$log")" \
    "$(awk '{ print $1 + $2 }' "$artifacts/.time")" "${covered:--}" "$findings" \
    "$(find "$corpus" -type f | wc -l)"
  if [[ $rc -ne 0 ]]; then
    grep -aE 'BROKEN PROMISE|runtime error|ERROR: |SUMMARY: ' "$log" | head -n 5 | sed 's/^/  | /' || :
    echo "  artifacts and log: $artifacts"
  fi
done
[[ $findings_in_all -eq 0 ]] || exit 1
