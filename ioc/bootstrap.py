"""The composition root: finds the plug-ins, reads the configuration, and wires what every role is given."""

import hashlib
import importlib
import os
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import Any

from msgspec import Struct

from ioc.config import bands, read, rule_checks, sample
from ioc.config.book_checks import file_faults, reach_faults
from ioc.config.rule_checks import KnownFigures
from ioc.config.settings import Settings
from ioc.config.started import Started
from ioc.context import Context
from ioc.core import contract, keys
from ioc.core.clock import SystemClock
from ioc.core.errors import Code, IocError, UsageError
from ioc.core.registry import Plugins, PluginSort, path
from ioc.core.texts import Texts
from ioc.domain.dossiers.reporting.index766.definition import definition
from ioc.messages.kinds import Kinds, specs
from ioc.messages.mapping.maps import Maps
from ioc.metrics.open import open_store
from ioc.platform.db import Database

# whose plug-ins read which tables of the configuration
SECTIONS: Mapping[str, tuple[PluginSort, ...]] = {
    "rule": (PluginSort.RULE,),
    "channel": (PluginSort.CHANNEL,),
    "connector": (PluginSort.PROBE, PluginSort.PULL),
}
JUDGE_OF_TEXTS = "alerts.delivery.registered"
SPOKEN = (
    PluginSort.KIND,
    PluginSort.PROBE,
    PluginSort.PULL,
    PluginSort.RULE,
    PluginSort.CHANNEL,
)  # whose texts messages and commands say too


def option_types(
    plugins: Plugins | None = None, sections: Iterable[str] = tuple(SECTIONS)
) -> dict[str, dict[str, type[Struct]]]:
    """The `Options` of every kind of rule, channel and connector, which the configuration is read against."""
    known = plugins or Plugins()
    return {
        section: {kind: module.Options for sort in SECTIONS[section] for kind, module in known.of(sort).items()}
        for section in sections
    }


def load_settings(path: Path) -> Settings:
    """Read one configuration file; UsageError names every problem in it."""
    return _with_files_that_are(parse_settings(read.table_of(path), str(path)), str(path))


def parse_settings(table: dict[str, Any], origin: str, sections: Iterable[str] = tuple(SECTIONS)) -> Settings:
    """The same for a table that was read already; of others than these `sections` the options are left out."""
    site = _site_of(table)
    try:
        options = option_types(Plugins(site), [name for name in sections if site is not None or name in table])
    except UsageError as error:
        raise read.refused(origin, error.message.splitlines()) from error
    settings = _with_maps_that_work(read.parse(table, options, os.environ, origin), origin)
    settings = _with_people_that_are_reached(_with_kinds_that_are(settings, origin), origin)
    settings = _with_bands_of_figures(settings, origin)
    return _with_rules_that_can_fire(_with_texts_that_go_out(settings, origin), origin)


def _site_of(table: Mapping[str, Any]) -> Path | None:
    """The folder of a site's plug-ins, which the rest of the table is read with."""
    section = table.get("plugins")
    folder = section.get("folder") if isinstance(section, dict) else None
    return Path(folder).absolute() if isinstance(folder, str) else None


def plugins_of(settings: Settings) -> Plugins:
    folder = settings.plugins.folder
    return Plugins(None if folder is None else Path(folder).absolute())


def checked_plugins(settings: Settings, origin: str) -> Plugins:
    """With every sort looked at, so that what is not fit is said at the start and not by the role that needs it."""
    plugins = plugins_of(settings)
    if problems := plugin_problems(plugins):
        raise read.refused(origin, problems)
    return plugins


def plugin_problems(plugins: Plugins) -> list[str]:
    """Every member of every plug-in, their texts and their sample lines: a line for each that is not fit."""
    return plugins.check(texts().catalogues) or list(_bad_samples(plugins))


def _bad_samples(plugins: Plugins) -> Iterator[str]:
    options = option_types(plugins)
    for section, kind, module in _configured(plugins):
        brought = getattr(module, "SAMPLE", "")
        if brought or plugins.is_of_site(module):
            yield from contract.lines(path(module), sample.problems(brought, section, kind, options))


def _configured(plugins: Plugins) -> Iterator[tuple[str, str, ModuleType]]:
    """Every plug-in that the configuration can name, with its section."""
    for section, sorts in SECTIONS.items():
        for sort in sorts:
            yield from ((section, kind, module) for kind, module in plugins.of(sort).items())


def sample_text(plugins: Plugins | None = None) -> str:
    """The sample configuration with what plug-ins bring."""
    return sample.joined(getattr(module, "SAMPLE", "") for *_, module in _configured(plugins or Plugins()))


def _with_kinds_that_are(settings: Settings, origin: str) -> Settings:
    """A connector that names no kinds of its own (`PUBLISHES` None) speaks for every one whose figures lie flat."""
    asked = [one for one in settings.connector if getattr(one.options, "PUBLISHES", ()) is None]
    known = sorted(kind for kind, spec in kinds_of(settings).items() if spec.unfold is None) if asked else []
    problems = [
        f"connector {one.name!r}: publish: {one.publish!r}: a {one.kind} connector publishes a {', '.join(known)}"
        for one in asked
        if one.publish.split("/")[1] not in known
    ]
    if problems:
        raise read.refused(origin, problems)
    return settings


def _with_bands_of_figures(settings: Settings, origin: str) -> Settings:
    """A band of a figure that nobody sends would colour nothing."""
    if settings.band and (problems := list(bands.faults(kinds(plugins_of(settings)), settings.band))):
        raise read.refused(origin, problems)
    return settings


def _with_rules_that_can_fire(settings: Settings, origin: str) -> Settings:
    """A rule on a figure that nobody sends is a slip of the pen, found now and not when it should have fired."""
    if not any(rule.options is not None for rule in settings.rule):
        return settings
    known = KnownFigures.of(kinds_of(settings), settings.map, settings.connector)
    rules = enumerate(settings.rule)
    if problems := [f"rule[{n}].{each}" for n, rule in rules for each in rule_checks.faults(rule, known)]:
        raise read.refused(origin, problems)
    return settings


def _with_maps_that_work(settings: Settings, origin: str) -> Settings:
    """Problems of maps that show only with the kinds at hand."""
    problems = Maps(settings.map, kinds(plugins_of(settings))).problems if settings.map else []
    if problems:
        raise read.refused(origin, problems)
    return settings


def _with_texts_that_go_out(settings: Settings, origin: str) -> Settings:
    """A brandname that registered its texts has registered all that can be said."""
    if any(getattr(channel.options, "templates", ()) for channel in settings.channel):
        judge = importlib.import_module(JUDGE_OF_TEXTS)
        if problems := list(judge.problems(settings, texts(plugins_of(settings)))):
            raise read.refused(origin, problems)
    return settings


def _with_people_that_are_reached(settings: Settings, origin: str) -> Settings:
    """Problems of receivers, rotas and routes that show only with the kinds of channel at hand."""
    if not (settings.receiver or settings.rota):
        return settings
    known = plugins_of(settings).of(PluginSort.CHANNEL)
    address_of = {each.name: known[each.kind].address for each in settings.channel if each.kind in known}
    if problems := reach_faults(settings.book, address_of):
        raise read.refused(origin, problems)
    return settings


def _with_files_that_are(settings: Settings, origin: str) -> Settings:
    """A definition of one's own is read before anything is scored by it, the file of a rota before it is followed."""
    if problems := file_faults(settings.book):
        raise read.refused(origin, problems)
    try:
        definition(settings.dossiers.index766)
    except UsageError as error:
        raise read.refused(origin, [f"dossiers.index766: {error}"]) from error
    return settings


def settings_in(data_dir: Path) -> Settings:
    """The settings last started in a data directory, or the embedded default where nothing ever was."""
    started = Started.path(data_dir)
    if started.is_file():
        kept = Started.read(started)
        return parse_settings({**kept.table, "data_dir": str(data_dir)}, kept.origin)
    return parse_settings(default_table(data_dir), "the sample configuration")


def default_table(data_dir: Path, **sections: dict[str, Any]) -> dict[str, Any]:
    """The sample with this data directory; `sections` add to or replace keys of its sections."""
    table = sample_table()
    table["data_dir"] = str(data_dir)
    for name, keys_of_it in sections.items():
        table[name] = {**table[name], **keys_of_it}
    return table


def sample_table() -> dict[str, Any]:
    """The shipped sample configuration, whose rules the embedded default uses."""
    return tomllib.loads(sample.shipped())


def build(settings: Settings, ahead_ms: int = 0, *, demo: bool = False) -> Context:
    """Wire one process; the data directory is made where it is missing, the clock set `ahead_ms`."""
    open_data_dir(settings)
    clock, plugins = SystemClock(ahead_ms), plugins_of(settings)
    known = kinds_of(settings)
    return Context(
        settings=settings,
        clock=clock,
        db=Database(settings.database_url),
        kinds=known,
        texts=texts(plugins),
        live_key=_live_key(settings),
        open_store=partial(open_store, settings, known, clock),
        plugins=plugins,
        demo=demo,
        replay=ahead_ms != 0,
    )


def kinds(plugins: Plugins | None = None) -> Kinds:
    """The declarations of all kinds of source."""
    return specs((plugins or Plugins()).of(PluginSort.KIND))


def kinds_of(settings: Settings) -> Kinds:
    """With those of the site, and its bands."""
    return bands.applied(kinds(plugins_of(settings)), settings.band)


def texts(plugins: Plugins | None = None) -> Texts:
    """Without those that only screens say."""
    brought = None if plugins is None else partial(plugins.texts, SPOKEN)
    return Texts(_folder("web", "i18n"), brought)


def open_data_dir(settings: Settings) -> None:
    """Make the data directory; IocError `data_dir_unwritable` when nothing can be kept there."""
    try:
        settings.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=settings.root).close()
    except OSError as error:
        line = f"data_dir {settings.root}: cannot be written ({error.strerror}); choose another or fix its owner"
        raise IocError(Code.DATA_DIR_UNWRITABLE, line) from error


def _live_key(settings: Settings) -> bytes:
    if settings.live.key is not None:
        return hashlib.sha256(settings.live.key.encode()).digest()
    return keys.read_or_create(settings.root / "live.key")


def _folder(package: str, name: str) -> Path:
    return Path(str(resources.files(package))) / name
