"""The folder of a small run that promises something, as a run leaves it, without a run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from equitab.assurance import (
    Certificate,
    SigningKey,
    TrustedKeys,
    check_contract,
    issue_certificate,
    read_contract,
    subject_digests,
)
from equitab.dataframe import write_table
from equitab.evaluation.results import Measurement, measurements_frame

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = SigningKey(bytes(range(32)))
OTHER_KEY = SigningKey(bytes(range(1, 33)))
TRUSTED = TrustedKeys({KEY.public: "owner"})
CHOSEN = {"model": "gaussian_naive_bayes", "treatment": "augmented"}
PROMISE = {
    "name": "loans",
    "clauses": [
        {"name": "accurate", "metric": "accuracy", "at_least": 0.7},
        {"name": "alike", "metric": "demographic_parity_difference", "at_most": 0.1},
    ],
}


def measured(metric: str, value: float, low: float, high: float) -> Measurement:
    """Return a measurement of the chosen model on test rows."""
    return Measurement(
        metric=metric,
        value=value,
        low=low,
        high=high,
        confidence=0.95,
        interval_method="bootstrap",
        n=400,
        sensitive_features="sex" if metric.startswith("demographic") else "",
        stage="test",
        operating_point="0.5",
        generator_seed=0,
        model_seed=0,
        **CHOSEN,
    )


MEASUREMENTS = (
    measured("accuracy", 0.80, 0.76, 0.84),
    measured("demographic_parity_difference", 0.04, 0.01, 0.07),
)


def make_run(folder: Path, measurements: Sequence[Measurement] = MEASUREMENTS) -> Path:
    """Write the files of a small run."""
    (folder / "model").mkdir(parents=True)
    (folder / "tables").mkdir()
    (folder / "recipe.yaml").write_text("version: 1\ntable: people.csv\nseed: 0\n")
    (folder / "schema.yaml").write_text("target: income\n")
    (folder / "report.html").write_text("<!doctype html><title>equitab</title>\n")
    (folder / "model" / "model.json").write_text('{"format": "equitab.model"}\n')
    (folder / "tables" / "splits.parquet").write_bytes(b"splits")
    write_table(measurements_frame(measurements), folder / "measurements.parquet")
    (folder / "run.log").write_text("2026-03-01 begun\n")
    write_record(folder, {})
    return folder


def write_record(folder: Path, changes: dict[str, Any]) -> None:
    """Write the run's record, with some keys changed."""
    record = {
        "format": "equitab.run",
        "version": 1,
        "state": "finished",
        "started": "2026-03-01T11:00:00+00:00",
        "ended": "2026-03-01T11:01:00+00:00",
        "fingerprint": {"recipe": "00", "schema": "11", "table": "22" * 32},
        "facts": {"seeds": [0]},
        "environment": {"equitab": "0.1.0"},
        "stages": {"results": {"seconds": 1.5, "files": {"measurements.parquet": "33"}, "facts": {}}},
    }
    (folder / "run.json").write_text(json.dumps({**record, **changes}, indent=2))


def certificate_of(folder: Path, **changes: Any) -> Certificate:
    """Return the honest certificate of a run's folder, with some claims changed."""
    contract = read_contract(PROMISE)
    verdict = check_contract(contract, MEASUREMENTS, chosen=CHOSEN)
    honest = Certificate(
        subjects={**subject_digests(folder), "table": "sha256:" + "22" * 32},
        issued_at=NOW,
        expires_at=NOW.replace(year=2027),
        contract=contract.to_dict(),
        contract_digest=contract.digest,
        verdict=verdict.to_dict(),
        chosen=CHOSEN,
        seeds=(0,),
        environment={"equitab": "0.1.0"},
        code_digest="sha256:" + "44" * 32,
    )
    return replace(honest, **changes)


def certify(folder: Path, *, key: SigningKey = KEY, **changes: Any) -> Path:
    """Write a certificate into a run's folder."""
    place = folder / "certificate.json"
    place.write_bytes(issue_certificate(certificate_of(folder, **changes), key))
    return place


__all__ = [
    "CHOSEN",
    "KEY",
    "MEASUREMENTS",
    "NOW",
    "OTHER_KEY",
    "PROMISE",
    "TRUSTED",
    "certificate_of",
    "certify",
    "make_run",
    "measured",
    "write_record",
]
