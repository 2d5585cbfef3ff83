"""The rows that a classifier is fitted to: codes, generated rows behind real ones, validation rows divided off."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from equitab.errors import InputError, Problem
from equitab.mitigation.adaptive_sampling.cells import BoolArray, Cells, FloatArray, IntArray
from equitab.mitigation.adaptive_sampling.head_training import TrainingRows

JudgedBy = Literal["validation", "all_rows"]
Rows = tuple[Any, Any, Any]

REAL, MADE, JUDGED = "real rows", "generated rows", "validation rows"


@dataclass(frozen=True, eq=False)
class Scale:
    """Mean and spread of every feature.

    Attributes
    ----------
    mean, spread : ndarray, shape (n_features,)
    """

    mean: FloatArray
    spread: FloatArray

    @classmethod
    def of(cls, features: FloatArray) -> Self:
        """Return the scale of rows; a constant feature keeps its size."""
        spread = features.std(axis=0)
        return cls(features.mean(axis=0), np.where(spread > 0, spread, 1.0))

    def apply(self, features: FloatArray) -> FloatArray:
        """Return features with mean 0 and spread 1 on the rows that the scale is of."""
        return (features - self.mean) / self.spread


@dataclass(frozen=True, eq=False)
class FitRows:
    """Rows to fit to.

    Attributes
    ----------
    classes : ndarray, shape (n_labels,)
    groups : list
        Values of the sensitive features, in the order of the codes.
    training : TrainingRows
        Real rows to train on, generated ones after them.
    judged : TrainingRows
        Real rows on which ratios are judged.
    everything : TrainingRows
        All real rows, those divided off included, and generated ones after them.
    remarks : tuple of str
    """

    classes: npt.NDArray[Any]
    groups: list[Hashable]
    training: TrainingRows
    judged: TrainingRows
    everything: TrainingRows
    remarks: tuple[str, ...]

    @property
    def has_generated(self) -> bool:
        """Whether there are generated rows."""
        return bool(self.training.cells.is_generated.any())

    def without_generated(self) -> FitRows:
        """Return the same real rows, alone."""
        training, everything = (
            _some(rows, ~rows.cells.is_generated) for rows in (self.training, self.everything)
        )
        return replace(self, training=training, everything=everything)


@dataclass(frozen=True, eq=False)
class Part:
    """Rows of one kind, as numbers and plain values."""

    features: FloatArray
    labels: npt.NDArray[Any]
    groups: list[Hashable]


def fit_rows(
    estimator: Any,
    real: Rows,
    generated: Rows | None,
    validation: Rows | None,
    sample_weight: Any,
    *,
    judged_by: JudgedBy,
    validation_share: float,
    seed: int,
) -> FitRows:
    """Return checked rows with codes.

    Parameters
    ----------
    estimator : object
        Knows the names of features, where those of `real` had names.
    real, generated, validation : tuple (features, outcomes, sensitive features)
    sample_weight : array-like, shape (n_rows,), optional
    judged_by : {"validation", "all_rows"}
        With all rows, none are divided off.
    validation_share : float
    seed : int

    Raises
    ------
    InputError
        All problems at once.
    """
    parts, weights = _checked_parts(estimator, real, generated, validation, sample_weight)
    own, made, given = (parts.get(name) for name in (REAL, MADE, JUDGED))
    assert own is not None
    classes, groups = np.unique(own.labels), ordered(own.groups)
    real_rows = _coded(own, classes, groups, weights=weights)
    made_rows = None if made is None else _coded(made, classes, groups, is_made=True)
    if given is not None:
        judged = _coded(given, classes, groups)
        if judged_by == "all_rows":
            judged = _behind(replace(real_rows, weights=None), judged)
        everything = _behind(real_rows, made_rows)
        return FitRows(classes, groups, everything, judged, everything, ())
    if judged_by == "all_rows":
        everything = _behind(real_rows, made_rows)
        return FitRows(classes, groups, everything, real_rows, everything, ())
    held, shared = divide_off(real_rows.cells, validation_share, seed=seed)
    return FitRows(
        classes,
        groups,
        _behind(_some(real_rows, ~held), made_rows),
        _some(real_rows, held | shared),
        _behind(real_rows, made_rows),
        _remarks(int(shared.sum())),
    )


def _checked_parts(
    estimator: Any, real: Rows, generated: Rows | None, validation: Rows | None, sample_weight: Any
) -> tuple[dict[str, Part], FloatArray | None]:
    """Return the kinds of rows that there are, and weights of the real ones, or raise with all problems."""
    problems: list[Problem] = []
    handed = {REAL: real, MADE: generated, JUDGED: validation}
    parts = {
        name: _read(estimator, rows, name, problems) for name, rows in handed.items() if rows is not None
    }
    weights = _weights(sample_weight, len(real[0]), problems)
    if weights is not None and not problems:
        parts[REAL], weights = _weighing(parts[REAL], weights)
    problems += _label_problems(parts)
    if problems:
        raise InputError(problems)
    return parts, weights


def divide_off(cells: Cells, share: float, *, seed: int) -> tuple[BoolArray, BoolArray]:
    """Return which rows are for validation only, and which for training and validation both.

    A share of every cell is divided off, at least one row. The only row of a cell serves for both.
    """
    generator = np.random.default_rng([seed, 1])
    held, shared = np.zeros(len(cells), dtype=bool), np.zeros(len(cells), dtype=bool)
    for cell in np.unique(cells.codes):
        rows = generator.permutation(np.flatnonzero(cells.codes == cell))
        if len(rows) == 1:
            shared[rows] = True
        else:
            held[rows[: min(max(round(share * len(rows)), 1), len(rows) - 1)]] = True
    return held, shared


def ordered(groups: Sequence[Hashable]) -> list[Hashable]:
    """Return the different groups, sorted as numbers or as text."""
    different = set(groups)
    try:
        return sorted(different)  # type: ignore[type-var]
    except TypeError:
        return sorted(different, key=str)


def group_values(sensitive_features: Any) -> list[Hashable]:
    """Return each row's group: the value of one sensitive feature, or the values of several together."""
    values = np.asarray(sensitive_features)
    if values.ndim == 1:
        return values.tolist()
    rows = values.tolist()
    return [row[0] for row in rows] if values.shape[1] == 1 else [tuple(row) for row in rows]


def _read(estimator: Any, rows: Rows, name: str, problems: list[Problem]) -> Part:
    """Return rows as numbers and values; what is wrong with them is added to the problems."""
    features, labels, sensitive = rows
    groups = group_values(sensitive)
    outcome = np.asarray(labels)
    numbers = _numbers(estimator, features, name, problems)
    if not len(numbers) == len(outcome) == len(groups):
        received = f"{len(numbers)}, {len(outcome)} and {len(groups)}"
        problems.append(Problem(name, "as many features, outcomes and sensitive features", received))
    n_missing = sum(group is None or group != group for group in groups)
    if n_missing:
        advice = "give them a value of their own"
        problems.append(
            Problem(f"sensitive features of the {name}", "values", f"{n_missing} missing", advice)
        )
    return Part(numbers, outcome, groups)


def _numbers(estimator: Any, features: Any, name: str, problems: list[Problem]) -> FloatArray:
    """Return features as finite numbers in the columns of the real rows."""
    names = getattr(features, "columns", None)
    known = getattr(estimator, "feature_names_in_", None)
    if names is not None and known is not None and list(names) != list(known):
        absent = [str(column) for column in known if column not in set(names)]
        more = [str(column) for column in names if column not in set(known)]
        received = f"lacking {absent}, unknown {more}" if absent or more else "the same in another order"
        problems.append(Problem(f"columns of the {name}", "those of the real rows", received))
        return np.zeros((len(features), 0))
    try:
        numbers = np.asarray(features, dtype=np.float64)
    except (TypeError, ValueError):
        problems.append(
            Problem(f"features of the {name}", "numbers", "other values", "encode categories first")
        )
        return np.zeros((len(features), 0))
    n_features = estimator.n_features_in_
    if numbers.ndim != 2 or numbers.shape[1] != n_features:
        received = f"shape {numbers.shape}"
        problems.append(
            Problem(f"features of the {name}", f"{n_features} columns, as in the real rows", received)
        )
    elif n_bad := int(np.count_nonzero(~np.isfinite(numbers).all(axis=1))):
        problems.append(Problem(f"features of the {name}", "finite numbers", f"others in {n_bad} rows"))
    return numbers


def _label_problems(parts: dict[str, Part]) -> list[Problem]:
    """Return what is wrong with outcomes and groups of the three kinds of rows."""
    own = parts[REAL]
    problems = []
    if len(np.unique(own.labels)) < 2:
        problems.append(Problem("outcomes of the real rows", "at least two classes", "one class"))
    for name, part in parts.items():
        for what, values, known in (
            ("outcomes", part.labels.tolist(), set(own.labels.tolist())),
            ("sensitive features", part.groups, set(own.groups)),
        ):
            n_unknown = sum(value not in known for value in values)
            if n_unknown:
                received = f"others in {n_unknown} of {len(values)} rows"
                problems.append(Problem(f"{what} of the {name}", "values of the real rows", received))
    return problems


def _weights(sample_weight: Any, n_rows: int, problems: list[Problem]) -> FloatArray | None:
    """Return weights; what is wrong with them is added to the problems."""
    if sample_weight is None:
        return None
    weights = np.asarray(sample_weight, dtype=np.float64)
    if weights.ndim == 0:
        weights = np.full(n_rows, float(weights))
    if weights.shape != (n_rows,):
        problems.append(Problem("sample_weight", f"{n_rows} weights", f"shape {weights.shape}"))
    elif not (np.isfinite(weights) & (weights >= 0)).all() or not weights.sum() > 0:
        problems.append(Problem("sample_weight", "finite weights of at least 0, not all zero", "others"))
    return weights


def _weighing(part: Part, weights: FloatArray) -> tuple[Part, FloatArray]:
    """Return the rows that weigh something: a weight of 0 is a row that is not there."""
    kept = weights > 0
    groups = [group for group, is_kept in zip(part.groups, kept, strict=True) if is_kept]
    return Part(part.features[kept], part.labels[kept], groups), weights[kept] / weights[kept].mean()


def _coded(
    part: Part,
    classes: npt.NDArray[Any],
    groups: list[Hashable],
    *,
    is_made: bool = False,
    weights: FloatArray | None = None,
) -> TrainingRows:
    """Return rows with the codes of their outcomes and groups."""
    place = {group: code for code, group in enumerate(groups)}
    codes = np.array([place[group] for group in part.groups], dtype=np.int64)
    labels: IntArray = np.searchsorted(classes, part.labels).astype(np.int64)
    cells = Cells(labels, codes, np.full(len(codes), is_made), len(classes), len(groups))
    return TrainingRows(part.features, cells, weights)


def _some(rows: TrainingRows, kept: BoolArray) -> TrainingRows:
    """Return some of the rows."""
    cells = rows.cells
    weights = None if rows.weights is None else rows.weights[kept]
    some = Cells(
        cells.labels[kept], cells.groups[kept], cells.is_generated[kept], cells.n_labels, cells.n_groups
    )
    return TrainingRows(rows.features[kept], some, weights)


def _behind(real: TrainingRows, made: TrainingRows | None) -> TrainingRows:
    """Return real rows with others after them, which have weight 1."""
    if made is None:
        return real
    first, second = real.cells, made.cells
    cells = Cells(
        np.concatenate([first.labels, second.labels]),
        np.concatenate([first.groups, second.groups]),
        np.concatenate([first.is_generated, second.is_generated]),
        first.n_labels,
        first.n_groups,
    )
    weights = None if real.weights is None else np.concatenate([real.weights, np.ones(len(second))])
    return TrainingRows(np.concatenate([real.features, made.features]), cells, weights)


def _remarks(n_shared: int) -> tuple[str, ...]:
    """Say which rows served twice."""
    if not n_shared:
        return ()
    return (f"{n_shared} cells of outcome and group have one row, which serves for training and validation",)
