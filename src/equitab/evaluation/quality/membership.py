"""Attacks that tell from a synthetic table whether a person was among those it was learned from.

The attacker has the synthetic table and a *reference*: real rows of the same population that are neither
members nor among the others asked about. Three cheap attacks are tried, and the best of them counts:

* ``density_ratio``: gradient boosting that tells synthetic from reference rows; a row that looks more
  synthetic than its kind of people does is taken for a member.
* ``nearest_distance``: how near the closest synthetic row is.
* ``calibrated_distance``: the same, relative to the closest reference row, so that people in dense regions are
  not suspected for that alone.

What survives these may fall to stronger ones (shadow models), so a good result is no proof.

References
----------
van Breugel et al. (2023), Membership inference attacks against synthetic data through overfitting detection.
Chen et al. (2020), GAN-Leaks: a taxonomy of membership inference attacks against generative models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from equitab.evaluation.quality.detectors import without_empty_columns
from equitab.evaluation.quality.plan import QualityPlan, draw_rows
from equitab.evaluation.quality.tables import HOLDOUT, SYNTHETIC, TRAINING, CodeArray, FloatArray, GroupedRows
from equitab.evaluation.results import Measurement
from equitab.metrics import MetricResult, membership_metrics, nearest_distances

ATTACKS = ("density_ratio", "nearest_distance", "calibrated_distance")
AREA, SURE = "membership_auroc", "membership_tpr_1"
_ASPECT = 4
#: Keeps the ratio of two distances finite next to a copy.
_FLOOR = 1e-6


@dataclass(frozen=True, eq=False)
class _People:
    """Rows asked about: a plain sample, and more of the groups that it holds few of.

    Parameters
    ----------
    table : int
    rows : ndarray of int
        In random order, the plain sample first.
    n_plain : int
    """

    table: int
    rows: CodeArray
    n_plain: int

    @classmethod
    def draw(cls, plan: QualityPlan, table: int, candidates: CodeArray, rng: np.random.Generator) -> _People:
        """Return a sample of the candidates, every group with a number of rows of its own where it has them."""
        order = rng.permutation(candidates)
        wanted = np.arange(len(order)) < plan.limits.attack_rows
        n_plain = int(wanted.sum())
        for held in plan.tables.groups:
            codes = held.codes[table][order]
            for code in held.occupied():
                wanted[np.flatnonzero(codes == code)[: plan.limits.attack_group_rows]] = True
        return cls(table, order[wanted], n_plain)

    def of_group(self, plan: QualityPlan, held: GroupedRows, code: int) -> CodeArray:
        """Return the positions of a plain sample of one group.

        Rows that came in for another group are left out: they would shift who the group consists of.
        """
        inside = held.codes[self.table][self.rows] == code
        size = max(int(inside[: self.n_plain].sum()), plan.limits.attack_group_rows)
        return np.flatnonzero(inside)[:size]


@dataclass(frozen=True, eq=False)
class _Attacked:
    """Members and others with the scores that every attack gives them."""

    people: tuple[_People, _People]
    scores: Mapping[str, tuple[FloatArray, FloatArray]]

    def plain(self, attack: str) -> list[FloatArray]:
        """Return the scores of the plain samples."""
        return [score[: held.n_plain] for held, score in zip(self.people, self.scores[attack], strict=True)]

    def of_group(self, plan: QualityPlan, attack: str, held: GroupedRows, code: int) -> list[FloatArray]:
        """Return the scores of one group."""
        return [
            score[one.of_group(plan, held, code)]
            for one, score in zip(self.people, self.scores[attack], strict=True)
        ]


def measure_membership(plan: QualityPlan) -> list[Measurement]:
    """Measure how well three attacks tell training rows from held-out rows, for everybody and by group.

    Returns
    -------
    list of Measurement
        ``membership_auroc`` and ``membership_tpr_1`` of every attack (its name is the model), the worst of
        either, and the AUROC of every group. Half of the held-out rows are asked about, the other half is the
        attacker's reference.
    """
    if not plan.tables.has_holdout:
        return plan.without_holdout([f"worst_{AREA}", f"worst_{SURE}"], "privacy")
    half = plan.tables.sizes[HOLDOUT] // 2
    reason = plan.too_small(
        training=plan.tables.sizes[TRAINING], synthetic=plan.tables.sizes[SYNTHETIC], half_of_held_out=half
    )
    if reason:
        return [
            plan.measurement(MetricResult.undefined(f"worst_{metric}", reason=reason, n=2 * half), "privacy")
            for metric in (AREA, SURE)
        ]
    attacked = _attack(plan)
    results = {
        attack: membership_metrics(*attacked.plain(attack), confidence=plan.settings.confidence)
        for attack in ATTACKS
    }
    found = [
        plan.measurement(result, "privacy", model=attack)
        for attack, held in results.items()
        for result in held
    ]
    worst = _worst(results, 0)
    found += [_worst_row(plan, results, place) for place in (0, 1)]
    return found + [row for attack in ATTACKS for row in _by_group(plan, attacked, attack, attack == worst)]


def _attack(plan: QualityPlan) -> _Attacked:
    """Draw members, others and a reference that share no row, and let every attack score them."""
    rng = plan.random(_ASPECT)
    held_out = rng.permutation(plan.tables.sizes[HOLDOUT])
    others, reference = np.split(held_out, [len(held_out) // 2])
    people = (
        _People.draw(plan, TRAINING, np.arange(plan.tables.sizes[TRAINING]), rng),
        _People.draw(plan, HOLDOUT, others, rng),
    )
    most = plan.limits.attacker_rows
    synthetic = draw_rows(np.arange(plan.tables.sizes[SYNTHETIC]), most, rng)
    known = draw_rows(reference, most, rng)
    near = [_nearest(plan, held, SYNTHETIC, synthetic) for held in people]
    far = [_nearest(plan, held, HOLDOUT, known) for held in people]
    calibrated = [np.log((b + _FLOOR) / (a + _FLOOR)) for a, b in zip(near, far, strict=True)]
    return _Attacked(
        people,
        {
            "density_ratio": _density_ratio(plan, people, synthetic, known),
            "nearest_distance": (-near[0], -near[1]),
            "calibrated_distance": (calibrated[0], calibrated[1]),
        },
    )


def _nearest(plan: QualityPlan, people: _People, table: int, rows: CodeArray) -> FloatArray:
    """Return every person's distance to the closest of some rows of a table."""
    places = plan.tables.places
    return nearest_distances(places[people.table][people.rows], places[table][rows])[:, 0]


def _density_ratio(
    plan: QualityPlan, people: Sequence[_People], synthetic: CodeArray, reference: CodeArray
) -> tuple[FloatArray, FloatArray]:
    """Return how much more synthetic than real each person looks, on the logit scale."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    features = plan.tables.features
    known = np.concatenate([features[SYNTHETIC][synthetic], features[HOLDOUT][reference]])
    is_synthetic = np.repeat([True, False], [len(synthetic), len(reference)])
    model = HistGradientBoostingClassifier(
        categorical_features=list(plan.tables.category_positions),
        class_weight="balanced",
        random_state=plan.seed,
    ).fit(without_empty_columns(known), is_synthetic)
    members, others = (model.decision_function(features[held.table][held.rows]) for held in people)
    return members, others


def _worst(results: Mapping[str, list[MetricResult]], place: int) -> str:
    """Return the attack with the highest value of one of its metrics."""
    return max(results, key=lambda attack: results[attack][place].value or 0.0)


def _worst_row(plan: QualityPlan, results: Mapping[str, list[MetricResult]], place: int) -> Measurement:
    attack = _worst(results, place)
    held = results[attack][place]
    return plan.measurement(
        replace(held, metric=f"worst_{held.metric}"), "privacy", model="" if held.value is None else attack
    )


def _by_group(plan: QualityPlan, attacked: _Attacked, attack: str, is_worst: bool) -> list[Measurement]:
    """Return the AUROC of one attack in every group; who fares worst only for the best attack."""

    def measure(held: GroupedRows, code: int) -> MetricResult:
        scores = attacked.of_group(plan, attack, held, code)
        reason = plan.too_small(training=len(scores[0]), held_out=len(scores[1]))
        label = held.labels[code]
        if reason:
            n = sum(len(one) for one in scores)
            return MetricResult.undefined(AREA, reason=reason, n=n, group=label)
        return membership_metrics(*scores, confidence=plan.settings.confidence, group=label)[0]

    return plan.compared_groups(
        measure, "privacy", worst="highest", no_better_than=0.5, model=attack, summarise=is_worst
    )
