"""Connector `certificate`: days left, whom it is for, and whether its chain holds; read even where nobody trusts it."""

import asyncio
import ssl
from typing import ClassVar, Literal

from msgspec import Struct

from connectors.runner import certificates, wording
from connectors.runner.contract import Seen
from connectors.runner.gear import Gear, Stopwatch
from ioc.config.fields import Port

kind = "certificate"
libraries = ("cryptography.x509",)
_STARTTLS = {"smtp": (b"EHLO ioc.local\r\n", b"STARTTLS\r\n"), "imap": (b"a STARTTLS\r\n",)}
_LINE_BYTES = 8_192


class Options(Struct, frozen=True, kw_only=True):
    """`server_name` is whom the certificate must be for, the host when absent.

    `starttls` is for ports that begin in plain text. `chain = false` asks for the days alone, where a system lives
    with a certificate of its own making.
    """

    PUBLISHES: ClassVar[frozenset[str]] = frozenset({"service"})
    host: str
    port: Port = 443
    server_name: str | None = None
    starttls: Literal["smtp", "imap"] | None = None
    chain: bool = True
    ca: str | None = None


async def look(options: Options, gear: Gear) -> Seen:
    watch = Stopwatch()
    try:
        ending = await _shown(options, gear.tls(options.ca, verify=options.chain))
        error = None
    except ssl.SSLCertVerificationError as refused:
        error = wording.why(refused)
        ending = await _shown(options, gear.tls(verify=False))
    return Seen(ending.expired or error, watch.ms, {"cert_days_left": ending.days})


async def _shown(options: Options, context: ssl.SSLContext) -> certificates.ChainEnd:
    """When the chain that the server shows ends."""
    reader, writer = await asyncio.open_connection(options.host, options.port, limit=_LINE_BYTES)
    try:
        if options.starttls is not None:
            await _ask_for_tls(reader, writer, _STARTTLS[options.starttls])
        await writer.start_tls(context, server_hostname=options.server_name or options.host)
        ending = certificates.first_end(writer.get_extra_info("ssl_object"))
    finally:
        writer.close()
    if ending is None:
        raise OSError("the server showed no certificate")
    return ending


async def _ask_for_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, words: tuple[bytes, ...]) -> None:
    await reader.readline()
    for word in words:
        writer.write(word)
        line = await reader.readline()
        while line[3:4] == b"-":  # SMTP says in every line but the last that more follows
            line = await reader.readline()
