"""Contexts follow the training table, and requests are completed from the rows that agree with them."""

from __future__ import annotations

import numpy as np

from equitab.encoding import EncodedTable
from equitab.generators.diffusion.context import ContextTable


def _encoded(codes: list[list[int]], numeric: list[list[float]] | None = None) -> EncodedTable:
    scores = np.zeros((len(codes), 0)) if numeric is None else np.array(numeric)
    names = tuple(f"n{k}" for k in range(scores.shape[1]))
    return EncodedTable(scores, np.array(codes), (3, 2), names, ("race", "hired"))


def _asked(codes: list[list[int]], name: str) -> EncodedTable:
    return EncodedTable(np.zeros((len(codes), 0)), np.array(codes), (3,), (), (name,))


def test_contexts_are_drawn_with_their_weighted_shares() -> None:
    table = ContextTable.of(_encoded([[0, 0], [1, 1], [1, 1]]), np.array([2.0, 1.0, 1.0]))
    drawn = table.draw(10_000, None, seed=0)
    assert abs(drawn.categorical[:, 0].mean() - 0.5) < 0.02
    assert set(map(tuple, drawn.categorical.tolist())) == {(0, 0), (1, 1)}


def test_what_is_not_asked_for_is_drawn_from_rows_that_agree() -> None:
    table = ContextTable.of(_encoded([[0, 0], [1, 1], [2, 0], [2, 1]]), None)
    drawn = table.draw(4_000, _asked([[0], [1], [2], [2]] * 1_000, "race"), seed=0)
    hired = drawn.categorical[:, 1].reshape(1_000, 4)
    assert (hired[:, 0] == 0).all()
    assert (hired[:, 1] == 1).all()
    assert abs(hired[:, 2:].mean() - 0.5) < 0.04


def test_a_request_that_no_row_agrees_with_is_met_all_the_same() -> None:
    table = ContextTable.of(_encoded([[0, 0], [1, 1]]), None)
    asked = EncodedTable(np.zeros((1, 0)), np.array([[0, 1]]), (3, 2), (), ("race", "hired"))
    assert table.draw(1, asked, seed=0).categorical.tolist() == [[0, 1]]


def test_a_numeric_request_is_completed_from_its_band() -> None:
    table = ContextTable.of(_encoded([[0, 0], [0, 1]], [[-2.0], [2.0]]), None)
    asked = EncodedTable(np.array([[2.05]]), np.zeros((1, 0), dtype=np.int64), (), ("n0",), ())
    drawn = table.draw(1, asked, seed=0)
    assert drawn.categorical.tolist() == [[0, 1]]
    assert drawn.numeric.tolist() == [[2.05]]


def test_contexts_survive_json() -> None:
    table = ContextTable.of(_encoded([[0, 0], [1, 1]], [[0.1], [0.2]]), None)
    again = ContextTable.from_dict(table.to_dict())
    np.testing.assert_array_equal(again.draw(50, None, seed=3).numeric, table.draw(50, None, seed=3).numeric)


def test_a_table_without_context_draws_empty_rows() -> None:
    empty = EncodedTable(np.zeros((3, 0)), np.zeros((3, 0), dtype=np.int64), (), (), ())
    drawn = ContextTable.of(empty, None).draw(5, None, seed=0)
    assert drawn.categorical.shape == (5, 0)
