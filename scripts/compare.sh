#!/usr/bin/env bash
# Compares the server's numbers with psutil, free, df, docker stats and podman stats under load. Arguments are passed to
# bench/compare.py.
source "$(dirname "$0")/lib.sh"
source scripts/build.sh
source scripts/engines.sh

compare_packages() {
  docker_packages
  podman_package
  need free "the comparison includes free" procps
}

step "Check for cargo and a linker" check_cargo
step "Docker and Podman" compare_packages
step "psutil" psutil_venv
step "Build the server" build_server
times
exec "$TOOLS/compare-venv/bin/python" -Bu bench/compare.py "$@"
