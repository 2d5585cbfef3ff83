"""Serves the pages: finds a port, says where, and ends cleanly."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from equitab.errors import InputError, MissingExtraError, Problem
from equitab.serve.application import make_application
from equitab.serve.certificate_page import FileChecker
from equitab.serve.chain_watch import ChainWatch
from equitab.serve.guards import is_loopback
from equitab.serve.rendering import load_templates
from equitab.serve.store_source import StoreSource

if TYPE_CHECKING:
    import uvicorn

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8780
_EVERY_ADDRESS = {"0.0.0.0", "::", ""}
_PORTS_TRIED = 100


@dataclass(frozen=True)
class Listening:
    """Where the pages can be seen.

    Parameters
    ----------
    url : str
    store : str
        Without a password.
    is_exposed : bool
        Whether other machines can reach it.
    """

    url: str
    store: str
    is_exposed: bool


def serve(
    store: str | Path | None = None,
    *,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    expose: bool = False,
    runs: tuple[str | Path, ...] = (),
    on_listening: Callable[[Listening], None] | None = None,
) -> None:
    """Show an evidence store on a local page until it is interrupted.

    The page only reads: the store is opened for reading, none is ever made, and only GET and HEAD are answered.
    There is no login. Without `expose` nobody but this machine reaches it.

    Parameters
    ----------
    store : str, Path or None
        As for `equitab history`; None is the user's own.
    host : str, default "127.0.0.1"
        The address to listen on.
    port : int, default 8780
        0 takes any free one.
    expose : bool, default False
        Needed for a host that other machines reach.
    runs : tuple of str or Path
        Folders of runs, or folders of such folders, whose certificates are verified when they are shown.
    on_listening : callable or None
        Called once, when the page can be opened.

    Raises
    ------
    InputError
        If there is no store, the port is taken, or the host is not this machine's.
    MissingExtraError
        If the extra ``ui`` is not installed.
    SavedFormatError, StorageError
        If the store cannot be read.
    """
    _check_place(host, port, expose)
    _check_extra()
    source = StoreSource.open(store)
    watch = ChainWatch(source)
    with contextlib.closing(source), _bound_socket(host, port) as listener:
        application = make_application(
            source,
            watch,
            names=(*_own_names(host), "localhost", "127.0.0.1", "::1"),
            any_address=host in _EVERY_ADDRESS,
            check_file=_file_checker(runs, store),
        )
        said = Listening(_url(host, listener), source.name, is_exposed=not is_loopback(host))
        source.prepare()
        load_templates()
        watch.start()
        try:
            _run_until_interrupted(application, listener, lambda: on_listening and on_listening(said))
        finally:
            watch.stop()


def _check_place(host: str, port: int, expose: bool) -> None:
    problems = []
    if not 0 <= port <= 65535:
        problems.append(Problem("port", "0 (any free one) to 65535", str(port), f"--port {DEFAULT_PORT}"))
    if not expose and not is_loopback(host):
        next_step = (
            f"--host {DEFAULT_HOST}, or --expose if everybody who reaches this machine may read the store"
        )
        problems.append(Problem("host", "an address of this machine alone", repr(host), next_step))
    if problems:
        raise InputError(problems)


def _check_extra() -> None:
    if find_spec("starlette") is None or find_spec("uvicorn") is None:
        raise MissingExtraError("ui", "the page of 'equitab serve'")


@contextmanager
def _bound_socket(host: str, port: int) -> Iterator[socket.socket]:
    """Hold the port before anything is said about it; of a taken one say which is free."""
    listener = _listen(host, port)
    try:
        yield listener
    finally:
        listener.close()


def _listen(host: str, port: int) -> socket.socket:
    family, address = _resolve(host, port)
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # a port whose last connection is still closing is free
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise _refused(host, port, error) from error
    return listener


def _resolve(host: str, port: int) -> tuple[int, tuple[object, ...]]:
    try:
        found = socket.getaddrinfo(host or "0.0.0.0", port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        problem = Problem("host", "an address of this machine", repr(host), f"--host {DEFAULT_HOST}")
        raise InputError(problem) from error
    family, _, _, _, address = found[0]
    return family, address


def _refused(host: str, port: int, error: OSError) -> InputError:
    if error.errno == errno.EADDRINUSE:
        free = _next_free_port(host, port)
        next_step = f"--port {free} is free" if free else "--port 0 takes any free one"
        return InputError(
            Problem("port", "one that is free", f"{port}, which another program holds", next_step)
        )
    if error.errno in {errno.EACCES, errno.EPERM}:
        return InputError(
            Problem("port", "1024 or more", f"{port}, which needs rights", f"--port {DEFAULT_PORT}")
        )
    received = f"{host!r} ({os.strerror(error.errno) if error.errno else 'refused'})"
    return InputError(Problem("host", "an address of this machine", received, f"--host {DEFAULT_HOST}"))


def _next_free_port(host: str, port: int) -> int | None:
    family, address = _resolve(host, port)
    for candidate in range(port + 1, min(port + _PORTS_TRIED, 65536)):
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            try:
                trial.bind((address[0], candidate, *address[2:]))
            except OSError:
                continue
            return candidate
    return None


def _own_names(host: str) -> tuple[str, ...]:
    return (socket.gethostname().lower(), socket.getfqdn().lower()) if host in _EVERY_ADDRESS else (host,)


def _url(host: str, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    shown = "127.0.0.1" if host in _EVERY_ADDRESS else host
    return f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"


def _run_until_interrupted(
    application: object, listener: socket.socket, on_listening: Callable[[], object]
) -> None:
    import uvicorn

    config = uvicorn.Config(
        application,  # type: ignore[arg-type]
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        ws="none",
        limit_concurrency=64,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=3,
    )
    server = _announcing(uvicorn.Server(config), on_listening)
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


def _announcing(server: uvicorn.Server, on_listening: Callable[[], object]) -> uvicorn.Server:
    """Have a server say when it is ready."""
    startup = server.startup

    async def start_and_say(*arguments: object, **options: object) -> None:
        await startup(*arguments, **options)  # type: ignore[arg-type]
        if server.started:
            on_listening()

    server.startup = start_and_say  # type: ignore[method-assign]
    return server


def _file_checker(runs: tuple[str | Path, ...], store: str | Path | None) -> FileChecker | None:
    from equitab.serve.certificate_files import CertificateFiles

    return CertificateFiles(tuple(map(Path, runs)), store).check if runs else None
