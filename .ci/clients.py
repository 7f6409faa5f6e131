"""Open every published layer with QGIS, without a screen, and hold what arrives to what plain SQL finds.

Usage: .ci/clients.py [--record]

QGIS (Debian: python3-qgis, qgis-providers) runs with the system's Python; it is installed when this is root, else told
of. The service runs on loopback with two worker processes and a database of its own in a temporary place, or with that
of GEOAPP_DATABASE_URL (``.ci/postgis.sh run``). What QGIS is known not to do stands in ``tests/clients/known.json`` with its
reason; anything else that differs, and anything there that works after all, exits with 1. ``--record`` writes the
matrix into ``geoapp/docs/clients.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.clients import cases as wanted  # noqa: E402
from tests.clients.cases import Case  # noqa: E402
from tests.ogc.collected import faults  # noqa: E402

QGIS_PYTHON = "/usr/bin/python3"
PACKAGES = ("python3-qgis", "qgis-providers", "liblapack3")
READER, CITY = ROOT / "tests" / "clients" / "qgis_reads.py", ROOT / "tests" / "clients" / "city.py"
KNOWN, PAGE = ROOT / "tests" / "clients" / "known.json", ROOT / "geoapp" / "docs" / "clients.md"
DOORS, STREETS = "10400", "2200"
READ_S, LEAST_ACTS = 900, 40


def qgis() -> str:
    """Return QGIS's version; install it if this is root and it is missing."""
    ask = [QGIS_PYTHON, "-c", "import qgis.core; print(qgis.core.Qgis.QGIS_VERSION)"]
    for attempt in (1, 2):
        done = subprocess.run(ask, capture_output=True, text=True, env=_reader_environment(), check=False)
        if done.returncode == 0:
            return done.stdout.strip()
        if attempt == 1 and os.geteuid() == 0 and shutil.which("apt-get"):
            install = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *PACKAGES]
            quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
            subprocess.run(["apt-get", "update", "-q"], env=quiet, stdout=subprocess.DEVNULL, check=True)
            subprocess.run(install, env=quiet, stdout=subprocess.DEVNULL, check=True)
    raise SystemExit(
        f"没有 QGIS。请以 root 运行：apt-get install --no-install-recommends {' '.join(PACKAGES)}"
    )


def _reader_environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"}


def environment(work: Path) -> dict[str, str]:
    """Return the settings of the service: a database of its own, no limits on how often one client asks."""
    given = os.environ.get("GEOAPP_DATABASE_URL", "")
    return os.environ | {
        "GEOAPP_DATABASE_URL": given
        if given.startswith("post")
        else f"spatialite:///{work / 'city.sqlite3'}",
        "GEOAPP_STATE_DIR": str(work / "state"),
        "GEOAPP_RATE_PER_MINUTE": "1000000",
        "GEOAPP_REQUESTS_AT_ONCE": "64",
    }


def city(work: Path, *command: str) -> None:
    """Run a command on the small city's database."""
    subprocess.run([sys.executable, str(CITY), *command], cwd=ROOT, env=environment(work), check=True)


def rows(work: Path) -> dict[str, dict[str, list[list[Any]]]]:
    """Return what plain SQL finds in every layer."""
    city(work, "rows", str(work / "rows.json"))
    found: dict[str, dict[str, list[list[Any]]]] = json.loads(
        (work / "rows.json").read_text(encoding="utf-8")
    )
    return found


@contextmanager
def service(work: Path) -> Iterator[str]:
    """Run the service with two worker processes on a free loopback port; yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    command = ["gunicorn", "geoapp.wsgi", "--bind", address, "--worker-class", "gthread", "--workers", "2"]
    command += ["--threads", "4", "--log-level", "warning", "--timeout", "300"]
    command += ["--access-logfile", str(work / "requests.log")]
    with (work / "server.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, env=environment(work), stdout=log, stderr=log
        )
        try:
            for _attempt in range(120):
                try:
                    with urllib.request.urlopen(f"http://{address}/health/live", timeout=30):
                        break
                except (urllib.error.URLError, OSError):
                    if process.poll() is not None:
                        raise SystemExit((work / "server.log").read_text()) from None
                    time.sleep(0.5)
            yield f"http://{address}"
        finally:
            process.terminate()
            process.wait(30)


def read(work: Path, asked: list[Case]) -> dict[str, dict[str, Any]]:
    """Let QGIS read the cases; where it dies over one, that is its answer and the next ones go on in a new process."""
    answers: dict[str, dict[str, Any]] = {}
    left = list(asked)
    while left:
        told, heard = work / "cases.json", work / "answers.jsonl"
        told.write_text(json.dumps([case.told() for case in left]), encoding="utf-8")
        heard.write_text("")
        with (work / "qgis.log").open("a") as log:
            done = subprocess.run(
                [QGIS_PYTHON, str(READER), str(told), str(heard)],
                env=_reader_environment() | {"HOME": str(work), "XDG_RUNTIME_DIR": str(work)},
                stdout=log,
                stderr=log,
                timeout=READ_S,
                check=False,
            )
        for line in heard.read_text(encoding="utf-8").splitlines():
            answer = json.loads(line)
            answers[answer["id"]] = answer
        left = [case for case in left if case.id not in answers]
        if left:
            fell = left.pop(0)
            answers[fell.id] = {"error": f"QGIS ended with {done.returncode}", "rows": []}
    return answers


def under_writes(work: Path, base: str) -> tuple[list[str], list[str]]:
    """Let QGIS fetch all doors while they change; return lines for the page and what is wrong."""
    said, wrong = [], []
    uris = {
        "WFS": wanted.wfs(base, "addresses", more="pageSize='500'"),
        "OAPIF": wanted.oapif(base, "addresses"),
    }
    for provider, uri in uris.items():
        before = {row[0]: row[1] for row in rows(work)["today"]["addresses"]}
        stop, noted = work / f"stop-{provider}", work / f"changed-{provider}.json"
        seen = len((work / "requests.log").read_text().splitlines())
        changing = subprocess.Popen(
            [sys.executable, str(CITY), "change", str(noted), str(stop)], cwd=ROOT, env=environment(work)
        )
        try:
            time.sleep(6)  # the acts have begun
            case = Case(f"{provider} under writes", "", provider, "addresses", uri)
            answer = read(work, [case])[case.id]
        finally:
            stop.touch()
            changing.wait(150)
        done = json.loads(noted.read_text())
        found = [(key.replace("-", ""), name) for key, name, _shape in answer["rows"]]
        bad = faults(before, found, SimpleNamespace(**done))
        acts = len(done["changed"]) + len(done["retired"])
        if "error" in answer:
            bad.append(answer["error"])
        if acts < LEAST_ACTS:
            bad.append(f"only {acts} acts")
        log = (work / "requests.log").read_text().splitlines()[seen:]
        pages = sum("GetFeature" in line or "/items" in line for line in log)
        said.append(
            f"| {provider} | {len(found)} | {pages} | {acts} in {done['seconds']:.0f} s "
            f"({len(done['changed'])} renumbered, {len(done['retired'])} retired) | {'; '.join(bad[:2]) or 'none'} |"
        )
        wrong += [f"{provider}: {line}" for line in bad]
    return said, wrong


def matrix(asked: list[Case], outcome: dict[str, list[str]], answers: dict[str, dict[str, Any]]) -> list[str]:
    """Return the lines of the matrix: what was tried, how often it was right, over how many features."""
    lines = ["| What | WFS 2.0 | OGC API – Features |", "|---|---|---|"]
    for group in dict.fromkeys(case.group for case in asked):
        cells = []
        for provider in ("WFS", "OAPIF"):
            mine = [case for case in asked if case.group == group and case.provider == provider]
            right = [case for case in mine if not outcome[case.id]]
            many = sum(len(answers[case.id]["rows"]) for case in right)
            cells.append(f"{len(right)} of {len(mine)} · {many:,} features" if mine else "cannot be said")
        lines.append(f"| {group} | {' | '.join(cells)} |")
    return lines


def record(title: str, lines: list[str]) -> None:
    """Put the lines into the page, between the marks of this database."""
    text = PAGE.read_text(encoding="utf-8")
    marks = (f"<!-- {title} -->\n", f"<!-- /{title} -->")
    inner = re.compile(re.escape(marks[0]) + ".*?" + re.escape(marks[1]), re.DOTALL)
    body = "\n".join(lines) + "\n"
    PAGE.write_text(inner.sub(lambda _m: marks[0] + body + marks[1], text), encoding="utf-8")


def main() -> int:
    """Run everything; return 1 when something differs from what is known."""
    parser = argparse.ArgumentParser(description="用 QGIS 打开全部图层，逐行对照数据库")
    parser.add_argument("--record", action="store_true", help="把结果写进 geoapp/docs/clients.md")
    given = parser.parse_args()
    version = qgis()
    known: dict[str, str] = json.loads(KNOWN.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="geoapp-clients-") as place:
        work = Path(place)
        subprocess.run(
            [sys.executable, "manage.py", "setup"],
            cwd=ROOT,
            env=environment(work),
            stdout=subprocess.DEVNULL,
            check=True,
        )
        city(work, "fill", DOORS, STREETS)
        held = rows(work)
        with service(work) as base:
            asked = wanted.every(base, held)
            answers = read(work, asked)
            outcome = {c.id: wanted.wrong(c, held[c.day][c.layer], answers[c.id]) for c in asked}
            writing, wrong = under_writes(work, base)
        database = "PostgreSQL" if "post" in environment(work)["GEOAPP_DATABASE_URL"][:8] else "SpatiaLite"
    lines = [f"QGIS {version}, {database}, {date.today()}, two worker processes.", ""]
    lines += matrix(asked, outcome, answers)
    lines += ["", "While doors change:", ""]
    lines += [
        "| Client | Features | Requests | Acts meanwhile | Lost, doubled or altered |",
        "|---|---|---|---|---|",
    ]
    lines += writing
    print("\n".join(lines))
    for case in asked:
        found = outcome[case.id]
        if found and case.id in known:
            print(f"已知 {case.id}：{known[case.id]}")
        elif found:
            wrong.append(f"{case.id}: {'; '.join(found[:3])} ({len(found)})")
        elif case.id in known:
            wrong.append(f"{case.id}: 记录为做不到，但这次做到了")
    for line in wrong:
        print(f"不符 {line}")
    if given.record and not wrong:
        record(database, lines)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
