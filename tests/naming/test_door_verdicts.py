"""One door, one verdict: typed into a form, as a row of a file, and applied for in a case."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
import shapely
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from geoapp.core import acts
from geoapp.core.authority import profile_on
from geoapp.core.checks import Finding
from geoapp.core.effective import end
from geoapp.core.errors import BadInput, NotReady
from geoapp.core.geometry import to_geojson
from geoapp.core.models import RuleProfile
from geoapp.planner.demo_load.door_journey import DoorJourney
from geoapp.planner.demo_load.door_journey import door as applied
from naming import door_numbers
from naming.address_checking import check_address
from naming.address_checks import RULES
from naming.address_register import Door, enter
from naming.door_judging import ALL_STAGES, doors_of_case, judge_items
from naming.door_plan import plan
from naming.models import AddressImportRow, AddressVersion, PlaceName
from tests import build
from tests.naming.address_files import door, streets, write
from tests.naming.test_address_import import bring

pytestmark = pytest.mark.django_db
ON = build.TODAY
COMMUNITY = f"{build.TOWN_A}001"
VILLAGE = f"{build.TOWN_A}200"
HEADER = ("街路巷", "门牌号", "附号", "小区", "楼栋", "户室", "村居", "状态", "X", "Y")


@pytest.fixture
def doors(town):
    """A street numbered 1 to 12 from its eastern end; 6 is reserved, 9 was cancelled, 8 is the gate of 东苑."""
    streets(town)
    town.named("旧围巷", build.line((100, 700), (900, 700)))
    town.named("沙口路", build.line((100, 900), (900, 900)))
    place = PlaceName.objects.get(names__name="鱼跃路")
    PlaceName.objects.get(names__name="旧围巷").names.update(use_state="existing")
    unit = town.land.units[COMMUNITY].pk
    with transaction.atomic(), acts.act("number", at=timezone.now()) as act:
        rows = []
        for n in range(1, 13):
            x, y = map(float, door("鱼跃路", n)[5:])
            state, compound = "reserved" if n == 6 else "standard", "东苑" if n == 8 else ""
            rows.append(Door(place.pk, unit, n, shapely.Point(x, y), state=state, compound=compound))
        enter(rows, seq=act.seq, valid_from=date(2026, 1, 1))
        end(AddressVersion.objects.get(number=9), seq=act.seq, valid_to=date(2026, 6, 1))
        gone = PlaceName.objects.get(names__name="沙口路").names.get()
        end(gone, seq=act.seq, valid_to=date(2026, 6, 1))
    return town


@dataclass(frozen=True)
class Case:
    """A door as all three ways can say it, and the codes that are to be found."""

    title: str
    number: int
    at: tuple[float, float]
    codes: tuple[str, ...] = ()
    street: str = "鱼跃路"
    sub_number: int | None = None
    community: str = COMMUNITY
    kind: str = "new"
    inside: dict[str, str] = field(default_factory=dict)


def spot(number: int, dx: float = 0, dy: float = 0) -> tuple[float, float]:
    x, y = map(float, door("鱼跃路", number)[5:])
    return x + dx, y + dy


CASES = [
    Case("下一个单号", 13, spot(13)),
    Case("下一个双号", 14, spot(14)),
    Case("重号", 3, spot(3, 4), ("A-02 duplicate",)),
    Case("预留号", 6, spot(6, 3), ("A-02 reserved",)),
    Case("注销号", 9, spot(9, 3), ("A-02 cancelled",)),
    Case("一号两门", 8, spot(8, 3), ("A-02 main",), inside={"compound": "西苑"}),
    Case("跳号", 19, spot(17), ("A-03 gap",)),
    Case("隔着空地，照建议号", 17, spot(17)),
    Case("隔着空地，照建议号，门内的户", 17, spot(17), inside={"building": "2座", "room": "501"}),
    Case("避讳跳号", 15, spot(13), ("A-03 avoided",)),
    Case("前面空着一个号，照建议号", 15, spot(15)),
    Case("单号落在双号一侧", 13, spot(14), ("A-04",)),
    Case("号码倒走", 13, spot(1, 3), ("A-05 order",)),
    Case("没有主号的附号", 13, spot(13), ("A-07 orphan",), sub_number=1),
    Case("有主号的附号", 3, spot(3, 6), sub_number=1),
    Case("注销的主号下编附号", 9, spot(9, 3), ("A-07 orphan",), sub_number=1),
    Case("写错村居", 13, spot(13), ("A-09 outside",), community=VILLAGE),
    Case("离街路远", 13, spot(13, 0, -80), ("A-10 far",)),
    Case("同点不同号", 13, spot(5), ("A-05 order", "A-13 same_point")),
    Case("门内的户", 3, spot(3), inside={"building": "2座", "room": "501"}),
    Case("临时号", 13, spot(13), kind="temporary"),
    Case("未经批准的路名", 1, build.at(890, 692), ("A-01 not_standard",), street="旧围巷"),
    Case(
        "临时号也沿标准地名", 1, build.at(890, 692), ("A-01 not_standard",), street="旧围巷", kind="temporary"
    ),
    Case("已经销名的路", 1, build.at(890, 892), ("A-01 inactive",), street="沙口路"),
]


def told(findings: list[Finding]) -> list[str]:
    return sorted(f"{f.code} {f.variant} {f.severity}" for f in findings)


def typed(case: Case) -> list[str]:
    body: dict[str, Any] = {
        "street": case.street,
        "number": case.number,
        "sub_number": case.sub_number,
        "community": {COMMUNITY: "试验社区", VILLAGE: "试验村"}[case.community],
        "state": "临时" if case.kind == "temporary" else "",
        "geometry": to_geojson(shapely.Point(case.at)),
        **case.inside,
    }
    return told(check_address(body, ON)[1])


def in_files(path, cases: list[Case]) -> list[list[str]]:
    names = {COMMUNITY: "试验社区", VILLAGE: "试验村"}
    rows = [
        [
            c.street,
            str(c.number),
            str(c.sub_number or ""),
            c.inside.get("compound", ""),
            c.inside.get("building", ""),
            c.inside.get("room", ""),
            names[c.community],
            "临时" if c.kind == "temporary" else "",
            f"{c.at[0]:.3f}",
            f"{c.at[1]:.3f}",
        ]
        for c in cases
    ]
    batch = bring(write(path, rows, HEADER))
    held = AddressImportRow.objects.filter(batch=batch).order_by("index")
    return [sorted(f"{f['code']} {f['variant']} {f['severity']}" for f in row.findings or []) for row in held]


def in_a_case(town, cases: list[Case]) -> list[list[str]]:
    forms = [
        applied(
            shapely.Point(c.at),
            kind=c.kind,
            street=str(PlaceName.objects.filter(names__name=c.street).distinct().get().pk),
            number=str(c.number),
            sub_number=str(c.sub_number or ""),
            community=str(town.land.units[c.community].pk),
            basis="none" if c.kind == "temporary" else "homestead_approval",
            **c.inside,
        )
        for c in cases
    ]
    walk = DoorJourney(town.users, build.NOW).draft(forms)
    found = judge_items(walk.case, ALL_STAGES, ON)
    kept = [
        sorted(f"{f.code} {f.variant} {f.severity}" for f in i.findings.filter(current=True))
        for i in walk.case.items.order_by("seq")
    ]
    assert kept == [told(findings) for findings in found.values()], "what is found is kept with the door"
    return kept


@pytest.mark.parametrize("case", CASES, ids=[c.title for c in CASES])
def test_three_ways_one_verdict(doors, tmp_path, case):
    (filed,) = in_files(tmp_path / "doors.csv", [case])
    (applied_for,) = in_a_case(doors, [case])
    assert typed(case) == filed == applied_for
    assert tuple(row.rsplit(" ", 1)[0].strip() for row in filed) == case.codes


TOGETHER = [
    [CASES[0], Case("又一个13号", 13, spot(13, 2))],
    [CASES[0], Case("13号之1", 13, spot(13, 2), sub_number=1)],
    [Case("17号", 17, spot(17)), Case("15号", 15, spot(15)), Case("13号", 13, spot(13))],
    [CASES[0], Case("13号501室", 13, spot(13), inside={"room": "501"})],
    [
        Case("13号，村居写错", 13, spot(13), community=VILLAGE),
        Case("13号之1", 13, spot(13, 2), sub_number=1),
    ],
    [CASES[0], Case("同点的15号", 15, spot(13))],
]


@pytest.mark.parametrize("cases", TOGETHER, ids=lambda cases: "、".join(c.title for c in cases))
def test_doors_of_one_case_see_each_other_as_rows_of_one_file_do(doors, tmp_path, cases):
    assert in_files(tmp_path / "doors.csv", cases) == in_a_case(doors, cases)


def test_every_rule_of_the_table_speaks_at_a_stage_of_doors():
    for card in RULES:
        assert set(card.stages) & set(ALL_STAGES), card.code
    late = [card.code for card in RULES if ALL_STAGES[0] not in card.stages]
    assert late == ["A-01"], "a door at an unnamed street may be applied for"


@pytest.mark.parametrize(
    ("number", "code"),
    [(13, ""), (5, "A-15 unchanged block"), (9, "A-02 cancelled block"), (3, "A-02 duplicate block")],
)
def test_a_changed_number_is_judged_as_one_typed_with_its_former_address(doors, number, code):
    held = AddressVersion.objects.get(number=5)
    at = (held.geom.x, held.geom.y)
    body = {
        "street": "鱼跃路",
        "number": number,
        "community": "试验社区",
        "geometry": to_geojson(shapely.Point(at)),
        "id": str(held.address_id),
        "former": held.text,
        "renumbering": True,
    }
    form = applied(
        shapely.Point(at), kind="change", address=str(held.address_id), number=str(number), reason="重号"
    )
    walk = DoorJourney(doors.users, build.NOW - timedelta(days=1)).draft([form], papers_held=())
    (found,) = judge_items(walk.case, ALL_STAGES, ON).values()
    assert told(found) == told(check_address(body, ON)[1])
    assert not code or code in told(found)


# What an officer does with a warning


def walked(town, *cases: Case) -> DoorJourney:
    street = str(PlaceName.objects.filter(names__name="鱼跃路").distinct().get().pk)
    forms = [
        applied(shapely.Point(c.at), street=street, number=str(c.number) if c.number else "") for c in cases
    ]
    return DoorJourney(town.users, build.NOW - timedelta(days=5)).draft(forms)


GAP = Case("跳号", 19, spot(17))
UNNUMBERED = Case("由系统编排", 0, spot(13))


def test_a_warning_is_answered_in_writing_before_the_number_is_given(doors):
    walk = walked(doors, GAP).to_checked()
    with pytest.raises(NotReady, match="警告 A-03 尚未书面说明"):
        walk.give()
    with pytest.raises(BadInput, match="须写明说明"):
        walk.explain(note="")
    walk.explain(note="13、15 号为空地预留").give()
    assert walk.case.status == "numbered"
    kept = walk.case.items.get().findings.get(current=True)
    assert (kept.code, kept.answer, kept.stage) == ("A-03", "13、15 号为空地预留", "number")
    assert kept.answered_by == doors.users["demo-police"] and kept.profile == profile_on(ON).label


def test_a_number_the_officer_sets_is_judged_and_explained_with_it(doors):
    walk = walked(doors, UNNUMBERED).to_checked()
    item = str(walk.case.items.get().pk)
    assert not walk.case.items.get().findings.filter(current=True).exists()
    with pytest.raises(NotReady, match="A-02.*此处下一个可用号为 13号"):
        walk.give(**{f"number-{item}": "9"})
    with pytest.raises(NotReady, match="有一条警告尚未书面说明.*A-03"):
        walk.give(**{f"number-{item}": "17"})
    with pytest.raises(NotReady, match="A-02"):
        walk.give(**{f"number-{item}": "9", f"answer-{item}": "领导同意"})
    walk.give(**{f"number-{item}": "17", f"answer-{item}": "13、15 号为空地预留"})
    kept = walk.case.items.get().findings.get(current=True)
    assert (kept.code, kept.answer) == ("A-03", "13、15 号为空地预留")
    assert "13、15 号为空地预留" in walk.case.events.get(action="number").data
    assert AddressVersion.objects.get(case_number=walk.number).number == 17


def test_a_gap_says_which_number_is_suggested_and_why(doors):
    (found,) = judge_items(walked(doors, GAP).case, ALL_STAGES, ON).values()
    (gap,) = found
    assert "此处建议号为 17号（" in gap.remedy and "其间预留 2 个号" in gap.remedy, gap.remedy
    assert gap.remedy.count("17号") == 1, "the free number is not said twice"
    assert "“17号”" in gap.remedy_en and "2 are kept in between" in gap.remedy_en, gap.remedy_en


def test_the_number_the_counter_suggests_draws_no_warning_in_any_way(doors, tmp_path):
    street = PlaceName.objects.filter(names__name="鱼跃路").distinct().get().pk
    for n in (13, 14, 15, 18, 21, 26, 30):
        for at in (spot(n), spot(n, 6, 2)):
            free = door_numbers.suggest(street, shapely.Point(at), ON)
            case = Case("建议号", free.number, at, sub_number=free.sub_number)
            (filed,) = in_files(tmp_path / f"{n}-{at[0]}.csv", [case])
            assert typed(case) == filed == [], (n, free.text)
            (kept,) = judge_items(walked(doors, case).case, ALL_STAGES, ON).values()
            assert told(kept) == [], (n, free.text)


def test_the_number_the_rules_give_needs_no_explanation(doors):
    walk = walked(doors, Case("隔着空地", 0, spot(25)), UNNUMBERED).to_checked()
    far, near = (str(i.pk) for i in walk.case.items.order_by("seq"))
    suggested = plan(doors_of_case(walk.case), ON, {})
    numbers = {str(key): given.number for key, given in suggested.items()}
    assert numbers[near] == 13 and numbers[far] > 15, "numbers are kept for the vacant land between them"
    walk.give(**{f"number-{far}": str(numbers[far]), f"number-{near}": ""})
    given = AddressVersion.objects.filter(case_number=walk.number).values_list("number", flat=True)
    assert sorted(given) == sorted(numbers.values())


def test_a_dead_end_is_numbered_from_its_mouth_without_a_warning(doors):
    lane = doors.named("南巷", build.line((500, 500), (500, 100)))
    form = applied(shapely.Point(build.at(505, 400)), street=str(lane.pk))
    walk = DoorJourney(doors.users, build.NOW - timedelta(days=5)).draft([form]).to_checked().give()
    assert walk.case.status == "numbered"
    assert not walk.case.items.get().findings.filter(current=True, severity="warn").exists()


def test_the_profile_of_the_day_weighs_what_is_found(doors):
    held = RuleProfile.objects.get()
    RuleProfile.objects.create(
        name=held.name,
        edition="2026-12",
        valid_from=ON + timedelta(days=7),
        severities={**held.severities, "A-03": "block", "A-10": "off"},
        values={**held.values, "A-02": {"same_door_m": 1.0}},
    )
    walk = walked(doors, GAP, Case("离街路远", 13, spot(13, 0, -80)))
    later = [told(f) for f in judge_items(walk.case, ALL_STAGES, ON + timedelta(days=7)).values()]
    today = [told(f) for f in judge_items(walk.case, ALL_STAGES, ON).values()]
    assert today == [["A-03 gap warn"], ["A-10 far warn"]]
    assert later == [["A-03 gap block"], []]


def test_an_address_that_ends_must_stand(doors):
    held = AddressVersion.objects.get(number=5)
    form = {"kind": "cancel", "address": str(held.address_id), "reason": "拆除"}
    walk = DoorJourney(doors.users, build.NOW - timedelta(days=5)).draft([form], papers_held=())
    assert list(judge_items(walk.case, ALL_STAGES, ON).values()) == [[]]
    with transaction.atomic(), acts.act("cancel", at=timezone.now()) as act:
        end(held, seq=act.seq, valid_to=date(2026, 6, 1))
    with pytest.raises(NotReady, match="登记中没有有效的原地址“佛山市南海区试验镇鱼跃路5号”.*A-15"):
        walk.go("submit", "demo-town")


def test_checking_a_case_asks_as_much_for_twenty_doors_as_for_two(doors):
    def asked(count: int) -> int:
        walk = walked(doors, *(Case("", n, spot(n)) for n in range(13, 13 + count)))
        with CaptureQueriesContext(connection) as queries:
            judge_items(walk.case, ALL_STAGES, ON)
        return len(queries)

    assert asked(2) == asked(20) <= 25
