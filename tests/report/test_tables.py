from __future__ import annotations

from dataclasses import replace

from equitab.report.contents import MetricDescription, MetricTexts
from equitab.report.tables import lay_out_glossary, lay_out_groups, lay_out_quality
from report.sample_contents import METRICS, make_groups, make_quality, make_test_measurements


def test_groups_keep_their_order_and_small_ones_are_marked() -> None:
    tables = lay_out_groups(make_groups())
    assert [table.title for table in tables] == ["By sex", "By race", "By sex × race"]
    assert next(line.name for line in tables[1].lines) == "White"
    assert tables[1].n_small == 2
    assert "small" in tables[1].lines[-1].tags


def test_a_group_without_a_base_rate_says_undefined_and_why() -> None:
    line = lay_out_groups(make_groups())[2].lines[-1]
    assert line.base_rate == "undefined"
    assert line.remark == "fewer than 10 people"


def test_many_groups_are_folded_and_the_chart_says_that_it_shows_the_first() -> None:
    row = make_groups()[0]
    (table,) = lay_out_groups(replace(row, group=f"group {place}") for place in range(30))
    assert table.is_folded
    assert len(table.lines) == 30
    assert "first 12 groups" in table.chart


def test_fidelity_stands_before_privacy_and_each_number_has_a_meaning_and_a_direction() -> None:
    fidelity, privacy = lay_out_quality(
        [*reversed(make_quality()), *make_test_measurements()], MetricTexts(METRICS)
    )
    assert fidelity.title.startswith("Fidelity")
    assert privacy.title.startswith("Privacy")
    assert [row.title for row in fidelity.rows] == ["Column quality", "Pair quality", "Detection (C2ST)"]
    assert all(row.meaning and row.direction for row in (*fidelity.rows, *privacy.rows))


def test_the_glossary_holds_the_metrics_that_occur_and_no_others() -> None:
    entries = lay_out_glossary(["theil_index", "accuracy", "accuracy"], MetricTexts(METRICS))
    assert [entry.name for entry in entries] == ["accuracy", "theil_index"]


def test_a_metric_without_a_description_is_named_and_the_lack_is_said() -> None:
    (entry,) = lay_out_glossary(["own_metric"], MetricTexts(()))
    assert entry.title == "Own metric"
    assert "No description" in entry.meaning


def test_the_first_description_of_a_name_holds() -> None:
    one = MetricDescription(name="a", title="A", meaning="First.", direction="none")
    assert MetricTexts((one, replace(one, meaning="Second."))).describe("a").meaning == "First."
