"""Certificates of every released format: they verify, for ever."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from equitab.assurance import PublicKey, TrustedKeys, Verification, verify_certificate
from equitab.assurance.certificate import FORMAT_VERSION

SAMPLES = Path(__file__).resolve().parents[1] / "frozen_certificates"
VERSIONS = sorted(path.name for path in SAMPLES.iterdir() if path.is_dir())
THEN = datetime(2027, 1, 1, tzinfo=UTC)
LAB = Path("lab") / "bergamo" / "certificate.json"


def verify(sample: Path, certificate: Path, key: str, now: datetime = THEN) -> Verification:
    trusted = TrustedKeys.of_files([sample / f"{key}.pub.pem"])
    return verify_certificate(sample / "run" / certificate, trusted=trusted, now=now)


def test_the_format_that_is_written_has_a_sample() -> None:
    """Whoever changes the format freezes one: scripts/freeze_certificate.py."""
    assert FORMAT_VERSION in VERSIONS


@pytest.mark.parametrize("version", VERSIONS)
def test_the_owners_certificate_verifies(version: str) -> None:
    """Signature, files, verdict, time and commitment."""
    found = verify(SAMPLES / version, Path("certificate.json"), "owner")
    assert found.findings == ()
    assert (found.is_valid, found.overall_verdict, found.key_name) == (True, "met", "owner")
    said = [line.partition(":")[0] for line in found.checked]
    assert said == ["signature", "time", "integrity", "verdict", "commitment"]
    assert found.certificate is not None
    assert found.certificate.format_version == version


@pytest.mark.parametrize("version", VERSIONS)
def test_the_labs_certificate_verifies(version: str) -> None:
    """It rests on its own measurements, names the owner's certificate, and has no end."""
    far = datetime(2126, 1, 1, tzinfo=UTC)
    found = verify(SAMPLES / version, LAB, "lab", now=far)
    assert found.findings == ()
    assert found.overall_verdict == "met"
    assert any(line.startswith("owner:") for line in found.checked)
    assert found.certificate is not None
    assert (found.certificate.lab, found.certificate.basis) == ("Fairness lab, Bergamo", "remeasured")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_sample_that_is_changed_does_not_verify(version: str, tmp_path: Path) -> None:
    """The sample is not accepted for want of looking."""
    sample = tmp_path / version
    shutil.copytree(SAMPLES / version, sample)
    report = sample / "run" / "report.html"
    report.write_bytes(report.read_bytes().replace(b"frozen", b"frosen"))
    found = verify(sample, Path("certificate.json"), "owner")
    assert [finding.where for finding in found.findings] == ["file 'report.html'"]
    assert not verify(SAMPLES / version, LAB, "owner").is_valid


@pytest.mark.parametrize("version", VERSIONS)
def test_a_key_of_a_sample_is_read_byte_for_byte(version: str) -> None:
    """As it was written."""
    for name in ("owner", "lab"):
        place = SAMPLES / version / f"{name}.pub.pem"
        assert PublicKey.load(place).to_pem() == place.read_bytes()
