"""Asking other machines: never longer, never more and nowhere else than allowed.

An address a steward types must not become a way into the city's own network: the machine it names
is looked up once, every address of it must be a public one (or lie in ``VECHE_SOURCE_NETWORKS``),
and exactly that address is spoken to. Nothing is followed elsewhere.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import os
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.utils.translation import gettext_noop as _

from veche.city.pulse.connectors.base import Fault, Fetch

PATIENCE = 10.0
"""Seconds a machine may take to be reached, and between two parts of its answer."""
LONGEST = 30.0
"""Seconds a whole answer may take."""
WHOLE = 600.0
"""Seconds in which a source must have told all its pages: the worker has others to ask."""
MOST = 16 * 1024 * 1024
"""Bytes of an answer."""
_PART = 65_536

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

NO_SUCH = _("The machine {host} cannot be found.")
NOT_OPEN = _("The machine {host} stands in a network that sources may not reach.")
NO_ANSWER = _("{host} does not answer: {fault}.")
TOO_SLOW = _("{host} takes longer than {seconds} seconds.")
TOO_LARGE = _("{host} answers more than {mb} MB.")
NOT_AN_ADDRESS = _("This is not an address of the web.")
ANOTHER_STATUS = _("{host} answers {status} instead of the data.")


def open_networks() -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """The networks that may be reached although they are not public."""
    found = os.environ.get("VECHE_SOURCE_NETWORKS", "")
    return [ipaddress.ip_network(one.strip(), strict=False) for one in found.split(",") if one]


def may_reach(address: Address) -> bool:
    """Whether a source may be read at this address."""
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        address = mapped
    # Old ways from one version of the protocol to the other lead into private networks, too.
    detour = getattr(address, "sixtofour", None) or getattr(address, "is_site_local", False)
    if address.is_global and not (address.is_multicast or address.is_reserved or detour):
        return True
    return any(address in network for network in open_networks())


def look_up(host: str, port: int) -> str:
    """The one address that is spoken to; all of the machine's addresses must be allowed.

    Raises:
        Fault: there is none, or one of them may not be reached.
    """
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as fault:
        raise Fault(NO_SUCH, host=host) from fault
    found = [str(row[4][0]) for row in rows]
    for one in found:
        if not may_reach(ipaddress.ip_address(one.partition("%")[0])):
            raise Fault(NOT_OPEN, host=host)
    if not found:
        raise Fault(NO_SUCH, host=host)
    return found[0]


def connect(host: str, port: int) -> socket.socket:
    """A connection to a machine that may be reached.

    Raises:
        Fault: it may not be, or does not answer.
    """
    address = look_up(host, port)
    try:
        return socket.create_connection((address, port), timeout=PATIENCE)
    except OSError as fault:
        raise Fault(NO_ANSWER, host=host, fault=_what(fault)) from fault


def fetch(address: str, headers: Mapping[str, str] | None = None, most: int = MOST) -> bytes:
    """What stands at an address of the web; at most ``most`` bytes.

    Raises:
        Fault: the address is none, may not be reached, answers too slowly, too much or not with
            what was asked for.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as fault:
        raise Fault(NOT_AN_ADDRESS) from fault
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.password:
        raise Fault(NOT_AN_ADDRESS)
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    if not path.isascii() or any(ord(sign) <= 32 for sign in path):
        raise Fault(NOT_AN_ADDRESS)
    until = time.monotonic() + LONGEST
    secure = parts.scheme == "https"
    line = connect(host, port or (443 if secure else 80))
    talk = http.client.HTTPConnection(host, port or (443 if secure else 80), timeout=PATIENCE)
    # A machine that drips its heads sign by sign would keep every pause and never come to an end.
    cut = threading.Timer(LONGEST, _cut, [line])
    cut.daemon = True
    cut.start()
    try:
        if secure:
            line = ssl.create_default_context().wrap_socket(line, server_hostname=host)
        talk.sock = line
        sent = {"Accept-Encoding": "identity", "User-Agent": "veche", **(headers or {})}
        talk.request("GET", path, headers=sent)
        answer = talk.getresponse()
        if answer.status != 200:
            raise Fault(ANOTHER_STATUS, host=host, status=answer.status)
        return _body(answer, host, most, until)
    except (OSError, http.client.HTTPException, ValueError) as fault:
        if time.monotonic() > until or isinstance(fault, TimeoutError):
            raise Fault(TOO_SLOW, host=host, seconds=int(PATIENCE)) from fault
        raise Fault(NO_ANSWER, host=host, fault=_what(fault)) from fault
    finally:
        cut.cancel()
        talk.close()
        line.close()


def within(seconds: float) -> Fetch:
    """A way to fetch several pages, all of which must begin within so many seconds."""
    until = time.monotonic() + seconds

    def some(
        address: str, headers: Mapping[str, str] | None = None, most: int = MOST
    ) -> bytes:  # fmt: skip
        if time.monotonic() > until:
            host = urlsplit(address).hostname or ""
            raise Fault(TOO_SLOW, host=host, seconds=int(seconds))
        return fetch(address, headers, most)

    return some


def _cut(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _body(answer: http.client.HTTPResponse, host: str, most: int, until: float) -> bytes:
    """The body, part by part: a machine that drips is cut off like one that pours."""
    parts: list[bytes] = []
    size = 0
    while part := answer.read1(_PART):
        size += len(part)
        if size > most:
            raise Fault(TOO_LARGE, host=host, mb=round(most / 1024 / 1024, 1))
        if time.monotonic() > until:
            raise Fault(TOO_SLOW, host=host, seconds=int(LONGEST))
        parts.append(part)
    if time.monotonic() > until:  # cut off by us, which looks like an end
        raise Fault(TOO_SLOW, host=host, seconds=int(LONGEST))
    if answer.length:  # less than its head said: half a table is none
        raise Fault(NO_ANSWER, host=host, fault="IncompleteRead")
    return b"".join(parts)


def _what(fault: BaseException) -> str:
    """The kind of a fault of the network, without what might stand in its text."""
    if isinstance(fault, OSError) and fault.strerror and not isinstance(fault, ssl.SSLError):
        return fault.strerror
    return type(fault).__name__
