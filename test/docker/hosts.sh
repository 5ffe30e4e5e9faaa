#!/usr/bin/env bash
# Docker hosts for tests and for developers, without touching a Docker that the machine may have.
#
#   test/docker/hosts.sh up      one plain host on this machine's own network; prints its DOCKER_HOST
#   test/docker/hosts.sh up N    N hosts, each with a network and a name of its own as separate machines have, and a
#                                registry at 10.77.0.254:5000; prints a line for each host: its name, its address and its
#                                DOCKER_HOST
#   test/docker/hosts.sh swarm N the same, joined to a Swarm that the first one manages
#   test/docker/hosts.sh on NAME COMMAND…
#                                runs a command as on that machine: with its network, its name and its Docker socket
#   test/docker/hosts.sh down    ends them all and removes what they had
#
# Each host is a dockerd with its own data, socket and log, below WHERRY_HOSTS_FOLDER (/tmp/wherry-hosts unless set). The
# first one has the base images that Actors' Dockerfiles name (base-image.sh), since images are built there; the plain one
# also the one with a browser (browser-image.sh). From 10.77.0.254 a host reaches this machine; with
# WHERRY_HOSTS_NET=78, 10.78.0.254, and so on, for a second set of hosts beside the first. WHERRY_HOSTS_BASE names the file
# with the root of the base image, for a set that uses that of another.
set -euo pipefail
scripts=$(cd "$(dirname "$0")" && pwd)
folder=${WHERRY_HOSTS_FOLDER:-/tmp/wherry-hosts}
net=${WHERRY_HOSTS_NET:-77}
bridge=wherry-hosts-$net
subnet=10.$net.0
registry=$subnet.254:5000
base_file=${WHERRY_HOSTS_BASE:-$folder/base.tar}
base_tags=(apify/actor-node:20 apify/actor-node:22 apify/actor-node:24 apify/actor-node:latest)
browser_tag=apify/actor-node-playwright-chrome:24

fail() {
  echo "hosts.sh: $*" >&2
  exit 1
}

# Whether the process whose number is in a file lives and is called so: the number may be another program's by now.
names() {
  local pid
  pid=$(cat "$1" 2> /dev/null) && grep -qsz "$2" "/proc/$pid/cmdline"
}

# The network of the host NAME, which has the set's number in it.
namespace_of() {
  echo "${1/wherry-/wherry-$net-}"
}

is_ours() {
  names "$1/docker.pid" "$1/docker.sock"
}

answers() {
  docker -H "unix://$folder/$1/docker.sock" info > /dev/null 2>&1
}

# Starts the host NAME; what follows is how dockerd is started there.
start_host() {
  local name=$1 home=$folder/$1 tries
  shift
  mkdir -p "$home/run"
  # Swarm on Docker before 27 has no other way to forbid new privileges.
  echo "{ \"insecure-registries\": [\"$registry\"], \"no-new-privileges\": true }" > "$home/config.json"
  # One that was killed leaves its number behind, and may take a moment to be gone.
  is_ours "$home" && fail "dockerd of $name is there, and does not answer: see $home/log"
  for tries in $(seq 50); do
    names "$home/exec/containerd/containerd.pid" containerd || break
    sleep 0.1
  done
  rm -f "$home/docker.pid" "$home/exec/containerd/containerd.pid"
  # The log, not this script's output: who reads that would wait for the end of dockerd.
  setsid "$@" --config-file "$home/config.json" --host "unix://$home/docker.sock" --data-root "$home/data" \
    --exec-root "$home/exec" --pidfile "$home/docker.pid" > "$home/log" 2>&1 < /dev/null &
  for tries in $(seq 300); do
    answers "$name" && break
    kill -0 $! 2> /dev/null || fail "dockerd of $name ended: $(tail -n 3 "$home/log")"
    [ "$tries" -lt 300 ] || fail "dockerd of $name does not answer, see $home/log"
    sleep 0.1
  done
}

load_base() {
  local socket=$1 tag first=${base_tags[0]}
  [ -f "$base_file" ] || "$scripts/base-image.sh" "$base_file"
  docker -H "$socket" image inspect "$first" > /dev/null 2>&1 ||
    docker -H "$socket" import --change 'WORKDIR /usr/src/app' --change 'CMD ["npm", "start"]' \
      --change 'ENV PATH=/usr/local/bin:/usr/bin:/bin' --change 'ENV NODE_ENV=production' \
      --change 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' \
      --change 'ENV NODE_COMPILE_CACHE=/usr/local/share/compile-cache' "$base_file" "$first" > /dev/null
  for tag in "${base_tags[@]:1}"; do docker -H "$socket" tag "$first" "$tag"; done
}

# Where this machine has no Chromium the image is there, without a browser.
load_browser() {
  if [ ! -d /usr/lib/chromium ]; then
    docker -H "$1" tag "${base_tags[0]}" "$browser_tag"
  elif ! docker -H "$1" image inspect "$browser_tag" > /dev/null 2>&1; then
    "$scripts/browser-image.sh" "$1" "${base_tags[0]}" "$browser_tag"
  fi
}

start_network() {
  ip link show "$bridge" > /dev/null 2>&1 && return
  ip link add name "$bridge" type bridge
  ip addr add "$subnet.254/24" dev "$bridge"
  ip link set "$bridge" up
  echo 1 > /proc/sys/net/ipv4/ip_forward
  iptables -I FORWARD -i "$bridge" -j ACCEPT
  iptables -I FORWARD -o "$bridge" -j ACCEPT
  iptables -t nat -A POSTROUTING -s "$subnet.0/24" ! -d "$subnet.0/24" -j MASQUERADE
}

# Runs a command as a machine of its own would: with its network, its name, and its own /run.
on_machine() {
  local name=$1
  shift
  exec nsenter --net="/run/netns/$(namespace_of "$name")" unshare --mount --uts sh -c '
    hostname "$1" && mount --bind "$2/run" /run && shift 2 && exec "$@"
  ' sh "$name" "$folder/$name" "$@"
}

start_registry() {
  local home=$folder/registry tries
  names "$home/pid" registry && return
  mkdir -p "$home"
  cat > "$home/config.yml" << EOF
version: 0.1
storage: { filesystem: { rootdirectory: $home/data }, delete: { enabled: true } }
http: { addr: "$registry" }
EOF
  setsid docker-registry serve "$home/config.yml" > "$home/log" 2>&1 < /dev/null &
  echo $! > "$home/pid"
  for tries in $(seq 100); do
    (: > "/dev/tcp/$subnet.254/5000") 2> /dev/null && return
    sleep 0.1
  done
  fail "the registry does not answer, see $home/log"
}

# A network that holds one host: a veth pair leads from it to the bridge.
add_machine() {
  local name=$1 address=$2 link=wh-$net-$3
  [ -e "/run/netns/$(namespace_of "$name")" ] && return
  # One of before is gone only once the last process in its network is.
  ip link delete "$link" 2> /dev/null || true
  ip netns add "$(namespace_of "$name")"
  ip link add name "$link" type veth peer name eth0 netns "$(namespace_of "$name")"
  ip link set "$link" master "$bridge" up
  ip -n "$(namespace_of "$name")" addr add "$address/24" dev eth0
  ip -n "$(namespace_of "$name")" link set lo up
  ip -n "$(namespace_of "$name")" link set eth0 up
  ip -n "$(namespace_of "$name")" route add default via "$subnet.254"
}

up_plain() {
  answers plain || start_host plain dockerd
  load_base "unix://$folder/plain/docker.sock"
  load_browser "unix://$folder/plain/docker.sock"
  echo "unix://$folder/plain/docker.sock"
}

up_many() {
  local number name address
  start_network
  start_registry
  for number in $(seq "$1"); do
    name=wherry-host-$number
    address=$subnet.$number
    add_machine "$name" "$address" "$number"
    answers "$name" || start_host "$name" "$scripts/hosts.sh" on "$name" dockerd --host unix:///run/docker.sock
    # Images are built on the first one. The others pull what they run, and what lies below.
    [ "$number" -gt 1 ] || load_base "unix://$folder/$name/docker.sock"
    echo "$name $address unix://$folder/$name/docker.sock"
  done
}

up_swarm() {
  local name address socket first='' token
  while read -r name address socket; do
    echo "$name $address $socket"
    case $(docker -H "$socket" info --format '{{.Swarm.LocalNodeState}}') in
      active) ;;
      *)
        if [ -z "$first" ]; then docker -H "$socket" swarm init --advertise-addr "$address" > /dev/null
        else docker -H "$socket" swarm join --token "$token" "$first:2377" > /dev/null; fi
        ;;
    esac
    if [ -z "$first" ]; then
      first=$address
      token=$(docker -H "$socket" swarm join-token --quiet worker)
    fi
  done < <(up_many "$1")
}

end_host() {
  local home=$1 pid tries
  is_ours "$home" || return 0
  pid=$(cat "$home/docker.pid")
  kill "$pid"
  for tries in $(seq 300); do
    kill -0 "$pid" 2> /dev/null || return 0
    sleep 0.1
  done
  kill -9 "$pid"
}

down() {
  local home name socket
  [ -d "$folder" ] || return 0
  for home in "$folder"/*/; do
    socket=unix://${home}docker.sock
    docker -H "$socket" ps -q 2> /dev/null | xargs -r docker -H "$socket" kill > /dev/null 2>&1 || true
    # Their bridges would stay on this machine.
    docker -H "$socket" network prune -f > /dev/null 2>&1 || true
    end_host "${home%/}"
  done
  if names "$folder/registry/pid" registry; then kill "$(cat "$folder/registry/pid")"; fi
  for name in $(ip netns list | grep -o "^wherry-$net-host-[0-9]*" || true); do ip netns delete "$name"; done
  if ip link show "$bridge" > /dev/null 2>&1; then
    ip link delete "$bridge"
    iptables -D FORWARD -i "$bridge" -j ACCEPT || true
    iptables -D FORWARD -o "$bridge" -j ACCEPT || true
    iptables -t nat -D POSTROUTING -s "$subnet.0/24" ! -d "$subnet.0/24" -j MASQUERADE || true
  fi
  { grep -o " $folder/[^ ]*" /proc/mounts || true; } | sort -r | xargs -r umount -l
  rm -rf "$folder"
}

case "${1:-}" in
  up) [ $# -gt 1 ] && up_many "$2" || up_plain ;;
  swarm) up_swarm "${2:-3}" ;;
  down) down ;;
  on) on_machine "${@:2}" ;;
  *) fail "say up, up N, swarm N, on NAME COMMAND or down" ;;
esac
