"""The contract for outsiders: AsyncAPI of the MQTT door, and the sheet a vendor is given."""

from typing import Any, Literal

from msgspec import Struct

from ioc.ops.described import asyncapi, sheet
from ioc.ops.described.page import printable
from web.boundary.route import V1, Answer, Call, Open, Route


class SheetQuery(Struct, frozen=True):
    lang: Literal["vi", "en"] = "vi"
    format: Literal["html", "md"] = "html"


def asyncapi_document(call: Call) -> dict[str, Any]:
    return asyncapi.document(call.site.context.kinds, call.site.build)


def vendor_sheet(call: Call) -> Answer:
    """A page to print, or its Markdown."""
    context, lang = call.site.context, call.query.lang
    text = sheet.markdown(context.kinds, context.settings, context.texts, lang, call.site.build)
    if call.query.format == "md":
        return Answer(text, content_type="text/markdown; charset=utf-8")
    return Answer(printable(text, lang), content_type="text/html; charset=utf-8")


ROUTES = (
    Route("GET", f"{V1}/asyncapi.json", Open.TO_ALL, asyncapi_document, "The MQTT door as AsyncAPI"),
    Route(
        "GET",
        f"{V1}/vendor-sheet",
        Open.TO_ALL,
        vendor_sheet,
        "The sheet a vendor is given",
        SheetQuery,
        answers="text",
    ),
)
