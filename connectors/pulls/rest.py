"""Connector `rest`: dossiers from an interface that answers JSON, page after page."""

import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from connectors.deliveries import mark
from connectors.deliveries.answers import Answers
from connectors.deliveries.contract import Errand, Offer
from connectors.deliveries.options import Delivered
from connectors.deliveries.repeats import Repeats
from connectors.runner import wording
from ioc.core import jsons
from ioc.core.errors import Code, IocError
from ioc.domain.dossiers.importing.tables import InputTable, objects_table
from ioc.messages.mapping import paths
from ioc.messages.mapping.paths import Path

if TYPE_CHECKING:
    import httpx2

kind = "rest"
SINCE = "{since}"
NO_CONTENT = 204


class Options(Delivered, frozen=True, kw_only=True):
    """`items` and `next` are JMESPaths: the array of dossiers, and the address of the next page or its token.

    A token goes into the parameter `next_param`. Without `next` the parameter `page_param` counts from `first_page`
    until a page holds nothing. With `full = false` `{since}` in `params` stands for the moment the last turn began,
    in the form `since_format`, minus `overlap_s`; where there was none, that of `begin`.
    Where errors come with HTTP 200, `success_path` (JMESPath) leads to one of `success_values` in a good answer.
    """

    url: Annotated[str, Meta(pattern=r"^https?://[^\s/]+\S*$")]
    items: str = "@"
    success_path: str | None = None
    success_values: tuple[str, ...] = ()
    next: str | None = None
    next_param: str | None = None
    page_param: str | None = None
    first_page: int = 1
    params: dict[str, str] = msgspec.field(default_factory=dict)
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    username: str | None = None
    password: str | None = None
    token: str | None = None
    since_format: str = "%Y-%m-%dT%H:%M:%S%z"
    overlap_s: Annotated[float, Meta(ge=0)] = 300.0
    begin: str = "1970-01-01T00:00:00+00:00"
    per_second: Annotated[float, Meta(gt=0, le=100)] = 2.0
    pages_at_most: Annotated[int, Meta(ge=1)] = 10_000
    verify: bool = True
    ca: str | None = None

    def __post_init__(self) -> None:
        for path in (self.items, self.next, self.success_path):
            if path is not None:
                paths.check(path)
        if (self.success_path is None) != (not self.success_values):
            raise ValueError("success_path and success_values go together")
        if self.next is not None and self.page_param is not None:
            raise ValueError("give next or page_param")
        if not self.full and not any(SINCE in value for value in self.params.values()):
            raise ValueError(f"params: full = false needs a parameter that holds {SINCE}")
        if datetime.fromisoformat(self.begin).tzinfo is None:
            raise ValueError(f"begin {self.begin!r}: expected an instant with its offset")
        Delivered.__post_init__(self)


def collect(options: Options, errand: Errand) -> Generator[Offer]:
    began = datetime.fromtimestamp(errand.now / 1000, errand.zone)
    with _client(options, errand) as client:
        pages = Pages(options, client, errand)

        def read() -> InputTable:
            return objects_table(pages.items(), options.column_map())

        yield Offer(options.url, errand.now, read, options.full, mark=lambda: mark.write(began))


@dataclass(slots=True)
class Pages:
    """All pages of one turn, no faster than agreed."""

    options: Options
    client: "httpx2.Client"
    errand: Errand
    _asked: float = field(default=0.0)

    def items(self) -> Iterator[Any]:
        options = self.options
        answers = Answers(options.items, options.success_path, options.success_values)
        following = None if options.next is None else Path(options.next)
        repeats = Repeats(options.column_map())
        url, params = options.url, self._params()
        for page in range(options.pages_at_most):
            if options.page_param is not None:
                params = {**params, options.page_param: str(options.first_page + page)}
            repeats.asking(url, params)
            answer = self._ask(url, params)
            found = answers.items(answer)
            repeats.came(found)
            yield from found
            token = None if following is None else following.of(answer, answer)
            if token in (None, "", False) and (options.page_param is None or not found):
                return
            if options.next_param is not None:
                params = {**params, options.next_param: str(token)}
            elif following is not None:
                url, params = self._next_page(url, str(token)), {}
        raise IocError(Code.REST_FAILED, f"more than {options.pages_at_most} pages (pages_at_most)")

    def _params(self) -> dict[str, str]:
        kept, options = self.errand.kept.mark, self.options
        since = datetime.fromisoformat(options.begin)
        if kept is not None and isinstance(last := mark.read(kept), datetime):
            since = datetime.fromtimestamp(last.timestamp() - options.overlap_s, UTC)
        written = since.astimezone(self.errand.zone).strftime(options.since_format)
        return {name: value.replace(SINCE, written) for name, value in options.params.items()}

    def _next_page(self, url: str, token: str) -> str:
        """Only on the host we were sent to: what lets us in is for nobody else."""
        import httpx2

        here, there = httpx2.URL(url), httpx2.URL(url).join(token)
        if (here.scheme, here.host, here.port) != (there.scheme, there.host, there.port):
            raise IocError(Code.REST_FAILED, f"next leads to another host: {there.host}")
        return str(there)

    def _ask(self, url: str, params: dict[str, str]) -> Any:
        wait = self._asked + 1 / self.options.per_second - time.monotonic()
        if wait > 0:
            self.errand.stop.wait(wait)
        self._asked = time.monotonic()
        response = self.client.get(url, params=params or None)
        if not response.is_success:
            raise IocError(Code.REST_UNAVAILABLE, f"HTTP {response.status_code}")
        if response.status_code == NO_CONTENT:
            return None
        try:
            return jsons.decode(response.content)
        except msgspec.DecodeError as error:
            raise IocError(Code.REST_UNAVAILABLE, f"the answer is not JSON: {error}") from error


@contextmanager
def _client(options: Options, errand: Errand) -> "Iterator[httpx2.Client]":
    import httpx2

    from connectors.runner.gear import tls_context

    headers = {**options.headers, **({"Authorization": f"Bearer {options.token}"} if options.token else {})}
    auth = None if options.username is None else (options.username, options.password or "")
    context = tls_context(options.ca, verify=options.verify)
    try:
        with httpx2.Client(headers=headers, auth=auth, verify=context, timeout=errand.limit_s, trust_env=False) as made:
            yield made
    except httpx2.HTTPError as error:
        raise IocError(Code.REST_UNAVAILABLE, wording.why(error)) from error
