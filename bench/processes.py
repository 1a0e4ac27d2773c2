"""Runs child processes and stops them even if the comparison fails or is interrupted."""

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

# Environment variables that could point the programs at other daemons or settings.
FOREIGN = ("HOST_TELEMETRY_", "LEPTOS_", "DOCKER_", "CONTAINER_")


class Unavailable(Exception):
    """Something that the comparison needs is unavailable. The message says what and why."""


class Interruption:
    """Exits cleanly on SIGINT and SIGTERM: at once, or at the end of a block that must not be interrupted."""

    def __init__(self) -> None:
        self.holds = 0
        self.signal = 0
        self.ending = False

    def install(self) -> None:
        """Installs the signal handlers."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.note)

    def note(self, number: int, _frame: FrameType | None) -> None:
        """Handles a signal. Exits only once, so a second signal does not interrupt the cleanup."""
        self.signal = self.signal or number
        if not self.holds and not self.ending:
            self.ending = True
            raise SystemExit(128 + self.signal)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Defers the exit to the end of the block, so no half-started process or half-removed folder is left behind."""
        self.holds += 1
        try:
            yield
        finally:
            self.holds -= 1
        if self.signal:
            self.note(self.signal, None)


interruption = Interruption()


def environment() -> dict[str, str]:
    """This process's environment without foreign settings, and with the C locale so output can be parsed."""
    return {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)} | {"LC_ALL": "C"}


def output(*command: str) -> str:
    """A command's stdout; raises `Unavailable` with its stderr if it fails. Defers interruptions until it ends."""
    # Run the command in its own session, so Ctrl-C reaches only this program, which then cleans up in order.
    with interruption.held():
        done = subprocess.run(command, capture_output=True, text=True, env=environment(), start_new_session=True)
    if done.returncode != 0:
        raise Unavailable(done.stderr.strip() or f"{command[0]} exited with status {done.returncode}")
    return done.stdout


@contextmanager
def running(*command: str, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Runs a command until the block ends, then terminates it; kills it if it is still running after 10 s."""
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
    """Puts a load that rises and falls on all CPUs and on up to 300 MB of memory until the block ends."""
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
    """Keeps one CPU busy 10 to 90% of the time, in a 20-second cycle, until the parent exits."""
    while os.getppid() == parent:
        start = time.monotonic()
        busy = 0.1 * (0.5 + 0.4 * math.sin(start * math.tau / 20))
        while time.monotonic() < start + busy:
            pass
        time.sleep(0.1 - busy)


def fill(parent: int) -> None:
    """Slowly allocates and frees 300 MB until the parent exits, so readings taken milliseconds apart agree."""
    blocks: list[mmap.mmap] = []
    while os.getppid() == parent:
        for _ in range(60):
            blocks.append(mmap.mmap(-1, 5_000_000))
            blocks[-1].write(b"\1" * 5_000_000)
            time.sleep(0.1)
        while blocks:
            blocks.pop().close()
            time.sleep(0.1)
