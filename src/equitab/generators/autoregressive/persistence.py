"""A fitted chain as plain data, arrays and LightGBM's text, and back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from equitab.encoding import CategoricalColumn, TableEncoder
from equitab.errors import SavedFormatError
from equitab.generators.autoregressive.boosting import ChoiceModel
from equitab.generators.autoregressive.cells import Cells
from equitab.generators.autoregressive.chain import Chain, Choice
from equitab.generators.autoregressive.columns import CategoryChoices, ColumnChoices, NumberChoices

TREES_NAME = "trees.txt"


def chain_to_dict(chain: Chain) -> dict[str, Any]:
    """Return what JSON holds of a chain: the order, and which choices there are."""
    sizes = [len(model.trees.encode()) for model in chain.models.values()]
    return {
        "order": list(chain.order),
        "redrawn": list(chain.redrawn),
        "choices": [[choice.name, choice.part, choice.is_redrawn] for choice in chain.models],
        "bytes_of_trees": sizes,
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
    for place, model in enumerate(chain.models.values()):
        found[f"shares_{place}"] = model.shares
        found[f"leaf_values_{place}"] = model.leaf_values
        found[f"leaf_starts_{place}"] = model.leaf_starts
    return found


def write_trees(chain: Chain, folder: Path) -> None:
    """Write LightGBM's texts of all choices, one after the other."""
    (folder / TREES_NAME).write_bytes(b"".join(model.trees.encode() for model in chain.models.values()))


def chain_from_saved(
    data: Mapping[str, Any], arrays: Mapping[str, np.ndarray], folder: Path, encoder: TableEncoder
) -> Chain:
    """Return the chain that was saved.

    Raises
    ------
    SavedFormatError
        If the parts do not belong together.
    """
    texts = (folder / TREES_NAME).read_bytes()
    ends = np.cumsum([0, *data["bytes_of_trees"]]).tolist()
    if ends[-1] != len(texts) or len(data["choices"]) != len(data["bytes_of_trees"]):
        raise SavedFormatError(
            f"{folder / TREES_NAME}: expected {ends[-1]} bytes of trees, found {len(texts)}"
        )
    companions = {name: tuple(held) for name, held in data["companions"].items()}
    columns = {
        name: _choices(encoder, name, place, arrays, companions.get(name, ()))
        for place, name in enumerate(data["order"])
    }
    models = {}
    for place, (name, part, is_redrawn) in enumerate(data["choices"]):
        models[Choice(name, part, is_redrawn)] = ChoiceModel(
            arrays[f"shares_{place}"],
            texts[ends[place] : ends[place + 1]].decode(),
            arrays[f"leaf_values_{place}"],
            arrays[f"leaf_starts_{place}"],
        )
    return Chain(columns, tuple(data["order"]), tuple(data["redrawn"]), models)


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
