"""The target as labels that can be propagated, and back to values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from equitab.encoding import CategoricalColumn, EncodedTable, TableEncoder
from equitab.errors import Problem, TableError
from equitab.generators.similarity.propagation import match_prior

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

LabelChoice: TypeAlias = Literal["draw", "most_likely", "prior_corrected"]
LABEL_CHOICES: tuple[LabelChoice, ...] = ("draw", "most_likely", "prior_corrected")

N_INTERVALS = 10
"""A numeric target of many values is propagated as so many intervals with equally many rows each."""


@dataclass(frozen=True, eq=False)
class Labels:
    """The labels of the training rows.

    Parameters
    ----------
    column : str
        The target.
    codes : ndarray of int, shape (n_rows,)
        -1 where the target is missing.
    values : tuple
        Of each label: the category, or a pair ``(low, high)`` of numbers, both included.
    """

    column: str
    codes: Codes
    values: tuple[Any, ...]

    @property
    def n_labels(self) -> int:
        """How many labels there are."""
        return len(self.values)

    @property
    def is_known(self) -> npt.NDArray[np.bool_]:
        """Which rows have a label."""
        return self.codes >= 0

    def donors(self, labels: Codes, uniform: Floats) -> Codes:
        """Return for each wanted label a training row that has it, drawn with a uniform number each."""
        order = np.argsort(self.codes, kind="stable")
        counts = np.bincount(self.codes[self.is_known], minlength=self.n_labels)
        starts = int((~self.is_known).sum()) + np.concatenate([[0], np.cumsum(counts)[:-1]])
        offsets = np.minimum((uniform * counts[labels]).astype(np.int64), counts[labels] - 1)
        return np.asarray(order[starts[labels] + offsets])


def read_labels(
    encoder: TableEncoder, encoded: EncodedTable, target: str, missing_tokens: tuple[str, ...]
) -> Labels:
    """Return the labels of encoded rows.

    Parameters
    ----------
    encoder : TableEncoder
    encoded : EncodedTable
        The training rows.
    target : str
    missing_tokens : tuple of str
        Texts that stand for a missing value.

    Raises
    ------
    TableError
        If the target is missing in all rows.
    """
    column = encoder.column(target)
    assert column is not None
    if isinstance(column, CategoricalColumn):
        raw = encoded.categorical[:, encoded.categorical_names.index(target)]
        is_missing = column.is_missing(missing_tokens)[raw]
        values = column.values.to_pylist()
        if not is_missing.all():
            seen, codes = np.unique(raw[~is_missing], return_inverse=True)
            return _labels(target, codes, is_missing, tuple(values[one] for one in seen.tolist()))
    else:
        numbers = numbers_of(encoder, encoded, target)
        is_missing = np.isnan(numbers)
        if not is_missing.all():
            present = numbers[~is_missing]
            codes, values = _intervals(present)
            return _labels(target, codes, is_missing, tuple(values))
    received = f"missing in all {encoded.n_rows} rows"
    raise TableError(Problem(f"target {target!r}", "a value in at least one row", received))


def find_labels(
    labels: Labels, encoder: TableEncoder, encoded: EncodedTable, missing_tokens: tuple[str, ...]
) -> Codes:
    """Return the label of other rows' targets, shape (n_rows,); -1 where the target is missing.

    Parameters
    ----------
    labels : Labels
    encoder : TableEncoder
    encoded : EncodedTable
        At least the target; a number counts for the interval that it is in, or that is next above it.
    missing_tokens : tuple of str
    """
    column = encoder.column(labels.column)
    if isinstance(column, CategoricalColumn):
        place = {value: code for code, value in enumerate(labels.values)}
        is_missing = column.is_missing(missing_tokens)
        known = [place.get(value, -1) for value in column.values.to_pylist()]
        raw = encoded.categorical[:, encoded.categorical_names.index(labels.column)]
        return np.where(is_missing, -1, known)[raw]
    numbers = numbers_of(encoder, encoded, labels.column)
    tops = np.array([top for _, top in labels.values])
    codes = np.minimum(np.searchsorted(tops, numbers, side="left"), len(tops) - 1)
    return np.where(np.isnan(numbers), -1, codes)


def numbers_of(encoder: TableEncoder, encoded: EncodedTable, name: str) -> Floats:
    """Return a numeric column's numbers, shape (n_rows,); NaN where missing, dates as numbers."""
    column = encoder.column(name)
    assert column is not None
    assert not isinstance(column, CategoricalColumn)
    scores = encoded.numeric[:, encoded.numeric_names.index(name)]
    numbers = np.asarray(column.scale.read(column.grid.decode(scores)), dtype=np.float64)
    if column.missing:
        codes = encoded.categorical[:, encoded.categorical_names.index(name)]
        numbers = np.where(codes > 0, np.nan, numbers)
    return numbers


def choose_labels(vectors: Floats, choice: LabelChoice, prior: Floats, random: np.random.Generator) -> Codes:
    """Return a label for each vector.

    Parameters
    ----------
    vectors : ndarray of float64, shape (n_rows, n_labels)
    choice : {"draw", "most_likely", "prior_corrected"}
        ``"most_likely"``, as published, takes the largest weight. NOTE[DEPARTURE]: where one label is frequent, that
        label then drowns the others. ``"prior_corrected"`` takes the label whose weight exceeds its share among all
        rows the most; ``"draw"`` draws with the weights, so that every label keeps its share.
    prior : ndarray of float64, shape (n_labels,)
        Each label's share among the training rows.
    random : Generator
    """
    if choice == "draw":
        bounds = np.cumsum(vectors, axis=1)
        drawn = (random.random(len(vectors))[:, None] * bounds[:, -1:] >= bounds).sum(axis=1)
        return np.minimum(drawn, vectors.shape[1] - 1)
    if choice == "prior_corrected":
        vectors = match_prior(vectors, np.where(prior > 0, 1.0, 0.0) / max(int((prior > 0).sum()), 1))
    return np.asarray(vectors.argmax(axis=1))


def _labels(target: str, codes: Codes, is_missing: npt.NDArray[np.bool_], values: tuple[Any, ...]) -> Labels:
    found = np.full(len(is_missing), -1, dtype=np.int64)
    found[~is_missing] = codes
    return Labels(target, found, values)


def _intervals(numbers: Floats) -> tuple[Codes, list[tuple[float, float]]]:
    """Return codes and ends of intervals: one for each value if there are few, else equally full ones."""
    distinct = np.unique(numbers)
    if len(distinct) > N_INTERVALS:
        inner = np.quantile(numbers, np.arange(1, N_INTERVALS) / N_INTERVALS)
        raw = np.searchsorted(inner, numbers, side="right")
    else:
        raw = np.searchsorted(distinct, numbers)
    seen, codes = np.unique(raw, return_inverse=True)
    ends = [numbers[codes == code] for code in range(len(seen))]
    return codes, [(float(inside.min()), float(inside.max())) for inside in ends]
