r"""Thresholds for each group, chosen on held-out scores: the baseline that needs no new data.

fairlearn finds, for every group, the randomised threshold rule that satisfies a constraint at the best
objective. What it found is kept here as plain numbers, so that a rule can be saved as JSON, applied without
fairlearn, and made reproducible: for a score :math:`s` in group :math:`g`

.. math:: P(\hat y = 1) = q_g c + (1 - q_g) \left( p_g \, [s \gtrless t_g] + (1 - p_g) \, [s \gtrless u_g] \right).

References
----------
Hardt, Price, Srebro (2016), Equality of opportunity in supervised learning.
Weerts et al. (2023), Fairlearn: assessing and improving fairness of AI systems.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from equitab.errors import ConstraintError, InputError, Problem, closest
from equitab.mitigation.resampling import resample_by_weight

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

ThresholdConstraint = Literal[
    "demographic_parity",
    "equalized_odds",
    "true_positive_rate_parity",
    "false_positive_rate_parity",
]
ThresholdObjective = Literal["balanced_accuracy_score", "accuracy_score"]


@dataclass(frozen=True)
class GroupRule:
    """The randomised threshold rule of one group.

    Parameters
    ----------
    first_sign, second_sign : {">", "<"}
        On which side of the threshold a score is favorable.
    first_threshold, second_threshold : float
        May be infinite: nobody, or everybody.
    first_share : float
        How often the first threshold is used, in [0, 1].
    constant : float
        A share that is granted whatever the score, used with probability `constant_share`.
    constant_share : float
    """

    first_threshold: float
    second_threshold: float
    first_share: float
    first_sign: str = ">"
    second_sign: str = ">"
    constant: float = 0.0
    constant_share: float = 0.0

    def probability(self, score: FloatArray) -> FloatArray:
        """Return the probability of a favorable prediction for each score."""
        first = _beyond(score, self.first_sign, self.first_threshold)
        second = _beyond(score, self.second_sign, self.second_threshold)
        mixed = self.first_share * first + (1 - self.first_share) * second
        return self.constant_share * self.constant + (1 - self.constant_share) * mixed


@dataclass(frozen=True)
class ThresholdRules:
    """A rule for each group, and one for everybody else.

    Parameters
    ----------
    rules : tuple of GroupRule or None
        By group code; None for a group that had too little to learn a rule from: it gets `otherwise`.
    otherwise : GroupRule
        For those groups, and for people of no group (code -1).
    constraint : str
    remarks : tuple of str
        What could not be done; empty when all went well.
    """

    rules: tuple[GroupRule | None, ...]
    otherwise: GroupRule
    constraint: ThresholdConstraint
    remarks: tuple[str, ...] = ()

    @property
    def is_defined(self) -> bool:
        """Whether at least two groups have a rule, that is whether anything was made equal."""
        return sum(rule is not None for rule in self.rules) > 1

    def probability(self, score: npt.ArrayLike, groups: npt.ArrayLike) -> FloatArray:
        """Return the probability of a favorable prediction, shape (n_rows,), in [0, 1].

        Parameters
        ----------
        score : array-like of float, shape (n_rows,)
        groups : array-like of int, shape (n_rows,)
        """
        values, codes = np.asarray(score, dtype=np.float64), np.asarray(groups, dtype=np.int64)
        found = self.otherwise.probability(values)
        for code, rule in enumerate(self.rules):
            chosen = codes == code
            if rule is not None and chosen.any():
                found[chosen] = rule.probability(values[chosen])
        return np.clip(found, 0.0, 1.0)

    def predict(self, score: npt.ArrayLike, groups: npt.ArrayLike, *, seed: int) -> npt.NDArray[np.bool_]:
        """Return predictions, shape (n_rows,): drawn with the probabilities, the same for the same seed."""
        probability = self.probability(score, groups)
        return np.asarray(np.random.default_rng(seed).random(probability.size) < probability)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON (infinite thresholds as text)."""
        return {
            "constraint": self.constraint,
            "rules": [None if rule is None else _plain(rule) for rule in self.rules],
            "otherwise": _plain(self.otherwise),
            "remarks": list(self.remarks),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> ThresholdRules:
        """Return the rules that `to_dict` described."""
        rules = tuple(None if rule is None else _rule(rule) for rule in data["rules"])
        return cls(rules, _rule(data["otherwise"]), data["constraint"], tuple(data["remarks"]))


def fit_threshold_optimizer(
    score: npt.ArrayLike,
    favorable: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    constraint: ThresholdConstraint = "demographic_parity",
    objective: ThresholdObjective = "balanced_accuracy_score",
    sample_weight: npt.ArrayLike | None = None,
    seed: int,
) -> ThresholdRules:
    """Return threshold rules for each group, chosen by fairlearn's ThresholdOptimizer.

    Parameters
    ----------
    score : array-like of float, shape (n_rows,)
        Scores of rows that the model was not trained on (validation rows); higher is more favorable.
    favorable : array-like of bool, shape (n_rows,)
        Their true outcomes.
    groups : array-like of int, shape (n_rows,)
        Codes of their groups (intersectional ones too); -1 takes no part.
    constraint : str
        One of `ThresholdConstraint`: what is made equal over all groups.
    objective : {"balanced_accuracy_score", "accuracy_score"}
        What is made best under the constraint.
    sample_weight : array-like of float, optional
        fairlearn takes none here, so rows are resampled by weight, and the remarks say so.
    seed : int
        For the resampling.

    Returns
    -------
    ThresholdRules
        Groups in which only one outcome occurs cannot have a rule of their own: they are left out, share
        the best common threshold, and are counted in the remarks.

    Raises
    ------
    ConstraintError
        If the constraint is unknown.
    InputError
        If the arrays differ in length or a score is not finite.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> groups = np.repeat([0, 1], 500)
    >>> score = np.clip(rng.normal(0.4 + 0.2 * groups, 0.2), 0, 1)
    >>> rules = fit_threshold_optimizer(score, score > rng.random(1000), groups, seed=0)
    >>> shares = rules.probability(score, groups)
    >>> bool(abs(shares[:500].mean() - shares[500:].mean()) < 0.01)
    True
    """
    if constraint not in get_args(ThresholdConstraint):
        advice = closest(constraint, get_args(ThresholdConstraint))
        raise ConstraintError(
            Problem("constraint of the threshold optimizer", "a known one", repr(constraint), advice)
        )
    values, outcomes, codes = _checked(score, favorable, groups)
    n_groups, remarks = int(codes.max(initial=-1)) + 1, []
    if sample_weight is not None:
        drawn = resample_by_weight(sample_weight, seed=seed)
        values, outcomes, codes = values[drawn], outcomes[drawn], codes[drawn]
        remarks.append("weighted resampling: the threshold optimizer takes no weights")
    usable = [code for code in range(n_groups) if _has_both(outcomes[codes == code])]
    n_left_out = len(set(codes[codes >= 0].tolist()) - set(usable))
    if n_left_out:
        remarks.append(f"{n_left_out} groups with one outcome only share the common threshold")
    if len(usable) < 2:
        remarks.append(f"{len(usable)} groups with both outcomes: nothing to make equal")
        rules: dict[int, GroupRule] = {}
    else:
        kept = np.isin(codes, usable)
        rules = _optimize(values[kept], outcomes[kept], codes[kept], constraint, objective)
    common = _common_rule(values, outcomes, objective)
    return ThresholdRules(
        tuple(rules.get(code) for code in range(n_groups)), common, constraint, tuple(remarks)
    )


def _optimize(
    score: FloatArray, outcomes: IntArray, codes: IntArray, constraint: str, objective: str
) -> dict[int, GroupRule]:
    """Return fairlearn's rule for each group as plain numbers."""
    from fairlearn.postprocessing import ThresholdOptimizer

    optimizer = ThresholdOptimizer(
        estimator=_score_as_it_is(),
        constraints=constraint,
        objective=objective,
        prefit=True,
        predict_method="predict",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # fairlearn warns about its own use of pandas; nothing to act on
        optimizer.fit(score[:, None], outcomes, sensitive_features=codes)
    found = optimizer.interpolated_thresholder_.interpolation_dict
    return {int(code): _from_fairlearn(held) for code, held in found.items()}


def _score_as_it_is() -> Any:
    """Return a fitted scikit-learn estimator whose prediction is its only feature."""
    from sklearn.base import BaseEstimator, ClassifierMixin

    class ScoreAsItIs(ClassifierMixin, BaseEstimator):
        def fit(self, X: FloatArray, y: object = None) -> ScoreAsItIs:  # noqa: ARG002
            self.classes_ = np.array([0, 1])
            return self

        def predict(self, X: FloatArray) -> FloatArray:
            return np.asarray(X)[:, 0]

    return ScoreAsItIs().fit(np.zeros((1, 1)))


def _from_fairlearn(held: Any) -> GroupRule:
    return GroupRule(
        first_threshold=float(held["operation0"].threshold),
        second_threshold=float(held["operation1"].threshold),
        first_share=float(held["p0"]),
        first_sign=held["operation0"].operator,
        second_sign=held["operation1"].operator,
        constant=float(held.get("prediction_constant", 0.0)),
        constant_share=float(held.get("p_ignore", 0.0)),
    )


def _common_rule(score: FloatArray, outcomes: IntArray, objective: str) -> GroupRule:
    """Return the one threshold for everybody at which the objective is best."""
    if not _has_both(outcomes):
        return GroupRule(0.5, 0.5, 1.0)
    order = np.argsort(-score, kind="stable")
    ranked, hits = score[order], np.cumsum(outcomes[order])
    false = np.arange(1, ranked.size + 1) - hits
    n_favorable, n_other = int(outcomes.sum()), int(outcomes.size - outcomes.sum())
    if objective == "balanced_accuracy_score":
        gain = hits / n_favorable - false / n_other
    else:
        gain = (hits - false) / ranked.size
    gain[:-1][ranked[:-1] == ranked[1:]] = -np.inf  # a threshold cannot lie between equal scores
    best = int(np.argmax(gain))
    below = ranked[best + 1] if best + 1 < ranked.size else -math.inf
    threshold = float((ranked[best] + below) / 2)
    return GroupRule(threshold, threshold, 1.0)


def _beyond(score: FloatArray, sign: str, threshold: float) -> npt.NDArray[np.bool_]:
    return np.asarray(score > threshold if sign == ">" else score < threshold)


def _has_both(outcomes: IntArray) -> bool:
    return bool(outcomes.size) and 0 < int(outcomes.sum()) < outcomes.size


def _plain(rule: GroupRule) -> dict[str, Any]:
    return {name: str(held) if held in (math.inf, -math.inf) else held for name, held in asdict(rule).items()}


def _rule(data: dict[str, Any]) -> GroupRule:
    numbers: dict[str, Any] = {
        name: held if name.endswith("sign") else float(held) for name, held in data.items()
    }
    return GroupRule(**numbers)


def _checked(
    score: npt.ArrayLike, favorable: npt.ArrayLike, groups: npt.ArrayLike
) -> tuple[FloatArray, IntArray, IntArray]:
    """Return scores, outcomes (0, 1) and codes, or raise with everything that is wrong with them."""
    values, codes = np.asarray(score, dtype=np.float64), np.asarray(groups, dtype=np.int64)
    outcomes = np.asarray(favorable).astype(np.int64)
    problems = []
    if len({values.size, outcomes.size, codes.size}) > 1:
        received = f"{values.size} scores, {outcomes.size} outcomes, {codes.size} groups"
        problems.append(Problem("number of rows", "the same in every array", received))
    n_bad = int(np.count_nonzero(~np.isfinite(values)))
    if n_bad:
        problems.append(Problem("score", "finite numbers", f"others in {n_bad} of {values.size} rows"))
    if problems:
        raise InputError(problems)
    return values, outcomes, codes
