"""The functions behind the commands, from Python: frames in, frames and values out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

import equitab
from equitab.dataframe import Frame, concatenate, frame_from_columns
from equitab.errors import ConstraintError, OutputExistsError, RecipeError, SavedFormatError, TableError
from equitab.pipeline import (
    Evaluation,
    audit,
    augment_table,
    demo_recipe,
    evaluate,
    fit,
    init,
    load_measurements,
    load_run,
    predict,
    sample,
    save_evaluation,
)
from equitab.pipeline.group_table import group_rows
from equitab.pipeline.table_source import open_table, table_digest
from equitab.schema import TableSchema

SCHEMA = {
    "target": "income",
    "sensitive_features": [{"name": "sex", "reference": "Male"}],
    "missing_tokens": ["?"],
}


def test_groups_are_counted_with_wilson_intervals() -> None:
    """By hand: 3 of 10 favorable."""
    table = frame_from_columns({"sex": ["F"] * 10 + ["M"] * 30, "y": [1] * 3 + [0] * 7 + [1] * 15 + [0] * 15})
    schema = TableSchema.infer(table, target="y", favorable_outcome=1, sensitive_features=["sex"])
    women, men = group_rows(table, schema, added=table)
    assert (women.n, women.share, women.base_rate, women.is_small, women.n_added) == (10, 0.25, 0.3, True, 10)
    assert (men.n, men.is_small, men.is_reference) == (30, False, True)
    assert women.low == pytest.approx(0.1078, abs=1e-4)
    assert women.high == pytest.approx(0.6032, abs=1e-4)


def test_any_kind_of_frame_gives_the_same_audit(people: Frame) -> None:
    """pandas, polars, pyarrow, and a file."""
    arrow = people.to_native()
    kinds = [arrow, arrow.to_pandas(), pl.from_arrow(arrow)]
    found = [audit(table, SCHEMA).measurements for table in kinds]
    assert found[0] == found[1] == found[2]


def test_an_audit_counts_held_out_rows_that_are_known(people: Frame, held_out: Frame) -> None:
    """All of a table's own rows are."""
    assert any("600 of 600 held-out rows" in line for line in audit(people, SCHEMA, test=people).findings)
    lacking = held_out.drop("age")
    with pytest.raises(TableError, match="'age' of the held-out table"):
        audit(people, SCHEMA, test=lacking)


def test_predictions_are_no_feature(people: Frame) -> None:
    """A column of predictions that is judged is neither learned nor called a leak."""
    native = people.to_native()
    table = frame_from_columns({**{name: native[name] for name in people.columns}, "guess": native["income"]})
    found = audit(table, SCHEMA, prediction="guess")
    assert "guess" in found.schema.ignore
    assert not any("guess" in line for line in found.findings)


@pytest.mark.parametrize("kind", [bool, int])
def test_yes_or_no_predictions_are_read_as_favorable_or_not(people: Frame, kind: type) -> None:
    """Whatever the target holds; and the reader is told."""
    native = people.to_native()
    columns = {name: native[name] for name in people.columns}
    guess = [value == ">50K" for value in native["income"].to_pylist()]
    said = frame_from_columns({**columns, "guess": native["income"]})
    asked = frame_from_columns({**columns, "guess": [kind(value) for value in guess]})
    expected, found = (audit(table, SCHEMA, prediction="guess") for table in (said, asked))
    assert found.measurements == expected.measurements
    assert any("is read as favorable" in guess for guess in found.guesses)


def test_predictions_for_a_numeric_target_are_read_too(people: Frame) -> None:
    """Perfect ones are perfect."""
    native = people.to_native()
    columns = {name: native[name] for name in people.columns}
    long_hours = [hours < 40 for hours in native["hours-per-week"].to_pylist()]
    schema = {"target": "hours-per-week", "favorable_threshold": "<40", "sensitive_features": ["sex"]}
    found = audit(frame_from_columns({**columns, "guess": long_hours}), schema, prediction="guess")
    accuracy = [held.value for held in found.measurements if held.metric == "accuracy" and not held.group]
    assert accuracy == [1.0]


def test_init_proposes_without_writing(people: Frame, tmp_path: Path) -> None:
    """From a frame; the place of the table is left to the reader."""
    proposal = init(people, SCHEMA)
    assert proposal.place is None
    assert proposal.recipe.table == "TABLE"
    assert "# A recipe for equitab" in proposal.text
    assert list(tmp_path.iterdir()) == []


def test_fit_gives_back_the_callers_kind_of_frame(people: Frame) -> None:
    """polars in, polars out."""
    table = pl.from_arrow(people.to_native())
    result = fit(table, SCHEMA, generator="independent_marginals", seed=0)
    assert isinstance(result.generator.sample(3, seed=1), pl.DataFrame)
    assert result.folder is None
    assert result.n_rows == 600


def test_fit_uses_every_row_and_counts_held_out_ones(people: Frame) -> None:
    """Also when it is told of a test table."""
    result = fit(people, SCHEMA, generator="independent_marginals", test=people, seed=0)
    assert result.n_rows == 600
    assert any("600 of 600 held-out rows" in remark for remark in result.remarks)


def test_a_saved_generator_is_not_overwritten_unasked(people: Frame, tmp_path: Path) -> None:
    """Nor is a folder of another kind."""
    fit(people, SCHEMA, generator="independent_marginals", out=tmp_path / "g", seed=0)
    with pytest.raises(OutputExistsError):
        fit(people, SCHEMA, generator="independent_marginals", out=tmp_path / "g", seed=0)
    fit(people, SCHEMA, generator="independent_marginals", out=tmp_path / "g", seed=1, overwrite=True)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x").write_text("x")
    with pytest.raises(OutputExistsError, match="left alone"):
        fit(people, SCHEMA, generator="independent_marginals", out=tmp_path / "other", seed=0, overwrite=True)


def test_sample_is_asked_in_one_way(people: Frame, tmp_path: Path) -> None:
    """By a number of rows, or by a table."""
    fit(people, SCHEMA, generator="independent_marginals", out=tmp_path / "g", seed=0)
    wanted = frame_from_columns({"income": [">50K", "<=50K"]})
    assert sample(tmp_path / "g", given_table=wanted, seed=0).frame["income"].to_list() == [">50K", "<=50K"]
    assert set(sample(tmp_path / "g", 4, given={"income": ">50K"}, seed=0).frame["income"].to_list()) == {
        ">50K"
    }
    with pytest.raises(RecipeError, match="neither"):
        sample(tmp_path / "g", seed=0)
    with pytest.raises(RecipeError, match="both"):
        sample(tmp_path / "g", given=["income=>50K"], given_table=wanted, seed=0)
    with pytest.raises(RecipeError, match="several"):
        sample(tmp_path / "g", 3, given=["income=>50K", "income=<=50K"], seed=0)
    with pytest.raises(ConstraintError, match="incme"):
        sample(tmp_path / "g", 3, given=["incme=>50K"], seed=0)
    with pytest.raises(SavedFormatError):
        sample(tmp_path, 3, seed=0)


def test_augment_meets_its_plan(people: Frame) -> None:
    """Real rows first; bounded where asked."""
    plan = {"strategy": "fill_both", "max_rows": 40}
    result = augment_table(people, SCHEMA, generator="independent_marginals", plan=plan, seed=0)
    assert result.plan.total == 40
    assert len(result.frame) == 640
    assert any("max_rows" in remark for remark in result.remarks)


@pytest.mark.slow
def test_real_rows_judged_as_synthetic_are_faithful(people: Frame, held_out: Frame) -> None:
    """Rows of the same table cannot be told apart, copies of it are all copies."""
    same = evaluate(people, held_out, SCHEMA)
    told = next(held for held in same.measurements if held.metric == "c2st_auroc")
    assert told.low is not None
    assert told.low < 0.5 + 3 / np.sqrt(400)
    some = people.head(len(held_out))
    copied = evaluate(some, some, SCHEMA, holdout=held_out, models=["gaussian_naive_bayes"])
    copies = next(held for held in copied.measurements if held.metric == "exact_copy_share")
    assert copies.value == 1.0
    by_table = {
        held.treatment: held.value
        for held in copied.measurements
        if held.metric == "balanced_accuracy" and held.stage == "test" and not held.group
    }
    assert by_table["original"] == by_table["synthetic"]


@pytest.fixture(scope="module")
def evaluated(people: Frame, held_out: Frame) -> Evaluation:
    """Real rows in the place of synthetic ones, without rows that were never seen."""
    return evaluate(people, held_out, SCHEMA)


@pytest.mark.slow
def test_an_evaluation_is_written_as_a_page_or_as_a_table(evaluated: Evaluation, tmp_path: Path) -> None:
    """By the ending; neither is written over unasked."""
    page, table = tmp_path / "quality.html", tmp_path / "quality.parquet"
    save_evaluation(evaluated, page)
    save_evaluation(evaluated, table)
    text = page.read_text()
    for words in ("Quality of the synthetic rows", "Equally faithful?", "Column by column", "Distributions"):
        assert words in text
    assert load_measurements(table) == list(evaluated.measurements)
    with pytest.raises(OutputExistsError):
        save_evaluation(evaluated, page)


def test_an_evaluation_counts_groups_and_answers_for_them(evaluated: Evaluation) -> None:
    """As data: findings, answers for every comparison, all measurements, curves."""
    data = evaluated.to_dict()
    assert data["findings"][0].startswith("The synthetic rows are hard to tell from real ones")
    assert {answer["features"] for answer in data["group_answers"]} == {"sex"}
    assert len(data["measurements"]) == len(evaluated.measurements)
    assert {point["figure"].split("/")[0] for point in data["curves"]} >= {"distribution", "column_error"}
    assert sum(row.n_added or 0 for row in evaluated.groups) == evaluated.n_synthetic


def test_a_short_answer_holds_the_worst_group_of_every_aspect(evaluated: Evaluation) -> None:
    """And no other group; what needs held-out rows is undefined, not missing."""
    shown = evaluated.shown
    assert {held.metric for held in shown if held.sensitive_features} >= {
        "representation_ratio_worst_group",
        "c2st_auroc_worst_group",
    }
    assert all(held.metric.endswith("_worst_group") for held in shown if held.sensitive_features)
    assert next(held for held in shown if held.metric == "dcr_share").status == "undefined"
    assert len(shown) < len(evaluated.measurements) / 3


def test_an_unknown_depth_is_refused_before_anything_is_read() -> None:
    """The closest one is named."""
    with pytest.raises(RecipeError, match="did you mean 'full'"):
        evaluate("no such file.csv", "none.csv", depth="ful")


def test_evaluate_needs_the_columns_of_the_schema(people: Frame) -> None:
    """All that are lacking are named."""
    with pytest.raises(TableError) as caught:
        evaluate(people, people.drop("age", "sex"), SCHEMA)
    assert len(caught.value.problems) == 2


def test_the_demo_is_a_recipe() -> None:
    """Adult, by its own split, with the default generator; every key can be changed."""
    recipe = demo_recipe()
    assert recipe.table == "packaged:adult"
    assert recipe.generator.name == "boosted_trees"
    assert recipe.schema["split"] == "split"  # type: ignore[index]
    changed = demo_recipe({"generator": {"name": "smote", "preset": None, "max_seconds": None}, "seed": 5})
    assert (changed.generator.name, changed.generator.settings, changed.seed) == ("smote", {}, 5)


def test_the_digest_of_a_table_sees_names_types_and_values(people: Frame) -> None:
    """And does not see where it came from."""
    first = table_digest(people)
    assert first == table_digest(concatenate([people.head(300), people.tail(300)]))
    others = [
        people.head(599),
        people.rename({"age": "years"}),
        people.select(list(reversed(people.columns))),
    ]
    assert first not in {table_digest(other) for other in others}


def test_packaged_tables_have_names() -> None:
    """The closest one is named."""
    assert open_table("packaged:adult").frame.shape == (48842, 16)
    with pytest.raises(TableError, match="did you mean 'adult'"):
        open_table("packaged:adlt")


def test_what_is_no_run_is_said_to_be_none(tmp_path: Path) -> None:
    """Neither for reading nor for predicting."""
    with pytest.raises(SavedFormatError):
        load_run(tmp_path)
    with pytest.raises(SavedFormatError):
        predict(tmp_path, equitab.load_adult().head())
