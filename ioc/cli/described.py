"""vendor-sheet: the contract as a vendor needs it."""

import argparse

from ioc.cli.common import Commands, command, say, settings_of


def add(commands: Commands) -> None:
    sheet = command(
        commands, "vendor-sheet", "Print the sheet a vendor is given: topics, fields, examples.", vendor_sheet
    )
    sheet.add_argument("--lang", choices=("vi", "en"), default="vi")
    sheet.add_argument("--format", choices=("md", "html"), default="md", help="html is ready to be printed, two pages")


def vendor_sheet(arguments: argparse.Namespace) -> None:
    from importlib.metadata import version

    from ioc import bootstrap
    from ioc.ops.described import page, sheet

    settings, lang = settings_of(arguments), arguments.lang
    text = sheet.markdown(
        bootstrap.kinds_of(settings), settings, bootstrap.texts(bootstrap.plugins_of(settings)), lang, version("ioc")
    )
    say((page.printable(text, lang) if arguments.format == "html" else text).rstrip())
