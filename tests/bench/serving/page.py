"""The page and the file that a run leaves: ratios, bars met and missed, what was compared with what. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tests.bench.serving.figures import Bar, Cells, Verdict, ratio, verdicts
from tests.bench.serving.kinds import MAPSERVER, TITLES, bars, counterpart


@dataclass(frozen=True)
class Run:
    """What a run was: numbers of rows, versions, load of the machine, day."""

    day: str
    past: str
    rows: Mapping[str, int]
    versions: Mapping[str, str]
    rounds: int
    seconds: float
    cores: int
    load_before: float
    load_after: float
    features: Mapping[str, int]
    """Features in an answer, by kind."""


def table(cells: Cells, base: str, servers: Sequence[str]) -> list[str]:
    """Return a table of how many times better each server is than ``base``: processor time, requests a second."""
    lines = [f"| request | {' | '.join(servers)} |", "|---" * (len(servers) + 1) + "|"]
    for kind, title in TITLES.items():
        other = counterpart(kind, lambda name: (base, name) in cells)
        row = []
        for server in servers:
            mine = cells.get((server, kind))
            if mine is None or other is None:
                row.append("–")
                continue
            found = ratio(mine, cells[base, other])
            row.append(f"{_number(found.cpu)} · {_number(found.wall)}")
        if any(text != "–" for text in row):
            lines.append(f"| {kind}: {title} | {' | '.join(row)} |")
    return lines


def _number(value: float) -> str:
    return f"{value:.0f}×" if value >= 20 else f"{value:.1f}×" if value >= 2 else f"{value:.2f}×"


def bar_lines(judged: Sequence[Verdict], missing: Sequence[Bar]) -> list[str]:
    """Return the table of bars, met and missed."""
    lines = ["| bar | request | against | at least | processor time | requests/s |", "|---" * 6 + "|"]
    for one in judged:
        bar = one.bar
        lines.append(
            f"| {bar.row} | {bar.ours[1]} | {' '.join(bar.theirs)} | {bar.least:g}× | "
            f"{_judged(one.ratio.cpu, one.cpu_met)} | {_judged(one.ratio.wall, one.wall_met)} |"
        )
    for bar in missing:
        lines.append(
            f"| {bar.row} | {bar.ours[1]} | {' '.join(bar.theirs)} | {bar.least:g}× | not measured | – |"
        )
    return lines


def _judged(value: float, met: bool) -> str:
    return f"{_number(value)} {'met' if met else '**missed**'}"


def page(run: Run, cells: Cells, ours: str, embedded: str) -> str:
    """Return the page."""
    servers = list(dict.fromkeys(server for server, _kind in cells))
    on_postgis = [server for server in servers if server not in (embedded, MAPSERVER)]
    judged, missing = verdicts(bars(ours), cells)
    versions = ", ".join(f"{name} {version}" for name, version in run.versions.items())
    rows = ", ".join(f"{count:,} {layer}" for layer, count in run.rows.items())
    answers = ", ".join(f"{kind} {count:,}" for kind, count in run.features.items())
    lines = [
        "# Our service beside others, on the same data",
        "",
        f"`make bench` wrote this page on {run.day}, in one run of {run.rounds} rounds on {run.cores} cores. Load of the "
        f"machine: {run.load_before:.1f} before, {run.load_after:.1f} after. Figures are ratios: how many times less "
        "processor time a request takes, how many times more requests are answered in a second. The figures behind them are in "
        "[benchmarks.json](benchmarks.json).",
        "",
        "## Bars",
        *bar_lines(judged, missing),
        "",
        f"## Against {MAPSERVER}, on PostGIS",
        "Processor time · requests a second; above 1 is better than MapServer. A request through the OGC API is compared with "
        "MapServer's WFS: its own OGC API finds an id only by reading the whole table.",
        "",
        *table(cells, MAPSERVER, on_postgis),
        "",
    ]
    if any(server == "tipg" for server in servers):
        lines += ["## Against tipg", *table(cells, "tipg", [ours]), ""]
    if embedded in servers:
        lines += [
            "## Ours on SpatiaLite",
            f"{run.rows.get('addresses on SpatiaLite', 0):,} addresses in one file, no database server; MapServer as above, on "
            "PostGIS with all its rows. For information: the tables differ in size, the answers hardly.",
            "",
            *table(cells, MAPSERVER, [embedded]),
            "",
        ]
    lines += [
        "## What is compared",
        f"- Rows: {rows}. Features in an answer: {answers}.",
        f"- {versions}; ours with gunicorn, two processes; the others with two processes too.",
        "- One PostGIS on the same machine for all. The others read plain tables of today's rows in the same order on disk: id as "
        "primary key, GiST index, vacuumed, analysed, marked EPSG:4326 so that nothing has to be reprojected. Ours reads its "
        f"published tables, which hold every version, and finds today's rows in them; g asks for {run.past}.",
        "- Before anything is measured, every answer is compared with the database: the same ids, the same names, coordinates within "
        "1e-7°. Tiles: the same ids and names in ours and tipg's, positions within one unit of 4096.",
        "- Servers are started, warmed, measured and stopped by turns, in every round anew. Processor time: that of the server's "
        "processes, its database backends and nginx where it stands before, over requests one after the other. Requests a second: "
        f"`wrk -t1 -c4`, {run.seconds:g} s (longer where hardly anything was answered). Medians of {run.rounds} rounds for what the "
        "bars need; the rest, for information, was measured once. No compression.",
        "",
        "## What is not alike",
        "- e: ours keeps the texts of a whole small layer in memory until the next act, so its answer is a kept one after the first; "
        "the others make theirs anew each time.",
        "- Bodies hold the same features, not the same bytes: MapServer leaves out what is null in GML and GeoJSON or writes it "
        "empty, tipg and pygeoapi repeat the id, pygeoapi escapes Chinese characters.",
        "- MapServer runs behind nginx (FastCGI has no HTTP of its own); its share of processor time is counted.",
        "- Only ours answers with an ETag: *revalidated* compares our 304 with MapServer's whole answer, which is what a client of it "
        "has to fetch again.",
        "- d and e have one path each, so caches are warm for everybody; a, b, c and f go round several boxes, ids and tiles.",
        "- Pages come in each server's own default order; ours and the WFS of others may return different 10,000 for d.",
        "- f: ours draws points in a buffer of 64 units around the tile too (about 8 % more of them here), tipg does not.",
        "- wrk runs on the same cores as the servers.",
        "",
    ]
    return "\n".join(lines)


def document(run: Run, cells: Cells, ours: str) -> dict[str, Any]:
    """Return what the page stands on, for programs."""
    judged, _missing = verdicts(bars(ours), cells)
    return {
        "run": asdict(run),
        "cells": [
            {"server": server, "kind": kind, **{k: round(v, 3) for k, v in asdict(cell).items()}}
            for (server, kind), cell in cells.items()
        ],
        "bars": [
            {
                "bar": one.bar.row,
                "ours": one.bar.ours,
                "against": one.bar.theirs,
                "least": one.bar.least,
                "cpu": round(one.ratio.cpu, 2),
                "wall": round(one.ratio.wall, 2),
                "cpu_met": one.cpu_met,
                "wall_met": one.wall_met,
            }
            for one in judged
        ],
    }
