"""The command with which an officer looks at next year's list."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from boundaries.editions import InferredAct
from tests.boundaries.test_editions import CODES


def run(*arguments: object) -> str:
    out = StringIO()
    call_command("compare_editions", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_two_lists_in_words_and_json(tmp_path):
    target = tmp_path / "acts.json"
    told = run(
        CODES / "2022.csv", CODES / "2021.csv", "--confirmed", CODES / "confirmed.csv", "--out", target
    )
    assert "[分设 100%] 440605125054 浔峰社区居委会" in told and "依据：2022年3月由江北社区析置" in told
    assert "[名单勘误 75%] 440605124056 丁圃社区居委会 → 440605124056 汀圃社区居委会" in told
    assert "或为：代码变更（15%）改为“同心社区居委会”（换名换号）" in told
    acts = [InferredAct.from_json(value) for value in json.loads(target.read_text(encoding="utf-8"))]
    assert f"共 {len(acts)} 项变动" in told and len(acts) == 6


def test_faults_are_named(tmp_path):
    gbk = tmp_path / "2024.csv"
    gbk.write_bytes("code,name,town_code,town\n440605011001,甲社区,440605011,桂城街道\n".encode("gbk"))
    wrong = tmp_path / "2025.csv"
    wrong.write_text("code,name,town_code,town\n1,甲,2,乙\n", encoding="utf-8")
    named = tmp_path / "list.csv"
    for arguments, message in (
        ([CODES / "2022.csv"], "至少要两年"),
        ([CODES / "2022.csv", gbk], "不是 UTF-8"),
        ([CODES / "2022.csv", wrong], "2025 年名单第 2 行"),
        ([CODES / "2022.csv", named], "文件名应为年份"),
        ([CODES / "2022.csv", tmp_path / "2030.csv"], "无法读取"),
        ([CODES / "2022.csv", CODES / "2022.csv"], "递增且不重复"),
        ([CODES / "2022.csv", CODES / "2023.csv", "--confirmed", CODES / "2022.csv"], "缺少列"),
    ):
        with pytest.raises(CommandError, match=message):
            run(*arguments)
