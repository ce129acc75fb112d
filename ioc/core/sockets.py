"""Ports this installation listens on: bound, or found taken and named."""

import errno
import socket

from ioc.core.errors import Code, IocError

BACKLOG = 1024
_WHY = {
    errno.EADDRINUSE: "another program listens there; stop it or choose another port",
    errno.EACCES: "this user may not listen there; choose a port above 1023",
    errno.EADDRNOTAVAIL: "this machine does not have that address; choose one of its own",
}


def bind(section: str, host: str, port: int) -> socket.socket:
    """A listening socket; IocError `port_taken` names the key of the configuration."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        why = _WHY.get(error.errno or 0, str(error))
        raise IocError(Code.PORT_TAKEN, f"[{section}] cannot listen on {host}:{port}: {why}", port=port) from error


def check_free(section: str, host: str, port: int) -> None:
    """Raise as `bind` does, without keeping the port."""
    bind(section, host, port).close()


def free_port(host: str) -> int:
    """One that nobody listens on now."""
    with socket.create_server((host, 0)) as found:
        return int(found.getsockname()[1])
