"""The parent of a group drops as few features as it can, then has as many rows as it can."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings

from augmentation.cells_by_hand import SCHEMA, TABLES, table_of
from equitab.augmentation import index_cells
from equitab.augmentation.cells import cell_codes
from equitab.augmentation.parents import find_parents


def parents_of(cells: dict[str, int], *, min_rows: int = 2) -> dict[str, tuple[str, int]]:
    frame = table_of(cells)
    index = index_cells(frame, SCHEMA)
    counts = index.groups.counts(cell_codes(frame, SCHEMA, index)).astype(np.int64)
    found = find_parents(index, counts, min_rows=min_rows)
    return {"_".join(index.groups.values(one.cell)): (one.label(index), one.n_rows) for one in found}


def test_of_parents_that_drop_as_much_the_larger_one_is_taken() -> None:
    """F × B × yes has no row: women hired are 3, blacks hired are 5."""
    cells = {"F_B_no": 4, "F_W_no": 4, "F_W_yes": 3, "M_B_no": 4, "M_B_yes": 5, "M_W_no": 9, "M_W_yes": 9}
    assert parents_of(cells)["F_B_yes"] == ("* × B", 5)


def test_a_parent_that_drops_less_comes_first_and_has_enough_rows() -> None:
    """One row of its own is in its parents too; where these have no other, everybody with the outcome is the parent."""
    cells = {"F_B_no": 4, "F_B_yes": 1, "F_W_no": 4, "M_B_no": 4, "M_W_no": 9, "M_W_yes": 9}
    assert parents_of(cells)["F_B_yes"] == ("everybody", 10)


def test_a_value_that_never_occurs_has_no_parent() -> None:
    """Bins of an age that nobody has, for example: there is nothing to learn of them."""
    frame = table_of({"F_B_no": 4, "M_W_yes": 4, "F_W_no": 3, "M_B_yes": 3})
    index = index_cells(frame, SCHEMA)
    counts = np.array([4, 0, 0, 0, 0, 3, 0, 0])  # B × no of women; nobody is W
    found = find_parents(index, counts, min_rows=2)
    labels = {index.groups.values(one.cell)[1] for one in found}
    assert labels == {"B"}


def test_an_outcome_that_hardly_occurs_has_no_parent() -> None:
    """A parent keeps the outcome, and one row is too few of it."""
    assert parents_of({"F_B_no": 4, "M_W_no": 4, "M_W_yes": 1, "F_W_no": 3, "M_B_no": 3}) == {}


@settings(max_examples=60, deadline=None)
@given(TABLES)
def test_parents_are_nearest_and_have_enough_rows(cells: dict[str, int]) -> None:
    """Checked against counting by hand: no parent that drops fewer features, or as many and has more rows, exists."""
    found = parents_of(cells)
    for name in [name for name, count in cells.items() if count < 2]:
        sex, race, outcome = name.split("_")
        rows = {
            place: sum(n for other, n in cells.items() if matches(other.split("_"), kept))
            for place, kept in enumerate([(sex, None, outcome), (None, race, outcome), (None, None, outcome)])
        }
        one_dropped = max(rows[0], rows[1])
        expected = one_dropped if one_dropped >= 2 else rows[2] if rows[2] >= 2 else None
        assert (found[name][1] if name in found else None) == expected


def matches(values: list[str], kept: tuple[str | None, ...]) -> bool:
    return all(wanted in (None, value) for value, wanted in zip(values, kept, strict=True))
