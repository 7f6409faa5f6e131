"""What our answers cost: processor time and wall time of each load, of the server and its database together.

Run on a filled database named by GEOAPP_DATABASE_URL: ``python -m tests.bench.serving.ours [words of loads …]``. Starts
the server as in production with two workers, asks over one connection at a time, reads utime and stime of the workers
and of their database backends before and after. Prints the load of the machine; asserts only that answers are answers.
"""

from __future__ import annotations

import argparse
import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.serving.requests import LOADS, Load

_TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


def _stat(pid: str) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()


def _tree(root: int) -> list[str]:
    """Return a process and those it started."""
    parents: dict[str, str] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[entry.name] = _stat(entry.name)[1]
            except (FileNotFoundError, ProcessLookupError):
                continue
    found = [str(root)]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def _backends(ports: set[int]) -> list[str]:
    """Return the PostgreSQL backends that serve clients at these local ports: told in their titles."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            title = (entry / "cmdline").read_bytes().decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if title.startswith("postgres: ") and any(f"({port})" in title for port in ports):
            found.append(entry.name)
    return found


def _ports(pids: list[str]) -> set[int]:
    """Return the local TCP ports these processes hold."""
    inodes = set()
    for pid in pids:
        for handle in Path(f"/proc/{pid}/fd").iterdir():
            try:
                target = os.readlink(handle)
            except FileNotFoundError:
                continue
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {int(row[1].split(":")[1], 16) for row in rows if row[9] in inodes}


def cpu_ms(root: int) -> float:
    """Return the processor time of a server's processes and their backends so far, milliseconds."""
    pids = _tree(root)
    total = 0
    for pid in [*pids, *_backends(_ports(pids))]:
        stat = _stat(pid)
        total += int(stat[11]) + int(stat[12])
    return total * _TICK_MS


@contextmanager
def served() -> Iterator[tuple[int, int]]:
    """Run the server as in production, two workers; yield its port and process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).with_name("gunicorn")), "geoapp.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--log-level", "warning"]
    allowed = {"GEOAPP_RATE_PER_MINUTE": "100000000", "GEOAPP_REQUESTS_AT_ONCE": "64"}
    server = subprocess.Popen([*command, "--keep-alive", "30"], env={**os.environ, **allowed})
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait()


def ask(client: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> tuple[int, str, int]:
    """Ask once; return status, ETag and length of the answer."""
    client.request("GET", path, headers=headers)
    answer = client.getresponse()
    body = answer.read()
    return answer.status, answer.headers.get("ETag", ""), len(body)


def run(load: Load, port: int, root: int, seconds: float) -> tuple[float, float, int]:
    """Return processor milliseconds and median wall milliseconds of a request, and the mean length of answers."""
    clients = [http.client.HTTPConnection("127.0.0.1", port, timeout=120) for _ in range(2)]
    held = {}
    for turn, path in enumerate((*load.paths, *load.paths)[: max(16, len(load.paths))]):
        status, etag, _ = ask(clients[turn % 2], path, dict(load.headers))
        assert status == 200, (path, status)
        held[path] = etag
    began, before, done, walls, size = time.perf_counter(), cpu_ms(root), 0, [], 0
    while time.perf_counter() - began < seconds or done < 4:
        path = load.paths[done % len(load.paths)]
        more = {"If-None-Match": held[path]} if load.revalidated else {}
        asked = time.perf_counter()
        status, _, length = ask(clients[done % 2], path, {**load.headers, **more})
        walls.append((time.perf_counter() - asked) * 1000)
        assert status == (304 if load.revalidated else 200), (path, status)
        done, size = done + 1, size + length
    spent = (cpu_ms(root) - before) / done
    return spent, statistics.median(walls), size // done


def main() -> None:
    """Measure the loads named, or all."""
    parser = argparse.ArgumentParser(description="What our answers cost.")
    parser.add_argument("words", nargs="*", help="parts of the names of loads")
    parser.add_argument("--seconds", type=float, default=4.0)
    given = parser.parse_args()
    print(f"load of the machine {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")
    with served() as (port, root):
        for load in LOADS:
            if given.words and not any(word in load.name for word in given.words):
                continue
            spent, wall, size = run(load, port, root, given.seconds)
            print(f"{load.name:36} {spent:8.2f} ms processor {wall:8.2f} ms wall {size:9} bytes", flush=True)
    print(f"load of the machine {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
