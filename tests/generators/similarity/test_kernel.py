"""The kernel: its three forms by hand, and what must hold of all."""

from __future__ import annotations

import math

import numpy as np
import pytest

from equitab.generators.similarity.kernel import KERNEL_FORMS, kernel_weights, mean_distances


def one(distance: float, own: float, other: float, **settings: object) -> float:
    found = kernel_weights(np.array([distance]), np.array([own]), np.array([other]), **settings)  # type: ignore[arg-type]
    return float(found[0])


def test_the_three_forms_are_those_worked_by_hand() -> None:
    """With d = .3 and means .2 and .4 the scale is (.2 + .4 + .3) / 3 = .3."""
    assert one(0.3, 0.2, 0.4, mu=0.5) == pytest.approx(math.exp(-0.09 / (2 * 0.25 * 0.09)))
    assert one(0.3, 0.2, 0.4, mu=0.5, form="published") == pytest.approx(math.exp(-0.09 / 0.15))
    expected = math.exp(-2) / (math.sqrt(2 * math.pi) * 0.15)
    assert one(0.3, 0.2, 0.4, mu=0.5, form="density") == pytest.approx(expected, rel=1e-6)


def test_only_the_scale_free_form_ignores_the_unit_of_distances() -> None:
    assert one(0.03, 0.02, 0.04) == pytest.approx(one(0.3, 0.2, 0.4), rel=1e-6)
    assert one(0.03, 0.02, 0.04, form="published") > one(0.3, 0.2, 0.4, form="published") + 0.3


@pytest.mark.parametrize("form", KERNEL_FORMS)
def test_nearer_rows_weigh_more_and_those_out_of_reach_nothing(form: str) -> None:
    found = [one(distance, 0.2, 0.2, form=form) for distance in (0.05, 0.1, 0.2, 0.4)]
    assert found == sorted(found, reverse=True)
    assert one(np.inf, 0.2, 0.2, form=form) == 0


def test_duplicates_among_duplicates_weigh_one() -> None:
    assert one(0.0, 0.0, 0.0) == 1
    assert one(0.0, 0.0, 0.0, form="published") == 1


def test_mean_distances_leave_out_whom_there_is_not() -> None:
    found = mean_distances(np.array([[0.2, np.inf], [0.1, 0.3]], dtype=np.float32))
    assert found.tolist() == pytest.approx([0.2, 0.2])
    assert mean_distances(np.empty((2, 0), dtype=np.float32)).tolist() == [1.0, 1.0]
