"""An adjustment case walked through its procedure, as the people involved would do it."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from boundaries import intake
from boundaries.models import UnitVersion
from boundaries.procedure import ADJUSTMENT
from geoapp.core import attachments, cases, workflow
from geoapp.core.effective import in_force
from geoapp.core.models import Case
from geoapp.planner.demo_load.journey import PDF
from tests import build

PAPERS = ("plan", "party_minutes", "consent_opinions", "risk_assessment", "request", "collective_opinion")
MM = 1000


def point(x: float, y: float) -> list[int]:
    """Return a relative point of the small city as integer millimetres of the frame."""
    fx, fy = build.at(x, y)
    return [round(fx * MM), round(fy * MM)]


def unit(code: str, on: date = build.TODAY) -> UnitVersion:
    """Return the version of a code in law on a day."""
    return in_force(UnitVersion.objects.filter(code=code), on).get()


def split(of: UnitVersion, line: list[tuple[float, float]], name: str, share: float = 0.5) -> dict[str, Any]:
    """Return the JSON of a split: the piece right of the line becomes a new unit of the same kind."""
    new = str(uuid.uuid4())
    households, people = round(of.households * share), round(of.population * share)
    return {
        "kind": "split",
        "operations": [
            {
                "op": "split",
                "unit": str(of.unit_id),
                "lines": [[point(x, y) for x, y in line]],
                "new_ids": [str(of.unit_id), new],
                "declare": [],
            }
        ],
        "after": [
            {
                "id": str(of.unit_id),
                "households": of.households - households,
                "population": of.population - people,
            },
            {"id": new, "name": name, "kind": of.kind, "households": households, "population": people},
        ],
    }


class Adjustment:
    """A case and the people who move it; ``clock`` is the moment of the next step."""

    def __init__(self, city: build.City, clock: datetime = build.NOW) -> None:
        self.city = city
        self.clock = clock
        self.number = ""

    @property
    def case(self) -> Case:
        return cases.case_of(self.number)

    def draft(
        self, data: dict[str, Any], *, by: str = "demo-town", procedure: Any = ADJUSTMENT
    ) -> Adjustment:
        case, _ = intake.open_case(
            actor=self.city.users[by],
            form=intake.read_adjustment(data),
            reason="规模过大，服务半径过长（示意）",
            at=self.clock,
            procedure=procedure,
        )
        self.number = case.number
        return self

    def attach(self, *kinds: str, by: str = "demo-town") -> Adjustment:
        for kind in kinds:
            upload = SimpleUploadedFile(f"{kind}.pdf", PDF, content_type="application/pdf")
            attachments.store(upload, case=self.case, kind=kind, user=self.city.users[by], at=self.clock)
        return self

    def go(self, action: str, by: str, *, note: str = "", days: float = 0, **data: Any) -> Adjustment:
        self.clock += timedelta(days=days, minutes=7)
        workflow.move(
            self.number,
            action,
            actor=self.city.users[by],
            version=self.case.version,
            at=self.clock,
            note=note,
            data=data,
        )
        return self

    def meet(self, village: UnitVersion, **counts: int) -> Adjustment:
        values = {
            "eligible": 1000,
            "present": 700,
            "votes_for": 600,
            "votes_against": 90,
            "votes_abstained": 10,
        }
        held = self.clock.date() - timedelta(days=1)
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
        self.attach(*PAPERS)
        self.go("party_review", "demo-town")
        self.go("consult", "demo-town", days=1)
        for account in ("demo-police", "demo-resources"):
            self.go("opine", account, note="同意（示意）", opinion="agree")
        return self

    def to_reviewed(self, *villages: UnitVersion) -> Adjustment:
        self.to_consulting()
        if villages:
            self.go("convene", "demo-town", days=1)
            self.clock += timedelta(days=15)
            for village in villages:
                self.meet(village)
        self.go("submit", "demo-town", days=1)
        self.answer_warnings()
        return self.go("review", "demo-district", days=1, note="符合规定，建议批准（示意）")

    def answer_warnings(self) -> Adjustment:
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
        return {
            str(i.pk): {"outcome": outcome, "reason": "见审核意见（示意）"}
            for i in self.case.items.filter(outcome="pending")
        }

    def decide(self, *, effective_on: date | None = None, **data: Any) -> Adjustment:
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
        return self.go("announce", "demo-publisher", days=1, channels="区政府网站")
