"""Bad starts and bad days: one clear line names the thing and what to do, the exit code is right, nothing is lost."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from ioc.core import registry
from tests.flow.conftest import command, until
from tests.flow.test_contract_processes import Installation, published
from tests.ops.running import Running, alive, pids
from tests.servers import free_port, mosquitto, program

TOPIC = "ioc/v1/hg.dong-van/queue/k1/state"


def ended(running: Running) -> tuple[int, list[str]]:
    """The exit code and what was said, each line of it."""
    code = running.process.wait(30)
    time.sleep(0.1)
    assert not any("Traceback" in line for line in running.errors)
    return code, [line.strip() for line in running.errors]


@pytest.mark.parametrize(("text", "named"), [
    ("data_dir = ", "not TOML"),
    ("\ufeff\x00", "not TOML"),
    ('data_dir = "/tmp/x"\n[mqtt]\nurl = "http://broker"\n', "mqtt.url"),
    ('data_dir = "/tmp/x"\n[http]\nprot = 80\n', "http.prot: unknown key"),
    ('data_dir = "/tmp/x"\n[colour]\nred = 1\n', "colour: unknown key"),
    ('data_dir = "/tmp/x"\n[mqtt]\npassword_env = "NOWHERE_SET"\n', "NOWHERE_SET"),
    ('data_dir = "/tmp/x"\n[mqtt]\npassword_file = "/nonexistent/secret"\n', "/nonexistent/secret"),
    (
        'data_dir = "/tmp/x"\n[[rule]]\nid = "a"\nkind = "treshold"\n',
        f"rule[0].kind: 'treshold'; allowed: {', '.join(sorted(registry.scan('alerts.rules')))}",
    ),
], ids=["cut", "bytes", "url", "key", "section", "variable", "file", "kind"])  # fmt: skip
def test_a_configuration_that_cannot_be_used_is_named_and_starts_nothing(tmp_path: Path, text: str, named: str) -> None:
    config = tmp_path / "ioc.toml"
    config.write_text(text, encoding="utf-8")
    for arguments in (("check-config", str(config)), ("serve", "--config", str(config))):
        done = command(*arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert named in done.stderr
        assert str(config) in done.stderr
        assert "Traceback" not in done.stderr


def test_a_configuration_nobody_may_read_is_named(tmp_path: Path) -> None:
    done = command("serve", "--config", str(tmp_path))
    assert done.returncode == 2
    assert done.stderr.strip().count("\n") == 0
    assert str(tmp_path) in done.stderr
    assert "cannot be read" in done.stderr


@pytest.mark.parametrize("section", ["http", "mqtt"])
def test_a_taken_port_is_one_line_with_what_to_do(tmp_path: Path, section: str) -> None:
    place = Installation(tmp_path)
    port = place.http if section == "http" else place.port
    with socket.create_server(("127.0.0.1", port)):
        code, said = ended(place.start())
    assert code == 1
    (line,) = said
    assert str(port) in line
    assert f"[{section}]" in line


def test_a_wrong_broker_password_is_named_and_waited_out(tmp_path: Path) -> None:
    secrets = tmp_path / "passwords"
    subprocess.run([program("mosquitto_passwd"), "-c", "-b", str(secrets), "ioc", "right"], check=True)
    given = f"password_file {secrets}\nallow_anonymous false\nmax_queued_messages 0\n"
    with mosquitto(tmp_path, given) as server:
        wrong = Installation(tmp_path, mqtt=f'url = "{server.url}"\nusername = "ioc"\npassword = "wrong"')
        running = wrong.start()
        try:
            running.said("ingest: broker 127.0.0.1:", 30)
            running.said("still waiting for: ingest", 20)
            told = [line for line in running.errors if "check mqtt.username and mqtt.password" in line]
            assert len(told) == len({line.split()[2] for line in told}), "once a role, however often it is tried"
            assert running.process.poll() is None
            page = httpx2.get(f"http://127.0.0.1:{wrong.http}/healthz", timeout=5)
            assert page.status_code == 200, "the pages say what is wrong while ingest waits"
        finally:
            running.stop()
            running.kill()


def test_a_broker_that_is_away_is_waited_for_and_served_when_it_comes(tmp_path: Path) -> None:
    port = free_port()
    place = Installation(tmp_path, mqtt=f'url = "mqtt://127.0.0.1:{port}"')
    running = place.start()
    try:
        running.said(f"broker 127.0.0.1:{port} is away", 30)
        running.said("still waiting for: ingest", 20)
        with mosquitto(tmp_path, port=port) as server:
            running.ready()
            published(port, TOPIC, ['{"waiting": 4}'])
            token = bearer(place)
            until(lambda: told(place, token).get("waiting") == 4, "the reading")
            padded(port, "big", 250)
            padded(port, "huge", 300)
            published(port, TOPIC, ['{"waiting": 6}'])
            until(lambda: told(place, token).get("waiting") == 6, "what came behind the large ones")
            until(lambda: told(place, token, "big").get("waiting") == 250, "250 KiB")
            until(
                lambda: quarantined(place, token) == [("ioc/v1/hg.dong-van/queue/huge/state", "too_large")], "300 KiB"
            )
            server.kill()
            until(lambda: "ingest trouble" in readyz(place, token), "trouble on /readyz")
            server.start()
            until(lambda: "ingest ok" in readyz(place, token), "well again")
            published(port, TOPIC, ['{"waiting": 5}'])
            until(lambda: told(place, token).get("waiting") == 5, "the reading after the outage")
    finally:
        running.stop()
        running.kill()


def bearer(place: Installation) -> dict[str, str]:
    done = command("token", "create", "--name", "reader", "--role", "admin", "--config", str(place.config))
    return {"Authorization": f"Bearer {done.stdout.strip()}"}


def padded(port: int, source: str, kib: int) -> None:
    """A reading of exactly that size."""
    body = f'{{"waiting": {kib}, "pad": ""}}'
    topic = f"ioc/v1/hg.dong-van/queue/{source}/state"
    published(port, topic, [body[:-2] + "x" * (kib * 1024 - len(body)) + body[-2:]])


def quarantined(place: Installation, token: dict[str, str]) -> list[tuple[str, str]]:
    answer = httpx2.get(f"http://127.0.0.1:{place.http}/api/v1/quarantine", headers=token, timeout=10)
    return [(row["topic"], row["reason"]) for row in answer.json()["items"]]


def told(place: Installation, token: dict[str, str], source: str = "k1") -> dict[str, float]:
    url = f"http://127.0.0.1:{place.http}/api/v1/sources/hg.dong-van/queue/{source}"
    answer = httpx2.get(url, headers=token, timeout=10)
    found: dict[str, float] = answer.json()["metrics"] if answer.status_code == 200 else {}
    return found


def readyz(place: Installation, token: dict[str, str]) -> str:
    return httpx2.get(f"http://127.0.0.1:{place.http}/readyz", headers=token, timeout=10).text


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes, where we may make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)], capture_output=True)
    if made.returncode != 0:
        pytest.skip("no small disk may be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_stops_acknowledging_and_loses_nothing(tmp_path: Path, small_disk: Path) -> None:
    with mosquitto(tmp_path) as server:
        place = Installation(tmp_path, mqtt=f'url = "{server.url}"', more="[inbox]\nmin_free_bytes = 8000000\n")
        text = place.config.read_text(encoding="utf-8")
        place.config.write_text(text.replace(str(place.data), str(small_disk / "data")), encoding="utf-8")
        place.data = small_disk / "data"
        assert command("org", "import", str(tmp_path / "orgs.csv"), "--config", str(place.config)).returncode == 0
        running = place.start()
        try:
            running.ready()
            token = bearer(place)
            free = os.statvfs(small_disk)
            (small_disk / "filler").write_bytes(b"x" * (free.f_bavail * free.f_frsize - 4_000_000))
            start = round(time.time() * 1000) // 60_000 * 60_000 - 300_000
            said = [f'{{"ts": {start + 10 * i}, "waiting": {i}}}' for i in range(400)]
            published(server.port, TOPIC, said)
            running.said("ingest stopped acknowledging", 20)
            line = next(line for line in running.errors if "stopped acknowledging" in line)
            assert str(place.data) in line
            until(lambda: "ingest trouble" in readyz(place, token), "trouble on /readyz")
            assert all(alive(pid) for role in ("ingest", "alerts", "web") for pid in pids(place.data, role))
            (small_disk / "filler").unlink()
            running.said("ingest acknowledges again", 30)
            query = {"org": "hg.dong-van", "kind": "queue", "source": "k1", "metric": "waiting", "agg": "count"}
            query |= {"from": str(start), "to": str(start + 60_000), "step": "60000"}
            url = f"http://127.0.0.1:{place.http}/api/v1/series"

            def points() -> object:
                answer = httpx2.get(url, params=query, headers=token, timeout=10)
                return answer.status_code == 200 and answer.json()["points"] == [[start, len(said)]]

            until(points, "every reading once there is room")
        finally:
            running.stop()
            running.kill()


def test_a_host_others_reach_needs_a_password(tmp_path: Path) -> None:
    config = tmp_path / "ioc.toml"
    config.write_text(f'data_dir = "{tmp_path / "data"}"\n[mqtt]\nhost = "0.0.0.0"\n', encoding="utf-8")
    done = command("serve", "--config", str(config))
    assert done.returncode == 2
    assert "set mqtt.username and mqtt.password" in done.stderr
