"""The shipped ways of numbering, and what a bad one is told."""

from __future__ import annotations

import copy
import json

import pytest

from naming.addressing.numbering import BadProfile, load_profile, parse_profile
from naming.addressing.numbering.profile import LEXICON, profile_keys


def test_every_shipped_profile_loads_and_says_where_it_comes_from():
    assert profile_keys() == ["beijing2012", "common", "foshan", "metric"]
    for key in profile_keys():
        profile = load_profile(key)
        assert profile.source_status == "UNVERIFIED"
        raw = json.loads((LEXICON / f"numbering_{key}.json").read_text(encoding="utf-8"))
        for name, entry in raw["values"].items():
            assert entry["status"] == "UNVERIFIED" and entry["source"] == profile.sources[name] != ""


def test_the_cities_differ_as_their_rules_do():
    common, beijing = load_profile("common"), load_profile("beijing2012")
    assert (common.ew_origin, common.ns_origin, common.odd_side) == ("E", "S", "LEFT")
    assert (beijing.ew_origin, beijing.ns_origin, beijing.odd_side) == ("E", "N", "RIGHT")
    assert load_profile("metric").metric and not common.metric


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.pop("name"), "缺少 name"),
        (lambda d: d.update(edition=" "), "缺少 edition"),
        (lambda d: d.update(source_status="sure"), "source_status"),
        (lambda d: d.update(values=[]), "JSON 对象"),
        (lambda d: d["values"].pop("ew_origin"), "缺少 ew_origin"),
        (lambda d: d["values"].update(ew_orign={}), "不认识的项 ew_orign"),
        (lambda d: d["values"].update(mode="METRIC"), "mode 应写成"),
        (lambda d: d["values"]["ew_origin"].update(value="S"), "ew_origin 的值“S”不对，应为 E、W 之一"),
        (lambda d: d["values"]["allow_sub_level"].update(value=2), "附号只有一级"),
        (lambda d: d["values"]["allow_sub_level"].update(value=True), "应为 0 或 1"),
        (lambda d: d["values"]["metre_step"].update(value=0), "0.5 到 100"),
        (lambda d: d["values"]["frontage_m"].update(value="10"), "1 到 1000"),
        (lambda d: d["values"]["frontage_m"].update(value=float("nan")), "1 到 1000"),
        (lambda d: d["values"]["reuse_given_up"].update(value=0), "true 或 false"),
        (lambda d: d["values"]["mode"].update(source=""), "没有写明来源"),
        (lambda d: d["values"]["mode"].update(status="maybe"), "status"),
        (lambda d: d["values"]["mode"].update(value=["METRIC"]), "之一"),
    ],
)
def test_a_bad_profile_is_told_what_and_how_to_mend(change, words):
    data = copy.deepcopy(json.loads((LEXICON / "numbering_foshan.json").read_text(encoding="utf-8")))
    change(data)
    with pytest.raises(BadProfile) as refusal:
        parse_profile(data, "x.json")
    assert words in str(refusal.value) and "x.json" in str(refusal.value)


def test_files_that_are_missing_or_broken(tmp_path):
    with pytest.raises(BadProfile, match="没有编号规则“here”"):
        load_profile("here", tmp_path)
    (tmp_path / "numbering_here.json").write_text("{", encoding="utf-8")
    with pytest.raises(BadProfile, match="读不出来"):
        load_profile("here", tmp_path)
