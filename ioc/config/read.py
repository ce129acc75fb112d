"""TOML to settings: every problem is named with its key, its value and what is allowed, all in one go."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec
from msgspec import Struct, structs

from ioc.config.alerting import Channel, Rule
from ioc.config.book import SECTIONS, Entry
from ioc.config.book_checks import faults, twice, unknown
from ioc.config.names import OWN
from ioc.config.settings import Connector, Mqtt, Settings
from ioc.core.errors import Code, UsageError
from ioc.messages.mapping.declared import MapRule

OptionTypes = Mapping[str, Mapping[str, type[Struct]]]  # {"rule": {kind: Options}, "channel": …, "connector": …}
Value = TypeVar("Value", bound=Struct)
LONGEST_PASSWORD = 72  # of bcrypt
_GONE = {
    "mqtt.port_v5": "the embedded broker speaks MQTT 3.1.1 only; devices that speak MQTT 5 need Mosquitto or another"
    " broker (deploy/README.md)"
}
_PLUGGED: Mapping[type[Struct], str] = {Rule: "rule", Channel: "channel", Connector: "connector"}


def table_of(path: Path) -> dict[str, Any]:
    """The contents of a file, not yet judged."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(Code.CONFIG_UNREADABLE, f"{path}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(Code.CONFIG_NOT_TOML, f"{path}: not TOML: {error}") from error


def parse(table: dict[str, Any], options: OptionTypes, environ: Mapping[str, str], origin: str = "config") -> Settings:
    """UsageError `bad_config` carries one line a problem in `params["problems"]`."""
    reader = _Reader(options, environ)
    settings: Settings | None = reader.struct(Settings, table, "")
    problems = reader.problems or (_cross_check(settings) if settings else [])
    if problems or settings is None:
        raise refused(origin, problems)
    return settings


def refused(origin: str, problems: Sequence[str]) -> UsageError:
    """`bad_config` with every problem of one file."""
    lines = "\n".join(f"  {problem}" for problem in problems)
    return UsageError(Code.BAD_CONFIG, f"{origin}: {len(problems)} problem(s)\n{lines}", problems=problems)


def maps(table: dict[str, Any], environ: Mapping[str, str]) -> tuple[MapRule, ...] | None:
    """The `[[map]]` of a table; None where any of them is wrong."""
    reader = _Reader({}, environ)
    rules: tuple[MapRule, ...] = reader.tables(MapRule, table.get("map", []), "map")
    return None if reader.problems else rules


def one_map(table: dict[str, Any]) -> tuple[MapRule | None, list[str]]:
    """A `[[map]]` that came from a person: read like the file, but no secret of this machine is read for it."""
    reader = _Reader({}, None)
    rule: MapRule | None = reader.struct(MapRule, table, "")
    return rule, reader.problems


def one_entry(section: str, table: dict[str, Any], rules: Mapping[str, type[Struct]]) -> tuple[Entry | None, list[str]]:
    """An entry of one of the `SECTIONS` of the book that came from a person, likewise; `rules`: options by kind."""
    reader, kind = _Reader({"rule": rules}, None), SECTIONS[section]
    read = reader.plugged if kind in _PLUGGED else reader.struct
    entry: Entry | None = read(kind, table, f"{section}.")
    return entry, reader.problems


def table_as(
    kind: type[Value],
    table: dict[str, Any],
    origin: str,
    options: OptionTypes | None = None,
    environ: Mapping[str, str] | None = None,
) -> Value:
    """Another file of ours than the configuration, read alike."""
    reader = _Reader(options or {}, environ or {})
    value: Value | None = reader.struct(kind, table, "")
    if value is None:
        raise refused(origin, reader.problems)
    return value


def _cross_check(settings: Settings) -> list[str]:
    """Checks across keys: names that must exist elsewhere, ids that must be unique."""
    problems: list[str] = []
    for section, names in (
        ("channel.name", [channel.name for channel in settings.channel]),
        ("connector.name", [connector.name for connector in settings.connector]),
        ("connector.publish", [one.publish for one in settings.connector if hasattr(one.options, "PUBLISHES")]),
    ):
        problems += twice(section, names)
    problems += faults(settings.book, [channel.name for channel in settings.channel])
    people = [*(one.name for one in settings.receiver), *(one.name for one in settings.rota)]
    problems += unknown("alerts.proof_receivers", settings.alerts.proof_receivers, people)
    problems += unknown("alerts.leaders", settings.alerts.leaders, people)
    for connector in settings.connector:
        problems += _unpublishable(f"connector {connector.name!r}: publish", connector)
    return [*problems, *_of_embedded(settings.mqtt)] if settings.mqtt.embedded else problems


def _of_embedded(mqtt: Mqtt) -> Iterator[str]:
    if not is_loopback(mqtt.host) and mqtt.username is None:
        yield f"mqtt.host: {mqtt.host!r} is reachable from outside: set mqtt.username and mqtt.password"
    for name in ("username", "bus_username"):
        if getattr(mqtt, name) in OWN:
            yield f"mqtt.{name}: {getattr(mqtt, name)!r} is an account of the embedded broker itself"
    for name in ("password", "bus_password"):
        if len((getattr(mqtt, name) or "").encode()) > LONGEST_PASSWORD:
            yield f"mqtt.{name}: the embedded broker takes at most {LONGEST_PASSWORD} bytes"


def _unpublishable(where: str, connector: Connector) -> list[str]:
    """A probe says in its options' `PUBLISHES` which kinds of source it speaks for; of a source there is one probe."""
    known: frozenset[str] | None = getattr(connector.options, "PUBLISHES", None)
    if known is None or connector.publish.split("/")[1] in known:
        return []
    allowed = " or ".join(f"ORG/{kind}/SOURCE" for kind in sorted(known))
    return [f"{where}: {connector.publish!r}: a {connector.kind} connector publishes {allowed}"]


def is_loopback(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


def _struct_of(kind: Any) -> type[Struct] | None:
    """The struct that a value is of, also where it may be left out."""
    plain = [part for part in get_args(kind) if part is not type(None)] if get_origin(kind) is UnionType else [kind]
    found = plain[0]
    return found if len(plain) == 1 and isinstance(found, type) and issubclass(found, Struct) else None


def _words(kind: Any) -> list[str]:
    """The allowed words of a type that is a choice of words, or of lists of them."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [str(member.value) for member in kind]
    if get_origin(kind) is Literal:
        return [str(word) for word in get_args(kind)]
    return [word for part in get_args(kind) for word in _words(part)]


def _spread(kind: type[Struct], raw: list[dict[str, Any]], where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each table with its place; a connector with `targets` stands for one connector each, which share its keys."""
    for i, item in enumerate(raw):
        targets = item.get("targets") if kind is Connector else None
        if not isinstance(targets, list) or not all(isinstance(target, dict) for target in targets):
            yield f"{where}[{i}].", item
            continue
        shared = {key: value for key, value in item.items() if key != "targets"}
        for n, target in enumerate(targets):
            yield f"{where}[{i}].targets[{n}].", shared | target


class _Reader:
    """Walks a table along a struct type and collects every problem instead of stopping at the first."""

    def __init__(self, options: OptionTypes, environ: Mapping[str, str] | None) -> None:
        self.options = options
        self.environ = environ
        self.problems: list[str] = []

    def struct(self, kind: type[Struct], table: dict[str, Any], where: str) -> Any:
        before = len(self.problems)
        table = self.with_secrets(kind, table, where)
        fields = {field.encode_name: field for field in structs.fields(kind)}
        for key in table.keys() - fields.keys():
            allowed = ", ".join(sorted(set(fields) - {"options"}))
            why = _GONE.get(f"{where}{key}", f"unknown key; allowed: {allowed}")
            self.problems.append(f"{where}{key}: {why}")
        values: dict[str, Any] = {}
        for name, field in fields.items():
            if name in table:
                values[field.name] = self.value(field.type, table[name], f"{where}{name}")
            elif field.required:
                self.problems.append(f"{where}{name}: missing")
        if len(self.problems) > before:
            return None
        try:
            return kind(**values)
        except ValueError as error:  # what several keys together must fulfil
            self.problems.append(f"{where.rstrip('.')}: {error}")
            return None

    def value(self, kind: Any, raw: Any, where: str) -> Any:
        inner = _struct_of(kind)
        if inner is not None and isinstance(raw, dict):
            return self.struct(inner, raw, f"{where}.")
        item = getattr(kind, "__args__", (None,))[0]
        if isinstance(item, type) and issubclass(item, Struct):
            return self.tables(item, raw, where)
        try:
            return msgspec.convert(raw, kind)
        except msgspec.ValidationError as error:
            words = _words(kind) if "enum value" in str(error) else []
            self.problems.append(f"{where}: {raw!r}: {error}" + (f"; allowed: {', '.join(words)}" if words else ""))
            return None

    def tables(self, kind: type[Struct], raw: Any, where: str) -> tuple[Any, ...]:
        if not isinstance(raw, list) or not all(isinstance(item, dict) for item in raw):
            self.problems.append(f"{where}: expected [[{where}]] tables")
            return ()
        read = self.plugged if kind in _PLUGGED else self.struct
        return tuple(read(kind, item, at) for at, item in _spread(kind, raw, where))

    def plugged(self, kind: type[Struct], table: dict[str, Any], where: str) -> Any:
        """A table whose further keys are those of the plug-in that its `kind` names, where those are asked for."""
        known = self.options.get(_PLUGGED[kind])
        plugin = str(table.get("kind"))
        common_names = {field.encode_name for field in structs.fields(kind)} - {"options"}
        before = len(self.problems)
        common = self.struct(kind, {key: value for key, value in table.items() if key in common_names}, where)
        if known is None:
            return common
        if plugin not in known:
            if "kind" in table:
                self.problems.append(f"{where}kind: {plugin!r}; allowed: {', '.join(sorted(known))}")
            return None
        own = {key: value for key, value in table.items() if key not in common_names}
        try:
            own = getattr(known[plugin], "filled", dict)(own)
        except ValueError as error:
            self.problems.append(f"{where.rstrip('.')}: {error}")
            return None
        options = self.struct(known[plugin], own, where)
        return structs.replace(common, options=options) if len(self.problems) == before else None

    def with_secrets(self, kind: type[Struct], table: dict[str, Any], where: str) -> dict[str, Any]:
        """`x_env` and `x_file` stand for `x`, unless there is no environment to read them from."""
        resolved = dict(table)
        if self.environ is None:
            return resolved
        for field in structs.fields(kind):
            name = field.encode_name
            if (variable := resolved.pop(f"{name}_env", None)) is not None:
                if variable in self.environ:
                    resolved[name] = self.environ[variable]
                else:
                    self.problems.append(f"{where}{name}_env: the environment has no {variable!r}")
            if (file := resolved.pop(f"{name}_file", None)) is not None:
                try:
                    resolved[name] = Path(file).read_text(encoding="utf-8").strip()
                except OSError as error:
                    self.problems.append(f"{where}{name}_file: {file!r} cannot be read ({error.strerror})")
        return resolved
