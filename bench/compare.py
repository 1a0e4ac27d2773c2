#!/usr/bin/env python3
"""Compares host-telemetry's numbers with psutil, free, df, docker stats and podman stats under generated load.

Each figure is compared over the same window or at the same time. Exit status: 0 if all differences are within their
tolerances, 1 if not, 2 if the comparison cannot run. `make compare` runs it and installs what it needs.
"""

import argparse
import http.client
import json
import math
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil

import engines
from processes import Unavailable, host_load, interruption, output, running
from report import ABSENT, MEAN, Ledger, mean, text

ROOT = Path(__file__).resolve().parent.parent
GIB = 2**30
POLL_SECONDS = 0.01
# The files that the page links; the program does not start without them.
SITE_FILES = ["pkg/host-telemetry.js", "pkg/host-telemetry.wasm", "pkg/host-telemetry.css", "page.css", "favicon.svg"]
Sample = dict[str, Any]


class Server:
    """The program under comparison, queried over one connection."""

    def __init__(self, address: str, timeout: float) -> None:
        self.connection = http.client.HTTPConnection(address, timeout=5)
        self.timeout = timeout
        self.seen: dict[str, str] = {}

    def fresh(self, endpoint: str) -> Sample:
        """Waits for the next new sample, polling every POLL_SECONDS; exits if none arrives within the timeout."""
        deadline = time.monotonic() + self.timeout
        while time.monotonic() < deadline:
            self.connection.request("GET", f"/api/telemetry/{endpoint}")
            answer = self.connection.getresponse()
            body: Sample = json.load(answer)
            if answer.status == 200:
                known = self.seen.setdefault(endpoint, body["timestamp"])
                self.seen[endpoint] = body["timestamp"]
                if known != body["timestamp"]:
                    return body
            time.sleep(POLL_SECONDS)
        raise SystemExit(f"no new sample of {endpoint} within {self.timeout:.0f} s; the last response: {body}")


@contextmanager
def serving(options: argparse.Namespace, docker_host: str) -> Iterator[Server]:
    """Runs the program on loopback, in a folder with an empty site and no configuration, until the block ends."""
    with tempfile.TemporaryDirectory(prefix="ht-") as scratch:
        Path(scratch, "site/pkg").mkdir(parents=True)
        for file in SITE_FILES:
            Path(scratch, "site", file).touch()
        flags = ["--listen", "127.0.0.1:0", "--interval", str(options.interval), "--docker-host", docker_host]
        flags += ["--site-root", f"{scratch}/site"]
        log = Path(scratch, "log")
        with log.open("w") as stderr, running(str(options.program), *flags, cwd=scratch, stderr=stderr) as child:
            deadline = time.monotonic() + 15
            while not (address := re.search(r"listening on http://(\S+)", log.read_text())):
                if child.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"the server did not start:\n{log.read_text()}")
                time.sleep(0.05)
            yield Server(address[1], 10 * options.interval)


def figure(sample: Sample, path: str) -> Any:
    """Looks up a figure in the response by dotted path: None if it or a parent is null, ABSENT if it is missing."""
    value: Any = sample
    for key in path.split("."):
        if value is None:
            return None
        value = value.get(key, ABSENT) if isinstance(value, dict) else ABSENT
    return value


def compare_host(options: argparse.Namespace) -> Ledger:
    """Compares CPU, memory, swap and disk with psutil, free and df, and prints each sample."""
    print(f"\nHost: {options.samples} samples, {options.interval} s apart, while CPU and memory load rise and fall\n")
    columns = {"cpu.percent": ["psutil"], "memory.used_gb": ["psutil", "free"], "memory.percent": ["psutil"]}
    columns |= {"disk.used_gb": ["psutil", "df"]}
    headings = [heading for name, others in columns.items() for heading in (name, *others)]
    widths = [max(len(heading), 5) + 3 for heading in headings]
    print("     " + "".join(heading.rjust(width) for heading, width in zip(headings, widths)))
    ledger = Ledger()
    with serving(options, "unix:///nowhere/docker.sock") as server, host_load():
        server.fresh("host")
        psutil.cpu_percent()
        for number in range(1, options.samples + 1):
            sample = server.fresh("host")
            # psutil measures CPU since its previous call, the server since its previous sample, so call psutil right
            # after each sample.
            note_host(ledger, sample, psutil.cpu_percent())
            cells = []
            for name, others in columns.items():
                pairs = [ledger.rows[name, other].pairs[-1] for other in others]
                cells += [pairs[0][0], *(theirs for _, theirs in pairs)]
            print(f"  {number:>3}" + "".join(text(cell).rjust(width) for cell, width in zip(cells, widths)))
    return ledger


def note_host(ledger: Ledger, sample: Sample, cpu: float) -> None:
    """Records a host sample beside the figures from psutil, free and df. `cpu` is psutil's CPU percentage."""
    memory, swap, disk = psutil.virtual_memory(), psutil.swap_memory(), psutil.disk_usage("/")
    free, df = free_used(), output("df", "-B1", "/").splitlines()[-1].split()
    theirs = [
        ("cpu.percent", "psutil", cpu, 3),
        ("cpu.count", "psutil", psutil.cpu_count() or 0, 0),
        ("memory.percent", "psutil", memory.percent, 0.3),
        ("memory.used_gb", "psutil", memory.used / GIB, 0.1),
        ("memory.used_gb", "free", free / GIB, 0.1),
        ("memory.available_gb", "psutil", memory.available / GIB, 0.1),
        ("memory.total_gb", "psutil", memory.total / GIB, 0.1),
        ("disk.percent", "psutil", disk.percent, 0.1),
        ("disk.percent", "df, rounded up", float(df[4].rstrip("%")), 1),
        ("disk.used_gb", "psutil", disk.used / GIB, 0.1),
        ("disk.used_gb", "df", int(df[2]) / GIB, 0.1),
        ("disk.total_gb", "psutil", disk.total / GIB, 0.1),
    ]
    swaps = [
        ("swap.percent", "psutil", swap.percent, 0.3),
        ("swap.used_gb", "psutil", swap.used / GIB, 0.1),
        ("swap.total_gb", "psutil", swap.total / GIB, 0.1),
    ]
    # Without swap space, the whole `swap` object is null.
    for name, against, value, tolerance in theirs + (swaps if swap.total else [("swap", "psutil", None, 0)]):
        ledger.note(name, against, figure(sample, name), value, tolerance)


@cache
def procps_version() -> int:
    """The major version of procps, which provides `free`."""
    version = re.search(r"(\d+)\.\d+", output("free", "--version"))
    return int(version[1]) if version else 0


def free_used() -> float:
    """Used memory in bytes according to `free`; total minus available before procps 4, which redefined used memory."""
    _, total, used, *_, available = output("free", "-b").splitlines()[1].split()
    return float(used) if procps_version() >= 4 else float(total) - float(available)


def compare_containers(options: argparse.Namespace, engine: engines.Engine) -> Ledger:
    """Compares CPU and memory with the engine's stats, limits with the cgroup files, and the split with psutil."""
    names = ", ".join(engines.CONTAINERS)
    print(f"\n{engine.name.capitalize()}: {options.samples} samples, {options.interval} s apart, on {engines.cgroup_version()}: {names}")
    with engine.stats() as stats, serving(options, engine.socket) as server:
        stats.wait()
        sample = server.fresh("containers")
        psutil.cpu_percent()
        samples = [(sample, 0.0, 0.0, {})]
        for _ in range(options.samples):
            sample = server.fresh("containers")
            host = (psutil.cpu_percent(), psutil.virtual_memory().percent)
            samples.append((sample, *host, {name: engine.cgroup_memory(name) for name in engines.CONTAINERS}))
        time.sleep(2)  # the engine reports the last window with a delay
        limits = {name: engine.cgroup_limits(name) for name in engines.CONTAINERS}
    ledger = Ledger()
    for (before, *_), (sample, host_cpu, host_memory, memory) in pairwise(samples):
        note_stats(ledger, stats, engine, before, sample)
        note_memory(ledger, sample, memory)
        note_rest(ledger, sample, limits)
        note_split(ledger, sample, host_cpu, host_memory)
    for name in engines.CONTAINERS:
        row = ledger.rows.get((f"{name} cpu", f"{engine.name} stats"))
        ledger.note("windows compared", "samples", len(row.pairs) if row else 0, options.samples, options.samples / 2)
    print_split([sample for sample, *_ in samples[1:]])
    return ledger


def rows(sample: Sample) -> dict[str, Sample]:
    """A scrape's rows by container name, in start order. For a missing container, CPU and memory are None."""
    found = {row["name"]: row for row in sample["containers"]}
    return {name: found.get(name, {"cpu": None, "memory_mb": None}) for name in engines.CONTAINERS}


def note_stats(
    ledger: Ledger, stats: engines.StatsStream, engine: engines.Engine, before: Sample, sample: Sample
) -> None:
    """Records one scrape's CPU and memory. Podman's memory includes the page cache, so it is not compared.

    Only the mean difference is checked, because the engine's windows differ slightly from the server's. Stale rows, which
    belong to an earlier window, and windows that the engine missed are left out.
    """
    start, end = (datetime.fromisoformat(each["timestamp"]).timestamp() for each in (before, sample))
    for name, row in rows(sample).items():
        cpu, memory = stats.cpu(name, start, end), stats.memory_mb(name, end)
        if not row.get("stale") and cpu is not None and memory is not None:
            ledger.note(f"{name} cpu", f"{engine.name} stats", row["cpu"], cpu, 3, MEAN)
            if engine.reports_cache:
                ledger.note(f"{name} memory_mb", f"{engine.name} stats", row["memory_mb"], memory, 1, MEAN, 0.02)


def note_memory(ledger: Ledger, sample: Sample, memory: dict[str, float]) -> None:
    """Records one scrape's memory beside the kernel's own files, which are read a moment later."""
    for name, row in rows(sample).items():
        ledger.note(f"{name} memory_mb", "cgroup", row["memory_mb"], memory[name], 1, MEAN, 0.02)


def note_rest(ledger: Ledger, sample: Sample, limits: dict[str, tuple[float | None, float | None]]) -> None:
    """Records the exact figures of all containers: counts, limits, and CPU as a share of the host."""
    for count in ("running_count", "measured_count"):
        ledger.note(count, "started", figure(sample, count), len(engines.CONTAINERS), 0)
    for name, row in rows(sample).items():
        cpu = row["cpu"] / (psutil.cpu_count() or 1) if row["cpu"] is not None else None
        ledger.note("cpu_host_percent", "cpu / CPUs", figure(row, "cpu_host_percent"), cpu, 0.1)
        requested = engines.LIMITS.get(name, (None, None))
        for key, wanted, actual in zip(("memory_limit_mb", "cpu_limit_cores"), requested, limits[name]):
            ledger.note(key, "requested", figure(row, key), wanted, 0)
            ledger.note(key, "cgroup", figure(row, key), actual, 0)


def note_split(ledger: Ledger, sample: Sample, host_cpu: float, host_memory: float) -> None:
    """Checks the host's split: the parts are in range and add up to the whole, which matches psutil's figure."""
    theirs = {"cpu_percent": (host_cpu, 5), "memory_percent": (host_memory, 0.3), "memory_mb": (None, 0)}
    for key, (psutils, tolerance) in theirs.items():
        name, most = f"split {key}", math.inf if key == "memory_mb" else 100.0
        host, containers, other = (figure(sample, f"split.{key}.{part}") for part in ("host", "containers", "other"))
        complete = None not in (host, containers, other)
        ledger.note(name, "its parts", host, containers + other if complete else None, 0.15)
        excess = max(max(-part, part - most, 0.0) for part in (host, containers, other)) if complete else None
        ledger.note(f"{name} excess", "0 to 100" if most == 100 else "0 or more", excess, 0.0, 0)
        if psutils is not None:
            ledger.note(name, "psutil", host, psutils, tolerance, MEAN)


def print_split(samples: list[Sample]) -> None:
    """Prints the means of the host's split and the percentage of samples in which it was clamped."""
    for key in ("cpu_percent", "memory_mb"):
        host, containers, other, clamped = (
            mean(figure(sample, f"split.{key}.{part}") for sample in samples)
            for part in ("host", "containers", "other", "clamped")
        )
        share = "" if clamped is None else f", clamped in {clamped:.0%} of the samples"
        print(f"  split {key}: host {text(host)} = containers {text(containers)} + other {text(other)}{share}")


def compare(section: str, options: argparse.Namespace) -> Ledger:
    """Runs one section of the comparison."""
    if section == "host":
        return compare_host(options)
    with engines.ENGINES[section]() as engine:
        return compare_containers(options, engine)


def arguments() -> argparse.Namespace:
    """Parses the command line."""
    target = ROOT / os.environ.get("CARGO_TARGET_DIR", "target")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=20, help="samples per section (default 20)")
    parser.add_argument("--interval", type=int, default=2, help="the server's interval in seconds (default 2)")
    parser.add_argument("--only", choices=["host", *engines.ENGINES], help="run only this section")
    parser.add_argument("--program", type=Path, default=target / "release/host-telemetry", help="default %(default)s")
    options = parser.parse_args()
    options.program = options.program.resolve()
    if options.samples < 1 or options.interval < 1:
        parser.error("samples and interval must be at least 1")
    if not os.access(options.program, os.X_OK):
        parser.error(f"{options.program} does not exist: make compare builds it")
    if psutil.version_info < (7, 1):
        parser.error(f"psutil {psutil.__version__} defines 'used' differently: 7.1 or newer is needed")
    return options


def compare_all(sections: list[str], options: argparse.Namespace) -> dict[str, Ledger]:
    """Runs the sections in turn and prints their tables. Skips Podman if unavailable, unless `--only` selects it."""
    if "docker" in sections:
        engines.require(*engines.DOCKER_NEEDS)  # fails before the host section, which takes a minute
    ledgers = {}
    for section in sections:
        try:
            ledgers[section] = compare(section, options)
            ledgers[section].print()
        except Unavailable as reason:
            if section != "podman" or options.only:
                raise
            print(f"\nSkipping Podman: {reason}")
    return ledgers


def main() -> None:
    """Runs the comparison and prints the verdict."""
    options = arguments()
    interruption.install()
    try:
        ledgers = compare_all([options.only] if options.only else ["host", *engines.ENGINES], options)
    except Unavailable as reason:
        print(f"\nThe comparison cannot run here: {reason}\nThe host section has no such requirement: --only host")
        raise SystemExit(2) from None
    print("\nours, theirs and diff are means over the samples. 'each': every difference is checked; 'mean': the mean of the\nabsolute differences is.")
    failures = [f"{section}: {failure}" for section, ledger in ledgers.items() for failure in ledger.failures()]
    if failures:
        print("FAILED, beyond tolerance:", *failures, sep="\n  ")
        raise SystemExit(1)
    print(f"Passed, within every tolerance: {', '.join(ledgers)}.")


if __name__ == "__main__":
    main()
