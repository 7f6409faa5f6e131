"""An approved adjustment becomes register: versions, lineage with shares, addresses placed anew, certificates.

Everything here runs inside the decision's transaction, under the act that makes it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import shapely
from django.utils.translation import gettext as _

from boundaries import wording as words
from boundaries.drawing import Drawn, draw
from boundaries.editing import Land
from boundaries.ground import later_days
from boundaries.impact import Located, moves_since
from boundaries.instructions import Reparent, read_operations
from boundaries.judging import units_of
from boundaries.models import AdjustmentItem, CoverageCertificate, Unit, UnitLineage, UnitVersion
from boundaries.ports import Beforehand, ports
from boundaries.proposed import ProposedUnit
from geoapp.core import acts, frame
from geoapp.core.effective import annul, begin, end, in_force, succeed
from geoapp.core.errors import Conflict, NotReady
from geoapp.core.geometry import frame_geos, multipolygon
from geoapp.core.models import Act, Case
from geoapp.core.wording import joined

_LEAST_SHARE_M2 = 0.5
_LINEAGE = {
    AdjustmentItem.Kind.SPLIT: UnitLineage.Kind.SPLIT,
    AdjustmentItem.Kind.SETUP: UnitLineage.Kind.SPLIT,
    AdjustmentItem.Kind.MERGE: UnitLineage.Kind.MERGED,
    AdjustmentItem.Kind.DISSOLVE: UnitLineage.Kind.MERGED,
    AdjustmentItem.Kind.CONVERT: UnitLineage.Kind.VILLAGE_TO_COMMUNITY,
    AdjustmentItem.Kind.TRANSFER: UnitLineage.Kind.TRANSFER,
    AdjustmentItem.Kind.RENAME: UnitLineage.Kind.TRANSFER,
}
_FIGURES = ("households", "population", "population_registered", "population_actual")
_TEXTS = ("code", "office_address", "estates", "extent_text", "collective")


def drawn_at_every_date(row: AdjustmentItem, effective: date) -> list[Drawn]:
    """Replay an item at its date and at every later date of change already recorded for the land it touches.

    Raises NotReady when a replay is refused or unproved; a conflict with a pending later act names that act.
    """
    operations, units = read_operations(row.operations), units_of(row)
    first = draw(operations, units, effective, near=list(row.base))
    _require_proved(row, first)
    found = [first]
    for day in later_days(first.touched, effective):
        later = draw(operations, units, day, near=list(row.base))
        if later.refused is not None or later.certificate is None or not later.certificate.proved:
            raise _later_conflict(row, later, day)
        found.append(later)
    return found


def _require_proved(row: AdjustmentItem, drawn: Drawn) -> None:
    names = drawn.names
    reasons = [words.refusal(drawn.refused, names)[0]] if drawn.refused else []
    reasons += [words.fault(f, names) for f in drawn.certificate.faults] if drawn.certificate else []
    if reasons:
        raise NotReady(
            _("“%(item)s”的范围不能成立：%(reasons)s") % {"item": row.item.title, "reasons": joined(reasons)},
            reasons=reasons,
            remedy=_("请退回，在工作台上修改后再办"),
        )


def _later_conflict(row: AdjustmentItem, later: Drawn, day: date) -> NotReady:
    pending = (
        UnitVersion.objects.filter(act_out__isnull=True, unit_id__in=_known(later.touched), valid_from=day)
        .order_by("-act_in")
        .first()
    )
    act = Act.objects.select_related("case").filter(seq=pending.act_in).first() if pending else None
    who = act.case.number if act and act.case else f"#{act.seq}" if act else ""
    return NotReady(
        _("“%(item)s”与已登记、将于 %(day)s 生效的调整（%(act)s）冲突")
        % {"item": row.item.title, "day": day, "act": who},
        remedy=_("请先协调两件调整的生效日期或范围"),
        act=act.seq if act else None,
    )


def _known(ids: Sequence[str]) -> list[UUID]:
    found = []
    for text in ids:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def moved_since(row: AdjustmentItem, on: date) -> list[tuple[str, Act]]:
    """Return the units an item was drawn on that have changed since, each with the act that changed it."""
    current = {
        str(v.unit_id): v
        for v in in_force(UnitVersion.objects.filter(unit_id__in=_known(list(row.base))), on)
    }
    found = []
    for unit, seen in row.base.items():
        version = current.get(unit)
        if version is not None and version.row == seen:
            continue
        seq = (
            version.act_in
            if version
            else UnitVersion.objects.filter(row=seen).values_list("act_out", flat=True).first()
        )
        act = Act.objects.select_related("case", "actor").filter(seq=seq).first() if seq else None
        if act is not None and act.seq > row.base_seq:
            found.append((version.name if version else unit, act))
    return found


def require_unmoved(row: AdjustmentItem, on: date) -> None:
    """Raise Conflict naming who moved which unit since the drawing, and in which case."""
    moved = moved_since(row, on)
    if not moved:
        return
    name, act = moved[0]
    raise Conflict(
        _("“%(item)s”所依据的界线已变：%(unit)s由%(who)s在%(case)s中调整（第 %(seq)s 号登记行为）")
        % {
            "item": row.item.title,
            "unit": name,
            "who": act.actor or _("系统"),
            "case": act.case.number if act.case else "—",
            "seq": act.seq,
        },
        field="version",
        remedy=_("请按最新界线重新检查；能照原样重放的会自动接上，不能的请在工作台上修改"),
        moved_by=str(act.actor or ""),
    )


def register(
    row: AdjustmentItem,
    spans: Sequence[Drawn],
    act: acts.OpenAct,
    case: Case,
    approval: Mapping[str, Any],
    beforehand: Beforehand | None = None,
    located: Located | None = None,
) -> set[str]:
    """Write an item into the register; return the ids of all units whose rows changed (parents too).

    ``beforehand`` are its addresses, written before the act (``boundaries.beforehand``); ``located`` says where
    addresses go, as it was found outside.
    """
    units, first = units_of(row), spans[0]
    effective = first.ground.on
    follows = any(entry["addresses"] for entry in act.payload.get("adjustments", ()))
    moves, homeless = moves_since(located, first, effective, quiet=-1 if follows else act.seq - 1)
    if homeless:
        raise NotReady(
            _("有 %(n)s 个地址落不到任何村居，如%(text)s") % {"n": len(homeless), "text": homeless[0].text},
            remedy=_("请核对这些地址的位置"),
        )
    _new_units(first)
    changed: set[str] = set()
    for drawn in spans:
        changed |= _write_span(row, drawn, units, act, drawn is first)
    renamed = _names(first, units, act.seq, effective, approval)
    placed = {m.premise.id: m.to_unit for m in moves}
    towns = [op.parent for op in first.operations if isinstance(op, Reparent)]
    count = ports().replace_addresses(
        placed, towns, renamed, seq=act.seq, effective=effective, beforehand=beforehand, follows=follows
    )
    lineage = _lineage(
        row, first, units, {m.premise.id: (m.from_unit, m.to_unit) for m in moves}, act.seq, case
    )
    for drawn in spans:
        _certify(drawn, act, case)
    act.add(
        "adjustments",
        {
            "item": str(row.item_id),
            "kind": row.kind,
            "operations": row.operations,
            "after": row.after,
            "addresses": count,
            "lineage": lineage,
            "certificates": [d.certificate.as_json()["digest"] for d in spans if d.certificate],
        },
    )
    return changed


def _new_units(drawn: Drawn) -> None:
    known = {str(u) for u in Unit.objects.filter(pk__in=_known(drawn.moved)).values_list("pk", flat=True)}
    Unit.objects.bulk_create(
        Unit(pk=UUID(unit), level=Unit.Level.COMMUNITY)
        for unit in drawn.moved
        if unit in drawn.after and unit not in known
    )


def _write_span(
    row: AdjustmentItem, drawn: Drawn, units: Mapping[str, ProposedUnit], act: acts.OpenAct, first: bool
) -> set[str]:
    day, changed = drawn.ground.on, set()
    for unit in drawn.touched:
        if unit in drawn.after:
            values = _values(drawn, unit, units.get(unit))
            if _put(unit, values, drawn, units.get(unit), act.seq, day):
                changed.add(unit)
        elif first:
            _cease(unit, act.seq, day)
            changed.add(unit)
    for parent in drawn.parents:
        version = _standing(parent, day)
        shape = drawn.after.parents[parent].geometry
        if version is not None and not shapely.equals_exact(
            shapely.from_wkb(bytes(version.geom.wkb)), shape, 0.0
        ):
            succeed(version, seq=act.seq, valid_from=day, geom=_geom(drawn.after.parents[parent]))
            changed.add(parent)
    return changed


def _standing(unit: str, day: date) -> UnitVersion | None:
    return in_force(UnitVersion.objects.filter(unit_id=unit), day).first()


def _geom(land: Land) -> Any:
    return frame_geos(multipolygon(land.geometry))


def _values(drawn: Drawn, unit: str, given: ProposedUnit | None) -> dict[str, Any]:
    land = drawn.after[unit]
    values: dict[str, Any] = {"geom": _geom(land), "parent_id": UUID(land.parent)}
    if given is None:
        return values
    values |= {key: getattr(given, key) for key in _FIGURES if getattr(given, key) is not None}
    values |= {key: getattr(given, key) for key in _TEXTS if getattr(given, key)}
    if given.kind:
        values["kind"] = given.kind
    if given.name:
        values |= {"name": given.name, "pinyin": ports().romanise(given.name, given.pinyin)}
    return values


def _put(
    unit: str, values: dict[str, Any], drawn: Drawn, given: ProposedUnit | None, seq: int, day: date
) -> bool:
    version = _standing(unit, day)
    if version is not None:
        same = all(_equal(getattr(version, key), value) for key, value in values.items())
        if not same:
            succeed(version, seq=seq, valid_from=day, **values)
        return not same
    origin = _origin(drawn, unit)
    synthetic = bool(origin and drawn.ground.versions[origin].synthetic)
    defaults = {"name": "", "code": "", "kind": drawn.after[unit].kind, "households": 0, "population": 0}
    begin(
        UnitVersion,
        seq=seq,
        valid_from=day,
        unit_id=UUID(unit),
        synthetic=synthetic,
        **{**defaults, **values},
    )
    return True


def _equal(stored: Any, value: Any) -> bool:
    if hasattr(stored, "wkb"):
        return bytes(stored.wkb) == bytes(value.wkb)
    return bool(stored == value)


def _origin(drawn: Drawn, unit: str) -> str:
    """Return the unit that gave a new unit most of its land."""
    land = drawn.after[unit].geometry
    shares = [
        (float(shapely.intersection(land, drawn.before[old].geometry).area), old)
        for old in drawn.moved
        if old in drawn.before
    ]
    return max(shares)[1] if shares else ""


def _cease(unit: str, seq: int, day: date) -> None:
    for version in UnitVersion.objects.filter(unit_id=unit, act_out__isnull=True).order_by("valid_from"):
        if version.valid_from >= day:
            annul(version, seq=seq)
        elif version.valid_to is None or version.valid_to > day:
            end(version, seq=seq, valid_to=day)


def _names(
    drawn: Drawn, units: Mapping[str, ProposedUnit], seq: int, day: date, approval: Mapping[str, Any]
) -> list[str]:
    """Write the gazetteer rows of the names an item gives and ends; return the units called otherwise."""
    renamed = []
    for unit in drawn.moved:
        if unit not in drawn.after:
            ports().end_place_name(UUID(unit), seq=seq, effective=day)
            continue
        given, version = units.get(unit), drawn.ground.versions.get(unit)
        if given and given.name and (version is None or version.name != given.name):
            words = {"pinyin": given.pinyin, "meaning": given.meaning}
            ports().record_place_name(
                UUID(unit), given.name, seq=seq, effective=day, approval=approval, **words
            )
            renamed += [unit] if version is not None else []
    return renamed


def _lineage(
    row: AdjustmentItem,
    drawn: Drawn,
    units: Mapping[str, ProposedUnit],
    moves: Mapping[str, tuple[str, str]],
    seq: int,
    case: Case,
) -> list[dict[str, Any]]:
    """Freeze the overlay: what area, how many households and addresses went from which unit to which."""
    found = []
    for old in (u for u in drawn.moved if u in drawn.before):
        for new in (u for u in drawn.moved if u in drawn.after and u != old):
            piece = shapely.intersection(drawn.before[old].geometry, drawn.after[new].geometry)
            if piece.area < _LEAST_SHARE_M2:
                continue
            polygons = [p for p in shapely.get_parts(piece) if p.geom_type == "Polygon"]
            given = units.get(new)
            fresh = new not in drawn.before
            sources = [u for u in drawn.moved if u in drawn.before and _shares(drawn, u, new)]
            households = given.households if given and fresh and len(sources) == 1 else None
            share = {
                "area_mm2x2": frame.area2_mm2(shapely.multipolygons(polygons)),
                "households": households,
                "addresses": sum(1 for pair in moves.values() if pair == (old, new)),
            }
            UnitLineage.objects.create(
                from_unit_id=UUID(old),
                to_unit_id=UUID(new),
                effective=drawn.ground.on,
                kind=_LINEAGE[AdjustmentItem.Kind(row.kind)],
                source=case.number,
                act_in=seq,
                **share,
            )
            found.append({"from": old, "to": new, **share})
    return found


def _shares(drawn: Drawn, old: str, new: str) -> bool:
    piece = shapely.intersection(drawn.before[old].geometry, drawn.after[new].geometry)
    return bool(piece.area >= _LEAST_SHARE_M2)


def _certify(drawn: Drawn, act: acts.OpenAct, case: Case) -> None:
    assert drawn.certificate is not None
    body = json.dumps(drawn.certificate.as_json(), ensure_ascii=False, sort_keys=True)
    CoverageCertificate.objects.create(
        act=act.seq,
        case=case,
        on=drawn.ground.on,
        holds=drawn.certificate.proved,
        sha256=hashlib.sha256(body.encode()).hexdigest(),
        body=body,
    )


def rebased(row: AdjustmentItem, on: date) -> dict[str, int]:
    """Return the base of an item drawn anew on the land of a day: the versions it now stands on."""
    drawn = draw(read_operations(row.operations), units_of(row), on, near=list(row.base))
    return drawn.ground.base({*drawn.touched, *(u.id for u in drawn.before.neighbours(_held(drawn)))})


def _held(drawn: Drawn) -> list[str]:
    return [u for u in drawn.touched if u in drawn.before]
