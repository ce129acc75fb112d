"""check-config, sample, check-store, migrate."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ioc.cli.common import Commands, command, now_ms, open_database, say, settings_of

if TYPE_CHECKING:
    from ioc.config.settings import Settings


def add(commands: Commands) -> None:
    about = "Read a configuration file and name every problem in it."
    check = commands.add_parser("check-config", help=about, description=about)
    check.add_argument("file", metavar="FILE", type=Path)
    check.set_defaults(run=check_config)
    about = "Print the sample configuration: every key, and what plug-ins bring."
    command(commands, "sample", about, sample)
    command(commands, "check-store", "Write and read a probe series through the metric store.", check_store)
    command(commands, "migrate", "Bring the records database to the schema of this build.", migrate)


def check_config(arguments: argparse.Namespace) -> None:
    settings = check(arguments.file)
    counts = f"{len(settings.rule)} rules, {len(settings.channel)} channels, {len(settings.route)} routes"
    say(f"{arguments.file}: ok ({counts}, {len(settings.connector)} connectors)")


def sample(arguments: argparse.Namespace) -> None:
    from ioc import bootstrap

    named = arguments.config is not None or arguments.data_dir is not None
    say(bootstrap.sample_text(bootstrap.plugins_of(settings_of(arguments)) if named else None).rstrip())


def check(file: Path) -> "Settings":
    """The settings of a file; UsageError names every problem in it and in what its maps make of their samples."""
    from ioc import bootstrap

    settings = bootstrap.load_settings(file)
    bootstrap.checked_plugins(settings, str(file))
    _try_samples(settings, file)
    return settings


def _try_samples(settings: "Settings", file: Path) -> None:
    """Every map on the sample it carries: what would be refused is a problem, what looks wrong is said."""
    from ioc import bootstrap
    from ioc.config.read import refused
    from ioc.ingest.trial import TrialBench, own_sample
    from ioc.messages.mapping.suspicion import FindingLevel
    from ioc.messages.privacy import Privacy

    texts = bootstrap.texts()
    bench = TrialBench(bootstrap.kinds_of(settings), None, Privacy(settings.inbox.private_keys), now_ms())
    problems: list[str] = []
    for i, rule in enumerate(settings.map):
        sample = own_sample(rule)
        for level, code, params in [] if sample is None else bench.run(rule, sample).findings:
            line = f"map[{i}] {rule.label}: {texts.render('en', f'map.{code}', params)}"
            if level is FindingLevel.ERROR:
                problems.append(line)
            else:
                sys.stderr.write(f"{level}: {line}\n")
    if problems:
        raise refused(str(file), problems)


def check_store(arguments: argparse.Namespace) -> int:
    from ioc import bootstrap
    from ioc.cli.probe import probe_store

    settings = settings_of(arguments)
    context = bootstrap.build(settings)
    passed = True
    for step in probe_store(context):
        say(f"{'ok  ' if step.ok else 'FAIL'} {step.what}: {step.detail}")
        passed = passed and step.ok
    return 0 if passed else 1


def migrate(arguments: argparse.Namespace) -> None:
    from ioc.platform.db.migrate import head

    db = open_database(settings_of(arguments))
    say(f"{db.engine.url.render_as_string()}: schema {head()}")
