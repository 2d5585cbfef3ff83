"""What was seen, when, on what and by whom: the pieces of evidence that a store keeps.

A piece of evidence says one thing (a measurement, the verdict of a promise, a contract committed beforehand, a
certificate's change of state, what a run was and what it used) and where it comes from: the run, the subject,
the time, and the digests of data, model, code, recipe, contract and environment. It holds no record of a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, get_args

from equitab.dataframe import Frame
from equitab.errors import InputError, Problem, closest
from equitab.evaluation.results import Measurement

if TYPE_CHECKING:
    from equitab.assurance.contract import Contract
    from equitab.assurance.verdict import ContractVerdict

EvidenceKind = Literal["measurement", "verdict", "commitment", "certificate", "run", "platform"]
KINDS: tuple[str, ...] = get_args(EvidenceKind)


@dataclass(frozen=True, kw_only=True)
class EvidenceSource:
    """Where evidence comes from: what many pieces of one run have in common.

    Parameters
    ----------
    run : str
        The identifier of the run, or of the call, that saw it.
    subject : str
        What it is about: the digest of a table, a model or a run, or a name that the user gave. Evidence about
        different subjects is never mixed.
    time : datetime
        When it was seen; with a time zone.
    probe : str
        Who looked: ``run``, ``assure``, ``monitor`` ...
    data_digest, model_digest, code_digest, recipe_digest, contract_digest, environment_digest : str
        ``sha256:...``, or empty where there is none.
    seed : int or None

    Raises
    ------
    InputError
        If the time has no time zone.

    Examples
    --------
    >>> source = EvidenceSource(run="r1", subject="people", time=datetime(2026, 1, 1, tzinfo=UTC))
    >>> source.says("measurement", {"metric": "accuracy", "value": 0.8}).kind
    'measurement'
    """

    run: str
    subject: str
    time: datetime
    probe: str = ""
    data_digest: str = ""
    model_digest: str = ""
    code_digest: str = ""
    recipe_digest: str = ""
    contract_digest: str = ""
    environment_digest: str = ""
    seed: int | None = None

    def __post_init__(self) -> None:
        if self.time.tzinfo is None:
            next_step = "datetime.now(UTC)"
            raise InputError(
                Problem("time of evidence", "a time with its time zone", "one without", next_step)
            )

    def says(self, kind: EvidenceKind, body: Mapping[str, Any]) -> Evidence:
        """Return one piece of evidence of this source."""
        return Evidence(kind=kind, body=body, **{name: getattr(self, name) for name in _SOURCE_FIELDS})


@dataclass(frozen=True, kw_only=True)
class Evidence(EvidenceSource):
    """One thing that was seen.

    Parameters
    ----------
    kind : {"measurement", "verdict", "commitment", "certificate", "run", "platform"}
    body : mapping
        What was seen, as plain data; None counts as absent. Never a record of a person.
    run, subject, time, probe, seed
        As in `EvidenceSource`, as are the digests.

    Raises
    ------
    InputError
        If the kind is not one of those, or the time has no time zone.
    """

    kind: EvidenceKind
    body: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(
                Problem(
                    "kind of evidence", "one that the store knows", repr(self.kind), closest(self.kind, KINDS)
                )
            )
        super().__post_init__()


_SOURCE_FIELDS = tuple(EvidenceSource.__dataclass_fields__)


@lru_cache(maxsize=4096)
def time_text(time: datetime) -> str:
    """Return a time in UTC as text whose order is the order of time.

    Examples
    --------
    >>> time_text(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    '2026-01-02T03:04:05.000000Z'
    """
    return time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def parse_time(text: str | date, *, where: str = "time") -> datetime:
    """Return the time that a text says; without a time zone it is UTC, without an hour midnight.

    Parameters
    ----------
    text : str, date or datetime
        ISO 8601: ``2026-01-31``, ``2026-01-31T12:00``, ``2026-01-31T12:00:00.5+02:00``.
    where : str
        What it is, for the message.

    Raises
    ------
    InputError
        If it is not a time.

    Examples
    --------
    >>> parse_time("2026-01-31").isoformat()
    '2026-01-31T00:00:00+00:00'
    """
    try:
        found = datetime.fromisoformat(str(text).strip())
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        expected = "a day or a time as in 2026-01-31 or 2026-01-31T12:00"
        raise InputError(Problem(where, expected, repr(str(text)), "write it as ISO 8601")) from None


def measurement_evidence(
    source: EvidenceSource, measurements: Frame | Iterable[Measurement]
) -> list[Evidence]:
    """Return one piece of evidence for each measurement.

    Parameters
    ----------
    source : EvidenceSource
    measurements : Frame or iterable of Measurement
    """
    rows = (
        measurements.to_native().to_pylist()
        if hasattr(measurements, "to_native")
        else [vars(one) for one in measurements]
    )
    return [source.says("measurement", row) for row in rows]


def verdict_evidence(
    source: EvidenceSource, verdict: ContractVerdict, *, contract: Contract | None = None
) -> list[Evidence]:
    """Return the verdict of a contract, then that of each of its clauses, as evidence.

    Parameters
    ----------
    source : EvidenceSource
        Its `contract_digest` is replaced by that of the verdict.
    verdict : ContractVerdict
    contract : Contract, optional
        What was checked: each clause of one condition then says its thresholds, for charts over time.
    """
    source = replace(source, contract_digest=verdict.contract_digest)
    whole: dict[str, Any] = {
        "contract": verdict.contract,
        "clause": "",
        "verdict": verdict.verdict,
        "confidence": verdict.confidence,
        "interval_confidence": verdict.interval_confidence,
        "n_compared": verdict.n_compared,
        "remarks": list(verdict.remarks),
    }
    clauses: list[dict[str, Any]] = [
        {
            "contract": verdict.contract,
            "clause": clause.name,
            "property": clause.property,
            "severity": clause.severity,
            "verdict": clause.verdict,
            "promise": clause.text,
            "value": clause.value,
            "low": clause.low,
            "high": clause.high,
            "n": clause.n,
            "reason": clause.reason,
            "shown": clause.shown,
            **(_thresholds(contract, clause.name) if contract is not None else {}),
        }
        for clause in verdict.clauses
    ]
    return [source.says("verdict", body) for body in (whole, *clauses)]


def _thresholds(contract: Contract, name: str) -> dict[str, float]:
    """Return the thresholds of a clause of one condition; nothing for several conditions together."""
    requirement = next((clause.requirement for clause in contract.clauses if clause.name == name), None)
    ends = {end: getattr(requirement, end, None) for end in ("at_most", "at_least")}
    return {end: value for end, value in ends.items() if value is not None}


def commitment_evidence(source: EvidenceSource, *, contract: str, terms: Mapping[str, Any]) -> Evidence:
    """Return the evidence that a contract was fixed at a time.

    Parameters
    ----------
    source : EvidenceSource
        Its `contract_digest` is what is committed.
    contract : str
        Its name.
    terms : mapping
        The contract itself, as plain data.
    """
    return source.says("commitment", {"contract": contract, "event": "committed", "terms": terms})


def certificate_evidence(
    source: EvidenceSource,
    *,
    certificate: str,
    status: str,
    event: str,
    contract: str = "",
    verdict: str = "",
    reason: str = "",
    expires_at: datetime | None = None,
    key: str = "",
    previous: str = "",
) -> Evidence:
    """Return the evidence that a certificate was issued or changed its state.

    Parameters
    ----------
    source : EvidenceSource
    certificate : str
        The digest of the certificate's bytes.
    status, event : str
        The state that it has now, and what led there (``issued``, ``data changed`` ...).
    contract, verdict : str
        The name of its contract, and the verdict that it states.
    reason : str
        In a sentence.
    expires_at : datetime or None
    key : str
        The identifier of the key that signed it.
    previous : str
        The digest of the certificate that it renews.
    """
    body = {
        "certificate": certificate,
        "status": status,
        "event": event,
        "contract": contract,
        "verdict": verdict,
        "reason": reason,
        "expires_at": None if expires_at is None else time_text(expires_at),
        "key": key,
        "previous_certificate": previous,
    }
    return source.says("certificate", body)


def run_evidence(source: EvidenceSource, *, table: str, facts: Mapping[str, Any]) -> Evidence:
    """Return the evidence that a run took place.

    Parameters
    ----------
    source : EvidenceSource
    table : str
        What it learned from; only the name of the file is kept, neither its folder nor its server.
    facts : mapping
        Further facts as plain data: rows, generator, plan, headline ...
    """
    return source.says("run", {"table": file_name_only(table), **facts})


def file_name_only(place: str) -> str:
    """Return the last part of a path or URL, without folders, servers, passwords and queries.

    Examples
    --------
    >>> file_name_only("https://me:secret@host/data/people.csv?key=1"), file_name_only("packaged:adult")
    ('people.csv', 'packaged:adult')
    """
    plain = str(place).split("?", 1)[0].split("#", 1)[0] if "://" in str(place) else str(place)
    return plain.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
