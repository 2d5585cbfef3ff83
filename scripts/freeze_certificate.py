"""Freeze a sample of the certificate's format: a small run, two certificates, and the public keys.

A released format must verify for ever, so `tests/frozen_certificates/` keeps one sample of each version, and a
test verifies all of them. Run this once when the format changes, with the new version as its argument::

    python scripts/freeze_certificate.py 1.0

The folder must not exist: a frozen sample is never made again. The private keys are thrown away.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from equitab.assurance import (
    Certificate,
    SigningKey,
    check_contract,
    digest_bytes,
    digest_file,
    issue_certificate,
    read_contract,
    subject_digests,
)
from equitab.dataframe import write_table
from equitab.evaluation.results import Measurement, measurements_frame

SAMPLES = Path(__file__).resolve().parents[1] / "tests" / "frozen_certificates"
ISSUED = datetime(2026, 11, 22, 9, tzinfo=UTC)
CHOSEN = {"model": "logistic_regression", "treatment": "augmented", "operating_point": "0.5"}
CONTRACT = {
    "name": "lending",
    "description": "What the bank promises of its model",
    "clauses": [
        {"name": "four fifths", "metric": "demographic_parity_ratio", "at_least": 0.8},
        {"name": "parity", "metric": "demographic_parity_difference", "at_most": 0.1},
        {"name": "useful", "metric": "balanced_accuracy", "at_least": 0.7, "severity": "warn"},
    ],
}


def measured(metric: str, value: float, low: float, high: float, features: str) -> Measurement:
    """Return a measurement of the chosen model on test rows."""
    return Measurement(
        metric=metric,
        value=value,
        low=low,
        high=high,
        confidence=0.95,
        interval_method="bootstrap",
        n=5_000,
        sensitive_features=features,
        stage="test",
        generator_seed=0,
        model_seed=0,
        **CHOSEN,
    )


MEASUREMENTS = (
    measured("demographic_parity_ratio", 0.93, 0.89, 0.97, "sex × race"),
    measured("demographic_parity_difference", 0.05, 0.03, 0.07, "sex × race"),
    measured("balanced_accuracy", 0.71, 0.69, 0.73, ""),
)


def write_run(folder: Path) -> None:
    """Write the files of a run, as small as they can be."""
    for name in ("model", "generator", "tables"):
        (folder / name).mkdir(parents=True)
    (folder / "recipe.yaml").write_text("version: 1\ntable: people.csv\nseed: 0\n", encoding="utf-8")
    (folder / "schema.yaml").write_text("target: income\n", encoding="utf-8")
    (folder / "report.html").write_text("<!doctype html><title>Ä frozen run</title>\n", encoding="utf-8")
    (folder / "model" / "model.json").write_text("{}\n", encoding="utf-8")
    (folder / "generator" / "generator.json").write_text("{}\n", encoding="utf-8")
    (folder / "tables" / "splits.parquet").write_bytes(b"not read by a verification\n")
    write_table(measurements_frame(MEASUREMENTS), folder / "measurements.parquet")
    record = {
        "format": "equitab.run",
        "version": 1,
        "state": "finished",
        "started": "2026-11-22T08:50:00+00:00",
        "ended": "2026-11-22T08:55:00+00:00",
        "fingerprint": {"recipe": "0" * 64, "schema": "1" * 64, "table": "2" * 64},
        "facts": {"seeds": [0], "share": 0.25, "table": "people.csv"},
        "environment": {"equitab": "0.1.0", "python": "3.11.2", "numpy": "2.4.6"},
        "stages": {"results": {"seconds": 12.345, "files": {}, "facts": {"headline": None}}},
    }
    (folder / "run.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def owners_certificate(folder: Path) -> Certificate:
    """Return what the owner claims, with every field in use."""
    contract = read_contract(CONTRACT)
    return Certificate(
        subjects={**subject_digests(folder), "table": "sha256:" + "2" * 64},
        issued_at=ISSUED,
        expires_at=ISSUED.replace(year=2027),
        contract=contract.to_dict(),
        contract_digest=contract.digest,
        verdict=check_contract(contract, MEASUREMENTS, chosen=CHOSEN).to_dict(),
        chosen=CHOSEN,
        evidence_head=digest_bytes(b"the store's last record"),
        commitment={
            "contract": contract.digest,
            "record": digest_bytes(b"the commitment"),
            "sequence": 1,
            "runSequence": 2,
            "earlierRuns": 0,
            "time": "2026-11-22T08:40:00.000000Z",
        },
        seeds=(0,),
        environment={"equitab": "0.1.0", "python": "3.11.2", "numpy": "2.4.6"},
        code_digest=digest_bytes(b"the code"),
        previous=digest_bytes(b"the certificate before"),
    )


def labs_certificate(folder: Path, owners: bytes) -> Certificate:
    """Return what a lab claims that measured again."""
    contract = read_contract(CONTRACT)
    name = "lab/bergamo/measurements.parquet"
    (folder / "lab" / "bergamo").mkdir(parents=True)
    own = MEASUREMENTS[:2]
    write_table(measurements_frame(own), folder / name)
    return Certificate(
        subjects={**subject_digests(folder), name: digest_file(folder / name)},
        issued_at=ISSUED,
        contract=contract.to_dict(),
        contract_digest=contract.digest,
        verdict=check_contract(contract, own, chosen=CHOSEN).to_dict(),
        chosen=CHOSEN,
        measurements=name,
        seeds=(0,),
        lab="Fairness lab, Bergamo",
        basis="remeasured",
        owner_certificate=digest_bytes(owners),
    )


def freeze(version: str) -> Path:
    """Write the sample of a version."""
    sample = SAMPLES / version
    if sample.exists():
        raise SystemExit(f"{sample} exists: a frozen sample is never made again")
    folder = sample / "run"
    write_run(folder)
    owner, lab = SigningKey.generate(), SigningKey.generate()
    owner.public.save(sample / "owner.pub.pem")
    lab.public.save(sample / "lab.pub.pem")
    content = issue_certificate(owners_certificate(folder), owner)
    (folder / "certificate.json").write_bytes(content)
    judged = issue_certificate(labs_certificate(folder, content), lab)
    (folder / "lab" / "bergamo" / "certificate.json").write_bytes(judged)
    return sample


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    print(freeze(sys.argv[1]))
