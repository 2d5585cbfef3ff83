"""Columns that another column determines are found, and only those."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from equitab.encoding.determined_columns import DeterminedColumn, find_determined

RANDOM = np.random.default_rng(4)
JOBS = RANDOM.choice(["clerk", "cook", "driver", "nurse"], 300).tolist()
SECTORS = [{"clerk": "office", "cook": "kitchen", "driver": "road", "nurse": "office"}[job] for job in JOBS]
CODES = [{"clerk": 1, "cook": 2, "driver": 3, "nurse": None}[job] for job in JOBS]
NOISE = RANDOM.integers(0, 3, 300)


def found(columns: dict[str, object], **options: object) -> list[tuple[str, str | None]]:
    arrays = {
        name: values if isinstance(values, pa.Array) else pa.array(values) for name, values in columns.items()
    }
    return [(one.name, one.by) for one in find_determined(arrays, **options)]  # type: ignore[arg-type]


def test_a_coarser_column_is_determined_by_the_finer_one() -> None:
    assert found({"sector": SECTORS, "job": JOBS, "noise": NOISE}) == [("sector", "job")]


def test_of_two_names_for_one_thing_the_later_is_left_out() -> None:
    assert found({"job": JOBS, "code": CODES}) == [("code", "job")]
    assert found({"code": CODES, "job": JOBS}) == [("job", "code")]


def test_kept_columns_stay() -> None:
    assert found({"job": JOBS, "code": CODES}, keep=("code",)) == [("job", "code")]
    assert found({"job": JOBS, "code": CODES}, keep=("code", "job")) == []


def test_only_allowed_columns_determine_others() -> None:
    assert found({"job": JOBS, "code": CODES}, parents=("code",)) == [("job", "code")]
    assert found({"job": JOBS, "code": CODES}, parents=()) == []


def test_chains_end_at_one_column_that_is_learned() -> None:
    columns = {
        "job": JOBS,
        "code": CODES,
        "sector": SECTORS,
        "office": [sector == "office" for sector in SECTORS],
    }
    assert found(columns) == [("code", "job"), ("sector", "job"), ("office", "job")]
    backwards = dict(reversed(list(columns.items())))
    assert found(backwards) == [("office", "code"), ("sector", "code"), ("job", "code")]


def test_missing_values_take_part() -> None:
    flags = [None if code is None else "known" for code in CODES]
    assert found({"code": CODES, "flag": flags}) == [("flag", "code")]


def test_chance_is_not_taken_for_a_law() -> None:
    # Nine rows with three values of three rows each: the rare flag falls into one value by chance easily.
    assert found({"place": [0, 0, 0, 0, 0, 0, 1, 1, 1, 1], "flag": [0, 0, 0, 0, 0, 0, 1, 1, 1, 1]}) == []
    # A value for nearly every row determines anything.
    assert found({"name": [f"n{row // 2}" for row in range(300)], "job": sorted(JOBS)[::2] * 2}) == []


def test_one_exception_breaks_the_law() -> None:
    sectors = [*SECTORS[:-1], "elsewhere"]
    assert found({"job": JOBS, "sector": sectors}) == []


def test_constant_columns_need_no_other_column() -> None:
    assert found({"job": JOBS, "one": [1] * 300, "none": pa.nulls(300)}) == [("one", None), ("none", None)]


@pytest.mark.parametrize("name", ["sector", "one"])
def test_what_was_left_out_is_restored_also_after_saving(name: str) -> None:
    columns = {"job": pa.array(JOBS), "sector": pa.array(SECTORS), "one": pa.array([2.5] * 300)}
    determined = {one.name: one for one in find_determined(columns)}
    again = DeterminedColumn.from_dict(determined[name].to_dict())
    assert again.restore(columns["job"], 300).equals(columns[name])
