"""A door case walked through its procedure step by step, as the people of the demo would do it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from shapely.geometry.base import BaseGeometry

from geoapp.core import cases, papers, workflow
from geoapp.core.geometry import to_geojson
from geoapp.core.models import Case, FindingRow, Organisation, User
from geoapp.planner.demo_load.journey import PDF
from naming import door_forms, door_intake, door_review
from naming.door_tasks import plates_of
from naming.models import Plate

PHOTO = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)
"""The smallest picture there is: a photo that shows nothing, for synthetic doors."""


def door(point: BaseGeometry, **fields: Any) -> dict[str, Any]:
    """Return a door as a form would send it; the point is given in the city frame."""
    position = to_geojson(point)
    assert position is not None
    lon, lat = position["coordinates"]
    values = {
        "kind": "new",
        "lon": str(lon),
        "lat": str(lat),
        "basis": "homestead_approval",
        "permit_number": "示意〔2026〕1号",
    }
    return values | fields


class DoorJourney:
    """A door case and the people who move it; ``clock`` is the moment of the next step."""

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
        doors: list[dict[str, Any]],
        *,
        by: str = "demo-town",
        applicant: Organisation | None = None,
        owner: tuple[str, str] = ("", ""),
        papers_held: tuple[str, ...] = ("homestead_approval",),
        reason: str = "新建房屋申请门楼号（示意）",
    ) -> DoorJourney:
        """Open a case with its doors and its papers."""
        actor = self.users[by]
        forms = [door_forms.read_door(d, on=self.clock.date()) for d in doors]
        case, _item = door_intake.open_case(
            actor=actor,
            form=forms[0],
            reason=reason,
            at=self.clock,
            applicant=applicant,
            owner=owner,
            synthetic=True,
        )
        self.number = case.number
        for form in forms[1:]:
            door_intake.save_door(case, form, actor=actor, version=self.case.version, at=self.clock)
            case = self.case
        for kind in papers_held:
            self.attach(kind, by=by)
        return self

    def attach(self, kind: str, *, by: str = "demo-town") -> DoorJourney:
        """Add a document."""
        upload = SimpleUploadedFile(f"{kind}.pdf", PDF, content_type="application/pdf")
        case = self.case
        papers.attach(case, upload, kind, actor=self.users[by], version=case.version, at=self.clock)
        return self

    def go(self, action: str, by: str, *, note: str = "", days: float = 0, **data: Any) -> DoorJourney:
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

    def to_checked(self, by: str = "demo-town") -> DoorJourney:
        """Submit and send to police review."""
        return self.go("submit", by).go("check", "demo-town", days=0.1)

    def outcomes(self, default: str = "approved") -> dict[str, dict[str, str]]:
        """Return one outcome for every pending door."""
        items = self.case.items.filter(outcome="pending")
        return {str(item.pk): {"outcome": default, "reason": "见审核意见（示意）"} for item in items}

    def give(self, by: str = "demo-police", default: str = "approved", **data: Any) -> DoorJourney:
        """The police review item by item."""
        return self.go("number", by, days=1, outcomes=self.outcomes(default), **data)

    def explain(self, by: str = "demo-police", note: str = "已到现场核对，情况属实（示意）") -> DoorJourney:
        """Answer every warning that stands, in writing."""
        rows = FindingRow.objects.filter(item__case=self.case, current=True, severity="warn", answer="")
        for finding in rows.order_by("pk").values_list("pk", flat=True):
            self.go("answer_finding", by, note=note, finding=str(finding))
        return self

    def open_sample(self, by: str = "demo-police") -> DoorJourney:
        """Open every door of the sample."""
        officer = self.users[by]
        for item in door_review.unopened(door_review.sample_of_case(self.case), officer):
            door_review.open_item(item, officer, self.clock)
        return self

    def tell(self) -> DoorJourney:
        """Tell the departments."""
        return self.go("notify", "demo-police", days=1, note="已书面通知（示意）")

    def hang_plates(self, by: str = "demo-town") -> DoorJourney:
        """Hang every plate that is ordered."""
        for plate in plates_of(self.case).filter(state=Plate.State.ORDERED):
            photo = SimpleUploadedFile("门牌.png", PHOTO, content_type="image/png")
            self.go("hang", by, days=1, plate=str(plate.pk), photo=photo)
        return self

    def release(self) -> DoorJourney:
        """Natural resources publish."""
        return self.go("release", "demo-resources", days=1)
