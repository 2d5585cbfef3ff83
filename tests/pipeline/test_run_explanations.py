"""A run says how hard its tables are to learn from and what its models look at, and draws the network of its rows."""

from __future__ import annotations

import numpy as np

from equitab.dataframe import Frame, concatenate, frame_from_columns, take_rows
from equitab.evaluation.results import Measurement
from equitab.pipeline import RunResult, assure, load_curves, resolve_schema
from equitab.pipeline.network_picture import MOST_ROWS, has_network_picture, network_points
from equitab.pipeline.table_complexity import compare_complexity
from equitab.pipeline.training import EXPLAINED, unexplained_remarks
from equitab.schema import Column, TableSchema
from pipeline.conftest import SCHEMA


def test_complexity_is_measured_before_and_after_on_as_many_rows(finished: RunResult) -> None:
    """The original, the augmented and the synthetic table."""
    held = [one for one in finished.measurements if one.stage == "complexity"]
    assert {one.treatment for one in held} == {"original", "augmented", "synthetic"}
    for metric in ("complexity_f4", "complexity_density", "complexity_hubs"):
        assert len({one.n for one in held if one.metric == metric}) == 1
    assert "How hard the table is to learn from" in (finished.folder / "report.html").read_text()


def test_a_contract_about_complexity_is_decided_by_a_run(finished: RunResult) -> None:
    """By its made tables, not by the original one."""
    clause = assure("complexity", finished.folder, store="none").verdict.clauses[0]
    assert clause.verdict in ("met", "violated")


def test_equal_tables_are_equally_hard_and_tables_without_rows_are_left_out(people: Frame) -> None:
    """The draw depends on the number of rows only."""
    schema = resolve_schema(people, SCHEMA)
    nobody = take_rows(people, np.zeros(0, dtype=np.int64))
    found = compare_complexity({"original": people, "augmented": people, "synthetic": nobody}, schema, seed=0)
    values = {
        name: [one.value for one in found if one.treatment == name] for name in ("original", "augmented")
    }
    assert values["original"] == values["augmented"]
    assert {one.treatment for one in found} == set(values)


def test_a_table_of_the_target_alone_has_no_complexity() -> None:
    """There is nothing to learn from."""
    schema = TableSchema((Column("y", "boolean"),), "y", favorable_outcome=(True,))
    table = frame_from_columns({"y": [True, False] * 20})
    assert compare_complexity({"original": table, "augmented": table}, schema, seed=0) == ()


def test_models_of_every_treatment_are_explained_and_baselines_are_not(finished: RunResult) -> None:
    """Before and after, in measurements, curves and on the page."""
    held = [one for one in finished.measurements if one.stage == "explanation"]
    assert {one.treatment for one in held} == {"original", "augmented", "reweighed", "augmented_reweighed"}
    assert {one.treatment for one in held} <= set(EXPLAINED)
    assert {one.metric for one in held} == {
        "shap_importance",
        "shap_importance_share",
        "shap_mean_difference",
    }
    points = load_curves(finished.folder / "curves.parquet")
    levels = [point for point in points if point.figure.startswith("shap_levels") and point.x == "mean"]
    assert min(point.n for point in levels) >= 10
    assert "What models look at" in (finished.folder / "report.html").read_text()
    assert not any("not explained" in remark for remark in finished.remarks)


def test_a_small_table_has_its_network_and_no_node_is_a_person(finished: RunResult) -> None:
    """Ten people at least are a node; added rows are counted with them."""
    points = [
        one for one in load_curves(finished.folder / "curves.parquet") if one.figure.startswith("network/")
    ]
    places = [point for point in points if point.figure == "network/places"]
    facts = {point.x: point.y for point in points if point.figure == "network/facts"}
    assert min(point.n for point in places) >= 10
    assert sum(point.n for point in places) == facts["real"]
    added = sum(point.n for point in points if point.figure == "network/added")
    assert added == facts["added"] - facts["unlinked"] > 0
    assert '<h2 id="network">' in (finished.folder / "report.html").read_text()


def test_large_tables_have_a_network_where_the_generator_is_one() -> None:
    """Drawn from a part of their rows."""
    assert has_network_picture(MOST_ROWS, "boosted_trees")
    assert not has_network_picture(MOST_ROWS + 1, "boosted_trees")
    assert has_network_picture(MOST_ROWS + 1, "similarity_network")


def test_large_tables_are_drawn_from_some_of_their_rows(people: Frame) -> None:
    """Those that are drawn are the same each time."""
    schema = resolve_schema(people, SCHEMA)
    large = concatenate([people] * 4)
    first, again = (network_points(large, people, schema, seed=1) for _ in range(2))
    assert first == again
    assert next(point.y for point in first if point.x == "real") == MOST_ROWS


def test_models_that_could_not_be_explained_are_one_remark_for_each_reason() -> None:
    """With all their names."""
    held = [
        Measurement(
            metric="shap_importance",
            value=None,
            model=model,
            stage="explanation",
            status="undefined",
            reason="why",
        )
        for model in ("a", "b", "a")
    ]
    assert unexplained_remarks(held) == ("not explained: a, b: why",)
