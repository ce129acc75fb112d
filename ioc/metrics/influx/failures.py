"""Refusals and failures of a server, as errors that a retry loop understands."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec

from ioc.config.influx_address import StoreAddress
from ioc.core.errors import Code, IocError

_WORDS = 300
_TOO_WIDE = "exceed file limit"
_MINUTE_S, _DAY_S = 60.0, 86_400.0


class Unacceptable(IocError):
    """400 or 422: something in the body is wrong; `message` has the server's words."""


class TooLarge(IocError):
    """413: the same in smaller pieces may do."""


class TooWide(Unacceptable):
    """3.x Core: the span asked for lies in more files than it opens for one query."""


class Overflow(IocError):
    """The server computed a figure that its own answer cannot hold."""


def refused(status: int, body: bytes, headers: Mapping[str, str], access: StoreAddress) -> IocError:
    """The error for an answer that is not a success."""
    where = access.address.base
    words = said(body)
    if _TOO_WIDE in words:
        return too_wide(words, access)
    if status in (400, 422):
        return Unacceptable(Code.STORE_REJECTED, words or f"{where}: answered {status}")
    if status == 413:
        return TooLarge(Code.STORE_TOO_LARGE, f"{where}: a body was too large: {words}")
    if status == 401:
        line = f"{where}: the credentials are not accepted: check store.token, or username and password ({words})"
        return IocError(Code.STORE_DENIED, line, where=where)
    if status == 403:
        return not_allowed(words, access)
    if status == 404:
        return missing(words, access) if _of_a_bucket(body) else _no_such_address(words, access)
    if status in (408, 429) or status >= 500:
        line = f"{where}: answered {status}: {words}"
        return IocError(Code.STORE_UNAVAILABLE, line, retry_after_s=_wait(headers.get("Retry-After")))
    return IocError(Code.STORE_FAILED, f"{where}: answered {status}: {words}; is this InfluxDB?", where=where)


def answered(words: str, access: StoreAddress) -> IocError:
    """The error for a refusal that stands in an answer of 200."""
    if "database not found" in words or "bucket not found" in words:
        return missing(words, access)
    if "insufficient permissions" in words:
        return not_allowed(words, access)
    if _TOO_WIDE in words:
        return too_wide(words, access)
    return Unacceptable(Code.STORE_QUERY_FAILED, f"{access.address.base}: {words}")


def missing(words: str, access: StoreAddress) -> IocError:
    """No such bucket or, as 2.x says it, organisation or mapping of a database name to a bucket."""
    address = access.address
    if words.startswith("organization"):
        line = f"{address.base}: has no organisation {address.org!r}: mend org in store.url ({words})"
        return IocError(Code.STORE_ORG_UNKNOWN, line, org=address.org)
    advice = "map it to one (DBRP), or set flavour=v2" if "dbrp" in words else "create it, or mend store.url"
    line = f"{address.base}: has no bucket {address.bucket!r}: {advice} ({words})"
    return IocError(Code.STORE_BUCKET_MISSING, line, bucket=address.bucket)


def not_allowed(words: str, access: StoreAddress) -> IocError:
    where, bucket = access.address.base, access.address.bucket
    line = f"{where}: the credentials may not do this on bucket {bucket!r}: read and write are needed ({words})"
    return IocError(Code.STORE_DENIED, line, where=where)


def too_wide(words: str, access: StoreAddress) -> IocError:
    line = (
        f"{access.address.base}: InfluxDB 3 Core opens so many Parquet files a query (432 unless told otherwise, some"
        " three days) and refuses what reaches further: take InfluxDB 3 Enterprise, which joins files, InfluxDB 2.x or"
        f" 1.x, or start it with a higher --query-file-limit ({words})"
    )
    return TooWide(Code.STORE_QUERY_TOO_WIDE, line)


def _of_a_bucket(body: bytes) -> bool:
    """Every generation says in JSON, or by its name, what it does not have; a page that is not found is no answer."""
    return body.lstrip().startswith(b"{") or b"database" in body or b"bucket" in body


def _no_such_address(words: str, access: StoreAddress) -> IocError:
    where = access.address.base
    line = f"{where}: has no such address ({words}): is this InfluxDB, and of the flavour that store.url names?"
    return IocError(Code.STORE_FAILED, line, where=where)


def unreachable(error: Exception, access: StoreAddress) -> IocError:
    text = " ".join(str(error).split())[:_WORDS]
    return IocError(Code.STORE_UNAVAILABLE, f"{access.address.base}: not reached: {text}")


def said(body: bytes) -> str:
    """The server's own words: `error` (1.x, 3.x) or `message` (2.x) of a JSON body, else the beginning of the text."""
    try:
        answer = msgspec.json.decode(body)
    except msgspec.DecodeError:
        answer = None
    text = body.decode("utf-8", "replace")
    if isinstance(answer, dict):
        told = answer.get("error") or answer.get("message") or text
        # 3.x names the lines: {"error": "partial write …", "data": [{"error_message": …}]}
        lines = [str(line.get("error_message")) for line in answer.get("data") or [] if isinstance(line, dict)]
        text = "; ".join([str(told), *lines])
    return " ".join(text.split())[:_WORDS]


def _wait(value: str | None) -> float:
    """Seconds of a Retry-After, in either of its two forms; 0 where there is none, a day at most."""
    if value is None:
        return 0.0
    try:
        return min(max(float(value), 0.0), _DAY_S)
    except ValueError:
        pass
    try:
        left = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return _MINUTE_S
    return min(max(left, 0.0), _DAY_S)
