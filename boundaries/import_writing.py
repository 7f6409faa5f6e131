"""An import becomes register: units, land, originals, certificate and published rows by one act."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from boundaries.import_planning import Plan, Planned
from boundaries.importing import DIGITS
from boundaries.lines import refresh_lines
from boundaries.models import CoverageCertificate, Unit, UnitOriginal, UnitVersion
from boundaries.ports import ports
from boundaries.published import publish_edges, publish_units
from geoapp.core import acts
from geoapp.core.effective import succeed_many
from geoapp.core.errors import Conflict, NotReady
from geoapp.core.geometry import frame_geos, multipolygon
from geoapp.core.models import Jurisdiction, User

ACT = "import_units"
_BATCH = 200


def commit_import(plan: Plan, *, at: datetime, actor: User | None = None) -> int:
    """Write a plan by one act and publish it; return the act's number.

    Raises NotReady when something stands in the way or the proof does not hold (nothing is written), Conflict when
    the register moved on since the plan was made.
    """
    if not plan.ready:
        raise NotReady(
            _("还不能导入：%(text)s") % {"text": "；".join(plan.problems[:3])},
            field="accept",
            remedy=_("请在报告里接受修补，或改好文件再导入"),
            reasons=list(plan.problems),
        )
    with transaction.atomic(), acts.act(ACT, at=at, actor=actor) as act:
        if act.seq != plan.base_seq + 1:
            raise Conflict(_("登记刚刚有变动，导入没有生效"), remedy=_("请再检查一次，按最新登记导入"))
        _write(plan, act.seq)
        _keep_originals(plan, act.seq)
        certificate = _certify(plan, act.seq)
        for unit in (p for p in plan.units if p.version is None):
            ports().record_place_name(unit.unit, unit.name, seq=act.seq, effective=plan.on, approval={})
        act.payload |= _payload(plan) | {"certificate": certificate, "publish": _publish(plan, act.seq)}
        return act.seq


def _write(plan: Plan, seq: int) -> None:
    # Upper units first: jurisdictions hang below one another.
    begun = sorted((p for p in plan.units if p.version is None), key=lambda p: DIGITS[Unit.Level(p.level)])
    areas = _jurisdictions([p for p in begun if p.level != Unit.Level.COMMUNITY], plan)
    Unit.objects.bulk_create(
        (Unit(pk=p.unit, level=p.level, jurisdiction=areas.get(p.code)) for p in begun), batch_size=_BATCH
    )
    UnitVersion.objects.bulk_create(
        (
            UnitVersion(
                unit_id=p.unit,
                parent_id=p.parent,
                name=p.name,
                pinyin=ports().romanise(p.name),
                code=p.code,
                kind=p.kind,
                landless=p.geometry is None and p.kind == UnitVersion.Kind.VIRTUAL,
                synthetic=plan.file.synthetic,
                geom=_geom(p),
                valid_from=plan.on,
                act_in=seq,
            )
            for p in begun
        ),
        batch_size=_BATCH,
    )
    succeed_many(
        [
            (p.version, plan.on, {"geom": _geom(p), "synthetic": p.version.synthetic or plan.file.synthetic})
            for p in plan.units
            if p.version is not None and p.geometry is not None
        ],
        seq=seq,
    )


def _geom(p: Planned) -> Any:
    return None if p.geometry is None else frame_geos(multipolygon(p.geometry))


def _jurisdictions(begun: Sequence[Planned], plan: Plan) -> dict[str, Jurisdiction]:
    """Return the areas of responsibility of upper units that begin: the ones on record, or new ones below the city."""
    found: dict[str, Jurisdiction] = {}
    city = Jurisdiction.objects.filter(level=Jurisdiction.Level.CITY).first()
    for p in begun:
        area = Jurisdiction.objects.filter(code=p.code, unit__isnull=True).first()
        above = found.get(p.code[:6]) or Jurisdiction.objects.filter(code=p.code[:6]).first()
        parent = above if p.level == Unit.Level.TOWN else city
        if area is None and parent is not None:
            area = Jurisdiction.objects.create(
                parent=parent,
                path=f"{parent.path}/{p.code}",
                level=p.level,
                name=p.name,
                code=p.code,
                valid_from=plan.on,
            )
        if area is not None:
            found[p.code] = area
    return found


def _keep_originals(plan: Plan, seq: int) -> None:
    UnitOriginal.objects.bulk_create(
        (
            UnitOriginal(
                unit_id=p.unit,
                act=seq,
                crs=plan.file.crs,
                wkb=plan.file.rows[p.row].wkb,
                source_name=plan.file.name,
                sha256=plan.file.sha256,
            )
            for p in plan.units
            if p.row is not None and plan.file.rows[p.row].wkb is not None
        ),
        batch_size=_BATCH,
    )


def _certify(plan: Plan, seq: int) -> str:
    assert plan.certificate is not None
    body = json.dumps(plan.certificate.as_json(), ensure_ascii=False, sort_keys=True)
    CoverageCertificate.objects.create(
        act=seq,
        on=plan.on,
        holds=plan.certificate.proved,
        sha256=hashlib.sha256(body.encode()).hexdigest(),
        body=body,
    )
    return str(plan.certificate.as_json()["digest"])


def _payload(plan: Plan) -> dict[str, Any]:
    file = plan.file
    return {
        "file": file.name,
        "sha256": file.sha256,
        "crs": file.crs,
        "level": file.level,
        "on": plan.on,
        "take_over": plan.take_over,
        "features": len(file.rows),
        "found": file.report.counts(),
        "repairs": [file.repairs[i].explanation for i in plan.accepted],
        "notes": plan.notes,
        "units": dict(Counter(p.level for p in plan.units)),
    }


def _publish(plan: Plan, seq: int) -> list[dict[str, Any]]:
    """Bring the lines in step and publish what the act changed; an import has no announcement of its own."""
    entries: list[dict[str, Any]] = []
    for level in Unit.Level.values:
        ids: list[UUID] = [p.unit for p in plan.units if p.level == level]
        if ids:
            publish_units(level, ids, known_at=seq, seq=seq)
            entries.append({"layer": level, "ids": [str(i) for i in ids], "known_at": seq})
    lines = refresh_lines([p.unit for p in plan.units], seq=seq)
    entries += publish_edges(lines, known_at=seq, seq=seq)
    return entries + ports().publish([str(p.unit) for p in plan.units], known_at=seq, seq=seq)
