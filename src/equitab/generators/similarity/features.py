"""The features of encoded rows as Gower's similarity sees them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from equitab.encoding import CategoricalColumn, EncodedTable, TableEncoder
from equitab.generators.similarity.gower import MISSING
from equitab.generators.similarity.labels import numbers_of

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


def feature_names(encoder: TableEncoder, target: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the numeric and the categorical columns that rows are compared by: all but the target."""
    columns = [column for column in encoder.columns_ if column.name != target]
    categorical = tuple(column.name for column in columns if isinstance(column, CategoricalColumn))
    return tuple(column.name for column in columns if column.name not in categorical), categorical


def read_features(
    encoder: TableEncoder, encoded: EncodedTable, target: str, missing_tokens: tuple[str, ...]
) -> tuple[Floats, Codes]:
    """Return numbers (n_rows, n_numeric) with NaN, and codes (n_rows, n_categorical) with -1, where missing.

    Parameters
    ----------
    encoder : TableEncoder
    encoded : EncodedTable
    target : str
        Left out.
    missing_tokens : tuple of str
        Texts that stand for a missing value.
    """
    numeric, categorical = feature_names(encoder, target)
    numbers = [numbers_of(encoder, encoded, name) for name in numeric]
    codes = [_codes_of(encoder, encoded, name, missing_tokens) for name in categorical]
    return (
        np.column_stack([np.empty((encoded.n_rows, 0)), *numbers]),
        np.column_stack([np.empty((encoded.n_rows, 0), dtype=np.int64), *codes]),
    )


def _codes_of(
    encoder: TableEncoder, encoded: EncodedTable, name: str, missing_tokens: tuple[str, ...]
) -> Codes:
    column = encoder.column(name)
    assert isinstance(column, CategoricalColumn)
    codes = encoded.categorical[:, encoded.categorical_names.index(name)]
    return np.where(column.is_missing(missing_tokens)[codes], MISSING, codes)
