"""The configuration of `nats-server`: where it listens and keeps its store, and its accounts."""

import os
import secrets
import shutil
import ssl
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from ioc.config.names import BUS, INGEST, KEEPER
from ioc.config.settings import Mqtt
from ioc.core.errors import Code, IocError
from ioc.platform.logins import ANY_VENDOR, EVERYTHING, Account, configured, password, reading, speaking
from ioc.platform.nats.accounts import User, account_file, quoted, user

ANYBODY = "anybody"
STORE, WRITTEN_BY = "nats", "written-by"
LARGEST_BYTES = 20_000_000_000
LEAST_BYTES = 100_000_000
PART_OF_DISK = 4
MAX_PACKET = 1_048_576
ACK_WAIT = "15s"  # what was on its way to an ingest that was killed comes again after it
MAX_ACK_PENDING = 1_000
# all that may be under way at its largest: beyond it the server delivers again after `ack_wait`, and out of order
MAX_PENDING = MAX_ACK_PENDING * 300_000

_TEXT = """# Written at every start of the embedded broker; what is changed here by hand is gone at the next.
server_name: "ioc"
listen: "127.0.0.1:-1"
ports_file_dir: {run}
max_payload: {packet}
max_pending: {max_pending}
logtime: false
jetstream {{ store_dir: {store}, max_file: {max_file}, max_mem: 67108864, sync_interval: {sync} }}
mqtt {{
  host: {host}
  port: {port}
  ack_wait: "{ack_wait}"
  max_ack_pending: {pending}{no_auth}{tls}
}}
accounts {{ include "./{accounts}" }}
"""


class BrokerPlace(NamedTuple):
    """The files of one embedded broker, and how much of the disk its store may take."""

    root: Path
    max_file: int

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def store(self) -> Path:
        return self.root / STORE

    @property
    def config(self) -> Path:
        return self.run / "broker.conf"

    @property
    def accounts(self) -> Path:
        return self.run / "broker-accounts.conf"


def place_of(root: Path, mqtt: Mqtt) -> BrokerPlace:
    """`[mqtt] max_bytes`, else a quarter of what the disk has to give; never less than lies there already."""
    used = size_of(root / STORE)
    if mqtt.max_bytes is not None:
        return BrokerPlace(root, mqtt.max_bytes)
    fair = min((shutil.disk_usage(_there(root)).free + used) // PART_OF_DISK, LARGEST_BYTES)
    return BrokerPlace(root, max(fair, used * 5 // 4, LEAST_BYTES))


def check_room(root: Path, mqtt: Mqtt) -> None:
    """IocError `disk_too_small` when the disk could not hold `[mqtt] max_bytes` even if it were empty."""
    total = shutil.disk_usage(_there(root)).total
    if mqtt.max_bytes is not None and mqtt.max_bytes > total:
        line = f"mqtt.max_bytes {mqtt.max_bytes}: the disk of {root} has {total} bytes in all; give less"
        raise IocError(Code.DISK_TOO_SMALL, line)


def check_certificate(mqtt: Mqtt) -> None:
    """IocError `certificate_unusable` names the file that cannot be read or does not fit the other."""
    if mqtt.certificate is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(mqtt.certificate, mqtt.key)
    except (OSError, ssl.SSLError) as error:
        why = error.strerror or str(error)
        raise IocError(
            Code.CERTIFICATE_UNUSABLE, f"mqtt.certificate {mqtt.certificate}, key {mqtt.key}: {why}"
        ) from error


def _there(root: Path) -> Path:
    """The store may be a disk of its own, mounted there."""
    store = root / STORE
    return store if store.is_dir() else root


def size_of(folder: Path) -> int:
    """Bytes of all files below; those that go meanwhile do not count."""
    total = 0
    for parent, _folders, files in os.walk(folder):
        for name in files:
            try:
                total += (Path(parent) / name).stat().st_size
            except FileNotFoundError:
                continue
    return total


def write(place: BrokerPlace, mqtt: Mqtt, own: Iterable[User]) -> None:
    """The configuration and its accounts, for their owner alone."""
    for folder in (place.run, place.store):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in place.run.glob("nats-server_*.ports"):  # by one that was killed
        left.unlink(missing_ok=True)
    write_owned(place.config, text(place, mqtt))
    write_owned(place.accounts, account_file(own))


def own_users(root: Path, mqtt: Mqtt, keeper_password: str) -> list[User]:
    """The keeper, ingest, the bus and who is configured; on a loopback host without `[mqtt] username` anybody."""
    keeper = User(KEEPER, keeper_password)
    if mqtt.username is None:
        return [keeper, User(ANYBODY, secrets.token_hex(16), EVERYTHING)]
    known = configured(mqtt, ANY_VENDOR)
    if len(known) == 1:  # whoever comes from elsewhere, as ever
        known = [known[0]._replace(rights=EVERYTHING)]
    made = [
        Account(INGEST, password(INGEST, root), reading(ANY_VENDOR)),
        Account(BUS, password(BUS, root), speaking(mqtt.watch_unknown)),
    ]
    return [keeper, *(user(account) for account in (*made, *known))]


def text(place: BrokerPlace, mqtt: Mqtt) -> str:
    """The NATS listener is for our keeper alone: loopback, a port of the system's choice, a password of its own."""
    certificate = mqtt.certificate
    return _TEXT.format(
        run=quoted(place.run),
        store=quoted(place.store),
        packet=MAX_PACKET,
        max_pending=MAX_PENDING,
        max_file=place.max_file,
        sync=quoted(mqtt.sync_interval),
        host=quoted(mqtt.host),
        port=mqtt.port,
        ack_wait=ACK_WAIT,
        pending=MAX_ACK_PENDING,
        no_auth=f"\n  no_auth_user: {ANYBODY}" if mqtt.username is None else "",
        tls=f"\n  tls {{ cert_file: {quoted(certificate)}, key_file: {quoted(mqtt.key)} }}" if certificate else "",
        accounts=place.accounts.name,
    )


def write_owned(path: Path, content: str) -> None:
    """Whole at once, for its owner alone."""
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
    draft.replace(path)
