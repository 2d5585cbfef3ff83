"""One point of the frontier: a table drawn at some strength, the model trained on it, both judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from equitab.evaluation import Learner, RealRows, fit_model
from equitab.generators.fairness import ConstraintCells, Labelled, largest_shortfall
from equitab.metrics import auroc
from equitab.schema import FairnessConstraint, TableSchema, favorable

Floats = npt.NDArray[np.float64]

FEWEST_ROWS = 50
"""Smaller groups of real rows are shown, and not compared."""

PARTS_OF_MODEL = ("selection_rate", "true_positive_rate", "false_positive_rate", "precision")


@dataclass(frozen=True)
class FrontierPoint:
    """A table and the model that learned from it.

    Attributes
    ----------
    strength : float
        Of the constraint; 0 is no treatment.
    model : str
    stage : {"validation", "test"}
        The real rows on which the model was judged.
    share_changed : float
        Share of the outcomes that the constraint changed.
    performance : mapping of str to float
        ``auroc``, ``accuracy`` and ``balanced_accuracy``.
    model_gaps, table_gaps : mapping of str to float
        By criterion: the largest difference between two groups (of a minimum rate: what is missing), for the model on
        real rows and for the table; of the table only criteria that need no predictions.
    group_rates : mapping of str to mapping of str to float
        Rates of the model by group: ``selection_rate``, ``true_positive_rate``, ``false_positive_rate``, ``precision``.
    group_strengths : tuple of (str, float)
        Where groups have strengths of their own.
    """

    strength: float
    model: str
    stage: str
    share_changed: float
    performance: Mapping[str, float]
    model_gaps: Mapping[str, float]
    table_gaps: Mapping[str, float]
    group_rates: Mapping[str, Mapping[str, float]]
    group_strengths: tuple[tuple[str, float], ...] = field(default=())


@dataclass(frozen=True, eq=False)
class Judge:
    """Real rows on which models are judged, and how the models are made.

    Parameters
    ----------
    learner : Learner
    schema : TableSchema
    rows : RealRows
        Neither the generator nor the models saw them.
    stage : {"validation", "test"}
    use_sensitive_features : bool
    seed : int
        Of the learner.
    """

    learner: Learner
    schema: TableSchema
    rows: RealRows
    stage: str = "validation"
    use_sensitive_features: bool = True
    seed: int = 0

    def scores(self, labelled: Labelled) -> Floats:
        """Return the scores of the real rows by a model that learned from a table."""
        model = fit_model(
            labelled.frame,
            self.learner,
            schema=self.schema,
            use_sensitive_features=self.use_sensitive_features,
            seed=self.seed,
        )
        return model.favorable_score(self.rows.frame)

    def weights(self) -> Floats:
        """Return the weights of the rows, shape (n_rows,)."""
        held = self.rows.weights
        return np.ones(len(self.rows)) if held is None else np.asarray(held, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class JudgedTable:
    """A point, and what tuning needs to know of it.

    Attributes
    ----------
    point : FrontierPoint
    rates : tuple of mapping of str to ndarray, shape (n_groups,)
        For each constraint, the rates of the groups that it compares.
    cell_rates : mapping of str to ndarray, shape (n_cells,)
        The rates of the cells of all constraints together.
    """

    point: FrontierPoint
    rates: tuple[Mapping[str, Floats], ...]
    cell_rates: Mapping[str, Floats]


def judge_labelled(
    labelled: Labelled,
    constraints: Sequence[FairnessConstraint],
    cells: ConstraintCells,
    judge: Judge,
    *,
    strength: float,
    group_strengths: tuple[tuple[str, float], ...] = (),
) -> JudgedTable:
    """Train a model on a table, and judge both.

    Parameters
    ----------
    labelled : Labelled
    constraints : sequence of FairnessConstraint
        What is judged; on the outcome.
    cells : ConstraintCells
        Of the same constraints.
    judge : Judge
    strength : float
    group_strengths : tuple of (str, float)
        For the record.
    """
    rows, score = judge.rows, judge.scores(labelled)
    codes = cells.codes(rows.frame, judge.schema)
    predicted, weights = score >= 0.5, judge.weights()
    rates = tuple(
        model_rates(rows.favorable, predicted, weights, *groups)
        for groups in grouped(cells, codes, len(constraints))
    )
    counts = [
        np.bincount(held[held >= 0], minlength=n) for held, n in grouped(cells, codes, len(constraints))
    ]
    gaps = {
        one.name: largest_shortfall(one, rates[place], is_large=counts[place] >= FEWEST_ROWS)
        for place, one in enumerate(constraints)
    }
    names = cells.groups.labels
    cell_rates = model_rates(rows.favorable, predicted, weights, codes, cells.groups.n_groups)
    present = np.bincount(codes[codes >= 0], minlength=len(names)) > 0
    point = FrontierPoint(
        strength=strength,
        model=judge.learner.name,
        stage=judge.stage,
        share_changed=labelled.share_changed,
        performance=performance(rows.favorable, score, weights),
        model_gaps=gaps,
        table_gaps=table_gaps(labelled, constraints, cells, judge.schema),
        group_rates={
            part if part != "rate" else "selection_rate": {
                names[place]: float(held[place])
                for place in np.flatnonzero(present & ~np.isnan(held)).tolist()
            }
            for part, held in cell_rates.items()
        },
        group_strengths=group_strengths,
    )
    return JudgedTable(point, rates, cell_rates)


def grouped(
    cells: ConstraintCells, codes: npt.NDArray[np.int64], n_constraints: int
) -> list[tuple[npt.NDArray[np.int64], int]]:
    """Return, for each constraint, the group of every row and the number of groups."""
    return [
        (np.where(codes >= 0, cells.group_of_cell(place)[codes], -1), cells.compared(place).n_groups)
        for place in range(n_constraints)
    ]


def model_rates(
    is_favorable: npt.NDArray[np.bool_],
    predicted: npt.NDArray[np.bool_],
    weights: Floats,
    groups: npt.NDArray[np.int64],
    n_groups: int,
) -> dict[str, Floats]:
    """Return a model's rates by group, NaN where nobody counts.

    Returns
    -------
    dict
        ``rate`` (predicted favorable), ``true_positive_rate``, ``false_positive_rate`` and ``precision``, each of
        shape (n_groups,).
    """
    kept = groups >= 0

    def total(mask: npt.NDArray[np.bool_]) -> Floats:
        chosen = kept & mask
        return np.bincount(groups[chosen], weights=weights[chosen], minlength=n_groups).astype(np.float64)

    good, hits = total(is_favorable), total(is_favorable & predicted)
    everybody, chosen = total(np.ones_like(kept)), total(predicted)
    return {
        "rate": _ratio(chosen, everybody),
        "true_positive_rate": _ratio(hits, good),
        "false_positive_rate": _ratio(chosen - hits, everybody - good),
        "precision": _ratio(hits, chosen),
    }


def performance(is_favorable: npt.NDArray[np.bool_], score: Floats, weights: Floats) -> dict[str, float]:
    """Return AUROC, accuracy and balanced accuracy at 0.5; NaN where only one outcome occurs."""
    predicted = score >= 0.5
    held = model_rates(is_favorable, predicted, weights, np.zeros(len(score), dtype=np.int64), 1)
    true_positive, false_positive = held["true_positive_rate"][0], held["false_positive_rate"][0]
    has_both = 0 < is_favorable.sum() < len(is_favorable)
    return {
        "auroc": float(auroc(is_favorable, score, sample_weight=weights)) if has_both else float("nan"),
        "accuracy": float(np.average(predicted == is_favorable, weights=weights)),
        "balanced_accuracy": float((true_positive + 1 - false_positive) / 2),
    }


def table_gaps(
    labelled: Labelled,
    constraints: Sequence[FairnessConstraint],
    cells: ConstraintCells,
    schema: TableSchema,
) -> dict[str, float]:
    """Return how far a table itself is from the criteria that need no predictions."""
    codes = cells.codes(labelled.frame, schema)
    outcome = favorable(labelled.frame, schema)
    weights = np.ones(len(codes))
    found = {}
    for place, (groups, n_groups) in enumerate(grouped(cells, codes, len(constraints))):
        one = constraints[place]
        if one.criterion in {"demographic_parity", "minimum_rate"}:
            rates = model_rates(outcome, outcome, weights, groups, n_groups)
            is_large = np.bincount(groups[groups >= 0], minlength=n_groups) >= FEWEST_ROWS
            found[one.name] = largest_shortfall(one, rates, is_large=is_large)
    return found


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
