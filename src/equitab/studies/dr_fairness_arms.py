"""What every arm of the Dr-Fairness study learns from the same rows, and how it is judged."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from equitab.evaluation import LEARNERS as KNOWN_LEARNERS
from equitab.evaluation import DesignMatrix
from equitab.metrics.group_fairness import equalized_odds_difference
from equitab.mitigation import reweighing_weights
from equitab.mitigation.adaptive_sampling import AdaptiveSamplingClassifier, Strategy, learned_weights
from equitab.pipeline.ratios import UsedRatios
from equitab.studies.dr_fairness import (
    ALWAYS,
    BOOSTING,
    CORRUPTED,
    FAIRBATCH,
    FEWER,
    KEPT,
    LOGISTIC,
    NETWORK,
    NO_POOL,
    PLAIN,
    PUBLISHED,
    RATIOS,
    DrFairnessSettings,
)
from equitab.studies.dr_fairness_rows import StudyRows, StudySplit

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
Predict: TypeAlias = Callable[[StudyRows], BoolArray]

STRATEGIES: Mapping[str, Strategy] = {
    PLAIN: "uniform",
    "uniform": "pooled",
    "balanced": "balanced",
    FAIRBATCH: "fairbatch",
    RATIOS: "dr_fairness",
}
"""What each arm is called by the batch sampler."""
_PUBLISHED_FORM: dict[str, Any] = {
    "gap": "loss",
    "label_shares": "kept",
    "judged_by": "validation",
    "generated_rows": "always",
    "n_validation": 128,
    "inner_rows": "validation",
    "update_every": 1,
}
REDUCTION_BOUND = 0.01
"""fairlearn's default difference bound of equalized odds."""


@dataclass(frozen=True)
class Arm:
    """One way to train.

    Attributes
    ----------
    name : str
        Of `dr_fairness.ARMS`.
    generator : str
        Whose rows are the pool; empty without one.
    form : str
        Of learned ratios, such as `PUBLISHED`; ``step`` of FairBatch's rule.
    amount : float or None
        Accuracy weight of learned ratios; step of FairBatch's rule.
    """

    name: str
    generator: str = NO_POOL
    form: str = ""
    amount: float | None = None

    @property
    def setting(self) -> str:
        """Form and amount in words; empty for arms without settings."""
        return "" if self.amount is None else f"{self.form}, {self.amount:g}"


@dataclass(frozen=True, eq=False)
class TrainedArm:
    """What came of an arm.

    Attributes
    ----------
    arm : Arm
    learner : str
    validation, test : mapping of str to float
        Metrics on real rows.
    real_shares : ndarray or None
        Of learned ratios: the real part of each cell, shape (2, n_groups).
    group_shares : ndarray or None
    """

    arm: Arm
    learner: str
    validation: dict[str, float]
    test: dict[str, float]
    real_shares: FloatArray | None = None
    group_shares: FloatArray | None = None


def train_arms(
    split: StudySplit, pools: dict[str, StudyRows], settings: DrFairnessSettings
) -> list[TrainedArm]:
    """Return every arm of every learner, trained and judged; two families of learners, each in a process of its own.

    Parameters
    ----------
    split : StudySplit
    pools : dict of str to StudyRows
        By generator.
    settings : DrFairnessSettings
    """
    from joblib import Parallel, delayed

    jobs = [delayed(_train_light)(split, pools, settings)]
    if NETWORK in settings.learners or settings.with_reductions:
        jobs.append(delayed(_train_heavy)(split, _best_of(pools), settings))
    return [trained for family in Parallel(n_jobs=settings.n_jobs)(jobs) for trained in family]


def _train_light(
    split: StudySplit, pools: dict[str, StudyRows], settings: DrFairnessSettings
) -> list[TrainedArm]:
    """Train logistic heads, and gradient boosting with the weights that each head's ratios give."""
    found = []
    for arm in _arms(pools, settings):
        pool = pools.get(arm.generator)
        head = fit_head(split, pool, arm, LOGISTIC, settings)
        if LOGISTIC in settings.learners:
            found.append(_judged(split, arm, LOGISTIC, _head_prediction(head), head))
        if BOOSTING in settings.learners:
            used = None if head.left_out_ is not None else pool
            found.append(_judged(split, arm, BOOSTING, boost(split, used, _weights(split, used, head)), head))
    if LOGISTIC in settings.learners:
        found.append(_reweighed_head(split, LOGISTIC, settings))
    if BOOSTING in settings.learners:
        found.append(_judged(split, Arm("reweighing"), BOOSTING, boost(split, None, _reweighed(split)), None))
    return found


def _train_heavy(
    split: StudySplit, pools: dict[str, StudyRows], settings: DrFairnessSettings
) -> list[TrainedArm]:
    """Train networks, with the best pool only, and fairlearn's reductions."""
    found = []
    if NETWORK in settings.learners:
        for arm in _arms(pools, settings):
            head = fit_head(split, pools.get(arm.generator), arm, NETWORK, settings)
            found.append(_judged(split, arm, NETWORK, _head_prediction(head), head))
        found.append(_reweighed_head(split, NETWORK, settings))
    if settings.with_reductions and LOGISTIC in settings.learners:
        found.append(_judged(split, Arm("reductions"), LOGISTIC, reduce_unfairness(split), None))
    return found


def _reweighed_head(split: StudySplit, learner: str, settings: DrFairnessSettings) -> TrainedArm:
    head = fit_head(split, None, Arm(PLAIN), learner, settings, weights=_reweighed(split))
    return _judged(split, Arm("reweighing"), learner, _head_prediction(head), None)


def _best_of(pools: dict[str, StudyRows]) -> dict[str, StudyRows]:
    """Return the last pool that is not corrupted: a network takes its time, and meets only that one."""
    names = [name for name in pools if name != CORRUPTED]
    return {name: pools[name] for name in names[-1:]}


def _arms(pools: dict[str, StudyRows], settings: DrFairnessSettings) -> Iterator[Arm]:
    """Yield the arms that a batch sampler knows."""
    yield Arm(PLAIN)
    yield from (Arm(FAIRBATCH, NO_POOL, "step", step) for step in settings.fairbatch_steps)
    yield from _ratio_arms(NO_POOL, settings)
    for generator in pools:
        if generator in settings.generators:
            yield Arm("uniform", generator)
            yield Arm("balanced", generator)
            yield from _ratio_arms(generator, settings)
        else:
            yield Arm(RATIOS, generator, *settings.ratio_settings[0])


def _ratio_arms(generator: str, settings: DrFairnessSettings) -> Iterator[Arm]:
    for form, weight in settings.ratio_settings:
        if form != ALWAYS or generator != NO_POOL:
            yield Arm(RATIOS, generator, form, weight)


def fit_head(
    split: StudySplit,
    pool: StudyRows | None,
    arm: Arm,
    learner: str,
    settings: DrFairnessSettings,
    *,
    weights: FloatArray | None = None,
) -> Any:
    """Return a head trained as an arm says.

    Parameters
    ----------
    split : StudySplit
    pool : StudyRows or None
    arm : Arm
    learner : {"logistic", "mlp"}
    settings : DrFairnessSettings
    weights : ndarray, optional
        Of the training rows.
    """
    head = AdaptiveSamplingClassifier(
        learner,
        strategy=STRATEGIES[arm.name],
        n_steps=settings.n_steps,
        batch_size=settings.batch_size,
        seed=split.seed,
        **_form(arm, settings),
    )
    training = split.training
    return head.fit(
        training.features,
        training.outcomes,
        sensitive_features=training.groups,
        generated=None if pool is None else _encoded(pool),
        validation=_encoded(split.validation),
        sample_weight=weights,
    )


def _form(arm: Arm, settings: DrFairnessSettings) -> dict[str, Any]:
    """Return what an arm's settings are to the classifier."""
    if arm.name == FAIRBATCH:
        return {"alpha": arm.amount, "judged_by": "all_rows"}
    if arm.name != RATIOS:
        return {}
    if arm.form == PUBLISHED:
        return {**_PUBLISHED_FORM, "accuracy_weight": arm.amount}
    return {
        "generated_rows": "always" if arm.generator == CORRUPTED or arm.form == ALWAYS else "if_better",
        "gap": "rate",
        "label_shares": "kept" if arm.form == KEPT else "learned",
        "judged_by": "validation" if arm.form == FEWER else "all_rows",
        "accuracy_weight": arm.amount,
        "n_validation": settings.n_validation,
        "inner_rows": "training",
        "update_every": settings.update_every,
    }


def boost(split: StudySplit, pool: StudyRows | None, weights: FloatArray) -> Predict:
    """Return the predictions of gradient boosting that learned from weighted rows."""
    rows = split.training if pool is None else split.training.and_then(pool)
    known = KNOWN_LEARNERS[BOOSTING]
    design = DesignMatrix.fit(split.training.frame, split.split.schema, form=known.form)
    model = known.build(seed=split.seed, categorical_positions=design.categorical_positions)
    model.fit(design.transform(rows.frame), rows.outcomes, sample_weight=weights)
    return lambda judged: np.asarray(model.predict_proba(design.transform(judged.frame))[:, 1] >= 0.5)


def reduce_unfairness(split: StudySplit) -> Predict:
    """Return the predictions of fairlearn's exponentiated gradient over logistic regressions, equalized odds asked."""
    from fairlearn.reductions import EqualizedOdds, ExponentiatedGradient
    from sklearn.linear_model import LogisticRegression

    reduction = ExponentiatedGradient(
        LogisticRegression(max_iter=300, solver="liblinear"),
        EqualizedOdds(difference_bound=REDUCTION_BOUND),
        max_iter=20,
    )
    training = split.training
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # of its own dependencies, none of which says anything about the result
        reduction.fit(training.features, training.outcomes, sensitive_features=training.groups)
    return lambda rows: np.asarray(reduction.predict(rows.features, random_state=split.seed) == 1)


def measure(predicted: BoolArray, rows: StudyRows) -> dict[str, float]:
    """Return accuracy and the gaps between groups of predictions of real rows.

    Parameters
    ----------
    predicted : ndarray of bool
    rows : StudyRows

    Notes
    -----
    ``tpr_gap`` and ``fpr_gap`` are the first group's rate less the second's, ``called_favorable`` the share of
    everybody who is.
    """
    n_groups = int(rows.groups.max()) + 1
    cells = (rows.groups * 2 + rows.outcomes) * 2 + predicted
    tables = np.bincount(cells, minlength=n_groups * 4).reshape(n_groups, 2, 2)
    rates = tables[:, :, 1] / np.maximum(tables.sum(axis=2), 1)
    return {
        "accuracy": float((predicted == rows.outcomes).mean()),
        "called_favorable": float(predicted.mean()),
        "equalized_odds_gap": float(equalized_odds_difference(tables)),
        "tpr_gap": float(rates[0, 1] - rates[1, 1]),
        "fpr_gap": float(rates[0, 0] - rates[1, 0]),
    }


def _judged(split: StudySplit, arm: Arm, learner: str, predict: Predict, head: Any) -> TrainedArm:
    validation, test = (measure(predict(rows), rows) for rows in (split.validation, split.test))
    if head is None or arm.name != RATIOS:
        return TrainedArm(arm, learner, validation, test)
    learned = UsedRatios.of_history((head.left_out_ or head.sampler_).history)
    return TrainedArm(arm, learner, validation, test, learned.real_shares, learned.group_shares)


def _head_prediction(head: Any) -> Predict:
    return lambda rows: np.asarray(head.predict(rows.features) == 1)


def _encoded(rows: StudyRows) -> tuple[FloatArray, Any, Any]:
    return rows.features, rows.outcomes, rows.groups


def _weights(split: StudySplit, pool: StudyRows | None, head: Any) -> FloatArray:
    """Return weights of real and generated rows, as the head's ratios have them."""
    rows = split.training if pool is None else split.training.and_then(pool)
    is_generated = np.arange(len(rows)) >= len(split.training)
    return learned_weights(UsedRatios.of(head).batch_shares, rows.outcomes, rows.groups, is_generated)


def _reweighed(split: StudySplit) -> FloatArray:
    return reweighing_weights(split.training.groups, split.training.outcomes)
