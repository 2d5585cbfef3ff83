"""The treatment ``dr_fairness``: real and generated rows with weights that learned ratios give them.

The ratios (groups within each outcome, real against generated rows within each group) are learned with a small
proxy head on encoded features and judged on real validation rows. Any model, also one without gradients, then
learns from all rows with weights that give it the mixture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from equitab.dataframe import Frame, concatenate, take_rows
from equitab.errors import ConstraintError, MissingExtraError, Problem
from equitab.evaluation import CurvePoint, DesignMatrix, RealRows, TrainingTable
from equitab.pipeline.mitigation_choice import DR_FAIRNESS, DrFairnessChoice
from equitab.pipeline.treatments import TrainingRows, with_rows
from equitab.report import RatioCell, RatioContents
from equitab.schema import (
    IntersectionalGroups,
    TableSchema,
    favorable,
    group_codes,
    has_target,
    sensitive_groups,
)

MIN_JUDGED = 10
"""A group takes part if so many validation rows of each outcome are its own: fewer say nothing about its loss."""
UPDATE_EVERY = 8
"""Batches between two updates: their cost stays below that of the batches, on any machine alike.

NOTE[DEPARTURE]: published is an update before every batch.
"""
MOST_POINTS = 200
"""So many points of each line are kept for charts."""
_TABLES = ("group_shares", "real_shares", "label_shares")
LEFT_OUT = (
    "generated rows were left out: on the real rows that judge, a head that learned with them was less fair or less "
    "accurate than one without, so that no model of this treatment learned from them"
)
OUTCOMES = ("not favorable", "favorable")


@dataclass(frozen=True, eq=False)
class RatioRows:
    """Rows in the form that ratios are learned from.

    Attributes
    ----------
    frame : Frame
    outcomes, groups : ndarray of int, shape (n_rows,)
        1 where favorable; groups that take part from 0, -1 for rows that do not.
    """

    frame: Frame
    outcomes: np.ndarray
    groups: np.ndarray

    @property
    def takes_part(self) -> np.ndarray:
        """Which rows have an outcome, and a group that takes part."""
        return self.groups >= 0

    def encoded(self, design: DesignMatrix) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return features, outcomes and groups of the rows that take part."""
        kept = self.takes_part
        return design.transform(take_rows(self.frame, kept)), self.outcomes[kept], self.groups[kept]


@dataclass(frozen=True, eq=False)
class LearnedRatios:
    """What was learned.

    Attributes
    ----------
    pool : Frame
        The generated rows that took part.
    weights : ndarray of float, shape (n_real + n_pool,)
    contents : RatioContents
        For the page.
    points : tuple of CurvePoint
        How ratios moved.
    """

    pool: Frame
    weights: np.ndarray
    contents: RatioContents
    points: tuple[CurvePoint, ...]


def learn_ratios(
    rows: TrainingRows,
    pool: Sequence[Frame],
    validation: RealRows,
    choice: DrFairnessChoice,
    *,
    use_sensitive_features: bool,
    seed: int,
) -> LearnedRatios:
    """Learn ratios of real training rows and generated ones, judged on real validation rows.

    Parameters
    ----------
    rows : TrainingRows
    pool : sequence of Frame
        Generated rows.
    validation : RealRows
    choice : DrFairnessChoice
    use_sensitive_features : bool
        Whether the head sees the sensitive features, as models do or do not.
    seed : int

    Raises
    ------
    ConstraintError
        If fewer than two groups have enough validation rows of both outcomes.
    """
    columns = list(rows.schema.modeled_columns)
    drawn = concatenate([held.select(columns) for held in pool])
    groups = sensitive_groups(rows.frame, rows.schema, choice.sensitive_features)
    taking_part = _groups_taking_part(rows, validation, groups)
    real = _rows(rows.frame, rows.schema, groups, taking_part)
    generated = _rows(drawn, rows.schema, groups, taking_part)
    generated = _taken(generated, generated.takes_part)
    judged = _rows(validation.frame, rows.schema, groups, taking_part)
    design = DesignMatrix.fit(
        rows.frame, rows.schema, form="one_hot", use_sensitive_features=use_sensitive_features
    )
    head = _fit_head(real.encoded(design), generated.encoded(design), judged.encoded(design), choice, seed)
    names = [groups.label(code) for code in taking_part]
    contents = _contents(head, real, generated, judged, choice, names)
    if head.left_out_ is not None:
        generated = _taken(generated, np.zeros(len(generated.groups), dtype=bool))
    return LearnedRatios(
        generated.frame, _weights(rows, head, real, generated), contents, _points(head, names)
    )


def check_ratios(rows: TrainingRows, validation: RealRows, choice: DrFairnessChoice | None) -> None:
    """Refuse, before hours of learning, ratios that no groups are there for.

    Raises
    ------
    ConstraintError
        As `learn_ratios`.
    MissingExtraError
        If the head needs PyTorch, which is not there.
    """
    if choice is not None:
        if choice.head == "mlp" and find_spec("torch") is None:
            raise MissingExtraError("torch", "the head 'mlp' of the mitigation 'dr_fairness'")
        groups = sensitive_groups(rows.frame, rows.schema, choice.sensitive_features)
        _groups_taking_part(rows, validation, groups)


def ratio_table(
    rows: TrainingRows, pool: Frame, weights: np.ndarray, remarks: tuple[str, ...]
) -> TrainingTable:
    """Return the training table of real rows and a pool with learned weights."""
    frame, _, positions = with_rows(rows, pool)
    return TrainingTable(DR_FAIRNESS, frame, weights, positions, remarks)


def _groups_taking_part(rows: TrainingRows, validation: RealRows, groups: IntersectionalGroups) -> list[int]:
    """Return the codes of the groups that can be learned from and judged in both outcomes."""
    enough = np.ones(groups.n_groups, dtype=bool)
    for frame, fewest in ((rows.frame, 1), (validation.frame, MIN_JUDGED)):
        codes, outcomes = _codes(frame, rows.schema, groups)
        for outcome in (0, 1):
            held = codes[(codes >= 0) & (outcomes == outcome)]
            enough &= np.bincount(held, minlength=groups.n_groups) >= fewest
    found = np.flatnonzero(enough).tolist()
    if len(found) < 2:
        advice = "name fewer sensitive features (mitigation.sensitive_features), or give more validation rows"
        expected = f"two groups with {MIN_JUDGED} validation rows of each outcome"
        received = f"{len(found)} of {groups.n_groups}"
        raise ConstraintError(Problem(f"mitigation {DR_FAIRNESS!r}", expected, received, advice))
    return found


def _codes(frame: Frame, schema: TableSchema, groups: IntersectionalGroups) -> tuple[np.ndarray, np.ndarray]:
    """Return group and outcome of every row, -1 for none."""
    outcomes = np.where(has_target(frame, schema), favorable(frame, schema).astype(np.int64), -1)
    return group_codes(frame, schema, groups), outcomes


def _rows(
    frame: Frame, schema: TableSchema, groups: IntersectionalGroups, taking_part: list[int]
) -> RatioRows:
    codes, outcomes = _codes(frame, schema, groups)
    places = np.full(groups.n_groups + 1, -1)  # the last one is what the code -1 points to
    places[taking_part] = np.arange(len(taking_part))
    return RatioRows(frame, outcomes, np.where(outcomes >= 0, places[codes], -1))


def _taken(held: RatioRows, kept: np.ndarray) -> RatioRows:
    return RatioRows(take_rows(held.frame, kept), held.outcomes[kept], held.groups[kept])


@dataclass(frozen=True, eq=False)
class UsedRatios:
    """The ratios that weights are made of: the mean over the later half of training.

    NOTE[DEPARTURE]: the published ratios are used batch by batch. A model that is trained once, afterwards, needs one
    mixture; the last one is as noisy as the batches, and weights made of it overshoot (on Adult a gap of the true
    positive rates of +0.11 where the mean gave +0.05).

    Attributes
    ----------
    group_shares, real_shares : ndarray, shape (n_labels, n_groups)
    label_shares : ndarray, shape (n_labels,)
    """

    group_shares: np.ndarray
    real_shares: np.ndarray
    label_shares: np.ndarray

    @classmethod
    def of(cls, head: Any) -> UsedRatios:
        """Return the ratios of a fitted head, an `AdaptiveSamplingClassifier`."""
        return cls.of_history(head.history_)

    @classmethod
    def of_history(cls, history: Sequence[Any]) -> UsedRatios:
        """Return the ratios of points in time, each a `RatioPoint`."""
        later = [point for point in history if 2 * point.n_batches >= history[-1].n_batches]
        return cls(*(np.mean([getattr(point, name) for point in later], axis=0) for name in _TABLES))

    @property
    def batch_shares(self) -> np.ndarray:
        """Shares of all cells, shape (2, n_labels, n_groups): real rows first; sum 1."""
        cells = self.label_shares[:, None] * self.group_shares
        return np.stack([cells * self.real_shares, cells * (1 - self.real_shares)])


def _fit_head(real: Any, generated: Any, judged: Any, choice: DrFairnessChoice, seed: int) -> Any:
    from equitab.mitigation.adaptive_sampling import AdaptiveSamplingClassifier

    features, outcomes, groups = real
    head = AdaptiveSamplingClassifier(
        choice.head,
        objective=choice.objective,
        gap=choice.gap,
        accuracy_weight=choice.weight,
        label_shares=choice.label_shares,
        judged_by=choice.judged_by,
        generated_rows=choice.generated_rows,
        n_steps=choice.n_steps,
        hypergradient=choice.hypergradient,
        update_every=UPDATE_EVERY,  # one that is timed would not give the same ratios twice
        seed=seed,
    )
    return head.fit(
        features,
        outcomes,
        sensitive_features=groups,
        generated=generated if len(generated[1]) else None,
        validation=judged,
    )


def _weights(rows: TrainingRows, head: Any, real: RatioRows, generated: RatioRows) -> np.ndarray:
    """Return the weights of all rows; a real row that takes no part weighs what the average real one does."""
    from equitab.mitigation.adaptive_sampling import learned_weights

    inside = real.takes_part
    n_inside, n_pool = int(inside.sum()), len(generated.groups)
    learned = learned_weights(
        UsedRatios.of(head).batch_shares,
        np.concatenate([real.outcomes[inside], generated.outcomes]),
        np.concatenate([real.groups[inside], generated.groups]),
        np.arange(n_inside + n_pool) >= n_inside,
    )
    weights = np.full(len(inside) + n_pool, (n_inside + n_pool) / n_inside)
    weights[: len(inside)][inside] = learned[:n_inside]
    weights[len(inside) :] = learned[n_inside:]
    if rows.weights is not None:
        weights[: len(inside)] *= rows.weights / np.nanmean(rows.weights)
    return weights


def _contents(
    head: Any,
    real: RatioRows,
    generated: RatioRows,
    judged: RatioRows,
    choice: DrFairnessChoice,
    names: list[str],
) -> RatioContents:
    start, used = (head.left_out_ or head.sampler_).history[0], UsedRatios.of(head)
    cells = tuple(
        RatioCell(
            group=name,
            outcome=outcome,
            n_real=int(((real.outcomes == y) & (real.groups == z)).sum()),
            n_generated=int(((generated.outcomes == y) & (generated.groups == z)).sum()),
            share_start=float(start.group_shares[y, z]),
            share_end=float(used.group_shares[y, z]),
            real_start=float(start.real_shares[y, z]),
            real_end=float(used.real_shares[y, z]),
        )
        for y, outcome in enumerate(OUTCOMES)
        for z, name in enumerate(names)
    )
    return RatioContents(
        objective=choice.objective,
        gap=choice.gap,
        accuracy_weight=choice.weight,
        favorable_start=float(start.label_shares[1]),
        favorable_end=float(used.label_shares[1]),
        head=choice.head,
        n_steps=choice.n_steps,
        n_judged=head.n_judged_,
        uses_training_rows=head.n_judged_ > int(judged.takes_part.sum()),
        cells=cells,
        n_outside=int((~real.takes_part).sum()),
        remarks=() if head.left_out_ is None else (LEFT_OUT,),
    )


def _points(head: Any, names: list[str]) -> tuple[CurvePoint, ...]:
    """Return how ratios moved, in at most some hundred points of each line."""
    every = -(-len(head.history_) // MOST_POINTS)
    kept = [*head.history_[:-1:every], head.history_[-1]]
    return tuple(
        CurvePoint(figure=f"{kind}/{outcome}", series=name, x=str(point.n_batches), y=float(shares[y, z]))
        for kind in ("ratio_share", "ratio_real")
        for y, outcome in enumerate(OUTCOMES)
        for z, name in enumerate(names)
        for point in kept
        for shares in [point.group_shares if kind == "ratio_share" else point.real_shares]
    )
