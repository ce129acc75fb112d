"""The command `ioc`: one parser, one place where errors become a line on stderr and an exit code."""

import argparse
import importlib
import sys
from collections.abc import Sequence

from ioc.cli import (
    calendar,
    config,
    described,
    device,
    displays,
    dossiers,
    feed,
    figures,
    imports,
    inventory,
    keep,
    maps,
    meetings,
    orgs,
    people,
    service,
    store,
)
from ioc.cli.common import PACKAGES
from ioc.core.errors import IocError, UsageError

DONE, FAILED, USAGE = 0, 1, 2
GROUPS = (
    service,
    config,
    people,
    orgs,
    inventory,
    calendar,
    dossiers,
    imports,
    feed,
    figures,
    keep,
    store,
    maps,
    meetings,
    device,
    displays,
    described,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done, 2 usage or configuration, 1 anything else."""
    arguments = parser().parse_args(argv)
    try:
        return int(arguments.run(arguments) or DONE)
    except UsageError as error:
        return _say(error, USAGE)
    except IocError as error:
        return _say(error, FAILED)
    except KeyboardInterrupt:
        return FAILED
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our answer has left: nothing to say, and nobody to say it to
        return FAILED


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="ioc", description="Monitoring backend of a provincial operations centre.")
    commands = root.add_subparsers(metavar="COMMAND", required=True)
    others = (group for package in PACKAGES for group in importlib.import_module(package).GROUPS)
    for group in (*GROUPS, *others):
        group.add(commands)
    return root


def _say(error: IocError, code: int) -> int:
    sys.stderr.write(f"ioc: {error.message}\n")
    return code
