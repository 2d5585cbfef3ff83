from __future__ import annotations

from dataclasses import replace

from equitab.evaluation.results import Measurement
from equitab.report.comparison import fold_seeds, lay_out_comparison
from equitab.report.contents import MetricTexts
from report.sample_contents import METRICS, MODELS, make_headline, make_quality, make_test_measurements

TEXTS = MetricTexts(METRICS)


def make_seeds() -> list[Measurement]:
    mean = Measurement(metric="accuracy", value=0.5, low=0.4, high=0.6, n=100, model="m", stage="test")
    return [mean, replace(mean, value=0.41, model_seed=0), replace(mean, value=0.59, model_seed=1)]


def test_single_seeds_stand_in_the_remark_of_their_mean() -> None:
    (folded,) = fold_seeds(make_seeds())
    assert folded.value == 0.5
    assert folded.reason == "single seeds: 0.410, 0.590"


def test_seeds_without_a_mean_are_all_kept_and_named() -> None:
    kept = fold_seeds(make_seeds()[1:])
    assert [one.reason for one in kept] == ["model seed 0", "model seed 1"]


def test_measurements_of_different_groups_are_never_folded() -> None:
    one = make_seeds()[0]
    assert len(fold_seeds([one, replace(one, group="Female", model_seed=0)])) == 2


def test_the_headline_comes_first_and_validation_comes_last() -> None:
    rows = make_test_measurements()
    rows = [replace(rows[0], stage="validation"), *reversed(rows)]
    comparison = lay_out_comparison(rows, make_headline(rows), TEXTS)
    assert comparison.sections[0].title == "By sex"
    assert "validation" in comparison.sections[-1].where


def test_every_measurement_has_a_row() -> None:
    rows = make_test_measurements()
    comparison = lay_out_comparison(rows, make_headline(rows), TEXTS)
    assert sum(section.n_values for section in comparison.sections) == len(rows)


def test_the_overview_shows_fairness_and_cost_for_the_headlines_model() -> None:
    rows = make_test_measurements()
    comparison = lay_out_comparison(rows, make_headline(rows), TEXTS)
    assert [section.title for section in comparison.overviews] == ["By sex", "Everybody"]
    titles = [row.title for section in comparison.overviews for row in section.overview]
    assert "Average odds difference" in titles
    assert "Balanced accuracy" in titles


def test_the_headlines_metrics_are_drawn_for_every_model() -> None:
    rows = make_test_measurements()
    focus = lay_out_comparison(rows, make_headline(rows), TEXTS).focus
    assert [block.title for block in focus] == ["Average odds difference", "Balanced accuracy"]
    assert all(len(block.table.groups) == len(MODELS) for block in focus)


def test_other_operating_points_have_tables_but_no_charts() -> None:
    rows = make_test_measurements()
    others = [replace(one, operating_point="validation_balanced_accuracy") for one in rows]
    comparison = lay_out_comparison([*rows, *others], make_headline(rows), TEXTS)
    folded = [section for section in comparison.sections if "chosen on validation" in section.where]
    assert folded
    assert all(block.chart is None and block.table.groups for section in folded for block in section.blocks)


def test_rates_of_each_group_are_charted_by_group_before_and_after() -> None:
    rows = [
        one
        for one in make_test_measurements()
        if one.metric == "selection_rate" and one.sensitive_features == "sex"
    ]
    section = lay_out_comparison(rows, make_headline(make_test_measurements()), TEXTS).sections[0]
    chart = section.blocks[0].chart or ""
    assert ">Male<" in chart
    assert ">Female<" in chart
    assert "Logistic regression" not in chart
    assert len(section.blocks[0].table.groups) == len(MODELS)


def test_fidelity_and_privacy_are_left_to_their_own_table() -> None:
    assert lay_out_comparison(make_quality(), None, TEXTS).sections == ()


def test_without_a_headline_measurements_are_still_drawn() -> None:
    comparison = lay_out_comparison(make_test_measurements(), None, TEXTS)
    assert comparison.focus == ()
    assert comparison.sections[0].blocks[0].chart


def test_without_a_model_each_group_has_a_row_and_there_is_no_treatment() -> None:
    labels = [
        replace(one, model="", treatment="", stage="audit")
        for one in make_test_measurements(MODELS[:1], ("original",))
        if one.metric == "statistical_parity_difference" and one.sensitive_features == "race"
    ]
    block = lay_out_comparison(labels, None, TEXTS).sections[0].blocks[0]
    assert not block.table.has_treatment
    assert block.table.caption == "Statistical parity difference, race, compared with White"
    assert [row.compared for row in block.table.groups[0].rows][-1] == "all others together"
    assert all(f">{name}<" in (block.chart or "") for name in ("Black", "all others together"))


def test_a_table_of_one_group_names_it_in_its_caption() -> None:
    rows = [one for one in make_test_measurements() if one.sensitive_features == "sex"]
    block = lay_out_comparison(rows, None, TEXTS).sections[0].blocks[0]
    assert block.table.caption == "Average odds difference, sex: Female compared with Male"
    assert not block.table.has_compared


def test_the_overview_never_comes_from_validation_rows() -> None:
    rows = make_test_measurements()
    chosen_on = [replace(one, stage="validation") for one in rows]
    comparison = lay_out_comparison([*chosen_on, *rows], make_headline(rows), TEXTS)
    assert [section.where for section in comparison.overviews] == [
        "judged on real test rows, threshold 0.5"
    ] * 2
