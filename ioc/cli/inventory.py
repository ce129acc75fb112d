"""source import, confirm, retire."""

import argparse
from pathlib import Path

from ioc.cli.common import Commands, add_encoding, command, encoded, group, now_ms, open_database, say, settings_of
from ioc.core.errors import Code, IocError, UsageError


def add(commands: Commands) -> None:
    sources = group(commands, "source", "Kiosks, endpoints, services, lines and feeds.")
    _add_file(command(sources, "import", "Add, change and confirm sources from a CSV file.", source_import))
    for name, about in (
        ("confirm", "Let a source that registered itself count in figures and rules."),
        ("retire", "Take a source out of figures and rules; its history stays."),
    ):
        command(sources, name, about, source_status).add_argument("source", metavar="ORG/KIND/SOURCE")
        sources.choices[name].set_defaults(verb=name)


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE.csv", type=Path)
    add_encoding(parser)
    parser.add_argument("--dry-run", action="store_true", help="show the difference and change nothing")


def source_import(arguments: argparse.Namespace) -> None:
    from ioc import bootstrap
    from ioc.domain.importing.inventory import import_sources

    settings = settings_of(arguments)
    db, kinds = open_database(settings), bootstrap.kinds_of(settings)
    for line in import_sources(db, encoded(arguments), kinds, now_ms(), arguments.dry_run).lines():
        say(line)


def source_status(arguments: argparse.Namespace) -> None:
    from ioc.core.model import SourceKey, SourceStatus
    from ioc.domain.inventory.records import set_status
    from ioc.platform import audit

    try:
        key = SourceKey.parse(arguments.source)
    except ValueError as error:
        raise UsageError(Code.BAD_SOURCE, f"{arguments.source!r}: give ORG/KIND/SOURCE") from error
    status = SourceStatus.ACTIVE if arguments.verb == "confirm" else SourceStatus.RETIRED
    db = open_database(settings_of(arguments))
    with db.write() as conn:
        if not set_status(db, conn, key, status):
            raise IocError(Code.UNKNOWN_SOURCE, f"{key}: there is no such source", source=str(key))
        audit.record(conn, now_ms(), "cli", f"source.{arguments.verb}", str(key), {"status": status}, key.org)
    say(f"{key}: {status}")
