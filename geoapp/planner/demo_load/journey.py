"""A case walked through its procedure step by step, as the people of the demo would do it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from shapely.geometry.base import BaseGeometry

from geoapp.core import cases, papers, workflow
from geoapp.core.geometry import to_geojson
from geoapp.core.models import Case, Organisation, PublicComment, User
from naming import intake

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
ACCEPTANCE = timedelta(days=1)
MAIN_LINE = ("submit", "accept", "consult", "publish", "review", "decide", "announce", "archive")


def street(name: str, geometry: BaseGeometry, **fields: Any) -> dict[str, Any]:
    """Return a street as a form would send it; geometry is given in the city frame."""
    values = {
        "name": name,
        "geometry": to_geojson(geometry),
        "meaning": "取意吉祥，便于记忆（示意）",
        "start_text": "规划路口",
        "end_text": "现状路口",
        "road_class": "local",
        "width_m": 18,
    }
    return values | fields


class Journey:
    """A case and the people who move it; ``clock`` is the moment of the next step."""

    def __init__(self, users: dict[str, User], body: Organisation, clock: datetime) -> None:
        self.users = users
        self.body = body
        self.clock = clock
        self.number = ""

    @property
    def case(self) -> Case:
        """The case as it stands."""
        return cases.case_of(self.number)

    def draft(
        self,
        streets: list[dict[str, Any]],
        *,
        reason: str = "新建道路需要命名（示意）",
        by: str = "demo-planner",
    ) -> Journey:
        """Open a case with its streets and its application."""
        actor = self.users[by]
        forms = [intake.read_street(s, on=self.clock.date()) for s in streets]
        case, _ = intake.open_case(
            actor=actor, applicant=self.body, form=forms[0], reason=reason, at=self.clock, synthetic=True
        )
        self.number = case.number
        for form in forms[1:]:
            more = form is not forms[-1]
            intake.save_street(case, form, actor=actor, version=self.case.version, at=self.clock, more=more)
            case = self.case
        self.attach("application", "申请书.pdf", by=by)
        return self

    def attach(self, kind: str, filename: str, *, by: str) -> None:
        """Add a document."""
        case = self.case
        upload = SimpleUploadedFile(filename, PDF, content_type="application/pdf")
        papers.attach(case, upload, kind, actor=self.users[by], version=case.version, at=self.clock)

    def go(self, action: str, by: str, *, note: str = "", days: float = 0, **data: Any) -> Journey:
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

    def comment(self, text: str, stance: str = "objection") -> PublicComment:
        """Somebody comments on the open notice."""
        publicity = self.case.publicities.latest("id")
        return PublicComment.objects.create(
            publicity=publicity, stance=stance, name="某市民（示意）", text=text, at=self.clock
        )

    def answer_warnings(self, by: str, note: str = "经核实，不影响使用（示意）") -> Journey:
        """Answer every warning that stands."""
        while True:
            waiting = [
                finding
                for item in self.case.items.filter(outcome="pending")
                for finding in item.findings.filter(current=True, severity="warn", answer="")
            ]
            if not waiting:
                return self
            self.go("answer_finding", by, note=note, finding=waiting[0].pk)

    def to_consulting(self, officer: str = "demo-district", applicant: str = "demo-planner") -> Journey:
        """Submit, accept and ask the departments."""
        self.go("submit", applicant)
        self.go("accept", officer, days=1)
        return self.go("consult", officer, days=1)

    def to_publicity(self, officer: str = "demo-district") -> Journey:
        """Collect the opinions and open the public notice."""
        for row in list(self.case.consultations.select_related("department")):
            account = {"GA": "demo-police", "ZR": "demo-resources"}[row.department.code]
            self.go("opine", account, days=0.5, note="经研究，同意所报名称（示意）", opinion="agree")
        return self.go(
            "publish",
            officer,
            days=1,
            channel="区政府网站、村务公开栏（示意）",
            text="现将拟命名街路巷予以公示，欢迎提出意见。",
        )

    def to_reviewed(self, officer: str = "demo-district") -> Journey:
        """Let the notice run out, answer warnings, give the review opinion."""
        last = self.case.publicities.latest("id")
        self.clock = max(self.clock, self.clock.replace(hour=9)) + timedelta(
            days=(last.ends - last.starts).days + 1
        )
        self.answer_warnings(officer)
        return self.go("review", officer, note="名称符合规定，建议批准（示意）")

    def outcomes(self, default: str = "approved", **by_name: str) -> dict[str, dict[str, str]]:
        """Return outcomes for every pending item."""
        return {
            str(item.pk): {"outcome": by_name.get(item.title, default), "reason": "见审查意见（示意）"}
            for item in self.case.items.filter(outcome="pending")
        }

    def decide(
        self, by: str = "demo-approver", *, doc_no: str = "", default: str = "approved", **by_name: str
    ) -> Journey:
        """The approver decides every item."""
        return self.go(
            "decide",
            by,
            days=2,
            note="同意（示意）",
            doc_no=doc_no or f"示意批复〔{self.clock.year}〕{self.number[-6:]}号",
            outcomes=self.outcomes(default, **by_name),
        )

    def record_paper(self, *, doc_no: str, decided_on: str, recorder: str = "demo-district") -> Journey:
        """Record a decision taken on paper."""
        self.attach("decision", "批复扫描件.pdf", by=recorder)
        return self.go(
            "record_paper",
            recorder,
            doc_no=doc_no,
            decided_on=decided_on,
            outcomes=self.outcomes(),
        )

    def announce(self, by: str = "demo-publisher") -> Journey:
        """Publish the announcement."""
        return self.go("announce", by, days=2, channels="区民政局网站、中国·国家地名信息库（示意）")

    def finish(self, officer: str = "demo-district") -> Journey:
        """File, set signs, share, archive."""
        self.go("file", officer, days=1, note="已报上一级备案（示意）")
        self.go("signs", officer, days=20, note="已设置地名标志（示意）")
        self.go("share", officer, days=1, note="已推送公安、自然资源部门（示意）")
        return self.go("archive", officer, days=1)
