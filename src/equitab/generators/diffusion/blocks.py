"""Which blocks of an encoded table are context, which are drawn, and how they come together again."""

from __future__ import annotations

import numpy as np

from equitab.encoding import EncodedTable, NumericalColumn, TableEncoder
from equitab.generators.diffusion.model import Columns


def value_codes(encoder: TableEncoder, encoded: EncodedTable) -> np.ndarray:
    """Return for every score a code of the number that it decodes to, equal for equal numbers."""
    codes = np.zeros(encoded.numeric.shape, dtype=np.int64)
    for place, name in enumerate(encoded.numeric_names):
        column = encoder.column(name)
        assert isinstance(column, NumericalColumn)
        numbers = column.scale.read(column.grid.decode(encoded.numeric[:, place]))
        codes[:, place] = np.unique(numbers, return_inverse=True)[1].ravel()
    return codes


def _selection(encoded: EncodedTable, names: set[str], *, is_in: bool) -> tuple[list[int], list[int]]:
    """Positions of the numeric and categorical blocks whose column is (or is not) among some names."""
    numeric = [k for k, name in enumerate(encoded.numeric_names) if (name in names) == is_in]
    codes = [k for k, name in enumerate(encoded.categorical_names) if (name in names) == is_in]
    return numeric, codes


def columns_of(
    encoded: EncodedTable, values: np.ndarray, context_names: set[str], *, wants_context: bool
) -> Columns:
    """Return the context's columns, or all others."""
    numeric, codes = _selection(encoded, context_names, is_in=wants_context)
    return Columns(
        encoded.numeric[:, numeric],
        encoded.categorical[:, codes],
        tuple(encoded.cardinalities[k] for k in codes),
        values[:, numeric],
    )


def context_part(encoded: EncodedTable, names: set[str]) -> EncodedTable:
    """Return the blocks of some columns."""
    numeric, codes = _selection(encoded, names, is_in=True)
    return EncodedTable(
        encoded.numeric[:, numeric],
        encoded.categorical[:, codes],
        tuple(encoded.cardinalities[k] for k in codes),
        tuple(encoded.numeric_names[k] for k in numeric),
        tuple(encoded.categorical_names[k] for k in codes),
    )


def assemble(
    blocks: EncodedTable, context: EncodedTable, numeric: np.ndarray, categorical: np.ndarray
) -> EncodedTable:
    """Put context and drawn columns back into the encoder's order of blocks."""
    names = {*context.numeric_names, *context.categorical_names}
    numeric_in, codes_in = _selection(blocks, names, is_in=True)
    numeric_out, codes_out = _selection(blocks, names, is_in=False)
    scores = np.zeros((context.n_rows, len(blocks.numeric_names)))
    codes = np.zeros((context.n_rows, len(blocks.categorical_names)), dtype=np.int64)
    scores[:, numeric_in], scores[:, numeric_out] = context.numeric, numeric
    codes[:, codes_in], codes[:, codes_out] = context.categorical, categorical
    return blocks.replaced(scores, codes)
