"""Commitments: what counts as fixed beforehand is decided by places in the chain, not by clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from equitab.assurance import EvidenceSource, EvidenceStore, run_evidence
from equitab.errors import ContractError, StorageError
from equitab.pipeline.assurance.commit import commit_contract, commitment_before_run, subject_of

DAY = datetime(2026, 5, 1, tzinfo=UTC)
SUBJECT = "people.csv"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "evidence.sqlite"


def begin(store: Path, run: str, *, subject: str = SUBJECT, event: str = "started") -> None:
    """Record that a run begins."""
    source = EvidenceSource(run=run, subject=subject, time=DAY, probe="run")
    with EvidenceStore.open(store) as opened:
        opened.append([run_evidence(source, table=subject, facts={"event": event})])


def shown(store: Path, digest: str, run: str, subject: str = SUBJECT) -> tuple[dict[str, object] | None, str]:
    with EvidenceStore.open(store, read_only=True) as opened:
        return commitment_before_run(opened, contract_digest=digest, subject=subject, run=run)


def test_a_commitment_before_the_run_is_shown(store: Path) -> None:
    """With both places in the chain."""
    committed = commit_contract("four_fifths_rule", subject=SUBJECT, store=store)
    begin(store, "first")
    found, why_none = shown(store, committed.contract_digest, "first")
    assert why_none == ""
    assert found is not None
    assert (found["sequence"], found["runSequence"], found["earlierRuns"]) == (1, 2, 0)
    assert found["contract"] == committed.contract_digest


def test_a_commitment_after_the_run_began_is_not_shown_whatever_the_clock_says(store: Path) -> None:
    """Its time lies years before."""
    begin(store, "first")
    committed = commit_contract(
        "four_fifths_rule", subject=SUBJECT, store=store, now=DAY - timedelta(days=900)
    )
    found, why_none = shown(store, committed.contract_digest, "first")
    assert found is None
    assert "before this run began" in why_none


def test_a_contract_that_was_changed_afterwards_is_not_covered(store: Path) -> None:
    """Another threshold is another contract."""
    commit_contract("four_fifths_rule", subject=SUBJECT, store=store)
    begin(store, "first")
    changed = {"clauses": [{"metric": "demographic_parity_ratio", "at_least": 0.7}]}
    other = commit_contract(changed, subject=SUBJECT, store=store)
    found, why_none = shown(store, other.contract_digest, "first")
    assert found is None
    assert "another contract was committed" in why_none


def test_another_subject_is_not_covered(store: Path) -> None:
    """What is promised of one table says nothing of another."""
    committed = commit_contract("four_fifths_rule", subject="another.csv", store=store)
    begin(store, "first")
    assert shown(store, committed.contract_digest, "first")[0] is None


def test_runs_before_the_commitment_are_counted(store: Path) -> None:
    """Who commits after two runs may know their results; looks of a monitor are no runs."""
    begin(store, "first")
    begin(store, "second")
    begin(store, "elsewhere", subject="another.csv")
    begin(store, "a look", event="looked")
    committed = commit_contract("four_fifths_rule", subject=SUBJECT, store=store)
    begin(store, "third")
    found, _ = shown(store, committed.contract_digest, "third")
    assert committed.n_earlier_runs == 2
    assert found is not None
    assert found["earlierRuns"] == 2
    assert any("held 2 runs" in line for line in committed.lines())


def test_the_earliest_of_several_commitments_counts(store: Path) -> None:
    """Committing again changes nothing."""
    first = commit_contract("four_fifths_rule", subject=SUBJECT, store=store)
    commit_contract("four_fifths_rule", subject=SUBJECT, store=store)
    begin(store, "first")
    found, _ = shown(store, first.contract_digest, "first")
    assert found is not None
    assert found["sequence"] == first.sequence


def test_a_run_that_the_store_does_not_know_has_no_commitment(store: Path) -> None:
    """No beginning, no before."""
    committed = commit_contract("four_fifths_rule", subject=SUBJECT, store=store)
    assert shown(store, committed.contract_digest, "unknown") == (
        None,
        "the store holds no beginning of this run",
    )


def test_a_store_that_refuses_takes_no_commitment(tmp_path: Path) -> None:
    """One that waits in the outbox would prove nothing."""
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    with pytest.raises(StorageError):
        commit_contract("four_fifths_rule", subject=SUBJECT, store=blocked / "evidence.sqlite")


def test_a_contract_that_cannot_be_read_is_refused(store: Path) -> None:
    """Before the store is opened."""
    with pytest.raises(ContractError, match="did you mean"):
        commit_contract({"clauses": [{"metric": "acuracy", "at_least": 0.8}]}, subject=SUBJECT, store=store)
    assert not store.exists()


def test_a_recipe_names_the_subject_that_its_runs_will_use(tmp_path: Path) -> None:
    """Its own word, else the table's name."""
    place = tmp_path / "recipe.yaml"
    place.write_text("table: data/people.csv\nschema: {target: income}\n")
    assert subject_of(place) == "people.csv"
    place.write_text("table: data/people.csv\nschema: {target: income}\ncontract: {subject: our model}\n")
    assert subject_of(place) == "our model"
    assert subject_of("https://host/people.parquet?key=1") == "people.parquet"
