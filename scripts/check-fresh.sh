#!/usr/bin/env bash
# Proves the README's two commands on a bare Debian 12: makes a minimal system in a temporary folder,
# copies the committed checkout (HEAD, nothing else) into it and runs scripts/quickstart.sh and
# scripts/test.sh there, each twice, the second time without a network. Needs root and about 1.5 GB.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/common.sh
source "$here/common.sh"
# shellcheck source=scripts/packages.sh
source "$here/packages.sh"

usage() {
  cat << 'TEXT'
usage: scripts/check-fresh.sh [--keep] [--cache DIR] [--mirror URL]
  --keep         leave the system in place and say where it is
  --cache DIR    keep the bare system as DIR/bookworm-minbase.tar and start from it next time
  --mirror URL   Debian mirror (http://deb.debian.org/debian)
TEXT
}

keep=no cache='' mirror=http://deb.debian.org/debian
while [[ $# -gt 0 ]]; do
  case $1 in
    --keep) keep=yes ;;
    --cache | --mirror)
      [[ $# -ge 2 ]] || die "$1 needs a value"
      if [[ $1 == --cache ]]; then cache=$2; else mirror=$2; fi
      shift
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
  shift
done

[[ $EUID -eq 0 ]] || die "a chroot needs root; run it with sudo"
ensure_packages debootstrap git
if [[ -n $cache ]]; then
  mkdir -p "$cache"
  cache=$(realpath -e "$cache")
fi
work=$(realpath -e "$(mktemp -d "${TMPDIR:-/tmp}/netml-fresh.XXXXXX")")
bare=$work/root
# Mounts live in private namespaces and end with them; look all the same before removing a tree that
# could have the machine's /proc or /dev below it.
clean_up() {
  if [[ $keep == yes ]]; then
    echo "kept: $bare (logs beside it in $work)" >&2
  elif grep -qF " $work" /proc/self/mounts; then
    echo "warning: something is still mounted below $work; it was not removed" >&2
  else
    rm -rf --one-file-system "$work"
  fi
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

make_bare_system() {
  if [[ -n $cache && -f $cache/bookworm-minbase.tar ]]; then
    mkdir "$bare" || return
    tar -C "$bare" --numeric-owner -xpf "$cache/bookworm-minbase.tar"
    return
  fi
  # In a mount namespace of its own: debootstrap mounts /proc, and may be interrupted before it unmounts.
  unshare --mount --propagation private \
    debootstrap --variant=minbase bookworm "$bare" "$mirror" || return
  if [[ -n $cache ]]; then
    tar -C "$bare" --numeric-owner -cpf "$cache/bookworm-minbase.tar.tmp" . || return
    mv "$cache/bookworm-minbase.tar.tmp" "$cache/bookworm-minbase.tar"
  fi
}

# inside NETWORK COMMAND...: runs a command in the bare system, in mount and process namespaces of its
# own, and with NETWORK "offline" in a network namespace that has a loopback interface only.
inside() {
  local namespaces=(--mount --pid) script
  if [[ $1 == offline ]]; then
    namespaces+=(--net)
  fi
  shift
  # The bind mount makes the root a mount point, as some tools expect; env -i keeps the caller's PATH,
  # proxies and library paths out.
  # shellcheck disable=SC2016
  script='
    root=$1; shift
    ip link set lo up 2> /dev/null || :
    mount --bind "$root" "$root"
    mount -t proc proc "$root/proc"
    mount -t sysfs -o ro sysfs "$root/sys"
    mount -t devpts devpts "$root/dev/pts" -o newinstance,ptmxmode=0666
    mount -t tmpfs tmpfs "$root/dev/shm"
    mount -t tmpfs tmpfs "$root/run"
    mkdir -p "$root/run/lock"
    exec chroot "$root" /usr/bin/env -i HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
      PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"'
  unshare "${namespaces[@]}" --fork --kill-child --propagation private \
    bash -ec "$script" _ "$bare" "$@"
}

# The checkout may belong to another user than root.
in_checkout() {
  git -C "$NETML_ROOT" -c safe.directory="$NETML_ROOT" "$@"
}

failures=0
results=()
# check NETWORK TITLE COMMAND...
check() {
  local network=$1 title=$2 begin=$SECONDS rc=0 log
  shift 2
  log=$work/$((${#results[@]} + 1)).log
  echo "== $title: $*" >&2
  inside "$network" "$@" > "$log" 2>&1 < /dev/null || rc=$?
  if [[ $rc -eq 0 ]]; then
    results+=("pass  $((SECONDS - begin)) s  $title")
    tail -n 12 "$log" | sed 's/^/  | /' >&2
  else
    results+=("FAIL  $((SECONDS - begin)) s  $title (exit code $rc)")
    failures=$((failures + 1))
    tail -n 60 "$log" | sed 's/^/  | /' >&2
  fi
}

if [[ -n $(in_checkout status --porcelain) ]]; then
  echo "note: uncommitted changes are not tested; this checks HEAD" >&2
fi
quietly "making a bare Debian 12" "$work/debootstrap.log" \
  "check the mirror; if $work cannot hold devices, set TMPDIR to a folder that can" make_bare_system
mkdir "$bare/netml"
in_checkout archive HEAD | tar -C "$bare/netml" -xf -
# Packages must not start daemons on the machine that runs this check.
printf '#!/bin/sh\nexit 101\n' > "$bare/usr/sbin/policy-rc.d"
chmod 755 "$bare/usr/sbin/policy-rc.d"

check online 'quickstart' /netml/scripts/quickstart.sh
check online 'tests' /netml/scripts/test.sh
check offline 'quickstart again, without network' /netml/scripts/quickstart.sh
check offline 'tests again, without network' /netml/scripts/test.sh

for command in scripts/quickstart.sh scripts/test.sh; do
  if grep -qsF "$command" "$bare/netml/README.md"; then
    results+=("pass  README.md names $command")
  else
    results+=("FAIL  README.md does not name $command")
    failures=$((failures + 1))
  fi
done

echo
printf '%s\n' "${results[@]}"
if [[ $failures -eq 0 ]]; then
  echo "PASS: $(in_checkout rev-parse --short HEAD) works on a bare Debian 12"
else
  echo "FAIL: $failures of ${#results[@]} checks failed"
  exit 1
fi
