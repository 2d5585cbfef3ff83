"""``equitab impute`` from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import equitab

Call = Callable[..., Any]
FLAGS = ["--target", "income", "--sensitive", "sex", "--generator", "independent_marginals"]


def test_impute_fills_a_table_and_says_so(call: Call, people_csv: Path, tmp_path: Path) -> None:
    """Results on stdout, where it went on stderr; nothing is overwritten unasked."""
    place = tmp_path / "filled.csv"
    words = ["impute", people_csv, *FLAGS, "--out", place, "--mask", tmp_path / "mask.csv"]
    result = call(*words)
    assert result.exit_code == 0, result.output
    assert "missing cells in 600 rows filled by independent_marginals (draw)" in result.stdout
    assert "workclass" in result.stdout
    assert f"Wrote {place}: 600 rows." in result.stderr
    assert "?" not in equitab.read_table(place)["workclass"].to_list()
    again = call(*words)
    assert again.exit_code == 2
    assert "--overwrite" in again.stderr
    assert call(*words, "--overwrite", "--quiet").stderr == ""


def test_draws_go_into_one_file_and_json_counts_them(call: Call, people_csv: Path, tmp_path: Path) -> None:
    place = tmp_path / "filled.parquet"
    words = ["--draws", 2, "--columns", "workclass", "--seed", 3, "--json", "--quiet"]
    result = call("impute", people_csv, *FLAGS, *words, "--out", place)
    assert result.exit_code == 0, result.output
    data = json.loads(result.stdout)
    assert (data["draws"], list(data["cells_filled"])) == (2, ["workclass"])
    table = equitab.read_table(place)
    assert sorted(set(table["equitab_draw"].to_list())) == [1, 2]
    assert "?" in table["occupation"].to_list()


@pytest.mark.slow
def test_a_check_prints_errors_gaps_and_models(call: Call, people_csv: Path, tmp_path: Path) -> None:
    place = tmp_path / "measured.parquet"
    words = [
        "--check",
        "--hide-share",
        0.4,
        "--strategy",
        "mean",
        "--draws",
        3,
        "--model",
        "gaussian_naive_bayes",
        "--measurements",
        place,
    ]
    result = call("impute", people_csv, *FLAGS, *words, "--out", tmp_path / "filled.parquet", "--quiet")
    assert result.exit_code == 0, result.output
    for title in (
        "Error on hidden cells",
        "Gap in the error of imputed_mean",
        "Models, judged",
        "Change in a model",
    ):
        assert title in result.stdout
    assert "imputation_wrong_share" in equitab.read_table(place)["metric"].to_list()


def test_bad_calls_end_with_code_two_and_a_next_step(call: Call, people_csv: Path, tmp_path: Path) -> None:
    place = tmp_path / "filled.csv"
    for words, expected in (
        (["--columns", "ocupation"], "did you mean 'occupation'"),
        (["--strategy", "drawn"], "did you mean 'draw'"),
        (["--check", "--hide-share", "2"], "above 0 and below 1"),
    ):
        result = call("impute", people_csv, *FLAGS, *words, "--out", place)
        assert result.exit_code == 2, result.output
        assert expected in result.stderr
        assert not place.exists()
