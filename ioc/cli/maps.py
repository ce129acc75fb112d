"""map try: what a map makes of a captured message, before it is in force."""

import argparse
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ioc.cli.common import Commands, command, group, now_ms, open_context, say, settings_of
from ioc.core.errors import Code, UsageError

if TYPE_CHECKING:
    from ioc.config.settings import Settings
    from ioc.context import Context
    from ioc.core.texts import Texts
    from ioc.domain.inventory import Inventory
    from ioc.ingest.trial import Trial, TrialMessage
    from ioc.messages.mapping.declared import MapRule


def add(commands: Commands) -> None:
    maps = group(commands, "map", "Vendors' topics and words turned into ours.")
    about = "Say what a map would make of a message, and what looks wrong about it; exit code 1 for an error."
    one = command(maps, "try", about, try_map)
    about = "captured messages; with --topic one payload as it is; without a FILE the map's own sample"
    one.add_argument("file", metavar="FILE", type=Path, nargs="?", help=about)
    one.add_argument("--map", metavar="NAME|FILE.toml", help="a map of the configuration, or of a file of its own")
    one.add_argument("--topic", help="the topic FILE came on")
    one.add_argument("--at", metavar="TIME", help="when FILE was received, as 2026-11-21T08:00:00+07:00")
    command(maps, "list", "The maps in force.", list_maps)


def list_maps(arguments: argparse.Namespace) -> None:
    for rule in settings_of(arguments).map:
        say(f"{rule.label}  {rule.topic}  -> {rule.org}/{rule.kind}/{rule.source}/{rule.channel}")


def try_map(arguments: argparse.Namespace) -> int:
    from ioc.ingest.trial import TrialBench
    from ioc.messages.privacy import Privacy

    settings = settings_of(arguments)
    rule = _rule(arguments.map, settings)
    context = open_context(settings)
    bench = TrialBench(context.kinds, _inventory(context), Privacy(settings.inbox.private_keys), now_ms())
    good = True
    for sample in _samples(rule, arguments):
        trial = bench.run(rule, sample)
        good = good and trial.ok
        say(f"{sample.topic} {'ok' if trial.ok else 'REFUSED'}")
        for line in lines(trial, context.texts):
            say(f"  {line}")
    return 0 if good else 1


def lines(trial: "Trial", texts: "Texts") -> Iterator[str]:
    """Prints the message that would be made, with the values that would be kept, then the findings."""
    import msgspec

    from ioc.core.clock import rfc3339
    from ioc.domain.inventory.orgs import DEFAULT_TZ

    for made in trial.made:
        yield f"-> {made.topic} {msgspec.json.encode(made.body).decode()}"
        kept = {**made.taken.metrics, **made.taken.texts}
        at = rfc3339(made.taken.t, ZoneInfo(DEFAULT_TZ))
        yield "   " + " ".join([f"at {at}", *(f"{name}={value}" for name, value in kept.items())])
    for level, code, params in trial.findings:
        yield f"{level}: {texts.render('en', f'map.{code}', params)}"


def _rule(name: str | None, settings: "Settings") -> "MapRule":
    rules = list(settings.map)
    if name is not None and name.endswith(".toml"):
        rules, name = _rules_of(Path(name)), None
    found = [rule for rule in rules if name in (None, rule.name, rule.topic)]
    if len(found) != 1:
        known = ", ".join(rule.label for rule in rules) or "none"
        raise UsageError(Code.UNKNOWN_MAP, f"--map {name or '(not given)'}: name one of: {known}")
    return found[0]


def _rules_of(path: Path) -> "list[MapRule]":
    """The maps of a file that holds nothing else, with every problem in it named."""
    from ioc import bootstrap

    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(Code.CONFIG_UNREADABLE, f"{path}: cannot be read as TOML ({error})") from error
    return list(bootstrap.parse_settings({"data_dir": ".", "map": table.get("map", [])}, str(path)).map)


def _samples(rule: "MapRule", arguments: argparse.Namespace) -> "Iterator[TrialMessage]":
    from ioc.ingest.trial import TrialMessage, own_sample
    from ioc.messages.wire import Rejected, parse_time
    from ioc.ops import capture

    try:
        at = None if arguments.at is None else parse_time(arguments.at, ZoneInfo("UTC"))[0]
    except Rejected as why:
        raise UsageError(Code.BAD_OPTION, f"--at {arguments.at}: {why.detail}") from None
    if arguments.file is None:
        sample = own_sample(rule)
        if sample is None:
            raise UsageError(Code.NO_SAMPLE, f"map {rule.label}: carries no sample; give a FILE")
        yield sample
    elif arguments.topic is not None:
        try:
            yield TrialMessage(arguments.topic, arguments.file.read_bytes(), at)
        except OSError as error:
            raise UsageError(Code.CAPTURE_UNREADABLE, f"{arguments.file}: cannot be read ({error})") from error
    else:
        unknown = -1
        for message in capture.read(arguments.file, unknown):
            received_at = at if message.received_at == unknown else message.received_at
            yield TrialMessage(message.topic, message.payload, received_at)


def _inventory(context: "Context") -> "Inventory | None":
    """None before any org was imported: then nothing is held against the sample's."""
    from ioc.core.clock import local
    from ioc.domain.inventory.orgs import DEFAULT_TZ
    from ioc.domain.inventory.records import load

    with context.db.read() as conn:
        found = load(conn, local(now_ms(), ZoneInfo(DEFAULT_TZ)).date().isoformat(), context.kinds)
    return found if len(found.orgs) else None
