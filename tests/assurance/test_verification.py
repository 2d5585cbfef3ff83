"""Verification: what is wrong is found and named, and a claim beyond what the run holds is refused."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from assurance.sample_runs import (
    CHOSEN,
    KEY,
    MEASUREMENTS,
    NOW,
    OTHER_KEY,
    PROMISE,
    TRUSTED,
    certificate_of,
    certify,
    make_run,
    measured,
    write_record,
)
from equitab.assurance import (
    TrustedKeys,
    Verification,
    canonical_json,
    check_contract,
    digest_file,
    digest_frame,
    issue_certificate,
    read_contract,
    subject_digests,
    verify_certificate,
)
from equitab.assurance.envelope import Envelope, seal
from equitab.dataframe import frame_from_columns, write_table
from equitab.errors import InputError
from equitab.evaluation.results import Measurement, measurements_frame

LATER = NOW + timedelta(days=30)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = make_run(tmp_path / "run")
    certify(folder)
    return folder


def verify(path: Path, **options: Any) -> Verification:
    return verify_certificate(path, **{"trusted": TRUSTED, "now": LATER, **options})


def places(found: Verification) -> list[str]:
    return [finding.where for finding in found.findings]


def test_an_honest_certificate_is_valid(run: Path) -> None:
    """Signature, files, verdict and time hold; what was not looked at is said."""
    found = verify(run)
    assert found.is_valid
    assert found.findings == ()
    assert (found.exit_code, found.status, found.overall_verdict) == (0, "valid", "met")
    assert (found.key_name, found.key_id) == ("owner", KEY.key_id)
    assert [line.partition(":")[0] for line in found.checked] == ["signature", "time", "integrity", "verdict"]
    assert "the source table" in dict(found.not_checked)
    assert "whether the saved model gives the recorded numbers" in dict(found.not_checked)


def test_a_verification_can_be_written_as_json(run: Path) -> None:
    """Also one that failed."""
    assert json.loads(json.dumps(verify(run).to_dict()))["is_valid"] is True
    (run / "report.html").unlink()
    assert json.loads(json.dumps(verify(run).to_dict()))["findings"][0]["where"] == "file 'report.html'"


def test_every_changed_byte_of_every_covered_file_is_found_and_named(run: Path) -> None:
    """One byte in any file that the certificate names."""
    for name in certificate_of(run).subjects:
        if name in {"table", "run.json"}:
            continue
        path = run / name
        content = path.read_bytes()
        for position in {0, len(content) // 2, len(content) - 1}:
            path.write_bytes(content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :])
            assert places(verify(run)) == [f"file {name!r}"]
        path.write_bytes(content)
    assert verify(run).is_valid


@pytest.mark.parametrize(
    "changes",
    [
        {"fingerprint": {"recipe": "00", "schema": "11", "table": "23" * 32}},
        {"facts": {"seeds": [1]}},
        {"environment": {"equitab": "9.9.9"}},
        {"started": "2026-02-01T11:00:00+00:00"},
        {"stages": {"results": {"seconds": 1.5, "files": {}, "facts": {}}}},
        {"stages": {}},
    ],
)
def test_a_changed_record_of_the_run_is_found(run: Path, changes: dict[str, Any]) -> None:
    """The settled part of run.json is covered."""
    write_record(run, changes)
    assert places(verify(run)) == ["file 'run.json'"]


def test_what_changes_after_the_certificate_may_change(run: Path) -> None:
    """How the run ended, its log, its later certificates; none of it is claimed."""
    stages = {
        "results": {"seconds": 1.5, "files": {"measurements.parquet": "33"}, "facts": {}},
        "certificate": {"seconds": 0.1, "files": {"certificate.json": "77"}, "facts": {"key": "x"}},
    }
    write_record(run, {"state": "running", "ended": "", "stages": stages})
    (run / "run.log").write_text("more\n")
    (run / "monitor").mkdir()
    (run / "monitor" / "certificate.json").write_text("{}")
    assert verify(run).is_valid


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[1]", b"{", b"[" * 100_000])
def test_a_damaged_record_is_a_finding(run: Path, content: bytes) -> None:
    """Never a crash."""
    (run / "run.json").write_bytes(content)
    assert places(verify(run))[0] == "file 'run.json'"


def test_missing_and_added_files_are_named(run: Path) -> None:
    """A file that is gone, and one that was put among the covered ones."""
    (run / "schema.yaml").unlink()
    (run / "model" / "extra.skops").write_bytes(b"x")
    assert sorted(places(verify(run))) == ["file 'model/extra.skops'", "file 'schema.yaml'"]


def test_a_file_beside_the_covered_ones_is_said_to_be_uncovered(run: Path) -> None:
    """Nothing is claimed of it, and the reader is told."""
    (run / "notes.txt").write_text("approved by everybody")
    found = verify(run)
    assert found.is_valid
    assert "file 'notes.txt'" in dict(found.not_checked)


def test_a_file_exchanged_for_a_link_is_found(run: Path, tmp_path: Path) -> None:
    """Also if the link leads to the same content."""
    shutil.move(run / "report.html", tmp_path / "report.html")
    (run / "report.html").symlink_to(tmp_path / "report.html")
    assert places(verify(run)) == ["file 'report.html'"]


def test_the_certificate_of_another_run_does_not_hold(run: Path, tmp_path: Path) -> None:
    """It is signed and canonical, but of other files."""
    other = make_run(tmp_path / "other")
    (other / "report.html").write_text("another")
    shutil.copy(certify(other), run / "certificate.json")
    assert "file 'report.html'" in places(verify(run))


def test_a_certificate_without_its_run_does_not_hold(run: Path, tmp_path: Path) -> None:
    """What is not there cannot be unchanged; with the folder named it holds."""
    alone = tmp_path / "elsewhere" / "certificate.json"
    alone.parent.mkdir()
    shutil.copy(run / "certificate.json", alone)
    assert places(verify(alone)) == ["files"]
    assert verify(alone, folder=run).is_valid


def test_a_damaged_certificate_ends_the_examination(run: Path) -> None:
    """Nothing else is believed, and nothing else is read."""
    place = run / "certificate.json"
    place.write_bytes(place.read_bytes()[:-1] + b" ")
    found = verify(run)
    assert (found.is_valid, found.exit_code, found.certificate, found.key_id) == (False, 1, None, "")
    assert "everything else" in dict(found.not_checked)


def test_an_untrusted_key_is_named(run: Path) -> None:
    """With what the reader trusts instead."""
    found = verify(run, trusted=TrustedKeys({OTHER_KEY.public: "lab"}))
    (finding,) = found.findings
    assert finding.where == "certificate.json, keyid"
    assert KEY.key_id in finding.found
    assert "'lab'" in finding.expected


def test_a_damaged_trusted_key_is_named(run: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """While a key of the reader's is damaged, nothing is believed."""
    monkeypatch.setenv("EQUITAB_HOME", str(tmp_path / "home"))
    (tmp_path / "home" / "trusted").mkdir(parents=True)
    pem = KEY.public.to_pem()
    (tmp_path / "home" / "trusted" / "owner.pem").write_bytes(pem.replace(b"A", b"B", 1))
    found = verify(run, trusted=None)
    assert not found.is_valid
    assert "owner.pem" in found.findings[0].where


def claim(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda verdict: verdict.update(changes)


def _clause(position: int, **changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda verdict: verdict["clauses"][position].update(changes)


def _without_clause(verdict: dict[str, Any]) -> None:
    verdict["clauses"] = verdict["clauses"][:1]


def _clause_twice(verdict: dict[str, Any]) -> None:
    verdict["clauses"] = [*verdict["clauses"], verdict["clauses"][0]]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (claim(verdict="not applicable"), "verdict.verdict"),
        (claim(n_compared=1), "verdict.n_compared"),
        (claim(contract_digest="sha256:" + "00" * 32), "verdict.contract_digest"),
        (_clause(0, verdict="undetermined"), "verdict of clause 'accurate'"),
        (_clause(0, value=0.99), "verdict of clause 'accurate', value"),
        (_clause(1, high=0.05), "verdict of clause 'alike', high"),
        (_clause(1, n=40_000), "verdict of clause 'alike', n"),
        (_clause(1, severity="warn"), "verdict of clause 'alike', severity"),
        (_clause(1, name="equal"), "verdict of clause 'equal'"),
        (_without_clause, "verdict of clause 'alike'"),
        (_clause_twice, "contract"),
        (claim(clauses="all met"), "contract"),
        (claim(clauses=None), "contract"),
    ],
)
def test_a_claimed_verdict_that_the_numbers_do_not_give_is_named(
    run: Path, change: Callable[[dict[str, Any]], None], where: str
) -> None:
    """Signed by the owner's own key: it is the owner who claims too much."""
    verdict = json.loads(json.dumps(certificate_of(run).verdict))
    change(verdict)
    certify(run, verdict=verdict)
    found = verify(run)
    assert where in places(found)
    assert found.exit_code == 1


def test_met_is_not_believed_of_a_violated_contract(tmp_path: Path) -> None:
    """Measurements that violate, a certificate that says *met*: refused, and the true verdict is shown."""
    bad = (MEASUREMENTS[0], measured("demographic_parity_difference", 0.3, 0.2, 0.4))
    folder = make_run(tmp_path / "run", bad)
    certify(folder)  # the honest verdict of other measurements
    found = verify(folder)
    assert found.overall_verdict == "violated"
    assert "verdict.verdict" in places(found)
    assert "verdict of clause 'alike'" in places(found)


@pytest.mark.parametrize(
    ("width", "verdict", "code"), [((0.2, 0.4), "violated", 1), ((0.05, 0.15), "undetermined", 3)]
)
def test_exit_codes_follow_the_verdict(
    tmp_path: Path, width: tuple[float, float], verdict: str, code: int
) -> None:
    """A valid certificate of a violated contract is no success, one that is undetermined neither."""
    found = (MEASUREMENTS[0], measured("demographic_parity_difference", sum(width) / 2, *width))
    folder = make_run(tmp_path / "run", found)
    honest = check_contract(read_contract(PROMISE), found, chosen=CHOSEN)
    certify(folder, verdict=honest.to_dict())
    result = verify(folder)
    assert result.is_valid
    assert (result.overall_verdict, result.exit_code) == (verdict, code)


def test_another_contract_than_its_digest_says_is_named(run: Path) -> None:
    """The promise was made easier after the digest was taken."""
    easier = {**PROMISE, "clauses": [{"name": "accurate", "metric": "accuracy", "at_least": 0.1}]}
    contract = read_contract(easier)
    verdict = check_contract(contract, MEASUREMENTS, chosen=CHOSEN).to_dict()
    certify(run, contract=contract.to_dict(), verdict=verdict)
    assert "contract.digest" in places(verify(run))


def test_a_contract_that_cannot_be_read_is_a_finding(run: Path) -> None:
    """An unknown metric, say: nothing can be recomputed, so nothing is valid."""
    text = {"name": "x", "clauses": [{"name": "a", "metric": "niceness", "at_least": 0.5}]}
    certify(run, contract=text)
    assert places(verify(run)) == ["contract"]


def test_no_contract_is_said(run: Path) -> None:
    """Such a certificate binds files together, and no more."""
    certify(run, contract=None, contract_digest="", verdict=None)
    found = verify(run)
    assert found.is_valid
    assert (found.exit_code, found.verdict) == (0, None)
    assert "a contract" in dict(found.not_checked)


@pytest.mark.parametrize(
    ("days", "status"), [(-1, "invalid"), (0, "valid"), (364, "valid"), (365, "expired"), (4000, "expired")]
)
def test_a_certificate_holds_from_its_issue_to_its_end(run: Path, days: int, status: str) -> None:
    """Before, the clock went backwards; afterwards it is expired."""
    found = verify(run, now=NOW + timedelta(days=days))
    assert found.status == status
    assert found.is_valid == (status == "valid")


def test_clocks_may_differ_a_little(run: Path) -> None:
    """Two machines are never at the same second."""
    assert verify(run, now=NOW - timedelta(minutes=4)).is_valid
    assert not verify(run, now=NOW - timedelta(minutes=6)).is_valid


def test_a_certificate_from_before_its_run_does_not_hold(run: Path) -> None:
    """A clock that went backwards, or a time that was made up."""
    certify(run, issued_at=NOW - timedelta(hours=2), expires_at=NOW + timedelta(days=99))
    assert places(verify(run)) == ["issuedAt"]


@pytest.mark.parametrize("status", ["suspended", "revoked", "expired"])
def test_a_state_in_the_store_outlives_the_signature(run: Path, status: str) -> None:
    """The file still says valid; the store knows better."""
    found = verify(run, status=status, status_reason="the data changed")
    assert (found.is_valid, found.status, found.exit_code) == (False, status, 1)
    assert "the data changed" in found.findings[0].found


def test_a_valid_state_in_the_store_is_said(run: Path) -> None:
    """And takes the remark away that no store was asked."""
    found = verify(run, status="valid")
    assert found.is_valid
    assert "state: valid by the evidence store" in found.checked
    assert "whether it was suspended or revoked since" not in dict(found.not_checked)


def commitment(**changes: Any) -> dict[str, Any]:
    honest = {
        "contract": read_contract(PROMISE).digest,
        "record": "sha256:" + "55" * 32,
        "sequence": 3,
        "runSequence": 4,
        "earlierRuns": 0,
        "time": "2026-03-01T10:59:00.000000Z",
    }
    return {**honest, **changes}


def test_a_contract_that_was_committed_before_the_run_is_said(run: Path) -> None:
    """With the runs whose results were known by then."""
    certify(run, commitment=commitment())
    assert any(line.startswith("commitment: ") for line in verify(run).checked)
    certify(run, commitment=commitment(earlierRuns=2))
    assert any("after 2 runs" in line for line in verify(run).checked)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"contract": "sha256:" + "66" * 32}, "commitment.contract"),
        ({"time": "2026-03-01T11:00:02.000000Z"}, "commitment.time"),
        ({"runSequence": 3}, "commitment.runSequence"),
    ],
)
def test_a_commitment_after_the_fact_is_named(run: Path, changes: dict[str, Any], where: str) -> None:
    """Of another contract, after the run began, or behind it in the chain."""
    certify(run, commitment=commitment(**changes))
    assert places(verify(run)) == [where]


def test_the_source_table_is_compared_by_content(run: Path) -> None:
    """However it is stored; another cell is found."""
    people = frame_from_columns({"age": [31, 47, None], "sex": ["F", "M", "F"]})
    certify(run, subjects={**certificate_of(run).subjects, "table": digest_frame(people)})
    assert verify(run, table=people).is_valid
    changed = frame_from_columns({"age": [31, 48, None], "sex": ["F", "M", "F"]})
    assert places(verify(run, table=changed)) == ["source table"]


def test_measuring_again_confirms_the_numbers(run: Path) -> None:
    """The same numbers: the question is answered and no longer listed as open."""
    found = verify(run, remeasure=lambda *_: MEASUREMENTS)
    assert found.is_valid
    assert found.checked[-1].startswith("measurements: 2 numbers")


@pytest.mark.parametrize(
    "again",
    [
        replace(MEASUREMENTS[0], value=0.7),
        replace(MEASUREMENTS[0], n=399),
        replace(MEASUREMENTS[0], value=None, status="undefined"),
        replace(MEASUREMENTS[0], model="another"),
    ],
)
def test_numbers_that_cannot_be_repeated_are_named(run: Path, again: Measurement) -> None:
    """A recorded number that the saved model does not give."""
    found = verify(run, remeasure=lambda *_: [again, MEASUREMENTS[1]])
    assert not found.is_valid
    assert places(found)[0].startswith("accuracy of everybody")


def test_a_model_that_cannot_be_measured_again_is_said(run: Path) -> None:
    """Not asked is not failed: the reason stands among what was not checked."""

    def cannot(*_: Any) -> list[Measurement]:
        from equitab.errors import SavedFormatError

        raise SavedFormatError("model.json: damaged")

    found = verify(run, remeasure=cannot)
    assert found.is_valid
    assert "model.json: damaged" in dict(found.not_checked).values()


def test_a_failed_file_is_not_measured_again(run: Path) -> None:
    """A model that is not the one signed is not loaded."""
    (run / "model" / "model.json").write_text("{}")
    called: list[int] = []

    def measured_again(*_: Any) -> list[Measurement]:
        called.append(1)
        return []

    verify(run, remeasure=measured_again)
    assert called == []


def _is_refused(found: Verification) -> bool:
    return not found.is_valid


@pytest.mark.parametrize(
    "break_it",
    [
        {"now": NOW + timedelta(days=400)},
        {"status": "revoked"},
        {"trusted": TrustedKeys({})},
    ],
)
def test_fields_of_a_later_version_never_turn_a_refusal_into_an_approval(
    run: Path, break_it: dict[str, Any]
) -> None:
    """With unknown fields added and signed, what was refused is refused, and what was valid is valid."""
    place = run / "certificate.json"
    statement = json.loads(Envelope.from_bytes(place.read_bytes()).payload)
    statement["predicate"] |= {"formatVersion": "1.9", "approvedBy": "everybody", "status2": "valid"}
    place.write_bytes(seal(canonical_json(statement), KEY).to_bytes())
    assert _is_refused(verify(run, **break_it))
    found = verify(run)
    assert found.is_valid
    assert "approvedBy, status2" in dict(found.not_checked)


def test_a_renewed_certificate_rests_on_its_own_measurements(run: Path) -> None:
    """It lies in monitor/, names the one before, and is found together with its run."""
    place = run / "monitor" / "1"
    place.mkdir(parents=True)
    worse = (MEASUREMENTS[0], measured("demographic_parity_difference", 0.3, 0.2, 0.4))
    write_table(measurements_frame(worse), place / "measurements.parquet")
    name = "monitor/1/measurements.parquet"
    verdict = check_contract(read_contract(PROMISE), worse, chosen=CHOSEN)
    renewed = certificate_of(
        run,
        subjects={**subject_digests(run), name: digest_file(run / name)},
        measurements=name,
        verdict=verdict.to_dict(),
        previous=digest_file(run / "certificate.json"),
    )
    (place / "certificate.json").write_bytes(issue_certificate(renewed, KEY))
    found = verify(place / "certificate.json")
    assert found.is_valid
    assert (found.overall_verdict, found.exit_code) == ("violated", 1)
    assert verify(run).overall_verdict == "met"


def test_no_file_is_a_bad_call(tmp_path: Path) -> None:
    """Not a verdict about a certificate."""
    with pytest.raises(InputError, match="name a certificate's file"):
        verify_certificate(tmp_path / "nothing.json", trusted=TRUSTED)


def test_a_verification_is_quick(run: Path) -> None:
    """Well under two seconds, so that it can stand in any pipeline."""
    (run / "tables" / "augmented.parquet").write_bytes(bytes(50_000_000))
    certify(run)
    started = time.process_time()
    assert verify(run).is_valid
    assert time.process_time() - started < 2
