# shellcheck shell=bash
# Sourced, not run. What the scripts share: where the project is, quiet builds, readable failures.

export LANG=C.UTF-8 LC_ALL=C.UTF-8
NETML_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

die() {
  echo "error: $*" >&2
  exit 1
}

# Reads a tool's output, keeps it in the file $1 and shows on a terminal only the newest "[12/80]" of ninja.
show_progress() {
  local log=$1 line
  while IFS= read -r line || [[ -n $line ]]; do
    printf '%s\n' "$line" >> "$log"
    if [[ -t 2 && $line =~ ^\[[0-9]+/[0-9]+\] ]]; then
      printf '\r  %s\033[K' "${BASH_REMATCH[0]}" >&2
    fi
  done
  if [[ -t 2 ]]; then
    printf '\r\033[K' >&2
  fi
}

# quietly TITLE LOG HINT COMMAND...: one line on success; on failure the log's tail and what to do.
quietly() {
  local title=$1 log=$2 hint=$3 begin=$SECONDS rc=0
  shift 3
  : > "$log"
  echo "$title ..." >&2
  "$@" 2>&1 < /dev/null | show_progress "$log" || rc=$?
  if [[ $rc -ne 0 ]]; then
    echo "error: $title failed; the end of $log:" >&2
    tail -n 40 "$log" | sed 's/^/  | /' >&2
    echo "$hint" >&2
    return "$rc"
  fi
  if ((SECONDS - begin >= 5)); then
    echo "$title: done in $((SECONDS - begin)) s" >&2
  fi
}

preset_dir() {
  case $1 in
    release) echo "$NETML_ROOT/build" ;;
    debug | asan | tsan) echo "$NETML_ROOT/build-$1" ;;
    *) die "unknown preset '$1'; the presets are release, debug, asan and tsan" ;;
  esac
}

# As many compilers as there are processors, but no more than fit into memory: the heaviest file takes
# 0.6 GiB, with sanitizers 1.3 GiB.
build_jobs() {
  local per_job_mib=700 cpus available_mib jobs
  if [[ $1 == asan || $1 == tsan ]]; then
    per_job_mib=1400
  fi
  cpus=$(nproc)
  available_mib=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo 2> /dev/null || :)
  jobs=$((${available_mib:-$((cpus * per_job_mib))} / per_job_mib))
  if ((jobs > cpus)); then
    jobs=$cpus
  fi
  echo $((jobs > 1 ? jobs : 1))
}

# build_preset PRESET [CMAKE-BUILD-OPTION...]
build_preset() {
  local preset=$1 dir home fresh=()
  shift
  dir=$(preset_dir "$preset")
  mkdir -p "$dir"
  # A build folder that came along with a copied checkout belongs to another place: start afresh.
  home=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$dir/CMakeCache.txt" 2> /dev/null || :)
  if [[ -n $home && $home != "$NETML_ROOT" ]]; then
    fresh=(--fresh)
  fi
  (
    cd "$NETML_ROOT" || exit
    quietly "configuring ($preset)" "$dir/configure.log" \
      "if a package is missing, add it; if the folder is stale, remove $dir; then run again" \
      cmake "${fresh[@]}" --preset "$preset"
    quietly "building ($preset)" "$dir/build.log" \
      "the first 'error:' in that file is the one to look at" \
      cmake --build --preset "$preset" --parallel "$(build_jobs "$preset")" "$@"
  )
}
