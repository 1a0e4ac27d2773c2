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

# Installs psutil 7.1 or newer, because Debian 12 ships an older version that defines used memory differently.
psutil_venv() {
  local folder=$TOOLS/compare-venv
  "$folder/bin/python" -c 'import psutil, sys; sys.exit(psutil.version_info < (7, 1))' 2>/dev/null && return 0
  if ! have python3 || ! python3 -c 'import ensurepip' 2>/dev/null; then
    packages "psutil is installed into a virtual environment" python3-venv || die "python3 with its venv module is missing: install it and run this again"
  fi
  echo "Installing psutil into $folder"
  python3 -m venv --clear "$folder"
  "$folder/bin/pip" install --quiet 'psutil>=7.1' || die "psutil could not be installed: see pip's output above"
}

step "Check for cargo and a linker" check_cargo
step "Docker and Podman" compare_packages
step "psutil" psutil_venv
step "Build the server" build_server
times
exec "$TOOLS/compare-venv/bin/python" -Bu bench/compare.py "$@"
