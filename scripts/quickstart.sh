#!/usr/bin/env bash
# From a bare Debian to a trained novelty detector: installs what is missing, builds, learns from the
# demonstration capture and classifies another one. Safe to run again; the second time takes seconds.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/common.sh
source "$here/common.sh"
# shellcheck source=scripts/packages.sh
source "$here/packages.sh"

case ${1:-} in
  '') ;;
  -h | --help)
    echo "usage: scripts/quickstart.sh"
    echo "Installs the Debian packages netml needs, builds it in build/ and runs the demonstration."
    exit 0
    ;;
  *) die "unexpected argument '$1'; this script takes none" ;;
esac

cd "$NETML_ROOT"
ensure_packages "${NETML_BUILD_PACKAGES[@]}"
build_preset release --target netml

show_and_run() {
  printf '\n$ %s\n' "$*"
  "$@"
}

show_and_run build/netml learn --pcap=data/demo.pcap --label=data/demo.csv --output=build/demo.netml

# Through a file, not a pipe into head: a closed pipe would end classify before it has counted everything.
alerts=build/demo-anomalies.txt
printf '\n$ build/netml classify --model=build/demo.netml < data/unclassified.pcap\n'
build/netml classify --model=build/demo.netml < data/unclassified.pcap > "$alerts"
head -n 15 "$alerts"
count=$(grep -c ANOMALY "$alerts" || :)
echo "$count anomalies in data/unclassified.pcap; all of them are in $alerts"

cat << 'TEXT'

Try next:
  build/netml extract --pcap=data/demo.pcap --output=build/flows.csv    a row of features per flow
  build/netml inspect build/demo.netml                                  what the model learnt from what
  scripts/test.sh                                                       run the tests
TEXT
