"""Run the executable test suites of OGC against this service and hold the results to what was reviewed.

Usage: .ci/conformance.py [--suite NAME]… [--profile NAME]… [--newest] [--record]

The suites are fetched by their Maven coordinates (``tests/conformance/suites.json``) with the Maven on this machine and
its settings, into ``var/conformance``; the demo city is loaded into a database there. For each suite and profile the
file ``tests/conformance/SUITE-PROFILE.json`` says how many tests passed, which fail and which are skipped, each with a
reason; a run that differs from it exits with 1. ``--record`` writes these files anew: reasons are kept, new entries get
an empty one, and an empty reason fails the next run. The version on file is run; ``--newest`` looks for a newer one. A suite that cannot be fetched is told as such, and fails the run
only if results of it are on file. The exit code of a suite itself is no verdict and is not looked at.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.ogc.xsd import PLACES, SCHEMAS  # noqa: E402

REVIEWED = ROOT / "tests" / "conformance"
WORK = ROOT / "var" / "conformance"
CACHE = WORK / "suites"
STREETS, ADDRESSES = "1500", "2000"  # the smallest city the demo's cases find room in
SUITE_SECONDS = 1800
ZONE = (
    "Asia/Shanghai"  # a date without zone is a day of the city; a suite reads it in the zone of its process
)
OPENED = (
    "--add-opens=java.base/java.lang=ALL-UNNAMED",
    "--add-opens=java.desktop/javax.imageio.spi=ALL-UNNAMED",
)


@dataclass
class Outcome:
    """What a suite said: tests by ``Class.method``, how often, and with which messages."""

    passed: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    messages: dict[str, set[str]] = field(default_factory=dict)

    def read(self, results: Path) -> None:
        """Add the tests of a testng-results.xml; set-up methods count only when they did not pass."""
        for method in ElementTree.parse(results).getroot().iter("test-method"):
            status = method.get("status")
            if status == "PASS":
                self.passed += method.get("is-config") != "true"
                continue
            if status == "SKIP" and method.get("is-config") == "true":
                continue  # the tests it prepares are skipped with it and say so themselves
            signature = method.get("signature", "")
            owner = signature.split("instance:")[-1].split("@")[0].split(")")[0].rsplit(".", 1)[-1]
            name = f"{owner}.{method.get('name')}"
            (self.skipped if status == "SKIP" else self.failed)[name] += 1
            told = " ".join((method.findtext("exception/message") or "").split())
            self.messages.setdefault(name, set()).add(told[:400])

    def says(self, name: str) -> str:
        """Return a message of a test."""
        return min(self.messages.get(name, {""}))


def maven(coordinates: str, directory: Path) -> Path | None:
    """Return the artifact from the cache or from the repository the user's Maven knows; None when it has none."""
    _group, name, version, *rest = coordinates.split(":")
    classifier = f"-{rest[1]}" if len(rest) > 1 else ""
    target = directory / f"{name}-{version}{classifier}.jar"
    if not target.exists():
        directory.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [
                "mvn",
                "-q",
                "-B",
                "dependency:copy",
                f"-Dartifact={coordinates}",
                f"-DoutputDirectory={directory}",
            ],
            capture_output=True,
            timeout=600,
            check=False,
            cwd=directory,
        )
    return target if target.exists() else None


def fetched(name: str, suite: dict[str, Any], newest: bool) -> tuple[str, Path] | None:
    """Return version and archive of a suite: the version on file, else the newest that can be had."""
    files = [REVIEWED / f"{name}-{profile}.json" for profile in suite["profiles"]]
    noted = [json.loads(path.read_text(encoding="utf-8"))["version"] for path in files if path.exists()]
    for version in (*([] if newest else noted[:1]), *suite["versions"]):
        if archive := maven(f"{suite['coordinates']}:{version}:jar:aio", CACHE):
            return version, archive
    return None


def java_command(suite: dict[str, Any], archive: Path) -> list[str]:
    """Return the command that starts a suite, without its arguments."""
    command = ["java", *OPENED]
    path = [archive]
    for coordinates in suite.get("libraries", ()):
        library = maven(coordinates, CACHE)
        if library is None:
            raise SystemExit(f"无法取得 {coordinates}")
        path.append(library)
    if assembler := suite.get("open_registry"):
        library = maven(assembler, CACHE)
        patch = WORK / "patch"
        source = str(REVIEWED / "OpenRegistry.java")
        subprocess.run(["java", "-cp", str(library), source, str(patch)], check=True, timeout=120)
        command.append(f"--patch-module=java.desktop={patch}")
    with zipfile.ZipFile(archive) as opened:
        manifest = opened.read("META-INF/MANIFEST.MF").decode()
    main = next(
        line.split(":")[1].strip() for line in manifest.splitlines() if line.startswith("Main-Class:")
    )
    return [*command, "-cp", os.pathsep.join(map(str, path)), main]


class Schemas(BaseHTTPRequestHandler):
    """Stands for the sites of the standards: their schemas from ``tests/ogc/schemas``, nothing else."""

    asked_for: Counter[str] = Counter()

    def do_GET(self) -> None:
        """Answer with a schema, or note what would have gone to the network."""
        found = PLACES.get(self.path)
        if found is None:
            Schemas.asked_for[self.path] += 1
            self.send_error(404)
            return
        body = (SCHEMAS / found).read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *told: object) -> None:
        """Say nothing."""


@contextmanager
def schemas() -> Iterator[int]:
    """Run the stand-in of the sites of the standards as an HTTP proxy on a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Schemas)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()


def environment(profile: dict[str, Any]) -> dict[str, str]:
    """Return the settings of the service under test: a database of its own, no limits that a suite would run into."""
    state = WORK / "state"
    return os.environ | {
        "GEOAPP_DATABASE_URL": f"spatialite:///{WORK / 'city.sqlite3'}",
        "GEOAPP_STATE_DIR": str(state),
        "GEOAPP_RATE_PER_MINUTE": "1000000",
        "GEOAPP_REQUESTS_AT_ONCE": "64",
        **profile["settings"],
    }


def load_city() -> None:
    """Load the demo city, once."""
    done = WORK / "city.loaded"
    if done.exists():
        return
    (WORK / "city.sqlite3").unlink(missing_ok=True)
    for command in (
        ["manage.py", "setup"],
        ["manage.py", "load_demo", "--streets", STREETS, "--addresses", ADDRESSES],
        ["tests/conformance/spread.py"],
    ):
        subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=environment({"settings": {}}),
            stdout=subprocess.DEVNULL,
            check=True,
        )
    done.touch()


@contextmanager
def service(profile: dict[str, Any]) -> Iterator[str]:
    """Run the service in a profile on a free loopback port; yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["gunicorn", "geoapp.wsgi", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"]
    command += ["--workers", "1", "--threads", "8", "--log-level", "warning", "--timeout", "300"]
    log = (WORK / "server.log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", *command], cwd=ROOT, env=environment(profile), stdout=log, stderr=log
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _attempt in range(120):
            try:
                with urllib.request.urlopen(f"{address}/ogc/?f=json", timeout=30):
                    break
            except (urllib.error.URLError, OSError):
                if process.poll() is not None:
                    raise SystemExit("服务没有启动") from None
                time.sleep(0.5)
        yield address
    finally:
        process.terminate()
        process.wait(30)
        log.close()


def subjects(suite: dict[str, Any], layers: list[str], address: str) -> Iterator[dict[str, str]]:
    """Yield what to test: the service once, or each file it offers, written to a disk."""
    if "each_file" not in suite:
        yield {"server": address}
        return
    for layer in layers:
        target = WORK / f"{layer}{Path(suite['each_file']).suffix}"
        urllib.request.urlretrieve(suite["each_file"].format(server=address, layer=layer), target)
        yield {"server": address, "file": target.as_uri()}


def run(suite: dict[str, Any], archive: Path, layers: list[str], address: str, proxy: int) -> Outcome:
    """Run a suite against everything it is to test."""
    outcome = Outcome()
    command = java_command(suite, archive)
    command[1:1] = ["-Dhttp.proxyHost=127.0.0.1", f"-Dhttp.proxyPort={proxy}", "-Djava.awt.headless=true"]
    command[1:1] = [f"-Duser.timezone={ZONE}"]
    for subject in subjects(suite, layers, address):
        folder = WORK / "runs" / f"{archive.stem}-{time.time_ns()}"
        folder.mkdir(parents=True)
        entries = "".join(
            f'<entry key="{key}">{value.format(**subject).replace("&", "&amp;")}</entry>'
            for key, value in suite["properties"].items()
        )
        (folder / "props.xml").write_text(f"<properties>{entries}</properties>", encoding="utf-8")
        with (folder / "log.txt").open("w") as log:
            subprocess.run(
                [*command, "-o", str(folder), str(folder / "props.xml")],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                timeout=SUITE_SECONDS,
                check=False,
            )
        found = list(folder.glob("testng/*/testng-results.xml"))
        if len(found) != 1:
            raise SystemExit(f"测试集没有给出结果，见 {folder / 'log.txt'}")
        outcome.read(found[0])
    return outcome


def differences(outcome: Outcome, version: str, reviewed: dict[str, Any]) -> list[str]:
    """Return in what a run differs from what was reviewed.

    An entry says how often a test fails or is skipped: ``times`` exactly, or ``at_most`` where the suite chooses at
    random what it tests. With ``message`` every message must hold these words, so that nothing else hides behind it.
    """
    found = []
    if version != reviewed["version"]:
        found.append(f"版本 {version}，记录的是 {reviewed['version']}")
    if outcome.passed < reviewed["passed_at_least"]:
        found.append(f"通过 {outcome.passed} 项，记录的下限是 {reviewed['passed_at_least']}")
    for kind, title, seen in (("failed", "未通过", outcome.failed), ("skipped", "跳过", outcome.skipped)):
        noted = {entry["test"]: entry for entry in reviewed[kind]}
        for name in sorted(set(noted) | set(seen)):
            entry = noted.get(name, {"times": 0, "reason": "-"})
            most = entry.get("at_most", entry.get("times"))
            least = 0 if "at_most" in entry else most
            if not least <= seen[name] <= most:
                found.append(f"{title} {name}：{seen[name]} 次，记录 {most} 次　{outcome.says(name)}")
            strange = [m for m in outcome.messages.get(name, ()) if entry.get("message", "") not in m]
            found += [f"{title} {name}：{message}" for message in strange]
            if not entry["reason"].strip():
                found.append(f"{title} {name}：没有写理由")
    return found


def record(target: Path, title: str, version: str, outcome: Outcome) -> None:
    """Write the results of a run, with the reasons already on file."""
    before = json.loads(target.read_text(encoding="utf-8")) if target.exists() else {}
    content: dict[str, Any] = {"suite": title, "version": version, "passed_at_least": outcome.passed}
    for kind, seen in (("failed", outcome.failed), ("skipped", outcome.skipped)):
        old = {entry["test"]: entry for entry in before.get(kind, ())}
        content[kind] = []
        for name in sorted(seen):
            entry = {"test": name, "times": seen[name], "says": outcome.says(name), "reason": ""}
            if "at_most" in old.get(name, {}):
                del entry["times"]
            content[kind].append(entry | {k: v for k, v in old.get(name, {}).items() if k != "times"})
    target.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def main() -> int:
    """Run what was asked for; return 1 when something differs from what was reviewed."""
    plan = json.loads((REVIEWED / "suites.json").read_text(encoding="utf-8"))
    parser = argparse.ArgumentParser(description="OGC 一致性测试")
    parser.add_argument("--suite", action="append", choices=list(plan["suites"]))
    parser.add_argument("--profile", action="append", choices=list(plan["profiles"]))
    parser.add_argument("--newest", action="store_true", help="不用记录的版本，找更新的")
    parser.add_argument("--record", action="store_true", help="记录结果（理由保留）")
    asked = parser.parse_args()
    if missing := [name for name in ("java", "javac", "mvn") if shutil.which(name) is None]:
        raise SystemExit(f"缺少 {'、'.join(missing)}：需要 Java 17（JDK）和 Maven")
    at_fault = False
    suites = {name: plan["suites"][name] for name in asked.suite or plan["suites"]}
    archives = {name: fetched(name, suite, asked.newest) for name, suite in suites.items()}
    if any(archives.values()):
        load_city()
    with schemas() as proxy:
        for profile in asked.profile or plan["profiles"]:
            for name, suite in suites.items():
                if profile not in suite["profiles"]:
                    continue
                target = REVIEWED / f"{name}-{profile}.json"
                label = f"{suite['title']}，{profile}"
                if (had := archives[name]) is None:
                    at_fault |= target.exists()
                    print(f"{label}：取不到（{suite['coordinates']} {' '.join(suite['versions'])}）")
                    continue
                version, archive = had
                with service(plan["profiles"][profile]) as address:
                    outcome = run(suite, archive, plan["layers"], address, proxy)
                print(
                    f"{label}，{version}：通过 {outcome.passed}，未通过 {outcome.failed.total()}，"
                    f"跳过 {outcome.skipped.total()}",
                    flush=True,
                )
                if asked.record:
                    record(target, suite["title"], version, outcome)
                elif not target.exists():
                    at_fault = True
                    print("  没有审阅过的记录：先用 --record 写下，再逐项写明理由")
                else:
                    reviewed = json.loads(target.read_text(encoding="utf-8"))
                    found = differences(outcome, version, reviewed)
                    at_fault |= bool(found)
                    print("".join(f"  {line}\n" for line in found), end="")
    for path, times in Schemas.asked_for.items():
        print(f"测试集想从网上取 {path}（{times} 次，未取）")
    return int(at_fault)


if __name__ == "__main__":
    sys.exit(main())
