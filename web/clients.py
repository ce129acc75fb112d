"""A connected screen: its widgets, and the rule that it is sent nothing more until it took what it was sent."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from ioc.core.model import Role
from ioc.domain.access import Principal, Via
from web.turns import AskingPace, account_of
from web.watch import Board, Shared, Watching

STALL_S = 10.0


class ClientOutlet(Protocol):
    """The way to one client."""

    def waiting(self) -> int:
        """The messages that the client has not taken yet; 0 when it took all."""
        ...

    def send(self, event: str) -> None:
        """Hand over one event, `["name", {…}]` as JSON text."""
        ...

    def cut(self) -> None: ...


@dataclass(slots=True, eq=False)
class Client:
    """A connected client: deltas skipped while it is slow are merged into its next; one that takes nothing is cut."""

    principal: Principal
    outlet: ClientOutlet
    pace: AskingPace
    widgets: dict[str, Watching] = field(default_factory=dict)
    stuck_since: float | None = None
    stuck_at: int = 0
    given: str = ""
    owed: str | None = None

    def give(self, event: str) -> None:
        """An event of its own with the next flush, unless it was given the same last; a newer one takes its place."""
        if event != self.given:
            self.given = self.owed = event

    def watch(self, wanted: dict[str, Shared], board: Board) -> None:
        """From now on exactly these; whatever was watched before ends."""
        before, self.widgets = self.widgets, {id_: Watching(id_, shared) for id_, shared in wanted.items()}
        for watching in before.values():
            board.leave(watching.shared)

    def flush(self, now: float, also: str | None = None) -> bool:
        """Send what is new, and `also`; False when the client has taken nothing for STALL_S and was cut."""
        behind = [w for w in self.widgets.values() if w.behind]
        if not behind and also is None and self.owed is None:
            return True
        waiting = self.outlet.waiting()
        if waiting:
            return self._wait(now, waiting)
        self.stuck_since = None
        for watching in behind:
            self.outlet.send(watching.message())
        if self.owed is not None:
            self.outlet.send(self.owed)
            self.owed = None
        if also is not None:
            self.outlet.send(also)
        return True

    def _wait(self, now: float, waiting: int) -> bool:
        """Slow is allowed, as long as it takes something."""
        if self.stuck_since is None or waiting < self.stuck_at:
            self.stuck_since = now
        self.stuck_at = waiting
        if now - self.stuck_since <= STALL_S:
            return True
        self.outlet.cut()
        return False


class Connections:
    """Everybody connected to this worker."""

    def __init__(self) -> None:
        self._by_id: dict[str, Client] = {}
        self._asked: set[str] = set()
        self.cut = 0

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Client]:
        return iter(list(self._by_id.values()))

    def add(self, sid: str, client: Client) -> None:
        self._by_id[sid] = client

    def get(self, sid: str) -> Client | None:
        return self._by_id.get(sid)

    def drop(self, sid: str, board: Board) -> None:
        client = self._by_id.pop(sid, None)
        if client is not None:
            client.watch({}, board)

    def principals(self) -> set[Principal]:
        return {client.principal for client in self._by_id.values()}

    def count(self, principal: Principal) -> int:
        """How many the account has, whatever sessions it has."""
        account = account_of(principal)
        return sum(account_of(client.principal) == account for client in self._by_id.values())

    def asks(self, principal: Principal) -> None:
        """Somebody made a call; a display may poll instead of being connected."""
        if is_display(principal):
            self._asked.add(principal.name)

    def displays(self) -> set[str]:
        """The tokens of walls that are connected, or have asked since this was called last."""
        asked, self._asked = self._asked, set()
        return asked | {principal.name for principal in self.principals() if is_display(principal)}

    def flush(self, now: float, also: str | None = None) -> None:
        for client in list(self._by_id.values()):
            if not client.flush(now, also):
                self.cut += 1

    def of(self, chosen: Callable[[Principal], bool]) -> Iterable[str]:
        """The ids of clients whose principal is chosen."""
        return [sid for sid, client in self._by_id.items() if chosen(client.principal)]


def is_display(principal: Principal) -> bool:
    """A wall that came in by a token of its own, not somebody who looks at one."""
    return principal.role is Role.WALL and principal.via is Via.BEARER
