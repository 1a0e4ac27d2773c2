"""Private container engines for the comparison, with the load they run, their stats and their cgroups."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from processes import Unavailable, interruption, output, running

PRIVATE_DOCKER = Path(__file__).parent.parent / "tests/support/private-docker.sh"
UNITS = {"B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
BURN = "while :; do :; done"

# One container per kind of load. `cache` has 100 MiB of active page cache, which it rereads every second, and 40 MiB of
# inactive page cache, which it wrote once.
CONTAINERS: dict[str, tuple[list[str], str]] = {
    "burner": ([], BURN),
    "half": (["--cpus", "0.5", "--memory", "128m"], BURN),
    "writer": (["--tmpfs", "/t"], "dd if=/dev/zero of=/t/f bs=1M count=64; sleep 100000"),
    "cache": (
        [],
        "dd if=/dev/zero of=/a bs=1M count=100; cat /a /a >/dev/null; dd if=/dev/zero of=/i bs=1M count=40; "
        ": >/ready; while :; do cat /a >/dev/null; sleep 1; done",
    ),
    "idle": ([], "sleep 100000"),
}
DOCKER_NEEDS = ("dockerd", "docker", "busybox")
# The requested limits: memory in MiB and CPU in cores. The other containers have no limits.
LIMITS = {"half": (128.0, 0.5)}


@dataclass(frozen=True)
class Reading:
    """One container's figures in one refresh of an engine's `stats`: CPU as a percentage of one core, memory in MiB."""

    at: float
    cpu: float
    memory_mb: float


class StatsStream:
    """Reads an engine's `stats` output in a background thread.

    Each refresh reports CPU over a one-second window centered `lag` seconds earlier.
    """

    def __init__(self, lines: Iterable[str], keys: tuple[str, str, str], lag: float) -> None:
        self.keys = keys
        self.lag = lag
        self.readings: dict[str, list[Reading]] = defaultdict(list)
        threading.Thread(target=self.read, args=(lines,), daemon=True).start()

    def read(self, lines: Iterable[str]) -> None:
        """Reads JSON values: Docker prints one line per container, Podman a list that spans several lines."""
        name, cpu, memory = self.keys
        text = ""
        for line in lines:
            text += ESCAPES.sub("", line)
            try:
                value = json.loads(text)
            except ValueError:
                continue
            text = ""
            for row in value if isinstance(value, list) else [value]:
                # Missing values are shown as dashes.
                if "--" not in row[cpu] + row[memory]:
                    used = mebibytes(row[memory].split("/")[0])
                    self.readings[row[name]].append(Reading(time.time(), float(row[cpu].rstrip("%")), used))

    def wait(self) -> None:
        """Waits for three readings of each container, because Podman's first reading is an average since the start."""
        deadline = time.monotonic() + 30
        while min(len(self.readings[name]) for name in CONTAINERS) < 3:
            if time.monotonic() > deadline:
                raise Unavailable("the engine's stats do not show every container")
            time.sleep(0.1)

    def cpu(self, name: str, start: float, end: float) -> float | None:
        """The mean CPU reading in this window; None if the window has no readings."""
        inside = [reading.cpu for reading in self.readings[name] if start < reading.at - self.lag <= end]
        return fmean(inside) if inside else None

    def memory_mb(self, name: str, moment: float) -> float | None:
        """The first memory reading at or after this time, in MiB; None if there is no such reading."""
        return next((reading.memory_mb for reading in self.readings[name] if reading.at >= moment), None)


@dataclass(frozen=True)
class Engine:
    """A container engine that runs nothing but the comparison's containers."""

    name: str
    socket: str
    image: str
    command: list[str]
    stats_options: list[str]
    keys: tuple[str, str, str]
    lag: float
    reports_cache: bool

    def run_all(self, *options: str) -> None:
        """Starts every container and waits until `cache` has written its files."""
        for name, (own, script) in CONTAINERS.items():
            fixed = ["run", "-d", "--network", "none", "--name", name, *options, *own]
            output(*self.command, *fixed, self.image, "sh", "-c", script)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with suppress(Unavailable):
                output(*self.command, "exec", "cache", "cat", "/ready")
                return
            time.sleep(0.2)
        raise Unavailable("the containers were not ready within a minute")

    @contextmanager
    def stats(self) -> Iterator[StatsStream]:
        """Runs the engine's `stats` command until the block ends."""
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        with running(*self.command, "stats", *self.stats_options, **pipes) as child:
            assert child.stdout
            yield StatsStream(child.stdout, self.keys, self.lag)

    def cgroup_memory(self, name: str) -> float:
        """A container's memory in MiB from its cgroup files, without inactive page cache."""
        folder = cgroup(*output(*self.command, "inspect", "-f", "{{.State.Pid}} {{.Id}}", name).split(), "memory")
        stat = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
        version1 = "total_inactive_file" in stat
        usage = (folder / ("memory.usage_in_bytes" if version1 else "memory.current")).read_text()
        return (int(usage) - int(stat["total_inactive_file" if version1 else "inactive_file"])) / 2**20

    def cgroup_limits(self, name: str) -> tuple[float | None, float | None]:
        """A container's limits from its cgroup files: memory in MiB and CPU in cores. None means no limit."""
        pid, identity = output(*self.command, "inspect", "-f", "{{.State.Pid}} {{.Id}}", name).split()
        memory, cpu = (cgroup(pid, identity, controller) for controller in ("memory", "cpu"))
        if (memory / "memory.max").exists():
            bytes_ = (memory / "memory.max").read_text().strip()
            quota, period = (cpu / "cpu.max").read_text().split()
        else:
            bytes_ = (memory / "memory.limit_in_bytes").read_text().strip()
            quota, period = ((cpu / f"cpu.cfs_{part}_us").read_text().strip() for part in ("quota", "period"))
        # cgroup v2 writes "max" for no limit. v1 has a memory limit of almost 2**63 bytes and a CPU quota of -1.
        memory_mb = int(bytes_) / 2**20 if bytes_ != "max" and int(bytes_) < 2**62 else None
        return memory_mb, int(quota) / int(period) if quota not in ("max", "-1") else None


def mebibytes(text: str) -> float:
    """Converts a size to MiB. Docker writes `103.5MiB`, Podman `108.5MB`."""
    match = re.fullmatch(r"\s*([\d.]+)\s*([A-Za-z]+)\s*", text)
    if not match:
        raise ValueError(f"{text!r} is not a size")
    return float(match[1]) * UNITS[match[2].upper()] / 2**20


def cgroup(pid: str, container: str, controller: str) -> Path:
    """The folder of a container's own cgroup: engines may put processes in a child cgroup, which has no limits."""
    paths = {}
    for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        paths.update(dict.fromkeys(controllers.split(","), path))
    version1 = controller in paths
    path = paths[controller if version1 else ""]
    above, _, below = path.partition(container)
    path = above + container + below.split("/")[0]
    for line in Path("/proc/mounts").read_text().splitlines():
        _, mount, kind, options, *_ = line.split()
        if kind == ("cgroup" if version1 else "cgroup2") and (not version1 or controller in options.split(",")):
            return Path(mount + path)
    raise Unavailable(f"no cgroup hierarchy of {controller} is mounted")


def cgroup_version() -> str:
    """The cgroup version that this machine uses."""
    return "cgroup v2" if Path("/sys/fs/cgroup/cgroup.controllers").exists() else "cgroup v1"


def require(*programs: str) -> None:
    """Raises `Unavailable` without root, which engines need for cgroups and mounts, or if a program is missing."""
    if os.geteuid() != 0:
        raise Unavailable("a private engine needs root")
    for program in programs:
        if not shutil.which(program):
            raise Unavailable(f"{program} is not installed")


@contextmanager
def docker() -> Iterator[Engine]:
    """A private Docker daemon that runs the containers."""
    require(*DOCKER_NEEDS)
    folder = tempfile.mkdtemp(prefix="ht-")
    socket = f"unix://{folder}/d.sock"
    options = ["--no-trunc", "--format", "{{json .}}"]
    keys = ("Name", "CPUPerc", "MemUsage")
    command = ["docker", "-H", socket]
    # The daemon samples once a second and shows each sample until the next, so the window's center is 1 s earlier on
    # average.
    engine = Engine("docker", socket, "ht-busybox", command, options, keys, lag=1.0, reports_cache=True)
    try:
        output(str(PRIVATE_DOCKER), "start", folder)
        engine.run_all()
        yield engine
    finally:
        output(str(PRIVATE_DOCKER), "remove", folder)


@contextmanager
def podman() -> Iterator[Engine]:
    """Podman with private storage and a Docker-compatible service that runs the containers."""
    require("podman", "busybox")
    folder = Path(tempfile.mkdtemp(prefix="ht-"))
    socket = f"unix://{folder}/p.sock"
    command = ["podman", "--root", f"{folder}/root", "--runroot", f"{folder}/run"]
    options = ["--no-reset", "--interval", "1", "--format", "json"]
    keys = ("name", "cpu_percent", "mem_usage")
    # Each refresh covers the preceding second, so the window's center is 0.5 s earlier.
    engine = Engine("podman", socket, "localhost/ht-busybox", command, options, keys, lag=0.5, reports_cache=False)
    try:
        output(str(PRIVATE_DOCKER), "archive", str(folder))
        output(*command, "import", f"{folder}/image.tar", engine.image)
        # Podman's default ulimits may be higher than a restricted machine allows.
        engine.run_all("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024")
        with running(*command, "system", "service", "--time=0", socket, stderr=subprocess.DEVNULL):
            yield engine
    finally:
        with interruption.held():
            remove_podman(command, folder)


def remove_podman(command: list[str], folder: Path) -> None:
    """Stops the containers and deletes the storage, which Podman leaves bind-mounted onto itself."""
    # Kill the containers first, because PID 1 in a container ignores SIGTERM. Both may fail if no container is running.
    for verb in (["kill", "--all"], ["rm", "--all", "--force"]):
        with suppress(Unavailable):
            output(*command, *verb)
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for mount in sorted((mount for mount in mounts if mount.startswith(f"{folder}/")), reverse=True):
        output("umount", "-l", mount)
    shutil.rmtree(folder)


ENGINES = {"docker": docker, "podman": podman}
