"""One InfluxDB as a process reaches it: bodies in, statements answered, its generation found out."""

import gzip
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple, TypeVar
from urllib.parse import urlencode

import msgspec
import urllib3
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

from ioc.config.influx_address import Flavour, StoreAddress
from ioc.core.errors import Code, IocError
from ioc.metrics.influx.clients import ANSWER_S, CONNECT_S, ClientsByThread
from ioc.metrics.influx.failures import not_allowed, refused, unreachable
from ioc.metrics.influx.reply import ReplySeries, series_of

AT_A_TIME: Final = 2
Asked = TypeVar("Asked")
Answer = TypeVar("Answer")
_HIDDEN = "it may be written, and to who asks it is not there: no right to read it, or no DBRP mapping"
_NO_USER = "x"  # 2.x and 3.x take a token as the password of anybody


class Version(NamedTuple):
    """`build` is what it calls itself beside its number: OSS (1.x, 2.x), Core or Enterprise (3.x)."""

    text: str
    flavour: Flavour
    build: str = ""


class Influx:
    """Any thread may ask; nothing is retried here."""

    def __init__(self, access: StoreAddress, patience_s: float) -> None:
        """An answer that takes longer to come than `patience_s` is given up."""
        self.access = access
        self._patience_s = patience_s
        self._clients = ClientsByThread(access)
        self._version: Version | None = None

    @property
    def version(self) -> Version:
        """Asked once; a flavour that the URL names is believed without asking."""
        if self._version is None:
            named = self.access.address.flavour
            self._version = Version("", named) if named else self.ping()
        return self._version

    def ping(self) -> Version:
        """IocError `store_flavour_unknown` when it does not say which InfluxDB it is."""
        response = self._request("GET", "/ping", timeout=CONNECT_S, headers=self._authorization())
        text, build = (response.headers.get(f"X-Influxdb-{name}", "") for name in ("Version", "Build"))
        named = self.access.address.flavour
        found = _flavour(text, build) or named
        if response.status >= 400 and named is None:
            raise refused(response.status, response.data, response.headers, self.access)
        if found is None:
            line = f"{self.access.address.base}: does not say which InfluxDB it is (version {text!r})"
            raise IocError(Code.STORE_FLAVOUR_UNKNOWN, f"{line}: add flavour=v1|v2|v3 to store.url", version=text)
        if found is Flavour.V2 and not self.access.address.org:
            raise IocError(
                Code.STORE_ORG_MISSING, f"{self.access.address.base}: InfluxDB {text} needs ?org= in store.url"
            )
        if found is Flavour.V1 and self.access.token is not None:
            line = f"{self.access.address.base}: InfluxDB {text} takes username and password, not a token"
            raise IocError(Code.STORE_DENIED, line, where=self.access.address.base)
        return Version(text, named or found, build)

    def write(self, body: bytes) -> None:
        """Lines, joined by line ends, instants in ms; IocError as `failures.refused` makes it."""
        packed = gzip.compress(body, compresslevel=1, mtime=0)
        if self.version.flavour is Flavour.V1:
            self._write_v1(packed)
        else:
            self._write_v2(packed)

    def query(
        self, statement: str, params: Mapping[str, str] | None = None, *, timeout: float | None = None
    ) -> list[ReplySeries]:
        """One InfluxQL statement: 3.x takes no more at a time."""
        fields = {"db": self.access.address.bucket, "q": statement, "epoch": "ms", "chunked": "true"}
        if params:
            fields["params"] = msgspec.json.encode(params).decode()
        response = self._request(
            "POST", "/query", timeout=timeout or self._patience_s, headers=self._authorization(), fields=fields
        )
        if response.status >= 400:
            raise refused(response.status, response.data, response.headers, self.access)
        try:
            return series_of(statement, response.data, self.access)
        except IocError as error:
            if error.code is Code.STORE_BUCKET_MISSING and self._takes_writes():
                raise not_allowed(_HIDDEN, self.access) from error
            raise

    def each(self, work: Callable[[Asked], Answer], asked: Sequence[Asked]) -> list[Answer]:
        """The answers in the order of the questions; a few at a time, as a server has several cores."""
        if len(asked) < 2:
            return [work(one) for one in asked]
        # made for this once: in the web role its threads live only while this one waits for them, also at the end
        with ThreadPoolExecutor(AT_A_TIME, initializer=self._clients.lend, initargs=(self._clients.get(),)) as crew:
            return list(crew.map(work, asked))

    def close(self) -> None:
        self._clients.close()

    def _takes_writes(self) -> bool:
        """To one who may only write 2.x says that there is no such database; a body of no lines tells the two apart."""
        if self.version.flavour is not Flavour.V2:
            return False
        try:
            self.write(b"")
        except IocError:
            return False
        return True

    def _write_v1(self, packed: bytes) -> None:
        headers = {**self._authorization(), "Content-Encoding": "gzip"}
        path = f"/write?{urlencode({'db': self.access.address.bucket, 'precision': 'ms'})}"
        response = self._request("POST", path, timeout=ANSWER_S, headers=headers, body=packed)
        if response.status >= 300:
            raise refused(response.status, response.data, response.headers, self.access)

    def _write_v2(self, packed: bytes) -> None:
        address = self.access.address
        try:
            self._clients.get().writer.write(
                bucket=address.bucket, org=address.org, record=packed, write_precision="ms"
            )
        except ApiException as error:
            if not error.status:
                raise unreachable(error, self.access) from error
            body = error.body if isinstance(error.body, bytes) else str(error.body or error.reason or "").encode()
            raise refused(error.status, body, error.headers or {}, self.access) from error
        except HTTPError as error:
            raise unreachable(error, self.access) from error

    def _request(self, method: str, path: str, *, timeout: float, **parts: Any) -> urllib3.BaseHTTPResponse:
        limits = urllib3.Timeout(connect=CONNECT_S, read=timeout)
        if "fields" in parts:
            parts["encode_multipart"] = False
        try:
            return self._clients.get().pool.request(method, self.access.address.base + path, timeout=limits, **parts)
        except HTTPError as error:
            raise unreachable(error, self.access) from error

    def _authorization(self) -> dict[str, str]:
        """Basic is what every generation takes: 2.x and 3.x find the token in the password."""
        access = self.access
        if access.username is None and access.token is None:
            return {}
        return dict(urllib3.make_headers(basic_auth=f"{access.username or _NO_USER}:{access.password or access.token}"))


def _flavour(version: str, build: str) -> Flavour | None:
    """None: it does not say. 2.x that somebody built himself is of version `dev`, 1.x would be `unknown`."""
    if (version, build) == ("dev", "OSS"):
        return Flavour.V2
    return next((flavour for flavour in Flavour if version.lstrip("v").startswith(f"{flavour[1:]}.")), None)
