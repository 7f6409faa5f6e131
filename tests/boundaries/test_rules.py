"""Every boundary rule against its good and bad examples, and against any text and any number at all."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import shapely

from boundaries.checks import RULES
from boundaries.checks.faults import answered_by
from boundaries.checks.proposal import (
    AdjustmentProposal,
    ProofFault,
    UnitFacts,
)
from boundaries.editing import Coverage, Land, Refused, Transfer, apply
from boundaries.proof import prove
from geoapp.core import checks
from geoapp.core.checks import Severity, Stage
from tests.boundaries.rule_examples import (
    CODES,
    FIXTURES,
    ON,
    PROFILE,
    Memory,
    example,
    examples,
    findings_of,
    holds,
)
from tests.rule_mutants import changed, inverted, wrong

ALL = [
    pytest.param(code, row, id=f"{code} {row['expect']} {row['title']}")
    for code in CODES
    for row in examples(code)
]


@pytest.mark.parametrize(("code", "row"), ALL)
def test_example(code: str, row: dict[str, Any]) -> None:
    assert holds(code, row), findings_of(code, row)


@pytest.mark.parametrize("code", CODES)
def test_enough_examples(code: str) -> None:
    rows = examples(code)
    for expect in ("good", "bad"):
        chosen = [row for row in rows if row["expect"] == expect]
        assert len(chosen) >= 3
        assert any(row["real"] and row["source"] != "自拟" for row in chosen)
    assert all(row["source"].strip() and row["title"].strip() for row in rows)
    assert len({row["title"] for row in rows}) == len(rows)
    shown = {row.get("variant") for row in rows if row["expect"] == "bad"}
    assert set(RULES[code].variants) <= shown, "every graded case has a bad example"


@pytest.mark.parametrize("code", CODES)
def test_examples_notice_a_changed_rule(code: str) -> None:
    """A rule turned round, silenced, always speaking or deaf to one of its cases must break its examples."""
    card = RULES[code]
    for title, function in wrong(card).items():
        registry = changed(card, function)
        assert any(not holds(code, row, registry) for row in examples(code)), title
    # Turned round, every example without a graded case is answered wrongly, not just one of them.
    plain = [row for row in examples(code) if row["expect"] == "bad" or "variant" not in row]
    assert not any(holds(code, row, changed(card, inverted(card))) for row in plain)


@pytest.mark.parametrize("code", CODES)
def test_catalogue_entry(code: str) -> None:
    card = RULES[code]
    first, *rest = card.doc.splitlines()
    assert any("\u4e00" <= char <= "\u9fff" for char in first)
    letters = [char for line in rest for char in line if char.isascii() and char.isalpha()]
    assert len(letters) > 80, "English twin is missing"
    assert card.title and card.title_en.isascii()
    assert "第" in card.law and "条" in card.law or "待本市" in card.law
    assert not card.speaks_on(date(2018, 12, 31)) and card.speaks_on(date(2022, 5, 1))


def test_the_files_are_the_rules() -> None:
    assert RULES.codes() == CODES
    for card in RULES:
        assert card.function.__module__ == "boundaries.checks." + card.code.lower().replace("-", "_")
    assert {path.stem for path in FIXTURES.glob("V-*.json")} == set(CODES)


def test_what_rests_on_a_meeting_or_a_paper_is_not_asked_of_a_plan() -> None:
    """The plan goes to the party organisation and to consultation before the villagers meet."""
    for code in CODES:
        assert (Stage.DRAFT in RULES[code].stages) == (code not in ("V-07", "V-13"))


# Faults: each is said by one rule and by one only.


@pytest.mark.parametrize("division_change", [False, True])
@pytest.mark.parametrize(
    "fault",
    [
        *(
            ProofFault(code, "有问题")
            for code in (
                *("coverage", "gap", "hole", "extra_part", "invalid", "parent", "displacement"),
                *("conservation", "households", "population", "orphan", "不认识"),
            )
        ),
        *(ProofFault("refused", "有问题", detail=detail) for detail in ("dangle", "parent_line", "")),
    ],
    ids=lambda fault: f"{fault.code} {fault.detail}",
)
def test_every_fault_is_said_once(fault: ProofFault, division_change: bool) -> None:
    unit = UnitFacts("a", "甲社区", "community", households=1500, population=4000)
    proposal = AdjustmentProposal("transfer", ON, (unit,), (unit,), (fault,), division_change=division_change)
    said = [card.code for card in RULES for _ in card.function(proposal, Memory(), card.parameters)]
    if fault.code == "parent" and division_change:
        assert said == [], "a recorded division change may move the town line"
    else:
        assert said == [answered_by(fault, proposal)]


def test_a_drawing_refused_at_a_town_line_is_v_03s() -> None:
    """The word the editing room uses for it is the word the rule knows."""
    west, east = (
        Land(i, shapely.box(x, 0, x + 100, 100), parent=i.upper()) for i, x in (("a", 0), ("b", 100))
    )
    towns = [Land(land.parent, land.geometry) for land in (west, east)]
    coverage = Coverage([west, east], towns)
    with pytest.raises(Refused) as refused:
        apply(coverage, Transfer("a", "b", shapely.box(50, 10, 100, 60)))
    error = refused.value
    fault = ProofFault("refused", error.message, error.remedy, error.code, error.units, error.place)
    proposal = AdjustmentProposal("transfer", ON, faults=(fault,))
    assert answered_by(fault, proposal) == "V-03"
    hit = next(iter(RULES["V-03"].function(proposal, Memory(), {})))
    assert hit.variant == "line" and hit.geometry is not None and "镇街" in hit.message


def test_what_the_proof_finds_reaches_its_rule() -> None:
    """A unit that shrank leaves a gap and loses area: V-01 and V-02 both say so."""
    before = Coverage([Land("a", shapely.box(0, 0, 100, 100)), Land("b", shapely.box(100, 0, 200, 100))])
    after = Coverage([Land("a", shapely.box(0, 0, 90, 100)), Land("b", shapely.box(100, 0, 200, 100))])
    faults = tuple(
        ProofFault(f.code, f.message, units=f.units, place=f.place) for f in prove(before, after).faults
    )
    proposal = AdjustmentProposal("transfer", ON, faults=faults)
    found = checks.run(RULES, proposal, Memory(), PROFILE, stages=[Stage.DRAFT], on=ON)
    assert {f.code for f in found} == {"V-01", "V-02"}
    assert all(f.severity is Severity.BLOCK for f in found)


def test_a_fault_keeps_its_place_and_its_unit() -> None:
    finding = findings_of("V-01", example("V-01", "与相邻单位重叠"))[0]
    assert finding.severity is Severity.BLOCK
    assert finding.geometry is not None and finding.geometry.length > 50
    assert finding.subject is not None and finding.subject.name == "浔峰社区"
    assert "相接或者有重叠" in finding.sentence
    assert "没有完成" in findings_of("V-01", example("V-01", "分割线没有画到边"))[0].sentence


# Effective dates.


@pytest.mark.parametrize(
    ("on", "households", "variant"),
    [
        (date(2025, 12, 31), 650, None),
        (date(2026, 1, 1), 650, "below"),
        (date(2025, 12, 31), 1500, "above"),
        (date(2026, 1, 1), 1500, None),
        (date(2025, 12, 31), 99, "below"),
        (date(2025, 12, 31), 100, None),
        (date(2025, 12, 31), 700, None),
        (date(2025, 12, 31), 701, "above"),
        (date(2026, 1, 1), 999, "below"),
        (date(2026, 1, 1), 3001, "above"),
    ],
)
def test_the_size_band_of_the_day(on: date, households: int, variant: str | None) -> None:
    unit = UnitFacts("a", "甲社区", "community", households=households, is_new=True)
    proposal = AdjustmentProposal("setup", on, after=(unit,))
    found = checks.run(RULES, proposal, Memory(), PROFILE, stages=[Stage.SUBMIT], on=on, only=["V-05"])
    assert [f.variant for f in found] == ([variant] if variant else [])
    article = "第三条" if on >= date(2026, 1, 1) else "第六条"
    assert all(article in f.message and article in f.sentence for f in found)
    assert all(f.severity is Severity.WARN for f in found), "real approvals exceed the band: never a block"


def test_article_numbers_of_meetings_are_cited_only_while_known() -> None:
    row = example("V-07", "正好一半到会")
    old = {
        **row["proposal"],
        "on": "2025-12-31",
        "meetings": [{**row["proposal"]["meetings"][0], "notice_on": "2025-08-01", "held_on": "2025-08-20"}],
    }
    assert "第二十二条" in findings_of("V-07", {"proposal": old})[0].sentence
    assert "第二十二条" not in findings_of("V-07", row)[0].sentence


def test_names_are_judged_since_the_regulations_of_2022() -> None:
    row = example("V-09", "新社区也叫江北社区")
    assert findings_of("V-09", row)
    before = {**row, "proposal": {**row["proposal"], "on": "2022-04-30"}}
    assert not findings_of("V-09", before)
