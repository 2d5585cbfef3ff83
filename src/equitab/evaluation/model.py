"""A fitted model that reads tables: learner, features, estimator and threshold in one value."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from equitab.dataframe import Frame, as_frame
from equitab.errors import Problem, ProtocolError, TableError
from equitab.evaluation.design_matrix import DesignMatrix
from equitab.evaluation.learners import Learner
from equitab.schema import TableSchema, favorable, has_target, labels, row_weights, value_name

MAX_CLASSES = 50

Resampler: TypeAlias = Callable[..., np.ndarray]
"""Called as ``resampler(weights, seed=seed)``; returns positions: `equitab.mitigation.resample_by_weight`."""


@dataclass(frozen=True, eq=False)
class FittedModel:
    """A model with everything that it needs to read a table.

    Attributes
    ----------
    learner : Learner
    design : DesignMatrix
    estimator : object
        The fitted scikit-learn estimator.
    schema : TableSchema
    classes : tuple of str
        The values of the target, by the code that the estimator knows them by; two texts (``other``,
        ``favorable``) where it was trained on the favorable outcome itself.
    favorable_classes : tuple of int
        Which codes are favorable.
    threshold : float
        Scores from here on are favorable.
    seed : int
    remarks : tuple of str
        What was done differently from what the name of the learner says.
    """

    learner: Learner
    design: DesignMatrix
    estimator: Any
    schema: TableSchema
    classes: tuple[str, ...]
    favorable_classes: tuple[int, ...]
    threshold: float = 0.5
    seed: int = 0
    remarks: tuple[str, ...] = ()

    def favorable_score(self, table: Any) -> np.ndarray:
        """Return a score in [0, 1] for each row: the probability of a favorable outcome.

        Parameters
        ----------
        table : Frame or any supported table
            With the columns that the model learned from; a target is not needed.

        Returns
        -------
        ndarray of float, shape (n_rows,)
            For a learner without probabilities the logistic of its decision function: 0.5 at its own
            boundary, right in its order, but not a probability.
        """
        return self.favorable_score_of(self.design.transform(as_frame(table)))

    def favorable_score_of(self, matrix: np.ndarray) -> np.ndarray:
        """Return the score of rows that are a matrix of features already; see `favorable_score`."""
        if not hasattr(self.estimator, "predict_proba"):
            distance = np.asarray(self.estimator.decision_function(matrix), dtype=np.float64)
            towards = 1.0 if self.estimator.classes_[1] in self.favorable_classes else -1.0
            return _logistic(towards * distance)
        probability = np.asarray(self.estimator.predict_proba(matrix), dtype=np.float64)
        chosen = np.isin(self.estimator.classes_, self.favorable_classes)
        return np.clip(probability[:, chosen].sum(axis=1), 0.0, 1.0)

    def predict(self, table: Any) -> np.ndarray:
        """Return whether each row is predicted favorable, shape (n_rows,), bool."""
        return self.favorable_score(table) >= self.threshold

    def with_threshold(self, threshold: float) -> FittedModel:
        """Return the same model with another threshold."""
        return replace(self, threshold=float(threshold))


def fit_model(
    table: Any,
    learner: Learner,
    *,
    schema: TableSchema,
    weights: np.ndarray | None = None,
    use_sensitive_features: bool = True,
    resampler: Resampler | None = None,
    seed: int,
) -> FittedModel:
    """Fit a learner to a training table.

    Parameters
    ----------
    table : Frame or any supported table
        Rows without a target are left out and counted in the remarks.
    learner : Learner
    schema : TableSchema
    weights : ndarray of float, shape (n_rows,), optional
        Weights of the rows; those of the schema's weight column when not given and the table has it.
    use_sensitive_features : bool, default True
    resampler : callable, optional
        Used where the learner takes no weights; needed then.
    seed : int

    Returns
    -------
    FittedModel
        With the threshold 0.5.

    Raises
    ------
    TableError
        If the training rows have one outcome only, or a weight is missing or negative.
    ProtocolError
        If weights are given, the learner takes none, and there is no resampler: weights are never dropped.
    """
    frame = as_frame(table)
    if weights is None and schema.weight in frame.columns:
        weights = row_weights(frame, schema)
    frame, held, remarks = _rows_with_target(frame, schema, weights)
    _check_weights(held)
    if held is not None and not learner.takes_weights:
        frame, held = _resampled(frame, held, learner, resampler, seed)
        remarks += ("weighted resampling: the learner takes no weights",)
    codes, classes, favorable_classes, note = _target_codes(frame, schema, learner)
    _check_outcomes(np.isin(codes, favorable_classes), schema)
    design = DesignMatrix.fit(frame, schema, form=learner.form, use_sensitive_features=use_sensitive_features)
    estimator = learner.build(seed=seed, categorical_positions=design.categorical_positions)
    arguments = {} if held is None else {"sample_weight": held / held.mean()}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        estimator.fit(design.transform(frame), codes, **arguments)
    remarks += note + tuple(sorted({_first_line(str(warning.message)) for warning in caught}))
    if not hasattr(estimator, "predict_proba"):
        remarks += ("scores are a decision function, not probabilities",)
    return FittedModel(learner, design, estimator, schema, classes, favorable_classes, 0.5, seed, remarks)


def _rows_with_target(
    frame: Frame, schema: TableSchema, weights: np.ndarray | None
) -> tuple[Frame, np.ndarray | None, tuple[str, ...]]:
    from equitab.dataframe import take_rows

    known = has_target(frame, schema)
    n_left_out = int((~known).sum())
    if not n_left_out:
        return frame, weights, ()
    kept = None if weights is None else weights[known]
    return take_rows(frame, known), kept, (f"{n_left_out} training rows without a target left out",)


def _resampled(
    frame: Frame, weights: np.ndarray, learner: Learner, resampler: Resampler | None, seed: int
) -> tuple[Frame, None]:
    from equitab.dataframe import take_rows

    if resampler is None:
        raise ProtocolError(
            f"the learner {learner.name!r} takes no weights, and to drop them would undo the treatment; "
            "pass resampler=equitab.mitigation.resample_by_weight"
        )
    return take_rows(frame, resampler(weights, seed=seed)), None


def _target_codes(
    frame: Frame, schema: TableSchema, learner: Learner
) -> tuple[np.ndarray, tuple[str, ...], tuple[int, ...], tuple[str, ...]]:
    """Return codes of the target for training, their names, the favorable ones, and a remark."""
    found = None
    if schema.favorable_threshold is None and hasattr(learner.build(seed=0), "predict_proba"):
        found = labels(frame, schema.target, missing_tokens=schema.missing_tokens)
    if found is None or len(found.names) > MAX_CLASSES:
        binary = favorable(frame, schema).astype(np.int64)
        many = (
            ()
            if found is None
            else (f"trained on favorable or not: the target has {len(found.names)} values",)
        )
        return binary, ("other", "favorable"), (1,), many
    wanted = {value_name(value) for value in schema.favorable_outcome}
    chosen = tuple(code for code, name in enumerate(found.names) if name in wanted)
    return found.codes, found.names, chosen, ()


def _check_weights(weights: np.ndarray | None) -> None:
    if weights is None:
        return
    n_bad = int(np.count_nonzero(~(np.isfinite(weights) & (weights >= 0))))
    if n_bad or not weights.sum() > 0:
        received = f"others in {n_bad} of {weights.size} rows" if n_bad else "weights whose sum is 0"
        raise TableError(
            Problem("weights of the training rows", "finite weights of at least 0, not all 0", received)
        )


def _check_outcomes(outcomes: np.ndarray, schema: TableSchema) -> None:
    n_favorable = int(outcomes.sum())
    if 0 < n_favorable < outcomes.size:
        return
    received = f"{n_favorable} favorable of {outcomes.size} training rows"
    advice = "check the favorable outcome, or how the training table was made"
    raise TableError(Problem(f"target {schema.target!r}", "favorable and other outcomes", received, advice))


def _logistic(values: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-np.clip(values, -500, 500)))


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0].rstrip(".:")
