"""The outer objective, worked by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from equitab.mitigation.adaptive_sampling.objectives import (
    LastLayerRows,
    OuterObjective,
    log_probabilities,
    outer_sensitivity,
    widest_pair,
)

EVERYWHERE = np.ones((2, 2), dtype=bool)
SHARES = np.array([[0.4, 0.1], [0.3, 0.2]])


def rows_with(chances: Any, *, n_outputs: int = 1) -> LastLayerRows:
    """Two rows in each of the cells (0, 0), (0, 1), (1, 0), (1, 1), with these probabilities of label 1."""
    chance = np.repeat(np.asarray(chances), 2)[:, None]
    logits = np.log(chance) - np.log(1 - chance)
    if n_outputs == 2:
        logits = np.hstack([-logits / 2, logits / 2])
    return LastLayerRows(np.ones((8, 1)), logits, np.repeat([0, 1], 4), np.tile(np.repeat([0, 1], 2), 2))


def value(objective: OuterObjective, chances: Any, **more: Any) -> float:
    compared = more.pop("compared", EVERYWHERE)
    return outer_sensitivity(objective, rows_with(chances, **more), SHARES, compared)[0]


@pytest.mark.parametrize("n_outputs", [1, 2])
def test_losses_by_hand(n_outputs: int) -> None:
    """Losses of the cells are -log of .8, .5, .5 and .25: the gap of outcome 1 is the wider."""
    chances = [0.2, 0.5, 0.5, 0.25]
    mean = -(0.4 * np.log(0.8) + 0.3 * np.log(0.5) + 0.1 * np.log(0.5) + 0.2 * np.log(0.25))
    found = value(OuterObjective(accuracy_weight=3.0), chances, n_outputs=n_outputs)
    assert found == pytest.approx(np.log(2) + 3 * mean)


def test_rates_by_hand() -> None:
    """Equalized odds takes the worse outcome, equal opportunity the favorable one, parity every group's own mix."""
    chances, plain = [0.2, 0.6, 0.5, 0.25], {"gap": "rate", "accuracy_weight": 0.0, "sharpness": 1.0}
    assert value(OuterObjective("equalized_odds", **plain), chances) == pytest.approx(0.4)
    assert value(OuterObjective("equal_opportunity", **plain), chances) == pytest.approx(0.25)
    unfavorable = OuterObjective("equal_opportunity", favorable_label=0, **plain)
    assert value(unfavorable, chances) == pytest.approx(0.4)
    first = (0.4 * 0.2 + 0.3 * 0.5) / 0.7
    second = (0.1 * 0.6 + 0.2 * 0.25) / 0.3
    assert value(OuterObjective("demographic_parity", **plain), chances) == pytest.approx(abs(first - second))


def test_sharp_rates_come_close_to_decisions() -> None:
    """.9 against .2 becomes 1 against 0."""
    sharp = OuterObjective("equal_opportunity", "rate", 0.0, sharpness=40.0)
    assert value(sharp, [0.5, 0.5, 0.9, 0.2]) == pytest.approx(1, abs=1e-6)


def test_cells_left_out_do_not_enter_the_gap_but_the_accuracy() -> None:
    """With one group compared there is no gap."""
    alone = np.array([[True, False], [True, False]])
    assert value(OuterObjective(accuracy_weight=0.0), [0.2, 0.5, 0.5, 0.25], compared=alone) == 0
    assert value(OuterObjective(accuracy_weight=1.0), [0.2, 0.5, 0.5, 0.25], compared=alone) > 0.5


def test_equal_groups_have_no_gap() -> None:
    """Nor a slope of it."""
    objective = OuterObjective(accuracy_weight=0.0)
    found, sensitivity = outer_sensitivity(objective, rows_with([0.3, 0.3, 0.6, 0.6]), SHARES, EVERYWHERE)
    assert found == 0
    assert (sensitivity == 0).all()


def test_the_names_of_groups_do_not_matter() -> None:
    """Exchanged groups give the same value."""
    rows = rows_with([0.2, 0.6, 0.5, 0.25])
    turned = LastLayerRows(rows.features, rows.logits, rows.labels, 1 - rows.groups)
    for objective in (OuterObjective(), OuterObjective("demographic_parity")):
        one = outer_sensitivity(objective, rows, SHARES, EVERYWHERE)[0]
        assert outer_sensitivity(objective, turned, SHARES[:, ::-1], EVERYWHERE)[0] == pytest.approx(one)


def test_large_logits_stay_numbers() -> None:
    """No overflow either way, with one output or several."""
    assert np.isfinite(log_probabilities(np.array([[1e4], [-1e4]]))).all()
    assert np.isfinite(log_probabilities(np.array([[1e4, 0.0, -1e4]]))).all()


def test_the_widest_pair_is_within_one_outcome() -> None:
    """Values of different outcomes are not compared."""
    gap, signs = widest_pair(np.array([[0.0, 0.1, 0.3], [5.0, 5.1, 5.05]]), np.ones((2, 3), dtype=bool))
    assert gap == pytest.approx(0.3)
    assert signs.tolist() == [[-1, 0, 1], [0, 0, 0]]
