"""V-07: each village concerned has met and consented, by its counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from boundaries.checks.proposal import AdjustmentProposal, MeetingFacts, Questions, UnitFacts
from boundaries.checks.registry import RULES, SINCE
from boundaries.checks.units import label, subject_of
from geoapp.core.checks import Hit, Stage

NOTICE_DAYS = 10
RENUMBERED_SINCE = date(2026, 1, 1)
"""The amendment of 2025-10-28 renumbers the articles on meetings; the new numbers were not read."""

BODIES = {"villagers": "村民会议", "households": "户的代表参加的村民会议"}
PERSONS = {"villagers": "十八周岁以上村民", "households": "户的代表"}
SHORT_OF_QUORUM = {"villagers": "没有过半数", "households": "不足三分之二"}
PROPER_MEETING = "请召开村民会议：提前十天通知，本村十八周岁以上村民过半数到会，或者三分之二以上的户的代表到会，并经到会人员过半数通过"

BODIES_EN = {"villagers": "villagers' meeting", "households": "meeting of household representatives"}
PERSONS_EN = {"villagers": "villagers of age", "households": "household representatives"}
SHORT_OF_QUORUM_EN = {"villagers": "not more than half", "households": "less than two thirds"}
PROPER_MEETING_EN = (
    "Hold a villagers' meeting: called ten days ahead, attended by more than half of the villagers of age or by "
    "representatives of two thirds of the households, and passed by more than half of those present"
)


def quorum(body: str, eligible: int) -> int:
    """Return the fewest who must be present: more than half of the villagers, two thirds of the households."""
    return eligible // 2 + 1 if body == "villagers" else -(-eligible * 2 // 3)


def majority(present: int) -> int:
    """Return the fewest votes that pass: more than half of those present."""
    return present // 2 + 1


def _law(on: date) -> str:
    if on < RENUMBERED_SINCE:
        return "《村民委员会组织法》第二十一条、第二十二条"
    return "《村民委员会组织法》关于村民会议召集和表决"


def _hit(
    village: UnitFacts, variant: str, fault: str, remedy: str, law: str, message_en: str, remedy_en: str
) -> Hit:
    sentence = f"经审查，{fault}，不符合{law}的规定，村民会议同意之前不予批准。"
    return Hit(fault, remedy, sentence, variant, subject_of(village), village.geometry, message_en, remedy_en)


def _miscounted(meeting: MeetingFacts) -> tuple[str, str]:
    """Say why the counts cannot be, in Chinese and English, or return empty texts."""
    votes = (meeting.votes_for, meeting.votes_against, meeting.votes_abstained)
    if meeting.eligible <= 0 or min(meeting.present, *votes) < 0:
        cast = "/".join(map(str, votes))
        return (
            f"应到 {meeting.eligible:,}、实到 {meeting.present:,}、票数 {cast} 有零或者负数",
            f"of {meeting.eligible:,} eligible, {meeting.present:,} present and {cast} votes some are zero or negative",
        )
    if meeting.present > meeting.eligible:
        return (
            f"实到 {meeting.present:,} 人多于应到 {meeting.eligible:,} 人",
            f"{meeting.present:,} present are more than the {meeting.eligible:,} eligible",
        )
    if sum(votes) != meeting.present:
        parts = f"赞成 {votes[0]:,}、反对 {votes[1]:,}、弃权 {votes[2]:,}"
        return (
            f"{parts}，合计 {sum(votes):,} 票，与实到 {meeting.present:,} 人不符",
            f"{votes[0]:,} for, {votes[1]:,} against and {votes[2]:,} abstained make {sum(votes):,} votes, not the "
            f"{meeting.present:,} present",
        )
    return "", ""


def _faults(village: UnitFacts, meeting: MeetingFacts, on: date) -> Iterator[Hit]:
    """Yield everything that is wrong with one meeting."""
    name, law = label(village), _law(on)
    if meeting.body not in BODIES:
        met = "村民代表会议" if meeting.body == "representatives" else f"“{meeting.body or '未写明形式'}”会议"
        met_en = (
            "villagers' representatives"
            if meeting.body == "representatives"
            else f"“{meeting.body or 'unnamed body'}”"
        )
        yield _hit(
            village,
            "body",
            f"{name}开的是{met}（实到 {meeting.present:,} 人），村民委员会的设立、撤销、范围调整须经村民会议讨论同意",
            f"{PROPER_MEETING}；村民代表会议只能讨论村民会议授权的事项",
            "《村民委员会组织法》第三条",
            f"{name} held a meeting of {met_en} ({meeting.present:,} present); setting up, dissolving and adjusting a "
            "villagers' committee needs the consent of a villagers' meeting",
            f"{PROPER_MEETING_EN}; representatives decide only what the villagers' meeting gave them to decide",
        )
        return
    held = f"{name}{meeting.held_on.isoformat()} 的{BODIES[meeting.body]}"
    held_en = f"The {BODIES_EN[meeting.body]} of {name} on {meeting.held_on.isoformat()}"
    if meeting.held_on > on:
        yield _hit(
            village,
            "missing",
            f"{held}在审查之日（{on.isoformat()}）尚未召开",
            "请在会议召开后登记到会人数和票数",
            law,
            f"{held_en} had not been held on the day of judgement ({on.isoformat()})",
            "Record attendance and votes after the meeting",
        )
        return
    days = (meeting.held_on - meeting.notice_on).days
    if days < NOTICE_DAYS:
        earliest = date.fromordinal(min(meeting.notice_on.toordinal() + NOTICE_DAYS, date.max.toordinal()))
        how = f"只提前 {days} 天" if days >= 0 else f"通知日期 {meeting.notice_on.isoformat()} 在会议之后"
        how_en = (
            f"was called only {days} days ahead"
            if days >= 0
            else f"was called on {meeting.notice_on.isoformat()}, after it was held"
        )
        yield _hit(
            village,
            "notice",
            f"{held}{how}，应当提前 {NOTICE_DAYS} 天通知村民",
            f"请重新通知并召开；按 {meeting.notice_on.isoformat()} 的通知，最早在 {earliest.isoformat()} 召开",
            law,
            f"{held_en} {how_en}; {NOTICE_DAYS} days are required",
            f"Call and hold it again; called on {meeting.notice_on.isoformat()} it may be held from "
            f"{earliest.isoformat()} on",
        )
    wrong, wrong_en = _miscounted(meeting)
    if wrong:
        yield _hit(
            village,
            "counts",
            f"{held}人数或者票数对不上：{wrong}",
            "请对照签到册和计票单更正；没有表态的计为弃权",
            law,
            f"{held_en}: attendance and votes do not agree: {wrong_en}",
            "Correct them by the attendance list and the tally; who did not vote abstained",
        )
        return
    needed = quorum(meeting.body, meeting.eligible)
    if meeting.present < needed:
        yield _hit(
            village,
            "quorum",
            f"{held}应到{PERSONS[meeting.body]} {meeting.eligible:,} 人，实到 {meeting.present:,} 人，"
            f"{SHORT_OF_QUORUM[meeting.body]}（至少 {needed:,} 人）",
            PROPER_MEETING,
            law,
            f"{held_en} was attended by {meeting.present:,} of {meeting.eligible:,} {PERSONS_EN[meeting.body]}, "
            f"{SHORT_OF_QUORUM_EN[meeting.body]} (at least {needed:,})",
            PROPER_MEETING_EN,
        )
    wanted = majority(meeting.present)
    if meeting.votes_for < wanted:
        yield _hit(
            village,
            "majority",
            f"{held}赞成 {meeting.votes_for:,} 票，没有超过到会 {meeting.present:,} 人的半数（至少 {wanted:,} 票），未获通过",
            "未获通过的方案不能上报；请修改方案、充分协商后重新召开村民会议",
            law,
            f"{held_en} gave {meeting.votes_for:,} votes for, not more than half of the {meeting.present:,} present "
            f"(at least {wanted:,}): not passed",
            "A plan not passed cannot go on; change it, talk it over and hold another villagers' meeting",
        )


@RULES.rule(
    "V-07",
    title="经村民会议讨论同意",
    title_en="The villagers' meeting has consented",
    stages=(Stage.SUBMIT, Stage.ACCEPT, Stage.DECIDE),
    law="村民委员会组织法 第三条；2018 年文本 第二十一条、第二十二条（2026 年起条文序号有变，新序号待核）",
    since=SINCE,
    variants=("missing", "body", "notice", "counts", "quorum", "majority"),
)
def check(proposal: AdjustmentProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """村民委员会的设立、撤销、范围调整和村改居，须经所涉每个村的村民会议讨论同意：没有开会的（missing）、以村民代表会议代替的
    （body）、没有提前十天通知的（notice）、到会不足法定人数的（quorum）、没有过半数通过的（majority）、人数票数对不上的
    （counts），分别指出并写明数字。结果由人数、票数按整数计算，不能代填；只更名的不适用。

    Every village concerned must have consented in a villagers' meeting: called ten days ahead, attended by more
    than half of the villagers of age or by representatives of two thirds of the households, passed by more than
    half of those present. A meeting of villagers' representatives does not stand in. Everything is computed in
    integers from the counts, and counts that do not add up are refused. Where a village met several times, one
    proper meeting is enough; otherwise the latest is explained. A renaming needs none.
    """
    # A division change is decided above the city on materials of its own (行政区划管理条例 art. 13); the village stays whole.
    if proposal.kind == "rename" or proposal.division_change:
        return
    unnamed = proposal.kind == "convert" and not proposal.before
    for village in proposal.after if unnamed else proposal.villages:
        meetings = sorted(
            (m for m in proposal.meetings if m.unit_id == village.id), key=lambda m: (m.held_on, m.notice_on)
        )
        if not meetings:
            yield _hit(
                village,
                "missing",
                f"{label(village)}没有登记村民会议，村的范围、设置变动须经村民会议讨论同意",
                f"{PROPER_MEETING}，再登记会议情况",
                "《村民委员会组织法》第三条",
                f"No villagers' meeting of {label(village)} is recorded; changes of a village's land or standing need "
                "its consent",
                f"{PROPER_MEETING_EN}; then record the meeting",
            )
            continue
        explained = [list(_faults(village, meeting, proposal.on)) for meeting in meetings]
        if all(explained):
            yield from explained[-1]
