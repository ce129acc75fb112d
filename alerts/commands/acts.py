"""alert list; alert show; and what people do with alerts, from the command line."""

import argparse
import getpass
from typing import TYPE_CHECKING

from ioc.cli.common import Commands, command, now_ms, open_database, say, settings_of

if TYPE_CHECKING:
    from alerts.model import Alert
    from ioc.core.texts import Texts

ABOUT = {
    "acknowledge": "Take alerts, for as long as their severity allows or until an hour agreed with another unit.",
    "assign": "Give alerts to somebody.",
    "comment": "Say something about alerts.",
    "seen": "Note that alerts have been seen.",
    "remind": "Have the owner of alerts told again, now.",
    "escalate": "Report alerts to the leaders, now.",
    "confirm": "Say that alerts are still in hand: their acknowledgement begins anew.",
    "result": "Say what came of alerts.",
    "shelve": "Put alerts aside until an instant; two hours when none is given.",
    "unshelve": "Take alerts off the shelf.",
    "close": "Close alerts; one that is not over needs a comment.",
    "noise": "Close alerts as noise, which is counted against their rule.",
}
_WORDS = {"result": "--text", "noise": "--reason"}
_ENDS = ("acknowledge", "confirm", "shelve")
_SHOWN = 100


def add(alerts: Commands) -> None:
    listing = command(alerts, "list", "Alerts, what nobody has first, then by severity, then the oldest.", show_list)
    listing.add_argument("--state", default="firing,acknowledged", metavar="STATE,…", help="open ones by default")
    listing.add_argument("--last", type=int, default=_SHOWN, metavar="N", help="how many at most")
    command(alerts, "show", "One alert with all that happened to it.", show_one).add_argument("id", type=int)
    for action, about in ABOUT.items():
        _add_act(alerts, action, about)


def _add_act(alerts: Commands, action: str, about: str) -> None:
    given = command(alerts, action, about, act)
    given.set_defaults(action=action)
    given.add_argument("ids", type=int, nargs="+", metavar="ID")
    given.add_argument(_WORDS.get(action, "--comment"), dest="comment", default="", metavar="TEXT")
    given.add_argument("--owner", metavar="NAME", help="whose they are from now on")
    given.add_argument("--due", metavar="INSTANT", help="by when, such as 2026-12-01T17:00:00+07:00")
    given.add_argument("--as", dest="actor", metavar="NAME", help="who does it; the name of the login by default")
    if action in _ENDS:
        given.add_argument("--until", metavar="INSTANT")


def act(arguments: argparse.Namespace) -> None:
    from alerts.actions.act import Act, Action
    from alerts.actions.performing import perform
    from ioc.domain.inventory import Scope

    settings = settings_of(arguments)
    done = Act(
        Action(arguments.action),
        arguments.actor or getpass.getuser(),
        True,
        now_ms(),
        comment=arguments.comment.strip(),
        owner=arguments.owner,
        due_at=_instant("--due", arguments.due),
        until=_instant("--until", getattr(arguments, "until", None)),
    )
    changed = perform(open_database(settings), Scope(None, frozenset()), arguments.ids, done, settings.alerts)
    say(f"{changed} of {len(set(arguments.ids))} changed")


def show_list(arguments: argparse.Namespace) -> None:
    from alerts import queries
    from alerts.model import AlertState
    from alerts.queries import AlertOrder
    from ioc.core.errors import Code, UsageError
    from ioc.domain.inventory import Scope

    try:
        states = [AlertState(word) for word in arguments.state.split(",")]
    except ValueError as error:
        raise UsageError(Code.BAD_OPTION, f"--state: {error}; allowed: {', '.join(AlertState)}") from None
    settings = settings_of(arguments)
    texts, db = _texts(arguments), open_database(settings)
    with db.read() as conn:
        found, total = queries.alerts(
            conn, Scope(None, frozenset()), states=states, sort=AlertOrder.URGENCY, per_page=max(1, arguments.last)
        )
    for one in found:
        say(_line(one, texts))
    if total > len(found):
        say(f"… and {total - len(found)} more")


def show_one(arguments: argparse.Namespace) -> None:
    from alerts import queries
    from ioc.core.errors import Code, IocError
    from ioc.domain.inventory import Scope

    texts, db = _texts(arguments), open_database(settings_of(arguments))
    with db.read() as conn:
        found = queries.history(conn, Scope(None, frozenset()), arguments.id)
    if found is None:
        raise IocError(Code.UNKNOWN_ALERT, f"there is no alert {arguments.id}", alert=arguments.id)
    say(_line(found.alert, texts))
    for name in ("owner", "result", "noise", "held_by"):
        if value := getattr(found.alert, name):
            say(f"  {name}: {value}")
    for name in ("due_at", "acknowledged_until", "shelved_until"):
        if (at := getattr(found.alert, name)) is not None:
            say(f"  {name}: {_shown(at)}")
    for entry in found.entries:
        say(f"  {_shown(entry['at'])}  {entry['what']}  {entry['actor']}  {entry['comment'] or ''}".rstrip())
    for sent in found.notifications:
        row = sent.notification
        say(f"  {_shown(row['created_at'])}  {row['what']} to {row['receiver']} by {row['channel']}: {row['state']}")


def _line(one: "Alert", texts: "Texts") -> str:
    title = texts.render("en", one.title, one.params)
    return f"{one.id}  {one.state}  {one.severity}  {one.subject}  {_shown(one.since)}  {one.owner or '-'}  {title}"


def _texts(arguments: argparse.Namespace) -> "Texts":
    from ioc import bootstrap

    return bootstrap.texts(bootstrap.plugins_of(settings_of(arguments)))


def _instant(option: str, text: str | None) -> int | None:
    from zoneinfo import ZoneInfo

    from ioc.core.errors import Code, UsageError
    from ioc.domain.inventory.orgs import DEFAULT_TZ
    from ioc.messages.wire import Rejected, parse_time

    try:
        return None if text is None else parse_time(text, ZoneInfo(DEFAULT_TZ))[0]
    except Rejected as error:
        raise UsageError(Code.BAD_OPTION, f"{option} {text!r}: {error.detail}") from None


def _shown(at: int) -> str:
    from zoneinfo import ZoneInfo

    from ioc.core.clock import rfc3339
    from ioc.domain.inventory.orgs import DEFAULT_TZ

    return rfc3339(at // 1000 * 1000, ZoneInfo(DEFAULT_TZ))
