"""The pages as a web application: five addresses, each as HTML or, with ``format=json``, as JSON."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from equitab.errors import EquitabError, MissingExtraError
from equitab.serve.certificate_page import FileChecker, lay_out_certificate
from equitab.serve.chain_watch import ChainReport, ChainWatch
from equitab.serve.guards import Guard
from equitab.serve.overview import lay_out_overview
from equitab.serve.records import EvidenceSource
from equitab.serve.rendering import page_address, render_page, style_sheet
from equitab.serve.run_page import lay_out_run
from equitab.serve.runs_page import lay_out_runs
from equitab.serve.subject_page import lay_out_subject

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp

Parameters = Mapping[str, str]
_LONGEST_QUERY = 8_000


class Page(Protocol):
    """What the functions that lay pages out return."""

    def to_dict(self) -> dict[str, Any]:
        """Return the page as plain values."""


def make_application(
    source: EvidenceSource,
    watch: ChainWatch,
    *,
    names: tuple[str, ...] = ("127.0.0.1", "localhost", "::1"),
    any_address: bool = False,
    check_file: FileChecker | None = None,
) -> ASGIApp:
    """Return the pages over a store as an ASGI application.

    Parameters
    ----------
    source : EvidenceSource
        What the pages show; it is only read.
    watch : ChainWatch
        Knows whether the chain of the store holds.
    names : tuple of str
        The host names that are answered.
    any_address : bool, default False
        Whether any numeric address is answered as well.
    check_file : callable or None
        Finds and checks the file of a certificate.

    Returns
    -------
    ASGIApp

    Raises
    ------
    MissingExtraError
        If the extra ``ui`` is not installed.
    """
    try:
        from starlette.applications import Starlette
        from starlette.routing import Route
    except ImportError as error:
        raise MissingExtraError("ui", "the page of 'equitab serve'") from error
    pages = Pages(source, watch, check_file)
    routes = [
        Route("/", pages.overview, methods=["GET"]),
        Route("/subject", pages.subject, methods=["GET"]),
        Route("/runs", pages.runs, methods=["GET"]),
        Route("/run", pages.run, methods=["GET"]),
        Route("/certificate", pages.certificate, methods=["GET"]),
        Route("/style.css", pages.style, methods=["GET"]),
    ]
    app = Starlette(routes=routes, exception_handlers={404: pages.not_found, Exception: pages.fault})
    app.router.redirect_slashes = False
    return Guard(app, names=names, any_address=any_address)


class Pages:
    """Answers to the addresses.

    Parameters
    ----------
    source : EvidenceSource
    watch : ChainWatch
    check_file : callable or None
    """

    def __init__(self, source: EvidenceSource, watch: ChainWatch, check_file: FileChecker | None) -> None:
        self._source, self._watch, self._check_file = source, watch, check_file

    def overview(self, request: Request) -> Response:
        """Show how everything stands."""
        return self._answer(
            request,
            "overview.html.j2",
            lambda asked, chain: lay_out_overview(self._source, self._source.head(), chain, asked),
        )

    def subject(self, request: Request) -> Response:
        """Show one subject over time."""
        return self._answer(request, "subject.html.j2", lambda asked, _: lay_out_subject(self._source, asked))

    def runs(self, request: Request) -> Response:
        """Show all runs."""
        return self._answer(request, "runs.html.j2", lambda asked, _: lay_out_runs(self._source, asked))

    def run(self, request: Request) -> Response:
        """Show one run."""
        return self._answer(request, "run.html.j2", lambda asked, _: lay_out_run(self._source, asked))

    def certificate(self, request: Request) -> Response:
        """Show one certificate."""
        return self._answer(
            request,
            "certificate.html.j2",
            lambda asked, _: lay_out_certificate(self._source, asked, self._check_file),
        )

    def style(self, _: Request) -> Response:
        """Send the style sheet."""
        from starlette.responses import Response

        return Response(style_sheet(), media_type="text/css")

    def not_found(self, request: Request, _: Exception | None = None) -> Response:
        """Say that there is nothing at an address."""
        return self._say(request, 404, "Nothing here", "The store holds nothing at this address.")

    def fault(self, request: Request, error: Exception) -> Response:
        """Say that a page could not be made: its kind and place on stderr, nothing of what it holds."""
        place = traceback.extract_tb(error.__traceback__)[-1:]
        where = "".join(f" at {Path(frame.filename).name}:{frame.lineno}" for frame in place)
        print(f"Fault on a page: {type(error).__name__}{where}.", file=sys.stderr)
        text = "This page could not be made. This is a fault of equitab's, not of the store."
        return self._say(request, 500, "A fault", text)

    def _answer(
        self,
        request: Request,
        template: str,
        lay_out: Callable[[Parameters, ChainReport], Page | None],
    ) -> Response:
        if len(request.url.query) > _LONGEST_QUERY:
            return self._say(
                request, 414, "Too long", "This address is longer than any that this page makes."
            )
        try:
            chain = self._watch.report(self._source.head().n_rows)
            page = lay_out(request.query_params, chain)
        except EquitabError as error:
            return self._say(request, 503, "The store cannot be read", str(error))
        if page is None:
            return self.not_found(request)
        if _wants_json(request):
            return _json({"store": self._source.name, **page.to_dict()})
        return _html(template, {"page": page, "chain": chain, **self._frame(request)})

    def _say(self, request: Request, status: int, title: str, text: str) -> Response:
        if _wants_json(request):
            return _json({"error": text}, status)
        return _html("message.html.j2", {"title": title, "text": text, **self._frame(request)}, status)

    def _frame(self, request: Request) -> dict[str, Any]:
        asked = {**request.query_params, "format": "json"}
        return {
            "store": self._source.name,
            "json_address": page_address(request.url.path.strip("/"), **asked),
        }


def _wants_json(request: Request) -> bool:
    return request.query_params.get("format") == "json"


def _html(template: str, values: Mapping[str, Any], status: int = 200) -> Response:
    from starlette.responses import HTMLResponse

    return HTMLResponse(render_page(template, values), status_code=status)


def _json(data: Mapping[str, Any], status: int = 200) -> Response:
    from starlette.responses import Response

    text = json.dumps(_finite(data), indent=2, ensure_ascii=False, allow_nan=False)
    return Response(text.encode("utf-8", "replace"), status_code=status, media_type="application/json")


def _finite(value: Any) -> Any:
    """Return plain data in which a number that is not finite is null."""
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value
