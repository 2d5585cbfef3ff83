from __future__ import annotations

from dataclasses import replace

from equitab.evaluation.results import CurvePoint
from equitab.report.charts.line_chart import LinePoint
from equitab.report.contents import MetricTexts
from equitab.report.figures import Figures, _step_points, lay_out_figures
from report.sample_contents import METRICS, make_contents, make_headline, make_sweep, make_test_measurements

HEADLINE = make_headline(make_test_measurements())
TEXTS = MetricTexts(METRICS)


def lay_out(points: list[CurvePoint]) -> Figures:
    return lay_out_figures(points, HEADLINE, TEXTS)


def make_bars(column: str, names: list[str]) -> list[CurvePoint]:
    figure = f"distribution/{column}"
    return [CurvePoint(figure=figure, series="real", x=name, y=1 / len(names)) for name in names]


def test_the_headlines_model_shows_before_and_after_and_the_rest_is_folded() -> None:
    figures = lay_out([*make_sweep("sex", "gradient_boosting"), *make_sweep("sex", "random_forest")])
    main, *folded = figures.sweeps
    assert main.is_main
    assert "SMOTE-NC" not in main.chart
    assert [figure.is_main for figure in folded] == [False, False]
    assert "SMOTE-NC" in folded[0].chart


def test_before_and_after_alone_are_drawn_once() -> None:
    sweep = make_sweep("sex", "gradient_boosting", ("original", "augmented_reweighed"))
    assert len(lay_out(sweep).sweeps) == 1


def test_a_column_with_a_slash_in_its_name_keeps_its_name() -> None:
    figures = lay_out([*make_sweep("sex/gender", "gradient_boosting"), *make_bars("a/b", ["x", "y"])])
    assert figures.sweeps[0].heading == "Gradient boosting, sex/gender"
    assert figures.distributions[0].heading == "a/b"


def test_balanced_accuracy_is_the_upper_panel() -> None:
    chart = lay_out(make_sweep("sex", "gradient_boosting")).sweeps[0].chart
    assert chart.index(">Balanced accuracy<") < chart.index(">Average odds difference<")


def test_an_undefined_point_leaves_no_mark() -> None:
    points = make_sweep("sex", "gradient_boosting")
    points.append(
        CurvePoint(
            figure="threshold_sweep/sex/gradient_boosting",
            series="original|average_odds_difference",
            x="0.99",
            y=float("nan"),
        )
    )
    assert "nan" not in lay_out(points).sweeps[0].chart


def test_numbers_become_a_histogram_and_names_become_bars() -> None:
    figures = lay_out([*make_bars("age", ["20", "30", "40"]), *make_bars("sex", ["Male", "Female"])])
    assert "equal width" in figures.distributions[0].chart
    assert "each category" in figures.distributions[1].chart


def test_two_codes_are_categories_not_numbers() -> None:
    assert "each category" in lay_out(make_bars("flag", ["0", "1"])).distributions[0].chart


def test_categories_that_are_not_drawn_are_counted() -> None:
    figure = lay_out(make_bars("city", [f"city {place}" for place in range(40)])).distributions[0]
    assert figure.caption == "16 more categories are not drawn."


def test_a_figure_of_an_unknown_kind_is_named() -> None:
    assert lay_out([CurvePoint(figure="spiral/x", series="a", x="0", y=0)]).unknown == ("spiral/x",)


def test_the_result_is_tagged_on_the_frontier_and_other_models_are_faint() -> None:
    frontier = lay_out_figures(make_contents().curves, HEADLINE, TEXTS).frontiers[0]
    assert frontier.chart.count("this result") == 1
    assert 'class="faint"' in frontier.chart
    assert "Faint: logistic regression" in frontier.caption


def test_fairer_is_further_left_and_the_band_is_the_gap_that_was_asked_for() -> None:
    frontier = lay_out_figures(make_contents().curves, HEADLINE, TEXTS).frontiers[0]
    assert "Distance from fair" in frontier.chart
    assert 'class="band"' in frontier.chart
    assert frontier.heading.endswith("sex")


def test_missing_numbers_are_said_below_their_histogram() -> None:
    figure = lay_out(make_bars("age", ["20", "30", "40", "(missing)"])).distributions[0]
    assert "equal width" in figure.chart
    assert figure.caption == "Missing: 25.0% of real rows."


def test_distant_values_have_nothing_drawn_between_them() -> None:
    outline = _step_points((LinePoint(0, 0.5), LinePoint(1, 0.3), LinePoint(100, 0.2)))
    assert (outline[0], outline[-1]) == (LinePoint(-0.5, 0.5), LinePoint(100.5, 0.2))
    assert [(point.x, point.y) for point in outline if point.y == 0] == [(1.5, 0.0), (99.5, 0.0)]


def test_a_chart_never_draws_a_line_at_the_best_value_where_more_is_better() -> None:
    best = next(one for one in METRICS if one.name == "balanced_accuracy")
    texts = MetricTexts((replace(best, ideal=1.0),))
    assert (
        'class="ideal"'
        not in lay_out_figures(make_sweep("sex", "gradient_boosting"), HEADLINE, texts).sweeps[0].chart
    )


def test_bars_whose_middles_were_rounded_still_touch() -> None:
    points = tuple(LinePoint(round(17 + 3.0417 * place, 1), 0.1) for place in range(20))
    assert all(point.y > 0 for point in _step_points(points))
