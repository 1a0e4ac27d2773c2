#!/bin/bash
# The init of a user-mode Linux whose root file system is this machine's, read-only: mounts what is missing, starts a
# Docker daemon and runs the commands of $HT_SCRIPT. Its output goes to the console, and its last line is the status.
# scripts/cgroup-v2.sh starts it.
echo "cgroup-v2 begins"
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /run
mount -t cgroup2 cgroup2 /sys/fs/cgroup
ip link set lo up 2>/dev/null || busybox ip link set lo up
mkdir -p /run/tmp
export TMPDIR=/run/tmp HOST_TELEMETRY_TEST_DOCKER=unix:///run/docker.sock
cd "$HT_FOLDER" || busybox poweroff -f

# daemon FLAG...: starts the daemon and waits until it answers.
daemon() {
  dockerd -H "$HOST_TELEMETRY_TEST_DOCKER" --data-root /run/docker-data --exec-root /run/docker-exec \
    --pidfile /run/docker.pid --storage-driver vfs --bridge none --iptables=false --ip6tables=false "$@" \
    >>/run/docker.log 2>&1 </dev/null &
  for _ in $(seq 300); do
    docker -H "$HOST_TELEMETRY_TEST_DOCKER" version >/dev/null 2>&1 && return 0
    sleep 0.2
  done
  cat /run/docker.log
  return 1
}

stop_daemon() {
  local pid
  pid=$(cat /run/docker.pid)
  kill "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
}

export -f daemon stop_daemon
status=0
bash -e "$HT_SCRIPT" || status=1
echo "cgroup-v2 ended with status $status"
sync
busybox poweroff -f
