"""How well and how fast addresses are read: beside cpca and jionlp on the labelled set, and on the demo city.

Run: ``.venv/bin/python -m tests.bench.bench_parse`` (the demo city is loaded into SpatiaLite in a temporary folder;
about a minute), or ``.ci/postgis.sh run .venv/bin/python -m tests.bench.bench_parse``. Only the comparison, without a
database: ``… -m tests.bench.bench_parse compare``. Asserts nothing.

The two others are optional and not among the project's dependencies. Install them into an environment of their own and
name its interpreter (they run there as a child process that reads texts and writes parts)::

    python3 -m venv var/others && var/others/bin/pip install cpca==0.5.5 jionlp==1.5.31 setuptools
    GEOAPP_OTHERS=var/others/bin/python .venv/bin/python -m tests.bench.bench_parse compare

They know province, city, district and, jionlp asked so, town and village; they are compared on those. They fill in the
levels above what is written, which the labels do not: so a level counts as wrong only where it contradicts the label, and
levels that the text does not name are not counted at all. Comparison is on the half kept from tuning.
"""

# ruff: noqa: E402 - the database is chosen before Django is set up
from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable

if not os.environ.get("GEOAPP_DATABASE_URL"):
    os.environ["GEOAPP_DATABASE_URL"] = f"spatialite:///{tempfile.mkdtemp()}/bench.sqlite3"
os.environ["DJANGO_SETTINGS_MODULE"] = "geoapp.settings"

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from naming.address_names import address_names
from naming.addressing.numerals import han_number
from naming.addressing.parts import AddressParts
from naming.matching import read_and_match
from naming.models import AddressVersion
from tests.naming.address_measure import labelled, measure, read

LEVELS = ("province", "city", "district", "town", "community")
BAR_MS = 30.0

CHILD = r"""
import json, sys
texts = json.load(sys.stdin)
name = sys.argv[1]
if name == "cpca":
    import cpca
    frame = cpca.transform(texts)
    rows = [{"province": r["省"], "city": r["市"], "district": r["区"]} for _, r in frame.iterrows()]
else:
    import jionlp
    rows = []
    for text in texts:
        r = jionlp.parse_location(text, town_village=True)
        rows.append({"province": r["province"], "city": r["city"], "district": r["county"],
                     "town": r.get("town"), "community": r.get("village")})
sys.stdout.write("\n@@" + json.dumps(rows))
"""


def other(python: str, name: str, texts: list[str]) -> list[dict[str, str]] | str:
    """Return what another reader finds, or why it could not be asked."""
    try:
        done = subprocess.run(
            [python, "-I", "-c", CHILD, name],
            input=json.dumps(texts),
            capture_output=True,
            text=True,
            timeout=600,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        last = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
        return f"not installed or failed: {last[-1] if last else error}"
    # Where cpca finds nothing its data frame may hold NaN.
    return [
        {k: v if isinstance(v, str) else "" for k, v in row.items()}
        for row in json.loads(done.stdout.rsplit("@@", 1)[1])
    ]


def compare() -> None:
    """Print found/named per level for this reader and the two others."""
    cases = labelled(kept=True)
    texts = [text for text, _ in cases]
    found: dict[str, list[dict[str, str]] | str] = {"this": [_levels(read(text)) for text in texts]}
    for name in ("cpca", "jionlp"):
        found[name] = other(os.environ.get("GEOAPP_OTHERS", sys.executable), name, texts)
    print(f"levels found / named in {len(cases)} texts kept from tuning")
    print(f"{'':<8}" + "".join(f"{level:>16}" for level in LEVELS))
    for name, rows in found.items():
        if isinstance(rows, str):
            print(f"{name:<8} {rows}")
            continue
        named, right = Counter[str](), Counter[str]()
        for (_, label), row in zip(cases, rows, strict=True):
            for level in LEVELS:
                if wanted := getattr(label, level):
                    named[level] += 1
                    right[level] += _bare(row.get(level, "")) == _bare(wanted)
        print(
            f"{name:<8}"
            + "".join(f"{f'{right[v]}/{named[v]}':>10}{right[v] / named[v]:>6.3f}" for v in LEVELS)
        )
    print(f"all slots of the ladder, this reader:\n{measure(cases, read).table()}")


def _levels(parts: AddressParts) -> dict[str, str]:
    return {level: getattr(parts, level) for level in LEVELS}


def _bare(name: str) -> str:
    """Return a name without the words for its kind: others write X街道办事处, X社区居委会."""
    for word in (
        "社区居民委员会",
        "社区居委会",
        "村民委员会",
        "居委会",
        "村委会",
        "街道办事处",
        "街道",
        "社区",
        "村",
        "镇",
    ):
        if name.endswith(word) and len(name) > len(word) + 1:
            return name.removesuffix(word)
    return name


WAYS: tuple[Callable[[AddressVersion, random.Random], str], ...] = (
    lambda row, rng: row.text,
    lambda row, rng: row.text.removeprefix("佛山市"),
    lambda row, rng: row.text.replace("区", " ", 1) + f"{rng.randint(1, 9)}座{rng.randint(1, 30)}01房",
    lambda row, rng: "广东省" + row.text.replace(f"{row.number}号", f"{han_number(row.number)}号"),
    lambda row, rng: row.text + "（近市场）电话13800000000",
    lambda row, rng: row.text.replace(f"{row.number}号", f"{row.number + 500}号"),
    lambda row, rng: row.text[6:],
    lambda row, rng: row.text.replace("路", "道", 1),
)
"""How doors of the demo are written for the clock: as registered, shortened, noisy, with a number that is not there,
without its upper levels, with a street name that is wrong."""


def clock(count: int = 2000) -> None:
    """Print how long parsing and matching take on the demo city."""
    call_command("migrate", verbosity=0)
    call_command("load_demo", verbosity=0)
    rng = random.Random(7)
    ids = list(AddressVersion.objects.filter(act_out__isnull=True).values_list("row", flat=True))
    rows = AddressVersion.objects.filter(row__in=rng.sample(ids, count // len(WAYS))).defer("geom")
    texts = [way(row, rng) for row in rows for way in WAYS]
    rng.shuffle(texts)
    on = timezone.localdate()
    begin = time.perf_counter()
    names = address_names(on)
    print(f"{connection.vendor}: {len(ids)} doors; names built in {time.perf_counter() - begin:.2f} s")
    times, busy, matched = [], [], 0
    for text in texts:
        begin, work = time.perf_counter(), time.process_time()
        found = read_and_match(text, address_names(on), on)[1]
        times.append((time.perf_counter() - begin) * 1000)
        busy.append((time.process_time() - work) * 1000)
        matched += found.match is not None
    times.sort()
    busy.sort()
    p95 = times[int(len(times) * 0.95)]
    print(
        f"parse and match of {len(texts)} texts: median {statistics.median(times):.1f} ms, p95 {p95:.1f} ms "
        f"(bar {BAR_MS:.0f}), longest {times[-1]:.1f} ms; of that this process {statistics.median(busy):.1f} and "
        f"{busy[int(len(busy) * 0.95)]:.1f} ms; {matched} matched; {len(names.streets_in(frozenset()))} streets"
    )


if __name__ == "__main__":
    if "compare" not in sys.argv[1:]:
        clock()
    if "clock" not in sys.argv[1:]:
        compare()
