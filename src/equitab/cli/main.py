"""The command ``equitab``: one file for each command, and this one, which knows them all."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from equitab.cli.assure import assure
from equitab.cli.audit import audit
from equitab.cli.augment import augment
from equitab.cli.certify import certify
from equitab.cli.demo import demo
from equitab.cli.evaluate import evaluate
from equitab.cli.fit import fit
from equitab.cli.frontier import frontier
from equitab.cli.guard import INTERRUPTED, guarded
from equitab.cli.history import history
from equitab.cli.impute import impute
from equitab.cli.init import init
from equitab.cli.monitor import monitor
from equitab.cli.options import expanded
from equitab.cli.predict import predict
from equitab.cli.run import run as run_command
from equitab.cli.sample import sample
from equitab.cli.search import search
from equitab.cli.serve import serve
from equitab.cli.study import study
from equitab.cli.verify import verify

app = typer.Typer(
    name="equitab",
    help="Turn a biased or unbalanced table about people into one that is safe to learn from, and prove it.",
    epilog="Exit codes: 0 done or met, 1 violated, 2 bad call or bad input, 3 undetermined, 130 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

for _command, _name in (
    (demo, "demo"),
    (init, "init"),
    (audit, "audit"),
    (run_command, "run"),
    (fit, "fit"),
    (sample, "sample"),
    (augment, "augment"),
    (impute, "impute"),
    (evaluate, "evaluate"),
    (predict, "predict"),
    (search, "search"),
    (frontier, "frontier"),
    (certify, "certify"),
    (verify, "verify"),
    (monitor, "monitor"),
    (history, "history"),
    (study, "study"),
    (assure, "assure"),
    (serve, "serve"),
):
    app.command(_name)(expanded(guarded(_command)))


def _show_version(is_asked: bool) -> None:
    if is_asked:
        from equitab import __version__

        print(f"equitab {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """Turn a biased or unbalanced table about people into one that is safe to learn from, and prove it."""


def run() -> None:
    """Run the command line: the entry point of ``equitab``."""
    # Before OpenMP is loaded: waiting threads that spin slow each other down on few cores.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        app()
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        sys.exit(INTERRUPTED)
