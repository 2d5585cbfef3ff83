"""Laws of learning ratios: bad rows are drawn less, tiny cells do no harm, rules move by hand-worked steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from equitab.errors import InputError
from equitab.mitigation.adaptive_sampling.cells import Cells, make_cells
from equitab.mitigation.adaptive_sampling.drawing import AdaptiveBatchSampler
from equitab.mitigation.adaptive_sampling.fairbatch import move_by_fairbatch
from equitab.mitigation.adaptive_sampling.head_training import HeadTraining, TrainingRows, interval_for
from equitab.mitigation.adaptive_sampling.heads import LogisticHead
from equitab.mitigation.adaptive_sampling.objectives import LastLayerRows, OuterObjective
from equitab.mitigation.adaptive_sampling.ratio_learner import RatioLearner, RatioSettings, spread
from equitab.mitigation.adaptive_sampling.ratios import DataRatios

EVERYWHERE = np.ones((2, 2), dtype=bool)


def people(
    n_rows: int, *, seed: int, n_labels: int = 2, n_groups: int = 2, made: bool = False
) -> TrainingRows:
    """Rows whose outcome shifts one feature, and whose group another; the last group is rare and hard."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, n_labels, n_rows)
    z = np.minimum(rng.geometric(0.6, n_rows) - 1, n_groups - 1)
    x = rng.normal(0, 1, (n_rows, 3))
    x[:, 0] += 1.6 * y * (1 - 0.5 * (z == n_groups - 1))
    x[:, 1] += z
    return TrainingRows(x, Cells(y, z, np.full(n_rows, made), n_labels, n_groups))


def together(real: TrainingRows, made: TrainingRows) -> TrainingRows:
    cells = Cells(
        np.r_[real.cells.labels, made.cells.labels],
        np.r_[real.cells.groups, made.cells.groups],
        np.r_[real.cells.is_generated, made.cells.is_generated],
        *real.cells.shape,
    )
    return TrainingRows(np.concatenate([real.features, made.features]), cells)


def trained(
    rows: TrainingRows, validation: TrainingRows, n_steps: int = 400, **settings: Any
) -> HeadTraining:
    cells = rows.cells
    sampler = AdaptiveBatchSampler(
        cells.labels,
        cells.groups,
        cells.is_generated,
        n_labels=cells.n_labels,
        n_groups=cells.n_groups,
        seed=0,
    )
    head = LogisticHead(3, cells.n_labels, learning_rate=0.02)
    training = HeadTraining(
        head, sampler, rows, validation, RatioSettings(**settings), update_every=2, seed=0
    )
    training.run(n_steps)
    return training


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings", [{}, {"inner_rows": "validation"}, {"hypergradient": "last_layer"}], ids=str
)
def test_bad_generated_rows_of_one_cell_are_drawn_less(settings: dict[str, Any]) -> None:
    """They are moved to where the other outcome lives: the cell's real share rises above what it was with good rows."""
    real, validation = people(600, seed=0), people(600, seed=2)
    good, made = people(600, seed=1, made=True), people(600, seed=1, made=True)
    bad = (made.cells.labels == 1) & (made.cells.groups == 0)
    made.features[bad, 0] -= 4
    shares = [
        trained(together(real, pool), validation, **settings).sampler.ratios.real_shares
        for pool in (good, made)
    ]
    assert shares[1][1, 0] > shares[0][1, 0] + 0.08
    assert shares[1][1, 0] > 0.65


@pytest.mark.parametrize(("n_labels", "n_groups"), [(2, 4), (3, 3)])
@pytest.mark.parametrize("objective", ["equalized_odds", "equal_opportunity", "demographic_parity"])
def test_any_number_of_outcomes_and_groups(objective: Any, n_labels: int, n_groups: int) -> None:
    """Shares stay shares, outcomes stay as common as they are."""
    rows = people(500, seed=0, n_labels=n_labels, n_groups=n_groups)
    training = trained(rows, rows, n_steps=20, objective=objective, gap="rate")
    shares = training.sampler.ratios.batch_shares
    assert np.isfinite(shares).all()
    np.testing.assert_allclose(shares.sum(axis=(0, 2)), rows.cells.n_real.sum(axis=1) / 500)
    assert np.isfinite(training.learner.last_value)


def test_the_hard_group_is_drawn_more() -> None:
    """With little weight on accuracy: the group with the larger loss gains within its outcome."""
    rows = people(1500, seed=0)
    training = trained(rows, rows, n_steps=300, accuracy_weight=0.1)
    before = rows.cells.n_real / rows.cells.n_real.sum(axis=1, keepdims=True)
    assert training.sampler.ratios.group_shares[1, 1] > before[1, 1] + 0.1


def test_tiny_cells_do_not_decide() -> None:
    """Three validation rows of a cell are left out of the gap, and that is said."""
    rows = people(400, seed=0, n_groups=3)
    few = np.flatnonzero((rows.cells.labels == 1) & (rows.cells.groups == 2))[3:]
    kept = np.setdiff1d(np.arange(400), few)
    cells = make_cells(rows.cells.labels[kept], rows.cells.groups[kept], n_labels=2, n_groups=3)
    training = trained(rows, TrainingRows(rows.features[kept], cells), n_steps=5)
    assert not training.learner.compared[1, 2]
    assert training.learner.remarks == (
        "fewer than 10 validation rows of (outcome, group) (1, 2): not in the gap",
    )


def test_one_group_alone_is_refused() -> None:
    """There is nothing to compare."""
    with pytest.raises(InputError, match="one group cannot be unfair to itself"):
        trained(people(100, seed=0, n_groups=1), people(100, seed=0, n_groups=1))


def test_settings_are_checked_together() -> None:
    """And a favorable outcome that does not exist."""
    rows = people(100, seed=0)
    with pytest.raises(InputError) as said:
        trained(rows, rows, favorable_label=2, damping=0.0, gap="losses")
    assert [problem.where for problem in said.value.problems] == ["gap", "damping", "favorable_label"]


def test_losses_that_are_not_numbers_stop_the_training() -> None:
    """In words, with the step."""
    rows = people(100, seed=0)
    rows.features[3, 0] = np.inf
    with pytest.raises(InputError, match=r"losses at ratio update 1: expected finite numbers"):
        trained(rows, rows)


def test_fairbatch_by_hand() -> None:
    """Outcome 1 has the wider gap; its group 1 fares worse and gains what group 0 gives."""
    ratios = DataRatios(np.array([[6, 2], [2, 6]]), np.zeros((2, 2), dtype=int))
    logits = np.array([[0.0], [0.5], [1.0], [-1.0]])
    rows = LastLayerRows(np.ones((4, 1)), logits, np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]))
    move_by_fairbatch(ratios, rows, OuterObjective(), EVERYWHERE, alpha=0.1)
    np.testing.assert_allclose(ratios.group_shares, [[0.75, 0.25], [0.15, 0.85]])
    for _ in range(3):
        move_by_fairbatch(ratios, rows, OuterObjective(), EVERYWHERE, alpha=0.1)
    np.testing.assert_allclose(ratios.group_shares[1], [0, 1], atol=1e-12)


def test_fairbatch_for_parity_draws_the_other_way_within_the_unfavorable_outcome() -> None:
    """By hand: outcome 0 decides; the group whose rows look least favorable loses its share there."""
    ratios = DataRatios(np.array([[5, 5], [5, 5]]), np.zeros((2, 2), dtype=int))
    logits = np.array([[2.0], [-2.0], [0.1], [0.0]])
    rows = LastLayerRows(np.ones((4, 1)), logits, np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]))
    move_by_fairbatch(ratios, rows, OuterObjective("demographic_parity"), EVERYWHERE, alpha=0.1)
    np.testing.assert_allclose(ratios.group_shares, [[0.6, 0.4], [0.5, 0.5]])


def test_intervals_keep_the_overhead_within_its_share() -> None:
    """Whatever the two times are; never more than twice the interval that would do."""
    for step, update in ((1.0, 0.1), (1.0, 0.26), (1.0, 3.0), (0.001, 0.1)):
        interval = interval_for(step, update, 0.25)
        assert update / (interval * step) <= 0.25
        assert interval == 1 or update / (interval / 2 * step) > 0.25


def test_looks_are_spread_over_cells() -> None:
    """Equally, as far as rows go, and never more than asked for but for one of each cell."""
    assert spread(8, [50, 50, 50, 50]) == [2, 2, 2, 2]
    assert spread(100, [3, 50, 0]) == [3, 50, 0]
    assert spread(2, [9, 9, 9]) == [1, 1, 1]
    assert sum(spread(128, [40, 900, 7, 60])) <= 128


def test_a_state_goes_on() -> None:
    """The same rows are looked at as if there had been no stop."""
    rows = people(200, seed=0)
    learners = []
    for _ in range(2):
        sampler = AdaptiveBatchSampler(rows.cells.labels, rows.cells.groups, seed=0)
        learners.append(RatioLearner(sampler, rows.cells, RatioSettings(n_validation=30), seed=3))
    for _ in range(11):
        learners[0].draw()
    learners[1].load_state_dict(learners[0].state_dict())
    np.testing.assert_array_equal(learners[0].draw().validation, learners[1].draw().validation)
