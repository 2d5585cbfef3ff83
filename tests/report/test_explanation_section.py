"""What models look at: pairs of treatments, charts without persons, and reasons. No number was measured."""

from __future__ import annotations

import re

from equitab.evaluation.results import CurvePoint, Headline, Measurement
from equitab.report import ReportContents, render_evaluation, render_report
from equitab.report.contents import MetricTexts
from equitab.report.explanation_section import lay_out_explanations

COLUMNS = {"age": 0.5, "hours": 0.4, "sex": 0.1, **{f"c{place}": 0.3 - place / 100 for place in range(12)}}


def measure(metric, value, model="forest", treatment="original", features="sex", **changes):
    status = {"status": "undefined"} if value is None else {"low": value - 0.01, "high": value + 0.01}
    known = {"reason": "log-odds", **changes}
    return Measurement(
        metric=metric,
        value=value,
        model=model,
        treatment=treatment,
        sensitive_features=features,
        stage="explanation",
        **status,
        **known,
    )


def make_points(model="forest", treatments=("original", "augmented")):
    for treatment in treatments:
        for column, value in COLUMNS.items():
            figure = f"shap_importance/{model}"
            yield CurvePoint(figure=figure, series=treatment, x=column, y=value, low=value, high=value, n=400)
        figure = f"shap_levels/sex/{model}"
        for group, n in (("F", 50), ("M", 20)):
            yield CurvePoint(figure=figure, series=f"{treatment}|{group}", x="mean", y=0.1, n=n)
        yield CurvePoint(
            figure=figure, series=f"{treatment}|F", x="quartiles", y=0.1, low=0.0, high=0.2, n=50
        )
        yield CurvePoint(figure=figure, series=f"{treatment}|", x="left out", y=2.0, n=2)


def make_measurements(model="forest", treatments=("original", "augmented")):
    for treatment in treatments:
        yield measure("shap_importance", 0.1, model, treatment)
        yield measure("shap_importance_share", 0.05, model, treatment)
        yield measure("shap_mean_difference", -0.2, model, treatment, group="F", reference_group="M")


def make_headline(model, treatment):
    one = Measurement(metric="demographic_parity_difference", value=0.1, sensitive_features="sex")
    return Headline(
        model=model,
        treatment=treatment,
        fairness_before=one,
        fairness_after=one,
        performance_before=one,
        performance_after=one,
        tolerance=0.1,
    )


def lay_out(measurements, points, headline=None):
    return lay_out_explanations(measurements, points, headline, MetricTexts(()))


def test_the_headlines_model_and_treatment_come_first():
    treatments = ("original", "augmented", "reweighed")
    points = [*make_points("tree", treatments), *make_points("forest", treatments)]
    held = [*make_measurements("tree", treatments), *make_measurements("forest", treatments)]
    section = lay_out(held, points, make_headline("forest", "reweighed"))
    assert [(one.title, one.is_main) for one in section.models] == [("Forest", True), ("Tree", False)]
    assert section.models[0].sentences == (
        "Of what all columns count, sex has: Original 5.0% [4.0%,\u00a06.0%], Reweighed 5.0% [4.0%,\u00a06.0%].",
    )
    assert "log-odds" in section.models[0].unit


def test_a_share_that_surely_changed_is_put_into_words():
    for after, words in ((0.5, "more than before"), (0.01, "less than before")):
        held = [
            measure("shap_importance_share", value, treatment=treatment)
            for treatment, value in (("original", 0.1), ("augmented", after))
        ]
        assert words in lay_out(held, make_points()).models[0].sentences[0]


def test_sensitive_features_are_drawn_however_little_they_count():
    figure = lay_out(make_measurements(), make_points()).models[0].figures[0]
    assert re.search(r'class="label strong"[^>]*>sex<', figure.chart)
    assert "4 columns that count less are not drawn" in figure.caption
    assert "hollow circles: Original" in figure.caption


def test_levels_say_how_many_people_and_who_is_left_out():
    figure = lay_out(make_measurements(), make_points()).models[0].figures[1]
    assert "F (50 people)" in figure.chart
    assert "M (20 people)" in figure.chart
    assert figure.chart.count('class="interval') == 2  # the quartiles of F, before and after
    assert "2 groups with fewer than 10 explained people are left out" in figure.caption


def test_models_that_could_not_be_explained_are_named_with_the_reason():
    reason = "to explain 'forest' needs the extra 'explain': pip install 'equitab[explain]'"
    held = [
        measure("shap_importance", None, treatment=one, reason=reason) for one in ("original", "augmented")
    ]
    section = lay_out(held, ())
    assert section.models == ()
    assert section.unexplained == (f"Forest: {reason}",)
    page = render_report(ReportContents(title="Run", measurements=tuple(held)))
    assert "pip install &#39;equitab[explain]&#39;" in page


def test_nothing_explained_no_section_and_all_points_are_known():
    assert lay_out((), ()) is None
    contents = ReportContents(
        title="Run", measurements=tuple(make_measurements()), curves=tuple(make_points())
    )
    for page in (render_report(contents), render_evaluation(contents)):
        assert page.count('<h2 id="explanations">') == 1
        assert "does not know how to draw" not in page
    assert 'id="explanations"' not in render_report(ReportContents(title="Run"))


def test_names_from_a_table_are_escaped():
    points = [CurvePoint(figure="shap_importance/m", series="original", x="<b>", y=0.1, n=9)]
    page = render_report(ReportContents(title="Run", curves=tuple(points)))
    assert "<b>" not in page
    assert "&lt;b&gt;" in page
