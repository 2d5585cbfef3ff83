"""``equitab certify``: sign what a run found, judge somebody else's run, or make a key."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from equitab.cli.options import CommonFlags, Overwrite, out


@dataclass(frozen=True, kw_only=True)
class SigningFlags:
    """What is signed, by whom, for how long."""

    contract: Annotated[
        str | None,
        typer.Option("--contract", metavar="FILE", help="What is promised; the recipe's contract otherwise."),
    ] = None
    key: Annotated[
        str | None,
        typer.Option("--key", metavar="KEY.pem", help="Who signs; the local key of this machine otherwise."),
    ] = None
    lab: Annotated[
        str | None,
        typer.Option(
            "--lab", metavar="NAME", help="Judge somebody else's run under this name: measure it again."
        ),
    ] = None
    table: Annotated[
        str | None,
        typer.Option("--table", metavar="TABLE", help="For --lab: the source table, if it moved."),
    ] = None
    valid_days: Annotated[
        int | None,
        typer.Option("--valid-days", metavar="N", help="How long it is valid; 365 days otherwise."),
    ] = None


def certify(
    signing: SigningFlags,
    common: CommonFlags,
    run: Annotated[str | None, typer.Argument(metavar="RUN", help="The folder of a finished run.")] = None,
    output: Annotated[
        str | None, out("Where to write; certificate.json in the run's folder otherwise.", metavar="FILE")
    ] = None,
    overwrite: Overwrite = False,
    store: Annotated[
        str | None,
        typer.Option("--store", metavar="URL", help="The evidence store that is told; none for no store."),
    ] = None,
    revoke: Annotated[
        str | None,
        typer.Option("--revoke", metavar="REASON", help="Take the run's certificate back, for good."),
    ] = None,
    new_key: Annotated[
        str | None,
        typer.Option("--new-key", metavar="KEY.pem", help="Make a key pair, and do nothing else."),
    ] = None,
) -> None:
    """Sign a run: its files, its contract and the verdict, so that anybody can check them."""
    from equitab.cli.calls import asked_run, refuse_beside
    from equitab.cli.certify_text import report_certificate, report_key, report_withdrawal
    from equitab.pipeline.assurance.certify import certify as certify_run
    from equitab.pipeline.assurance.certify import make_key
    from equitab.pipeline.assurance.withdrawal import revoke as revoke_certificate

    others = {**asdict(signing), "out": output}
    if new_key is not None:
        refuse_beside("--new-key", run=run, revoke=revoke, store=store, **others)
        report_key(make_key(new_key), common)
        return
    if revoke is not None:
        refuse_beside("--revoke", **others)
        report_withdrawal(revoke_certificate(asked_run(run), reason=revoke, store=store), common)
        return
    issued = certify_run(
        asked_run(run),
        **asdict(signing),
        out=output,
        overwrite=overwrite,
        store=store,
    )
    report_certificate(issued, common)
