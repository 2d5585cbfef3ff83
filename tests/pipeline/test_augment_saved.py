"""A saved generator meets only tables of the schema that it was saved for."""

from __future__ import annotations

from pathlib import Path

import pytest

from equitab.datasets import adult_schema, load_adult
from equitab.errors import SchemaError
from equitab.generators import make_generator
from equitab.pipeline import augment_table


def test_a_generator_saved_for_another_schema_is_refused_with_every_difference(tmp_path: Path) -> None:
    """A column that is gone and one that changed its kind are both named."""
    people = load_adult().drop(columns="split").iloc[:400]
    schema = adult_schema().with_changes(columns=adult_schema().columns[:-1], split=None)
    make_generator("independent_marginals").fit(people, schema, seed=0).save(tmp_path / "saved")
    other = people.drop(columns="occupation").assign(age=people["age"].astype(str) + " years")
    columns = [column for column in schema.columns if column.name != "occupation"]
    kinds = {"age": "categorical"}
    changed = tuple(
        type(c)(c.name, kinds.get(c.name, c.kind), c.has_missing, c.missing_token) for c in columns
    )
    with pytest.raises(SchemaError) as raised:
        augment_table(
            other,
            schema.with_changes(columns=changed),
            generator=str(tmp_path / "saved"),
            plan="fill_outcomes",
            seed=0,
        )
    assert {problem.where for problem in raised.value.problems} >= {"column 'occupation'", "column 'age'"}
