"""Fair rows of the MOSTLY study: its tables, its arithmetic, and the whole of it on few rows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from equitab.dataframe import frame_from_columns, read_table
from equitab.errors import RecipeError, TableError
from equitab.schema import favorable
from equitab.studies import study_mostly
from equitab.studies.mostly import OVERSAMPLING, MostlySettings
from equitab.studies.mostly_fair import QUICK_FAIR, FairSettings, add_proxy, has_compas, read_part
from equitab.studies.mostly_fair_measure import numbers_frame, numbers_from_frame
from equitab.studies.mostly_fair_scores import (
    FairNumber,
    cramers_v,
    measure_table,
    phi_coefficient,
    score_distance,
    widest_spread_behind_margins,
)
from equitab.studies.mostly_fair_syntheses import map_scores
from equitab.studies.mostly_fair_verdicts import claims_from_frame

ADDED = MostlySettings(
    shares=(0.05,),
    n_rows=400,
    multiples=(1,),
    generators=("independent_marginals", OVERSAMPLING),
    learners=("decision_tree",),
    n_seeds=2,
    n_replicates=50,
)
FEW = FairSettings(
    parts=("adult_sex",),
    n_syntheses=2,
    refits=0,
    max_training_rows=1_500,
    n_modeled=1,
    aims_at_models=False,
    constrains_training=False,
)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"parts": ("adult_sexx",)}, "did you mean 'adult_sex'"),
        ({"n_syntheses": 1, "n_modeled": 1}, "at least 2"),
        ({"n_modeled": 9}, "n_modeled"),
        ({"refits": 99}, "refits"),
    ],
)
def test_settings_that_make_no_study_are_refused(changes: dict[str, object], message: str) -> None:
    """Before anything is read."""
    with pytest.raises(RecipeError, match=message):
        replace(QUICK_FAIR, **changes)  # type: ignore[arg-type]


def test_compas_needs_a_folder(tmp_path: Path) -> None:
    """None, or one without the file: the message says which."""
    assert not has_compas(None)
    assert not has_compas(tmp_path)
    with pytest.raises(TableError, match="compas_two_years"):
        read_part("compas", data=None, max_training_rows=None, seed=0)


def test_compas_has_the_papers_shares(shared_data: Path) -> None:
    """59% and 35% have a high score; what became of people is no feature."""
    part = read_part("compas", data=shared_data, max_training_rows=None, seed=0)
    found = {
        group: value for metric, group, value in measure_table(part.whole, part) if metric == "other_rate"
    }
    assert found["African-American"] == pytest.approx(0.588, abs=0.001)
    assert found["Caucasian"] == pytest.approx(0.348, abs=0.001)
    assert len(part.whole) == 6_150
    assert "two_year_recid" not in part.whole.columns


def test_the_subset_by_race_has_two_races_and_the_proxy_follows_the_sex() -> None:
    """Black and white people; 90% of the women and 10% of the men have the proxy."""
    part = read_part("adult_race", data=None, max_training_rows=500, seed=0)
    assert set(part.whole["race"].to_list()) == {"Black", "White"}
    assert len(part.training) == 500
    people = frame_from_columns({"sex": ["Female"] * 4_000 + ["Male"] * 4_000})
    proxy = np.array(add_proxy(people, seed=3)["proxy"].to_list()) == "1"
    assert proxy[:4_000].mean() == pytest.approx(0.9, abs=0.015)
    assert proxy[4_000:].mean() == pytest.approx(0.1, abs=0.015)


def test_training_rows_are_not_test_rows() -> None:
    """Adult's own files."""
    part = read_part("adult_sex", data=None, max_training_rows=None, seed=0)
    assert (len(part.training) + len(part.validation), len(part.test)) == (32_561, 16_281)


def test_margins_can_hide_a_spread() -> None:
    """By hand: four equal groups at 0.2 hide rates of 0 and 0.4; of unequal ones the smallest goes to 0 or 1."""
    assert widest_spread_behind_margins([[1, 1], [1, 1]], 0.2) == pytest.approx(0.4)
    assert widest_spread_behind_margins([[8, 2], [2, 1]], 0.5) == pytest.approx(0.75)


def test_margins_stay_equal_behind_the_spread() -> None:
    """The construction keeps the rate of every row and column of the two by two table."""
    sizes = np.array([[60.0, 30.0], [6.0, 4.0]])
    spread, rate = widest_spread_behind_margins(sizes, 0.25), 0.25
    t = min(0.25 * 6, 0.25 * 30, 0.75 * 60, 0.75 * 4)
    other = min(0.75 * 6, 0.75 * 30, 0.25 * 60, 0.25 * 4)
    chess = np.array([[1.0, -1.0], [-1.0, 1.0]])
    found = [np.ptp(rate + sign * held * chess / sizes) for sign, held in ((1, t), (-1, other))]
    assert spread == pytest.approx(max(found))
    rates = rate + t * chess / sizes
    assert ((rates * sizes).sum(0) / sizes.sum(0)) == pytest.approx([rate, rate])
    assert ((rates * sizes).sum(1) / sizes.sum(1)) == pytest.approx([rate, rate])


def test_association_is_one_for_copies_and_nothing_for_independent_columns() -> None:
    """Corrected for chance; a constant column has none."""
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 4, 5_000), rng.integers(0, 3, 5_000)
    assert cramers_v(first, first) == pytest.approx(1.0, abs=1e-3)
    assert cramers_v(first, second) < 0.03
    assert cramers_v(first, np.zeros(5_000, np.int64)) == 0.0
    flags = (first > 1).astype(np.int64)
    assert phi_coefficient(flags, 1 - flags) == pytest.approx(1.0)


def test_distance_of_scores() -> None:
    """0 for the same sample, 1 for disjoint ones."""
    rng = np.random.default_rng(0)
    held = rng.random(500)
    assert score_distance(held, held) == 0.0
    assert score_distance(held, held + 2) == 1.0


def test_mapped_scores_have_the_same_distribution_in_every_group() -> None:
    """And keep their order within a group."""
    rng = np.random.default_rng(0)
    codes = np.repeat([0, 1], 2_000)
    score = rng.beta(2 + 2 * codes, 4)
    mapped = map_scores(score, codes, score, codes)
    assert score_distance(score[:2_000], score[2_000:]) > 0.2
    assert score_distance(mapped[:2_000], mapped[2_000:]) < 0.01
    assert (np.argsort(mapped[:2_000], kind="stable") == np.argsort(score[:2_000], kind="stable")).all()


def test_numbers_return_from_their_frame() -> None:
    """Empty texts stay empty."""
    held = [FairNumber(part="adult_sex", arm="parity", metric="gap", group="sex", synthesis=3, value=0.25)]
    assert numbers_from_frame(numbers_frame(held)) == held


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fair") / "study"
    study_mostly(folder, settings=ADDED, fair=FEW, seed=0, n_jobs=1)
    return folder


@pytest.mark.slow
def test_the_whole_study_judges_every_claim_of_the_part(finished: Path) -> None:
    """Parity of the table is reached where the paper has 0.88; real rows have the paper's gap."""
    claims = {one.words: one for one in claims_from_frame(read_table(finished / "claims.parquet"))}
    fair = claims["Disparate impact in the fair table"]
    assert fair.verdict == "better"
    assert fair.value is not None
    assert fair.value > 0.98
    assert claims["Women with high income in the data"].value == pytest.approx(0.1093, abs=1e-4)
    assert {one.section for one in claims.values()} == {"adult_sex", "downstream"}
    unmeasured = [one.words for one in claims.values() if one.verdict == "not measured"]
    assert unmeasured == [
        "Tables with the constraint of equalized odds give models that satisfy it (largest gap)"
    ]


@pytest.mark.slow
def test_both_sections_are_on_one_page(finished: Path) -> None:
    """As HTML with the figures redrawn, and as text."""
    page, text = (finished / "report.html").read_text(), (finished / "study.md").read_text()
    for words in ("Figure 5", "Figure 11", "Figures 2 and 3", "relationship"):
        assert words in page
    for words in ("## Fair rows: Adult by sex", "## Added rows: what the paper claims", "| 0.880 |"):
        assert words in text
    assert "does not know how to draw" not in page


@pytest.mark.slow
def test_a_finished_study_is_read_back(finished: Path) -> None:
    """Its claims too."""
    again = study_mostly(finished, settings=ADDED, fair=FEW, seed=0, resume=True)
    assert again.claims == claims_from_frame(read_table(finished / "claims.parquet"))
    assert "claims" in again.summary


def test_what_a_part_learns_has_both_outcomes() -> None:
    """Also where few rows are learned."""
    part = read_part("adult_proxy", data=None, max_training_rows=300, seed=1)
    assert 0 < favorable(part.training, part.schema).sum() < 300
