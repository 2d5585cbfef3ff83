"""The study itself, on a cheap generator."""

from __future__ import annotations

from pathlib import Path

import pytest

from equitab.dataframe import read_table
from equitab.errors import OutputExistsError, RecipeError
from equitab.pipeline import load_curves
from equitab.studies import study_blow
from equitab.studies.blow import REDUCED, AdultRows, BlowSettings
from equitab.studies.comparison import numbers_from_frame

SMALL = BlowSettings(
    forms=(REDUCED,),
    sizes=(0, 20_000),
    models=("logistic_regression", "k_nearest_neighbors"),
    generator="independent_marginals",
    n_replicates=100,
)


def test_adult_is_split_as_the_paper_says() -> None:
    """26,048 / 6,513 / 16,281."""
    splits = AdultRows.read(seed=0).splits
    assert (len(splits.train), len(splits.validation), len(splits.test)) == (26_048, 6_513, 16_281)


def test_a_size_that_the_paper_does_not_have_is_refused() -> None:
    """There would be nothing to compare with."""
    with pytest.raises(RecipeError, match="150000"):
        BlowSettings(sizes=(0, 1_000))


@pytest.mark.slow
def test_every_number_stands_beside_the_papers(tmp_path: Path) -> None:
    """A row for each printed number that was repeated, with interval; a page; the published form is met."""
    folder = tmp_path / "study"
    result = study_blow(folder, settings=SMALL, seed=1)
    assert len(result.numbers) == 2 * 2 * 2 * 2 * 6
    assert numbers_from_frame(read_table(folder / "numbers.parquet")) == result.numbers
    plain = {
        (number.model, number.metric): number
        for number in result.numbers
        if number.sensitive_feature == "sex" and number.condition == "0 rows added, before reweighing"
    }
    accuracy = plain["logistic_regression", "balanced_accuracy"]
    assert accuracy.low is not None
    assert accuracy.high is not None
    assert accuracy.low - 0.005 <= accuracy.paper <= accuracy.high + 0.005
    neighbours = [n for n in result.numbers if n.model == "k_nearest_neighbors" and "after" in n.condition]
    assert all("resampling" in number.remark for number in neighbours)
    figures = {point.figure for point in load_curves(folder / "curves.parquet")}
    sweep = "threshold_sweep/race/logistic_regression, 20,000 rows added, AIF360's reduced form"
    assert {figure for figure in figures if figure.startswith("threshold")} == {sweep}
    assert "cannot be right" in (folder / "report.html").read_text()
    assert "| Model | BA |" in (folder / "study.md").read_text()
    with pytest.raises(OutputExistsError):
        study_blow(folder, settings=SMALL, seed=1)
