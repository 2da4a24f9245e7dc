# shellcheck shell=bash
# shellcheck disable=SC2154  # root, products, scale and own_capture come from extract.sh
# The programs and captures of the benchmark, in build/bench, where they stay between runs.
# Sourced by extract.sh, which sets root, products, scale and own_capture.

# What each capture is at 100 percent. The marks of extract.sh belong to exactly these.
#   A  ordinary traffic, cut to 128 bytes: reading is cheap, the flows are the work
#   B  the same ratio of packets to flows with whole packets: reading moves bytes
#   C  a million flows, two packets each, all open at the end: memory and cache misses
#   T  a piece of A's kind for programs that are too slow for A
declare -A capture_packets=([A]=$((50000 * scale)) [B]=$((20000 * scale)) [C]=$((20000 * scale))
  [T]=$((5000 * scale)))
declare -A capture_flows=([A]=$((2500 * scale)) [B]=$((1000 * scale)) [C]=$((10000 * scale))
  [T]=$((250 * scale)))
declare -A capture_options=([A]='' [B]='--snaplen 262144' [C]='--open' [T]='')
# Bytes in the file per packet, rounded up: what the check for disk space reckons with.
declare -A capture_bytes=([A]=121 [B]=640 [C]=96 [T]=121)

# capture_path NAME: `own` is the one named on the command line.
capture_path() {
  if [[ $1 == own ]]; then
    echo "$own_capture"
  elif [[ $scale -eq 100 ]]; then
    echo "$products/$1.pcap"
  else
    echo "$products/$1-$scale-percent.pcap"
  fi
}

# is_current PRODUCT SOURCE...: the product exists and no source is newer.
is_current() {
  local product=$1 source
  shift
  [[ -e $product ]] || return 1
  for source in "$@"; do
    [[ ! $source -nt $product ]] || return 1
  done
}

build_tools() {
  local tool libraries
  mkdir -p "$products"
  for tool in make_capture bare_loop measure; do
    if ! is_current "$products/$tool" "$root/bench/$tool.cpp"; then
      libraries=()
      if [[ $tool == bare_loop ]]; then
        libraries=(-lpcap)
      fi
      g++ -std=c++20 -O2 -o "$products/$tool" "$root/bench/$tool.cpp" "${libraries[@]}"
    fi
  done
}

# require_space BYTES: ends the run when the disk has less.
require_space() {
  local free
  free=$(($(df --output=avail -k "$products" | tail -n 1) * 1024))
  if [[ $free -lt $1 ]]; then
    echo "error: $products needs $(($1 / 1000000)) MB of disk space for captures and output, $((free / 1000000)) MB are free; make room or use --scale" >&2
    exit 1
  fi
}

# make_captures NAME...: makes those that are absent or older than what makes them.
make_captures() {
  local name path
  local -a wanted=() options=()
  # What the programs write while they are measured: at most 160 bytes per packet, one at a time.
  local bytes=$((capture_packets[C] * 160))
  for name in "$@"; do
    path=$(capture_path "$name")
    if ! is_current "$path" "$root/bench/make_capture.cpp" "$root/bench/captures.sh"; then
      wanted+=("$name")
      bytes=$((bytes + capture_packets[$name] * capture_bytes[$name]))
    fi
  done
  require_space "$bytes"
  for name in "${wanted[@]}"; do
    path=$(capture_path "$name")
    read -r -a options <<< "${capture_options[$name]}"
    # Under another name until it is whole: an interrupted run leaves nothing that looks finished.
    "$products/make_capture" "${options[@]}" --packets "${capture_packets[$name]}" \
      --flows "${capture_flows[$name]}" "$path.part"
    mv "$path.part" "$path"
  done
}

# describe_captures NAME...: one line each.
describe_captures() {
  local name path
  for name in "$@"; do
    path=$(capture_path "$name")
    printf '%s  %d packets in %d flows, %d MB: %s\n' "$name" "${capture_packets[$name]}" \
      "${capture_flows[$name]}" $(($(stat -c %s "$path") / 1000000)) "${path#"$root/"}"
  done
}
