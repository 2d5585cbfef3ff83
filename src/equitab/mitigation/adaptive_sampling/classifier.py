"""A scikit-learn classifier that learns from batches of adaptive ratios, or from rows weighted by them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, has_fit_parameter, validate_data

from equitab.errors import InputError, MissingExtraError, Problem
from equitab.mitigation.adaptive_sampling.cells import FloatArray
from equitab.mitigation.adaptive_sampling.classifier_rows import FitRows, JudgedBy, Scale, fit_rows
from equitab.mitigation.adaptive_sampling.drawing import AdaptiveBatchSampler, Strategy
from equitab.mitigation.adaptive_sampling.head_training import HeadTraining, UpdateEvery
from equitab.mitigation.adaptive_sampling.heads import Head, LogisticHead
from equitab.mitigation.adaptive_sampling.objectives import SHARPNESS, Gap, Objective, weight_for
from equitab.mitigation.adaptive_sampling.ratio_gradients import DAMPING, Hypergradient
from equitab.mitigation.adaptive_sampling.ratio_learner import (
    FEWEST_COMPARED,
    InnerRows,
    RatioSettings,
)
from equitab.mitigation.adaptive_sampling.ratios import STEP_SIZE, LabelShares
from equitab.mitigation.adaptive_sampling.row_weights import learned_weights

Proxy = Literal["logistic", "mlp"]
GeneratedRows = Literal["if_better", "always"]


class AdaptiveSamplingClassifier(ClassifierMixin, BaseEstimator):
    """A classifier whose training data change while it learns: groups, and real against generated rows.

    Use it to make a model fairer with few or no generated rows, and to learn where generated rows help. Sensitive
    features are needed to fit, not to predict.

    Parameters
    ----------
    estimator : "logistic", "mlp" or a classifier of scikit-learn
        The first two learn from the batches themselves (``"mlp"`` needs PyTorch). Any other classifier that takes
        `sample_weight` is fitted once, to rows weighted by the ratios that a `proxy` learned.
    objective : {"equalized_odds", "equal_opportunity", "demographic_parity"}
        What is to be equal over groups.
    gap : {"rate", "loss"}
        Compare groups by mean probability, or by mean loss, as published.
    sharpness : float, default 4
        By how much logits are multiplied before rates are compared: more is closer to the rate of decisions.
    accuracy_weight : float or None
        More is more accurate, less is fairer; 0.5 for rates and 20, as published, for losses when None.
    label_shares : {"learned", "kept"} or None
        Whether the shares of outcomes are learned like those of groups, or kept, as published; see
        `AdaptiveBatchSampler`. None means learned where the strategy learns ratios.
    judged_by : {"validation", "all_rows"} or None
        The real rows on which gaps and accuracy are judged while ratios are learned: those for validation, as
        published, or training rows too. These are many more, so that gaps are known better, and say the truth of a
        model that cannot learn rows by heart: None means all rows for the logistic head (also as a proxy), and
        validation rows for a network.
    strategy : {"dr_fairness", "fairbatch", "balanced", "uniform", "pooled"}
        How batches are made up; see `AdaptiveBatchSampler`.
    generated_rows : {"if_better", "always"}
        Use generated rows only where they make neither the outer objective nor the mean loss larger on the rows that
        judge, for which the head is trained twice; or always, as published, in the learned share.
    hypergradient : {"identity", "last_layer"}
        The published approximation, or the exact solve for the last layer.
    proxy : {"logistic", "mlp"}
        The head with which ratios are learned for another classifier.
    batch_size : int, default 100
    n_steps : int, default 3000
        Batches to train on.
    learning_rate : float or None
        Of Adam; 0.005 for logistic, 0.001 for a network when None.
    penalty : float, default 1e-4
        Weight of half the squared norm of the coefficients.
    hidden : sequence of int, default (64, 64)
        Widths of the network's layers.
    ratio_step : float, default 0.005
        Step of Adam for the ratios.
    update_every : int or "auto"
        Batches between two updates of the ratios. ``"auto"`` times both before training, so that updates take at
        most a quarter of the time of training; the number chosen is `update_every_`. Set it by hand where the
        same seed is to give the same model on every machine.
    n_validation : int, default 512
        Validation rows looked at in an update, and as many generated ones. Four times as many as published: for
        tables they cost little, and ratios wander less.
    inner_rows : {"training", "validation"}
        Whose real rows the gradients of cells are taken from; the second is published, see `RatioLearner`.
    damping : float, default 0.01
        rho of the exact solve.
    min_rows : int, default 10
        Cells with fewer validation rows do not enter the gap.
    alpha : float, default 0.005
        Step of FairBatch's rule.
    validation_share : float, default 0.2
        Part of the rows divided off for validation, in each cell, when none are given and not all rows judge.
    favorable_label : value or None
        The outcome that is good for the person; the last in sorted order when None.
    seed : int, default 0

    Attributes
    ----------
    classes_ : ndarray
        Outcomes.
    groups_ : list
        Groups, in the order of their codes: values of the sensitive features.
    ratios_ : DataRatios
        As learned.
    history_ : tuple of RatioPoint
        How they moved.
    sampler_ : AdaptiveBatchSampler
    update_every_ : int
    n_judged_ : int
        Real rows on which ratios were judged.
    left_out_ : AdaptiveBatchSampler or None
        Where generated rows were left out, what had been learned with them.
    remarks_ : tuple of str
        What a reader of results must know, such as cells without rows.
    model_ : Head or classifier

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> group, y = rng.integers(0, 2, 600), rng.integers(0, 2, 600)
    >>> X = np.c_[y + rng.normal(0, 0.5 + group), group]
    >>> model = AdaptiveSamplingClassifier(n_steps=200, update_every=4)
    >>> model.fit(X, y, sensitive_features=group).predict(X).shape
    (600,)
    """

    def __init__(
        self,
        estimator: Any = "logistic",
        *,
        objective: Objective = "equalized_odds",
        gap: Gap = "rate",
        sharpness: float = SHARPNESS,
        accuracy_weight: float | None = None,
        label_shares: LabelShares | None = None,
        judged_by: JudgedBy | None = None,
        strategy: Strategy = "dr_fairness",
        generated_rows: GeneratedRows = "if_better",
        hypergradient: Hypergradient = "identity",
        proxy: Proxy = "logistic",
        batch_size: int = 100,
        n_steps: int = 3000,
        learning_rate: float | None = None,
        penalty: float = 1e-4,
        hidden: Sequence[int] = (64, 64),
        ratio_step: float = STEP_SIZE,
        update_every: UpdateEvery = "auto",
        n_validation: int = 512,
        inner_rows: InnerRows = "training",
        damping: float = DAMPING,
        min_rows: int = FEWEST_COMPARED,
        alpha: float = 0.005,
        validation_share: float = 0.2,
        favorable_label: Any = None,
        seed: int = 0,
    ) -> None:
        self.estimator = estimator
        self.objective = objective
        self.gap = gap
        self.sharpness = sharpness
        self.accuracy_weight = accuracy_weight
        self.label_shares = label_shares
        self.judged_by = judged_by
        self.strategy = strategy
        self.generated_rows = generated_rows
        self.hypergradient = hypergradient
        self.proxy = proxy
        self.batch_size = batch_size
        self.n_steps = n_steps
        self.learning_rate = learning_rate
        self.penalty = penalty
        self.hidden = hidden
        self.ratio_step = ratio_step
        self.update_every = update_every
        self.n_validation = n_validation
        self.inner_rows = inner_rows
        self.damping = damping
        self.min_rows = min_rows
        self.alpha = alpha
        self.validation_share = validation_share
        self.favorable_label = favorable_label
        self.seed = seed

    def fit(
        self,
        X: Any,
        y: Any,
        *,
        sensitive_features: Any,
        generated: tuple[Any, Any, Any] | None = None,
        validation: tuple[Any, Any, Any] | None = None,
        sample_weight: Any = None,
    ) -> AdaptiveSamplingClassifier:
        """Learn ratios and model.

        Parameters
        ----------
        X : array-like or data frame of numbers, shape (n_rows, n_features)
            Real rows.
        y : array-like, shape (n_rows,)
        sensitive_features : array-like, shape (n_rows,) or (n_rows, n_sensitive_features)
            Groups are the combinations of values.
        generated : tuple (X, y, sensitive_features), optional
            The pool of generated rows.
        validation : tuple (X, y, sensitive_features), optional
            Real rows on which ratios are judged; divided off when not given.
        sample_weight : array-like, shape (n_rows,), optional
            Weights of the real rows in the loss.

        Returns
        -------
        self

        Raises
        ------
        InputError
            If rows or settings cannot be used: all problems at once.
        """
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        self._check_settings()
        rows = fit_rows(
            self,
            (X, y, sensitive_features),
            generated,
            validation,
            sample_weight,
            judged_by=self._judged_by,
            validation_share=self.validation_share,
            seed=self.seed,
        )
        self.classes_, self.groups_ = rows.classes, rows.groups
        rows, head = self._learn(rows)
        self.model_: Any = head if isinstance(self.estimator, str) else self._fit_weighted(rows)
        return self

    def _check_settings(self) -> None:
        """Raise with everything that is wrong with settings that nobody else checks."""
        problems = []
        if self.estimator not in ("logistic", "mlp") if isinstance(self.estimator, str) else False:
            problems.append(Problem("estimator", "'logistic', 'mlp' or a classifier", repr(self.estimator)))
        elif not isinstance(self.estimator, str) and not has_fit_parameter(self.estimator, "sample_weight"):
            advice = "choose one that does, such as trees or boosting"
            received = type(self.estimator).__name__
            problems.append(
                Problem("estimator", "a classifier whose fit takes sample_weight", received, advice)
            )
        if self.generated_rows not in get_args(GeneratedRows):
            problems.append(Problem("generated_rows", "'if_better' or 'always'", repr(self.generated_rows)))
        if self.proxy not in ("logistic", "mlp"):
            problems.append(Problem("proxy", "'logistic' or 'mlp'", repr(self.proxy)))
        if self.judged_by not in ("validation", "all_rows", None):
            problems.append(Problem("judged_by", "'validation', 'all_rows' or None", repr(self.judged_by)))
        if not self.n_steps >= 1:
            problems.append(Problem("n_steps", "at least 1", repr(self.n_steps)))
        if not 0 < self.validation_share < 1:
            problems.append(Problem("validation_share", "between 0 and 1", repr(self.validation_share)))
        if problems:
            raise InputError(problems)

    def _learn(self, rows: FitRows) -> tuple[FitRows, Head]:
        """Train the head, keep what it taught about the ratios, and return the rows that were used."""
        self._scale = Scale.of(rows.training.features[~rows.training.cells.is_generated])
        self.left_out_, said = None, rows.remarks
        training = self._trained(rows)
        if self._may_leave_out(rows):
            alone = self._trained(rows.without_generated())
            with_them, without = training.judged(), alone.judged()
            if not all(np.less_equal(with_them, without)):
                self.left_out_ = training.sampler
                rows, training = rows.without_generated(), alone
                said = (*said, _left_out_remark(with_them, without))
        self.sampler_ = training.sampler
        self.ratios_, self.history_ = self.sampler_.ratios, self.sampler_.history
        self.update_every_ = training.update_every
        self.n_judged_ = len(rows.judged.cells)
        self.remarks_ = (*said, *training.learner.remarks, *self.sampler_.remarks)
        return rows, training.head

    def _may_leave_out(self, rows: FitRows) -> bool:
        """Whether it is tried if generated rows are better left out."""
        return self.generated_rows == "if_better" and self.strategy == "dr_fairness" and rows.has_generated

    def _trained(self, rows: FitRows) -> HeadTraining:
        """Return a head that was trained on rows."""
        cells = rows.training.cells
        sampler = AdaptiveBatchSampler(
            cells.labels,
            cells.groups,
            cells.is_generated,
            n_labels=cells.n_labels,
            n_groups=cells.n_groups,
            batch_size=self.batch_size,
            strategy=self.strategy,
            step_size=self.ratio_step,
            label_shares=self._label_shares,
            seed=self.seed,
        )
        training = HeadTraining(
            self._head(rows),
            sampler,
            replace(rows.training, features=self._scale.apply(rows.training.features)),
            replace(rows.judged, features=self._scale.apply(rows.judged.features)),
            self._ratio_settings(),
            update_every=self.update_every,
            seed=self.seed + 1,
        )
        training.run(self.n_steps)
        return training

    @property
    def _kind(self) -> str:
        """The head that ratios are learned with."""
        return self.estimator if isinstance(self.estimator, str) else self.proxy

    @property
    def _judged_by(self) -> JudgedBy:
        """The rows that ratios are judged by."""
        if self.judged_by is not None:
            return self.judged_by
        return "all_rows" if self._kind == "logistic" else "validation"

    @property
    def _label_shares(self) -> LabelShares:
        """What becomes of the shares of outcomes."""
        if self.label_shares is not None:
            return self.label_shares
        return "learned" if self.strategy == "dr_fairness" else "kept"

    def _head(self, rows: FitRows) -> Head:
        """Return the head to train."""
        kind = self._kind
        n_features, n_labels = rows.training.features.shape[1], len(self.classes_)
        if kind == "logistic":
            rate = 5e-3 if self.learning_rate is None else self.learning_rate
            return LogisticHead(n_features, n_labels, learning_rate=rate, penalty=self.penalty)
        if find_spec("torch") is None:
            raise MissingExtraError("torch", "the estimator 'mlp'")
        from equitab.mitigation.adaptive_sampling.mlp_head import MlpHead

        rate = 1e-3 if self.learning_rate is None else self.learning_rate
        hidden = tuple(self.hidden)
        return MlpHead(
            n_features, n_labels, hidden=hidden, learning_rate=rate, penalty=self.penalty, seed=self.seed
        )

    def _ratio_settings(self) -> RatioSettings:
        """Return how ratios are learned."""
        favorable = len(self.classes_) - 1
        if self.favorable_label is not None:
            places = np.flatnonzero(self.classes_ == self.favorable_label)
            if not len(places):
                raise InputError(Problem("favorable_label", "one of the outcomes in y", "another value"))
            favorable = int(places[0])
        return RatioSettings(
            objective=self.objective,
            gap=self.gap,
            sharpness=self.sharpness,
            accuracy_weight=weight_for(self.gap, self.accuracy_weight),
            favorable_label=favorable,
            hypergradient=self.hypergradient,
            damping=self.damping,
            n_validation=self.n_validation,
            inner_rows=self.inner_rows,
            min_rows=self.min_rows,
            alpha=self.alpha,
        )

    def _fit_weighted(self, rows: FitRows) -> Any:
        """Fit the classifier to all rows, weighted as the ratios say; rows divided off come back for that."""
        everything = rows.everything
        cells = everything.cells
        weights = learned_weights(self.ratios_, cells.labels, cells.groups, cells.is_generated)
        if everything.weights is not None:
            weights = weights * everything.weights
        kept = weights > 0
        labels = self.classes_[cells.labels]
        return clone(self.estimator).fit(everything.features[kept], labels[kept], sample_weight=weights[kept])

    def predict_proba(self, X: Any) -> FloatArray:
        """Return the probability of each outcome, shape (n_rows, n_classes); no sensitive features are needed."""
        check_is_fitted(self, "model_")
        X = validate_data(self, X, dtype=np.float64, reset=False)
        if isinstance(self.estimator, str):
            return self.model_.predict_proba(self._scale.apply(X))
        return self.model_.predict_proba(X)

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Return the outcome of each row, shape (n_rows,); no sensitive features are needed."""
        check_is_fitted(self, "model_")
        if not isinstance(self.estimator, str) and not hasattr(self.model_, "predict_proba"):
            return self.model_.predict(validate_data(self, X, dtype=np.float64, reset=False))
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


def _left_out_remark(with_them: tuple[float, float], without: tuple[float, float]) -> str:
    """Say that generated rows were left out, and by what."""
    return (
        "generated rows were left out: on the real rows that judge, outer objective and mean loss are "
        f"{with_them[0]:.4f} and {with_them[1]:.4f} with them, {without[0]:.4f} and {without[1]:.4f} without"
    )
