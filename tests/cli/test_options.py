"""Laws of the shared options: declared once, spread out for the command line, put together for the command."""

from __future__ import annotations

from typing import Annotated

import typer
from typer.testing import CliRunner

from equitab.cli.options import CommonFlags, SchemaFlags, expanded, out

seen: dict[str, object] = {}


def command(
    table: str,
    schema: SchemaFlags,
    common: CommonFlags,
    output: Annotated[str | None, out("Where to.")] = None,
) -> None:
    """Remember what came."""
    seen.update(table=table, schema=schema, common=common, output=output)


def test_groups_of_options_arrive_as_values() -> None:
    """Repeated flags become lists, absent ones None."""
    app = typer.Typer()
    app.command()(expanded(command))
    words = ["people.csv", "--sensitive", "sex", "--sensitive", "race", "--seed", "3", "--json", "--out", "x"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert seen["table"] == "people.csv"
    assert seen["output"] == "x"
    assert seen["schema"] == SchemaFlags(sensitive=["sex", "race"])
    assert seen["common"] == CommonFlags(seed=3, as_json=True)
