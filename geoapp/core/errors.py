"""Errors people can mend: each knows its HTTP status, the field at fault and the way out."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


class AppError(Exception):
    """A refusal with a message for a person.

    ``message`` says what is wrong, ``field`` where, ``remedy`` how to mend it. ``extra`` goes into the
    problem+json answer beside them.
    """

    status = 500
    title = _("服务错误")

    def __init__(self, message: str, *, field: str = "", remedy: str = "", **extra: object) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.remedy = remedy
        self.extra = extra

    def as_problem(self) -> dict[str, object]:
        """Return the members of an RFC 9457 problem document."""
        problem: dict[str, object] = {
            "type": "about:blank",
            "title": str(self.title),
            "status": self.status,
            "detail": self.message,
        }
        if self.field:
            problem["field"] = self.field
        if self.remedy:
            problem["remedy"] = self.remedy
        problem.update(self.extra)
        return problem

    def headers(self) -> dict[str, str]:
        """Return the headers that go with the answer: when to come back, how to sign in."""
        found = {}
        if "retry_after_s" in self.extra:
            found["Retry-After"] = str(self.extra["retry_after_s"])
        if self.status == 401:
            found["WWW-Authenticate"] = 'Basic realm="geoapp", charset="UTF-8"'
        return found


class BadRequest(AppError):
    """The request cannot be read."""

    status = 400
    title = _("请求无法识别")


class BadInput(AppError):
    """A value was read and refused."""

    status = 422
    title = _("填写内容有误")


class Unauthorized(AppError):
    """Nobody known is asking, and what is asked for is not open to everyone."""

    status = 401
    title = _("须以令牌访问")


class Forbidden(AppError):
    """The person may not do this here."""

    status = 403
    title = _("无权办理")


class NotFound(AppError):
    """There is no such thing, or it is not for this person."""

    status = 404
    title = _("未找到")


class Conflict(AppError):
    """What the person saw is no longer so, or something already stands there."""

    status = 409
    title = _("已被他人改动")


class NotReady(AppError):
    """The procedure does not allow this step yet; ``reasons`` lists what is missing."""

    status = 409
    title = _("尚不具备办理条件")


class TooLarge(AppError):
    """More was sent than is accepted."""

    status = 413
    title = _("内容过大")


class TooMany(AppError):
    """Too many requests in a short time."""

    status = 429
    title = _("请求过于频繁")


class GaveUp(AppError):
    """The work was stopped because it took longer than any request may."""

    status = 503
    title = _("没有完成")


class IndexOff(AppError):
    """A spatial index is off: an empty answer must never mean «no conflict»."""

    status = 503
    title = _("空间索引未启用")


class StillPreparing(AppError):
    """A long piece of work is half done and kept; doing the same again goes on with it."""

    status = 202
    title = _("正在准备")

    def __init__(self, done: int, total: int) -> None:
        message = _("正在准备 %(done)s / %(total)s 户") % {"done": f"{done:,}", "total": f"{total:,}"}
        remedy = _("已备好的部分已保存，请继续办理")
        super().__init__(message, remedy=remedy, done=done, total=total)
