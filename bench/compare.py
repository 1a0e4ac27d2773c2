#!/usr/bin/env python3
"""Compares host-telemetry's numbers with psutil, free, df, docker stats and podman stats under load that it makes.

Each figure is compared over the same window, or at the same moment. Status: 0 within all bars, 1 beyond one, 2 where
the comparison cannot be made. `make compare` runs it and installs what it needs.
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
# What the page links: the program does not start without them.
SITE_FILES = ["pkg/host-telemetry.js", "pkg/host-telemetry.wasm", "pkg/host-telemetry.css", "page.css", "favicon.svg"]
Sample = dict[str, Any]


class Server:
    """The program under comparison, asked over one connection."""

    def __init__(self, address: str, patience: float) -> None:
        self.connection = http.client.HTTPConnection(address, timeout=5)
        self.patience = patience
        self.seen: dict[str, str] = {}

    def fresh(self, endpoint: str) -> Sample:
        """The next sample, within a poll's time of when it was taken; at first the one that is there is passed over."""
        deadline = time.monotonic() + self.patience
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
        raise SystemExit(f"no new sample of {endpoint} within {self.patience:.0f} s; the last answer: {body}")


@contextmanager
def serving(options: argparse.Namespace, docker_host: str) -> Iterator[Server]:
    """The program on loopback, in a folder that holds no configuration and a page that nobody asks for."""
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
    """A figure of the wire by its dotted path: None where it or what holds it is null, ABSENT where it is not there."""
    value: Any = sample
    for key in path.split("."):
        if value is None:
            return None
        value = value.get(key, ABSENT) if isinstance(value, dict) else ABSENT
    return value


def compare_host(options: argparse.Namespace) -> Ledger:
    """CPU, memory, swap and disk against psutil, free and df, each sample printed as it comes."""
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
            # psutil's window runs from call to call, ours from sample to sample: the call comes first.
            note_host(ledger, sample, psutil.cpu_percent())
            cells = []
            for name, others in columns.items():
                pairs = [ledger.rows[name, other].pairs[-1] for other in others]
                cells += [pairs[0][0], *(theirs for _, theirs in pairs)]
            print(f"  {number:>3}" + "".join(text(cell).rjust(width) for cell, width in zip(cells, widths)))
    return ledger


def note_host(ledger: Ledger, sample: Sample, cpu: float) -> None:
    """Notes one sample of the host."""
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
    # Without swap space the wire has null for all of it.
    for name, against, value, bar in theirs + (swaps if swap.total else [("swap", "psutil", None, 0)]):
        ledger.note(name, against, figure(sample, name), value, bar)


@cache
def procps_version() -> int:
    """The major version of procps, whose `free` it is."""
    version = re.search(r"(\d+)\.\d+", output("free", "--version"))
    return int(version[1]) if version else 0


def free_used() -> float:
    """What `free` calls used; before procps 4 that was something else, so it is total less available there."""
    _, total, used, *_, available = output("free", "-b").splitlines()[1].split()
    return float(used) if procps_version() >= 4 else float(total) - float(available)


def compare_containers(options: argparse.Namespace, engine: engines.Engine) -> Ledger:
    """CPU and memory against the engine's own stats, limits against the kernel's files, the split against psutil."""
    names = ", ".join(engines.CONTAINERS)
    print(f"\n{engine.name.capitalize()}: {options.samples} samples, {options.interval} s apart, on {engines.cgroup_version()}: {names}")
    with engine.stats() as stats, serving(options, engine.socket) as server:
        stats.wait()
        sample = server.fresh("containers")
        psutil.cpu_percent()
        samples = [(sample, 0.0, 0.0)]
        for _ in range(options.samples):
            sample = server.fresh("containers")
            samples.append((sample, psutil.cpu_percent(), psutil.virtual_memory().percent))
        time.sleep(2)  # what the engine shows of the last window is still to come
        limits = {name: engine.kernel_limits(name) for name in engines.CONTAINERS}
    ledger = Ledger()
    for (before, *_), (sample, host_cpu, host_memory) in pairwise(samples):
        note_stats(ledger, stats, f"{engine.name} stats", before, sample)
        note_rest(ledger, sample, limits)
        note_split(ledger, sample, host_cpu, host_memory, engine.tells_cache)
    for name in engines.CONTAINERS:
        row = ledger.rows.get((f"{name} cpu", f"{engine.name} stats"))
        ledger.note("windows compared", "samples", len(row.pairs) if row else 0, options.samples, options.samples / 2)
    print_split([sample for sample, *_ in samples[1:]])
    return ledger


def rows(sample: Sample) -> dict[str, Sample]:
    """A round's containers by name, in the order in which they were started; one that is missing has no values."""
    found = {row["name"]: row for row in sample["containers"]}
    return {name: found.get(name, {"cpu": None, "memory_mb": None}) for name in engines.CONTAINERS}


def note_stats(ledger: Ledger, stats: engines.StatsStream, against: str, before: Sample, sample: Sample) -> None:
    """Notes one round's CPU and memory, judged by the mean difference: the engine's windows and moments are not exactly ours.

    A row kept from the round before is about another window and left out, as is a window that the engine missed.
    """
    start, end = (datetime.fromisoformat(each["timestamp"]).timestamp() for each in (before, sample))
    for name, row in rows(sample).items():
        cpu, memory = stats.cpu(name, start, end), stats.memory_mb(name, end)
        if not row.get("stale") and cpu is not None and memory is not None:
            ledger.note(f"{name} cpu", against, row["cpu"], cpu, 3, MEAN)
            ledger.note(f"{name} memory_mb", against, row["memory_mb"], memory, 1, MEAN, 0.02)


def note_rest(ledger: Ledger, sample: Sample, limits: dict[str, tuple[float | None, float | None]]) -> None:
    """Notes what must be exact, of all containers together: counts, limits, and CPU on the host's scale."""
    for count in ("running_count", "measured_count"):
        ledger.note(count, "started", figure(sample, count), len(engines.CONTAINERS), 0)
    for name, row in rows(sample).items():
        cpu = row["cpu"] / (psutil.cpu_count() or 1) if row["cpu"] is not None else None
        ledger.note("cpu_host_percent", "cpu / CPUs", figure(row, "cpu_host_percent"), cpu, 0.1)
        asked = engines.LIMITS.get(name, (None, None))
        for key, wanted, held in zip(("memory_limit_mb", "cpu_limit_cores"), asked, limits[name]):
            ledger.note(key, "asked", figure(row, key), wanted, 0)
            ledger.note(key, "kernel", figure(row, key), held, 0)


def note_split(ledger: Ledger, sample: Sample, host_cpu: float, host_memory: float, tells_cache: bool) -> None:
    """Notes the host's split: its parts make the whole, none is impossible, the whole is what psutil has.

    From an engine that does not tell page cache, which the host does not count as used, no split of memory can come.
    """
    theirs = {"cpu_percent": (host_cpu, 5), "memory_percent": (host_memory, 0.3), "memory_mb": (None, 0)}
    for key, (psutils, bar) in theirs.items():
        name, most = f"split {key}", math.inf if key == "memory_mb" else 100.0
        if key != "cpu_percent" and not tells_cache and figure(sample, f"split.{key}") is None:
            ledger.note(name, "cache not told", None, None, 0)
            continue
        host, containers, other = (figure(sample, f"split.{key}.{part}") for part in ("host", "containers", "other"))
        complete = None not in (host, containers, other)
        ledger.note(name, "its parts", host, containers + other if complete else None, 0.15)
        excess = max(max(-part, part - most, 0.0) for part in (host, containers, other)) if complete else None
        ledger.note(f"{name} excess", "0 to 100" if most == 100 else "0 or more", excess, 0.0, 0)
        if psutils is not None:
            ledger.note(name, "psutil", host, psutils, bar, MEAN)


def print_split(samples: list[Sample]) -> None:
    """Prints what the host's split came to, on average."""
    for key in ("cpu_percent", "memory_mb"):
        host, containers, other, clamped = (
            mean(figure(sample, f"split.{key}.{part}") for sample in samples)
            for part in ("host", "containers", "other", "clamped")
        )
        share = "" if clamped is None else f", clamped in {clamped:.0%} of the samples"
        print(f"  split {key}: host {text(host)} = containers {text(containers)} + other {text(other)}{share}")


def compare(section: str, options: argparse.Namespace) -> Ledger:
    """One section, from its load to its numbers."""
    if section == "host":
        return compare_host(options)
    with engines.ENGINES[section]() as engine:
        return compare_containers(options, engine)


def arguments() -> argparse.Namespace:
    """The command line."""
    target = ROOT / os.environ.get("CARGO_TARGET_DIR", "target")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=20, help="in each section (default 20)")
    parser.add_argument("--interval", type=int, default=2, help="the server's, in seconds (default 2)")
    parser.add_argument("--only", choices=["host", *engines.ENGINES], help="this section alone")
    parser.add_argument("--program", type=Path, default=target / "release/host-telemetry", help="default %(default)s")
    options = parser.parse_args()
    options.program = options.program.resolve()
    if options.samples < 1 or options.interval < 1:
        parser.error("samples and interval are at least 1")
    if not os.access(options.program, os.X_OK):
        parser.error(f"{options.program} is not there: make compare builds it")
    if psutil.version_info < (7, 1):
        parser.error(f"psutil {psutil.__version__} has another 'used': 7.1 or newer is needed")
    return options


def compare_all(sections: list[str], options: argparse.Namespace) -> dict[str, Ledger]:
    """Every section in turn, each with its table. Nobody has to have Podman, unless it is all that was asked for."""
    if "docker" in sections:
        engines.require(*engines.DOCKER_NEEDS)  # said before the minute that the host takes
    ledgers = {}
    for section in sections:
        try:
            ledgers[section] = compare(section, options)
            ledgers[section].print()
        except Unavailable as reason:
            if section != "podman" or options.only:
                raise
            print(f"\nPodman is left out: {reason}")
    return ledgers


def main() -> None:
    """Compares, and ends with the verdict."""
    options = arguments()
    interruption.install()
    try:
        ledgers = compare_all([options.only] if options.only else ["host", *engines.ENGINES], options)
    except Unavailable as reason:
        print(f"\nThe comparison cannot be made here: {reason}\nThat of the host needs nothing else: --only host")
        raise SystemExit(2) from None
    print("\nours, theirs and diff are means over the samples. 'each': every difference is judged; 'mean': the mean of\ntheir sizes, so that none makes up for another.")
    failures = [f"{section}: {failure}" for section, ledger in ledgers.items() for failure in ledger.failures()]
    if failures:
        print("FAILED, beyond the bar:", *failures, sep="\n  ")
        raise SystemExit(1)
    print(f"Passed, within every bar: {', '.join(ledgers)}.")


if __name__ == "__main__":
    main()
