"""What outsiders may read: AsyncAPI and the vendor sheet, without a login."""

import json

from tests.live.worlds import kinds
from tests.web.conftest import Province


def test_both_are_served_to_anybody(province: Province) -> None:
    client = province.client()
    document = client.get("/api/v1/asyncapi.json").json
    assert document["asyncapi"] == "3.0.0"
    assert {f"{kind}_state" for kind in kinds()} <= set(document["channels"])
    page = client.get("/api/v1/vendor-sheet?lang=en")
    assert page.content_type == "text/html; charset=utf-8"
    assert "a sheet for vendors" in page.get_data(as_text=True)
    assert client.get("/api/v1/vendor-sheet?format=md").get_data(as_text=True).startswith("# Kết nối thiết bị")
    assert client.get("/api/v1/vendor-sheet?lang=fr").status_code == 422
    assert json.loads(client.get("/api/v1/openapi.json").data)["paths"]["/api/v1/asyncapi.json"]
