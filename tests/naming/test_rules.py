"""Every naming rule against its good and bad examples, and against any text at all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from geoapp.core import checks
from geoapp.core.checks import Finding, Registry, Severity, Stage
from naming.checks import RULES
from naming.checks.proposal import (
    Authority,
    NamedStreet,
    NameProposal,
    OpenItem,
    Scope,
    Sibling,
)
from naming.language.keys import SoundKeys, sound_keys
from naming.language.normalise import mend_latin, normalise_name
from naming.language.reading import read_name, with_tones
from naming.language.romanise import parse_romanised
from naming.language.split import split_name
from naming.profile import load_profile
from tests.rule_mutants import changed, inverted, wrong

ON = date(2026, 11, 23)
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "checks"
CODES = [
    "N-01",
    "N-02",
    "N-03",
    "N-08",
    "N-09",
    "N-10",
    "N-16",
    "N-22",
    "N-24",
    "P-01",
    "G-01",
    "G-02",
    "G-06",
    "D-03",
    "AUTH-01",
]
PROFILE = load_profile()


def _lines(coordinates: Sequence[Any] | None) -> BaseGeometry | None:
    if coordinates is None:
        return None
    return shapely.MultiLineString([shapely.linestrings(part) for part in coordinates])


def _read(name: str, pinyin: str) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Return syllables, mended letters and the error of a reading, as a filed item has them."""
    suggestion = read_name(name, parts=split_name(name, category="STR"))
    if not pinyin.strip():
        return tuple(suggestion.syllables), (), ""
    text, mended = mend_latin(pinyin)
    try:
        return with_tones(parse_romanised(text), suggestion.syllables), tuple(mended), ""
    except ValueError as error:
        return tuple(suggestion.syllables), tuple(mended), str(error)


def _sibling(data: Mapping[str, Any]) -> Sibling:
    name = data["name"]
    return Sibling(
        data["item_id"],
        data["seq"],
        name,
        normalise_name(name),
        split_name(name, category="STR"),
        sound_keys(name, _read(name, data.get("pinyin", ""))[0]),
        frozenset(data["scope_ids"]),
        _lines(data.get("geometry")),
    )


def proposal_from(data: Mapping[str, Any]) -> NameProposal:
    """Build a proposal from the JSON of an example; geometry as frame coordinates."""
    name, pinyin = data["name"], data.get("pinyin", "")
    syllables, mended, error = _read(name, pinyin)
    plain = {
        key: data[key]
        for key in (
            *("category", "street_id", "case_number", "accept_order", "applicant"),
            *("applicant_kind", "handling_level", "item_id"),
            *("trigger", "legal_basis", "old_name", "current_name"),
        )
        if key in data
    }
    return NameProposal(
        kind=data.get("kind", "name"),
        name=name,
        normalised=normalise_name(name),
        parts=split_name(name, category=data.get("category", "STR")),
        keys=sound_keys(name, syllables),
        on=ON,
        pinyin=pinyin,
        syllables=syllables,
        pinyin_error=error,
        mended=mended,
        geometry=_lines(data.get("geometry")),
        scopes=tuple(Scope(**scope) for scope in data.get("scopes", ())),
        siblings=tuple(_sibling(row) for row in data.get("siblings", ())),
        authority=Authority(**data["authority"]) if "authority" in data else None,
        **plain,
    )


class Memory:
    """Answers a rule's questions from the JSON of an example, by the words of the protocol."""

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        data = data or {}
        self.streets = [self._street(row) for row in data.get("streets", ())]
        self.items = [
            OpenItem(**{**row, "same_name": False, "scope_ids": frozenset(row["scope_ids"])})
            for row in data.get("open_items", ())
        ]
        self.places = list(data.get("places", ()))
        self.districts = {row["name"]: shapely.polygons(row["geometry"]) for row in data.get("districts", ())}
        self.city = shapely.polygons(data["city"]) if "city" in data else None

    @staticmethod
    def _street(row: Mapping[str, Any]) -> NamedStreet:
        name = row["name"]
        return NamedStreet(
            row["id"],
            name,
            split_name(name, category="STR"),
            sound_keys(name, _read(name, row.get("pinyin", ""))[0]),
            frozenset(row["scope_ids"]),
            row.get("where", ""),
            _lines(row.get("geometry")),
        )

    def streets_named(self, normalised: str) -> list[NamedStreet]:
        return [s for s in self.streets if normalise_name(s.name) == normalised]

    def streets_sounding(self, keys: SoundKeys) -> list[NamedStreet]:
        return [s for s in self.streets if _sound_alike(s.keys, keys)]

    def streets_of_stem(self, stem: str, generic: str) -> list[NamedStreet]:
        return [
            s
            for s in self.streets
            if s.parts.ordinal is not None and (s.parts.stem, s.parts.generic) == (stem, generic)
        ]

    def place_of_stem(self, stem: str) -> str:
        named = [
            s.name
            for s in self.streets
            if s.name == stem or s.parts.ordinal is None and s.parts.specific == stem
        ]
        return next(iter(named + [place for place in self.places if place.startswith(stem)]), "")

    def streets_near(self, geometry: BaseGeometry, distance_m: float) -> list[NamedStreet]:
        return [s for s in self.streets if s.geometry and s.geometry.dwithin(geometry, distance_m)]

    def open_items(self, normalised: str, keys: SoundKeys) -> list[OpenItem]:
        found = []
        for item in self.items:
            same = normalise_name(item.name) == normalised
            if same or _sound_alike(sound_keys(item.name, _read(item.name, "")[0]), keys):
                found.append(OpenItem(**{**vars(item), "same_name": same}))
        return found

    def districts_of(self, geometry: BaseGeometry) -> list[str]:
        shares = {n: a.intersection(geometry).length for n, a in self.districts.items()}
        return sorted((n for n, m in shares.items() if m >= 5.0), key=lambda n: -shares[n])

    def city_outline(self) -> BaseGeometry | None:
        return self.city


def _sound_alike(a: SoundKeys, b: SoundKeys) -> bool:
    pairs = ((a.toned, b.toned), (a.toneless, b.toneless), (a.jyutping, b.jyutping))
    return any(x and x == y for x, y in pairs)


def examples(code: str) -> list[dict[str, Any]]:
    """Return the examples of a rule."""
    data = json.loads((FIXTURES / f"{code}.json").read_text(encoding="utf-8"))
    assert data["code"] == code
    return list(data["cases"])


def findings_of(code: str, example: Mapping[str, Any], registry: Registry = RULES) -> list[Finding]:
    """Run one rule over one example, at the stages at which it speaks."""
    return checks.run(
        registry,
        proposal_from(example["proposal"]),
        Memory(example.get("register")),
        PROFILE,
        stages=registry[code].stages,
        on=ON,
        only=[code],
    )


def holds(code: str, example: Mapping[str, Any], registry: Registry = RULES) -> bool:
    """Say whether the rule does with an example what the example expects."""
    found = findings_of(code, example, registry)
    variant = example.get("variant")
    concerned = [f for f in found if variant is None or f.variant == variant]
    if example["expect"] == "good":
        return not concerned
    return bool(concerned) and all(f.law and f.remedy and f.sentence for f in concerned)


ALL = [
    pytest.param(code, example, id=f"{code} {example['expect']} {example['title']}")
    for code in CODES
    for example in examples(code)
]


@pytest.mark.parametrize(("code", "example"), ALL)
def test_example(code: str, example: dict[str, Any]) -> None:
    assert holds(code, example), findings_of(code, example)


@pytest.mark.parametrize("code", CODES)
def test_enough_examples(code: str) -> None:
    for expect in ("good", "bad"):
        rows = [row for row in examples(code) if row["expect"] == expect]
        assert len(rows) >= 3
        assert any(row["real"] for row in rows)
    rows = examples(code)
    assert all(row["source"].strip() and row["title"].strip() for row in rows)
    assert len({row["title"] for row in rows}) == len(rows)
    card = RULES[code]
    shown = {row.get("variant") for row in rows if row["expect"] == "bad"}
    assert set(card.variants) <= shown, "every graded case has a bad example"
    assert all(row["proposal"]["name"] != row["source"] for row in rows)


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
    assert "条例" in card.law
    assert not card.speaks_on(date(2022, 4, 30)) and card.speaks_on(date(2022, 5, 1))


def test_the_files_are_the_rules() -> None:
    assert sorted(RULES.codes()) == sorted(CODES)
    for card in RULES:
        assert card.function.__module__ == "naming.checks." + card.code.lower().replace("-", "_")
    written = {path.stem for path in FIXTURES.glob("*.json")}
    assert {code for code in written if not code.startswith(("V-", "A-"))} == set(CODES), (
        "V-* are the boundaries' rules, A-* those about addresses"
    )


def test_messages_name_the_other_object_and_the_scope() -> None:
    example = next(row for row in examples("N-08") if row["title"] == "松风路两条")
    finding = findings_of("N-08", example)[0]
    assert finding.severity is Severity.BLOCK
    assert "“松风路”（南海区桂城街道）" in finding.message
    assert "建成区“桂城示意建成区”" in finding.message
    assert finding.law == "地名管理条例 第九条第（八）项"
    assert "第九条第（八）项" in finding.sentence
    assert finding.subject is not None and finding.subject.id == "s1"


def test_a_district_that_stands_in_for_a_built_up_area_is_said() -> None:
    example = next(row for row in examples("N-08") if row["title"] == "同区已有同名")
    assert "未划定建成区，按市辖区比较" in findings_of("N-08", example)[0].message


def test_one_finding_per_street_and_only_the_strongest() -> None:
    example = next(row for row in examples("N-09") if row["title"] == "普通话同音")
    assert [f.variant for f in findings_of("N-09", example)] == ["toned"]


def test_order_of_acceptance_is_said() -> None:
    rows = {row["title"]: row for row in examples("N-24")}
    theirs = findings_of("N-24", rows["同名，对方先受理"])[0]
    ours = findings_of("N-24", rows["同名，本案先受理"])[0]
    assert "SM-440605-2026-000009" in theirs.message and "对方受理在先" in theirs.message
    assert "本案受理在先" in ours.message


def test_gap_and_overlap_are_measured() -> None:
    rows = {row["title"]: row for row in examples("G-01")}
    apart = findings_of("G-01", rows["中间断开 60 米"])[0]
    assert "60.0 米" in apart.message and apart.geometry is not None
    assert apart.geometry.length == pytest.approx(60.0)
    outside = findings_of("G-01", rows["一段伸出市界"])[0]
    assert outside.geometry is not None and outside.geometry.length == pytest.approx(200.0)
    overlap = findings_of("G-02", next(r for r in examples("G-02") if r["title"] == "画在已有名称的路上"))[0]
    assert overlap.geometry is not None and overlap.geometry.length == pytest.approx(1000.0)
    assert overlap.subject is not None and overlap.subject.name == "鱼跃路"


def test_mended_letters_are_listed() -> None:
    rows = {row["title"]: row for row in examples("P-01")}
    finding = findings_of("P-01", rows["印刷拼音用了 U+0261"])[0]
    assert "已把 U+0261 改为 g" in finding.message
    assert finding.severity is Severity.INFO


def test_parameters_are_heard() -> None:
    """A city may set its own width of the strip and its own share."""
    row = next(row for row in examples("G-02") if row["title"] == "平行且相距 30 米")
    proposal, ask = proposal_from(row["proposal"]), Memory(row["register"])
    card = RULES["G-02"]
    assert not list(card.function(proposal, ask, card.parameters))
    assert list(card.function(proposal, ask, {**card.parameters, "buffer_m": 35.0}))


texts = st.one_of(
    st.text(max_size=60),
    st.text(min_size=300, max_size=300),
    st.text(
        alphabet="锦程一二十百第横东西中路街巷大道公园😀\u200d\ufe0f\u0000\u0007５5Ⅱ·錦㘵𠀋 ",
        max_size=40,
    ),
    st.text(
        st.characters(categories=["Cc", "Cf", "Cs", "Co", "So", "Mn", "Zl", "Nl"]),
        max_size=20,
    ),
)


@settings(max_examples=120, deadline=None)
@given(name=texts, pinyin=texts, other=texts)
def test_no_text_breaks_a_rule(name: str, pinyin: str, other: str) -> None:
    scopes = [{"id": "a", "name": "某区", "kind": "district"}]
    sibling = {"item_id": "i2", "seq": 2, "name": other, "scope_ids": ["a"]}
    proposal = proposal_from({"name": name, "pinyin": pinyin, "scopes": scopes, "siblings": [sibling]})
    ask = Memory({"streets": [{"id": "s", "name": other, "scope_ids": ["a"]}]})
    for card in RULES:
        for hit in card.function(proposal, ask, PROFILE.parameters(card.code, card.parameters)):
            assert hit.message and hit.remedy
            assert hit.variant in ("", *card.variants)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(
            st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda p: (p[0] / 2, p[1] / 2)),
            min_size=2,
            max_size=5,
        ),
        max_size=4,
    )
)
def test_no_line_breaks_a_rule(lines: list[list[tuple[float, float]]]) -> None:
    proposal = proposal_from({"name": "锦程一路", "geometry": lines})
    box = [[5, 5], [15, 5], [15, 15], [5, 15], [5, 5]]
    street = {
        "id": "s",
        "name": "鱼跃路",
        "scope_ids": [],
        "geometry": [[[0, 0], [20, 20]]],
    }
    ask = Memory(
        {
            "streets": [street],
            "city": box,
            "districts": [{"name": "甲区", "geometry": box}],
        }
    )
    for card in RULES:
        list(card.function(proposal, ask, PROFILE.parameters(card.code, card.parameters)))


def test_acceptance_alone_judges_the_level() -> None:
    assert RULES["G-06"].stages == (Stage.ACCEPT,)
    assert RULES["AUTH-01"].stages == (Stage.ACCEPT, Stage.DECIDE)
