from __future__ import annotations

import numpy as np
import pytest

from equitab.dataframe import frame_from_columns
from equitab.errors import TableError
from equitab.evaluation import audit_proxies, proxy_auroc
from equitab.evaluation.proxy_models import OtherColumns, guess_by_one_column
from equitab.metrics import METRICS
from equitab.schema import Column, SensitiveFeature, TableSchema

SCHEMA = TableSchema(
    (
        Column("sex", "categorical"),
        Column("age", "integer"),
        Column("job", "categorical"),
        Column("shoe", "numeric"),
        Column("noise", "numeric"),
        Column("y", "boolean"),
    ),
    "y",
    favorable_outcome=(True,),
    sensitive_features=(SensitiveFeature("sex", "M"), SensitiveFeature("age", bins=(40.0,))),
)


def people(n=600, seed=0, share=0.9):
    """Return people whose job tells the sex of most of them, and nothing else tells anything but the outcome."""
    rng = np.random.default_rng(seed)
    sex = rng.integers(0, 2, n)
    job = np.where(rng.random(n) < share, sex, rng.integers(0, 2, n))
    return frame_from_columns(
        {
            "sex": np.array(["F", "M"])[sex],
            "age": rng.integers(20, 60, n),
            "job": np.array(["nurse", "smith"])[job],
            "shoe": rng.normal(38 + 4 * job, 1),
            "noise": rng.normal(size=n),
            "y": rng.random(n) < 0.3 + 0.3 * sex,
        }
    )


@pytest.fixture(scope="module")
def audit():
    return audit_proxies(people(), SCHEMA, seed=0)


def test_a_proxy_is_found_and_named(audit):
    """Two columns say the same: shuffling one of them loses less than either tells alone."""
    assert audit.auroc("sex") > 0.9
    assert {name for name, _ in audit.carriers("sex")[:2]} == {"job", "shoe"}
    alone = {
        one.model: one.value
        for one in audit.measurements
        if (one.metric, one.sensitive_features) == ("column_proxy_auroc", "sex")
    }
    assert alone["job"] > 0.9 > 0.6 > alone["noise"]
    assert set(alone) == {"job", "shoe", "noise"}


def test_a_feature_that_nothing_tells_is_at_chance(audit):
    found = next(
        one
        for one in audit.measurements
        if (one.metric, one.sensitive_features, one.operating_point) == ("proxy_auroc", "age", "")
    )
    assert found.low - 0.02 <= 0.5 <= found.high + 0.02


@pytest.mark.slow
def test_the_outcome_tells_more_only_where_it_depends():
    none = audit_proxies(people(share=0.0), SCHEMA, seed=0)
    assert none.auroc("sex") == pytest.approx(0.5, abs=0.06)
    assert none.auroc("sex", with_outcome=True) > 0.58


def test_every_feature_and_their_combination_is_measured_with_known_metrics(audit):
    assert audit.features == ("sex", "age", "sex × age")
    assert {one.metric for one in audit.measurements} <= set(METRICS)
    assert {one.stage for one in audit.measurements} == {"proxies"}
    assert {point.figure for point in audit.points} == {f"proxy_columns/{name}" for name in audit.features}


@pytest.mark.slow
def test_before_and_after_stand_beside_each_other():
    audit = audit_proxies(
        people(share=0.5), SCHEMA, reference=people(seed=1), treatments=("after", "before"), seed=0
    )
    change = next(
        one
        for one in audit.measurements
        if (one.metric, one.sensitive_features, one.operating_point) == ("proxy_auroc_change", "sex", "")
    )
    assert change.value == pytest.approx(audit.auroc("sex") - audit.auroc("sex", treatment="before"))
    assert change.high < 0
    assert change.reference_group == "before"
    text = audit.table()
    assert "after: without outcome" in text
    assert "before: without outcome" in text
    assert "carried most by" in text


def test_the_same_seed_gives_the_same_audit(audit):
    assert audit_proxies(people(), SCHEMA, seed=0) == audit


def test_groups_too_small_are_named_and_not_averaged():
    table = people()
    sex = np.array(table["sex"].to_list())
    sex[:30] = "X"
    held = frame_from_columns({**{name: table[name].to_list() for name in table.columns}, "sex": sex})
    audit = audit_proxies(held, SCHEMA, seed=0)
    found = next(one for one in audit.measurements if one.metric == "proxy_auroc")
    assert "'X'" in found.reason
    assert found.n == 570
    assert found.value > 0.9


@pytest.mark.slow
def test_a_part_of_the_rows_says_how_many():
    audit = audit_proxies(people(), SCHEMA, max_rows=400, seed=0)
    assert audit.measurements[0].reason == "400 of 600 rows asked"
    assert audit.measurements[0].n == 400


def test_one_group_alone_can_not_be_told():
    table = people()
    held = frame_from_columns({**{n: table[n].to_list() for n in table.columns}, "sex": ["F"] * 600})
    audit = audit_proxies(held, SCHEMA, seed=0)
    assert audit.auroc("sex") is None
    assert "undefined: fewer than two groups" in audit.table()
    assert proxy_auroc(held, SCHEMA, sensitive_features=("sex",), seed=0) == 0.5


def test_the_one_number_is_that_of_the_audit(audit):
    assert proxy_auroc(people(), SCHEMA, sensitive_features=("sex",), seed=0) == audit.auroc("sex")
    assert proxy_auroc(people(), SCHEMA, seed=0) == audit.auroc("sex × age")


def test_a_column_alone_tells_what_its_cells_hold():
    """Three quarters of either half of a two-valued column share its sex: one AUROC step at .75."""
    sex = np.array([0, 0, 0, 1, 1, 1, 1, 0] * 200)
    table = frame_from_columns(
        {
            "sex": np.array(["F", "M"])[sex],
            "age": [30] * 1600,
            "job": ["a", "a", "a", "a", "b", "b", "b", "b"] * 200,
            "shoe": [1.0] * 1600,
            "noise": [0.0] * 1600,
            "y": [True, False] * 800,
        }
    )
    columns = OtherColumns.read(table, SCHEMA, with_outcome=False)
    scores = guess_by_one_column(columns, columns.names.index("job"), sex, n_groups=2, seed=0)
    assert (scores[:, 1] >= 0.5).tolist() == [job == "b" for job in table["job"].to_list()]
    assert scores[table["job"].to_numpy() == "b"][:, 1].mean() == pytest.approx(0.75, abs=0.01)


def test_a_schema_without_anything_to_guess_is_refused():
    bare = TableSchema((Column("x", "integer"), Column("y", "boolean")), "y", favorable_outcome=(True,))
    with pytest.raises(TableError, match="a sensitive feature"):
        audit_proxies(frame_from_columns({"x": [1, 2], "y": [True, False]}), bare, seed=0)
    only = TableSchema(
        (Column("s", "integer"), Column("y", "boolean")),
        "y",
        favorable_outcome=(True,),
        sensitive_features=(SensitiveFeature("s"),),
    )
    with pytest.raises(TableError, match="a column besides"):
        audit_proxies(frame_from_columns({"s": [1, 2], "y": [True, False]}), only, seed=0)
