"""``equitab monitor``: whether a certified run still keeps its promises."""

from __future__ import annotations

from typing import Annotated

import typer

from equitab.cli.options import CommonFlags


def monitor(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The folder of a run with a contract and a certificate.")
    ],
    common: CommonFlags,
    table: Annotated[
        str,
        typer.Option(
            "--table",
            metavar="NEW",
            help="New real rows whose outcomes became known; read anew at every look.",
        ),
    ],
    every: Annotated[
        float | None,
        typer.Option("--every", metavar="SECONDS", min=0, help="Look again after so many seconds."),
    ] = None,
    times: Annotated[
        int | None,
        typer.Option(
            "--times", metavar="N", min=1, help="How many looks; with --every and without it, no end."
        ),
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(
            "--store",
            metavar="URL|FILE|none",
            help="Where the evidence is kept; where the run's recipe says without, nowhere with none.",
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            "--key", metavar="FILE", help="The private key that signs renewals; the local one without."
        ),
    ] = None,
) -> None:
    """Check a certified run on new rows: 0 in force, 1 violated, revoked or expired, 3 undetermined.

    Where data, model or code changed, the saved model is judged on the new rows, the contract is checked again, and
    the certificate is renewed, suspended or revoked; --seed and --config change nothing.
    """
    from equitab.cli.output import print_json, print_lines, remark
    from equitab.pipeline.assurance.monitor import MonitorCheck
    from equitab.pipeline.assurance.monitor import monitor as watch

    def say(check: MonitorCheck) -> None:
        if not common.as_json:
            print_lines(check.lines())
        remark([f"Note: {one}" for one in check.remarks], quiet=common.quiet)

    checks = watch(run, table, every=every, times=times, store=store, key=key, on_check=say)
    if common.as_json:
        print_json({"checks": [check.to_dict() for check in checks]})
    if checks[-1].exit_code:
        raise typer.Exit(checks[-1].exit_code)
