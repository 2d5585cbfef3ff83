"""Checking promises on demand: tables, predictions, files of measurements; and the evidence that is left."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import equitab
from equitab.assurance import contract_from_templates
from equitab.assurance.evidence_store import EvidenceStore
from equitab.errors import ContractError, InputError, RecipeError, SavedFormatError, TableError
from equitab.pipeline.assurance.assure import assure
from equitab.pipeline.audit import audit
from equitab.pipeline.report_contents import save_audit

SCHEMA: dict[str, Any] = {
    "target": "hired", "favorable_outcome": ["yes"], "sensitive_features": [{"name": "sex", "reference": "M"}],
}  # fmt: skip


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    """1,200 people of whom half are women; women are hired half as often, and predicted so too."""
    rows = {"sex": ["F", "M"] * 600, "hired": ["no", "yes", "yes", "yes"] * 300}
    return pd.DataFrame({**rows, "guess": rows["hired"], "age": [20 + n % 40 for n in range(1200)]})


def test_the_labels_of_a_table_are_judged(people: pd.DataFrame) -> None:
    found = assure("four_fifths_rule", people.drop(columns="guess"), schema=SCHEMA, store="none")
    assert (found.verdict.verdict, found.exit_code, found.kept) == ("violated", 1, None)
    assert {held.metric for held in found.measurements} >= {"base_rate", "demographic_parity_ratio"}
    assert found.to_dict()["exit_code"] == 1


def test_a_column_of_predictions_is_judged(people: pd.DataFrame) -> None:
    found = assure(["equal_opportunity", "accuracy"], people, schema=SCHEMA, prediction="guess", store="none")
    assert [clause.verdict for clause in found.verdict.clauses] == ["met", "met"]


@pytest.mark.parametrize("ending", ["parquet", "csv", "json"])
def test_a_file_of_measurements_is_judged_as_it_is(people: pd.DataFrame, tmp_path: Path, ending: str) -> None:
    """The same verdict as on the table, whichever format keeps the measurements."""
    table = people.drop(columns="guess")
    place = tmp_path / f"audit.{ending}"
    measured = audit(table, SCHEMA)
    if ending == "json":
        place.write_text(json.dumps(measured.to_dict()))
    else:
        save_audit(measured, place)
    expected = assure("disparate_impact", table, schema=SCHEMA, store="none", subject="people")
    assert assure("disparate_impact", place, store="none", subject="people").verdict == expected.verdict


def test_what_is_measured_already_takes_no_schema(people: pd.DataFrame, tmp_path: Path) -> None:
    place = tmp_path / "audit.parquet"
    save_audit(audit(people.drop(columns="guess"), SCHEMA), place)
    with pytest.raises(RecipeError, match="it is measured already"):
        assure("drift", place, schema=SCHEMA, store="none")


def test_a_contract_is_refused_before_anything_is_read() -> None:
    with pytest.raises(ContractError, match="did you mean"):
        assure(["four_fifth_rule"], "no such table.csv", store="none")


def test_what_cannot_be_judged_is_said(tmp_path: Path) -> None:
    with pytest.raises(SavedFormatError, match=r"without run\.json"):
        assure("drift", tmp_path, store="none")
    with pytest.raises(TableError, match="none of that name"):
        assure("drift", tmp_path / "people.csv", store="none")


def test_measurements_with_strange_keys_and_stores_with_strange_names_are_refused(
    tmp_path: Path,
) -> None:
    (tmp_path / "m.json").write_text('[{"metric": "accuracy", "value": 0.5, "colour": "red"}]')
    with pytest.raises(InputError, match="the keys 'colour'"):
        assure("drift", tmp_path / "m.json", store="none")
    with pytest.raises(InputError, match="nonsense"):
        assure("drift", tmp_path / "no such table.csv", store="nonsense://x")


def test_an_earlier_table_is_looked_back_to(people: pd.DataFrame) -> None:
    """The share of hired women moves from 0.5 to 0.75."""
    table = people.drop(columns="guess")
    later = table.assign(hired=["yes", "yes", "no", "yes", "yes", "yes", "yes", "yes"] * 150)
    calm = assure("drift", table, schema=SCHEMA, earlier=[table], store="none")
    assert calm.verdict.verdict in ("met", "undetermined")
    moved = assure("drift", later, schema=SCHEMA, earlier=[table], store="none")
    assert moved.verdict.verdict == "violated"
    assert "sex, F" in moved.verdict.clauses[0].shown


def test_the_evidence_is_kept_with_its_digests(people: pd.DataFrame, tmp_path: Path) -> None:
    """One piece for each measurement, one for the contract, one for each clause."""
    store, now = tmp_path / "evidence.sqlite", datetime(2026, 1, 2, tzinfo=UTC)
    contract = contract_from_templates(["four_fifths_rule", "drift"])
    table = people.drop(columns="guess")
    found = assure(contract, table, schema=SCHEMA, store=store, subject="hiring", now=now)
    assert found.kept is not None
    assert found.kept.state == "stored"
    with EvidenceStore.open(store, read_only=True) as opened:
        promises = opened.history(subject="hiring", kind="verdict").to_native().to_pylist()
        measured = opened.history(subject="hiring", kind="measurement")
    assert len(measured) == len(found.measurements)
    assert {row["contract_digest"] for row in promises} == {contract.digest}
    assert all(row["data_digest"].startswith("sha256:") for row in promises)
    assert len(promises) == 3


def test_a_store_that_takes_nothing_does_not_lose_the_verdict(people: pd.DataFrame, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    found = assure(
        "four_fifths_rule",
        people.drop(columns="guess"),
        schema=SCHEMA,
        store=tmp_path / "file" / "evidence.sqlite",
    )
    assert found.verdict.verdict == "violated"
    assert found.kept is not None
    assert found.kept.state == "kept"


def test_the_store_is_asked_for_earlier_times(people: pd.DataFrame, tmp_path: Path) -> None:
    """A promise that looks back needs no --earlier where the evidence is at hand."""
    store, table = tmp_path / "evidence.sqlite", people.drop(columns="guess")
    later = table.assign(hired=["yes", "yes", "no", "yes", "yes", "yes", "yes", "yes"] * 150)
    words: dict[str, Any] = {"schema": SCHEMA, "store": store, "subject": "hiring"}
    first = assure("drift", table, **words, now=datetime(2026, 1, 1, tzinfo=UTC))
    assert first.verdict.clauses[0].reason == "there is no earlier table or run to compare with"
    second = assure("drift", later, **words, now=datetime(2026, 1, 2, tzinfo=UTC))
    assert second.verdict.verdict == "violated"
    assert "were looked at: assure-" in " ".join(second.remarks)
    other = assure("drift", later, **{**words, "subject": "another"}, now=datetime(2026, 1, 3, tzinfo=UTC))
    assert other.verdict.verdict == "undetermined", "evidence about another subject is not mixed in"


def test_the_names_are_bound_for_whoever_imports_equitab() -> None:
    if "assure" not in equitab.__all__:
        pytest.skip("the lead binds them")
    assert equitab.assure is assure
