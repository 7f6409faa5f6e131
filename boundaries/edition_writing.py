"""A confirmed list written into the register by one act, as loading of history writes one; land is not touched."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from boundaries.edition_acts import Edition, InferredAct, Listed
from boundaries.edition_ahead import ReadyList
from boundaries.edition_confirming import Comparison, strays, walk
from boundaries.edition_register import Standing, standing
from boundaries.history import ListWriter, digest, town_name
from boundaries.lines import refresh_lines
from boundaries.models import EditionUpload, Unit, UnitVersion
from boundaries.ports import Beforehand, ports
from boundaries.published import publish_edges, publish_units
from geoapp.core import acts
from geoapp.core.effective import in_force
from geoapp.core.errors import Conflict, NotReady
from geoapp.core.models import Jurisdiction, User
from geoapp.core.wording import joined


def require_ready(comparison: Comparison, base: Standing) -> None:
    """Raise NotReady while acts wait for an answer or the confirmed ones do not fit together."""
    if comparison.pending:
        raise NotReady(
            _("还有 %(n)s 项没有确认或驳回") % {"n": len(comparison.pending)},
            field="key",
            remedy=_("请逐项或按组确认，有障碍的请驳回并写明理由"),
        )
    try:
        homeless = strays(comparison, base)
    except ValueError:
        raise NotReady(
            _("按所定的生效日期，会有两个单位同时使用一个代码"),
            field="effective",
            remedy=_("请让用同一代码的变动同日生效，或先撤后设"),
        ) from None
    if homeless:
        raise NotReady(
            _("这些村居会没有所属镇街：%(units)s") % {"units": joined(homeless[:5])},
            field="key",
            remedy=_("镇街的变动与其村居的变动须一并确认或一并驳回，且镇街不晚于村居生效"),
        )


def write(
    upload: EditionUpload,
    edition: Edition,
    comparison: Comparison,
    base: Standing,
    *,
    still: Callable[[], None],
    actor: User,
    at: datetime,
    ready: ReadyList | None = None,
) -> int:
    """Write the confirmed acts and publish what they changed; return the act's number. Inside a transaction.

    ``ready`` is what lies prepared for it. ``still`` raises when the register has moved since ``base`` was read; it is asked once the line of acts is
    locked. Raises Conflict when the register afterwards is not the list less what was rejected.
    """
    confirmed = [p.dated() for p in comparison.confirmed]
    with acts.act(f"edition_{upload.year}", at=at, actor=actor) as act:
        still()
        writer = ListWriter({}, _romanise, dict(base.versions))
        writer.step(confirmed, Edition(upload.year, edition.units, edition.towns), act.seq)
        _require_equal(comparison, base, edition)
        _areas(confirmed, writer, actor, at)
        _names(confirmed, base, writer, act.seq)
        renamed = _renamed_towns(confirmed, base, writer)
        for town, day in renamed.items():
            beforehand = ready.towns.get(town) if ready else None
            ports().replace_addresses(
                {},
                [],
                [str(town)],
                seq=act.seq,
                effective=day,
                beforehand=beforehand,
                follows=len(renamed) > 1,
            )
        act.payload |= {
            "edition": upload.year,
            "units": len(edition.units),
            "towns": len(edition.towns),
            "sha256": digest(edition),
            "acts": [a.as_json() for a in confirmed],
            "rejected": [
                {"act": p.act.as_json(), "reason": p.answer.reason if p.answer else ""}
                for p in comparison.rejected
            ],
            "compared_with": {"on": base.on, "seq": base.seq},
            "file": {"id": str(upload.pk), "name": upload.filename, "sha256": upload.sha256},
            "publish": _publish(act.seq, set(renamed), ready.public if ready else None),
        }
        return act.seq


def _spelled(name: str) -> bool:
    """Say whether a spelling can follow a name: lists print letters (A区) and marks for lost characters (?心)."""
    return all(unicodedata.name(c, "").startswith("CJK") for c in name)


def _romanise(name: str) -> str:
    return ports().romanise(name) if _spelled(name) else ""


def _require_equal(comparison: Comparison, base: Standing, edition: Edition) -> None:
    """The register on the last day of effect must be what the confirmed acts make of the list before."""
    days = walk(comparison)
    if not days:
        return
    last, expected = days[-1]
    found = standing(last, sorted({u.code[:6] for u in edition.units})).names()
    units = {c: n for c, n in found.items() if len(c) == 12}
    wanted = {c: n for c, n in expected.items() if len(c) == 12}
    towns = {c: town_name(n) for c, n in expected.items() if len(c) == 9}
    if units != wanted or any(found.get(c) != n for c, n in towns.items()):
        raise Conflict(
            _("写入后的登记与名单不符，没有写入"),
            remedy=_("请检查是否有更晚生效的登记，再比对一次"),
        )


def _names(confirmed: Sequence[InferredAct], base: Standing, writer: ListWriter, seq: int) -> None:
    """Keep the gazetteer in step: new and changed names come, names of units that are no more end."""
    for act in confirmed:
        assert act.effective is not None
        if not act.kind.continues:
            for row in act.before:
                if row.code in base.versions:
                    ports().end_place_name(base.versions[row.code].unit_id, seq=seq, effective=act.effective)
        old = base.versions.get(act.before[0].code) if act.kind.continues else None
        for row in act.after:
            version = writer.standing.get(row.code)
            if version is None or (old is not None and old.name == version.name):
                continue
            if _spelled(version.name):
                ports().record_place_name(
                    version.unit_id, version.name, seq=seq, effective=act.effective, approval={}
                )


def _renamed_towns(confirmed: Sequence[InferredAct], base: Standing, writer: ListWriter) -> dict[UUID, date]:
    found = {}
    for act in confirmed:
        if act.level != "town" or not act.kind.continues or not act.effective:
            continue
        old, new = base.versions.get(act.before[0].code), writer.standing.get(act.after[0].code)
        if old and new and (old.name, old.code) != (new.name, new.code):
            found[new.unit_id] = act.effective
    return found


def _areas(confirmed: Sequence[InferredAct], writer: ListWriter, actor: User, at: datetime) -> None:
    """Give a new town its area of responsibility, and areas the names their units bear today."""
    for act in confirmed:
        if act.level != "town" or act.kind.continues:
            continue
        for row in act.after:
            version = writer.standing.get(row.code)
            if version is not None:
                _new_area(row, version)
    name_areas(timezone.localdate(at))


def _new_area(row: Listed, version: UnitVersion) -> None:
    above = Jurisdiction.objects.filter(code=row.code[:6]).first()
    if above is None:
        return
    area = Jurisdiction.objects.filter(path=f"{above.path}/{row.code}").first()
    if area is None:
        area = Jurisdiction.objects.create(
            parent=above,
            path=f"{above.path}/{row.code}",
            level=Jurisdiction.Level.TOWN,
            name=version.name,
            code=row.code,
            valid_from=version.valid_from,
        )
    elif Unit.objects.filter(jurisdiction=area).exists():
        return
    Unit.objects.filter(pk=version.unit_id).update(jurisdiction=area)


def name_areas(on: date) -> int:
    """Give areas of responsibility the name and code their unit bears on a day; return how many changed.

    A path never changes: it is what rights hang on.
    """
    changed = 0
    rows = in_force(UnitVersion.objects.filter(unit__jurisdiction__isnull=False), on).select_related(
        "unit__jurisdiction"
    )
    for version in rows.defer("geom"):
        area = version.unit.jurisdiction
        if (area.name, area.code) != (version.name, version.code):
            Jurisdiction.objects.filter(pk=area.pk).update(name=version.name, code=version.code)
            changed += 1
    return changed


def _publish(seq: int, towns: set[UUID], beforehand: Beforehand | None = None) -> list[dict[str, Any]]:
    """Bring the lines in step; publish what the act changed, and what lies below a town that bears another name."""
    touched = UnitVersion.objects.filter(act_in=seq) | UnitVersion.objects.filter(act_out=seq)
    below = UnitVersion.objects.filter(parent_id__in=towns, act_out__isnull=True)
    entries: list[dict[str, Any]] = []
    everything: list[str] = []
    for level in Unit.Level.values:
        ids = {
            *touched.filter(unit__level=level).values_list("unit_id", flat=True),
            *below.filter(unit__level=level).values_list("unit_id", flat=True),
        }
        if ids:
            publish_units(level, sorted(ids), known_at=seq, seq=seq)
            entries.append({"layer": level, "ids": sorted(str(i) for i in ids), "known_at": seq})
            everything += sorted(str(i) for i in ids)
    changed = set(touched.values_list("unit_id", flat=True))
    entries += publish_edges(refresh_lines(changed, seq=seq), known_at=seq, seq=seq)
    return entries + (
        ports().publish(everything, known_at=seq, seq=seq, beforehand=beforehand) if everything else []
    )
