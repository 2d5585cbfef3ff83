"""Verification: whether a certificate holds, and if not, what exactly does not.

Five questions are asked in turn, and answered apart from each other:

1. *signature*: are these the canonical bytes of an envelope, signed by a key that the reader trusts?
2. *integrity*: are the artefacts that it names here, unchanged, with nothing added among them?
3. *verdict*: does the contract, checked again on the measurements, give the verdict that is claimed?
4. *time*: was it issued before now, is it not expired, suspended or revoked, and was the contract fixed before
   the run, if that is claimed?
5. *measurements*: does the saved model, judged again on the real test rows, give the numbers recorded?

The first four are always asked. The fifth needs the table; where it is not asked, that is said with the reason.
After a wrong signature nothing else is looked at: nothing that such a file says is worth reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from equitab.assurance.certificate import (
    Certificate,
    certificate_digest,
    check_signature,
    read_certificate,
    unsigned_claims,
)
from equitab.assurance.digests import digest_entry, digest_frame
from equitab.assurance.envelope import MAX_BYTES, Envelope
from equitab.assurance.evidence import parse_time, time_text
from equitab.assurance.keys import TrustedKeys
from equitab.assurance.remeasurement import RemeasureFault, compare_measurements
from equitab.assurance.run_files import covered_paths, read_record, run_record_digest
from equitab.assurance.statement import RUN_RECORD, TABLE
from equitab.assurance.verdict_check import check_verdict
from equitab.dataframe import Frame, read_table
from equitab.errors import EquitabError, InputError, SavedFormatError
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


@dataclass(frozen=True)
class Verification:
    """What a verification found.

    Attributes
    ----------
    is_valid : bool
        Whether nothing was found that does not hold.
    key_id, key_name : str
        Who signed, and what the reader calls that key; empty where the signature does not count.
    status : str
        ``valid``, ``invalid``, ``expired``, ``suspended`` or ``revoked``.
    findings : tuple of Finding
        What does not hold.
    checked : tuple of str
        What was checked and holds.
    not_checked : tuple of (str, str)
        What was not checked, and why.
    verdict : mapping or None
        The contract's verdict as it was recomputed here, never as it was claimed.
    certificate : Certificate or None
        Its claims, where the signature counts.
    digest : str
        Of the certificate's file.
    """

    is_valid: bool
    key_id: str
    key_name: str
    status: str
    findings: tuple[Finding, ...]
    checked: tuple[str, ...]
    not_checked: tuple[tuple[str, str], ...]
    verdict: Mapping[str, Any] | None
    certificate: Certificate | None
    digest: str

    @property
    def overall_verdict(self) -> str:
        """The recomputed verdict: ``met``, ``violated`` ..., or empty without a contract."""
        return "" if self.verdict is None else str(self.verdict["verdict"])

    @property
    def exit_code(self) -> int:
        """0 valid with its contract met, not applicable or absent; 1 invalid or violated; 3 undetermined."""
        if not self.is_valid or self.overall_verdict == "violated":
            return 1
        return 3 if self.overall_verdict == "undetermined" else 0

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        held = self.certificate
        return {
            "is_valid": self.is_valid,
            "status": self.status,
            "digest": self.digest,
            "key_id": self.key_id,
            "key_name": self.key_name,
            "findings": [vars(finding) for finding in self.findings],
            "checked": list(self.checked),
            "not_checked": [{"what": what, "why": why} for what, why in self.not_checked],
            "verdict": self.verdict,
            "certificate": None if held is None else {**held.to_predicate(), "subjects": dict(held.subjects)},
        }


@dataclass
class _Examination:
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


def verify_certificate(
    path: str | Path,
    *,
    folder: str | Path | None = None,
    trusted: TrustedKeys | None = None,
    table: Frame | None = None,
    remeasure: Remeasure | None = None,
    not_remeasured: str = "not asked for",
    status: str | None = None,
    status_reason: str = "",
    commitments: Mapping[int, str] | None = None,
    earlier: Iterable[Frame] = (),
    now: datetime | None = None,
) -> Verification:
    """Check a certificate and everything that can be checked of what it claims.

    Parameters
    ----------
    path : str or Path
        The certificate, or the folder of a run with a ``certificate.json``.
    folder : str or Path, optional
        The folder of the run; found by the certificate's own place when not given.
    trusted : TrustedKeys, optional
        Whose signatures count; the reader's own trusted keys when not given.
    table : Frame, optional
        The source table, with the rows of a test table last; its content is compared.
    remeasure : callable, optional
        Measures the saved model again; called only once everything before it holds.
    not_remeasured : str
        Why there is no `remeasure`, for the reader.
    status : str, optional
        The last known state of the certificate, from an evidence store; None where no store was asked.
    status_reason : str
        Why it has that state, or why no store was asked.
    commitments : mapping of int to str, optional
        The digests of the commitments that an evidence store holds, by their place in its chain.
    earlier : iterable of Frame
        Measurements of earlier runs, for clauses over time; oldest first.
    now : datetime, optional

    Returns
    -------
    Verification
        Never an exception for something wrong with the certificate.

    Raises
    ------
    InputError
        If there is no such file.
    """
    place = certificate_place(Path(path))
    content = _read(place)
    found = _Examination()
    certificate, key_name = _check_signature(content, place.name, trusted, found)
    if certificate is not None:
        _check_time(certificate, now or datetime.now(UTC), found)
        _check_state(status, status_reason, found)
        run_folder = run_folder_of(place) if folder is None else Path(folder)
        _check_files(certificate, run_folder, found)
        _check_table(certificate, table, found)
        _check_contract(certificate, run_folder, tuple(earlier), found)
        _check_commitment(certificate, run_folder, commitments, found)
        _check_measurements(certificate, run_folder, remeasure, not_remeasured, found)
        _mention_ignored(certificate, found)
    return _verification(found, certificate, key_name, certificate_digest(content))


def certificate_place(path: Path) -> Path:
    """Return where a certificate is: the file itself, or ``certificate.json`` in a folder."""
    return path / "certificate.json" if path.is_dir() else path


def run_folder_of(place: Path) -> Path | None:
    """Return the run's folder that a certificate's file lies in or under; None where there is none."""
    for folder in list(place.resolve().parents)[:4]:
        if (folder / RUN_RECORD).is_file():
            return folder
    return None


def _verification(
    found: _Examination, certificate: Certificate | None, key_name: str, digest: str
) -> Verification:
    is_valid = not found.findings
    return Verification(
        is_valid=is_valid,
        key_id="" if certificate is None else certificate.key_id,
        key_name=key_name,
        status=found.status if is_valid or found.status != "valid" else "invalid",
        findings=tuple(found.findings),
        checked=tuple(found.checked),
        not_checked=tuple(found.not_checked),
        verdict=found.verdict,
        certificate=certificate,
        digest=digest,
    )


def _read(place: Path) -> bytes:
    try:
        with place.open("rb") as file:
            return file.read(MAX_BYTES + 1)  # a larger file is refused by its size
    except OSError as error:
        from equitab.errors import Problem

        received = error.strerror or type(error).__name__
        advice = "name a certificate's file, or the folder of a run that has one"
        raise InputError(Problem(f"certificate {str(place)!r}", "a file", received, advice)) from error


def _check_signature(
    content: bytes, name: str, trusted: TrustedKeys | None, found: _Examination
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


def _check_time(certificate: Certificate, now: datetime, found: _Examination) -> None:
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


def _check_state(status: str | None, reason: str, found: _Examination) -> None:
    if status is None:
        found.not_checked.append(
            ("whether it was suspended or revoked since", reason or "no evidence store was asked")
        )
    elif status in {"suspended", "revoked", "expired"}:
        found.status = status
        why = f"{status}: {reason}" if reason else status
        found.findings.append(Finding("state in the evidence store", "valid", why))
    else:
        found.checked.append(f"state: {status} by the evidence store")


def _check_files(certificate: Certificate, folder: Path | None, found: _Examination) -> None:
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


def _check_table(certificate: Certificate, table: Frame | None, found: _Examination) -> None:
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


def _check_contract(
    certificate: Certificate, folder: Path | None, earlier: tuple[Frame, ...], found: _Examination
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


def _check_commitment(
    certificate: Certificate,
    folder: Path | None,
    commitments: Mapping[int, str] | None,
    found: _Examination,
) -> None:
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


def _run_started(folder: Path | None) -> datetime | None:
    try:
        return None if folder is None else parse_time(str(read_record(folder).get("started", "")))
    except EquitabError:
        return None


def _check_measurements(
    certificate: Certificate,
    folder: Path | None,
    remeasure: Remeasure | None,
    not_remeasured: str,
    found: _Examination,
) -> None:
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


def _mention_ignored(certificate: Certificate, found: _Examination) -> None:
    if certificate.ignored:
        why = f"fields of version {certificate.format_version} that this release does not know; nothing rests on them"
        found.not_checked.append((", ".join(certificate.ignored), why))


def claims_of(content: bytes) -> tuple[Certificate, str]:
    """Return the claims and the key's id of a certificate without asking who signed it.

    Fit for finding out which run or key a certificate is about; never for believing it.
    """
    envelope = Envelope.from_bytes(content)
    return unsigned_claims(envelope), envelope.key_id


__all__ = [
    "Finding",
    "Verification",
    "certificate_place",
    "check_signature",
    "claims_of",
    "run_folder_of",
    "verify_certificate",
]
