"""Errors of columns, pairs and triples: worked by hand, lawful, and as uncertain as they say."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.errors import InputError
from equitab.metrics import ColumnPair, fidelity_metrics, marginal_errors

SQUARE = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
DIAGONAL = np.array([[0, 0], [0, 0], [1, 1], [1, 1]])


def draw(seed, n_rows, *, shift=0.0):
    """Return codes of six columns that lean on a common cause."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n_rows, 1)) + rng.normal(size=(n_rows, 6))
    values[:, 0] += shift
    return np.clip((1.5 * values + 5).astype(np.int64), 0, 9)


def test_errors_worked_by_hand_are_right():
    # Each column is half 0, half 1 in both tables; of the four pairs, two are missing and two doubled.
    assert marginal_errors(SQUARE, [DIAGONAL], order=1, seed=0).result().value == 0.0
    assert marginal_errors(SQUARE, [DIAGONAL], order=2, seed=0).result().value == 0.5


def test_the_excess_is_the_error_less_the_floor():
    errors = marginal_errors(SQUARE, [DIAGONAL, SQUARE[[0, 1, 2, 2]]], order=2, seed=0)
    assert [errors.result(table).value for table in (0, 1)] == [0.5, 0.25]
    assert errors.excess().value == 0.25
    assert errors.excess().metric == "excess_bivariate_error"


@pytest.mark.parametrize("order", [1, 2, 3])
def test_a_table_beside_itself_has_no_error_and_no_doubt(order):
    table = draw(0, 200)
    found = marginal_errors(table, [table], order=order, seed=0).result()
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_the_order_of_rows_and_the_names_of_codes_change_nothing(order):
    rng = np.random.default_rng(1)
    reference, table, floor = draw(1, 400), draw(2, 300, shift=0.5), draw(3, 300)
    renamed = rng.permutation(10)
    first = marginal_errors(reference, [table, floor], order=order, seed=0)
    second = marginal_errors(
        renamed[rng.permutation(reference)],
        [renamed[rng.permutation(table)], renamed[rng.permutation(floor)]],
        order=order,
        seed=0,
    )
    assert np.allclose(first.errors, second.errors)
    assert first.variances == pytest.approx(second.variances)
    assert first.excess_variance == pytest.approx(second.excess_variance)


def test_errors_are_those_of_the_fidelity_metrics():
    """Two ways to the same number, on codes."""
    reference, table = draw(4, 500), draw(5, 400)
    pairs = [ColumnPair(str(i), "categorical", reference[:, i], table[:, i]) for i in range(6)]
    known = {result.metric: result.value for result in fidelity_metrics(pairs)}
    for order, name in ((1, "univariate_error"), (2, "bivariate_error")):
        found = marginal_errors(reference, [table], order=order, seed=0).result()
        assert found.value == pytest.approx(known[name])


def test_columns_drawn_by_themselves_fail_by_pairs_and_triples_only():
    rng = np.random.default_rng(6)
    reference = draw(6, 2000)
    alone = np.column_stack([rng.permutation(column) for column in reference.T])
    found = [
        marginal_errors(reference, [alone, draw(7, 2000)], order=order, seed=0).excess()
        for order in (1, 2, 3)
    ]
    assert found[0].value <= 0.0
    assert found[1].low > 0.02
    assert found[2].value > found[1].value


def test_the_interval_is_no_narrower_than_what_chance_does():
    """Over 60 draws the excess varies by its standard error or less, with and without a real difference."""
    for shift in (0.0, 0.5):
        made = [
            marginal_errors(
                draw(3 * i, 400), [draw(3 * i + 1, 200, shift=shift), draw(3 * i + 2, 200)], order=2, seed=0
            ).excess()
            for i in range(60)
        ]
        error = np.mean([(one.high - one.low) / (2 * 1.96) for one in made])
        assert np.std([one.value for one in made]) < 1.2 * error


def test_sets_beyond_the_limit_are_drawn_by_the_seed_without_repetition():
    table = draw(8, 50)
    found = marginal_errors(table, [table], order=3, max_sets=12, seed=1)
    again = marginal_errors(table, [table], order=3, max_sets=12, seed=1)
    assert found.sets.tolist() == again.sets.tolist()
    assert len({tuple(one) for one in found.sets.tolist()}) == 12
    assert (np.diff(found.sets, axis=1) > 0).all()


def test_many_values_are_counted_without_a_cell_for_every_combination():
    rng = np.random.default_rng(9)
    wide = rng.integers(0, 10**6, (60, 3))
    assert marginal_errors(wide, [wide[::-1]], order=3, seed=0).result().value == 0.0
    assert marginal_errors(wide, [wide + 1], order=3, seed=0).result().value == pytest.approx(1.0)


def test_too_few_columns_for_a_set_are_undefined():
    found = marginal_errors(SQUARE, [SQUARE, SQUARE], order=3, seed=0)
    assert (found.result().value, found.excess().value) == (None, None)
    assert found.result().reason == "the table has too few columns for a triple"


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ([SQUARE[:0]], "rows, and the same columns in each"),
        ([SQUARE[:, :1]], "rows, and the same columns in each"),
        ([SQUARE - 1], "4 negative ones"),
        ([SQUARE.astype(float)], "values of type float64"),
        ([], "0 tables"),
    ],
)
def test_tables_that_cannot_be_compared_are_refused(tables, said):
    with pytest.raises(InputError, match=said):
        marginal_errors(SQUARE, tables, order=1, seed=0)


def test_an_excess_needs_a_floor():
    with pytest.raises(InputError, match="a candidate and a floor"):
        marginal_errors(SQUARE, [DIAGONAL], order=1, seed=0).excess()
