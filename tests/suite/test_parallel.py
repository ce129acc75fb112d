"""Workers side by side: what is begun first, ports of their own, and nothing left of one that is killed."""

import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

from tests.running import wait_until
from tests.servers import free_port
from tests.suite.order import ordered

ASK = "from tests.servers import free_port; print(*[free_port() for _ in range(60)], flush=True); input()"


def test_what_waits_longest_is_begun_first() -> None:
    names = ["tests/ioc/test_a.py", "tests/web/test_b.py", "tests/web/screens/test_c.py", "tests/faults/test_d.py"]
    items = [SimpleNamespace(path=Path("/project") / name) for name in names]
    found = [item.path.name for item in ordered(items, Path("/project"))]
    assert found == ["test_d.py", "test_c.py", "test_a.py", "test_b.py"]


def test_no_port_is_given_to_two_processes_at_a_time() -> None:
    """Nor while nobody listens on it yet: a server takes a while to start."""
    others = [
        subprocess.Popen([sys.executable, "-c", ASK], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    ports = [free_port() for _ in range(60)]
    for other in others:
        assert other.stdout is not None
        ports += map(int, other.stdout.readline().split())
    for other in others:
        other.communicate("\n")
    assert len(ports) == 240
    assert len(set(ports)) == 240


def test_servers_end_with_a_test_process_that_is_killed(tmp_path: Path) -> None:
    code = "import sys; from tests.servers import mosquitto; from pathlib import Path\n"
    code += "with mosquitto(Path(sys.argv[1])) as server: print(server.port, flush=True); input()"
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    port = int(other.stdout.readline())
    socket.create_connection(("127.0.0.1", port), timeout=5).close()
    other.kill()
    other.wait()
    wait_until(lambda: not listens(port), "the end of its broker")


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True
