"""Our service beside others on the same data, in one go: ``make bench`` (``make bench QUICK=1`` for a smoke run).

Usage: .ci/postgis.sh run .venv/bin/python -m tests.bench.serving.run [--quick] [--rounds N] [--seconds S] [--server NAME]…

Installs what is missing (install.py), fills the throw-away PostGIS named by GEOAPP_DATABASE_URL, gives the others their
tables (store.py), then starts each server on loopback by turns: compares its answers with the database, measures, stops
it. Writes geoapp/docs/benchmarks.md and .json; a smoke run, or one that leaves servers out, writes to var/bench.
Nothing here passes or fails by a time: bars are told as met or missed. Answers that differ end the run with 1.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg

from tests.bench.serving import checking, install, kinds, peerservers, place, store
from tests.bench.serving.figures import Round, cell, verdicts
from tests.bench.serving.kinds import Asked
from tests.bench.serving.measuring import Client, NoFigure, measure, warm
from tests.bench.serving.page import Run as Told
from tests.bench.serving.page import bar_lines, document, page
from tests.bench.serving.processes import Meter, Running, everything, wait_until

ROOT = peerservers.ROOT
WORK = ROOT / "var" / "bench"
EMBEDDED = WORK / "ours.sqlite3"
STREETS = 30_000
SIZES = {False: (1_000_000, 200_000), True: (50_000, 20_000)}
"""Addresses on PostGIS and on SpatiaLite: whole, quick."""
START_SECONDS = 120
LOAD_SECONDS = 1800


@dataclass(frozen=True)
class Server:
    """A server: how it is started, what it is asked."""

    name: str
    start: peerservers.Start
    asked: Mapping[str, Asked]
    embedded: bool = False


def main() -> int:
    """Run all."""
    parser = argparse.ArgumentParser(description="与同类服务在同一数据上比较")
    parser.add_argument("--quick", action="store_true", help="少量地址，只跑一轮")
    parser.add_argument("--rounds", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=0.0, help="wrk 每次的秒数")
    parser.add_argument("--server", action="append", help="只测所列的服务器")
    parser.add_argument("--addresses", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=60.0, help="过了这些分钟，不再测仅供参考的服务器")
    parser.add_argument("--loaded", action="store_true", help="数据库里已有数据")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_told: sys.exit("中断"))  # so that what was started is stopped
    rounds, seconds = asked.rounds or (1 if asked.quick else 3), asked.seconds or (1 if asked.quick else 2)
    url = os.environ.get("GEOAPP_DATABASE_URL", "")
    if not url.startswith("postgis://"):
        raise SystemExit("请用 .ci/postgis.sh run 启动（要写满一个临时的 PostGIS 数据库）")
    install.programs()
    WORK.mkdir(parents=True, exist_ok=True)
    peers = install.environment(WORK / "peers")
    load_before = os.getloadavg()[0]
    print(f"机器负载 {load_before:.1f}，{os.cpu_count()} 核", flush=True)
    on_postgis, embedded = SIZES[asked.quick]
    if not asked.loaded:
        load(url, asked.addresses or on_postgis, STREETS // 10 if asked.quick else STREETS)
    with psycopg.connect(url.replace("postgis://", "postgresql://"), autocommit=True) as database:
        day = datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()
        rows = store.fill(database, day)
        chosen = kinds.chosen(min(rows["addresses"], embedded))
        site = _site(database, peers)
        servers = _servers(url, chosen)
        if asked.server:
            servers = [one for one in servers if one.name in asked.server]
        if any(one.embedded for one in servers):
            rows["addresses on SpatiaLite"] = embedded
            if not asked.loaded:
                for leftover in WORK.glob(f"{EMBEDDED.name}*"):
                    leftover.unlink()
                load(f"spatialite:///{EMBEDDED}", embedded, STREETS // 10)
        checks = checking.Checks(database, chosen, place.PAST_DAY)
        figures: dict[tuple[str, str], list[Round]] = {}
        wanted = {key for bar in kinds.bars(kinds.OURS) for key in (bar.ours, bar.theirs)}
        began = time.monotonic()
        judged = [one for one in servers if one.name in kinds.JUDGED]
        docs = ROOT / "geoapp" / "docs"
        told = partial(Told, day, place.PAST_DAY, rows, install.versions())
        partly = asked.quick or asked.server or asked.addresses

        def written(number: int) -> None:
            whole = not (partly or checks.faults or number < rounds)
            run = told(number, seconds, os.cpu_count() or 0, load_before, os.getloadavg()[0], checks.counted)
            write(run, figures, docs if whole else WORK)

        for number in range(rounds):
            for server in judged:
                compared = checks if number == 0 else None
                turn(server, site, database, compared, figures, seconds, None if number == 0 else wanted)
            if number == 0:
                checks.between(kinds.OURS, kinds.TIPG)
            written(number + 1)
        for server in servers:
            if server in judged:
                continue
            if time.monotonic() - began > asked.minutes * 60:
                print(f"{server.name} 没有测：已用了 {asked.minutes:g} 分钟", flush=True)
                continue
            turn(server, site, database, None if server.embedded else checks, figures, seconds, None)
            written(rounds)
    print("".join(f"不同：{fault}\n" for fault in checks.faults), end="")
    return int(bool(checks.faults))


def load(url: str, addresses: int, streets: int) -> None:
    """Migrate a database and fill it."""
    environment = dict(os.environ) | {"GEOAPP_DATABASE_URL": url}
    for command in (
        ["manage.py", "migrate", "--verbosity", "0"],
        ["-m", "tests.bench.serving.data", "--addresses", str(addresses), "--streets", str(streets)],
    ):
        subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=environment, check=True, timeout=LOAD_SECONDS
        )


def _site(database: store.Database, peers: Path) -> peerservers.Site:
    info = database.info
    work = WORK / "work"
    work.mkdir(exist_ok=True)
    return peerservers.Site(work, peers, info.host, str(info.port), info.dbname, info.user)


def _servers(url: str, chosen: store.Chosen) -> list[Server]:
    """Return the servers in the order of a round."""
    return [
        Server(kinds.OURS, peerservers.ours(url), kinds.of_ours(chosen, place.PAST_DAY)),
        Server(kinds.MAPSERVER, peerservers.mapserver, kinds.of_mapserver(chosen)),
        Server(kinds.TIPG, peerservers.tipg, kinds.of_tipg(chosen)),
        Server(
            kinds.OURS_EMBEDDED,
            peerservers.ours(f"spatialite:///{EMBEDDED}"),
            kinds.of_ours(chosen, place.PAST_DAY),
            embedded=True,
        ),
        Server(kinds.GISSERVER, peerservers.gisserver, kinds.of_gisserver(chosen)),
        Server(kinds.PYGEOAPI, peerservers.pygeoapi, kinds.of_pygeoapi(chosen)),
    ]


def turn(
    server: Server,
    site: peerservers.Site,
    database: store.Database,
    checks: checking.Checks | None,
    figures: dict[tuple[str, str], list[Round]],
    seconds: float,
    wanted: set[tuple[str, str]] | None,
) -> None:
    """Start a server, compare its answers (``checks``), measure a round of each kind (or those ``wanted``), stop it."""
    running = Running()
    try:
        base = server.start(site, running)
        client = Client(base)
        probe = next(iter(server.asked.values())).paths[0]
        wait_until(lambda: _answers(client, probe), running, START_SECONDS, server.name)
        if checks is not None:
            checks.server(server.name, client, server.asked)
        meter = Meter(running.pids) if server.embedded else Meter(running.pids, *_postmaster(database))
        for kind, asked in server.asked.items():
            if wanted is not None and (server.name, kind) not in wanted:
                continue
            try:
                warm(client, asked)
                found = measure(client, asked, meter, seconds, site.work)
            except (NoFigure, OSError) as error:
                print(f"{server.name:18} {kind:6} 没有测得：{error}", flush=True)
                continue
            figures.setdefault((server.name, kind), []).append(found)
            print(
                f"{server.name:18} {kind:6} {found.cpu_ms:8.2f} ms 处理器　{found.rate:8.1f} 次/秒　"
                f"p50 {found.p50_ms:.1f}　p95 {found.p95_ms:.1f}　负载 {found.load:.1f}",
                flush=True,
            )
        client.close()
    finally:
        running.stop()


def _answers(client: Client, path: str) -> bool:
    try:
        return client.get(path)[0] == 200
    except OSError:
        return False


def _postmaster(database: store.Database) -> tuple[int, int]:
    """Return the process ids of the database server and of our own backend."""
    backend = database.info.backend_pid
    return everything()[backend].parent, backend


def write(told: Told, figures: Mapping[tuple[str, str], list[Round]], folder: Path) -> None:
    """Write the page and its figures; print the bars."""
    cells = {key: cell(found) for key, found in figures.items()}
    text = page(told, cells, kinds.OURS, kinds.OURS_EMBEDDED)
    (folder / "benchmarks.md").write_text(text, encoding="utf-8")
    content = json.dumps(document(told, cells, kinds.OURS), ensure_ascii=False, indent=1)
    (folder / "benchmarks.json").write_text(content + "\n", encoding="utf-8")
    print("\n".join(bar_lines(*verdicts(kinds.bars(kinds.OURS), cells))))
    print(f"机器负载 {told.load_after:.1f}；写入 {folder.name}/benchmarks.md", flush=True)


if __name__ == "__main__":
    sys.exit(main())
