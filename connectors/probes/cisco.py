"""Connector `cisco`: an endpoint with RoomOS or CE software, by the status document of its HTTP API."""

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, field

from connectors.endpoints.options import Endpoint
from connectors.endpoints.reading import Told, seen
from connectors.endpoints.sessions import session
from connectors.runner.contract import Seen
from connectors.runner.gear import Gear

if TYPE_CHECKING:
    from connectors.endpoints.room_os import RoomSession

kind = "cisco"
libraries = ("httpx2", "connectors.endpoints.room_os")
Location = Annotated[str, Meta(pattern=r"^/Status(/[A-Za-z0-9]+)*$")]


class Options(Endpoint, frozen=True, kw_only=True):
    """`locations` are the parts of the status that are asked for: the whole in one request, or only some.

    So many `cameras` and `displays` must be connected; `conferences` are our ids by the number that is called.
    """

    locations: Annotated[tuple[Location, ...], Meta(min_length=1)] = ("/Status",)
    cameras: Annotated[int, Meta(ge=1)] = 1
    displays: Annotated[int, Meta(ge=1)] = 1
    conferences: dict[str, str] = field(default_factory=dict)


async def look(options: Options, gear: Gear) -> Seen:
    from connectors.endpoints.room_os import RoomSession, conference, figures, status_of

    async def read(room: "RoomSession") -> Told:
        status = await status_of(room, options.locations)
        return dict(figures(status, options)), {"conference_id": conference(status, options)}

    return await seen(session(options, gear, RoomSession), read)
