"""Connector `poly`: an endpoint with Poly VideoOS (Studio X, G7500), by its REST API."""

from typing import TYPE_CHECKING, Any

from msgspec import field

from connectors.endpoints.fields import FieldMap
from connectors.endpoints.options import Endpoint
from connectors.endpoints.reading import Told, seen
from connectors.endpoints.sessions import session
from connectors.runner.contract import Seen
from connectors.runner.gear import Gear

if TYPE_CHECKING:
    from connectors.endpoints.video_os import VideoSession

kind = "poly"
libraries = ("httpx2", "connectors.endpoints.video_os")


class Options(Endpoint, frozen=True, kw_only=True):
    """`fields` replace or complete what is read: JMESPaths into its answers, as in `[[map]]`."""

    fields: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        Endpoint.__post_init__(self)
        FieldMap(self.fields)


async def look(options: Options, gear: Gear) -> Seen:
    from connectors.endpoints.video_os import DEFAULTS, VideoSession, answers

    async def read(room: "VideoSession") -> Told:
        figures, texts = FieldMap({**DEFAULTS, **options.fields}).read(await answers(room))
        return figures, {"conference_id": None, **texts}

    return await seen(session(options, gear, VideoSession), read)
