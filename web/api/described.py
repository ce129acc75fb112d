"""The contract for outsiders: AsyncAPI of the MQTT door, and the sheet a vendor is given."""

from typing import Any, Literal

import msgspec
from msgspec import Struct

from ioc.config.settings import Settings
from ioc.core.texts import Texts
from ioc.ops.described import asyncapi, sheet
from ioc.ops.described.page import printable
from web.boundary.answers import HTML, Answer, Document
from web.boundary.call import Call
from web.boundary.ports import Build, HasKinds
from web.boundary.route import V1, Open, Route

MARKDOWN = "text/markdown; charset=utf-8"


class SheetQuery(Struct, frozen=True):
    lang: Literal["vi", "en"] = "vi"
    format: Literal["html", "md"] = "html"


class AsyncApi(Struct, frozen=True, omit_defaults=True):
    """An AsyncAPI document; its own specification says what is in the parts."""

    asyncapi: str
    info: dict[str, Any]
    channels: dict[str, Any]
    operations: dict[str, Any]
    components: dict[str, Any] = {}
    defaultContentType: str = ""


def asyncapi_document(call: Call, plug_ins: HasKinds, of: Build) -> AsyncApi:
    return msgspec.convert(asyncapi.document(plug_ins.kinds, of.build), AsyncApi)


def vendor_sheet(
    call: Call, query: SheetQuery, plug_ins: HasKinds, settings: Settings, texts: Texts, of: Build
) -> Answer[str]:
    """A page to print, or its Markdown."""
    text = sheet.markdown(plug_ins.kinds, settings, texts, query.lang, of.build)
    if query.format == "md":
        return Answer(text, content_type=MARKDOWN)
    return Answer(printable(text, query.lang), content_type=HTML)


_SHEET = (Document(HTML), Document(MARKDOWN))
ROUTES = (
    Route("GET", f"{V1}/asyncapi.json", Open.TO_ALL, asyncapi_document, "The MQTT door as AsyncAPI"),
    Route("GET", f"{V1}/vendor-sheet", Open.TO_ALL, vendor_sheet, "The sheet a vendor is given", documents=_SHEET),
)
