"""Rows that name a former address: which address on record is meant, and its change to the new number (rule A-15).

The door keeps its identity; the line from the old text to the new one is written, and what hangs at the door with the
old number is closed. A number given up in a file is not given to another door by the same file: a number that was
ever given stays kept (geoapp/docs/decisions/0010).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from geoapp.core import bulk
from geoapp.core.checks import Severity
from geoapp.core.effective import in_force, standing, succeed_many
from naming import published
from naming.address_batch import PLOT
from naming.addressing.compose import number_text
from naming.importing.rows import Staged
from naming.models import AddressCode, AddressImport, AddressPosition, AddressVersion, Plate, Renumbering

_Finding = dict[str, str]


@dataclass(frozen=True, slots=True)
class Former:
    """The address a row renumbers. ``later``: something is recorded of it for a later day, or it begins later."""

    address: UUID
    street: UUID
    community: str
    text: str
    state: str
    later: bool


def formers_of(staged: Sequence[Staged], on: date) -> dict[int, Former]:
    """Return by row (its index) the one address that bears the former text; rows without such are left out.

    Two queries, however many rows; none when no row names a former address.
    """
    asked = {s.index: s.reading.former for s in staged if s.reading.former}
    asked = {i: text for i, text in asked.items() if text}
    if not asked:
        return {}
    rows = standing(AddressVersion.objects.filter(text__among=sorted(set(asked.values()))), on)
    held: dict[str, dict[UUID, tuple[Any, ...]]] = defaultdict(dict)
    for row in rows.order_by("valid_from").values_list(
        "address_id", "street_id", "community_id", "text", "state", "valid_from"
    ):
        held[row[3]].setdefault(row[0], row)
    ids = [address for found in held.values() for address in found]
    versions = Counter(
        standing(AddressVersion.objects.filter(address_id__among=ids), on).values_list(
            "address_id", flat=True
        )
    )
    found = {}
    for one in staged:
        there = held.get(asked.get(one.index, ""), {})
        if len(there) != 1 or one.proposal.text == one.reading.former:
            continue
        address, street, community, text, state, since = next(iter(there.values()))
        later = since > on or versions[address] != 1
        state = state or AddressVersion.State.STANDARD.value
        found[one.index] = Former(address, street, str(community), text, state, later)
    return found


def as_change(one: Staged, former: Former) -> Staged:
    """Return a row as the change it is: a number that the row does not call otherwise stays what it is (temporary)."""
    state = one.reading.state if one.reading.stated else former.state
    reading = replace(one.reading, state=state)
    return replace(one, reading=reading, proposal=replace(one.proposal, state=state, renumbering=True))


def _finding(
    severity: Severity, variant: str, message: str, remedy: str, message_en: str, remedy_en: str
) -> _Finding:
    return {
        "code": "A-15",
        "variant": variant,
        "severity": severity.value,
        "column": "former",
        "message": message,
        "remedy": remedy,
        "message_en": message_en,
        "remedy_en": remedy_en,
    }


def told_of(one: Staged, former: Former, rivals: Sequence[Staged]) -> _Finding:
    """Return what is said of a row that changes an address: that it does, or why it cannot.

    ``rivals`` are the other rows that name the same former address.
    """
    old, new = former.text, one.proposal.text
    if rivals:
        other = rivals[0].words
        return _finding(
            Severity.BLOCK,
            "twice",
            f"原地址“{old}”在同一文件里改了两次（另见{other}）",
            "一个原地址只能改为一个新地址；分成几户的，请一行改号，其余各行清空原地址按新编登记",
            f"The former address “{old}” is changed twice in one file (see “{other}” too)",
            "One former address becomes one new address; where it was divided, change one row and enter the others as new",
        )
    if former.later:
        return _finding(
            Severity.BLOCK,
            "later",
            f"原地址“{old}”在 {one.proposal.on} 尚未生效，或者已登记了以后的变更",
            "请改用原地址有效的日期，或者按门牌变更办理",
            f"The former address “{old}” is not in force on {one.proposal.on}, or a later change of it is on record",
            "Use a day on which it is in force, or handle it as a change of number",
        )
    return _finding(
        Severity.INFO,
        "change",
        f"变更：{old} → {new}",
        "登记后原地址、原门牌仍可查到新地址",
        f"Change: “{old}” → “{new}”",
        "Once entered, the old text and the old plate still lead to the new address",
    )


GONE = _finding(
    Severity.BLOCK,
    "unknown",
    "原地址在检查以后已被变更或者注销",
    "请重新检查这个文件",
    "The former address was changed or cancelled after the check",
    "Check the file anew",
)
"""The finding of a row whose former address is no longer there when the row is to be entered."""


def carry_out(
    batch: AddressImport,
    changes: Sequence[tuple[Staged, Former]],
    columns: Mapping[int, Mapping[str, Any]],
    seq: int,
) -> list[dict[str, str]]:
    """Change addresses by act ``seq``; return each with its old and its new text, as the act's payload keeps it.

    ``columns`` are the new columns of ``AddressVersion`` by the index of the row, geometry as WKB. Raises Conflict
    when an address has been changed by another act meanwhile.
    """
    if not changes:
        return []
    ids = [former.address for _, former in changes]
    now = {v.address_id: v for v in in_force(AddressVersion.objects.filter(address_id__among=ids), batch.on)}
    moved, pairs, lines = [], [], []
    for one, former in changes:
        old, values = now[former.address], columns[one.index]
        pairs.append((old, batch.on, dict(values)))
        if bytes(old.geom.wkb) != bytes(values["geom"]):
            moved.append((former.address, values["geom"]))
        lines.append(
            {
                "address_id": former.address,
                "old_text": old.text,
                "new_text": values["text"],
                "old_number": number_text(old.number, old.sub_number),
                "new_number": number_text(values["number"], values["sub_number"]),
                "valid_from": batch.on,
                "act_in": seq,
            }
        )
    succeed_many(pairs, seq=seq, keys=False)
    bulk.insert(Renumbering, lines)
    _move(batch, moved, seq)
    _replot(batch, changes, seq)
    plates = Plate.objects.filter(address_id__among=ids, closed_in__isnull=True)
    plates.update(state=Plate.State.REPLACED, closed_in=seq)
    return [
        {"id": str(line["address_id"]), "old": line["old_text"], "new": line["new_text"]} for line in lines
    ]


def _move(batch: AddressImport, moved: Sequence[tuple[UUID, Any]], seq: int) -> None:
    """Record entrances that lie elsewhere now."""
    if not moved:
        return
    entrance = AddressPosition.Kind.ENTRANCE.value
    held = AddressPosition.objects.filter(address_id__among=[a for a, _ in moved], kind=entrance)
    held.filter(act_out__isnull=True).update(act_out=seq)
    bulk.insert(
        AddressPosition,
        (
            {
                "address_id": address,
                "kind": entrance,
                "method": AddressPosition.Method.IMPORT.value,
                "source": batch.filename[:100],
                "act_in": seq,
                "geom": geom,
            }
            for address, geom in moved
        ),
    )


def _replot(batch: AddressImport, changes: Sequence[tuple[Staged, Former]], seq: int) -> None:
    """Record the plots that rows name, where the address has another or none."""
    wanted = {former.address: one.reading.plot for one, former in changes if one.reading.plot}
    if not wanted:
        return
    codes = in_force(AddressCode.objects.filter(scheme=PLOT, address_id__among=list(wanted)), batch.on)
    held = {code.address_id: code for code in codes}
    changed = [(c, batch.on, {"code": wanted[a]}) for a, c in held.items() if c.code != wanted[a]]
    succeed_many(changed, seq=seq)
    bulk.insert(
        AddressCode,
        [
            AddressCode(address_id=a, scheme=PLOT, code=plot, valid_from=batch.on, act_in=seq)
            for a, plot in wanted.items()
            if a not in held
        ],
    )


def publish(changes: Sequence[tuple[Staged, Former]], seq: int) -> list[UUID]:
    """Publish changed addresses that the public layer shows; return which. A number not yet released stays unseen."""
    public = published.released(former.address for _, former in changes) if changes else []
    if public:
        published.publish("addresses", public, known_at=seq, seq=seq)
    return public
