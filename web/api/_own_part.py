"""The match of a mute as a caller gives it, kept to the part of the tree that is theirs."""

from ioc.config.alerting import MuteMatch
from web.boundary.call import Call


class MatchBody(MuteMatch, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is muted: all that is named must hold, an org with all below it."""


def own_part(call: Call, match: MuteMatch) -> MuteMatch:
    """Without an org it means all the caller may see; `unknown_org` for one that they may not."""
    call.subtree(match.org)
    org = call.home if match.org is None and not call.sees_all else match.org
    return MuteMatch(org=org, kind=match.kind, source=match.source, rule=match.rule, severity=match.severity)
