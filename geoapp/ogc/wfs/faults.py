"""Refusals of the service: each becomes an OWS exception report with a code, a locator and an HTTP status."""

from __future__ import annotations

from typing import NoReturn
from xml.sax.saxutils import escape, quoteattr

from django.utils.translation import get_language

from geoapp.core.errors import AppError
from geoapp.ogc.wfs.names import OWS, XSI

INVALID = "InvalidParameterValue"
MISSING = "MissingParameterValue"
PARSING = "OperationParsingFailed"
PROCESSING = "OperationProcessingFailed"
UNSUPPORTED = "OperationNotSupported"
NEGOTIATION = "VersionNegotiationFailed"
NONE = "NoApplicableCode"

# What XML 1.0 cannot carry, and what would not survive a reader as it is.
_UNFIT = {n: None for n in (*range(0x20), 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)) if n not in (9, 10, 13)}


class Fault(AppError):
    """A request that is refused. ``code`` is the OWS exception code, ``locator`` what is wrong."""

    status = 400

    def __init__(self, code: str, message: str, locator: str = "", *, status: int = 400) -> None:
        super().__init__(message, field=locator)
        self.code = code
        self.status = status


def refuse(code: str, message: str, locator: str = "", *, status: int = 400) -> NoReturn:
    """Raise a Fault."""
    raise Fault(code, message, locator, status=status)


def from_error(error: AppError) -> Fault:
    """Return any refusal of the house as one of the service."""
    if isinstance(error, Fault):
        return error
    code = INVALID if error.field else NONE
    message = " ".join(text for text in (str(error.message), str(error.remedy)) if text)
    return Fault(code, message, error.field, status=error.status)


def clean(text: str) -> str:
    """Return a text without the characters XML cannot carry."""
    return text.translate(_UNFIT)


def text_of(value: object) -> str:
    """Return a value as the content of an element."""
    return escape(clean(str(value)))


def attribute(value: object) -> str:
    """Return a value as a quoted attribute."""
    return quoteattr(clean(str(value)))


def report(fault: Fault, version: str) -> bytes:
    """Return the exception report."""
    locator = f" locator={attribute(fault.field[:200])}" if fault.field else ""
    language = "en" if get_language() == "en" else "zh-Hans"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<ows:ExceptionReport xmlns:ows="{OWS}" xmlns:xsi="{XSI}" '
        f'xsi:schemaLocation="{OWS} http://schemas.opengis.net/ows/1.1.0/owsAll.xsd" '
        f'version="{version}" xml:lang="{language}">'
        f'<ows:Exception exceptionCode="{fault.code}"{locator}>'
        f"<ows:ExceptionText>{text_of(str(fault.message)[:1000])}</ows:ExceptionText>"
        "</ows:Exception></ows:ExceptionReport>\n"
    ).encode()
