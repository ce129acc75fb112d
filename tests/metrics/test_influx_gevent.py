"""Reading a real InfluxDB as the web role does, where gevent has replaced threads and sockets."""

import subprocess
import sys

from ioc.core.model import Sample, SourceKey
from tests.influx_disguise import Disguise
from tests.influx_servers import Influxd
from tests.metrics.stories import HOUR, NOON, open_bucket

SOURCES = 300  # more than one statement asks for
# a process of its own: what is patched stays patched
_SCREENS = """
from gevent import monkey
monkey.patch_all()
import sys
import gevent
from ioc.core.model import SeriesKey, SourceKey
from ioc.metrics import Aggregate, Fill, RangeQuery, ranges
from tests.metrics.stories import HOUR, NOON, open_bucket
from web.offload import offload
store = open_bucket(sys.argv[1], writer=False)
kiosks = [SeriesKey(SourceKey("hg", "queue", f"k{i}"), "waiting") for i in range(int(sys.argv[2]))]
asked = [RangeQuery(kiosk, NOON, NOON + HOUR, HOUR, Aggregate.LAST, Fill.NULL) for kiosk in kiosks]
for _ in range(3):
    for screen in gevent.joinall([gevent.spawn(offload, ranges, store, asked) for _ in range(6)], raise_error=True):
        assert [points[0][1] for points in screen.value] == [float(i) for i in range(len(asked))]
print("all read")
"""


def test_many_screens_read_together_and_the_process_ends(influx_server: Influxd | Disguise) -> None:
    url = influx_server.new_database()
    store = open_bucket(url)
    store.write([Sample(SourceKey("hg", "queue", f"k{i}"), NOON + i, {"waiting": i}) for i in range(SOURCES)])
    store.write([Sample(SourceKey("hg", "queue", "k0"), NOON + HOUR, {"waiting": 0})])
    store.close()
    command = [sys.executable, "-c", _SCREENS, url, str(SOURCES)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "all read\n", "")
