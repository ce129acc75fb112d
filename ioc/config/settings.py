"""The configuration as values; `read` turns one TOML file into them or names every problem in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, structs

from ioc.config.alerting import (
    AlertOptions,
    Channel,
    EscalationOptions,
    MaintenanceOptions,
    ReceiverOptions,
    RotaOptions,
    RouteOptions,
    Rule,
)
from ioc.config.bands import Band
from ioc.config.book import Book
from ioc.config.fields import Name, OrgCode, Port, Positive, SourcePath
from ioc.config.indicators import IndicatorOptions
from ioc.config.influx_address import StoreAddress, check_access, parse
from ioc.config.weekly import CalendarSettings
from ioc.messages.mapping.declared import MapRule

EMBEDDED = "embedded:"

PRIVATE_KEYS = (
    "name", "ho_ten", "full_name", "citizen_name", "customer_name", "ten_cong_dan", "nguoi_nop", "ten_nguoi_nop",
    "chu_ho_so", "applicant", "applicant_name", "cccd", "cmnd", "so_cccd", "so_cmnd", "so_dinh_danh", "id_number",
    "id_card", "identity_no", "identity_number", "citizen_id", "national_id", "passport", "phone", "phone_number",
    "tel", "telephone", "mobile", "so_dien_thoai", "dien_thoai", "sdt", "email", "address", "dia_chi", "birthday",
    "ngay_sinh",
)  # fmt: skip


class Http(Struct, frozen=True, kw_only=True):
    host: str = "127.0.0.1"
    port: Port = 8080
    public_url: str | None = None
    workers: Annotated[int, Meta(ge=1, le=64)] = 1
    trusted_proxies: Annotated[int, Meta(ge=0, le=8)] = 0
    certificate: str | None = None
    key: str | None = None


_HOST = r"(?:\[[0-9A-Fa-f:.]+\]|[^/\s,:\[\]@]+)(?::[0-9]{1,5})?"
_MQTT_URL = rf"^(embedded:|mqtts?://{_HOST}(?:,{_HOST})*)$"


class Mqtt(Struct, frozen=True, kw_only=True):
    """`url` is `embedded:`, `mqtt://host[:port]` or `mqtts://host[:port]`; host and port are the embedded broker's.

    Of a cluster it names several, `mqtt://a:1883,b:1883`, which are tried in turn.
    """

    url: Annotated[str, Meta(pattern=_MQTT_URL)] = "embedded:"
    username: str | None = None
    password: str | None = None
    bus_username: str | None = None  # another account for live deltas and what we publish; None: username for all
    bus_password: str | None = None
    ca: str | None = None
    client_id: Name = "ioc-ingest"
    orgs: tuple[OrgCode, ...] = ()
    watch_unknown: tuple[str, ...] = ()  # filters under which topics are noted that no map means
    states_per_minute: Positive | None = None  # of one source; None: as many as it likes
    host: str = "127.0.0.1"
    port: Port = 1883
    certificate: str | None = None  # the embedded broker's; with it, it speaks TLS and nothing else
    key: str | None = None
    max_bytes: Annotated[int, Meta(ge=50_000_000)] | None = None  # of the embedded broker's store; None: by the disk
    sync_interval: Annotated[str, Meta(pattern=r"^(always|[1-9][0-9]{0,4}(ms|s|m))$")] = "2m"

    def __post_init__(self) -> None:
        if any(port > 65_535 for _, port in self._places()):
            raise ValueError(f"url {self.url!r}: a port is at most 65535")
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key go together")
        if (self.bus_username is None) != (self.bus_password is None):
            raise ValueError("bus_username and bus_password go together")
        if self.bus_username is not None and self.bus_username == self.username:
            raise ValueError(f"bus_username {self.bus_username!r}: another than username")
        if self.bus_username is not None and self.username is None:
            raise ValueError("bus_username needs username beside it, which is ingest's")

    @property
    def embedded(self) -> bool:
        return self.url == "embedded:"

    @property
    def tls(self) -> bool:
        return self.certificate is not None if self.embedded else self.url.startswith("mqtts:")

    @property
    def hosts(self) -> tuple[tuple[str, int], ...]:
        """Host and port of every broker, in the order they are tried."""
        if self.embedded:
            return ((self.host, self.port),)
        return tuple(self._places())

    def _places(self) -> Iterator[tuple[str, int]]:
        for place in self.url.partition("://")[2].split(",") if not self.embedded else ():
            host, bracket, port = place.rpartition(":") if not place.endswith("]") else (place, "", "")
            yield (host if bracket else place).strip("[]"), int(port) if bracket else 8883 if self.tls else 1883


class Store(Struct, frozen=True, kw_only=True):
    """`url` is `embedded:` or that of an InfluxDB bucket (`ioc.config.influx_address`), which the other keys open."""

    url: str = EMBEDDED
    token: str | None = None
    username: str | None = None
    password: str | None = None
    ca: str | None = None

    def __post_init__(self) -> None:
        if not self.embedded:
            check_access(self.access)

    @property
    def embedded(self) -> bool:
        return self.url == EMBEDDED

    @property
    def access(self) -> StoreAddress:
        """The address of the bucket; ValueError when `url` names none."""
        return StoreAddress(parse(self.url), self.token, self.username, self.password, self.ca)


class DatabaseSettings(Struct, frozen=True, kw_only=True):
    url: Annotated[str, Meta(pattern=r"^(sqlite|postgresql)")] | None = None


class LiveSettings(Struct, frozen=True, kw_only=True):
    key: str | None = None
    per_second: Annotated[float, Meta(gt=0, le=20)] = 4.0


class InboxOptions(Struct, frozen=True, kw_only=True):
    """`keep_hours`: how long done rows stay for a look back; `max_bytes`: where ingest stops acknowledging."""

    max_bytes: Annotated[int, Meta(ge=1_000_000)] = 20_000_000_000
    min_free_bytes: Annotated[int, Meta(ge=0)] = 200_000_000
    keep_hours: Annotated[float, Meta(ge=0)] = 24.0
    private_keys: tuple[str, ...] = PRIVATE_KEYS


class RetentionSettings(Struct, frozen=True, kw_only=True):
    raw_days: Positive = 14
    minute_days: Positive = 400
    hour_days: Positive = 1830
    quarantine_days: Positive = 90
    event_days: Positive = 400
    message_days: Positive = 1830


class Dossiers(Struct, frozen=True, kw_only=True):
    """`near_due_days`: working days before a due date that it counts as near; `accept_within_h`: working hours.

    `min_ratings`: a satisfaction of fewer is not shown; `index766`: a file of one's own with criteria and points;
    `snapshot_at`: when the figures of a day are frozen.
    """

    near_due_days: Annotated[int, Meta(ge=0, le=30)] = 1
    accept_within_h: Annotated[float, Meta(gt=0, le=1_000)] = 8.0
    payment_pauses: bool = False
    status_words: dict[SourcePath, dict[str, Annotated[int, Meta(ge=1, le=10)]]] = msgspec.field(default_factory=dict)
    min_ratings: Positive = 5
    index766: str | None = None
    snapshot_at: Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "17:00"


class PluginSettings(Struct, frozen=True, kw_only=True):
    """`folder` holds a site's own plug-ins, by sort: kinds, probes, pulls, rules, channels, widgets, api."""

    folder: str | None = None


class Auth(Struct, frozen=True, kw_only=True):
    session_hours: Annotated[float, Meta(gt=0)] = 12.0
    attempts_per_minute: Positive = 10


class Log(Struct, frozen=True, kw_only=True):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class Connector(Struct, frozen=True, kw_only=True):
    """One thing asked every so often; `options` are those of its kind (`connectors/probes`, `connectors/pulls`).

    `down_after` failures in a row make it down. `belongs_to` says whose trouble that is, unless the UPS it hangs on
    (`ups`: a source that tells `on_battery`) runs on battery.
    """

    name: Name
    kind: str
    publish: SourcePath
    every_s: Annotated[float, Meta(ge=1)] = 30.0
    timeout_s: Annotated[float, Meta(gt=0)] | None = None  # None: 10 s, or every_s where that is shorter
    down_after: Positive = 1
    belongs_to: Literal["ours", "carrier", "ministry"] | None = None
    ups: SourcePath | None = None
    options: Any = None

    def __post_init__(self) -> None:
        if self.limit_s > self.every_s:
            raise ValueError(f"timeout_s {self.timeout_s} must not be longer than every_s {self.every_s}")

    @property
    def limit_s(self) -> float:
        """The time one look may take."""
        return min(10.0, self.every_s) if self.timeout_s is None else self.timeout_s


class Settings(Struct, frozen=True, kw_only=True):
    data_dir: str
    http: Http = Http()
    mqtt: Mqtt = Mqtt()
    store: Store = Store()
    database: DatabaseSettings = DatabaseSettings()
    live: LiveSettings = LiveSettings()
    inbox: InboxOptions = InboxOptions()
    retention: RetentionSettings = RetentionSettings()
    dossiers: Dossiers = Dossiers()
    calendar: CalendarSettings = CalendarSettings()
    alerts: AlertOptions = AlertOptions()
    auth: Auth = Auth()
    plugins: PluginSettings = PluginSettings()
    log: Log = Log()
    band: tuple[Band, ...] = ()
    rule: tuple[Rule, ...] = ()
    receiver: tuple[ReceiverOptions, ...] = ()
    rota: tuple[RotaOptions, ...] = ()
    escalation: tuple[EscalationOptions, ...] = ()
    route: tuple[RouteOptions, ...] = ()
    maintenance: tuple[MaintenanceOptions, ...] = ()
    indicator: tuple[IndicatorOptions, ...] = ()
    channel: tuple[Channel, ...] = ()
    connector: tuple[Connector, ...] = ()
    map: tuple[MapRule, ...] = ()

    @property
    def book(self) -> Book:
        """What the file says of that which people change without a restart; a route has a name, if by its place."""
        routes = tuple(structs.replace(route, name=route.name or f"route-{n}") for n, route in enumerate(self.route, 1))
        return Book(
            rule=self.rule,
            receiver=self.receiver,
            rota=self.rota,
            escalation=self.escalation,
            route=routes,
            maintenance=self.maintenance,
            indicator=self.indicator,
        )

    @property
    def root(self) -> Path:
        return Path(self.data_dir)

    @property
    def database_url(self) -> str:
        return self.database.url or f"sqlite:///{self.root / 'ioc.sqlite'}"
