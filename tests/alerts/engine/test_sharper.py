"""Of two rules on one figure the sharper silences the weaker, and what eases carries on in the same incident."""

import pytest

CERTIFICATE = """
[[rule]]
id = "cert-15"
kind = "threshold"
on = { kind = "service", metric = "cert_days_left" }
below = 15
severity = "warning"
[[rule]]
id = "cert-7"
kind = "threshold"
on = { kind = "service", metric = "cert_days_left" }
below = 7
severity = "critical"
"""


def says(s, days, seconds=15):
    portal = s.add("hg/service/portal") if not s.world.inventory.sources else next(iter(s.world.inventory.sources))
    s.run(seconds, 1, lambda: s.hear(portal, cert_days_left=days))


def states(s):
    return {alert.rule: (str(alert.state), alert.held_by) for alert in s.alerts}


def test_the_weaker_raises_nothing_of_its_own_while_the_sharper_fires(stage):
    s = stage(CERTIFICATE)
    says(s, 5)
    assert states(s) == {"cert-7": ("firing", None), "cert-15": ("suppressed", "rule:cert-7")}
    (message,) = s.pocket.messages
    assert message.subject.startswith("[IOC] NGHIÊM TRỌNG")
    assert "(+1)" not in message.subject
    assert {alert.incident_id for alert in s.alerts} == {1}


def test_when_the_sharper_eases_the_weaker_carries_on_in_the_same_incident_and_is_over_once(stage):
    s = stage(CERTIFICATE)
    says(s, 5)
    says(s, 10)
    assert states(s) == {"cert-7": ("resolved_unseen", None), "cert-15": ("firing", None)}
    assert len(s.pocket.messages) == 1, "it is not over, and not graver"
    assert {alert.incident_id for alert in s.alerts} == {1}
    says(s, 300)
    assert [subject[:18] for subject in s.subjects] == ["[IOC] NGHIÊM TRỌNG", "[IOC] ĐÃ KHẮC PHỤC"]
    assert s.pocket.messages[1].text.count("cert") + s.pocket.messages[1].text.count("portal") >= 2


def test_what_grows_sharper_is_told_as_graver(stage):
    s = stage(CERTIFICATE)
    says(s, 14)
    says(s, 6)
    assert [subject[:14] for subject in s.subjects] == ["[IOC] CẢNH BÁO", "[IOC] NGHIÊM T"]
    says(s, 300)
    assert len(s.subjects) == 3, "one all-clear"


@pytest.mark.parametrize("severity", ["warning", "critical"])
def test_of_one_gravity_the_limit_further_out_is_sharper(stage, severity):
    s = stage(CERTIFICATE.replace('"warning"', f'"{severity}"').replace('"critical"', f'"{severity}"'))
    says(s, 5)
    assert states(s)["cert-15"] == ("suppressed", "rule:cert-7")


def test_what_people_put_aside_silences_nothing(stage):
    s = stage(CERTIFICATE + '[[maintenance]]\nname = "m"\nmatch = { rule = "cert-7" }\nhours = "00:00-23:59"\n')
    says(s, 5)
    assert states(s)["cert-15"] == ("firing", None)


def test_rules_on_other_figures_silence_nothing(stage):
    s = stage(CERTIFICATE.replace('metric = "cert_days_left" }\nbelow = 7', 'metric = "other" }\nbelow = 7'))
    portal = s.add("hg/service/portal")
    s.run(15, 1, lambda: s.hear(portal, cert_days_left=10, other=5))
    assert [state for state, _ in states(s).values()] == ["firing", "firing"]
