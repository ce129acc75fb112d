"""The checks of `ioc doctor`: each says in one line what it found and what to do about it."""

import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ioc.config.settings import Mqtt
from ioc.context import Context
from ioc.core.clock import Clock, local
from ioc.core.errors import IocError
from ioc.core.model import Leniency
from ioc.core.registry import PluginSort
from ioc.domain.inventory.orgs import DEFAULT_TZ
from ioc.domain.inventory.records import load_orgs
from ioc.ingest import identity
from ioc.platform import beat, check_broker
from ioc.platform.db import migrate
from ioc.platform.db.tables import latest, leniency, source
from ioc.platform.logins import as_bus
from ioc.platform.nats import program

HOUR_MS = 3_600_000
ROLE_NAMES = ("ingest", "alerts", "web")


class CheckState(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


class CheckResult(NamedTuple):
    verdict: CheckState
    what: str
    detail: str


Check = Callable[[Context], Iterator[CheckResult]]


def examine(context: Context, brought: Iterable[Check] = ()) -> Iterator[CheckResult]:
    """All checks in turn, then those that other packages brought; one that cannot be made is a finding itself."""
    for check in (_disk, _database, _store, _broker, _roles, _clocks, _orgs, _channels, *brought):
        try:
            yield from check(context)
        except IocError as error:
            yield CheckResult(CheckState.FAIL, check.__name__.strip("_"), error.message)


def _disk(context: Context) -> Iterator[CheckResult]:
    root, least = context.settings.root, context.settings.inbox.min_free_bytes
    free = shutil.disk_usage(root).free
    verdict = CheckState.OK if free > 2 * least else CheckState.WARN if free > least else CheckState.FAIL
    yield CheckResult(verdict, "disk", f"{root}: {free / 1e9:.1f} GB free; ingest stops below {least / 1e9:.1f} GB")


def _database(context: Context) -> Iterator[CheckResult]:
    url = context.db.engine.url.render_as_string(hide_password=True)
    found, head = migrate.current(context.db), migrate.head()
    same = found == head
    detail = f"{url}: schema {found}" + ("" if same else f", this build needs {head}: run `ioc migrate`")
    yield CheckResult(CheckState.OK if same else CheckState.FAIL, "database", detail)


def _store(context: Context) -> Iterator[CheckResult]:
    store = context.open_store()
    try:
        health = store.health()
    finally:
        store.close()
    yield CheckResult(CheckState.OK if health.ok else CheckState.FAIL, "metric store", health.detail)


def _broker(context: Context) -> Iterator[CheckResult]:
    verdict = check_broker.check_sessions(as_bus(context.settings), check_broker.DEEP)
    yield CheckResult(CheckState.OK if verdict.ok else CheckState.FAIL, "broker", verdict.detail)
    guessed = check_broker.check_guessable(as_bus(context.settings))
    yield CheckResult(CheckState.OK if guessed.ok else CheckState.FAIL, "broker", guessed.detail)
    yield from _identity(context.settings.root / identity.FILE)
    if context.settings.mqtt.embedded:
        found = program.find()
        yield CheckResult(
            CheckState.OK, "broker", f"embedded: nats-server {found.release}; {_forced(context.settings.mqtt)}"
        )


def _identity(path: Path) -> Iterator[CheckResult]:
    """The client id of ingest's session is as good as its messages."""
    if not path.is_file():
        return
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        detail = f"{path}: others may read it ({mode:03o}), and with it take ingest's session: chmod 600"
        yield CheckResult(CheckState.FAIL, "session", detail)
    else:
        yield CheckResult(CheckState.OK, "session", f"{path.name}: for its owner alone")


def _forced(mqtt: Mqtt) -> str:
    """The price of the chosen `sync_interval` in words."""
    if mqtt.sync_interval == "always":
        return "every message is on the disk before it is acknowledged, at about a tenth of the rate"
    return f"forced to the disk every {mqtt.sync_interval}: kill -9 loses nothing, a power cut may lose as much"


def _roles(context: Context) -> Iterator[CheckResult]:
    now = context.clock.now_ms()
    with context.db.read() as conn:
        found = {pulse.role: pulse for pulse in beat.pulses(conn, now)}
    for role in sorted({*ROLE_NAMES, *found}):
        pulse = found.get(role)
        if pulse is None:
            yield CheckResult(CheckState.WARN, role, "never ran here")
        elif not pulse.alive:
            yield CheckResult(CheckState.WARN, role, f"silent for {(now - pulse.at) // 1000} s")
        else:
            detail = ", ".join(f"{key}: {value}" for key, value in pulse.detail.items())
            yield CheckResult(CheckState.OK if pulse.ok else CheckState.FAIL, role, detail or "beats")


def _clocks(context: Context) -> Iterator[CheckResult]:
    """When most sources look skewed, our own clock is the suspect."""
    since = context.clock.now_ms() - HOUR_MS
    skewed = leniency.c.name.in_([Leniency.CLOCK_AHEAD, Leniency.CLOCK_BEHIND])
    with context.db.read() as conn:
        heard = conn.scalar(sa.select(sa.func.count()).select_from(latest).where(latest.c.heard_at >= since)) or 0
        wrong = conn.scalar(
            sa.select(sa.func.count(leniency.c.source_id.distinct())).where(skewed, leniency.c.last_at >= since)
        )
    detail = f"{wrong or 0} of {heard} sources heard within the hour send times that are off"
    if heard >= 3 and (wrong or 0) * 2 > heard:
        yield CheckResult(
            CheckState.FAIL, "clock", f"{detail}: check the clock of this machine first ({_now(context.clock)})"
        )
    else:
        yield CheckResult(CheckState.OK, "clock", detail)


def _orgs(context: Context) -> Iterator[CheckResult]:
    """Closed or unknown orgs that the configuration names."""
    day = local(context.clock.now_ms(), ZoneInfo(DEFAULT_TZ)).date().isoformat()
    with context.db.read() as conn:
        orgs = load_orgs(conn, day)
    named = [(f"route {n}", route.org) for n, route in enumerate(context.settings.route, 1)]
    named += [(f"rule {rule.id}", rule.org) for rule in context.settings.rule]
    for what, code in named:
        if code is not None and code not in orgs:
            yield CheckResult(
                CheckState.WARN, "orgs", f"{what} names {code}, which is not in the tree: it never speaks"
            )
        elif code is not None and orgs.closed(code):
            heir, last = orgs.heir(code), orgs.get(code).valid_to
            means = "what it had on that day" if heir == code else heir
            yield CheckResult(
                CheckState.WARN, "orgs", f"{what} names {code}, whose last day was {last}: it means {means}"
            )
    yield CheckResult(CheckState.OK, "orgs", f"{len(orgs.living())} in the tree of {day}")


def _channels(context: Context) -> Iterator[CheckResult]:
    """What a channel finds missing on this machine, and sources it hangs on that are none."""
    with context.db.read() as conn:
        known = {"/".join(row) for row in conn.execute(sa.select(source.c.org, source.c.kind, source.c.source))}
    plugins = context.plugins.of(PluginSort.CHANNEL) if context.settings.channel else {}
    for channel in context.settings.channel:
        look: Callable[[object], Iterable[str]] | None = getattr(plugins[channel.kind], "problems", None)
        found = [] if look is None else list(look(channel.options))
        found += [
            f"depends_on {path}, which is not in the inventory" for path in channel.depends_on if path not in known
        ]
        yield from (CheckResult(CheckState.WARN, "channels", f"{channel.name}: {each}") for each in found)
    yield CheckResult(CheckState.OK, "channels", f"{len(context.settings.channel)} configured")


def _now(clock: Clock) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S %z", time.localtime(clock.now_ms() / 1000))
