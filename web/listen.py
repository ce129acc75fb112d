"""The listening socket: the one the supervisor bound and handed over, or our own."""

import errno
import resource
import socket
from collections.abc import Mapping

from ioc.config.settings import Http
from ioc.core.errors import Code, IocError

INHERITED = "IOC_HTTP_FD"
_BACKLOG = 1024


def listener(settings: Http, environ: Mapping[str, str]) -> socket.socket:
    """A socket that listens; IocError names the address when it cannot be had."""
    inherited = environ.get(INHERITED)
    if inherited is not None:
        return socket.socket(fileno=int(inherited))
    return bind(settings.host, settings.port)


def bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            line = f"http {host}:{port}: the port is taken by another program; stop it or choose another [http] port"
            raise IocError(Code.PORT_TAKEN, line, host=host, port=port) from error
        line = f"http {host}:{port}: cannot listen there ({error.strerror}); check [http] host and port"
        raise IocError(Code.CANNOT_LISTEN, line, host=host, port=port) from error


def open_files(wanted: int = 16_384) -> int:
    """How many this process may have open, once it may have as many as it is allowed to: a connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft == resource.RLIM_INFINITY or soft >= most:
        return wanted
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most
