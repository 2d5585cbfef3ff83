"""``equitab predict``: use the model that a run chose."""

from __future__ import annotations

from typing import Annotated

import typer

from equitab.cli.options import CommonFlags, Overwrite, TableArgument, out


def predict(
    source: Annotated[str, typer.Argument(metavar="RUN", help="The folder of a run, or of a saved model.")],
    table: TableArgument,
    common: CommonFlags,
    output: Annotated[str | None, out("Where the predictions go; CSV on stdout without it.")] = None,
    overwrite: Overwrite = False,
) -> None:
    """Predict with the model that a run chose; --seed and --config change nothing."""
    from equitab.cli.output import print_json, remark
    from equitab.pipeline import predict as predict_rows

    result = predict_rows(source, table, out=output, overwrite=overwrite)
    if common.as_json:
        print_json(result.to_dict())
    elif output is None:
        print(result.csv_text(), end="")
    if output is None:
        return
    remark(
        [f"Wrote {result.n_rows} predictions to {output}: {', '.join(result.columns)}."], quiet=common.quiet
    )
