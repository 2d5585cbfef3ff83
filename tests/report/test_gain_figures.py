"""Charts of what added rows changed."""

from __future__ import annotations

from equitab.evaluation.results import CurvePoint
from equitab.report.contents import MetricTexts
from equitab.report.figures import lay_out_figures

FIGURE = "gain/adult, outcome at 2%: rows of the rare outcome/auroc"


def gain(series: str, x: str, low: float, high: float) -> CurvePoint:
    return CurvePoint(figure=FIGURE, series=series, x=x, y=(low + high) / 2, low=low, high=high)


def test_every_model_has_its_amounts_and_the_line_is_no_change() -> None:
    """The heading says where."""
    points = [gain("random_forest", "1×", 0.01, 0.03), gain("decision_tree", "1×", -0.03, -0.01)]
    (figure,) = lay_out_figures(points, None, MetricTexts(())).gains
    assert figure.heading == "adult, outcome at 2%: rows of the rare outcome"
    assert "Random forest" in figure.chart
    assert 'class="ideal"' in figure.chart


def test_help_harm_and_open_questions_differ_in_shape_and_colour() -> None:
    """In black and white too."""
    points = [
        gain("random_forest", "1×", 0.01, 0.03),
        gain("random_forest", "3×", -0.03, -0.01),
        gain("random_forest", "10×", -0.01, 0.02),
    ]
    chart = lay_out_figures(points, None, MetricTexts(())).gains[0].chart
    marks = [part.split('"')[0] for part in chart.split('class="mark')[1:]]
    assert marks == [" t1", " t2", " hollow t0"]
