"""The French validator of address files on as many rows, for information: other rules, another format, the same count.

``@ban-team/validateur-bal`` reads the format "Base Adresse Locale" and checks every row against that format's rules. It
is fetched by npm into a temporary folder, never into the project.
"""

from __future__ import annotations

import csv
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import which

PACKAGE = "@ban-team/validateur-bal@3.5.2"
PACKAGES = (PACKAGE, "fs-extra@11")
"""Its command needs fs-extra without asking for it."""
HEADER = (
    *("cle_interop", "uid_adresse", "voie_nom", "lieudit_complement_nom", "numero", "suffixe"),
    *("commune_insee", "commune_nom", "position", "x", "y", "long", "lat", "cad_parcelles", "source"),
    *("date_der_maj", "certification_commune"),
)


def rows_for(count: int) -> Iterator[tuple[object, ...]]:
    """Yield good rows: streets of 400 numbers in one commune, a point each in degrees."""
    for n in range(count):
        street, number = divmod(n, 400)
        yield (
            *(
                f"01001_{street % 9_000 + 1:04}_{number + 1:05}",
                "",
                f"Rue Numéro {street + 1}",
                "",
                number + 1,
            ),
            *("", "01001", "L'Abergement-Clémenciat", "entrée", "", ""),
            *(f"{4.92 + street / 1e6:.6f}", f"{46.15 + number / 1e6:.6f}", "", "Commune", "2026-01-01", "1"),
        )


def run(count: int, folder: Path) -> None:
    """Fetch the validator, let it read a file of ``count`` rows, print what it took; say so where it cannot be had."""
    npm = which("npm")
    if npm is None:
        print("validator: npm is not installed")
        return
    place = folder / "validator"
    place.mkdir()
    fetched = subprocess.run(
        [npm, "install", "--no-audit", "--no-fund", "--prefix", str(place), *PACKAGES],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if fetched.returncode:
        print(f"validator: {PACKAGE} could not be installed: {fetched.stderr.strip()[-200:]}")
        return
    path = folder / "bal.csv"
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink, delimiter=";")
        writer.writerow(HEADER)
        writer.writerows(rows_for(count))
    said = folder / "validator.txt"
    start = time.perf_counter()
    with said.open("wb") as sink:
        command = [str(place / "node_modules" / ".bin" / "bal"), "validate", str(path)]
        child = subprocess.Popen(command, stdout=sink, stderr=subprocess.STDOUT)
        # Waited for by its number: the memory told is its own, not that of any child before it.
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    spent, worked = time.perf_counter() - start, used.ru_utime + used.ru_stime
    print(
        f"validator {PACKAGE}: exit {child.returncode}, {spent:.1f} s {count / spent:.0f} rows/s, "
        f"processor {worked:.1f} s {count / worked:.0f} rows/s, peak {used.ru_maxrss / 1024:.0f} MB"
    )
    with said.open("rb") as source:
        head = source.read(3000).decode("utf-8", "replace")
    print("  " + " | ".join(line for line in head.splitlines() if line)[:300])
