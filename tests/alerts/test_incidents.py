"""One cause is one incident: what joins it, what it is by its alerts, and when it is over."""

from alerts.incidents import queries, repository
from tests.alerts.acts import act
from tests.alerts.conftest import OFFLINE

NOW = OFFLINE + "hold_s = 0\n"


def incidents(s):
    with s.db.read() as conn:
        query = repository.select_incidents()
        return [repository.read_incident(row) for row in conn.execute(query).mappings()]


def living(s):
    return [each for each in incidents(s) if each.open]


def line(s, points=3, cut="hg/link/fibre"):
    link = s.add(cut, interval_s=10)
    hanging = [s.add(f"xm/vc/{link.source}-{i}", parent=cut) for i in range(points)]
    for key in (link, *hanging):
        s.returns(key)
    return link, hanging


def test_a_cut_line_and_all_that_hangs_on_it_is_one_incident(stage):
    s = stage(NOW)
    link, points = line(s)
    far = s.add("mv/vc/far", parent=str(points[0]))
    for key in (far, *points, link):
        s.leaves(key)
    s.run(2)
    (incident,) = incidents(s)
    assert (incident.subject, incident.state, incident.severity) == (link, "open", "critical")
    assert {alert.incident_id for alert in s.alerts} == {incident.id}
    assert [alert.subject for alert in s.alerts if alert.id == incident.cause_alert] == [link]
    assert {alert.held_by for alert in s.alerts if alert.state == "suppressed"} == {f"source:{link}"}


def test_two_cut_lines_are_two(stage):
    s = stage(NOW)
    for cut in ("hg/link/a", "hg/link/b"):
        link, points = line(s, cut=cut)
        for key in (link, *points):
            s.leaves(key)
    s.run(2)
    assert sorted(str(incident.subject) for incident in living(s)) == ["hg/link/a", "hg/link/b"]


def test_what_hangs_on_nothing_that_is_down_stands_alone(stage):
    s = stage(NOW)
    _, points = line(s)
    for key in points[:2]:
        s.leaves(key)
    s.run(2)
    assert sorted(str(incident.subject) for incident in living(s)) == sorted(map(str, points[:2]))


def test_a_parent_heard_after_its_children_makes_their_incidents_one(stage):
    s = stage(NOW)
    link, points = line(s)
    for key in points:
        s.leaves(key)
    s.run(60, 5, lambda: s.hear(link))
    assert len(living(s)) == 3
    s.leaves(link)
    s.run(2)
    (incident,) = living(s)
    assert (incident.id, incident.subject) == (1, link), "the earliest goes on, about the cause"
    assert {alert.incident_id for alert in s.alerts} == {1}
    assert [alert.subject for alert in s.alerts if alert.id == incident.cause_alert] == [link]
    everything = s.world.inventory.orgs.scope(None)
    with s.db.read() as conn:
        assert [queries.one(conn, everything, number).id for number in (2, 3)] == [1, 1], "the others lead to it"
        assert queries.incidents(conn, everything)[1] == 1


def test_what_was_down_long_before_its_line_keeps_its_own(stage):
    s = stage(NOW)
    link, points = line(s)
    s.leaves(points[0])
    s.run(1200, 10, lambda: [s.hear(key) for key in (link, *points[1:])])
    s.leaves(link)
    s.run(2)
    assert [incident.subject for incident in living(s)] == [points[0], link]


def test_an_incident_is_taken_with_its_alerts_and_over_with_the_last(stage):
    s = stage(NOW)
    link, points = line(s)
    for key in (link, *points):
        s.leaves(key)
    s.run(2)
    cause = next(alert for alert in s.alerts if alert.subject == link)
    act(s.db, "acknowledge", cause.id, actor="lan", now=s.clock.now_ms())
    (incident,) = living(s)
    assert (incident.state, incident.owner, incident.taken_at) == ("taken", "lan", s.clock.now_ms())
    s.returns(link)
    s.run(30, each=lambda: s.hear(link))
    (incident,) = living(s)
    assert (incident.state, incident.owner, incident.subject in points) == ("open", "lan", True), "three stayed dead"
    for key in points:
        s.returns(key)
    s.run(30, each=lambda: [s.hear(key) for key in (link, *points)])
    (incident,) = incidents(s)
    assert (incident.state, incident.open, incident.ended_at is not None) == ("over", False, True)
    s.leaves(link)
    s.run(2)
    assert len(living(s)) == 1, "what comes later is another"
    assert len(incidents(s)) == 2


def test_a_restart_leaves_incidents_as_they_are(stage):
    s = stage(NOW)
    link, points = line(s)
    for key in points:
        s.leaves(key)
    s.run(2)
    s.start()
    s.leaves(link)
    s.run(2)
    assert len(living(s)) == 1
