"""Adjustment cases walked through their procedure step by step, as the people of the demo would do it."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from boundaries import intake
from boundaries.models import Unit, UnitVersion
from boundaries.procedure import ADJUSTMENT
from geoapp.core import attachments, cases, workflow
from geoapp.core.effective import in_force
from geoapp.core.geometry import to_shapely
from geoapp.core.models import Case, User
from geoapp.core.transitions import Procedure
from geoapp.planner.demo_load.journey import PDF

PAPERS = ("plan", "party_minutes", "consent_opinions", "risk_assessment", "request", "collective_opinion")


class Adjustment:
    """A case and the people who move it; ``clock`` is the moment of the next step."""

    def __init__(self, users: Mapping[str, User], clock: datetime) -> None:
        self.users = users
        self.clock = clock
        self.number = ""

    @property
    def case(self) -> Case:
        """The case as it stands."""
        return cases.case_of(self.number)

    def draft(
        self,
        data: Mapping[str, Any],
        *,
        by: str = "demo-town",
        procedure: Procedure = ADJUSTMENT,
        synthetic: bool = True,
    ) -> Adjustment:
        """Open a case with its first adjustment."""
        case, _ = intake.open_case(
            actor=self.users[by],
            form=intake.read_adjustment(data),
            reason="规模过大，服务半径过长（示意）",
            at=self.clock,
            procedure=procedure,
            synthetic=synthetic,
        )
        self.number = case.number
        return self

    def attach(self, *kinds: str, by: str = "demo-town") -> Adjustment:
        """Add documents."""
        for kind in kinds:
            upload = SimpleUploadedFile(f"{kind}.pdf", PDF, content_type="application/pdf")
            attachments.store(upload, case=self.case, kind=kind, user=self.users[by], at=self.clock)
        return self

    def go(self, action: str, by: str, *, note: str = "", days: float = 0, **data: Any) -> Adjustment:
        """Take one step, ``days`` after the last."""
        self.clock += timedelta(days=days, minutes=7)
        workflow.move(
            self.number,
            action,
            actor=self.users[by],
            version=self.case.version,
            at=self.clock,
            note=note,
            data=data,
        )
        return self

    def meet(self, village: UnitVersion, **counts: int) -> Adjustment:
        """Record a village's meeting, held the day before."""
        values = {
            "eligible": 1000,
            "present": 700,
            "votes_for": 600,
            "votes_against": 90,
            "votes_abstained": 10,
        }
        held = timezone.localdate(self.clock) - timedelta(days=1)
        return self.go(
            "record_meeting",
            "demo-town",
            unit=str(village.unit_id),
            body="villagers",
            notice_on=held - timedelta(days=12),
            held_on=held,
            **(values | counts),
        )

    def to_consulting(self) -> Adjustment:
        """Put the plan to the party organisation, ask the departments and hear them."""
        self.attach(*PAPERS)
        self.go("party_review", "demo-town")
        self.go("consult", "demo-town", days=1)
        for account in ("demo-police", "demo-resources"):
            self.go("opine", account, note="同意（示意）", opinion="agree")
        return self

    def to_submitted(self, *villages: UnitVersion) -> Adjustment:
        """Hold the meetings and submit to the district."""
        self.to_consulting()
        if villages:
            self.go("convene", "demo-town", days=1)
            self.clock += timedelta(days=15)
            for village in villages:
                self.meet(village)
        return self.go("submit", "demo-town", days=1)

    def to_reviewed(self, *villages: UnitVersion) -> Adjustment:
        """Submit, answer warnings, give the review opinion."""
        self.to_submitted(*villages)
        self.answer_warnings()
        return self.go("review", "demo-district", days=1, note="符合规定，建议批准（示意）")

    def answer_warnings(self) -> Adjustment:
        """Answer every warning that stands."""
        while True:
            waiting = [
                finding
                for item in self.case.items.filter(outcome="pending")
                for finding in item.findings.filter(current=True, severity="warn", answer="")
            ]
            if not waiting:
                return self
            self.go("answer_finding", "demo-district", note="经核实，同意（示意）", finding=waiting[0].pk)

    def outcomes(self, outcome: str = "approved") -> dict[str, dict[str, str]]:
        """Return one outcome for every pending item."""
        return {
            str(i.pk): {"outcome": outcome, "reason": "见审核意见（示意）"}
            for i in self.case.items.filter(outcome="pending")
        }

    def decide(self, *, effective_on: date | None = None, **data: Any) -> Adjustment:
        """The approver approves every item."""
        return self.go(
            "decide",
            "demo-approver",
            days=1,
            note="同意（示意）",
            doc_no=f"南府函〔2026〕{self.number[-3:]}号",
            effective_on=effective_on or "",
            outcomes=self.outcomes(),
            **data,
        )

    def announce(self) -> Adjustment:
        """Publish the announcement."""
        return self.go("announce", "demo-publisher", days=1, channels="区政府网站")


def split_plan(of: UnitVersion, name: str, on: date) -> dict[str, Any] | None:
    """Return a split of a unit by a straight line in two pieces that stand, None when no line does."""
    shape = to_shapely(of.geom)
    middle, reach = (
        shape.centroid,
        math.hypot(*(b - a for a, b in zip(shape.bounds[:2], shape.bounds[2:], strict=True))),
    )
    new = str(uuid.uuid4())
    for step in range(12):
        angle = math.pi * step / 12
        dx, dy = reach * math.cos(angle), reach * math.sin(angle)
        line = [[round((middle.x + k * dx) * 1000), round((middle.y + k * dy) * 1000)] for k in (-1, 1)]
        plan = {
            "kind": "split",
            "operations": [
                {
                    "op": "split",
                    "unit": str(of.unit_id),
                    "lines": [line],
                    "new_ids": [str(of.unit_id), new],
                    "declare": [],
                }
            ],
            "after": _halves(of, new, name),
        }
        if intake.try_out(intake.read_adjustment(plan), on).refused is None:
            return plan
    return None


def _halves(of: UnitVersion, new: str, name: str) -> list[dict[str, Any]]:
    households, population = of.households // 2, of.population // 2
    return [
        {
            "id": str(of.unit_id),
            "households": of.households - households,
            "population": of.population - population,
        },
        {"id": new, "name": name, "kind": of.kind, "households": households, "population": population},
    ]


def load_adjustments(
    users: Mapping[str, User], town_code: str, now: datetime, progress: Callable[[int], None]
) -> None:
    """Open the demo's adjustment cases: one in each of four states; none changes the register."""
    on = timezone.localdate(now)
    plans = _plans(town_code, on)
    stages: tuple[Callable[[Adjustment], Adjustment], ...] = (
        lambda a: a,
        lambda a: a.to_consulting(),
        lambda a: a.to_submitted(),
        lambda a: a.to_reviewed(),
    )
    for stage, plan in zip(stages, plans, strict=False):
        stage(Adjustment(users, now - timedelta(days=20)).draft(plan))
        progress(1)


ADJUSTMENT_COUNT = 4
_NEW = ("朗汇", "澜屿", "桂岸", "荷洲", "榕湾", "汀兰", "映川", "揽月")


def _plans(town_code: str, on: date) -> Iterator[dict[str, Any]]:
    town = UnitVersion.objects.get(code=town_code, act_out__isnull=True, valid_to__isnull=True)
    rows = in_force(UnitVersion.objects.filter(parent_id=town.unit_id, kind="community"), on)
    largest = rows.filter(geom__isnull=False, unit__level=Unit.Level.COMMUNITY).order_by("-households")
    for n, version in enumerate(largest[: 2 * ADJUSTMENT_COUNT]):
        plan = split_plan(version, f"{_NEW[n]}社区居委会", on)
        if plan is not None:
            yield plan
