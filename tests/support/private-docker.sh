#!/usr/bin/env bash
# Runs a Docker daemon for tests that is isolated from the machine's own: it has its own folder, socket and image.
#   private-docker.sh start DIR   starts or restarts the daemon and waits until it answers at DIR/d.sock
#   private-docker.sh stop DIR    stops the daemon and its containers
#   private-docker.sh kill DIR    kills the daemon and its containerd, to simulate a crash
#   private-docker.sh remove DIR  stops the daemon and deletes DIR
#   private-docker.sh image DIR   only imports the image ht-busybox into the daemon at DOCKER_HOST, with DIR for scratch files
#   private-docker.sh archive DIR only writes the image to DIR/image.tar
# To start a container: docker -H unix://DIR/d.sock run -d --network none --name NAME ht-busybox COMMAND
set -euo pipefail
verb=$1 dir=$2
[ "$verb" = image ] || [ "$verb" = archive ] || export DOCKER_HOST=unix://$dir/d.sock

die() {
  echo "private-docker: $*" >&2
  exit 1
}

start() {
  [ "$(id -u)" = 0 ] || die "a daemon needs root"
  for program in dockerd docker busybox; do
    command -v "$program" >/dev/null || die "$program is missing: run make test, which installs it"
  done
  mkdir -p "$dir"
  if [ -n "$(pid)" ] && kill -0 "$(pid)" 2>/dev/null; then die "a daemon already runs in $dir"; fi
  rm -f "$dir/pid"
  # Without a bridge or iptables, the daemon leaves the machine's network alone.
  setsid dockerd -H "$DOCKER_HOST" ${PRIVATE_DOCKER_FLAGS:-} --data-root "$dir/data" --exec-root "$dir/exec" \
    --pidfile "$dir/pid" --bridge none --iptables=false --ip6tables=false >>"$dir/log" 2>&1 </dev/null &
  for _ in $(seq 300); do
    if docker version >/dev/null 2>&1; then
      image
      return 0
    fi
    sleep 0.1
  done
  tail -n 20 "$dir/log" >&2
  die "the daemon did not come up"
}

# Builds the image from the machine's static busybox, so no registry is needed.
archive() {
  local root=$dir/image applet
  mkdir -p "$root/bin"
  cp "$(command -v busybox)" "$root/bin/busybox"
  for applet in sh sleep yes dd cat true false; do ln -sf busybox "$root/bin/$applet"; done
  tar -C "$root" -cf "$dir/image.tar" .
}

image() {
  docker image inspect ht-busybox >/dev/null 2>&1 && return 0
  archive
  docker import "$dir/image.tar" ht-busybox >/dev/null
}

pid() { cat "$dir/pid" 2>/dev/null || true; }

stop() {
  local pid
  pid=$(pid)
  [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null || return 0
  kill -CONT "$pid" 2>/dev/null || true
  timeout 20 docker ps -q 2>/dev/null | xargs -r timeout 20 docker kill >/dev/null 2>&1 || true
  kill "$pid" 2>/dev/null || true
  for _ in $(seq 150); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
  crash
}

crash() {
  local pid
  pid=$(pid)
  [ -n "$pid" ] || return 0
  # The daemon runs in its own session together with its containerd, so this cannot hit any other daemon.
  pkill -KILL -s "$(ps -o sid= -p "$pid" | tr -d ' ')" -x 'dockerd|containerd' || true
}

case $verb in
  start) start ;;
  stop) stop ;;
  kill) crash ;;
  image) image ;;
  archive) archive ;;
  remove)
    stop
    # Kill any shims that a killed daemon left behind, and their containers with them.
    pkill -KILL -f "containerd-shim.*$dir/exec/" || true
    # Unmount whatever a killed daemon left mounted.
    awk -v dir="$dir/" 'index($2, dir) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r umount -l
    rm -rf "$dir"
    ;;
  *) die "start, stop, kill, remove, image or archive, not $verb" ;;
esac
