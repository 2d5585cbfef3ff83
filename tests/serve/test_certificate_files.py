"""The files of certificates are found in folders that the reader named, and verified when they are shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from assurance.sample_runs import KEY, certify, make_run
from equitab.assurance import digest_file, trust_key
from equitab.assurance.evidence_store import EvidenceStore
from equitab.serve.application import make_application
from equitab.serve.certificate_files import CertificateFiles
from equitab.serve.chain_watch import ChainWatch
from equitab.serve.rendering import page_address
from equitab.serve.store_source import StoreSource
from serve.sample_store import source_of

NOW = datetime.now(UTC)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A folder of runs with one run, signed yesterday by a key that this machine trusts."""
    trust_key(KEY.public, "the owner")
    folder = make_run(tmp_path / "runs" / "people")
    certify(folder, issued_at=NOW - timedelta(days=1), expires_at=NOW + timedelta(days=30))
    return folder


@pytest.fixture
def store(tmp_path: Path, run: Path) -> Path:
    """A store that knows the certificate."""
    place = tmp_path / "evidence.sqlite"
    step = {"certificate": digest_file(run / "certificate.json"), "status": "valid", "event": "issue"}
    with EvidenceStore.open(place) as opened:
        opened.append([source_of("r1", "people.csv", NOW).says("certificate", step)])
    return place


def page_of(store: Path, runs: Path, digest: str) -> str:
    source = StoreSource.open(store)
    app = make_application(source, ChainWatch(source), check_file=CertificateFiles((runs,), store).check)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        return client.get(page_address("certificate", digest=digest)).text


@pytest.mark.parametrize("depth", [0, 1], ids=["the run's folder", "a folder of runs"])
def test_a_certificate_whose_file_holds_is_said_to_hold_and_by_whom(
    run: Path, store: Path, depth: int
) -> None:
    digest = digest_file(run / "certificate.json")
    page = page_of(store, (run, run.parent)[depth], digest)
    assert "was checked just now and holds" in page
    assert "the owner" in page


def test_a_changed_file_beside_it_is_named(run: Path, store: Path) -> None:
    digest = digest_file(run / "certificate.json")
    (run / "model" / "model.json").write_text('{"format": "another"}\n')
    page = page_of(store, run.parent, digest)
    assert "was checked just now and does not hold" in page
    assert "model/model.json" in page


def test_a_file_with_another_digest_is_not_the_certificate(run: Path, store: Path) -> None:
    digest = digest_file(run / "certificate.json")
    place = run / "certificate.json"
    place.write_bytes(place.read_bytes() + b"\n")
    assert "was checked just now" not in page_of(store, run.parent, digest)
    assert CertificateFiles((run.parent,)).find(digest) is None


def test_a_link_that_leads_elsewhere_is_not_followed(run: Path, tmp_path: Path) -> None:
    digest = digest_file(run / "certificate.json")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "certificate.json").symlink_to(run / "certificate.json")
    assert CertificateFiles((outside,)).find(digest) is None
