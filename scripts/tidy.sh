#!/usr/bin/env bash
# Runs clang-tidy over all sources, or over the files given. Slow (up to half a minute for a file with
# heavy headers), therefore not part of the build; what was clean is not looked at again before the
# file, a header of it, its compiler options or the checks change.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/common.sh
source "$here/common.sh"
# shellcheck source=scripts/packages.sh
source "$here/packages.sh"

usage="usage: scripts/tidy.sh [-j JOBS] [file.cpp...]     (default: every .cpp below src, tests and bench)"
jobs=$(nproc)
while getopts :hj: option; do
  case $option in
    h) echo "$usage" && exit 0 ;;
    j) jobs=$OPTARG ;;
    *) die "$usage" ;;
  esac
done
shift $((OPTIND - 1))
[[ $jobs =~ ^[1-9][0-9]*$ ]] || die "-j takes the number of files to look at side by side"
files=()
for file in "$@"; do
  files+=("$(realpath -e "$file")")
done

cd "$NETML_ROOT"
ensure_packages "${NETML_BUILD_PACKAGES[@]}" clang-tidy python3
dir=$(preset_dir debug)
mkdir -p "$dir/tidy"
quietly "configuring (debug)" "$dir/configure.log" "see the log" cmake --preset debug
if [[ ${#files[@]} -eq 0 ]]; then
  mapfile -d '' -t files < <(find "$NETML_ROOT"/{src,tests,bench} -type f -name '*.cpp' -print0 | sort -z)
fi

# stamp_of FILE: the name of what has been looked at: the bytes of the file and of all headers that it
# includes, the options, the checks and the program. None for a file that the build does not know, whose
# options clang-tidy guesses from another's.
stamp_of() {
  python3 - "$dir/compile_commands.json" "$1" <<'EOF'
import hashlib, json, shlex, subprocess, sys
entry = next((e for e in json.load(open(sys.argv[1])) if e["file"] == sys.argv[2]), None)
if entry is None:
    sys.exit()
words = shlex.split(entry["command"])
at = words.index("-o")
del words[at:at + 2]
rule = subprocess.run(words + ["-M"], cwd=entry["directory"], check=True, capture_output=True, text=True).stdout
names = rule.replace("\\\n", " ").split(":", 1)[1].split()
version = subprocess.run(["clang-tidy", "--version"], check=True, capture_output=True).stdout
digest = hashlib.sha256(version + " ".join(words).encode())
for name in [".clang-tidy", "tests/.clang-tidy"] + names:
    digest.update(name.encode() + b"\0" + open(name, "rb").read())
print(digest.hexdigest())
EOF
}

# tidy FILE: quiet when there is nothing to say.
tidy() {
  local stamp='' log
  stamp=$(stamp_of "$1") || :
  if [[ -n $stamp && -e $dir/tidy/$stamp ]]; then
    return 0
  fi
  log=$(mktemp "$dir/tidy/log.XXXXXX")
  # What the build does not know is compiled by a script of bench/, against the installed libraries.
  local -a guessed=()
  [[ -n $stamp ]] || read -ra guessed <<< "$(pkg-config --cflags-only-I eigen3)"
  # The compile database is written for g++; clang may meet options it does not know.
  if ! clang-tidy -p "$dir" --quiet --extra-arg=-Wno-unknown-warning-option \
    "${guessed[@]/#/--extra-arg=}" "$1" 2> "$log"; then
    grep -v ' warnings\? generated\.$' "$log" >&2 || :
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
  [[ -z $stamp ]] || : > "$dir/tidy/$stamp"
}
export -f tidy stamp_of
export dir

# shellcheck disable=SC2016  # $0 is the file that xargs gives
printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$jobs" bash -c 'tidy "$0"'
echo "clang-tidy: ${#files[@]} files, nothing to report"
