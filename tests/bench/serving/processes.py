"""Starting servers on loopback, ending exactly those, and what processor time they took (Linux: /proc)."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
_BACKGROUND = ("checkpointer", "background writer", "walwriter", "autovacuum", "logical replication", "stats")


@dataclass(frozen=True)
class Stat:
    """A process: its parent, its own processor time and that of the children it has waited for, in ticks."""

    parent: int
    own: int
    waited: int


def read_stat(text: str) -> Stat:
    """Read a line of /proc/PID/stat; the name in brackets may hold blanks and brackets itself."""
    fields = text[text.rindex(")") + 2 :].split()
    return Stat(int(fields[1]), int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14]))


def everything() -> dict[int, Stat]:
    """Return all processes."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                found[int(entry.name)] = read_stat((entry / "stat").read_text())
            except (OSError, ValueError):
                continue  # ended meanwhile
    return found


def tree(processes: Mapping[int, Stat], roots: Iterable[int]) -> set[int]:
    """Return the roots that live and all their descendants."""
    children: dict[int, list[int]] = {}
    for pid, stat in processes.items():
        children.setdefault(stat.parent, []).append(pid)
    found: set[int] = set()
    waiting = [pid for pid in roots if pid in processes]
    while waiting:
        pid = waiting.pop()
        if pid not in found:
            found.add(pid)
            waiting += children.get(pid, [])
    return found


def spent_ticks(processes: Mapping[int, Stat], pids: Iterable[int]) -> int:
    """Return the processor time of processes and of their children that have ended."""
    return sum(processes[pid].own + processes[pid].waited for pid in pids)


def _background(pid: int) -> bool:
    """Say whether a child of the postmaster works for the database itself, by its title."""
    try:
        title = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return True
    return any(name in title for name in _BACKGROUND)


@dataclass
class Meter:
    """Processor time of a server tree and of the database backends that work for it.

    ``postmaster`` (0: no database server) has as children its background processes, which are left out, the backend
    of our own connection ``control``, which is left out too, and the backends of the server under test. Backends
    that end are in the postmaster's account of children. ``control`` must stay connected while the meter runs.
    """

    roots: tuple[int, ...]
    postmaster: int = 0
    control: int = 0

    def seconds(self) -> float:
        """Return the processor time up to now, in seconds."""
        processes = everything()
        ticks = spent_ticks(processes, tree(processes, self.roots))
        if self.postmaster in processes:
            ticks += processes[self.postmaster].waited
            for pid, stat in processes.items():
                if stat.parent == self.postmaster and pid != self.control and not _background(pid):
                    ticks += stat.own
        return ticks / TICKS


def free_port() -> int:
    """Return a loopback port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Running:
    """The processes of a server that we started, each the leader of a group of its own."""

    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, command: list[str], log: Path, **options: object) -> subprocess.Popen[bytes]:
        """Start a process; what it says goes to ``log``."""
        with log.open("ab") as out:
            process = subprocess.Popen(
                command,
                stdout=out,
                stderr=out,
                start_new_session=True,
                **options,  # type: ignore[call-overload]
            )
        self.processes.append(process)
        return process

    @property
    def pids(self) -> tuple[int, ...]:
        """Return the ids of what we started."""
        return tuple(process.pid for process in self.processes)

    def died(self) -> bool:
        """Say whether one of them has ended by itself."""
        return any(process.poll() is not None for process in self.processes)

    def stop(self) -> None:
        """End them, the last one first: politely, then for good."""
        for process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
        for process in reversed(self.processes):
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)  # its own session: nobody else is in this group
                process.wait(15)
        self.processes.clear()


def wait_until(ready: object, running: Running, seconds: float, what: str) -> None:
    """Wait until ``ready()`` is true. Raises SystemExit when the server ends or time runs out."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if running.died():
            break
        if ready():  # type: ignore[operator]
            return
        time.sleep(0.2)
    running.stop()
    raise SystemExit(f"{what} 没有启动")
