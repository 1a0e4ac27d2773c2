"""Processes that a comparison starts: each is ended again, also where the comparison fails or is interrupted."""

import math
import mmap
import multiprocessing
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

# Settings that would lead the programs under comparison elsewhere than to what is started for them.
FOREIGN = ("HOST_TELEMETRY_", "LEPTOS_", "DOCKER_", "CONTAINER_")


class Unavailable(Exception):
    """What the comparison needs and cannot have on this machine, and why."""


class Interruption:
    """SIGINT and SIGTERM end the program in order: at once, or after what must not be cut short."""

    def __init__(self) -> None:
        self.holds = 0
        self.signal = 0
        self.ending = False

    def install(self) -> None:
        """Takes the signals from now on."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.note)

    def note(self, number: int, _frame: FrameType | None) -> None:
        """The handler. Ends the program once, so that the cleaning up which this brings about is finished."""
        self.signal = self.signal or number
        if not self.holds and not self.ending:
            self.ending = True
            raise SystemExit(128 + self.signal)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Puts the end off: what is half started could not be found again, and what is half removed would stay."""
        self.holds += 1
        try:
            yield
        finally:
            self.holds -= 1
        if self.signal:
            self.note(self.signal, None)


interruption = Interruption()


def environment() -> dict[str, str]:
    """This process's environment without foreign settings, and in no language, so that output can be parsed."""
    return {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)} | {"LC_ALL": "C"}


def output(*command: str) -> str:
    """What a command prints; its failure says what it said. An interruption waits for it."""
    # A session of its own: Ctrl-C at the terminal is for this program, which then ends the others in order.
    with interruption.held():
        done = subprocess.run(command, capture_output=True, text=True, env=environment(), start_new_session=True)
    if done.returncode != 0:
        raise Unavailable(done.stderr.strip() or f"{command[0]} ended with status {done.returncode}")
    return done.stdout


@contextmanager
def running(*command: str, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A command that runs for as long as the block does."""
    child = subprocess.Popen(command, text=True, env=environment(), start_new_session=True, **options)
    try:
        yield child
    finally:
        with interruption.held():
            child.terminate()
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


@contextmanager
def host_load() -> Iterator[None]:
    """Load on the host that rises and falls for as long as the block runs: on all CPUs, and 300 MB of memory."""
    parent = os.getpid()
    workers = [multiprocessing.Process(target=burn, args=(parent,)) for _ in range(os.cpu_count() or 1)]
    workers.append(multiprocessing.Process(target=fill, args=(parent,)))
    try:
        for worker in workers:
            worker.start()
        yield
    finally:
        with interruption.held():
            for worker in workers:
                if worker.pid:
                    worker.kill()
                    worker.join()


def burn(parent: int) -> None:
    """Keeps a CPU busy for a share of the time that swings between 10 and 90 % in 20 s, while the parent lives."""
    while os.getppid() == parent:
        start = time.monotonic()
        busy = 0.1 * (0.5 + 0.4 * math.sin(start * math.tau / 20))
        while time.monotonic() < start + busy:
            pass
        time.sleep(0.1 - busy)


def fill(parent: int) -> None:
    """Takes 300 MB and gives them back by and by, so that two who look within milliseconds see the same."""
    blocks: list[mmap.mmap] = []
    while os.getppid() == parent:
        for _ in range(60):
            blocks.append(mmap.mmap(-1, 5_000_000))
            blocks[-1].write(b"\1" * 5_000_000)
            time.sleep(0.1)
        while blocks:
            blocks.pop().close()
            time.sleep(0.1)
