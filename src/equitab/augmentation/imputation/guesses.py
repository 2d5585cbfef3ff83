r"""One best value for a cell, made of many draws for it.

A category gets its most frequent draw. A number gets the mean (with the decimals that its column has), the median,
or the half-sample mode of its draws. What is no plain number (dates, numbers held as text) gets the draw that is
closest to that.

The half-sample mode halves the sorted draws again and again, each time keeping the half that lies closest together.

References
----------
Robertson, Cryer (1974), An iterative procedure for estimating the mode.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from equitab.augmentation.imputation.patterns import missing_tokens_of
from equitab.dataframe import Frame, frame_from_columns, take_rows
from equitab.schema import TableSchema, labels, numbers

Guess = Literal["mean", "median", "mode"]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

MOST_DECIMALS = 9
ROWS_AT_ONCE = 20_000


def best_guesses(draws: Frame, n_draws: int, schema: TableSchema, *, observed: Frame, guess: Guess) -> Frame:
    """Return one row of best values for each group of draws.

    Parameters
    ----------
    draws : Frame
        ``n_draws`` times the rows, one draw of all rows after the other.
    n_draws : int
    schema : TableSchema
    observed : Frame
        The table: its numbers say how many decimals a mean has.
    guess : {"mean", "median", "mode"}
        For numbers and dates; all other columns get their mode.
    """
    return concatenate_columns(
        [_best_of_column(draws.select(name), n_draws, schema, observed, guess) for name in draws.columns]
    )


def concatenate_columns(frames: Sequence[Frame]) -> Frame:
    """Return the columns of several frames side by side."""
    return frame_from_columns({name: frame.to_native()[name] for frame in frames for name in frame.columns})


def most_frequent(codes: IntArray) -> IntArray:
    """Return for each row the place of its most frequent code; of equally frequent ones the lowest code's.

    Examples
    --------
    >>> most_frequent(np.array([[2, 1, 1], [3, 0, 2]])).tolist()
    [1, 1]
    """
    n_codes = int(codes.max(initial=0)) + 1
    found = np.empty(len(codes), dtype=np.int64)
    for start in range(0, len(codes), ROWS_AT_ONCE):
        part = codes[start : start + ROWS_AT_ONCE]
        counts = (part[:, :, None] == part[:, None, :]).sum(axis=2)
        found[start : start + ROWS_AT_ONCE] = np.argmax(counts * n_codes - part, axis=1)
    return found


def half_sample_mode(values: FloatArray) -> FloatArray:
    """Return the half-sample mode of each row.

    Parameters
    ----------
    values : ndarray of float, shape (n_rows, n_draws)

    Returns
    -------
    ndarray of float, shape (n_rows,)
        One of the row's values.

    Examples
    --------
    >>> half_sample_mode(np.array([[9.0, 1.0, 1.1, 5.0, 1.3], [7.0, 7.0, 0.0, 7.0, 3.0]])).tolist()
    [1.0, 7.0]
    """
    held = np.sort(values, axis=1)
    while held.shape[1] > 2:
        half = (held.shape[1] + 1) // 2
        spans = held[:, half - 1 :] - held[:, : held.shape[1] - half + 1]
        start = np.argmin(spans, axis=1)
        held = np.take_along_axis(held, start[:, None] + np.arange(half), axis=1)
    return held[:, 0]


def decimals_of(values: FloatArray) -> int | None:
    """Return how many decimals a column's numbers have; None where they have more than nine.

    Examples
    --------
    >>> decimals_of(np.array([1.5, 2.0, np.nan])), decimals_of(np.array([1 / 3]))
    (1, None)
    """
    present = values[np.isfinite(values)]
    for decimals in range(MOST_DECIMALS + 1):
        if np.allclose(np.round(present, decimals), present, rtol=1e-12, atol=0.0):
            return decimals
    return None


def _best_of_column(draws: Frame, n_draws: int, schema: TableSchema, observed: Frame, guess: Guess) -> Frame:
    name = draws.columns[0]
    column = schema.column(name)
    n_rows = len(draws) // n_draws
    if column.kind in {"categorical", "boolean"}:
        codes = labels(draws, name).codes.reshape(n_draws, n_rows).T
        return _picked(draws, most_frequent(codes))
    tokens = missing_tokens_of(schema, name)
    drawn = numbers(draws, column, missing_tokens=tokens).reshape(n_draws, n_rows).T
    center = _center(drawn, guess)
    if guess != "mean" or not draws[name].dtype.is_numeric():
        return _picked(draws, np.argmin(np.abs(drawn - center[:, None]), axis=1))
    decimals = decimals_of(numbers(observed, column, missing_tokens=tokens))
    rounded = center if decimals is None else np.round(center, decimals)
    return _in_type(rounded, draws)


def _center(drawn: FloatArray, guess: Guess) -> FloatArray:
    if guess == "mean":
        return np.asarray(drawn.mean(axis=1))
    return half_sample_mode(drawn) if guess == "mode" else np.asarray(np.median(drawn, axis=1))


def _picked(draws: Frame, which: IntArray) -> Frame:
    """Return for each row the draw that was chosen."""
    return take_rows(draws, which * len(which) + np.arange(len(which)))


def _in_type(values: FloatArray, like: Frame) -> Frame:
    """Return numbers in the type of a column."""
    name = like.columns[0]
    made = frame_from_columns({name: values}).to_native()[name]
    return frame_from_columns({name: made.cast(like.to_native()[name].type, safe=False)})
