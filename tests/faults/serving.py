"""The service as it is run in production: gunicorn, two processes of eight threads, on a free loopback port."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORKERS, THREADS = 2, 8


@dataclass(frozen=True)
class Server:
    """A running service: where it is, its master process, its log of requests."""

    url: str
    pid: int
    log: Path

    def workers(self) -> list[int]:
        """Return the processes that answer."""
        told = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(pid) for pid in told.split()]

    def resident_mb(self) -> list[float]:
        """Return the memory each process holds now, MB."""
        return [_status_mb(pid, "VmRSS") for pid in self.workers()]

    def peak_mb(self) -> list[float]:
        """Return the most memory each process held since ``forget_peaks``, MB."""
        return [_status_mb(pid, "VmHWM") for pid in self.workers()]

    def forget_peaks(self) -> None:
        """Begin to watch for the most memory anew."""
        for pid in self.workers():
            Path(f"/proc/{pid}/clear_refs").write_text("5")

    def written(self) -> list[dict[str, object]]:
        """Return the lines of the log of requests."""
        text = self.log.read_text(encoding="utf-8") if self.log.exists() else ""
        return [json.loads(line) for line in text.splitlines()]


def _status_mb(pid: int, name: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(name)


def environment(database: str, folder: Path, **more: str) -> dict[str, str]:
    """Return the environment of a service or a command on a database."""
    own = {"GEOAPP_DATABASE_URL": database, "GEOAPP_REQUEST_LOG": str(folder / "requests.log")}
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "geoapp.settings", **own, **more}


@contextmanager
def serving(database: str, folder: Path, **more: str) -> Iterator[Server]:
    """Run the service over a database; its logs go to a folder. ``more`` are environment variables."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["gunicorn", "geoapp.wsgi", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"]
    command += ["--graceful-timeout", "3"]
    command += ["--workers", str(WORKERS), "--threads", str(THREADS), "--log-level", "warning"]
    command += [
        "--limit-request-line",
        "0",
    ]  # by itself gunicorn refuses addresses of 4 kB: our own bounds must hold
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=environment(database, folder, **more),
            stdout=log,
            stderr=log,
        )
        try:
            server = Server(f"http://127.0.0.1:{port}", process.pid, folder / "requests.log")
            _wait(server, process)
            yield server
        finally:
            process.terminate()
            process.wait(40)


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    for _attempt in range(240):
        try:
            with urllib.request.urlopen(f"{server.url}/ogc/?f=json", timeout=30):
                return
        except (urllib.error.URLError, OSError):
            if process.poll() is not None:
                raise RuntimeError("the service did not start") from None
            time.sleep(0.25)
    raise RuntimeError("the service did not answer")
