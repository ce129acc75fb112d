"""Channel kind `notebook`: a line in a file for each message."""

from pathlib import Path

from msgspec import Struct

from alerts.message import AlertMessage

kind = "notebook"
address = "email"


class Options(Struct, frozen=True, kw_only=True):
    """`path`: the file."""

    path: str


def send(options: Options, message: AlertMessage) -> str:
    with Path(options.path).open("a", encoding="utf-8") as file:
        file.write(f"{message.address}: {message.subject}\n")
    return message.ref


SAMPLE = """
# [[channel]]
# name = "book"
# kind = "notebook"
# path = "/var/log/ioc/notebook.txt"
"""
