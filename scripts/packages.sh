# shellcheck shell=bash
# Sourced, not run. The one list of Debian packages that building and testing need, and
# ensure_packages, which installs what is missing and touches nothing otherwise.

# shellcheck disable=SC2034  # used by the scripts that source this file
NETML_BUILD_PACKAGES=(
  g++ cmake ninja-build pkg-config
  libpcap-dev libcli11-dev libeigen3-dev libsvm-dev nlohmann-json3-dev libyaml-cpp-dev
  libspdlog-dev zlib1g-dev libsqlite3-dev libssl-dev
  libgtest-dev libgmock-dev
)
# shellcheck disable=SC2034
NETML_TEST_PACKAGES=(python3)

# is_installed PACKAGE: also false for a package that was removed but left its configuration.
is_installed() {
  [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2> /dev/null) == installed ]]
}

# ensure_packages PACKAGE...: calls apt only when something is missing, so that a second run is quiet
# and works offline.
ensure_packages() {
  local package log rc=0
  local -a missing=() as_root=() tool=()
  if ! command -v dpkg-query > /dev/null; then
    echo "note: this is not a Debian-like system; install the equivalents of: $*" >&2
    return 0
  fi
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0

  if [[ $EUID -ne 0 ]]; then
    if ! command -v sudo > /dev/null; then
      echo "error: missing packages, and neither root nor sudo to install them; as root, run:" >&2
      echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  echo "installing ${#missing[@]} packages: ${missing[*]}" >&2
  log=$(mktemp "${TMPDIR:-/tmp}/netml-apt.XXXXXX")
  tool=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120)
  # A failing update (one broken third-party source is enough) is not the end: the install decides.
  "${as_root[@]}" "${tool[@]}" update >> "$log" 2>&1 < /dev/null || :
  "${as_root[@]}" "${tool[@]}" install --no-install-recommends "${missing[@]}" \
    >> "$log" 2>&1 < /dev/null || rc=$?
  if [[ $rc -ne 0 ]]; then
    echo "error: apt-get could not install the packages; the end of $log:" >&2
    tail -n 25 "$log" | sed 's/^/  | /' >&2
    echo "check the network and apt's sources, then run this script again" >&2
    return 1
  fi
  rm -f "$log"
}
