#!/bin/sh
# Runs a command in a room of namespaces that has no way out: its own network, process and mount namespaces, in which
# every server of the feed has its address. When the command ends, for whatever reason, so does everything that it
# started, and the folder goes.
# Use: room.sh FOLDER OUTSIDE-ADDRESS "SERVER-ADDRESS …" COMMAND…
set -eu
folder=$1 outside=$2 addresses=$3
shift 3

if [ "${IN_ROOM:-}" != 1 ]; then
  # What a terminal sends to all its processes is for the command; this one cleans up after it.
  trap '' HUP INT TERM
  IN_ROOM=1 unshare --net --mount --uts --pid --fork --kill-child tini -g -- \
    "$0" "$folder" "$outside" "$addresses" "$@" || status=$?
  rm -rf "$folder" || { sleep 1; rm -rf "$folder"; }
  find /sys/fs/cgroup -depth -type d -path "*/$(basename "$folder")*" -exec rmdir {} + 2>/dev/null || true
  exit "${status:-0}"
fi

mount --make-rprivate /
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/log
mount -t tmpfs -o size=2g tmpfs /dev/shm
mkdir -p /run/lock /var/lib/docker "$folder/docker"
mount --bind "$folder/docker" /var/lib/docker
hostname feed

ip link set lo up
# A second network for what is outside of the fleet, so that there is traffic on an interface.
ip netns add outside
ip link add eth0 type veth peer name eth0 netns outside
for address in $addresses; do ip addr add "$address/24" dev eth0; done
ip link set eth0 up
ip -netns outside addr add "$outside/24" dev eth0
ip -netns outside link set eth0 up
exec "$@"
