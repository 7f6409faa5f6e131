"""The local values of door numbering: days, samples, how long personal data are kept. Blocks of the rule profile.

Table B has no clock for doors (T-01 to T-06 are about names and divisions), so they have codes of their own. The days
are those of a neighbouring city's regulations (JM22), taken over until this city's own are known: UNVERIFIED.
"""

from __future__ import annotations

from geoapp.core.parameters import LocalValue, ParameterBlock
from naming.address_checks.registry import RULES


def _jm22(article: str) -> str:
    return f"江门市门楼号牌管理条例 {article}（邻市条例，待本市确认）"


_SAMPLE = "抽查比例为本市配置"

CLOCKS = ParameterBlock(
    "door_clocks",
    "门楼号办理期限",
    "Time limits of door numbering",
    {
        "number_days": LocalValue(
            "编制门楼号", "Giving a number", 15, "working_days", _jm22("第八条"), least=1, most=365
        ),
        "notify_days": LocalValue(
            "通知部门", "Telling departments", 5, "working_days", _jm22("第九条"), least=1, most=365
        ),
        "plate_days": LocalValue(
            "制作安装门牌",
            "Making and hanging plates",
            30,
            "working_days",
            _jm22("第十六条"),
            least=1,
            most=365,
        ),
        "release_days": LocalValue(
            "发布标准地址",
            "Publishing addresses",
            5,
            "working_days",
            "发布期限为本市配置",
            least=1,
            most=365,
        ),
    },
)
REVIEW = ParameterBlock(
    "door_review",
    "门楼号分片审核抽查",
    "Samples in the review of doors by block",
    {
        "sample_share": LocalValue("抽查比例", "Share of doors opened", 0.1, "share", _SAMPLE, most=1),
        "sample_least": LocalValue("至少抽查", "Opened at least", 3, "items", _SAMPLE, least=1),
        "sample_most": LocalValue("至多抽查", "Opened at most", 30, "items", _SAMPLE, least=1),
    },
)
PRIVACY = ParameterBlock(
    "door_privacy",
    "业主信息留存",
    "Keeping of owners' data",
    {
        "owner_days": LocalValue(
            "归档后留存", "Kept after archiving", 180, "days", "个人信息留存期限为本市配置", least=1
        ),
    },
)
BLOCKS = (CLOCKS, REVIEW, PRIVACY)

for _block in BLOCKS:
    RULES.enter(_block)
