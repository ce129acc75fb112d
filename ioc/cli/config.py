"""check-config, check-store, migrate."""

import argparse
from pathlib import Path

from ioc.cli.common import Commands, command, now_ms, open_database, say, settings_of


def add(commands: Commands) -> None:
    about = "Read a configuration file and name every problem in it."
    check = commands.add_parser("check-config", help=about, description=about)
    check.add_argument("file", metavar="FILE", type=Path)
    check.set_defaults(run=check_config)
    command(commands, "check-store", "Write and read a probe series through the metric store.", check_store)
    command(commands, "migrate", "Bring the records database to the schema of this build.", migrate)


def check_config(arguments: argparse.Namespace) -> None:
    from ioc import bootstrap

    settings = bootstrap.load_settings(arguments.file)
    counts = f"{len(settings.rule)} rules, {len(settings.channel)} channels, {len(settings.route)} routes"
    say(f"{arguments.file}: ok ({counts}, {len(settings.connector)} connectors)")


def check_store(arguments: argparse.Namespace) -> int:
    from ioc import bootstrap
    from ioc.cli.probe import probe_store

    settings = settings_of(arguments)
    context = bootstrap.build(settings)
    passed = True
    for step in probe_store(context, now_ms()):
        say(f"{'ok  ' if step.ok else 'FAIL'} {step.what}: {step.detail}")
        passed = passed and step.ok
    return 0 if passed else 1


def migrate(arguments: argparse.Namespace) -> None:
    from ioc.db.migrate import head

    db = open_database(settings_of(arguments))
    say(f"{db.engine.url.render_as_string()}: schema {head()}")
