"""What a display is told of itself: at once when it connects, and whenever somebody changes it."""

from collections.abc import Callable
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from ioc.core.clock import rfc3339
from ioc.domain.displays import records
from ioc.domain.displays.model import Display, Profile, Shown
from web.clients import is_display
from web.site import Site

Instant = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


class ShownNow(Struct, frozen=True, kw_only=True):
    """A scene or an incident that `by` sent to a display until an instant."""

    scene: str | None
    incident: int | None
    until: Instant
    by: str


class DisplayState(Struct, frozen=True, kw_only=True):
    """`scene` alone stands for ever, else `scenes` take turns; `show` and `identify_until` count until then."""

    name: str
    title: str
    org: str | None
    scene: str | None
    scenes: tuple[str, ...]
    every_s: int
    profile: Profile
    show: ShownNow | None
    identify_until: Instant | None


def state(one: Display, at: Callable[[int], str]) -> DisplayState:
    """`at` spells an instant."""
    settings, shown = one.settings, one.shown
    return DisplayState(
        name=one.name,
        title=settings.title,
        org=one.org,
        scene=settings.scene,
        scenes=settings.scenes,
        every_s=settings.every_s,
        profile=settings.profile,
        show=None if shown is None else _shown(shown, at),
        identify_until=None if one.identify_until is None else at(one.identify_until),
    )


def _shown(shown: Shown, at: Callable[[int], str]) -> ShownNow:
    return ShownNow(scene=shown.scene, incident=shown.incident, until=at(shown.until), by=shown.by)


def tell(site: Site) -> None:
    """Every display that is connected here is handed what is new about it."""
    connected = [client for client in site.clients if is_display(client.principal)]
    if not connected:
        return
    found = {one.name: one for one in site.read(records.every)}
    for client in connected:
        one = found.get(client.principal.name)
        if one is not None:
            client.give(_event(site, one))


def _event(site: Site, one: Display) -> str:
    zone = site.zone(one.org)
    return msgspec.json.encode(["display", state(one, lambda ms: rfc3339(ms, zone))]).decode()
