"""Certificates of whole runs: signed by the run, checked with the table, the store and the model at hand."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from equitab.assurance import SigningKey, digest_file, read_contract
from equitab.dataframe import Frame, read_table, write_table
from equitab.errors import InputError
from equitab.pipeline import RunResult
from equitab.pipeline.assurance.certify import certify, certify_as_lab, certify_run, make_key
from equitab.pipeline.assurance.remeasure import open_source, remeasure
from equitab.pipeline.assurance.store_knowledge import look_back
from equitab.pipeline.assurance.verify import verify

DRIFT = {
    "name": "no worse than before",
    "clauses": [
        {"name": "steady", "metric": "accuracy", "at_least": -1, "against": {"table": "earlier"}},
    ],
}


@pytest.fixture
def run(finished: RunResult, tmp_path: Path) -> Path:
    """A copy of a finished run whose recipe promises something."""
    folder = tmp_path / "result"
    shutil.copytree(finished.folder, folder)
    return folder


@pytest.fixture
def store(promising_recipe: dict[str, Any], tmp_path: Path) -> str:
    """A copy of the store that the run told."""
    place = tmp_path / "evidence.sqlite"
    shutil.copy(promising_recipe["contract"]["store"], place)
    return str(place)


def test_every_run_is_signed_and_verifies(run: Path, store: str, people: Frame) -> None:
    """Signature, files, table, verdict, state and measurements, all of them."""
    found = verify(run, table=people, recompute=True, store=store)
    assert found.findings == ()
    titles = [line.partition(":")[0] for line in found.checked]
    assert titles == ["signature", "time", "state", "integrity", "table", "verdict", "measurements"]
    assert found.certificate is not None
    assert found.certificate.evidence_head.startswith("sha256:")
    names = set(found.certificate.subjects)
    assert names >= {"recipe.yaml", "schema.yaml", "measurements.parquet", "report.html", "table", "run.json"}
    assert names >= {"datasheet.json", "model_card.md", "model/model.json", "tables/splits.parquet"}


def test_the_numbers_come_out_again(run: Path, finished: RunResult, people: Frame) -> None:
    """Those of the chosen model, from its saved form and the table."""
    headline = finished.headline
    assert headline is not None
    chosen = {"model": headline.model, "treatment": headline.treatment}
    again = remeasure(run, open_source(run, people), chosen=chosen)
    key = (headline.performance_after.metric, "test", headline.performance_after.operating_point)
    everybody = [one for one in again if not one.group and not one.sensitive_features]
    found = [one.value for one in everybody if (one.metric, one.stage, one.operating_point) == key]
    assert found == [headline.performance_after.value]


def test_a_number_made_nicer_is_found_by_measuring_again(run: Path, people: Frame) -> None:
    """The owner changes a measurement and signs everything anew, run.json included: only the model tells."""
    place = run / "measurements.parquet"
    frame = read_table(place)
    chosen = verify(run, store="none").certificate.chosen  # type: ignore[union-attr]
    values = frame.to_native().to_pylist()
    for row in values:
        if (row["metric"], row["model"], row["treatment"], row["stage"]) == (
            "accuracy",
            chosen["model"],
            chosen["treatment"],
            "test",
        ):
            row["value"] = 0.99
    write_table(pa.Table.from_pylist(values, schema=frame.to_native().schema), place, overwrite=True)
    record = run / "run.json"
    old, new = _digest_in(record, "measurements.parquet"), digest_file(place).removeprefix("sha256:")
    record.write_text(record.read_text().replace(old, new))
    certify(run, overwrite=True, store="none")
    assert verify(run, store="none").is_valid
    found = verify(run, table=people, recompute=True, store="none")
    assert not found.is_valid
    assert found.findings[0].where.startswith("accuracy of everybody")
    assert found.findings[0].found == "0.99 on 120 rows (recorded)"


def _digest_in(record: Path, name: str) -> str:
    stages = json.loads(record.read_text())["stages"]
    return next(stage["files"][name] for stage in stages.values() if name in stage["files"])


def test_a_certificate_issued_again_renews_the_old_one(run: Path, store: str) -> None:
    """The store knows both: the old one holds, and is renewed."""
    old = run.parent / "old.json"
    shutil.copy(run / "certificate.json", old)
    issued = certify(run, overwrite=True, store=store)
    assert issued.certificate.previous == digest_file(old)
    assert verify(run, store=store).status == "valid"
    found = verify(old, run=run, store=store)
    assert (found.is_valid, found.status) == (True, "renewed")


def test_a_lab_may_promise_for_its_own_contract(run: Path, people: Frame, tmp_path: Path) -> None:
    """Measured by the lab, signed by the lab; the run's own certificate stays valid."""
    key = SigningKey.load(make_key(tmp_path / "bergamo.pem").private)
    contract = read_contract(
        {"name": "own", "clauses": [{"name": "a", "metric": "accuracy", "at_least": 0.2}]}
    )
    issued = certify_as_lab(run, lab="Bergamo", key=key, contract=contract, table=people)
    assert issued.certificate.basis == "remeasured"
    found = verify(issued.path, keys=[tmp_path / "bergamo.pub.pem"], table=people, recompute=True)
    assert found.findings == ()
    assert found.overall_verdict == "met"
    assert any(line.startswith("owner:") for line in found.checked)
    assert verify(run, store="none").is_valid


def test_a_monitors_certificate_is_compared_with_the_one_it_renews(run: Path) -> None:
    """The time before is that of the certificate that it names, not whatever the store holds."""
    place = run / "monitor" / "1"
    place.mkdir(parents=True)
    shutil.copy(run / "measurements.parquet", place / "measurements.parquet")
    contract = read_contract(DRIFT)
    assert look_back(contract) == 1
    issued = certify_run(
        run,
        contract=contract,
        measurements="monitor/1/measurements.parquet",
        earlier=[read_table(run / "measurements.parquet")],
        previous=digest_file(run / "certificate.json"),
        out=place / "certificate.json",
    )
    found = verify(issued.path, store="none")
    assert found.findings == ()
    assert found.overall_verdict == issued.certificate.overall_verdict
    assert "clause 'steady'" not in dict(found.not_checked)
    (run / "certificate.json").unlink()
    assert "clause 'steady'" in dict(verify(issued.path, store="none").not_checked)


def test_a_table_of_other_rows_is_refused_for_measuring(run: Path, held_out: Frame) -> None:
    """By its content, before the model sees it."""
    found = verify(run, table=held_out, recompute=True, store="none")
    assert [finding.where for finding in found.findings] == ["source table"]


def test_a_run_that_chose_no_model_cannot_be_measured_again(run: Path, people: Frame) -> None:
    """In words."""
    with pytest.raises(InputError, match="no headline"):
        remeasure(run, open_source(run, people), chosen={})
