"""The options of a run's promises: what it promises, and where its evidence is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer

_PROMISES = "Promises and evidence"


@dataclass(frozen=True, kw_only=True)
class ContractFlags:
    """What a run promises, in place of its recipe's key ``contract``."""

    contract: Annotated[
        list[str] | None,
        typer.Option(
            "--contract",
            metavar="FILE|TEMPLATE",
            help="A contract's file, or a ready-made promise; repeat for several of these.",
            rich_help_panel=_PROMISES,
        ),
    ] = None
    store: Annotated[
        str | None,
        typer.Option(
            "--store",
            metavar="URL|FILE|none",
            help="Where the evidence is kept; your own store without, nowhere with none.",
            rich_help_panel=_PROMISES,
        ),
    ] = None


def contract_changes(flags: ContractFlags) -> dict[str, Any]:
    """Return what the flags change in a recipe."""
    from equitab.pipeline.assurance.recipe_contract import contract_words

    return contract_words(flags.contract, flags.store)
