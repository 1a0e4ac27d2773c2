"""Container engines of the comparison's own, the load that runs in them, and what they and the kernel say of it."""

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

# One of each kind of load. `cache` holds 100 MB of active page cache, which it reads again and again, and 40 MB of
# inactive, which it wrote once.
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
# What was asked for: memory in MiB and cores. All others have no limit.
LIMITS = {"half": (128.0, 0.5)}


@dataclass(frozen=True)
class Reading:
    """One container in one refresh of an engine's `stats`."""

    at: float
    cpu: float
    memory_mb: float


class StatsStream:
    """What an engine's `stats` prints, refresh by refresh, read as it comes.

    A refresh stands for the CPU of the second around `lag` before it.
    """

    def __init__(self, lines: Iterable[str], keys: tuple[str, str, str], lag: float) -> None:
        self.keys = keys
        self.lag = lag
        self.readings: dict[str, list[Reading]] = defaultdict(list)
        threading.Thread(target=self.read, args=(lines,), daemon=True).start()

    def read(self, lines: Iterable[str]) -> None:
        """Takes values of JSON from lines, of which Docker prints one a container and Podman a list over many."""
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
                # Values that have not come yet are shown as dashes.
                if "--" not in row[cpu] + row[memory]:
                    used = mebibytes(row[memory].split("/")[0])
                    self.readings[row[name]].append(Reading(time.time(), float(row[cpu].rstrip("%")), used))

    def wait(self) -> None:
        """Waits until the first readings are over, of which Podman's are averages since the start."""
        deadline = time.monotonic() + 30
        while min(len(self.readings[name]) for name in CONTAINERS) < 3:
            if time.monotonic() > deadline:
                raise Unavailable("its stats do not show every container")
            time.sleep(0.1)

    def cpu(self, name: str, start: float, end: float) -> float | None:
        """The mean of the readings that stand for this window; None where there was none."""
        inside = [reading.cpu for reading in self.readings[name] if start < reading.at - self.lag <= end]
        return fmean(inside) if inside else None

    def memory_mb(self, name: str, moment: float) -> float | None:
        """The first reading that shows this moment; None where there was none."""
        return next((reading.memory_mb for reading in self.readings[name] if reading.at >= moment), None)


@dataclass(frozen=True)
class Engine:
    """An engine that runs the containers and nothing else."""

    name: str
    socket: str
    image: str
    command: list[str]
    stats_options: list[str]
    keys: tuple[str, str, str]
    lag: float
    tells_cache: bool

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
        raise Unavailable("the containers do not get ready within a minute")

    @contextmanager
    def stats(self) -> Iterator[StatsStream]:
        """The engine's own numbers, refreshed for as long as the block runs."""
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        with running(*self.command, "stats", *self.stats_options, **pipes) as child:
            assert child.stdout
            yield StatsStream(child.stdout, self.keys, self.lag)

    def kernel_limits(self, name: str) -> tuple[float | None, float | None]:
        """A container's memory in MiB and cores, as the kernel's own files bound them; None is no bound."""
        pid, identity = output(*self.command, "inspect", "-f", "{{.State.Pid}} {{.Id}}", name).split()
        memory, cpu = (cgroup(pid, identity, controller) for controller in ("memory", "cpu"))
        if (memory / "memory.max").exists():
            bytes_ = (memory / "memory.max").read_text().strip()
            quota, period = (cpu / "cpu.max").read_text().split()
        else:
            bytes_ = (memory / "memory.limit_in_bytes").read_text().strip()
            quota, period = ((cpu / f"cpu.cfs_{part}_us").read_text().strip() for part in ("quota", "period"))
        # No bound is "max" in version 2 of cgroups; in version 1 the largest number of pages, and a quota of -1.
        memory_mb = int(bytes_) / 2**20 if bytes_ != "max" and int(bytes_) < 2**62 else None
        return memory_mb, int(quota) / int(period) if quota not in ("max", "-1") else None


def mebibytes(text: str) -> float:
    """`103.5MiB`, as Docker writes it, or `108.5MB`, as Podman does, in MiB."""
    match = re.fullmatch(r"\s*([\d.]+)\s*([A-Za-z]+)\s*", text)
    if not match:
        raise ValueError(f"{text!r} is no size")
    return float(match[1]) * UNITS[match[2].upper()] / 2**20


def cgroup(pid: str, container: str, controller: str) -> Path:
    """The folder of a container's cgroup. Below it an engine may have made others, which carry no limits."""
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
    raise Unavailable(f"no cgroup of {controller} is mounted")


def cgroup_version() -> str:
    """Which cgroups the containers are accounted in here."""
    return "cgroup v2" if Path("/sys/fs/cgroup/cgroup.controllers").exists() else "cgroup v1"


def require(*programs: str) -> None:
    """An engine needs root, for cgroups and mounts, and its programs."""
    if os.geteuid() != 0:
        raise Unavailable("an engine of its own needs root")
    for program in programs:
        if not shutil.which(program):
            raise Unavailable(f"{program} is not installed")


@contextmanager
def docker() -> Iterator[Engine]:
    """A Docker daemon of its own, with the containers in it."""
    require(*DOCKER_NEEDS)
    folder = tempfile.mkdtemp(prefix="ht-")
    socket = f"unix://{folder}/d.sock"
    options = ["--no-trunc", "--format", "{{json .}}"]
    keys = ("Name", "CPUPerc", "MemUsage")
    command = ["docker", "-H", socket]
    # The daemon reads once a second, and what it read is shown for the second that follows.
    engine = Engine("docker", socket, "ht-busybox", command, options, keys, lag=1.0, tells_cache=True)
    try:
        output(str(PRIVATE_DOCKER), "start", folder)
        engine.run_all()
        yield engine
    finally:
        output(str(PRIVATE_DOCKER), "remove", folder)


@contextmanager
def podman() -> Iterator[Engine]:
    """Podman with a storage of its own, its service in Docker's form, and the containers."""
    require("podman", "busybox")
    folder = Path(tempfile.mkdtemp(prefix="ht-"))
    socket = f"unix://{folder}/p.sock"
    command = ["podman", "--root", f"{folder}/root", "--runroot", f"{folder}/run"]
    options = ["--no-reset", "--interval", "1", "--format", "json"]
    keys = ("name", "cpu_percent", "mem_usage")
    # Each refresh is about the second before it.
    engine = Engine("podman", socket, "localhost/ht-busybox", command, options, keys, lag=0.5, tells_cache=False)
    try:
        output(str(PRIVATE_DOCKER), "archive", str(folder))
        output(*command, "import", f"{folder}/image.tar", engine.image)
        # Podman asks for more than a machine that is itself confined may give.
        engine.run_all("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024")
        with running(*command, "system", "service", "--time=0", socket, stderr=subprocess.DEVNULL):
            yield engine
    finally:
        with interruption.held():
            remove_podman(command, folder)


def remove_podman(command: list[str], folder: Path) -> None:
    """Ends the containers and deletes the storage, which Podman leaves mounted on itself."""
    # Killed first: what runs as a container's first process does not hear a polite end. Neither works where none runs.
    for verb in (["kill", "--all"], ["rm", "--all", "--force"]):
        with suppress(Unavailable):
            output(*command, *verb)
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for mount in sorted((mount for mount in mounts if mount.startswith(f"{folder}/")), reverse=True):
        output("umount", "-l", mount)
    shutil.rmtree(folder)


ENGINES = {"docker": docker, "podman": podman}
