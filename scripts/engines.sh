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
  need bindfs "tests make its file system hang" bindfs
  need faketime "tests set the clock of one program with it" faketime
}
