"""Reliability test 17: expensive requests are refused or keep to their budget, and never break the service."""

from __future__ import annotations

from tests.faults.asking import ask
from tests.faults.expensive import expensive

REFUSED_AT_ONCE = {
    "polygon of 1,000,000 corners, 8 MB and more": 413,
    "polygon of 300,000 corners": 400,
    "Or of 2000": 400,
    "Like of 40 wildcards": 400,
    "sort by everything": 400,
    "sort by 3000 keys": 400,
    "CQL2 JSON 500 deep": 400,
}
_BIG = (
    "GeoPackage of a layer",
    "Shapefile of a layer",
)  # written whole before the first byte: minutes for a city
MOST_MB = 150.0


def test_expensive_requests_are_refused_or_bounded(service):
    for wish in expensive():
        if wish.name in _BIG:
            continue
        service.forget_peaks()
        before = service.resident_mb()
        answer = ask(service.url, wish, timeout=120)
        grown = max(now - then for now, then in zip(service.peak_mb(), before, strict=True))
        print(f"{wish.name:45s} {answer.status} {answer.first_s:6.2f} s {answer.size:>10} B {grown:6.1f} MB")
        assert answer.status < 500 or answer.headers.get("retry-after"), wish.name
        assert answer.status == REFUSED_AT_ONCE.get(wish.name, answer.status), wish.name
        assert grown <= MOST_MB, (wish.name, grown)
    assert len(service.workers()) == 2
