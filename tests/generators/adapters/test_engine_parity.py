"""The one constraint that the package honours, told from those that it would pass over."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from equitab.dataframe import as_frame
from equitab.encoding import TableEncoder
from equitab.errors import ConstraintError
from equitab.generators import make_generator
from equitab.generators.adapters.engine_parity import asked_parity
from equitab.generators.adapters.plain_columns import PlainColumns
from equitab.schema import Column, FairnessConstraint, SensitiveFeature, TableSchema

needs_engine = pytest.mark.skipif(
    importlib.util.find_spec("mostlyai") is None, reason="the extra 'peers' is not installed"
)
SCHEMA = TableSchema(
    (Column("sex", "categorical"), Column("age", "integer"), Column("hired", "categorical")),
    "hired",
    favorable_outcome=("yes",),
    sensitive_features=(SensitiveFeature("sex"), SensitiveFeature("age", bins=(40,))),
)
PARITY = FairnessConstraint(sensitive_features=("sex",), aim="table", mapping="quantile")


def people(n_rows: int = 2_000) -> pa.Table:
    """Return people of whom most men and few women are hired."""
    generator = np.random.default_rng(0)
    is_man = generator.random(n_rows) < 0.5
    hired = generator.random(n_rows) < np.where(is_man, 0.8, 0.2)
    return pa.table(
        {
            "sex": np.where(is_man, "M", "F").tolist(),
            "age": generator.integers(18, 70, n_rows),
            "hired": np.where(hired, "yes", "no").tolist(),
        }
    )


@pytest.fixture(scope="module")
def columns() -> PlainColumns:
    frame = as_frame(people(300))
    encoder = TableEncoder().fit(frame, SCHEMA, keep=("hired",))
    return PlainColumns.learn(encoder, encoder.encode(frame, seed=0))


def test_parity_of_the_table_is_passed_on_by_plain_names(columns: PlainColumns) -> None:
    found = asked_parity([PARITY], SCHEMA, columns, has_given=False)
    assert found is not None
    names = columns.names
    assert found.to_dict() == {"target_column": names["hired"], "sensitive_columns": [names["sex"]]}
    assert asked_parity([], SCHEMA, columns, has_given=True) is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"criterion": "equalized_odds"}, "'demographic_parity'"),
        ({"aim": "model"}, "aim 'table'"),
        ({"mapping": "coupled"}, "mapping 'quantile'"),
        ({"strength": 0.5}, "no strength"),
        ({"places": ("training",)}, "'training'"),
        ({"sensitive_features": ("age",)}, "a column of categories"),
    ],
)
def test_everything_else_is_refused(columns: PlainColumns, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConstraintError, match=message):
        asked_parity([replace(PARITY, **changes)], SCHEMA, columns, has_given=False)


def test_two_constraints_or_given_values_are_refused_together(columns: PlainColumns) -> None:
    both = [PARITY, replace(PARITY, sensitive_features=("sex", "age"))]
    with pytest.raises(ConstraintError) as caught:
        asked_parity(both, SCHEMA, columns, has_given=True)
    assert {problem.expected.split(",")[0] for problem in caught.value.problems} >= {
        "one constraint",
        "a constraint",
    }


@needs_engine
def test_the_package_makes_the_table_fair() -> None:
    by_sex = SCHEMA.with_changes(sensitive_features=(SensitiveFeature("sex"),))
    generator: Any = make_generator("tabular_argn", max_epochs=15).fit(people(), by_sex, seed=1)
    rows = generator.sample(3_000, constraints=(PARITY,), seed=2)
    sex, hired = (np.array(rows[name].to_pylist()) for name in ("sex", "hired"))
    shares = [(hired[sex == value] == "yes").mean() for value in ("F", "M")]
    assert abs(shares[0] - shares[1]) < 0.08
