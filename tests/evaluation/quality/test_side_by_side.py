"""Work side by side: answers in order whatever the number of workers, and errors are not lost."""

from __future__ import annotations

from functools import partial
from operator import mul

import pytest

from equitab.evaluation.quality.side_by_side import run_side_by_side


@pytest.mark.parametrize("n_workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_answers_come_in_the_order_of_the_tasks(n_workers):
    assert run_side_by_side([partial(mul, n, n) for n in range(20)], n_workers=n_workers) == [
        n * n for n in range(20)
    ]
    assert run_side_by_side([], n_workers=n_workers) == []


def test_an_error_of_a_task_is_raised():
    with pytest.raises(ZeroDivisionError):
        run_side_by_side([lambda: 1, lambda: 1 // 0], n_workers=1)
