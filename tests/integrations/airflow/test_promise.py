"""Promises without Airflow: what they take, where the output is, and what a verdict does."""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import equitab.integrations.airflow as provider
from equitab.assurance import EvidenceStore
from equitab.errors import ContractError, InputError, MissingExtraError, RecipeError
from equitab.integrations.airflow.promise_check import PromiseOutcome, check_promise
from equitab.integrations.airflow.promise_terms import Promise, stops
from equitab.integrations.airflow.provider import get_provider_info
from equitab.integrations.airflow.task_answer import place_of, written

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def make_promise(**changes: Any) -> Promise:
    words: dict[str, Any] = {
        "contract": "four_fifths_rule",
        "target": "hired",
        "favorable_outcome": "yes",
        "sensitive_features": ("sex",),
    }
    return Promise(**{**words, **changes})


def write_people(place: Path, share_of_women: float) -> str:
    """Write a thousand people of each sex; half of the men were hired."""
    rows = [
        {"sex": sex, "hired": "yes" if number < share * 1_000 else "no"}
        for sex, share in (("F", share_of_women), ("M", 0.5))
        for number in range(1_000)
    ]
    pd.DataFrame(rows).to_csv(place, index=False)
    return str(place)


def check(held: Promise, returned: Any, store: Path) -> PromiseOutcome:
    return check_promise(
        held.with_values({"store": str(store)}), returned, run="airflow:d/r/t", subject="d.t", now=NOON
    )


@pytest.mark.parametrize(("share", "verdict"), [(0.5, "met"), (0.1, "violated")])
def test_a_table_that_a_task_returned_is_judged(tmp_path: Path, share: float, verdict: str) -> None:
    """The verdict is kept under the task's name, and broken is what is violated."""
    store = tmp_path / "evidence.sqlite"
    outcome = check(make_promise(), {"file": write_people(tmp_path / "people.csv", share)}, store)
    assert (outcome.verdict, outcome.is_broken) == (verdict, verdict == "violated")
    assert outcome.clauses == {"four_fifths_rule": verdict}
    with EvidenceStore.open(store, read_only=True) as kept:
        promises = kept.promises(subject="d.t")
    assert promises["verdict"].to_list() == [verdict]


def test_the_same_check_leaves_its_evidence_once(tmp_path: Path) -> None:
    """Another try of the same task, at the same data, says nothing new."""
    place, store = write_people(tmp_path / "people.csv", 0.5), tmp_path / "evidence.sqlite"
    counts = []
    for _ in range(2):
        check(make_promise(), place, store)
        with EvidenceStore.open(store, read_only=True) as kept:
            counts.append(len(kept.history()))
    assert counts[0] == counts[1] > 1


def test_other_data_under_the_same_name_is_new_evidence(tmp_path: Path) -> None:
    store = tmp_path / "evidence.sqlite"
    for share in (0.5, 0.1):
        check(make_promise(), write_people(tmp_path / "people.csv", share), store)
    with EvidenceStore.open(store, read_only=True) as kept:
        assert sorted(kept.promises(subject="d.t")["verdict"].to_list()) == ["met", "violated"]


def test_predictions_are_judged_where_a_column_of_them_is_named(tmp_path: Path) -> None:
    """The labels are fair here, the predictions are not."""
    people = pd.read_csv(write_people(tmp_path / "people.csv", 0.5))
    people["guess"] = (people["sex"] == "M").map({True: "yes", False: "no"})
    place = tmp_path / "predictions.parquet"
    people.to_parquet(place)
    store = tmp_path / "evidence.sqlite"
    assert check(make_promise(), str(place), store).verdict == "met"
    assert check(make_promise(prediction="guess"), str(place), store).verdict == "violated"


def test_a_table_in_memory_is_judged_too(tmp_path: Path) -> None:
    people = pd.read_csv(write_people(tmp_path / "people.csv", 0.5))
    assert check(make_promise(), people, tmp_path / "evidence.sqlite").verdict == "met"


@pytest.mark.parametrize(
    ("verdict", "if_undetermined", "expected"),
    [
        ("met", "stop", False),
        ("not applicable", "stop", False),
        ("violated", "go_on", True),
        ("undetermined", "stop", True),
        ("undetermined", "go_on", False),
    ],
)
def test_what_stops_a_dag(verdict: str, if_undetermined: Any, expected: bool) -> None:
    assert stops(verdict, if_undetermined) is expected


def test_a_promise_says_everything_that_is_wrong_with_it() -> None:
    """Known when the file is parsed, before any task runs."""
    with pytest.raises(RecipeError) as caught:
        Promise(contract="", if_undetermined="wait")  # type: ignore[arg-type]
    assert [problem.where for problem in caught.value.problems] == [
        "promise, if_undetermined",
        "promise, contract",
    ]


def test_a_misspelled_template_is_refused_with_the_closest_one() -> None:
    with pytest.raises(ContractError, match="did you mean 'four_fifths_rule'"):
        make_promise(contract="four_fifth_rule").read()


def test_what_a_promise_says_lies_over_its_schema() -> None:
    held = make_promise(schema={"target": "other", "ignore": ["name"]})
    keys = held.schema_keys()
    assert (keys["target"], keys["ignore"], keys["favorable_outcome"]) == ("hired", ["name"], ["yes"])
    assert [feature["name"] for feature in keys["sensitive_features"]] == ["sex"]
    assert Promise(contract="no_copies").schema_keys() is None


def test_a_promise_is_written_in_words() -> None:
    assert "what this task returns" in make_promise().words
    assert "cannot be told" in make_promise().words
    assert "cannot be told" not in make_promise(if_undetermined="go_on", on="a.csv").words


@pytest.mark.parametrize(
    ("returned", "place"),
    [
        ("rows.csv", "rows.csv"),
        (Path("rows.csv"), "rows.csv"),
        ({"rows": 3, "file": "rows.csv"}, "rows.csv"),
        ({"folder": "result", "report": "result/report.html"}, "result"),
        ({"folder": None, "path": Path("rows.csv")}, "rows.csv"),
    ],
)
def test_where_an_output_is(returned: Any, place: str) -> None:
    assert place_of(returned) == place


@pytest.mark.parametrize("returned", [None, 3, {}, {"rows": 3}, ["a.csv"]])
def test_an_answer_without_a_place_is_refused_and_not_quoted(returned: Any) -> None:
    with pytest.raises(InputError, match="what the task returned") as caught:
        place_of(returned)
    assert "a.csv" not in str(caught.value)


def test_an_answer_names_the_place_and_its_digest(tmp_path: Path) -> None:
    """A folder is called a folder; what lies elsewhere has no digest."""
    file = tmp_path / "rows.csv"
    file.write_bytes(b"")
    empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert written(str(file)) == {"file": str(file), "digest": empty}
    assert set(written(str(tmp_path))) == {"folder", "digest"}
    assert written("s3://bucket/rows.csv") == {"file": "s3://bucket/rows.csv"}
    assert written(None) == {}


def test_the_provider_describes_itself() -> None:
    """Every module that it lists is there."""
    told = get_provider_info()
    folder = Path(provider.__file__).parent
    for name in told["operators"][0]["python-modules"]:
        assert (folder / f"{name.rpartition('.')[2]}.py").is_file()


@pytest.mark.skipif(importlib.util.find_spec("airflow") is not None, reason="Airflow is here")
def test_without_airflow_its_names_say_what_is_missing() -> None:
    assert provider.__all__ == sorted(provider._HOMES)
    with pytest.raises(MissingExtraError, match="airflow"):
        _ = provider.promise
    with pytest.raises(AttributeError):
        _ = provider.no_such_name


def test_a_store_that_is_down_changes_no_verdict(tmp_path: Path) -> None:
    """The evidence waits in the outbox, that is said, and no password is."""
    held = make_promise(store="postgresql://lab:secret@127.0.0.1:1/evidence")
    place = write_people(tmp_path / "people.csv", 0.5)
    outcome = check_promise(held, place, run="airflow:d/r/t", subject="d.t", now=NOON)
    assert (outcome.verdict, outcome.is_broken) == ("met", False)
    assert "outbox" in outcome.evidence
    assert "secret" not in outcome.text
