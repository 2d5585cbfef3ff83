"""``equitab verify``: whether a certificate holds, and if not, what exactly does not."""

from __future__ import annotations

from typing import Annotated

import typer

from equitab.cli.options import CommonFlags


def verify(
    certificate: Annotated[
        str, typer.Argument(metavar="CERTIFICATE|RUN", help="A certificate's file, or the folder of a run.")
    ],
    common: CommonFlags,
    run: Annotated[
        str | None,
        typer.Option("--run", metavar="DIR", help="The run's folder, where the certificate lies elsewhere."),
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option(
            "--key",
            metavar="PUBLIC.pem",
            help="Trust this public key and no other; repeat for several. Your own trusted keys otherwise.",
        ),
    ] = None,
    table: Annotated[
        str | None,
        typer.Option("--table", metavar="TABLE", help="The source table; its content is compared."),
    ] = None,
    recompute: Annotated[
        bool,
        typer.Option("--recompute", help="Judge the saved model again on the real rows, and compare."),
    ] = False,
    store: Annotated[
        str | None,
        typer.Option(
            "--store",
            metavar="URL",
            help="The evidence store that may know it was revoked; your own otherwise, none for no store.",
        ),
    ] = None,
) -> None:
    """Check a certificate: signature, files, verdict, time, and with --recompute the measurements."""
    from equitab.cli.output import print_json
    from equitab.cli.verify_text import print_verification
    from equitab.pipeline.assurance.verify import verify as verify_certificate

    found = verify_certificate(
        certificate, run=run, keys=key or (), table=table, recompute=recompute, store=store
    )
    if common.as_json:
        print_json(found.to_dict())
    else:
        print_verification(found, quiet=common.quiet)
    if found.exit_code:
        raise typer.Exit(found.exit_code)
