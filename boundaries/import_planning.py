"""What an import would do to the register on a day, worked out and proved before anything is written.

Into a level without units it is a take-over; otherwise units are matched by code and gain the land they lacked.
Geometry in the city frame (metres, whole millimetres).
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from boundaries.certificates import Certificate
from boundaries.coverage.places import square_metres
from boundaries.editing import Coverage, Land
from boundaries.editing.land import enclave_count, part_count
from boundaries.fitting import fit
from boundaries.ground import shape_of
from boundaries.history import is_town, kind_of
from boundaries.import_location import differs, displaced, same, thick
from boundaries.importing import ABOVE, DIGITS, VIRTUAL, ImportFile, Mended, mend, some
from boundaries.models import Unit, UnitVersion
from boundaries.proof import prove_all
from boundaries.register import city_outline
from geoapp.core import acts
from geoapp.core.effective import in_force
from geoapp.core.models import Jurisdiction

_MOST_SAMPLES = 20


@dataclass(frozen=True)
class Planned:
    """One unit as the import leaves it; ``version`` the standing one (None: the unit begins), ``row`` in the file."""

    unit: uuid.UUID
    level: str
    code: str
    name: str
    kind: str
    parent: uuid.UUID | None
    geometry: BaseGeometry | None
    version: UnitVersion | None = None
    row: int | None = None


@dataclass
class Plan:
    """What would be written: only when ``problems`` is empty and the ``certificate`` is proved."""

    file: ImportFile
    on: date
    accepted: tuple[int, ...]
    base_seq: int
    take_over: bool = False
    units: list[Planned] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    certificate: Certificate | None = None

    @property
    def ready(self) -> bool:
        """Whether it may be written."""
        return not self.problems and self.certificate is not None and self.certificate.proved


def plan_import(
    file: ImportFile, on: date, accepted: Sequence[int], *, outline: BaseGeometry | None = None
) -> Plan:
    """Work out an import with the accepted repairs (positions) for a day; nothing is written.

    ``outline`` is the city's (frame) where the register holds none yet. What stands in the way is in ``problems``.
    """
    mended = mend(file, accepted)
    plan = Plan(file, on, tuple(accepted), acts.head_seq(), notes=list(file.notes))
    plan.problems += mended.problems
    work = _Work(plan, mended, outline)
    # Displaced land overlaps its neighbours: both are said.
    for steps in ((work.match,), (work.place, work.locate), (work.raise_parents,), (work.prove,)):
        if plan.problems:
            break
        for step in steps:
            step()
    return plan


class _Work:
    """The steps of planning; each adds units or problems to the plan."""

    def __init__(self, plan: Plan, mended: Mended, outline: BaseGeometry | None) -> None:
        self.plan, self.file, self.on = plan, plan.file, plan.on
        self.mended, self.outline = mended, outline
        self.level = Unit.Level(self.file.level)
        self.standing = {v.code: v for v in self._in_force(self.level)}
        self.upper: dict[str, dict[str, UnitVersion]] = {}
        level = self.level
        while level in ABOVE:
            level = ABOVE[level]
            self.upper[level] = {v.code: v for v in self._in_force(level)}
        self.begun: dict[str, Planned] = {}  # upper units that begin, by code
        self.fresh: list[Planned] = []

    def _in_force(self, level: str) -> list[UnitVersion]:
        return list(in_force(UnitVersion.objects.filter(unit__level=level), self.on))

    def match(self) -> None:
        """Match the file's units by code; in an empty level they begin."""
        plan, file = self.plan, self.file
        plan.take_over = not self.standing
        if plan.take_over:
            self._begin()
            return
        unknown = [c for c in file.codes if c not in self.standing]
        found = [(i, self.standing[c]) for i, c in enumerate(file.codes) if c in self.standing]
        landed = [v.name for _i, v in found if v.geom]
        landless = [v.name for i, v in found if v.landless and self.mended.shapes[i] is not None]
        later = UnitVersion.objects.filter(
            act_out__isnull=True, valid_from__gt=self.on, unit_id__in=[v.unit_id for _i, v in found]
        ).order_by("valid_from")
        if unknown:
            plan.problems.append(
                _("%(count)s 个代码在 %(day)s 没有登记：%(text)s。新设单位请走设立程序")
                % {"count": len(unknown), "day": self.on, "text": some(unknown)}
            )
        if landed:
            plan.problems.append(
                _("%(count)s 个单位已经有范围：%(text)s。改动界线请走调整程序")
                % {"count": len(landed), "text": some(landed)}
            )
        if landless:
            plan.problems.append(
                _("%(count)s 个虚拟社区没有地域，文件里却有图形：%(text)s")
                % {"count": len(landless), "text": some(landless)}
            )
        if later.exists():
            plan.problems.append(
                _("这些单位在 %(day)s 之后还有已登记的变动（%(last)s），请按最后变动之日导入")
                % {"day": self.on, "last": later.last().valid_from}
            )
        other = [
            f"{v.code} {v.name}→{file.names[i]}"
            for i, v in found
            if file.names[i] and file.names[i] != v.name
        ]
        if other:
            plan.notes.append(
                _("%(count)s 个单位的名称与登记不同，以登记为准：%(text)s")
                % {"count": len(other), "text": some(other)}
            )
        self.fresh = [
            Planned(v.unit_id, self.level, v.code, v.name, v.kind, v.parent_id, None, v, i) for i, v in found
        ]

    def _begin(self) -> None:
        file = self.file
        nameless = [c for c, name in zip(file.codes, file.names, strict=True) if not name]
        if nameless:
            self.plan.problems.append(
                _("%(count)s 个新登记的单位没有名称：%(text)s")
                % {"count": len(nameless), "text": some(nameless)}
            )
            return
        for i, (code, name) in enumerate(zip(file.codes, file.names, strict=True)):
            parent = self._upper_of(code, self.level)
            self.fresh.append(
                Planned(uuid.uuid4(), self.level, code, name, kind_of(code), parent, None, None, i)
            )

    def _upper_of(self, code: str, level: str) -> uuid.UUID | None:
        """Return the unit above a code; it begins when its own level is empty. Adds a problem when it is missing."""
        above = ABOVE.get(Unit.Level(level))
        if above is None:
            return None
        key = code[: DIGITS[above]]
        if above == Unit.Level.TOWN and not is_town(
            key
        ):  # a farm or a prison: its units belong to the district
            return self._upper_of(key, above)
        if key in self.upper[above]:
            return self.upper[above][key].unit_id
        if key in self.begun:
            return self.begun[key].unit
        name = self.file.above.get(key) or (
            Jurisdiction.objects.filter(code=key).values_list("name", flat=True).first() or ""
        )
        if self.upper[above] or not name:
            problem = (
                _("上级单位 %(code)s 没有登记，请先登记上级")
                if self.upper[above]
                else _("缺少上级单位 %(code)s 的名称，请在文件里加上它的一行（可以没有图形）")
            ) % {"code": key}
            if problem not in self.plan.problems:
                self.plan.problems.append(problem)
            return None
        parent = self._upper_of(key, above)
        self.begun[key] = Planned(uuid.uuid4(), above, key, name, kind_of(key), parent, None)
        return self.begun[key].unit

    def place(self) -> None:
        """Bring the land to the frame, beside what stands there."""
        landed = [p for p in self.fresh if p.row is not None and self.mended.shapes[p.row] is not None]
        beside = [v for v in self.standing.values() if v.geom]
        land = [shape_of(v) for v in beside]
        fitted = fit([self.mended.shapes[p.row] for p in landed], self.file.crs, self.mended.noise, land)
        gone = [p.name for p, shape in zip(landed, fitted.shapes, strict=True) if shape is None]
        if gone:
            self.plan.problems.append(_("取整到毫米后没有面积：%(text)s") % {"text": some(gone)})
            return
        placed = dict(zip((p.unit for p in landed), fitted.shapes, strict=True))
        self.fresh = [_with_land(p, placed.get(p.unit)) for p in self.fresh]
        bent = []
        for version, before, after in zip(beside, land, fitted.standing, strict=True):
            if after is None or differs(before, after):
                self.plan.problems.append(
                    _("与已登记的%(name)s重叠，或者与它之间对不上") % {"name": version.name}
                )
            elif not same(before, after):
                bent.append(_standing(version, self.level, after))
        if bent:
            names = some([p.name for p in bent])
            self.plan.notes.append(_("在相邻单位的界线上补了界点：%(text)s") % {"text": names})
        self.fresh += bent
        self.plan.notes.append(
            _("图形已投影到城市坐标系并取整到毫米")
            + (_("，相邻单位的界点已补齐") if fitted.noded or fitted.settled else "")
        )

    def locate(self) -> None:
        """Check that the land lies in the city and not displaced."""
        shapes = [p.geometry for p in self.fresh if p.geometry is not None]
        if not shapes:
            self.plan.problems.append(_("文件里没有可以导入的图形"))
            return
        union = shapely.union_all(shapes)
        city = self._city()
        outside = [] if city is None else thick(shapely.difference(union, city))
        if outside:
            names = [
                p.name
                for p in self.fresh
                if p.geometry is not None and thick(shapely.difference(p.geometry, city))
            ]
            area = square_metres(sum(part.area for part in outside))
            self.plan.problems.append(
                _("%(count)s 个单位超出本市范围，共 %(area)s：%(text)s")
                % {"count": len(names), "area": area, "text": some(names)}
            )
        said = displaced(union, self._reference(city), city if outside else None)
        if said and "GCJ" in said:
            self.plan.problems.append(said)
        elif said:
            self.plan.notes.append(said)
        if city is None:
            self.plan.notes.append(_("登记里还没有全市范围，没有检查图形是否在本市"))

    def _city(self) -> BaseGeometry | None:
        if self.outline is not None:
            return self.outline
        districts = self.upper.get(Unit.Level.DISTRICT, {})
        whole = bool(districts) and all(v.geom for v in districts.values())
        return city_outline(self.on) if whole else None

    def _reference(self, city: BaseGeometry | None) -> BaseGeometry | None:
        """Return the outline the new land should fill: its parents', when they have land; all of the city at a take-over."""
        above = ABOVE.get(self.level)
        parents = {p.parent for p in self.fresh}
        held = [v for v in self.upper.get(above or "", {}).values() if v.unit_id in parents and v.geom]
        if held and len(held) == len(parents):
            return shapely.union_all([shape_of(v) for v in held])
        return city if self.plan.take_over else None

    def raise_parents(self) -> None:
        """Give every upper unit whose units all have land the union of theirs; compare where it has land already."""
        self.plan.units = [*self.begun.values(), *self.fresh]
        lower = self.level
        below: dict[uuid.UUID | None, list[tuple[str, BaseGeometry | None]]] = defaultdict(list)
        while lower in ABOVE:
            above = ABOVE[lower]
            for parent, children in self._children(lower).items():
                below[parent] += children
            touched = {p.parent for p in self.plan.units if p.geometry is not None}
            versions = {v.unit_id: v for v in self.upper[above].values()}
            begun = {p.unit: p for p in self.begun.values() if p.level == above}
            for unit in sorted(touched & {*versions, *begun}, key=str):
                self._raise(
                    above, below[unit], versions.get(unit), begun.get(unit), direct=lower == self.level
                )
            lower = above

    def _children(self, level: str) -> dict[uuid.UUID | None, list[tuple[str, BaseGeometry | None]]]:
        """Return name and land of the units of a level that should have land, by the unit above."""
        planned = {p.unit: p for p in self.plan.units if p.level == level}
        versions = self.standing if level == self.level else self.upper[level]
        found: dict[uuid.UUID | None, list[tuple[str, BaseGeometry | None]]] = defaultdict(list)
        for p in planned.values():
            if not (p.geometry is None and p.code.endswith(VIRTUAL)):
                found[p.parent].append((p.name, p.geometry))
        for v in versions.values():
            if v.unit_id not in planned and not v.landless:
                found[v.parent_id].append((v.name, shape_of(v) if v.geom else None))
        return found

    def _raise(
        self,
        level: str,
        below: list[tuple[str, BaseGeometry | None]],
        version: UnitVersion | None,
        begun: Planned | None,
        *,
        direct: bool,
    ) -> None:
        bare = [name for name, land in below if land is None]
        label = version.name if version else begun.name if begun else ""
        if bare:
            said = _("%(parent)s还有 %(count)s 个单位没有图形：%(text)s") % {
                "parent": label,
                "count": len(bare),
                "text": some(bare),
            }
            # A parent made of part of its units would be a line nobody drew.
            held = version is not None and bool(version.geom)
            (self.plan.problems if direct or held else self.plan.notes).append(said)
            return
        union = shapely.coverage_union_all(np.array([land for _name, land in below], dtype=object))
        if version is None or not version.geom:
            entry = begun if begun is not None else _standing(version, level, None)
            self.plan.units = [p for p in self.plan.units if p.unit != entry.unit] + [
                _with_land(entry, union)
            ]
            return
        before = shape_of(version)
        if differs(before, union):
            area = square_metres(float(shapely.symmetric_difference(before, union).area))
            self.plan.problems.append(
                _("%(parent)s的界线与所辖单位的外围相差 %(area)s：两者须是同一条线")
                % {"parent": label, "area": area}
            )
        elif not same(before, union):
            self.plan.units.append(_standing(version, level, union))

    def prove(self) -> None:
        """Prove the coverage the register would hold."""
        plan = self.plan
        changed = {p.unit for p in plan.units}
        lands = [_land(p) for p in plan.units if p.level == self.level and p.geometry is not None]
        lands += [_land_of(v) for v in self.standing.values() if v.geom and v.unit_id not in changed]
        parents = [_land(p) for p in plan.units if p.level != self.level and p.geometry is not None]
        for versions in self.upper.values():
            parents += [_land_of(v) for v in versions.values() if v.geom and v.unit_id not in changed]
        without = [str(p.unit) for p in plan.units if p.geometry is None]
        plan.certificate = prove_all(Coverage(lands, parents), without_geometry=without, hashes=True)
        plan.problems += [fault.message for fault in plan.certificate.faults[:_MOST_SAMPLES]]


def _standing(version: UnitVersion | None, level: str, geometry: BaseGeometry | None) -> Planned:
    assert version is not None
    v = version
    return Planned(v.unit_id, level, v.code, v.name, v.kind, v.parent_id, geometry, v)


def _with_land(p: Planned, geometry: BaseGeometry | None) -> Planned:
    return Planned(p.unit, p.level, p.code, p.name, p.kind, p.parent, geometry, p.version, p.row)


def _land(p: Planned) -> Land:
    assert p.geometry is not None
    return _as_land(str(p.unit), p.geometry, p.parent, p.name)


def _land_of(v: UnitVersion) -> Land:
    return _as_land(str(v.unit_id), shape_of(v), v.parent_id, v.name)


def _as_land(unit: str, shape: BaseGeometry, parent: uuid.UUID | None, name: str) -> Land:
    return Land(
        id=unit,
        geometry=shape,
        parent=str(parent or ""),
        parts=part_count(shape),
        enclaves=enclave_count(shape),
        name=name,
    )
