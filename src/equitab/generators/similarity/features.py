"""The features of encoded rows as Gower's similarity sees them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, frame_from_columns
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


def with_known_categories(
    frame: Frame, encoder: TableEncoder, real: EncodedTable, exempt: tuple[str, ...]
) -> tuple[Frame, int]:
    """Return later rows with categories that were never learned replaced, as rare ones were, and in how many rows.

    Parameters
    ----------
    frame : Frame
    encoder : TableEncoder
    real : EncodedTable
        The training rows, whose most frequent category takes the place.
    exempt : tuple of str
        Columns that are left as they are: encoding refuses what was never learned there.
    """
    columns = {name: frame[name].to_native() for name in frame.columns}
    is_replaced = np.zeros(len(frame), dtype=bool)
    for column in encoder.columns_:
        if not isinstance(column, CategoricalColumn) or column.name in exempt or column.name not in columns:
            continue
        codes = column.find(columns[column.name].combine_chunks())
        held = real.categorical[:, real.categorical_names.index(column.name)]
        columns[column.name] = column.decode(np.where(codes < 0, np.bincount(held).argmax(), codes))
        is_replaced |= codes < 0
    if not is_replaced.any():
        return frame, 0
    for found in encoder.determined_:
        if found.name in columns and (found.by is None or found.by in columns):
            columns[found.name] = found.restore(columns[found.by] if found.by else None, len(frame))
    return frame_from_columns(columns), int(is_replaced.sum())


def _codes_of(
    encoder: TableEncoder, encoded: EncodedTable, name: str, missing_tokens: tuple[str, ...]
) -> Codes:
    column = encoder.column(name)
    assert isinstance(column, CategoricalColumn)
    codes = encoded.categorical[:, encoded.categorical_names.index(name)]
    return np.where(column.is_missing(missing_tokens)[codes], MISSING, codes)
