#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Record the demo captures from real programs in network namespaces.
set -euo pipefail

usage() {
  cat <<'END'
usage: make-demo.sh [--install] [--output DIR] [--seed N] [--keep-log] [--verbose]

Records demo.pcap with its labels demo.csv, and unclassified.pcap, into DIR
(default: the folder of this script). Needs root; takes about four minutes.

  --install    apt-get install what is missing first (Debian 12; best in a
               container or virtual machine: it brings servers along)
  --output DIR where the files go
  --seed N     plan of the traffic (default 77); packets still differ from run to run
  --keep-log   keep the attack logs too, as demo.attacks and unclassified.attacks
  --verbose    say what is being done
END
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$here seed=77 install=0 keep=0 verbose=0
while (($#)); do
  case $1 in
    --install) install=1 ;;
    --output) out=${2:?--output needs a folder}; shift ;;
    --seed) seed=${2:?--seed needs a number}; shift ;;
    --keep-log) keep=1 ;;
    --verbose) verbose=1 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done
[[ $seed =~ ^[0-9]{1,9}$ ]] || { echo "make-demo.sh: --seed needs a number" >&2; exit 2; }
say() { if ((verbose)); then echo "make-demo.sh: $*" >&2; fi; }
die() { echo "make-demo.sh: $*" >&2; exit 1; }
((EUID == 0)) || die "needs root (network namespaces)"

# --- what it needs, as Debian packages
python=/usr/bin/python3
missing=()
need() { # package, then a test
  local package=$1
  shift
  "$@" > /dev/null 2>&1 || missing+=("$package")
}
check_packages() {
  missing=()
  need iproute2 command -v ip
  need ethtool command -v ethtool
  need tcpdump command -v tcpdump
  need openssl command -v openssl
  need curl command -v curl
  need openssh-client command -v ssh
  need openssh-server test -x /usr/sbin/sshd
  need nginx-light test -x /usr/sbin/nginx
  need dnsmasq-base test -x /usr/sbin/dnsmasq
  need bind9-dnsutils command -v dig
  need msmtp command -v msmtp
  need chrony test -x /usr/sbin/chronyd
  need ntpsec-ntpdig command -v ntpdig
  need iputils-ping command -v ping
  need bsdutils command -v logger
  need nmap command -v nmap
  need python3 test -x $python
  need python3-aiosmtpd $python -c 'import aiosmtpd'
  need python3-pyftpdlib $python -c 'import pyftpdlib'
}
check_packages
if ((${#missing[@]})) && ((install)); then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends "${missing[@]}" > /dev/null
  check_packages
fi
((${#missing[@]} == 0)) || die "missing Debian packages: ${missing[*]} (--install installs them)"

# --- names of this run's own, and tidying up
tag=nd$$
hosts=(web infra files remote c1 c2 c3 c4 c5 a1 a2)
declare -A number=([web]=101 [infra]=102 [files]=103 [remote]=210
  [c1]=11 [c2]=12 [c3]=13 [c4]=14 [c5]=15 [a1]=201 [a2]=202)
declare -A rate=([c1]=80 [c2]=40 [c3]=12 [c4]=100 [c5]=20 [web]=200 [infra]=100 [files]=60 [remote]=10 [a1]=50 [a2]=30)
work=$(mktemp -d /tmp/netml-demo.XXXXXX)
cleanup() {
  local n pids
  set +e
  trap - EXIT INT TERM HUP
  exec 2> /dev/null
  # shellcheck disable=SC2046
  kill -KILL $(jobs -p)
  for _ in 1 2; do # the second time for what was being born during the first
    for n in "${hosts[@]}" bridge; do # only what runs in this run's namespaces
      pids=$(ip netns pids "$tag-$n")
      # shellcheck disable=SC2086
      [[ -z $pids ]] || kill -KILL $pids
    done
  done
  wait
  for n in "${hosts[@]}" bridge; do ip netns del "$tag-$n"; done
  rm -rf "$work"
  ((made_run_sshd == 0)) || rmdir /run/sshd
}
made_run_sshd=0
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# --- the network: every host in a namespace of its own, on one bridge
say "network"
ip netns add $tag-bridge
# shellcheck disable=SC2016
ip netns exec $tag-bridge bash -c 'for c in all default; do echo 1 > /proc/sys/net/ipv6/conf/$c/disable_ipv6; done'
ip -n $tag-bridge link add br0 type bridge forward_delay 0 stp_state 0 mcast_snooping 0
ip -n $tag-bridge link set br0 up
for n in "${hosts[@]}"; do
  ns=$tag-$n
  ip netns add "$ns"
  ip -n "$ns" link set lo up
  ip link add eth0 netns "$ns" type veth peer name "$n" netns $tag-bridge
  ip -n "$ns" link set eth0 address "02:77:00:00:00:$(printf %02x "${number[$n]}")" addrgenmode none
  for end in "$ns eth0" "$tag-bridge $n"; do
    read -r e i <<< "$end"
    ip netns exec "$e" ethtool -K "$i" tso off gso off gro off tx off rx off > /dev/null 2>&1
    # different speeds; where the kernel has no tbf everything is equally fast
    ip netns exec "$e" tc qdisc add dev "$i" root tbf rate "${rate[$n]}mbit" burst 16k latency 200ms 2> /dev/null || :
  done
  ip -n "$ns" addr add "10.77.0.${number[$n]}/24" dev eth0
  ip -n "$ns" addr add "fd77::${number[$n]}/64" dev eth0 nodad
  ip -n $tag-bridge link set "$n" master br0 up
  ip -n "$ns" link set eth0 up
done

# Run a command as a host: its own network, host name, resolver, logs and home.
# All mounts are private to the command and vanish with it.
resolv=$(readlink -f /etc/resolv.conf || echo /etc/resolv.conf)
[[ -e $resolv ]] || die "/etc/resolv.conf does not exist; an empty file is enough"
echo "nameserver 10.77.0.102" > "$work/resolv.conf"
on() {
  local n=$1
  shift
  # shellcheck disable=SC2016
  exec ip netns exec "$tag-$n" unshare --uts bash -c '
    hostname "$1"; mount --bind "$2" "$3"
    for d in /root /var/log; do mount -t tmpfs tmpfs $d; done
    export HOME=/root LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin; unset SSH_AUTH_SOCK; cd /; shift 3; exec "$@"' \
    - "$n.example.test" "$work/resolv.conf" "$resolv" "$@" < /dev/null
}

# --- contents and servers
say "servers"
chmod 711 "$work"
cp "$here/demo_traffic.py" "$work/"
$python "$work/demo_traffic.py" contents "$work" "$seed"
mkdir -m 700 "$work/keys"
if [[ ! -d /run/sshd ]]; then mkdir -m 755 /run/sshd && made_run_sshd=1; fi # sshd insists on it
for k in host user; do ssh-keygen -q -t ed25519 -N '' -C "$k" -f "$work/keys/$k"; done
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=www.example.test \
  -keyout "$work/keys/tls.key" -out "$work/keys/tls.pem" 2> /dev/null
# shellcheck disable=SC2016
printf '#!/bin/sh\necho "$GUESS"\n' > "$work/askpass"
chmod 755 "$work/askpass"

nginx_conf() { # host, listen and location lines
  cat << END
daemon off; pid $work/$1.pid; error_log stderr crit; user nobody nogroup; worker_processes 1;
events { worker_connections 512; }
http {
  access_log off; server_tokens off; default_type text/html; keepalive_timeout 8s; client_header_timeout 15s;
  client_max_body_size 4m; client_body_buffer_size 1m; client_body_temp_path $work/$1.body;
  proxy_temp_path $work/$1.proxy; fastcgi_temp_path $work/$1.fcgi; uwsgi_temp_path $work/$1.uwsgi; scgi_temp_path $work/$1.scgi;
  server {
    $2
  }
}
END
}
nginx_conf web "listen 10.77.0.101:80; listen [fd77::101]:80;
    listen 10.77.0.101:443 ssl http2; listen [fd77::101]:443 ssl http2;
    ssl_certificate $work/keys/tls.pem; ssl_certificate_key $work/keys/tls.key; root $work/www;
    location /app/ { proxy_pass http://127.0.0.1:9000; }
    location /api/ { return 200 '{\"ok\":true}'; }
    location = /old { return 302 /p07.html; }" > "$work/web.conf"
nginx_conf remote "listen 10.77.0.210:8080; location / { return 200 'sleep 1'; }" > "$work/remote.conf"

{
  for n in "${!number[@]}"; do echo "10.77.0.${number[$n]} $n.example.test $n"; done
  for n in www shop news wiki static img api portal intranet git; do echo "10.77.0.101 $n.example.test"; echo "fd77::101 $n.example.test"; done
  echo "10.77.0.102 mail.example.test"; echo "10.77.0.103 files.example.test"; echo "fd77::103 files.example.test"
  for ((i = 0; i < 200; i++)); do echo "10.77.0.$((i + 20)) host$i.example.test"; ((i % 2)) || echo "fd77::$((i + 20)) host$i.example.test"; done
} > "$work/hosts"
{
  printf 'mx-host=example.test,mail.example.test,10\nmx-host=example.test,backup.example.test,20\n'
  printf 'srv-host=_sip._tcp.example.test,www.example.test,5060\nlocal=/example.test/\nserver=/cdn-sync.test/10.77.0.210\n'
  for ((i = 0; i < 12; i++)); do
    printf 'cname=alias%d.example.test,www.example.test\n' $i
    printf 'txt-record=note%d.example.test,"v=%0*d"\n' $i $((7 + 16 * i)) $i
  done
} > "$work/dnsmasq.conf"
printf 'local stratum 8\nallow\nbindaddress 10.77.0.102\nbindaddress fd77::102\ncmdport 0\npidfile %s/chronyd.pid\n' "$work" > "$work/chrony.conf"
chmod -R a+rX "$work/www" "$work/ftp" "$work/hosts" "$work/dnsmasq.conf"

log=$work/servers.log
on infra dnsmasq -k -C "$work/dnsmasq.conf" --user=nobody --group=nogroup --no-resolv --no-hosts --addn-hosts="$work/hosts" \
  --listen-address=10.77.0.102 --listen-address=fd77::102 --bind-dynamic --pid-file="$work/dnsmasq.pid" >> "$log" 2>&1 &
wait_for() { # host, address, port
  local i
  for ((i = 0; i < 200; i++)); do
    if ip netns exec "$tag-$1" bash -c "exec 3<>/dev/tcp/$2/$3" 2> /dev/null; then return; fi
    sleep 0.1
  done
  die "no answer from $2 port $3: $(tail -n 3 "$log")"
}
wait_for c1 10.77.0.102 53
on web nginx -c "$work/web.conf" -e stderr >> "$log" 2>&1 &
on remote nginx -c "$work/remote.conf" -e stderr >> "$log" 2>&1 &
on web $python "$work/demo_traffic.py" serve app 127.0.0.1 >> "$log" 2>&1 &
on infra $python "$work/demo_traffic.py" serve syslog :: >> "$log" 2>&1 &
on remote $python "$work/demo_traffic.py" serve remote 10.77.0.210 >> "$log" 2>&1 &
on infra chronyd -d -x -U -u root -f "$work/chrony.conf" >> "$log" 2>&1 &
for a in 10.77.0.102 fd77::102; do
  on infra $python -m aiosmtpd -n -l "$a:25" -c aiosmtpd.handlers.Sink >> "$log" 2>&1 &
done
for a in 10.77.0.103 fd77::103; do
  on files $python -m pyftpdlib -i $a -p 21 -w -d "$work/ftp" -u demo -P correct-horse >> "$log" 2>&1 &
done
on files /usr/sbin/sshd -D -e -f /dev/null -h "$work/keys/host" -o ListenAddress=10.77.0.103 -o "ListenAddress=[fd77::103]" \
  -o PidFile=none -o AuthorizedKeysFile="$work/keys/user.pub" -o StrictModes=no -o UsePAM=no -o UseDNS=no -o LogLevel=FATAL \
  -o Subsystem="sftp internal-sftp" -o PrintLastLog=no -o PasswordAuthentication=yes -o MaxStartups=100 >> "$log" 2>&1 &
for a in "10.77.0.101 80" "10.77.0.101 443" "10.77.0.102 25" "10.77.0.103 21" "10.77.0.103 22" "10.77.0.210 8080" "10.77.0.210 4444" \
  "fd77::101 80" "fd77::102 25" "fd77::103 21" "fd77::103 22"; do
  # shellcheck disable=SC2086
  wait_for c2 $a
done
sleep 1

# --- one recording: the plan of the attacks is on the standard input as
#     "seconds-after-start host kind source target options…"
record() { # name, seconds, seed
  local name=$1 seconds=$2 seed=$3 start at n kind source target options tcpdump jobs=() i=0
  local roles=(office developer office operations office)
  say "recording $name.pcap, $seconds s"
  : > "$work/$name.attacks"
  : > "$work/tcpdump.log"
  ip netns exec $tag-bridge tcpdump -i br0 -s 160 -B 16384 -Z root -w "$work/$name.pcap" 2> "$work/tcpdump.log" &
  tcpdump=$!
  until grep -q 'listening on' "$work/tcpdump.log"; do
    kill -0 $tcpdump 2> /dev/null || die "tcpdump: $(cat "$work/tcpdump.log")"
    sleep 0.05
  done
  start=$(($(date +%s) + 1))
  for n in c1 c2 c3 c4 c5; do
    on $n $python "$work/demo_traffic.py" client --role "${roles[i]}" --seed "$seed-$n" --work "$work" \
      --start $start --seconds "$seconds" --gap 1.6 >> "$work/hosts.log" 2>&1 &
    jobs+=($!)
    i=$((i + 1))
  done
  while read -r at n kind source target options; do
    [[ -n $at ]] || continue
    # shellcheck disable=SC2086
    on $n $python "$work/demo_traffic.py" attack $kind $source $target --start $((start + at)) --seed "$seed-$at" \
      --work "$work" --log "$work/$name.attacks" $options >> "$work/hosts.log" 2>&1 &
    jobs+=($!)
  done
  for n in "${jobs[@]}"; do wait "$n" || die "a host's program failed: $(tail -n 3 "$work/hosts.log")"; done
  sleep 0.5
  kill -INT $tcpdump
  wait $tcpdump || :
  grep -q '^0 packets dropped' "$work/tcpdump.log" || die "packets lost: $(tail -n 3 "$work/tcpdump.log")"
}

record demo 160 "$seed" << 'END'
48  a1 scan       10.77.0.201 10.77.0.101 --mode=-sS --count=110 --rate=30
54  c5 beacon     10.77.0.15  10.77.0.210 --seconds=85
66  a2 ftp        10.77.0.202 10.77.0.103 --count=34 --parallel=4
72  c5 tunnel     10.77.0.15  10.77.0.102 --seconds=32
80  a1 scan       10.77.0.201 10.77.0.103 --mode=-sT --count=50 --rate=20
92  a2 ssh        10.77.0.202 10.77.0.103 --count=36
98  c5 exfiltrate 10.77.0.15  10.77.0.210 --count=7 --gap=5
112 a2 slowloris  10.77.0.202 10.77.0.101 --count=36 --seconds=26
122 a1 scan       10.77.0.201 10.77.0.102 --mode=-sU --count=12 --rate=4
130 a1 scan       fd77::201   fd77::101   --mode=-sT --count=24 --rate=15
END

record unclassified 56 "$((seed + 1))" << 'END'
18 a2 scan       10.77.0.202 10.77.0.103 --mode=-sS --count=45 --rate=20
22 c3 beacon     10.77.0.13  10.77.0.210 --seconds=26
26 a1 ssh        10.77.0.201 10.77.0.103 --count=14 --parallel=2
30 c3 tunnel     10.77.0.13  10.77.0.102 --seconds=12
36 c3 exfiltrate 10.77.0.13  10.77.0.210 --count=2 --gap=4
38 a1 slowloris  10.77.0.201 10.77.0.101 --count=12 --seconds=16
END

# --- labels, checks, and only then the files at their places
awk '!/^#/ { ran += $1; failed += $2 } END { exit !(failed > ran / 50) }' "$work/clients.log" &&
  echo "make-demo.sh: warning: many programs failed, for example: $(grep -m 3 '^#' "$work/clients.log")" >&2
if ((verbose)); then cat "$work/clients.log" >&2; fi
labels=$($python "$here/label_demo.py" label "$work/demo.pcap" "$work/demo.attacks" -o "$work/demo.csv") || die "labels: $labels"
report=$($python "$here/label_demo.py" check "$work/demo.pcap" "$work/demo.csv") || die "demo.pcap: $report"
say "demo.pcap: $report"
report=$($python "$here/label_demo.py" check "$work/unclassified.pcap") || die "unclassified.pcap: $report"
say "unclassified.pcap: $report"
mkdir -p "$out"
files=(demo.pcap demo.csv unclassified.pcap)
if ((keep)); then files+=(demo.attacks unclassified.attacks); fi
for f in "${files[@]}"; do install -m 644 "$work/$f" "$out/$f"; done
