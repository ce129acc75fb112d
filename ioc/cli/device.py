"""device add, list, revoke, export: who may speak for a source."""

import argparse
import os
import signal
from pathlib import Path

from ioc.cli.common import Commands, command, group, now_ms, open_database, say, settings_of
from ioc.cli.people import table
from ioc.core.errors import Code, IocError


def add(commands: Commands) -> None:
    devices = group(commands, "device", "Credentials of devices, for MQTT and HTTP.")
    about = "Make a credential and print it: the MQTT password of user ORG/KIND/SOURCE, and its HTTP token."
    new = command(devices, "add", about, device_add)
    new.add_argument("device", metavar="ORG/KIND/SOURCE")
    new.add_argument("--topic", metavar="FILTER", action="append", default=[], help="a vendor's topic it may write too")
    new.add_argument("--renew", action="store_true", help="end the credential it has")
    command(devices, "list", "Every credential, without its text.", device_list)
    gone = command(devices, "revoke", "End a credential.", device_revoke)
    gone.add_argument("device", metavar="ORG/KIND/SOURCE")
    about = "Write the accounts for Mosquitto and for nats-server, so that each device writes its own topics only."
    export = command(devices, "export", about, device_export)
    export.add_argument("dir", metavar="DIR", type=Path)
    export.add_argument("--reload", metavar="PID_FILE", type=Path, help="have that broker read them at once")


def device_add(arguments: argparse.Namespace) -> None:
    from ioc import bootstrap
    from ioc.ops import devices

    settings = settings_of(arguments)
    key = devices.read_key(arguments.device, list(bootstrap.kinds_of(settings)))
    db = open_database(settings)
    say(devices.add(db, key, arguments.topic, now_ms(), renew=arguments.renew))


def device_list(arguments: argparse.Namespace) -> None:
    from ioc.ops import devices

    with open_database(settings_of(arguments)).read() as conn:
        table(devices.listing(conn), ("device", "topics", "created_at", "revoked_at", "remark"))


def device_revoke(arguments: argparse.Namespace) -> None:
    from ioc import bootstrap
    from ioc.ops import devices

    settings = settings_of(arguments)
    key = devices.read_key(arguments.device, list(bootstrap.kinds_of(settings)))
    if not devices.revoke(open_database(settings), key, now_ms()):
        raise IocError(Code.UNKNOWN_DEVICE, f"{key}: has no living credential")
    say(f"{key}: revoked; over HTTP at once, over MQTT with the next `ioc device export DIR --reload PID_FILE`")


def device_export(arguments: argparse.Namespace) -> None:
    from ioc import bootstrap
    from ioc.messages.mapping.maps import Maps
    from ioc.ops import devices
    from ioc.platform import logins, mosquitto
    from ioc.platform.nats.accounts import FILE
    from ioc.platform.nats.export import write_export

    settings = settings_of(arguments)
    with open_database(settings).read() as conn:
        accounts = devices.accounts(conn)
        users = devices.nats_users(conn)
        to_renew = [row["device"] for row in devices.listing(conn) if row["remark"] == devices.RENEW]
    before = arguments.dir / mosquitto.PASSWORDS
    kept = before.read_text(encoding="utf-8") if before.is_file() else ""
    ours = logins.configured(
        settings.mqtt, Maps(settings.map, bootstrap.kinds_of(settings)).filters, (mosquitto.STATISTICS,)
    )
    own = [(one.name, mosquitto.password_hash(one.password)) for one in ours if one.password is not None]
    accounts = [*(mosquitto.DeviceAccount(name, known, ()) for name, known in own), *accounts]
    acl = mosquitto.acl_file(ours, accounts)
    mosquitto.write(arguments.dir, mosquitto.password_file(accounts, kept), acl)
    living = sum(account.password_hash is not None for account in accounts)
    say(f"{arguments.dir}: {mosquitto.PASSWORDS} and {mosquitto.ACL} with {living} account(s)")
    known = [one for one in logins.configured(settings.mqtt, logins.ANY_VENDOR) if one.password is not None]

    def reload() -> None:
        if arguments.reload is not None:
            _reload(arguments.reload)

    there = write_export(arguments.dir, known, users, reload)
    say(f"{arguments.dir}: {FILE} with {there} account(s)")
    if to_renew:
        say(f"not in it until renewed (`ioc device add --renew`): {', '.join(to_renew)}")


def _reload(pid_file: Path) -> None:
    """SIGHUP: the broker reads its files again and sends away whoever they no longer let in."""
    try:
        os.kill(int(pid_file.read_text(encoding="ascii")), signal.SIGHUP)
    except (OSError, ValueError) as error:
        raise IocError(Code.RELOAD_FAILED, f"{pid_file}: no broker could be told ({error})") from error
    say("broker told to read them")
