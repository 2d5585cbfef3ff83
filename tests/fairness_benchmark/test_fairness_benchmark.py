"""The fairness benchmark: its rows are kept apart, its results add up, and its page shows what was measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.fairness.__main__ import read_arguments, splits_of
from benchmarks.fairness.page import page_body, write_page
from benchmarks.fairness.records import FairRecords
from benchmarks.fairness.rows import adult_part, compas_part
from benchmarks.fairness.summary import Wanted, judged_values, mean_of
from benchmarks.generators.page import BEGIN, END

from equitab.evaluation import row_keys


def judged(
    split: int, contender: str = "constrained", target: str = "parity", **values: float
) -> dict[str, Any]:
    """Return one result of a model on test people."""
    measured = {"auroc": 0.9, "accuracy": 0.85, "f1": 0.6, "consistency": 0.9, "gap|sex": 0.01, **values}
    return {
        "key": f"{split}/{contender}/{target}",
        "part": "models",
        "table": "adult",
        "contender": contender,
        "target": target,
        "model": "gradient_boosting",
        "sees_sensitive": True,
        "split": split,
        "test": measured,
    }


def test_rows_that_are_the_same_are_in_one_part_only() -> None:
    """Also the 52 rows of Adult that repeat another; sizes are as asked."""
    part = adult_part(3)
    assert len(part.training) + len(part.validation) + len(part.test) == 48_842
    assert abs(len(part.test) - 16_281) < 20
    assert abs(len(part.validation) - 6_512) < 20
    keys = row_keys([part.training, part.validation, part.test], part.schema, part.schema.modeled_columns)
    for first, second in ((0, 1), (0, 2), (1, 2)):
        assert not np.intersect1d(keys[first], keys[second]).size


@pytest.mark.slow
def test_other_splits_have_other_test_people() -> None:
    """Re-drawn, not rotated."""
    first, second = (adult_part(split, quick=True).test["fnlwgt"].to_list() for split in (0, 1))
    assert first != second


def test_compas_is_filtered_and_leaks_nothing(shared_data: Path) -> None:
    """5,278 people; neither what became of them nor the tool's score is a feature."""
    part = compas_part(0, shared_data)
    assert len(part.whole) == 5_278
    assert set(part.whole.columns) == {
        *("age", "juv_fel_count", "juv_misd_count", "juv_other_count", "priors_count"),
        *("sex", "race", "c_charge_degree", "two_year_recid"),
    }


def test_results_are_appended_and_the_last_of_a_key_counts(tmp_path: Path) -> None:
    """So a run goes on where it stopped."""
    records = FairRecords(tmp_path / "deep" / "results.jsonl")
    assert not records.has("a")
    records.append("a", "data", {"value": 1})
    records.append("a", "data", {"value": 2})
    assert records.has("a")
    assert [record["value"] for record in records.of_part("data")] == [2]


def test_a_mean_has_students_interval() -> None:
    """Of 1, 2, 3: 2 plus and minus 4.303 / sqrt(3)."""
    found = mean_of([1.0, 2.0, 3.0, float("nan")])
    assert found is not None
    assert (found.low, found.high) == pytest.approx((2 - 2.4841, 2 + 2.4841), abs=1e-3)
    assert mean_of([]) is None


def test_a_number_of_the_issue_is_judged_by_its_mean() -> None:
    """Over the splits of one contender."""
    records = [
        judged(0, **{"gap|sex": 0.01}),
        judged(1, **{"gap|sex": 0.02}),
        judged(0, "real", "sex", **{"gap|sex": 0.2}),
    ]
    wanted = Wanted("gap", 0.02, -1, lambda held: judged_values(held, "gap|sex", contender="constrained"))
    assert wanted.row(records)[1:2] + wanted.row(records)[3:] == ("≤ 0.02", "2", "reached")
    assert wanted.row([])[2] == "not measured"


def test_the_page_keeps_what_stands_around_the_results(tmp_path: Path) -> None:
    """And shows baselines of all targets beside the constrained model."""
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    write_page([judged(0), judged(0, "real", "sex", **{"gap|sex": 0.187})], page)
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    row = next(line for line in text.splitlines() if line.startswith("| real rows, no treatment"))
    assert "| 0.187 |" in row
    assert "| parity asked, boosting: gap by sex | ≤ 0.02 | 0.010 | 1 | reached |" in text


def test_without_results_the_page_says_so() -> None:
    """It is made of nothing else."""
    assert list(page_body([])) == ["No results yet: run the command above."]


def test_words_of_the_command() -> None:
    """Parts and splits; a smoke run keeps its results apart."""
    assert splits_of("0-2,5", 10) == [0, 1, 2, 5]
    assert splits_of("", 3) == [0, 1, 2]
    assert read_arguments(["--quick"]).results != read_arguments([]).results
    with pytest.raises(SystemExit):
        read_arguments(["--parts", "tables"])
