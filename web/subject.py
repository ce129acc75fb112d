"""Questions to a widget: the contract of a plug-in, a request for one, and its meaning for a caller."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

import msgspec

from ioc.core import jsons
from ioc.core.contract import Plugin
from ioc.core.errors import Code, IocError
from ioc.core.model import State
from ioc.domain.inventory import Scope
from ioc.metrics import RangeQuery
from web.scenes import Scene
from web.sight import Moment, Sight

MAX_WIDGETS = 64
MAX_ID = 64


class Widget(Plugin, Protocol):
    """The declaration of a module in `web/widgets`.

    One with `series(sight, options)` says which ranges it reads, one with `load(site, sight, options)` reads records by
    itself; both every REFRESH_S seconds and off the loop, and find it as `sight.loaded`.
    """

    kind: Annotated[str, "its name in a scene"]
    Options: Annotated[type[msgspec.Struct], "what a scene may ask of it"]
    REFRESH_S: Annotated[float, "seconds between two readings of what it loads"] = 60
    series: Annotated[Callable[[Sight, Any], list[RangeQuery]] | None, "series(sight, options)"] = None
    SCENES: Annotated[tuple[Scene, ...], "walls it brings"] = ()
    load: Annotated[Callable[[Any, Sight, Any], Any] | None, "load(site, sight, options)"] = None

    def touches(self, options: Any) -> frozenset[str]:
        """The kinds of source whose deltas change it, and `facts` where it shows those."""
        ...

    def snapshot(self, sight: Sight, options: Any) -> dict[str, Any]: ...


class Request(msgspec.Struct, frozen=True):
    """One widget a client asks for."""

    id: str
    kind: str
    options: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Subject:
    """A widget as it may be shared: a plug-in, its options, and the root of the subtree it shows."""

    widget: Widget
    options: msgspec.Struct
    root: str | None

    @property
    def series(self) -> Callable[[Sight, Any], list[RangeQuery]] | None:
        found: Callable[[Sight, Any], list[RangeQuery]] | None = getattr(self.widget, "series", None)
        return found

    @property
    def load(self) -> Callable[[Any, Sight, Any], Any] | None:
        found: Callable[[Any, Sight, Any], Any] | None = getattr(self.widget, "load", None)
        return found

    @property
    def reads(self) -> bool:
        """True where it needs more than the live world and the facts."""
        return self.series is not None or self.load is not None

    def snapshot(self, look: Moment, loaded: object = None, *, unread: bool = False) -> dict[str, Any]:
        """`unread`: what it loads could not be read when last tried, and `loaded` is what there was before, or None."""
        payload = self.widget.snapshot(Sight(look, self.root, loaded), self.options)
        if unread and payload.get("state") == State.LIVE:
            return payload | {"state": State.UNKNOWN if loaded is None else State.STALE}
        return payload


def read_request(entry: Any) -> Request:
    """One entry of a watch list; IocError says what is wrong with it."""
    try:
        return msgspec.convert(entry, Request)
    except msgspec.ValidationError as error:
        raise IocError(Code.INVALID_VALUE, f"widget: {error}", name="widgets", detail=str(error)) from None


def subject(widgets: Mapping[str, Widget], request: Request, scope: Scope, home: str | None) -> Subject:
    """The subject of a request by a caller who sees `scope` and begins at `home`; IocError says what is wrong."""
    widget = widgets.get(request.kind)
    if widget is None:
        raise IocError(Code.UNKNOWN_WIDGET, f"no widget of kind {request.kind!r}", kind=request.kind)
    if not 1 <= len(request.id) <= MAX_ID:
        raise IocError(Code.INVALID_VALUE, "id: 1 to 64 characters", name="id", detail="1–64")
    try:
        options = msgspec.convert(request.options, widget.Options)
    except msgspec.ValidationError as error:
        raise IocError(Code.INVALID_VALUE, f"options: {error}", name="options", detail=str(error)) from None
    if (number := jsons.beyond(request.options)) is not None:
        detail = f"whole numbers up to {jsons.HIGHEST}"
        raise IocError(Code.INVALID_VALUE, f"options: {number}: {detail}", name="options", detail=detail)
    wanted: str | None = getattr(options, "org", None)
    if wanted is not None and wanted not in scope:
        raise IocError(Code.UNKNOWN_ORG, f"org {wanted!r} is not in your subtree", org=wanted)
    return Subject(widget, options, wanted if wanted is not None else home)
