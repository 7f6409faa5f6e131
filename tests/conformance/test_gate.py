"""The gate over the suites of OGC: what is read from their results, and what does not pass."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
_spec = importlib.util.spec_from_file_location("conformance", HERE.parents[1] / ".ci" / "conformance.py")
assert _spec and _spec.loader
conformance = importlib.util.module_from_spec(_spec)
sys.modules["conformance"] = conformance
_spec.loader.exec_module(conformance)

RESULTS = """<testng-results>{}</testng-results>"""
METHOD = (
    '<test-method name="{name}" status="{status}" is-config="{config}" '
    'signature="{name}()[pri:0, instance:org.example.Tests@1]">'
    "<exception><message>\n  {message}\n</message></exception></test-method>"
)


def outcome(tmp_path, *methods: tuple[str, str, str, str]):
    text = "".join(METHOD.format(name=n, status=s, config=c, message=m) for n, s, c, m in methods)
    (tmp_path / "r.xml").write_text(RESULTS.format(text), encoding="utf-8")
    found = conformance.Outcome()
    found.read(tmp_path / "r.xml")
    return found


def reviewed(**values):
    return {"version": "1", "passed_at_least": 1, "failed": [], "skipped": [], **values}


@pytest.fixture
def run(tmp_path):
    return outcome(
        tmp_path,
        ("prepare", "PASS", "true", ""),
        ("good", "PASS", "false", ""),
        ("bad", "FAIL", "false", "not so"),
        ("bad", "FAIL", "false", "not so either"),
        ("left", "SKIP", "false", ""),
        ("prepare", "SKIP", "true", ""),
    )


BAD = {"test": "Tests.bad", "times": 2, "reason": "known"}
LEFT = {"test": "Tests.left", "times": 1, "reason": "not claimed"}


def test_results_are_counted_by_test(run):
    assert (run.passed, dict(run.failed), dict(run.skipped)) == (1, {"Tests.bad": 2}, {"Tests.left": 1})
    assert run.says("Tests.bad") == "not so"


def test_a_failed_preparation_counts(tmp_path):
    assert outcome(tmp_path, ("prepare", "FAIL", "true", "no data")).failed == {"Tests.prepare": 1}


def test_what_was_reviewed_passes(run):
    assert conformance.differences(run, "1", reviewed(failed=[BAD], skipped=[LEFT])) == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"version": "2"}, "版本"),
        ({"passed_at_least": 2}, "下限"),
        ({"failed": []}, "Tests.bad"),
        ({"failed": [BAD | {"times": 1}]}, "Tests.bad"),
        ({"failed": [BAD | {"times": 3}]}, "Tests.bad"),
        ({"failed": [BAD | {"reason": " "}]}, "没有写理由"),
        ({"failed": [BAD | {"message": "either"}]}, "not so"),
        ({"skipped": []}, "Tests.left"),
        ({"skipped": [LEFT, {"test": "Tests.more", "times": 1, "reason": "x"}]}, "Tests.more"),
    ],
)
def test_anything_else_does_not(run, changed, told):
    found = conformance.differences(run, "1", reviewed(failed=[BAD], skipped=[LEFT]) | changed)
    assert len(found) == 1 and told in found[0]


def test_a_random_choice_has_an_upper_bound(run):
    entry = {"test": "Tests.bad", "at_most": 5, "message": "not so", "reason": "random"}
    assert conformance.differences(run, "1", reviewed(failed=[entry], skipped=[LEFT])) == []
    found = conformance.differences(run, "1", reviewed(failed=[entry | {"at_most": 1}], skipped=[LEFT]))
    assert len(found) == 1 and "Tests.bad" in found[0]


def test_recording_keeps_reasons_and_asks_for_new_ones(run, tmp_path):
    target = tmp_path / "suite-profile.json"
    target.write_text(json.dumps(reviewed(failed=[BAD | {"times": 7}])), encoding="utf-8")
    conformance.record(target, "Suite", "1", run)
    written = json.loads(target.read_text(encoding="utf-8"))
    assert [(e["times"], e["reason"]) for e in written["failed"] + written["skipped"]] == [
        (2, "known"),
        (1, ""),
    ]
    assert conformance.differences(run, "1", written) == ["跳过 Tests.left：没有写理由"]


def test_addresses_of_the_suites_are_those_of_the_service(client, db):
    """A suite that could not be run here yet must find the service when it can."""
    plan = json.loads((HERE / "suites.json").read_text(encoding="utf-8"))
    for suite in plan["suites"].values():
        for value in [*suite["properties"].values(), suite.get("each_file", "")]:
            address = value.format(server="", layer="streets", file="")
            for name in ("tileMatrix", "tileRow", "tileCol"):
                key = {"tileMatrix": "tilematrix", "tileRow": "mintilerow", "tileCol": "mintilecol"}[name]
                address = address.replace(f"{{{name}}}", suite["properties"].get(key, ""))
            if address.startswith("/"):
                assert client.get(address).status_code == 200, address


def test_every_reviewed_file_belongs_to_the_plan_and_gives_reasons():
    plan = json.loads((HERE / "suites.json").read_text(encoding="utf-8"))
    known = {f"{name}-{profile}" for name, suite in plan["suites"].items() for profile in suite["profiles"]}
    files = sorted(path for path in HERE.glob("*-*.json"))
    assert files and {path.stem for path in files} <= known
    for path in files:
        told = json.loads(path.read_text(encoding="utf-8"))
        for entry in told["failed"] + told["skipped"]:
            assert entry["reason"].strip() and ("times" in entry) != ("at_most" in entry), entry
