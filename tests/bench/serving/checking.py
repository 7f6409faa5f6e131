"""Whether the servers answer the same: each answer against the database, tiles against each other."""

from __future__ import annotations

from collections.abc import Mapping

from tests.bench.serving import store
from tests.bench.serving.bodies import MVT_UNITS, TOLERANCE_DEG, Features, differences, within_tile
from tests.bench.serving.kinds import PAGE, Asked
from tests.bench.serving.measuring import Client


class Checks:
    """Compares the answers of servers; ``faults`` says what differs, ``counted`` how many features a kind has."""

    def __init__(self, database: store.Database, chosen: store.Chosen, past: str) -> None:
        self.database, self.chosen, self.past = database, chosen, past
        self.faults: list[str] = []
        self.counted: dict[str, int] = {}
        self.tiles: dict[str, list[Features]] = {}

    def server(self, name: str, client: Client, asked: Mapping[str, Asked]) -> None:
        """Compare what a server answers to each kind, path by path."""
        for kind, one in asked.items():
            for place, path in enumerate(one.paths):
                try:
                    got = one.read(client.body(path))
                except (ValueError, KeyError, TypeError) as error:
                    self.faults.append(f"{name} {kind}: {path}: {error}")
                    continue
                if kind == "f":
                    self.tiles.setdefault(name, []).append(got)
                else:
                    want = self.wanted(kind, place, got)
                    self.faults += [
                        f"{name} {kind} {place}: {told}" for told in differences(want, got, TOLERANCE_DEG)
                    ]
                self.counted[kind] = max(self.counted.get(kind, 0), len(got))

    def wanted(self, kind: str, place: int, got: Features) -> Features:
        """Return what the answer to a path must hold, from the database."""
        letter = kind.partition("-")[0]
        if letter in ("a", "b"):
            return store.in_box(self.database, "addresses", self.chosen.boxes[place])
        if letter == "c":
            return store.by_ids(self.database, "addresses", [self.chosen.ids[place]])
        if letter == "d":
            # Which page comes first is each server's choice: as many as asked for, each as on record.
            found = store.by_ids(self.database, "addresses", sorted(got))
            total = store.size(self.database, "addresses")
            if len(got) != min(PAGE, total):
                self.faults.append(f"{kind}: {len(got)} / {min(PAGE, total)}")
            return found
        if letter == "e":
            return store.whole(self.database, "communities")
        if kind == "g-a":
            return store.as_of(self.database, self.past, self.chosen.boxes[place], None)
        return store.as_of(self.database, self.past, None, [self.chosen.ids[place]])

    def between(self, ours: str, theirs: str) -> None:
        """Compare the tiles of two servers that drew them."""
        if ours in self.tiles and theirs in self.tiles:
            for place, (a, b) in enumerate(zip(self.tiles[ours], self.tiles[theirs], strict=True)):
                told = differences(*within_tile(a, b), MVT_UNITS)
                self.faults += [f"{ours}/{theirs} f {place}: {one}" for one in told]
