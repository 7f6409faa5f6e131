"""The impact statement: page, spreadsheet and PDF say the same."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook

from naming.models import AddressVersion, Plate
from tests import build
from tests.boundaries.adjustments import Adjustment, split, unit
from tests.boundaries.test_adjustment_case import _door

pytestmark = pytest.mark.django_db


@pytest.fixture
def journey(town):
    community = unit(f"{build.TOWN_A}001")
    street = town.named("鱼跃路", build.line((500, 500), (1500, 500)))
    _door(town, street, community, 2, (1400, 503))
    _door(town, street, community, 1, (300, 503))
    for number, state in ((2, "hung"), (2, "ordered"), (1, "hung")):
        address = AddressVersion.objects.get(number=number).address_id
        token = f"{number}{state}"
        Plate.objects.create(
            address_id=address, token=token, text="鱼跃路", number="1", state=state, ordered_in=1
        )
    return Adjustment(town).draft(split(community, [(700, -10), (700, 1010)], "=新居社区居委会"))


def test_page_sheet_and_pdf(town, client, journey):
    client.force_login(town.users["demo-town"])
    item = journey.case.items.get()
    base = f"/cases/{journey.number}/items/{item.pk}"
    page = client.get(f"{base}/impact/").content.decode()
    assert "鱼跃路2号" in page and "鱼跃路1号" not in page
    assert '<strong data-testid="signs">1</strong>' in page, "one plate hangs on the land that moves"
    book = load_workbook(BytesIO(client.get(f"{base}/impact.xlsx").content))
    assert [s.title for s in book] == ["调整前后", "换村居的地址", "涉及街路巷", "告知单位"]
    rows = list(book["换村居的地址"].iter_rows(min_row=2, values_only=True))
    assert rows == [("佛山市南海区试验镇鱼跃路2号", "试验社区", "'=新居社区居委会")], "a formula is text"
    pdf = client.get(f"{base}/impact.pdf")
    assert (
        pdf["Content-Type"] == "application/pdf"
        and pdf.content.startswith(b"%PDF-")
        and len(pdf.content) > 20_000
    )
    client.force_login(town.users["demo-chancheng"])
    assert client.get(f"{base}/impact/").status_code == 403
