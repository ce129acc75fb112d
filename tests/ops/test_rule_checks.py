"""A rule of the file on a figure that nobody sends is refused at load, with its place and what is allowed."""

import pytest

from ioc import bootstrap
from ioc.core.errors import UsageError

OWN = {"kind": "queue", "metric": "humidity_pct"}


def load(on, maps=(), **rule):
    table = {"id": "a", "kind": "threshold", "on": on, **(rule or {"above": 1})}
    return bootstrap.parse_settings({"data_dir": "x", "rule": [table], "map": list(maps)}, "x.toml")


@pytest.mark.parametrize(
    ("on", "rule", "told"),
    [
        (OWN, {}, "rule[0].on.metric: 'humidity_pct' is no metric of queue; allowed: avg_service_s"),
        ({"kind": "feeed", "metric": "x"}, {}, "rule[0].on.kind: 'feeed'; allowed: dossier, feed"),
        ({"kind": "kiosk"}, {"kind": "offline"}, "rule[0].on.kind: 'kiosk'"),
        ({"kind": "queue", "metric": "paper"}, {"equals": "empty"}, "rule[0].equals: 'empty' is no word of paper"),
    ],
)
def test_a_slip_of_the_pen_is_found_at_load(on, rule, told):
    with pytest.raises(UsageError) as caught:
        load(on, **rule)
    (problem,) = caught.value.params["problems"]
    assert problem.startswith(told)


def test_a_metric_that_a_map_makes_is_known():
    made = {"topic": "abc/+site", "org": "hg.{site}", "kind": "queue", "source": "k", "fields": {"humidity_pct": "h"}}
    assert len(load(OWN, [made]).rule) == 1
    with pytest.raises(UsageError, match="no metric of vc"):
        load(OWN | {"kind": "vc"}, [made])


def test_a_kind_with_metrics_of_its_own_takes_any():
    assert len(load(OWN | {"kind": "service"}).rule) == 1
