"""Every kind of refusal and fault in English: a whole sentence, a remedy, and the figures the Chinese gives."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.utils import translation

from boundaries import wording as words
from boundaries.checks.english import FAULTS, FIGURES, REFUSALS, fault_en, figures_en, refusal_en
from boundaries.editing import Limits, Merge, Refused, Split, apply
from boundaries.proof import prove
from tests.boundaries.squares import line, squares
from tests.planner.english import CHINESE

ROOM = Path(__file__).resolve().parents[2] / "boundaries"
QUOTED = re.compile("“[^“”]*”")
UNITS = ("甲村", "乙社区")


def whole(message: str, remedy: str) -> bool:
    """Say whether both are English sentences with every hole filled."""
    both = QUOTED.sub("", message + remedy)
    return bool(message and remedy) and not CHINESE.search(both) and not re.search(r"[{}]|None|nan", both)


@pytest.mark.parametrize("code", sorted(REFUSALS))
@pytest.mark.parametrize("names", [(), UNITS[:1], UNITS])
def test_every_refusal(code, names):
    refused = Refused(code, "不能调整", remedy="请重画", units=tuple("ab"[: len(names)]))
    with translation.override("en"):
        message, remedy = words.refusal(refused, dict(zip("ab", names, strict=False)))
    assert whole(message, remedy) and message[0].isupper() or message[0] == "“"
    if "{units}" in REFUSALS[code][0]:
        assert all(f"“{name}”" in message for name in names)


@pytest.mark.parametrize("code", sorted(FAULTS))
@pytest.mark.parametrize("names", [(), UNITS[:1], UNITS])
def test_every_fault(code, names):
    assert whole(*fault_en(code, names))


def test_every_group_of_figures_is_said_with_each_of_its_figures():
    for names, _ in FIGURES:
        values = {name: float(n) for n, name in enumerate(sorted(names), start=11)}
        said = figures_en(values)
        assert all(re.search(rf"\b{value:.0f}\b", said) for value in values.values()), said
        assert whole(*refusal_en("sliver", UNITS, values))
    assert figures_en({}) == ""
    with pytest.raises(KeyError):
        figures_en({"nobody_said": 1.0})


def _calls(name: str):
    for path in sorted([*(ROOM / "editing").glob("*.py"), ROOM / "drawing.py", ROOM / "proof.py"]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name:
                yield path.name, node


@pytest.mark.parametrize("name", ["Refused", "Fault"])
def test_a_message_that_formats_a_figure_hands_it_over(name):
    """A number with a format, a count or a limit in the Chinese message must come with ``figures``."""
    wrong, seen = [], 0
    known = {group for group, _ in FIGURES}
    for where, call in _calls(name):
        if len(call.args) < 2 or not isinstance(call.args[1], ast.JoinedStr):
            continue
        holes = [p for p in call.args[1].values if isinstance(p, ast.FormattedValue)]
        numbers = [
            h
            for h in holes
            if h.format_spec is not None
            or "len(" in ast.unparse(h.value)
            or "_count(" in ast.unparse(h.value)
            or ast.unparse(h.value) in ("before", "after")
        ]
        given = [k.value for k in call.keywords if k.arg == "figures"] + list(call.args[4:5])
        if numbers:
            seen += 1
            if not given or not isinstance(given[0], ast.Dict):
                wrong.append(f"{where}:{call.lineno}")
        for dictionary in given:
            keys = frozenset(key.value for key in dictionary.keys)
            if keys not in known:
                wrong.append(f"{where}:{call.lineno} {sorted(keys)}")
    assert seen >= 3 and wrong == []


CASES = [
    (Split("A", line((0, 1990), (10, 2000)), ("a", "b")), Limits(), "50.0 m² instead of 400 m² or more"),
    (Split("A", line((0, 1000.3), (1000, 1000.3)), ("a", "b")), Limits(), "300.0 m² instead of 400 m²"),
    (Split("A", line((0, 1000.6), (1000, 1000.6)), ("a", "b")), Limits(), "narrower than 1 m"),
    (Split("A", line((0, 1000), (1000, 1040)), ("a", "b")), Limits(), "2.3° instead of 4° or more"),
    (Split("A", line((0, 1500), (1000, 1500)), ("a", "b", "c")), Limits(), "2 parts instead of 3"),
    (Split("A", line((0, 1500), (1000, 1500)), ("a", "b")), Limits(max_vertices=1), "2 points, 1 at most"),
    (Merge(("A", "D"), "A"), Limits(), "2 parts, 1 declared"),
]


@pytest.mark.parametrize(("operation", "limits", "figures"), CASES, ids=[c[2] for c in CASES])
def test_figures_of_real_refusals(operation, limits, figures):
    with pytest.raises(Refused) as caught:
        apply(squares(), operation, limits)
    with translation.override("en"):
        message, remedy = words.refusal(caught.value, {"A": "甲村"})
    assert figures in message and whole(message, remedy)
    for number in re.findall(r"\d+\.\d+", caught.value.message):
        assert number in message


def test_figures_of_faults():
    before = squares()
    edited = apply(before, Split("A", line((0, 1500), (1000, 1500)), ("A", "new")))
    counted = dict.fromkeys(before, 100)
    lost = prove(
        before,
        edited.coverage,
        inserted=edited.inserted,
        households=(counted, counted | {"A": 60, "new": 1_039}),
    )
    (fault,) = lost.faults
    with translation.override("en"):
        said = words.fault(fault)
    assert said.endswith(": 200 before, 1,199 after")
    assert whole(said, "-")
    assert "figures" not in lost.as_json()["faults"][0]
