"""A plan is seen before anything is learned, and one that does not fit is refused or written in pieces."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from equitab.augmentation import fill_both, planned_rows
from equitab.dataframe import Frame, as_frame, read_table, write_table
from equitab.errors import ConstraintError, RecipeError
from equitab.pipeline import augment_table, plan_table, run
from equitab.pipeline.plan_size import PlanSize, size_of_plan
from equitab.schema import TableSchema

SCHEMA = {
    "target": "income",
    "sensitive_features": [{"name": "sex", "reference": "Male"}, "race"],
    "missing_tokens": ["?"],
}
CHEAP = "independent_marginals"


def test_the_plan_shown_is_the_plan_carried_out(people: Frame) -> None:
    """Same table, same words, same plan."""
    plan = {"strategy": "fill_both", "max_growth": 3, "few_rows": "parent", "min_rows": 5}
    seen = plan_table(people, SCHEMA, plan=plan)
    done = augment_table(people, SCHEMA, generator=CHEAP, plan=plan, seed=0)
    assert seen.plan == done.plan
    assert seen.lines()[0].startswith("fill_both: add")
    assert seen.to_dict()["rows_added"] == done.plan.total
    assert seen.remarks == done.remarks


def test_the_size_grows_with_the_rows(people: Frame) -> None:
    """Twice the rows, twice the bytes; a bound that somebody sets is the bound."""
    schema = TableSchema.infer(people, target="income", sensitive_features=["sex"])
    plan = fill_both(people, schema)
    size = size_of_plan(plan, people, schema, max_bytes=1000)
    assert size.n_bytes >= plan.total * people.to_native().nbytes / len(people)
    assert (size.bound, size.fits) == (1000, False)
    twice = PlanSize(2 * size.n_rows, size.bytes_per_row, None)
    assert twice.n_bytes == pytest.approx(2 * size.n_bytes, abs=2)
    assert twice.fits
    twice.check(advice="none")


def test_a_plan_that_does_not_fit_is_refused_before_anything_is_learned(people: Frame) -> None:
    """With how many rows fit, how many are asked for, and what to do."""
    told: list[str] = []
    with pytest.raises(ConstraintError, match=r"at most about \d+ new rows.*received [\d,]+ rows.*out="):
        augment_table(
            people,
            SCHEMA,
            generator=CHEAP,
            plan="fill_both",
            max_bytes=10**5,
            seed=0,
            progress=lambda report: told.append(report.stage),
        )
    assert set(told) == {"reading the table"}


def test_a_run_refuses_a_plan_that_does_not_fit(
    recipe: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the generator learns; the next step names max_rows and augment."""
    monkeypatch.setattr("equitab.pipeline.plan_size.available_memory", lambda: 10**5)
    with pytest.raises(ConstraintError, match=r"expected at most.*max_rows.*equitab augment"):
        run({**recipe, "plan": "fill_both"}, tmp_path / "result")
    assert "learning" not in (tmp_path / "result" / "run.log").read_text()
    assert not (tmp_path / "result" / "generator").exists()


@pytest.mark.parametrize("mitigation", [(), ("reweighing",)])
def test_rows_written_in_pieces_are_the_rows_held_at_once(
    people: Frame, tmp_path: Path, mitigation: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also their weights, which follow from the plan before a row is drawn."""
    monkeypatch.setattr(planned_rows, "BLOCK_ROWS", 300)
    asked: dict[str, Any] = {"generator": CHEAP, "plan": "fill_both", "mitigation": mitigation, "seed": 0}
    at_once = augment_table(people, SCHEMA, **asked)
    for chunk_rows in (111, 5000):
        place = tmp_path / f"{chunk_rows}.parquet"
        pieces = augment_table(people, SCHEMA, **asked, out=place, max_bytes=1, chunk_rows=chunk_rows)
        assert pieces.held is None
        assert pieces.n_rows == len(at_once.frame)
        assert pieces.remarks == at_once.remarks
        found, wanted = read_table(place), at_once.frame
        rest = [name for name in wanted.columns if name != "equitab_weight"]
        assert found.select(rest).to_native().equals(wanted.select(rest).to_native())
        np.testing.assert_allclose(found["equitab_weight"].to_numpy(), wanted["equitab_weight"].to_numpy())


def test_weights_that_no_plan_tells_are_refused_in_pieces(people: Frame, tmp_path: Path) -> None:
    """Rows whose group the generator chooses have weights only when all of them are there."""
    with pytest.raises(ConstraintError, match=r"'reweighing'.*whose group the generator chooses"):
        augment_table(
            people,
            SCHEMA,
            generator=CHEAP,
            plan={"strategy": "append", "rows": 50},
            mitigation=("reweighing",),
            out=tmp_path / "rows.csv",
            max_bytes=1,
            seed=0,
        )
    assert list(tmp_path.iterdir()) == []


def test_bounds_without_a_group_to_fill_are_refused(people: Frame) -> None:
    """An option that would do nothing is no option."""
    plan = {"strategy": "append", "rows": 9, "min_rows": 3, "few_rows": "parent", "max_growth": 2.0}
    with pytest.raises(RecipeError) as caught:
        plan_table(people, SCHEMA, plan=plan)
    assert {one.where for one in caught.value.problems} == {
        "recipe key 'plan.min_rows'",
        "recipe key 'plan.few_rows'",
        "recipe key 'plan.max_growth'",
    }


def test_an_outcome_that_is_missing_in_rows_is_said(people: Frame) -> None:
    """Such rows belong to no group and outcome; they stay, and are counted."""
    table = people.to_native().to_pandas()
    table.loc[:29, "income"] = None
    result = augment_table(table, SCHEMA, generator=CHEAP, plan="fill_outcomes", seed=0)
    assert result.plan.n_outside == 30
    assert "30 rows without outcome or group stay as they are" in result.remarks
    assert result.n_rows == 600 + result.plan.total


def test_groups_of_held_out_rows_alone_are_named(people: Frame, held_out: Frame) -> None:
    """Nothing to learn them from, or what they share where the plan lets them borrow."""
    table = people.to_native().to_pandas()
    known = table[~((table["race"] == "Black") & (table["sex"] == "Female"))]
    seen = plan_table(known, SCHEMA, plan="fill_both", test=held_out)
    said = "group 'Female × Black' is in the test rows only: nothing to learn it from"
    assert said in seen.remarks
    borrowing = plan_table(known, SCHEMA, plan={"strategy": "fill_both", "few_rows": "parent"}, test=held_out)
    assert said not in borrowing.remarks
    assert any("'Female × Black'" in one and "drawn from what it shares" in one for one in borrowing.remarks)


@pytest.mark.slow
def test_a_run_names_the_groups_of_its_test_rows_alone(
    people: Frame, held_out: Frame, tmp_path: Path
) -> None:
    """In its remarks, which the report shows."""
    table = people.to_native().to_pandas()
    known = as_frame(table[table["race"].isin(["White", "Black"])])
    write_table(known, tmp_path / "known.csv")
    write_table(held_out, tmp_path / "test.csv")
    recipe = {
        "table": str(tmp_path / "known.csv"),
        "schema": {**SCHEMA, "sensitive_features": ["race"]},
        "split": {"test_table": str(tmp_path / "test.csv")},
        "generator": CHEAP,
        "models": "gaussian_naive_bayes",
        "baselines": ["random_oversampling", "random_undersampling", "reweighing"],
    }
    result = run(recipe, tmp_path / "result")
    found = [one for one in result.remarks if "is in the test rows only" in one]
    assert len(found) >= 2
    treatments = {held.treatment for held in result.measurements if held.stage == "test"}
    assert treatments >= {"original", "reweighed", "augmented", "random_oversampling", "random_undersampling"}
    assert result.headline is not None
    compared = {one.treatment for one in result.headline.baselines}
    assert compared == {"original", "random_oversampling", "random_undersampling"}
