"""Hidden cells: as many as asked, the same for the same seed, and nothing else touched."""

from __future__ import annotations

import pytest

from equitab.dataframe import frame_from_columns
from equitab.errors import TableError
from equitab.evaluation import hide_cells, known_cells
from equitab.schema import Column, TableSchema

SCHEMA = TableSchema(
    (Column("age", "integer"), Column("job", "categorical"), Column("y", "integer")),
    "y",
    favorable_outcome=(1,),
    missing_tokens=("?",),
)
TABLE = frame_from_columns(
    {"age": [*range(39), None], "job": ["cook", "?", "clerk", "nurse"] * 10, "y": [0, 1] * 20}
)


def test_the_share_of_known_cells_is_hidden_and_nothing_else_changes() -> None:
    hidden = hide_cells(TABLE, SCHEMA, ["age", "job"], share=0.2, seed=0)
    assert hidden.is_hidden.sum(axis=0).tolist() == [round(39 * 0.2), round(30 * 0.2)]
    assert hidden.n_hidden == 14
    for place, name in enumerate(hidden.columns):
        known = known_cells(hidden.frame, SCHEMA, name)
        assert (known == (known_cells(TABLE, SCHEMA, name) & ~hidden.is_hidden[:, place])).all()
        before, after = TABLE[name].to_list(), hidden.frame[name].to_list()
        assert all(new == old for new, old, is_in in zip(after, before, known, strict=True) if is_in)
    assert hidden.frame["y"].to_list() == TABLE["y"].to_list()
    assert hidden.frame["job"].to_list().count("?") == 10


def test_the_seed_decides_and_other_columns_do_not() -> None:
    one, same, other = (hide_cells(TABLE, SCHEMA, ["age", "job"], share=0.2, seed=seed) for seed in (1, 1, 2))
    assert (one.is_hidden == same.is_hidden).all()
    assert (one.is_hidden != other.is_hidden).any()
    alone = hide_cells(TABLE, SCHEMA, ["job"], share=0.2, seed=1)
    assert (alone.is_hidden[:, 0] == one.is_hidden[:, 1]).all()


def test_one_known_cell_is_always_left() -> None:
    few = frame_from_columns({"age": [1, 2, None], "job": ["?"] * 3, "y": [0, 1, 1]})
    hidden = hide_cells(few, SCHEMA, ["age"], share=0.99, seed=0)
    assert (hidden.n_hidden, hidden.frame["age"].null_count()) == (1, 2)


def test_what_cannot_be_hidden_is_refused_all_at_once() -> None:
    few = frame_from_columns({"age": [1, 2, None], "job": ["?"] * 3, "y": [0, 1, 1]})
    with pytest.raises(TableError) as caught:
        hide_cells(few, SCHEMA, ["job", "agee"], share=1.0, seed=0)
    assert len(caught.value.problems) == 3
    assert "'age'" in str(caught.value)
