"""What a store knows of the time before a run."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from equitab.assurance import EvidenceSource, EvidenceStore, read_contract
from equitab.pipeline.assurance.store_knowledge import earlier_runs

CONTRACT = read_contract(
    {
        "name": "for some time",
        "clauses": [
            {
                "name": "often enough",
                "metric": "accuracy",
                "at_least": 0.5,
                "over": {"window": "all", "runs": 4},
            }
        ],
    }
)


def test_a_run_that_goes_on_later_does_not_look_back_at_runs_that_began_after_it(tmp_path: Path) -> None:
    """It has measured nothing yet, but it has begun: what came after that is not earlier."""
    with EvidenceStore.open(tmp_path / "evidence.sqlite") as store:
        for run, value in (("first", 0.6), ("second", 0.7), ("stopped", None), ("later", 0.9)):
            source = EvidenceSource(run=run, subject="people", time=datetime(2026, 1, 1, tzinfo=UTC))
            began = source.says("run", {"event": "started"})
            measured = (
                [] if value is None else [source.says("measurement", {"metric": "accuracy", "value": value})]
            )
            store.append([began, *measured])
        found = earlier_runs(store, CONTRACT, subject="people", run="stopped")
        assert [frame["value"].to_list() for frame in found] == [[0.6], [0.7]]
        assert earlier_runs(store, CONTRACT, subject="people", run="unknown") == ()
        assert earlier_runs(store, CONTRACT, subject="others", run="stopped") == ()
