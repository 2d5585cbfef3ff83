"""A fitted chain without its models as plain data and arrays, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from equitab.encoding import CategoricalColumn, TableEncoder
from equitab.errors import SavedFormatError
from equitab.generators.autoregressive.cells import Cells
from equitab.generators.autoregressive.chain import Chain, Choice
from equitab.generators.autoregressive.columns import CategoryChoices, ColumnChoices, NumberChoices


def chain_to_dict(chain: Chain) -> dict[str, Any]:
    """Return what JSON holds of a chain: the order, and which choices there are."""
    return {
        "order": list(chain.order),
        "redrawn": list(chain.redrawn),
        "choices": [[choice.name, choice.part, choice.is_redrawn] for choice in chain.models],
        "factors": [
            [choice.name, choice.part, choice.is_redrawn, held.tolist()]
            for choice, held in chain.factors.items()
        ],
        "companions": {
            name: list(choices.companions)
            for name, choices in chain.columns.items()
            if isinstance(choices, NumberChoices) and choices.companions
        },
    }


def chain_arrays(chain: Chain) -> dict[str, np.ndarray]:
    """Return the arrays of a chain, by name."""
    found: dict[str, np.ndarray] = {}
    for place, name in enumerate(chain.order):
        choices = chain.columns[name]
        if isinstance(choices, NumberChoices):
            found[f"bounds_{place}"] = choices.cells.bounds
            found[f"is_point_{place}"] = choices.cells.is_point
    return found


def chain_from_saved(
    data: Mapping[str, Any], arrays: Mapping[str, np.ndarray], encoder: TableEncoder
) -> Chain:
    """Return the chain that was saved, without its models.

    Raises
    ------
    SavedFormatError
        If the parts do not belong together.
    """
    companions = {name: tuple(held) for name, held in data["companions"].items()}
    columns = {
        name: _choices(encoder, name, place, arrays, companions.get(name, ()))
        for place, name in enumerate(data["order"])
    }
    factors = {
        Choice(name, part, is_redrawn): np.array(held, dtype=np.float64)
        for name, part, is_redrawn, held in data.get("factors", ())  # folders of earlier releases have none
    }
    return Chain(columns, tuple(data["order"]), tuple(data["redrawn"]), {}, factors)


def _choices(
    encoder: TableEncoder,
    name: str,
    place: int,
    arrays: Mapping[str, np.ndarray],
    companions: tuple[str, ...],
) -> ColumnChoices:
    column = encoder.column(name)
    if column is None:
        raise SavedFormatError(f"the saved chain draws a column {name!r} that its encoder does not hold")
    if isinstance(column, CategoricalColumn):
        return CategoryChoices(column)
    return NumberChoices(column, Cells(arrays[f"bounds_{place}"], arrays[f"is_point_{place}"]), companions)
