"""What boundary rules count and measure: meetings, balances, sizes, names, codes and lines."""

from __future__ import annotations

import time
from datetime import date, timedelta

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries.checks import RULES
from boundaries.checks.following import follow
from boundaries.checks.names import place_name, sounds_like
from boundaries.checks.proposal import (
    AdjustmentProposal,
    MeetingFacts,
    UnitFacts,
)
from boundaries.checks.v_07 import majority, quorum
from geoapp.core.checks import Severity
from tests.boundaries.rule_examples import (
    ON,
    Memory,
    example,
    findings_of,
    proposal_from,
)


@given(st.integers(1, 10**6))
def test_quorum_and_majority_are_exact(eligible: int) -> None:
    most = quorum("villagers", eligible)
    assert 2 * most > eligible >= 2 * (most - 1)
    two_thirds = quorum("households", eligible)
    assert 3 * two_thirds >= 2 * eligible > 3 * (two_thirds - 1)
    assert 2 * majority(eligible) > eligible >= 2 * (majority(eligible) - 1)


@settings(max_examples=200, deadline=None)
@given(
    eligible=st.integers(1, 60),
    absent=st.integers(0, 60),
    votes=st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60)),
    days=st.integers(-3, 20),
    body=st.sampled_from(["villagers", "households", "representatives"]),
)
def test_a_meeting_passes_exactly_when_the_law_says(
    eligible: int, absent: int, votes: tuple[int, int, int], days: int, body: str
) -> None:
    """The rule against the law written out once more, in fractions."""
    present = max(0, eligible - absent)
    held = date(2026, 8, 20)
    meeting = MeetingFacts("a", "甲村", body, held - timedelta(days=days), held, eligible, present, *votes)
    village = UnitFacts("a", "甲村", "village")
    proposal = AdjustmentProposal("transfer", ON, (village,), (village,), meetings=(meeting,))
    lawful = (
        body != "representatives"
        and days >= 10
        and sum(votes) == present
        and (present / eligible > 1 / 2 if body == "villagers" else 3 * present >= 2 * eligible)
        and votes[0] > present / 2
    )
    assert (not list(RULES["V-07"].function(proposal, Memory(), {}))) == lawful


def test_each_failure_of_a_meeting_has_its_own_message_with_numbers() -> None:
    row = example("V-07", "正好一半到会")
    meeting = {
        **row["proposal"]["meetings"][0],
        "notice_on": "2026-08-15",
        "votes_for": 100,
        "votes_against": 450,
    }
    found = findings_of("V-07", {"proposal": {**row["proposal"], "meetings": [meeting]}})
    assert [f.variant for f in found] == ["notice", "quorum", "majority"]
    assert "只提前 5 天" in found[0].message and "最早在 2026-08-25 召开" in found[0].remedy
    assert "应到十八周岁以上村民 1,200 人，实到 600 人，没有过半数（至少 601 人）" in found[1].message
    assert "赞成 100 票，没有超过到会 600 人的半数（至少 301 票）" in found[2].message
    assert len({f.key for f in found}) == 3


def test_a_balance_names_units_and_numbers() -> None:
    found = findings_of("V-08", example("V-08", "批复所载 13,235 户，分设后少 100 户"))
    assert len(found) == 1
    assert "前 13,235 户，后 13,135 户（“江北社区” 8,035、“浔峰社区” 5,100）" in found[0].message


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(0, 500), min_size=1, max_size=5),
    st.lists(st.integers(0, 500), min_size=1, max_size=5),
)
def test_figures_balance_exactly_when_the_sums_are_equal(before: list[int], after: list[int]) -> None:
    def units(figures: list[int]) -> tuple[UnitFacts, ...]:
        return tuple(
            UnitFacts(str(i), f"第{i}社区", "community", households=n, population=n)
            for i, n in enumerate(figures)
        )

    proposal = AdjustmentProposal("merge", ON, units(before), units(after))
    hits = list(RULES["V-08"].function(proposal, Memory(), {}))
    assert (not hits) == (sum(before) == sum(after))


def test_oversize_is_classified_and_graded_by_local_values() -> None:
    community = findings_of("V-06", example("V-06", "批复所载 13,235 户"))[0]
    converted = findings_of("V-06", example("V-06", "特大型村改社区"))[0]
    village = findings_of("V-06", example("V-06", "城中村"))[0]
    assert community.remedy.startswith("特大型社区")
    assert converted.remedy.startswith("特大型村改社区") and village.remedy.startswith("城中村")
    assert all("未核定" in f.message for f in (community, converted, village))
    card = RULES["V-06"]
    proposal = proposal_from(example("V-06", "琴湖社区规模适当")["proposal"])
    assert [
        hit.variant
        for hit in card.function(proposal, Memory(), {**card.parameters, "oversize_households": 2000})
    ] == ["oversize"]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("江北社区居委会", "江北社区"),
        ("云东海社区居民委员会", "云东海社区"),
        ("江南名居社会居委会", "江南名居社区"),
        ("平沙村委会", "平沙村"),
        ("苏村村委会", "苏村"),
        ("华㘵村民委员会", "华㘵村"),
        (" 江北 社区 ", "江北社区"),
        ("社区", "社区"),
    ],
)
def test_the_label_of_the_committee_does_not_make_a_name(written: str, name: str) -> None:
    assert place_name(written) == name


def test_sound() -> None:
    assert sounds_like("潭州村委会", "潭洲村")
    assert sounds_like("布心社区", "㘵心社区居委会")
    assert not sounds_like("江北社区", "江北社区居委会"), "the same name is not merely alike in sound"
    assert not sounds_like("江北社区", "江南社区")
    assert not sounds_like("穆园社区", "穆院社区"), "yuán and yuàn differ in tone"


def test_one_finding_for_two_new_units_of_one_name() -> None:
    assert len(findings_of("V-09", example("V-09", "本项内两个新单位同名"))) == 1


def test_a_code_borne_by_another_names_it_and_the_days() -> None:
    finding = findings_of("V-10", example("V-10", "用了停用的代码"))[0]
    assert "“岐丰社区”使用（2016-01-01 至 2017-01-01）" in finding.message
    assert finding.subject is not None and finding.subject.id == "qf"


@given(st.integers(0, 999), st.sampled_from(["community", "village"]))
def test_segments_of_the_kinds(last: int, kind: str) -> None:
    unit = UnitFacts("a", "甲", kind, code=f"440605125{last:03}", is_new=True, town_code="440605125")
    proposal = AdjustmentProposal("setup", ON, after=(unit,))
    variants = [hit.variant for hit in RULES["V-10"].function(proposal, Memory(), {})]
    right = {
        "community": 1 <= last <= 199 or 400 <= last <= 499 and last != 498,
        "village": 200 <= last <= 399 or 500 <= last <= 599 and last != 598,
    }[kind]
    assert variants == ([] if right else ["segment"])


def test_following_is_measured() -> None:
    finding = findings_of("V-11", example("V-11", "一半沿路"))[0]
    assert finding.severity is Severity.WARN and finding.geometry is not None
    assert finding.geometry.length == pytest.approx(500), "near the road, but across it"
    nearly = findings_of("V-11", example("V-11", "只剩一小段"))[0]
    assert nearly.severity is Severity.INFO


def test_crossing_a_dense_grid_is_not_following() -> None:
    """A diagonal through a grid of streets is near one most of the way and follows none."""
    grid = [(f"横{i}路", shapely.linestrings([(0, i * 30), (600, i * 30)])) for i in range(20)]
    line = shapely.linestrings([(0, 0), (570, 570)])
    found = follow(line, grid, distance_m=15.0, angle_deg=30.0, step_m=10.0)
    assert found.clear_share == 0 and found.unclear_m == pytest.approx(line.length)


def test_a_ring_road_is_followed_over_its_seam() -> None:
    ring = shapely.points(0, 0).buffer(500).exterior
    line = shapely.points(0, 0).buffer(503).exterior
    found = follow(line, [("环路", ring)], distance_m=15.0, angle_deg=30.0, step_m=10.0)
    assert found.unclear_m == pytest.approx(0) and found.by_name_m["环路"] == pytest.approx(line.length)


def test_the_distance_is_heard() -> None:
    line = shapely.linestrings([(20, 0), (20, 1000)])
    road = [("海北大道", shapely.linestrings([(0, -100), (0, 1100)]))]
    share = [follow(line, road, distance_m=d, angle_deg=30.0, step_m=10.0).clear_share for d in (15.0, 25.0)]
    assert share == [0.0, 1.0]


def test_a_long_border_through_a_town_of_streets_is_measured_quickly() -> None:
    """33 km in 3,000 pieces against 500 streets: every piece against every street took 45 seconds."""
    steps = [(i * 10.0, 8.0 * ((i * 7) % 5 - 2)) for i in range(3001)]
    line = shapely.linestrings(steps)
    streets = [
        (f"第{i}街", shapely.linestrings([(i * 60.0, -1500.0 + j * 50.0) for j in range(61)]))
        for i in range(500)
    ]
    started = time.perf_counter()
    found = follow(line, streets, distance_m=15.0, angle_deg=30.0, step_m=10.0)
    assert time.perf_counter() - started < 5.0
    assert found.unclear_m + sum(found.by_name_m.values()) == pytest.approx(line.length)
