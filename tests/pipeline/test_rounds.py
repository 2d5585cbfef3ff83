"""Rounds until a contract holds, in a recipe, in a run and for a table of one's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from equitab.assurance import EvidenceStore
from equitab.dataframe import read_table, write_table
from equitab.errors import OutputExistsError, RecipeError
from equitab.evaluation import measure_groups, measure_quality
from equitab.pipeline import RunResult, augment_until, fit, recipe_from_dict, run
from equitab.pipeline.assurance.store_knowledge import newest_results
from equitab.pipeline.preparation import check_names
from equitab.pipeline.yaml_text import parse_mapping
from search.rounds_people import people

PROMISE = {"name": "parity", "metric": "demographic_parity_difference", "at_most": 0.4}
CONTRACT = {"name": "parity", "clauses": [PROMISE]}
WORDS = {"target": "hired", "favorable_outcome": ["yes"], "sensitive_features": ["sex"]}
RECIPE: dict[str, Any] = {
    "table": "people.csv",
    "schema": {},
    "plan": {"strategy": "fill_both", "rounds": {"step": 0.2}},
    "contract": CONTRACT,
}


def problems_of(**changes: Any) -> list[str]:
    with pytest.raises(RecipeError) as caught:
        recipe_from_dict({**RECIPE, **changes})
    return [problem.where for problem in caught.value.problems]


def test_rounds_come_back_as_they_were_written_with_every_default() -> None:
    recipe = recipe_from_dict(RECIPE)
    known = {"step": 0.2, "most": 10, "max_seconds": None, "patience": 3, "learner": None}
    assert recipe.to_dict()["plan"]["rounds"] == known
    assert recipe_from_dict(parse_mapping(recipe.to_yaml(), where="here")) == recipe
    without = recipe_from_dict({**RECIPE, "plan": "fill_both"})
    assert without.digest() != recipe.digest()


def test_rounds_need_a_contract() -> None:
    assert problems_of(contract=None) == ["recipe key 'plan.rounds'"]
    assert problems_of(contract={"store": "none"}) == ["recipe key 'plan.rounds'"]


@pytest.mark.parametrize("bound", [{"rows": 50}, {"max_rows": 50}])
def test_a_plan_without_an_end_has_no_other_bound_beside_rounds(bound: dict[str, int]) -> None:
    plan = {"strategy": "append", "rounds": {}, **bound}
    assert problems_of(plan=plan) == [f"recipe key 'plan.{next(iter(bound))}'"]
    recipe_from_dict({**RECIPE, "plan": {"strategy": "fill_both", "max_rows": 50, "rounds": {}}})


def test_all_that_is_wrong_with_rounds_is_said_at_once() -> None:
    asked = {"step": 0, "most": 0, "patience": "x", "max_seconds": -1, "stp": 0.1}
    where = problems_of(plan={"strategy": "fill_both", "rounds": asked})
    assert set(where) == {f"recipe key 'plan.rounds.{name}'" for name in asked}


def test_an_unknown_model_of_the_rounds_is_said_with_everything_else() -> None:
    rounds = {"learner": "random_forrest"}
    recipe = recipe_from_dict(
        {**RECIPE, "plan": {"strategy": "fill_both", "rounds": rounds}, "models": ["gradient_bosting"]}
    )
    with pytest.raises(RecipeError) as caught:
        check_names(recipe)
    assert len(caught.value.problems) == 2
    assert any("plan.rounds" in problem.where for problem in caught.value.problems)


def grown(table: Any, **options: Any) -> Any:
    known: dict[str, Any] = {
        "contract": CONTRACT,
        "generator": "smote",
        "plan": "fill_both",
        "model": "gaussian_naive_bayes",
        "seed": 0,
    }
    return augment_until(table, WORDS, **{**known, **options})


def test_the_table_that_is_written_has_no_validation_rows(tmp_path: Path) -> None:
    """A fifth of the rows judge; the others and the added ones are what a model may learn from."""
    table = people(1_000, 0)
    found = grown(table, rounds={"step": 0.2}, out=tmp_path / "grown.parquet")
    assert found.growth.stopped == "held"
    assert found.growth.kept > 0
    assert (found.n_training, found.growth.n_validation) == (800, 200)
    written = read_table(found.place)
    assert len(written) == 800 + found.plan.total == found.n_rows
    skills = np.array(written["skill"].to_list())[:800]
    judged = np.setdiff1d(table["skill"], skills)
    assert len(judged) == 200
    assert not np.isin(np.array(written["skill"].to_list())[800:], judged).any()
    assert json.dumps(found.to_dict(), allow_nan=False)
    assert any("200 validation rows" in remark for remark in found.remarks)


def test_a_split_column_says_who_judges() -> None:
    table = people(900, 0)
    table["part"] = ["train", "validation", "test"] * 300
    words = {**WORDS, "split": "part"}
    found = augment_until(
        table,
        words,
        contract=CONTRACT,
        generator="smote",
        plan="fill_both",
        model="gaussian_naive_bayes",
        seed=0,
    )
    assert (found.n_training, found.growth.n_validation) == (300, 300)


def test_a_saved_generator_needs_rows_that_it_has_not_learned(tmp_path: Path) -> None:
    table, others = people(600, 0), people(400, 1)
    fit(table, WORDS, generator="smote", out=tmp_path / "learned", seed=0)
    with pytest.raises(RecipeError, match="which has learned the table"):
        grown(table, generator=str(tmp_path / "learned"))
    found = grown(table, generator=str(tmp_path / "learned"), test=others)
    assert (found.n_training, found.growth.n_validation) == (600, 400)


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    place = tmp_path / "there.parquet"
    place.write_text("something")
    with pytest.raises(OutputExistsError):
        grown(people(300, 0), out=place)


def test_what_a_table_cannot_have_in_rounds_is_refused_at_once() -> None:
    with pytest.raises(RecipeError) as caught:
        grown(people(300, 0), rounds={"step": 11, "most": 0}, plan="fill_bot", contract="four_fifth_rule")
    assert len(caught.value.problems) == 4


@pytest.fixture(scope="module")
def quick_quality() -> Iterator[None]:
    """Rounds have nothing to do with detectors and attackers, which take most of a run's time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("equitab.pipeline.seed_stages.measure_quality", partial(measure_quality, metrics=()))
        patch.setattr(
            "equitab.pipeline.seed_stages.measure_groups", partial(measure_groups, with_detection=False)
        )
        yield


@pytest.fixture(scope="module")
def grown_run(quick_quality: None, tmp_path_factory: pytest.TempPathFactory) -> RunResult:  # noqa: ARG001
    """A run of two seeds whose rounds end with the contract held."""
    folder = tmp_path_factory.mktemp("rounds")
    write_table(people(1_500, 0), folder / "people.csv")
    recipe = {
        **RECIPE,
        "table": str(folder / "people.csv"),
        "schema": WORDS,
        "generator": "smote",
        "models": "gaussian_naive_bayes",
        "baselines": ["random_oversampling"],
        "pictures": "none",
        "contract": {**CONTRACT, "store": str(folder / "evidence.sqlite")},
        "n_seeds": 2,
    }
    return run(recipe, folder / "result")


@pytest.mark.slow
def test_a_run_adds_the_rows_of_the_round_that_was_kept(grown_run: RunResult) -> None:
    """As many as the rounds say; and the run says which round that was."""
    found = json.loads((grown_run.folder / "rounds.json").read_text())
    assert (found["stopped"], found["exit_code"]) == ("held", 0)
    assert found["kept"] == len(found["rounds"]) - 1 > 0
    table = read_table(grown_run.folder / "tables" / "augmented.parquet")
    added = [name != "real" for name in table["equitab_origin"].to_list()]
    assert sum(added) == found["rounds"][-1]["n_added"] == sum(found["plan"]["rows_to_add"])
    assert any(f"round {found['kept']} is kept" in remark for remark in grown_run.remarks)


@pytest.mark.slow
def test_everything_measured_in_rounds_is_kept_beside_the_run(grown_run: RunResult) -> None:
    rows = read_table(grown_run.folder / "rounds.parquet")
    found = json.loads((grown_run.folder / "rounds.json").read_text())
    assert sorted(set(rows["round"].to_list())) == list(range(len(found["rounds"])))
    assert set(rows["stage"].to_list()) == {"validation"}
    last = found["rounds"][-1]["clauses"][0]
    kept = rows.to_native().filter(
        (np.array(rows["round"].to_list()) == found["kept"])
        & (np.array(rows["metric"].to_list()) == PROMISE["metric"])
    )
    assert kept["value"].to_pylist() == [last["value"]]
    own = [held for held in grown_run.measurements if held.stage == "test"]
    assert own, "the run's own results are of test rows"


@pytest.mark.slow
def test_every_round_is_evidence_that_nobody_takes_for_a_result(grown_run: RunResult) -> None:
    """With its number, in the stage of validation; a look back at earlier runs leaves it aside."""
    record = json.loads((grown_run.folder / "run.json").read_text())
    name, subject = record["facts"]["run"], record["facts"]["subject"]
    found = json.loads((grown_run.folder / "rounds.json").read_text())
    with EvidenceStore.open(grown_run.folder.parent / "evidence.sqlite", read_only=True) as store:
        rows = store.history(run=name, kind="measurement").to_native().to_pylist()
        results = newest_results(store, [name], subject=subject, n_times=1)[name]
    rounds = [row for row in rows if row["probe"] == "rounds"]
    numbers = [json.loads(row["body"])["round"] for row in rounds]
    assert numbers == list(range(len(found["rounds"])))
    assert {row["stage"] for row in rounds} == {"validation"}
    assert {row["metric"] for row in rounds} == {PROMISE["metric"]}
    assert len(results) == len(rows) - len(rounds) > 0
    assert "rounds" not in results["probe"].to_list()


@pytest.mark.slow
def test_the_report_shows_every_round(grown_run: RunResult) -> None:
    page = (grown_run.folder / "report.html").read_text(encoding="utf-8")
    section = page[page.index('id="rounds"') :]
    section = section[: section.index("</section>")]
    found = json.loads((grown_run.folder / "rounds.json").read_text())
    for one in found["rounds"]:
        assert f"{one['n_added']:,}" in section
    assert "The contract holds on the validation rows." in section
    assert "promised: ≤ 0.4" in section
    assert "they are no result" in section
    assert section.count("<svg") == 1


@pytest.mark.slow
def test_a_finished_run_is_not_grown_again(grown_run: RunResult) -> None:
    """Resuming reads the rounds back; the resolved recipe is the one that was carried out."""
    before = (grown_run.folder / "rounds.json").read_bytes()
    again = run(grown_run.folder / "recipe.yaml", grown_run.folder, resume=True)
    assert (grown_run.folder / "rounds.json").read_bytes() == before
    assert again.to_dict() == grown_run.to_dict()


@pytest.mark.slow
def test_a_run_that_stopped_after_its_rounds_goes_on_with_them(
    grown_run: RunResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows that it draws later are those that were judged."""
    from equitab.pipeline.seed_stages import SeedStages

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    recipe = parse_mapping((grown_run.folder / "recipe.yaml").read_text(), where="here")
    recipe |= {"table": str(grown_run.folder.parent / "people.csv"), "n_seeds": 1}
    recipe["contract"] = {**recipe["contract"], "store": "none"}
    with monkeypatch.context() as patch:
        patch.setattr(SeedStages, "draw", stop)
        with pytest.raises(KeyboardInterrupt):
            run(recipe, tmp_path / "result")
    assert (tmp_path / "result" / "rounds.json").exists()
    run(recipe, tmp_path / "result", resume=True)
    tables = [
        read_table(place / "tables" / "augmented.parquet").to_native()
        for place in (grown_run.folder, tmp_path / "result")
    ]
    assert tables[0].equals(tables[1])


def test_of_a_contract_that_cannot_be_read_it_is_not_said_that_there_is_none() -> None:
    recipe = {
        "table": "people.csv",
        "schema": {},
        "contract": "nowhere.yaml",
        "plan": {"rounds": {"step": 0.1}},
    }
    with pytest.raises(RecipeError) as caught:
        recipe_from_dict(recipe)
    assert [problem.where for problem in caught.value.problems] == [
        "recipe key 'contract', contract 'nowhere.yaml'"
    ]
