"""The single checks of a verification; each leaves what holds, what does not, or why it was not asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from equitab.assurance.certificate import Certificate, read_certificate
from equitab.assurance.digests import digest_entry, digest_file, digest_frame
from equitab.assurance.evidence import parse_time, time_text
from equitab.assurance.keys import TrustedKeys
from equitab.assurance.remeasurement import RemeasureFault, compare_measurements
from equitab.assurance.run_files import CERTIFICATE, covered_paths, read_record, run_record_digest
from equitab.assurance.statement import RUN_RECORD, TABLE
from equitab.assurance.verdict_check import check_verdict
from equitab.dataframe import Frame, read_table
from equitab.errors import EquitabError, SavedFormatError
from equitab.evaluation.results import Measurement, measurements_from_frame

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far two machines' clocks may differ before a certificate counts as issued in the future."""

Remeasure = Callable[[Path, Certificate], Iterable[Measurement]]
"""Measures the saved model of a run's folder again, on the rows that the caller has."""


@dataclass(frozen=True)
class Finding:
    """One thing that does not hold.

    Parameters
    ----------
    where : str
        The file or the field.
    expected, found : str
    """

    where: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.where}: expected {self.expected}, found {self.found}"


@dataclass
class Examination:
    """What has been found so far."""

    findings: list[Finding] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)
    not_checked: list[tuple[str, str]] = field(default_factory=list)
    verdict: Mapping[str, Any] | None = None
    status: str = "valid"

    def conclude(self, what: str, found: Iterable[Finding]) -> None:
        """Keep findings; without any, what was checked holds."""
        listed = list(found)
        self.findings += listed
        if not listed:
            self.checked.append(what)


def check_signature(
    content: bytes, name: str, trusted: TrustedKeys | None, found: Examination
) -> tuple[Certificate | None, str]:
    """Return the claims and the key's name; None where the signature does not count."""
    try:
        keys = TrustedKeys.read() if trusted is None else trusted
        certificate = read_certificate(content, keys, where=name)
    except SavedFormatError as error:
        found.findings.append(_as_finding(str(error)))
        found.not_checked.append(
            ("everything else", "nothing is believed of a certificate that does not pass this")
        )
        return None, ""
    key_name = keys.name_of(certificate.key_id)
    found.checked.append(
        f"signature: by {key_name!r} ({certificate.key_id}), over these bytes, in canonical form"
    )
    return certificate, key_name


def _as_finding(message: str) -> Finding:
    """Return an error's message (``where: expected x, received y``) as a finding."""
    where, _, rest = message.partition(": expected ")
    expected, _, received = rest.partition(", received ")
    return (
        Finding(where, expected, received.rstrip("."))
        if received
        else Finding("key", "a readable one", message)
    )


def check_time(certificate: Certificate, now: datetime, found: Examination) -> None:
    """Check that it was issued before now and is not over."""
    issued, ends = certificate.issued_at, certificate.expires_at
    findings = []
    if issued > now + CLOCK_TOLERANCE:
        findings.append(Finding("issuedAt", f"a time before now ({time_text(now)})", time_text(issued)))
    if ends is not None and ends <= issued:
        findings.append(Finding("expiresAt", f"a time after issuedAt ({time_text(issued)})", time_text(ends)))
    elif ends is not None and now >= ends:
        found.status = "expired"
        findings.append(
            Finding("expiresAt", f"a time after now ({time_text(now)})", f"{time_text(ends)}: it is expired")
        )
    until = "as long as its artefacts are unchanged" if ends is None else f"until {time_text(ends)}"
    found.conclude(f"time: issued {time_text(issued)}, valid {until}", findings)


def check_order(certificate: Certificate, folder: Path | None, found: Examination) -> None:
    """Check that it was not issued before its run began: some clock went backwards, or somebody wrote the time."""
    started = _run_started(folder)
    if started is not None and certificate.issued_at + CLOCK_TOLERANCE < started:
        expected = f"a time after the run began ({time_text(started)})"
        found.findings.append(Finding("issuedAt", expected, time_text(certificate.issued_at)))


def check_state(status: str | None, reason: str, found: Examination) -> None:
    """Say what an evidence store knows of it since."""
    if status is None:
        found.not_checked.append(
            ("whether it was suspended or revoked since", reason or "no evidence store was asked")
        )
    elif status in {"suspended", "revoked", "expired"}:
        found.status = status
        why = f"{status}: {reason}" if reason else status
        found.findings.append(Finding("state in the evidence store", "valid", why))
    elif status == "renewed":
        found.status = status
        found.checked.append("state: renewed, so a later certificate took its place (by the evidence store)")
    else:
        found.checked.append(f"state: {status} by the evidence store")


def check_files(certificate: Certificate, folder: Path | None, found: Examination) -> None:
    """Compare the files that it names with those that are there, and name what was added."""
    names = [name for name in certificate.subjects if name != TABLE]
    if folder is None or not folder.is_dir():
        what = "no folder of a run" if folder is None else f"no folder {str(folder)!r}"
        found.findings.append(
            Finding("files", f"the {len(names)} files that it names", f"{what} (name it with --run)")
        )
        return
    here = covered_paths(folder)
    findings = [
        finding
        for name in names
        if (finding := _file_finding(folder, name, certificate.subjects[name])) is not None
    ]
    covered_folders = {name.partition("/")[0] for name in names if "/" in name}
    for name in here:
        if name in certificate.subjects:
            continue
        if "/" in name and name.partition("/")[0] in covered_folders:
            findings.append(
                Finding(f"file {name!r}", "no such file when it was signed", "one that was added")
            )
        else:
            found.not_checked.append((f"file {name!r}", "the certificate does not name it"))
    found.conclude(f"integrity: {len(names)} files unchanged, none added among them", findings)


def _file_finding(folder: Path, name: str, digest: str) -> Finding | None:
    """Return what is wrong with one file, if anything."""
    path = folder / name
    if not path.is_file() and not path.is_symlink():
        return Finding(f"file {name!r}", digest, "no such file")
    try:
        now = run_record_digest(folder) if name == RUN_RECORD else digest_entry(path)
    except (OSError, EquitabError) as error:
        return Finding(f"file {name!r}", digest, f"one that cannot be read ({type(error).__name__})")
    return None if now == digest else Finding(f"file {name!r}", digest, f"{now}: it was changed")


def check_table(certificate: Certificate, table: Frame | None, found: Examination) -> None:
    """Compare the source table's content, where the table is at hand."""
    digest = certificate.subjects.get(TABLE)
    if digest is None:
        found.not_checked.append(("the source table", "the certificate does not name one"))
    elif table is None:
        found.not_checked.append(("the source table", "not handed in (--table)"))
    else:
        now = digest_frame(table)
        wrong = (
            []
            if now == digest
            else [Finding("source table", digest, f"{now}: other rows, columns or values")]
        )
        found.conclude(f"table: the source table, {len(table):,} rows, is unchanged", wrong)


def check_promises(
    certificate: Certificate, folder: Path | None, earlier: tuple[Frame, ...], found: Examination
) -> None:
    """Recompute the verdict from the measurements, whatever is claimed."""
    if certificate.contract is None:
        found.not_checked.append(("a contract", "the run promised none, so there is no verdict"))
        return
    if any(
        finding.where == f"file {certificate.measurements!r}" or folder is None for finding in found.findings
    ):
        found.not_checked.append(
            ("the verdict", "the measurements that it rests on are not those that were signed")
        )
        return
    assert folder is not None
    try:
        measurements = read_table(folder / certificate.measurements)
        checked = check_verdict(certificate, measurements, earlier=earlier)
    except EquitabError as error:
        found.findings.append(Finding("contract", "one that can be checked again", str(error)))
        return
    found.verdict = checked.verdict.to_dict()
    found.not_checked += checked.not_checked
    found.conclude(
        f"verdict: {checked.verdict.verdict}, recomputed from {certificate.measurements}",
        [Finding(*fault) for fault in checked.faults],
    )


def check_commitment(
    certificate: Certificate,
    folder: Path | None,
    commitments: Mapping[int, str] | None,
    found: Examination,
) -> None:
    """Check that the contract was fixed before the run, where that is claimed."""
    held = certificate.commitment
    if held is None:
        if certificate.contract is not None:
            found.not_checked.append(
                ("that the contract was fixed before the run", "the certificate does not claim it")
            )
        return
    findings = []
    if held["contract"] != certificate.contract_digest:
        findings.append(Finding("commitment.contract", certificate.contract_digest, str(held["contract"])))
    if held["runSequence"] <= held["sequence"]:
        findings.append(
            Finding("commitment.runSequence", f"a number after {held['sequence']}", str(held["runSequence"]))
        )
    started = _run_started(folder)
    if started is None:
        findings.append(Finding("commitment.time", "a run that says when it began", "none"))
    elif parse_time(held["time"]) >= started + timedelta(seconds=1):  # a run's record holds whole seconds
        findings.append(
            Finding(
                "commitment.time", f"a time before the run began ({time_text(started)})", str(held["time"])
            )
        )
    if not commitments:
        found.not_checked.append(
            ("the record of the commitment", "no evidence store with commitments was asked")
        )
    elif commitments.get(held["sequence"]) != held["record"]:
        place = f"record {held['sequence']} of the evidence store"
        findings.append(
            Finding("commitment.record", f"{held['record']} as {place}", "another record, or none")
        )
    what = f"commitment: the contract was recorded {held['time']}, before the run began"
    if held["earlierRuns"]:
        what += (
            f", but after {held['earlierRuns']} runs on the same subject whose results may have been known"
        )
    found.conclude(what, findings)


def check_owner(certificate: Certificate, folder: Path | None, found: Examination) -> None:
    """Say whether the owner's certificate that a lab names is the one that lies with the run."""
    if not certificate.owner_certificate or folder is None:
        return
    place = folder / CERTIFICATE
    if place.is_file() and digest_file(place) == certificate.owner_certificate:
        found.checked.append(f"owner: the owner's certificate that it names is the run's {CERTIFICATE}")
    else:
        why = f"{CERTIFICATE} of the run is another one, or gone; the files that it judges are named all the same"
        found.not_checked.append(("the owner's certificate that it names", why))


def _run_started(folder: Path | None) -> datetime | None:
    try:
        return None if folder is None else parse_time(str(read_record(folder).get("started", "")))
    except EquitabError:
        return None


def check_measurements(
    certificate: Certificate,
    folder: Path | None,
    remeasure: Remeasure | None,
    not_remeasured: str,
    found: Examination,
) -> None:
    """Compare the recorded numbers with a second measurement, once everything else holds."""
    what = "whether the saved model gives the recorded numbers"
    if remeasure is None or folder is None:
        found.not_checked.append((what, not_remeasured))
        return
    if found.findings:
        found.not_checked.append((what, "what was found above comes first"))
        return
    try:
        again = tuple(remeasure(folder, certificate))
    except EquitabError as error:
        found.not_checked.append((what, str(error)))
        return
    recorded = measurements_from_frame(read_table(folder / certificate.measurements))
    compared = compare_measurements(recorded, again, environment=certificate.environment)
    found.conclude(
        f"measurements: {compared.n_equal:,} numbers of the saved model measured again, all equal",
        [_remeasure_finding(fault) for fault in compared.faults],
    )
    found.not_checked += compared.not_compared


def _remeasure_finding(fault: RemeasureFault) -> Finding:
    return Finding(fault.where, f"{fault.again} (measured again)", f"{fault.recorded} (recorded)")


def mention_ignored(certificate: Certificate, found: Examination) -> None:
    """Say which fields of a later version were left out."""
    if certificate.ignored:
        why = f"fields of version {certificate.format_version} that this release does not know; nothing rests on them"
        found.not_checked.append((", ".join(certificate.ignored), why))
