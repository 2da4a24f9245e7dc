# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # used, and work set, by extract.sh
# The flow programs of Debian that extract.sh compares with: their packages, how each is called at
# its cheapest that still does the whole work, and the packets it says it has read.
# Sourced by extract.sh, which sets work.

peers=(nfpcapd softflowd argus ndpiReader tshark)
declare -A peer_package=([nfpcapd]=nfdump [softflowd]=softflowd [argus]=argus-server
  [ndpiReader]=libndpi-bin [tshark]=tshark)
# The slow ones get fewer rounds, or the run would be theirs.
declare -A peer_rounds=([nfpcapd]=3 [softflowd]=3 [argus]=3 [ndpiReader]=1 [tshark]=1)
# tshark alone would need half a minute for A; per packet its smaller capture says the same.
declare -A peer_captures=([nfpcapd]='A B C own' [softflowd]='A B C own'
  [argus]='A B C own' [ndpiReader]='A B C own' [tshark]=T)

# Some live where only root's PATH looks.
PATH=$PATH:/usr/sbin:/sbin

# peer_command PEER FILE: sets the array `command`. What it writes goes to $work/peer.
peer_command() {
  local peer=$1 file=$2 directory_option=-w
  rm -rf "$work/peer"
  mkdir "$work/peer"
  case $peer in
    nfpcapd)
      # Until 1.6 the output directory was -l, and -w something else.
      if ! grep -q -e '-w flowdir' <<< "$nfpcapd_help"; then
        directory_option=-l
      fi
      command=(nfpcapd -r "$file" "$directory_option" "$work/peer")
      ;;
    softflowd)
      # -c none: with a control socket version 1.1.0 does not end at the end of a file.
      # -m: with its default of 8192 flows it throws open flows out, which is other work.
      command=(softflowd -d -r "$file" -m 4000000 -n 127.0.0.1:9 -p "$work/peer/pid" -c none)
      ;;
    argus) command=(argus -X -r "$file" -w /dev/null) ;;  # -X: whatever /etc/argus.conf says
    ndpiReader) command=(ndpiReader -i "$file") ;;  # -q would save nothing but its count
    tshark) command=(tshark -n -q -z 'conv,tcp' -z 'conv,udp' -r "$file") ;;
  esac
}

# peer_count PEER OUTPUT: the packets that the peer itself says it processed, or -.
peer_count() {
  local count=''
  case $1 in
    nfpcapd) count=$(sed -n 's/.*Total: Processed: \([0-9]*\).*/\1/p' "$2") ;;
    softflowd) count=$(sed -n 's/^Packets processed: \([0-9]*\).*/\1/p' "$2") ;;
    ndpiReader) count=$(sed -n 's/.*IP packets: *\([0-9]*\) .*/\1/p' "$2") ;;
  esac
  echo "${count:--}"
}

# is_installed PEER
is_installed() {
  command -v "$1" > /dev/null
}

# has_memory_for PEER FLOWS: ndpiReader takes 3.7 kB per flow, the others far less.
has_memory_for() {
  local available_kib
  available_kib=$(awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo)
  [[ $1 != ndpiReader || $(($2 * 4)) -lt $available_kib ]]
}

nfpcapd_help=''
if is_installed nfpcapd; then
  nfpcapd_help=$(nfpcapd -h 2>&1 || true)
fi
