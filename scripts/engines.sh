# Installs what the tests and the comparison need to run containers and inject faults. Sourced after lib.sh.

docker_packages() {
  need dockerd "tests measure a real Docker daemon" docker.io
  need docker "tests start containers with it" docker.io
  need busybox "it is the image of the test containers" busybox-static
  need pkill "tests stop daemons with it" procps
}

# Podman is optional: without it, the tests that need it are skipped with a message.
podman_package() {
  have podman || packages "tests measure Podman, too" podman || echo "podman cannot be installed here: skipping it."
}

fault_packages() {
  docker_packages
  need wrk "tests imitate many viewers with it" wrk
  need bindfs "tests make its file system hang" bindfs
  need faketime "tests set the clock of one program with it" faketime
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
