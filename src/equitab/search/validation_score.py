"""One number for a model on real validation rows, with bootstrap replicates that all candidates share.

Rows are weighted, never copied: the first vector of weights gives the score itself, every further one counts how
often each row was drawn with replacement. All candidates meet the same draws, so that their differences are far
better known than their scores.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equitab.errors import Problem
from equitab.evaluation import Comparison, RealRows
from equitab.metrics import METRICS, definitions_with
from equitab.metrics.group_rates import divide_or_nan
from equitab.metrics.performance import brier_losses, log_losses
from equitab.schema import TableSchema
from equitab.search.candidates import ScoredOver

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

N_REPLICATES = 400
MIN_GROUP_SIZE = 30
"""Smaller groups of validation rows are not judged on their own."""
DECISION_THRESHOLD = 0.5

LOSSES = {"brier_score": brier_losses, "log_loss": log_losses}


@dataclass(frozen=True, eq=False)
class ValidationScore:
    """Scores models on validation rows.

    Attributes
    ----------
    rows : RealRows
    metric : str
        A performance metric of `equitab.metrics`; decisions are those at the threshold 0.5.
    over : {"everybody", "worst_group"}
    groups : mapping of str to ndarray of bool
        The rows of each group that is judged on its own.
    weights : ndarray of float, shape (1 + n_replicates, n_rows)
        The rows' own, then replicates.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column
    >>> schema = TableSchema((Column("y", "integer"), Column("x", "integer")), "y", favorable_outcome=(1,))
    >>> rows = RealRows.read(frame_from_columns({"y": [0, 0, 1, 1], "x": [0, 0, 0, 0]}), schema)
    >>> judge = ValidationScore.of(rows, schema, metric="auroc", over="everybody", seed=0)
    >>> float(judge.values(np.array([0.1, 0.4, 0.35, 0.8]))[0])
    0.75
    """

    rows: RealRows
    metric: str
    over: ScoredOver
    groups: Mapping[str, Bools]
    weights: Floats

    @classmethod
    def of(
        cls,
        rows: RealRows,
        schema: TableSchema,
        *,
        metric: str,
        over: ScoredOver,
        n_replicates: int = N_REPLICATES,
        seed: int,
    ) -> ValidationScore:
        """Return a judge of models by some rows; see `score_problems` for what it needs."""
        own = np.ones(len(rows)) if rows.weights is None else np.asarray(rows.weights, dtype=np.float64)
        random = np.random.default_rng([seed, 29])
        drawn = random.multinomial(len(rows), np.full(len(rows), 1 / len(rows)), size=n_replicates)
        weights = np.concatenate([own[None], drawn * own])
        return cls(rows, metric, over, judged_groups(rows, schema), weights)

    @property
    def is_loss(self) -> bool:
        """Whether less is better."""
        return METRICS[self.metric].direction == "lower"

    def values(self, score: Floats) -> Floats:
        """Return the score of a model and its replicates, shape (1 + n_replicates,); NaN where undefined.

        Parameters
        ----------
        score : ndarray of float, shape (n_rows,)
            The model's scores of the rows.
        """
        if self.over == "everybody":
            return self._of_rows(score, slice(None), self.weights)
        parts = np.array([self._of_rows(score, inside, self.weights) for inside in self.groups.values()])
        # A group that a replicate leaves without an outcome has no score there: the others are compared.
        return _worst(parts, is_loss=self.is_loss)

    def group_values(self, score: Floats) -> dict[str, float]:
        """Return the score of a model within each judged group."""
        own = self.weights[:1]
        return {name: float(self._of_rows(score, inside, own)[0]) for name, inside in self.groups.items()}

    def _of_rows(self, score: Floats, inside: Bools | slice, weights: Floats) -> Floats:
        held, truth, drawn = score[inside], self.rows.favorable[inside], weights[:, inside]
        if self.metric == "auroc":
            return weighted_areas(truth, held, drawn)
        if self.metric in LOSSES:
            return divide_or_nan(drawn @ LOSSES[self.metric](truth, held), drawn.sum(axis=1))
        compute = METRICS[self.metric].compute
        assert compute is not None, "every other metric of performance is a function of counts"
        return np.asarray(compute(_tables(truth, held >= DECISION_THRESHOLD, drawn)), dtype=np.float64)


def judged_groups(rows: RealRows, schema: TableSchema) -> dict[str, Bools]:
    """Return the rows of each group, of all sensitive features together, that is large enough and has both outcomes.

    A group whose rows all have the same outcome has no score in most metrics.
    """
    place = _intersection(rows.comparisons, schema)
    if place is None:
        return {}
    found = {}
    for code, name in enumerate(rows.comparisons[place].groups.labels):
        inside = rows.codes[place] == code
        n_favorable = int(rows.favorable[inside].sum())
        if inside.sum() >= MIN_GROUP_SIZE and 0 < n_favorable < inside.sum():
            found[name] = inside
    return found


def score_metrics() -> tuple[str, ...]:
    """Return the names of the metrics that candidates can be scored by."""
    return tuple(definition.name for definition in definitions_with(family="performance"))


def rows_problems(rows: RealRows, schema: TableSchema, over: ScoredOver) -> list[Problem]:
    """Return why validation rows cannot judge."""
    n_favorable = int(rows.favorable.sum())
    if not 0 < n_favorable < len(rows):
        received = f"{n_favorable} favorable of {len(rows)}"
        return [Problem("validation rows", "favorable and other outcomes", received, "hold out more rows")]
    if over == "worst_group" and len(judged_groups(rows, schema)) < 2:
        expected = f"two groups of at least {MIN_GROUP_SIZE} rows with both outcomes"
        advice = "hold out more rows, or score over everybody"
        return [Problem("validation rows", expected, f"{len(judged_groups(rows, schema))}", advice)]
    return []


def weighted_areas(truth: Bools, score: Floats, weights: Floats) -> Floats:
    """Return the area under the ROC curve under many vectors of weights, in one sort.

    Parameters
    ----------
    truth : ndarray of bool, shape (n_rows,)
    score : ndarray of float, shape (n_rows,)
    weights : ndarray of float, shape (n_vectors, n_rows)

    Returns
    -------
    ndarray of float, shape (n_vectors,)
        NaN where one outcome has no weight.

    Examples
    --------
    >>> truth, score = np.array([False, True, True]), np.array([0.2, 0.2, 0.9])
    >>> weighted_areas(truth, score, np.array([[1.0, 1.0, 1.0], [1.0, 1.0, 0.0], [0.0, 1.0, 1.0]])).tolist()
    [0.75, 0.5, nan]
    """
    order = np.argsort(score, kind="stable")
    ordered, drawn, is_good = score[order], weights[:, order], truth[order]
    runs = np.cumsum(np.r_[True, ordered[1:] != ordered[:-1]]) - 1
    last = np.r_[np.flatnonzero(np.diff(runs)), len(order) - 1]
    # The weight of the others below each run of ties and up to its end; ties count half.
    ends = np.cumsum(drawn * ~is_good, axis=1)[:, last]
    starts = np.concatenate([np.zeros((len(ends), 1)), ends[:, :-1]], axis=1)
    good = drawn[:, is_good]
    placed = (good * ((starts + ends) / 2)[:, runs[is_good]]).sum(axis=1)
    return divide_or_nan(placed, good.sum(axis=1) * ends[:, -1])


def _tables(truth: Bools, predicted: Bools, weights: Floats) -> Floats:
    """Return the table of counts of each vector of weights, shape (n_vectors, 2, 2)."""
    cells = np.eye(4)[2 * truth.astype(np.int64) + predicted]
    return (weights @ cells).reshape(-1, 2, 2)


def _intersection(comparisons: tuple[Comparison, ...], schema: TableSchema) -> int | None:
    """Return the place of the comparison over all sensitive features together."""
    name = " × ".join(schema.sensitive_names)
    return next((place for place, held in enumerate(comparisons) if held.name == name), None)


def _worst(parts: Floats, *, is_loss: bool) -> Floats:
    """Return the worst of the groups, shape (n_groups, n_vectors); NaN where no group has a score."""
    known = np.isfinite(parts)
    passed_over = np.where(known, parts, -np.inf if is_loss else np.inf)
    found = passed_over.max(axis=0) if is_loss else passed_over.min(axis=0)
    return np.asarray(np.where(known.any(axis=0), found, np.nan))
