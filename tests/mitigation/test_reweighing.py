"""Reweighing: hand-worked cells, laws over random tables, and AIF360 as the oracle."""

import logging

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equitab.errors import InputError
from equitab.mitigation import reweigh, reweighing_weights


def _random_table(seed, n_rows=400, n_groups=3, n_outcomes=2):
    rng = np.random.default_rng(seed)
    groups = rng.integers(0, n_groups, n_rows)
    outcomes = rng.integers(0, n_outcomes, n_rows)
    # Every cell has a row, so that independence can be reached.
    cells = np.indices((n_groups, n_outcomes)).reshape(2, -1)
    return np.concatenate([groups, cells[0]]), np.concatenate([outcomes, cells[1]]), rng


def test_the_weight_of_a_cell_is_expected_over_observed():
    # 4 men, 3 favorable; 4 women, 1 favorable; half of all are favorable, so 2 are expected in each cell.
    groups, outcomes = np.repeat([0, 1], 4), np.array([1, 1, 1, 0, 1, 0, 0, 0])
    expected = np.array([2 / 3, 2 / 3, 2 / 3, 2, 2, 2 / 3, 2 / 3, 2 / 3])
    assert np.allclose(reweighing_weights(groups, outcomes), expected)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), n_groups=st.integers(2, 6), n_outcomes=st.integers(2, 4))
def test_every_group_has_the_same_weighted_outcomes_and_the_total_is_kept(seed, n_groups, n_outcomes):
    groups, outcomes, rng = _random_table(seed, n_groups=n_groups, n_outcomes=n_outcomes)
    base = rng.uniform(0.2, 3.0, len(groups))
    weights = reweighing_weights(groups, outcomes, sample_weight=base)
    assert weights.sum() == pytest.approx(base.sum())
    for outcome in range(n_outcomes):
        rates = [
            weights[(groups == group) & (outcomes == outcome)].sum() / weights[groups == group].sum()
            for group in range(n_groups)
        ]
        assert np.ptp(rates) < 1e-9


def test_rows_without_a_group_or_outcome_keep_their_weight_and_change_nothing():
    groups, outcomes, _ = _random_table(1)
    alone = reweighing_weights(groups, outcomes)
    more = reweighing_weights(np.append(groups, [-1, 0]), np.append(outcomes, [1, -1]))
    assert np.allclose(more[:-2], alone)
    assert more[-2:].tolist() == [1.0, 1.0]


def test_a_balanced_table_keeps_its_weights():
    groups, outcomes = np.repeat([0, 1], 10), np.tile([0, 1], 10)
    assert np.allclose(reweighing_weights(groups, outcomes), 1.0)


def test_an_empty_cell_is_recorded_and_harms_nobody_else():
    found = reweigh([0, 0, 0, 1], [1, 0, 0, 1])
    assert found.empty_cells == ((1, 0),)
    assert "1 cell of group and outcome is empty" in found.remarks[0]
    assert np.isfinite(reweighing_weights([0, 0, 0, 1], [1, 0, 0, 1])).all()


def test_a_group_code_that_nobody_has_is_no_empty_cell():
    assert reweigh([0, 0, 2, 2], [0, 1, 0, 1]).empty_cells == ()


def test_everything_wrong_with_the_weights_is_said():
    with pytest.raises(InputError, match="others in 2 rows"):
        reweigh([0, 1], [0, 1], sample_weight=[-1.0, np.nan])
    with pytest.raises(InputError, match="2 groups, 1 outcomes"):
        reweigh([0, 1], [0])
    with pytest.raises(InputError, match="at least one with group and outcome"):
        reweigh([-1, -1], [0, 1])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(5))
def test_two_groups_agree_with_aif360(seed):
    logging.getLogger().setLevel(logging.ERROR)
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("aif360")
    from aif360.algorithms.preprocessing import Reweighing
    from aif360.datasets import BinaryLabelDataset

    groups, outcomes, rng = _random_table(seed, n_groups=2)
    base = rng.uniform(0.5, 2.0, len(groups))
    frame = pandas.DataFrame({"s": groups.astype(float), "y": outcomes.astype(float), "w": base})
    data = BinaryLabelDataset(
        df=frame, label_names=["y"], protected_attribute_names=["s"], instance_weights_name="w"
    )
    theirs = Reweighing(unprivileged_groups=[{"s": 0.0}], privileged_groups=[{"s": 1.0}]).fit_transform(data)
    ours = reweighing_weights(groups, outcomes, sample_weight=base)
    assert np.allclose(ours, theirs.instance_weights)
