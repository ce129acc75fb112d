"""Why a target did not answer, in a few words, from whatever was raised."""

import socket
import ssl

from ioc.core.errors import IocError

LONGEST = 120  # what the text `error` of a state may hold, with room to spare
TIMEOUT = "timeout"


def why(error: BaseException) -> str:
    """The innermost cause that says something."""
    return _words(_root(error))[:LONGEST]


def _root(error: BaseException) -> BaseException:
    """Libraries wrap what the system said; the system said it best."""
    chain = [error]
    while (inner := _inner(chain[-1])) is not None and inner not in chain:
        chain.append(inner)
    return next((link for link in reversed(chain) if isinstance(link, OSError)), error)


def _inner(error: BaseException) -> BaseException | None:
    if isinstance(error, BaseExceptionGroup):
        return error.exceptions[0]
    return error.__cause__ or error.__context__  # some libraries hide the cause by "from None"


def _words(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return TIMEOUT
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, ConnectionResetError | BrokenPipeError | EOFError):
        return "connection closed"
    if isinstance(error, socket.gaierror):
        return "name not found"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS: {error.reason or error}".lower()
    if isinstance(error, IocError):
        return error.message
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error) or type(error).__name__
