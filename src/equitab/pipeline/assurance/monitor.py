"""Watching a certified run: what has changed, whether its promises still hold, what becomes of its certificate.

A look compares digests of data, model and code with those of the last look. Where nothing changed there is
nothing to measure. Where something did, the certificate is suspended, the saved model is judged on the new real
rows, the contract is checked again, and the certificate is renewed (met), revoked (violated) or stays suspended
(undetermined). Every step is a record of the evidence store.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equitab.errors import InputError, Problem
from equitab.pipeline.assurance.certificate_steps import Step
from equitab.pipeline.assurance.probe import Probe, describe_changes
from equitab.pipeline.assurance.watched_life import Life
from equitab.pipeline.assurance.watched_run import WatchedRun, open_watched

if TYPE_CHECKING:
    from equitab.assurance import ContractVerdict, SigningKey

_EXIT_CODES = {"valid": 0, "renewed": 0, "suspended": 3}
_VERDICT_CODES = {"violated": 1, "undetermined": 3}


@dataclass(frozen=True, kw_only=True)
class MonitorCheck:
    """What one look found.

    Attributes
    ----------
    time : str
        UTC.
    run : str
        The run's folder.
    table : str
        The new rows' table.
    n_rows : int
    changes : tuple of str
        ``data``, ``model``, ``code``: what is no longer as it was.
    is_measured : bool
        Whether the model was judged anew.
    verdict : ContractVerdict or None
        Of the contract on the new rows; None where nothing was measured.
    claimed : str
        The verdict of the certificate that was in force before.
    status : str
        Of the certificate now: ``valid``, ``suspended``, ``revoked``, ``expired``, or ``invalid`` where the
        certificate does not hold.
    steps : tuple of Step
        What happened to it.
    certificate : Path
        The one that counts now.
    remarks : tuple of str
        What a reader must know.
    """

    time: str
    run: str
    table: str
    n_rows: int
    changes: tuple[str, ...]
    is_measured: bool
    verdict: ContractVerdict | None
    claimed: str
    status: str
    steps: tuple[Step, ...]
    certificate: Path
    remarks: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 in force and met, 1 violated, revoked, expired or invalid, 3 undetermined."""
        word = self.claimed if self.verdict is None else self.verdict.verdict
        codes = {_EXIT_CODES.get(self.status, 1), _VERDICT_CODES.get(word, 0)}
        return 1 if 1 in codes else max(codes)

    def lines(self) -> Iterator[str]:
        """Yield what to tell the caller."""
        yield f"{self.time}  {self.table}: {self.n_rows:,} rows; {describe_changes(self.changes)}."
        if self.verdict is not None:
            yield f"Contract {self.verdict.contract!r} on the new rows: {self.verdict.verdict}."
            for clause in self.verdict.clauses:
                yield f"  {clause.verdict}: {clause.text} ({clause.reason})"
        for step in self.steps:
            yield f"Certificate {step}."
        yield f"The certificate is {self.status}: {self.certificate}"

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        plain = {name: value for name, value in vars(self).items() if name not in {"verdict", "steps"}}
        return {
            **plain,
            "changes": list(self.changes),
            "remarks": list(self.remarks),
            "certificate": str(self.certificate),
            "verdict": None if self.verdict is None else self.verdict.to_dict(),
            "steps": [step.to_dict() for step in self.steps],
            "exit_code": self.exit_code,
        }


def monitor(
    run: str | Path,
    table: Any,
    *,
    every: float | None = None,
    times: int | None = None,
    store: str | Path | None = None,
    key: SigningKey | str | Path | None = None,
    on_check: Callable[[MonitorCheck], None] | None = None,
    sleep: Callable[[float], None] = time.sleep,
    now: datetime | None = None,
) -> tuple[MonitorCheck, ...]:
    """Look at a certified run, once or again and again.

    Parameters
    ----------
    run : str or Path
        The folder of a run with a contract and a certificate.
    table : table or location
        New real rows whose outcomes became known, with the columns of the run's table; read anew at every look.
    every : float, optional
        Seconds between two looks; one look without.
    times : int, optional
        How many looks; without, and with `every`, until interrupted.
    store : str or Path, optional
        The evidence store; where the run's recipe says, else the user's own, when None; ``none`` for nowhere.
    key : SigningKey or path, optional
        Signs renewals; the local key when None.
    on_check : callable, optional
        Told about every look.
    sleep : callable, optional
        Waits so many seconds.
    now : datetime, optional
        The time of the look, for tests.

    Returns
    -------
    tuple of MonitorCheck
        The last one says how things stand.

    Raises
    ------
    InputError
        If the run promises nothing, has no certificate or no model.
    TableError
        If the new rows lack columns.
    SavedFormatError, StorageError
    """
    _check_schedule(every, times)
    probe, looks = Probe.every(every), 1 if every is None and times is None else times
    found: list[MonitorCheck] = []
    while looks is None or len(found) < looks:
        if found and every:
            sleep(every)
        found.append(
            _look(open_watched(run, store=store, now=now), table, probe, key, now or datetime.now(UTC))
        )
        if on_check is not None:
            on_check(found[-1])
    return tuple(found)


def _check_schedule(every: float | None, times: int | None) -> None:
    problems = []
    if every is not None and not 0 <= every <= 10**8:
        problems.append(Problem("seconds between two looks", "a number from 0", f"{every:g}", "--every 3600"))
    if times is not None and times < 1:
        problems.append(Problem("number of looks", "at least 1", str(times), "--times 1"))
    if problems:
        raise InputError(problems)


def _look(
    watched: WatchedRun, table: Any, probe: Probe, key: SigningKey | str | Path | None, now: datetime
) -> MonitorCheck:
    """Look once: compare, and measure where something changed."""
    rows = watched.read_rows(table)
    seen = watched.see(rows)
    changes = seen.changes_since(watched.last_seen)
    blank = MonitorCheck(
        time=f"{now.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
        run=str(watched.folder),
        table=rows.name,
        n_rows=len(rows.frame),
        changes=changes,
        is_measured=False,
        verdict=None,
        claimed=watched.certificate.overall_verdict,
        status=watched.status,
        steps=(),
        certificate=watched.place,
        remarks=watched.remarks,
    )
    if watched.status == "invalid":
        return blank
    life = Life(watched=watched, probe=probe, seen=seen, now=now, status=watched.status)
    life.expire_if_over()
    if changes:
        life.suspend(describe_changes(changes))
    if not changes and life.status == watched.status:
        return replace(blank, remarks=(*blank.remarks, *life.keep_look()))
    measured = life.measure(rows)
    renewed = life.decide(measured, key)
    return replace(
        blank,
        is_measured=True,
        verdict=measured.verdict,
        status=life.status,
        steps=tuple(life.steps),
        certificate=watched.place if renewed is None else renewed.path,
        remarks=(*blank.remarks, *measured.judgement.remarks, *life.remarks),
    )
