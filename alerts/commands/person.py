"""person pin."""

import argparse
import getpass
import os

from ioc.cli.common import Commands, command, group, now_ms, open_database, say, settings_of


def add(commands: Commands) -> None:
    persons = group(commands, "person", "The people who are told, and who take shifts.")
    about = "Give a person the PIN that a shift is taken with; asked, or from IOC_PIN."
    command(persons, "pin", about, pin).add_argument("name", metavar="NAME")


def pin(arguments: argparse.Namespace) -> None:
    from alerts.people import shifts

    db = open_database(settings_of(arguments))
    secret = os.environ.get("IOC_PIN") or getpass.getpass("PIN: ")
    shifts.set_pin(db, arguments.name, secret, now_ms(), "cli")
    say(f"{arguments.name} can take shifts with this PIN")
