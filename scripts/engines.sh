# What the tests and the comparison need to run containers and to make faults. Sourced after lib.sh.

docker_packages() {
  need dockerd "a real Docker daemon is measured" docker.io
  need docker "containers are started with it" docker.io
  need busybox "the image that test containers run" busybox-static
  need pkill "test daemons are ended with it" procps
}

# Left out where it cannot be had: what needs it says so.
podman_package() {
  have podman || packages "Podman's socket is measured, too" podman || echo "podman cannot be had here: it is left out."
}

fault_packages() {
  docker_packages
  need bindfs "a file system that can be made to hang" bindfs
  need faketime "a clock that can be set for one program" faketime
}
