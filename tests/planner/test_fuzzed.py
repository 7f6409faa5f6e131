"""Requests that nobody would write, made by schemathesis from the two OpenAPI documents: the service never breaks.

Every answer is one its document names, of the type and shape it names; in-process, the same requests on every run.
"""

from __future__ import annotations

import os

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks

from geoapp.wsgi import application
from tests import build

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
PAGE = [not_a_server_error, checks.status_code_conformance]
MORE = int(os.environ.get("FUZZ_EXAMPLES", "0"))
"""FUZZ_EXAMPLES=500 looks longer, for a night or after a change."""


def is_refused_page(answer: schemathesis.Response) -> bool:
    """Say whether a person was refused: a page, whatever the document of the JSON interfaces names for programs."""
    return answer.status_code >= 400 and "text/html" in str(answer.headers.get("content-type"))


def attempt_all(address: str, mode: GenerationMode, examples: int, *, pages: bool = False) -> list[str]:
    """Ask every operation of the document at an address; return the ones that were asked.

    ``pages`` lets refusals be pages though the document does not name them.
    """
    document = schemathesis.openapi.from_wsgi(address, application)
    asked, broken = [], []
    for found in document.get_all_operations():
        operation = found.ok()
        if mode is GenerationMode.NEGATIVE and not (operation.query or operation.body):
            continue

        @settings(
            max_examples=MORE or examples,
            deadline=None,
            derandomize=not MORE,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def attempt(case):
            # What is packed is not unpacked on this way; gzip has tests of its own.
            answer = case.call(headers={"Accept-Encoding": "identity"})
            case.validate_response(answer, checks=PAGE if pages and is_refused_page(answer) else CHECKS)

        asked.append(operation.label)
        try:
            attempt()
        except FailureGroup as group:
            broken += [f"{operation.label}: {failure}\n{group}" for failure in group.exceptions]
    assert not broken, "\n\n".join(broken)
    return asked


@pytest.fixture
def streets(town, in_process):
    """A street to be found."""
    town.named("映霞路", build.line((100, 700), (900, 700)))


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda m: m.value)
def test_the_json_interfaces(streets, mode):
    assert len(attempt_all("/api/openapi.json", mode, 25, pages=True)) == 9


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda m: m.value)
def test_the_ogc_services(streets, mode):
    assert len(attempt_all("/ogc/api", mode, 15)) > 20


def test_the_ogc_document_names_every_refusal(db, client):
    document = client.get("/ogc/api").json()
    refusals = document["components"]["responses"]
    for path, entry in document["paths"].items():
        named = set(entry["get"]["responses"])
        assert {"400", "401", "403", "429", "503"} <= named, path
        assert ("410" in named) == path.endswith("/items/{featureId}"), path
    for refusal in refusals.values():
        assert set(refusal["content"]) == {"application/problem+json", "text/html"}
    assert "Retry-After" in refusals["429"]["headers"] and "WWW-Authenticate" in refusals["401"]["headers"]
