"""Tables that make trouble, each through everything that a similarity network can be asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from equitab.errors import EquitabError, TableError
from equitab.generators import load_generator
from equitab.generators.similarity import SimilarityNetworkGenerator
from equitab.schema import Column, SensitiveFeature, TableSchema

N = 60
Case = tuple[pd.DataFrame, TableSchema]


def people(n_rows: int = N) -> pd.DataFrame:
    random = np.random.default_rng(0)
    pay = np.round(random.uniform(0, 90, n_rows), 1)
    return pd.DataFrame(
        {
            "sex": random.choice(["F", "M"], n_rows),
            "pay": pay,
            "job": random.choice(["chief", "clerk"], n_rows),
            "level": np.where(pay < 40, "low", "high"),
        }
    )


def schema_of(**kinds: str) -> TableSchema:
    """Return a schema of columns that may be missing, `level` being the target."""
    columns = tuple(Column(name, kind, has_missing=True) for name, kind in kinds.items())
    sensitive = (SensitiveFeature("sex"),) if "sex" in kinds else ()
    return TableSchema(columns, "level", favorable_outcome=("high",), sensitive_features=sensitive)


USUAL = schema_of(sex="categorical", pay="numeric", job="categorical", level="categorical")


def duplicates() -> Case:
    return pd.concat([people(1)] * 20 + [people(2)] * 20, ignore_index=True), USUAL


def rows_without_features() -> Case:
    table = people()
    table.loc[:19, ["sex", "pay", "job"]] = None
    return table, USUAL


def nothing_known_at_all() -> Case:
    return people().assign(sex=None, pay=np.nan, job=None), USUAL


def isolated_points() -> Case:
    """Nobody shares a column with the first two."""
    table = people()
    table.loc[:1, ["sex", "job"]] = None
    table.loc[2:, "pay"] = np.nan
    return table, USUAL


def one_class() -> Case:
    return people().assign(level="high"), USUAL


def one_value() -> Case:
    return people().assign(pay=3.0), USUAL


def labels_mostly_missing() -> Case:
    table = people()
    table.loc[6:, "level"] = None
    return table, USUAL


def one_row() -> Case:
    return people(1), USUAL


def two_rows() -> Case:
    return people(2), USUAL


def three_rows() -> Case:
    return people(3), USUAL


def categories_only() -> Case:
    return people()[["sex", "job", "level"]], schema_of(
        sex="categorical", job="categorical", level="categorical"
    )


def numbers_only() -> Case:
    table = people()[["pay", "level"]].assign(age=np.arange(N) % 17)
    return table[["pay", "age", "level"]], schema_of(pay="numeric", age="integer", level="categorical")


def dates() -> Case:
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(np.arange(N) * 3, unit="D")
    table = pd.DataFrame({"since": days, "level": people()["level"]})
    return table, schema_of(since="datetime", level="categorical")


def booleans() -> Case:
    random = np.random.default_rng(2)
    table = pd.DataFrame({"member": random.random(N) < 0.4, "paid": random.random(N) < 0.7})
    return table.assign(level=people()["level"]), schema_of(
        member="boolean", paid="boolean", level="categorical"
    )


def huge_integers() -> Case:
    table = people()[["sex", "level"]].assign(badge=2**62 + np.arange(N, dtype=np.int64) * 2**40)
    return table[["sex", "badge", "level"]], schema_of(
        sex="categorical", badge="integer", level="categorical"
    )


def nearly_equal_numbers() -> Case:
    return people().assign(pay=1e15 + np.arange(N) * 0.125), USUAL


def numbers_of_all_sizes() -> Case:
    return people().assign(pay=np.logspace(-300, 300, N)), USUAL


def many_target_values() -> Case:
    table = people()[["sex", "job"]].assign(level=np.random.default_rng(1).normal(size=N))
    columns = Column("sex", "categorical"), Column("job", "categorical"), Column("level", "numeric")
    return table, TableSchema(columns, "level", favorable_threshold=">0")


CASES: list[Callable[[], Case]] = [
    duplicates,
    rows_without_features,
    nothing_known_at_all,
    isolated_points,
    one_class,
    one_value,
    labels_mostly_missing,
    one_row,
    two_rows,
    three_rows,
    categories_only,
    numbers_only,
    dates,
    booleans,
    huge_integers,
    nearly_equal_numbers,
    numbers_of_all_sizes,
    many_target_values,
]


def check_everything(network: Any, table: pd.DataFrame, folder: Path) -> None:
    """Draw, ask, label, grow, save and load."""
    drawn = network.sample(12, seed=1)
    assert list(drawn.columns) == list(table.columns)
    assert len(drawn) == 12
    assert drawn["level"].notna().all()
    assert network.sample(12, seed=1).equals(drawn)
    asked = table["level"].dropna().iloc[0]
    if isinstance(asked, str):
        assert set(network.sample(5, given={"level": asked}, seed=2)["level"]) == {asked}
    likely = network.probabilities(table.head(4), "level")
    assert np.allclose(likely.shares.sum(axis=1), 1)
    assert np.isfinite(network.density_).all()
    assert np.allclose(network.label_vectors_.sum(axis=1), 1)
    grown = network.add_rows(table.head(3))
    assert len(grown.density_) == len(table) + min(3, len(table))
    assert len(grown.sample(4, seed=0)) == 4
    network.save(folder / "network")
    assert load_generator(folder / "network").sample(12, seed=1).equals(drawn)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_every_odd_table_goes_all_the_way(case: Callable[[], Case], tmp_path: Path) -> None:
    """With more neighbours asked for than there are rows."""
    table, schema = case()
    network = SimilarityNetworkGenerator(n_neighbors=200).fit(table, schema, seed=0)
    check_everything(network, table, tmp_path)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_every_odd_table_is_drawn_from_by_marginals_and_as_published(case: Callable[[], Case]) -> None:
    table, schema = case()
    for settings in ({"candidates": "marginals"}, {"clamp": False, "kernel": "published"}, {"steer": 1.0}):
        network = SimilarityNetworkGenerator(n_neighbors=3, **settings).fit(table, schema, seed=0)
        assert len(network.sample(7, seed=0)) == 7


def test_a_table_without_rows_is_refused() -> None:
    with pytest.raises(EquitabError):
        SimilarityNetworkGenerator().fit(people(3).head(0), USUAL, seed=0)


@pytest.mark.parametrize("number", [np.inf, -np.inf])
def test_infinite_numbers_are_refused_with_their_column(number: float) -> None:
    table = people()
    table.loc[3, "pay"] = number
    with pytest.raises(TableError, match="pay"):
        SimilarityNetworkGenerator().fit(table, USUAL, seed=0)


def test_rows_of_weight_zero_are_never_started_at_and_give_no_labels() -> None:
    table = people().assign(level=np.where(np.arange(N) < 30, "low", "high"))
    weights = np.where(np.arange(N) < 30, 0.0, 1.0)
    network = SimilarityNetworkGenerator(n_neighbors=5).fit(table, USUAL, sample_weight=weights, seed=0)
    assert set(network.sample(50, seed=1)["level"]) == {"high"}


def test_weights_that_are_all_zero_are_refused() -> None:
    with pytest.raises(EquitabError):
        SimilarityNetworkGenerator().fit(people(), USUAL, sample_weight=np.zeros(N), seed=0)


def test_nobody_at_all_can_be_added() -> None:
    network = SimilarityNetworkGenerator(n_neighbors=5).fit(people(), USUAL, seed=0)
    assert len(network.add_rows(people().head(0)).density_) == N
