"""What keeps the page to its reader: which host names it answers to, and what a browser may do with it.

A page on loopback is reachable by every web site that the reader opens: a site may point its own name at
127.0.0.1 (DNS rebinding) and read what is served there. The browser then still sends the site's name, so a
request for any name but this machine's own is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""On every answer: no script at all, nothing from elsewhere, in nobody's frame, in no cache."""

_METHODS = ("GET", "HEAD")


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine talking to itself.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, True, False)
    """
    address = _address(host)
    return address.is_loopback if address else host.lower() == "localhost"


def allows_host(header: str, names: Iterable[str], *, any_address: bool = False) -> bool:
    """Say whether a Host header names this server.

    Parameters
    ----------
    header : str
        As it came, with or without a port.
    names : iterable of str
        The names that this server goes by.
    any_address : bool, default False
        Whether any numeric address will do, as for a server that listens on all of them; a name never will.

    Returns
    -------
    bool

    Examples
    --------
    >>> allows_host("127.0.0.1:8780", ["127.0.0.1"]), allows_host("evil.example:8780", ["127.0.0.1"])
    (True, False)
    """
    host = host_of(header)
    return host in {name.lower() for name in names} or (any_address and _address(host) is not None)


def host_of(header: str) -> str:
    """Return the host of a Host header without its port and brackets; nothing where it is malformed.

    Examples
    --------
    >>> host_of("LOCALHOST:80"), host_of("[::1]:8780"), host_of("a:b:c")
    ('localhost', '::1', '')
    """
    text = header.strip().lower()
    if text.startswith("["):
        host, bracket, port = text[1:].partition("]")
        port = port.removeprefix(":")
        return host if bracket and (not port or port.isdecimal()) else ""
    host, _, port = text.partition(":")
    return host if not port or port.isdecimal() else ""


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


class Guard:
    """Stands before the application: refuses foreign names and everything but reading, and adds the headers.

    Parameters
    ----------
    app : ASGIApp
    names : tuple of str
        The host names that are answered.
    any_address : bool
        Whether any numeric address is answered as well.
    """

    def __init__(self, app: ASGIApp, *, names: tuple[str, ...], any_address: bool = False) -> None:
        self.app, self.names, self.any_address = app, names, any_address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*_without_own(message["headers"]), *_HEADER_PAIRS]
            await send(message)

        refusal = self._refusal(scope)
        if refusal is None:
            await self.app(scope, receive, send_guarded)
        else:
            await _answer(send_guarded, *refusal)

    def _refusal(self, scope: Scope) -> tuple[int, str, list[tuple[bytes, bytes]]] | None:
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1 or not allows_host(hosts[0], self.names, any_address=self.any_address):
            return (
                421,
                "This server does not go by that name. Open the address that equitab serve printed.\n",
                [],
            )
        if scope["method"] not in _METHODS:
            return 405, "This page only shows: nothing can be sent to it.\n", [(b"allow", b"GET, HEAD")]
        return None


_HEADER_PAIRS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]


def _without_own(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    own = {name for name, _ in _HEADER_PAIRS}
    return [(name, value) for name, value in headers if name.lower() not in own]


async def _answer(send: Send, status: int, text: str, headers: list[tuple[bytes, bytes]]) -> None:
    body = text.encode()
    start = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*start, *headers]})
    await send({"type": "http.response.body", "body": body})
