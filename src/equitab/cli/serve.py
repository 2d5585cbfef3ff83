"""``equitab serve``: the evidence store on a local page."""

from __future__ import annotations

from typing import Annotated

import typer

from equitab.cli.options import CommonFlags

_PLACE = "Where it listens"


def serve(
    common: CommonFlags,
    store: Annotated[
        str | None,
        typer.Option(
            "--store", metavar="URL", help="The evidence store: a path or a URL; your own store without it."
        ),
    ] = None,
    host: Annotated[
        str,
        typer.Option("--host", metavar="ADDRESS", help="The address to listen on.", rich_help_panel=_PLACE),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="NUMBER", help="0 takes any free one.", rich_help_panel=_PLACE)
    ] = 8780,
    expose: Annotated[
        bool,
        typer.Option(
            "--expose",
            help="Allow a --host that other machines reach. There is no login: whoever reaches it reads everything.",
            rich_help_panel=_PLACE,
        ),
    ] = False,
    open_browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Whether to open the page in a browser.")
    ] = False,
    runs: Annotated[
        list[str] | None,
        typer.Option(
            "--runs",
            metavar="DIR",
            help="A folder of runs, whose certificates are verified when they are shown; repeat for several.",
        ),
    ] = None,
) -> None:
    """Show promises, evidence and certificates on a local page that only reads; Ctrl-C ends it."""
    import sys

    from equitab.cli.output import print_json, remark
    from equitab.serve import Listening
    from equitab.serve import serve as show

    def announce(place: Listening) -> None:
        if common.as_json:
            print_json({"url": place.url, "store": place.store, "is_exposed": place.is_exposed})
        else:
            print(f"Evidence of {place.store}: {place.url}")
        sys.stdout.flush()
        if place.is_exposed:
            remark([_EXPOSED], quiet=False)
        remark(["It only shows; nothing can be changed there. Ctrl-C ends it."], quiet=common.quiet)
        if open_browser:
            _open(place.url)

    show(store, host=host, port=port, expose=expose, runs=tuple(runs or ()), on_listening=announce)
    remark(["Ended."], quiet=common.quiet)


_EXPOSED = (
    "Warning: other machines can reach this page, there is no login and no encryption: whoever reaches it reads "
    "the whole store."
)


def _open(url: str) -> None:
    """Open a browser beside the server, which must not wait for it."""
    import threading
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
