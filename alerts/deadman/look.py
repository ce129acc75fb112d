"""One look at an installation: does its web answer, and does the engine behind it live."""

import re
import ssl
from enum import StrEnum
from typing import NamedTuple

import httpx2

from alerts.deadman.options import WatchOptions

OK, UNAVAILABLE = 200, 503
_LINE = re.compile(r"(\w+) (ok|late|trouble|missing)\b")


class LookOutcome(StrEnum):
    """What was seen."""

    WELL = "well"
    UNREACHABLE = "unreachable"
    ANSWERED = "answered"  # something else than an installation of ours
    REFUSED = "refused"  # the token of the watchman
    SILENT = "silent"  # a role behind the web


class Sighting(NamedTuple):
    """`detail` says more: a status, an error, the roles that are not well."""

    why: LookOutcome
    detail: str = ""

    @property
    def well(self) -> bool:
        return self.why is LookOutcome.WELL


def look(url: str, options: WatchOptions) -> Sighting:
    """At `/readyz`, which tells of every role."""
    trust = ssl.create_default_context(cafile=options.ca) if url.startswith("https:") else False
    bearer = {"Authorization": f"Bearer {options.token}"}
    try:
        answer = httpx2.get(
            f"{url.rstrip('/')}/readyz", headers=bearer, timeout=options.timeout_s, verify=trust, trust_env=False
        )
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        return Sighting(LookOutcome.UNREACHABLE, type(error).__name__)
    return judged(answer.status_code, answer.text, options.roles)


def judged(status: int, text: str, roles: tuple[str, ...]) -> Sighting:
    """A page that is not of ours says nothing good, whatever its status."""
    if status in (401, 403):
        return Sighting(LookOutcome.REFUSED, str(status))
    said = {found[1]: found[2] for line in text.splitlines() if (found := _LINE.match(line))}
    if status not in (OK, UNAVAILABLE) or not said:
        return Sighting(LookOutcome.ANSWERED, str(status))
    unwell = [f"{role} {said.get(role, 'missing')}" for role in roles if said.get(role) != "ok"]
    return Sighting(LookOutcome.SILENT, ", ".join(unwell)) if unwell else Sighting(LookOutcome.WELL)
