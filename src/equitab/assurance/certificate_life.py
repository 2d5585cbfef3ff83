"""The life of a certificate: which states it has, what moves it from one to the next, and what is final.

::

    requested ──collect──▶ collecting ──issue──▶ issued ──activate──▶ valid ◀─────────────┐
        │                      │                   │                  │  │                │
        └────────── revoke ────┴───────────────────┘    change_digest │  │ renew          │ pass_evidence
                       ▼                                              ▼  ▼                │
                    revoked ◀───── fail_block_clause, revoke ──── suspended ──────────────┘
                                                                   renewed, expired

- ``requested``: somebody asked for it. ``collecting``: evidence is gathered. ``issued``: it is signed.
  ``valid``: it is in force.
- ``suspended``: the data, the model or the code are not those that it was issued for, or the evidence no longer
  decides. New evidence that passes makes it valid again; evidence that fails revokes it.
- ``renewed``: a later certificate took its place. ``expired``: its time is over. ``revoked``: a promise broke,
  or its issuer took it back. These three are final: what follows is another certificate.

Nothing moves by itself: time is an event like the others (`expire`), and `state_at` applies it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from equitab.errors import InputError, Problem, closest

CertificateStatus = Literal[
    "requested", "collecting", "issued", "valid", "suspended", "renewed", "revoked", "expired"
]
CertificateEvent = Literal[
    "collect",
    "issue",
    "activate",
    "pass_evidence",
    "lack_evidence",
    "fail_block_clause",
    "change_digest",
    "suspend",
    "renew",
    "revoke",
    "expire",
]

STATES: tuple[str, ...] = get_args(CertificateStatus)
EVENTS: tuple[str, ...] = get_args(CertificateEvent)
FINAL: frozenset[str] = frozenset({"renewed", "revoked", "expired"})
"""States that nothing leaves."""
IN_FORCE: frozenset[str] = frozenset({"valid"})

TRANSITIONS: Mapping[tuple[str, str], CertificateStatus] = {
    ("requested", "collect"): "collecting",
    ("collecting", "issue"): "issued",
    ("issued", "activate"): "valid",
    ("valid", "pass_evidence"): "valid",
    ("valid", "lack_evidence"): "suspended",
    ("valid", "change_digest"): "suspended",
    ("valid", "suspend"): "suspended",
    ("valid", "renew"): "renewed",
    ("valid", "expire"): "expired",
    ("suspended", "pass_evidence"): "valid",
    ("suspended", "lack_evidence"): "suspended",
    ("suspended", "change_digest"): "suspended",
    ("suspended", "suspend"): "suspended",
    ("suspended", "renew"): "renewed",
    ("suspended", "expire"): "expired",
    ("issued", "expire"): "expired",
    **{(state, "fail_block_clause"): "revoked" for state in ("collecting", "issued", "valid", "suspended")},
    **{(state, "revoke"): "revoked" for state in ("requested", "collecting", "issued", "valid", "suspended")},
}

_MEANING: Mapping[str, str] = {
    "collect": "evidence is being collected",
    "issue": "it was signed",
    "activate": "it is in force",
    "pass_evidence": "new evidence meets the contract",
    "lack_evidence": "new evidence does not decide the contract",
    "fail_block_clause": "new evidence violates a promise",
    "change_digest": "data, model or code are no longer those that it names",
    "suspend": "its issuer suspended it",
    "renew": "a new certificate took its place",
    "revoke": "its issuer took it back",
    "expire": "its time is over",
}


@dataclass(frozen=True)
class Transition:
    """One step in a certificate's life.

    Parameters
    ----------
    before, after : str
    event : str
    time : datetime
    reason : str
        In a sentence.
    """

    before: CertificateStatus
    event: CertificateEvent
    after: CertificateStatus
    time: datetime
    reason: str


@dataclass(frozen=True)
class CertificateLife:
    """What became of a certificate.

    Parameters
    ----------
    steps : tuple of Transition
        Oldest first.
    expires_at : datetime or None

    Examples
    --------
    >>> from datetime import UTC
    >>> day = datetime(2026, 1, 1, tzinfo=UTC)
    >>> life = CertificateLife().then("collect", day).then("issue", day).then("activate", day)
    >>> life.status
    'valid'
    >>> life.then("change_digest", day).then("pass_evidence", day).status
    'valid'
    >>> life.then("fail_block_clause", day).status
    'revoked'
    """

    steps: tuple[Transition, ...] = ()
    expires_at: datetime | None = None

    @property
    def status(self) -> CertificateStatus:
        """The state after all steps."""
        return self.steps[-1].after if self.steps else "requested"

    def then(self, event: CertificateEvent, time: datetime, reason: str = "") -> CertificateLife:
        """Return the life with one step more.

        Parameters
        ----------
        event : str
            One of `EVENTS`.
        time : datetime
            Not before the last step.
        reason : str
            What the event means, when empty.

        Raises
        ------
        InputError
            If the state does not allow the event, or the clock went backwards.
        """
        if self.steps and time < self.steps[-1].time:
            last = self.steps[-1].time.isoformat()
            raise InputError(
                Problem(
                    "time of a step", f"not before the last one ({last})", time.isoformat(), "set the clock"
                )
            )
        after = transition(self.status, event)
        step = Transition(self.status, event, after, time, reason or _MEANING[event])
        return CertificateLife((*self.steps, step), self.expires_at)

    def allows(self, event: CertificateEvent) -> bool:
        """Return whether the state allows an event."""
        return (self.status, event) in TRANSITIONS

    def state_at(self, time: datetime) -> CertificateStatus:
        """Return the state at a time: that of the last step until then, or expired."""
        held = [step.after for step in self.steps if step.time <= time]
        status: CertificateStatus = held[-1] if held else "requested"
        is_over = self.expires_at is not None and time >= self.expires_at
        return "expired" if is_over and (status, "expire") in TRANSITIONS else status


def transition(status: CertificateStatus, event: CertificateEvent) -> CertificateStatus:
    """Return the state that an event leads to.

    Parameters
    ----------
    status : str
        One of `STATES`.
    event : str
        One of `EVENTS`.

    Raises
    ------
    InputError
        If there is no such state or event, or the state does not allow the event; what it allows is said.

    Examples
    --------
    >>> transition("valid", "change_digest")
    'suspended'
    >>> transition("revoked", "pass_evidence")
    Traceback (most recent call last):
    ...
    equitab.errors.InputError: event 'pass_evidence': expected nothing, since 'revoked' is final, received \
'pass_evidence'. Next: issue a new certificate.
    """
    _check_word("state", status, STATES)
    _check_word("event", event, EVENTS)
    after = TRANSITIONS.get((status, event))
    if after is None:
        raise InputError(_refusal(status, event))
    return after


def event_of_verdict(verdict: str) -> CertificateEvent:
    """Return what a new verdict does to a certificate.

    Parameters
    ----------
    verdict : {"met", "violated", "undetermined", "not applicable"}

    Examples
    --------
    >>> event_of_verdict("met"), event_of_verdict("undetermined")
    ('pass_evidence', 'lack_evidence')
    """
    events: dict[str, CertificateEvent] = {
        "met": "pass_evidence",
        "violated": "fail_block_clause",
        "undetermined": "lack_evidence",
        "not applicable": "lack_evidence",
    }
    _check_word("verdict", verdict, tuple(events))
    return events[verdict]


def life_of(steps: Iterable[Transition], expires_at: datetime | None = None) -> CertificateLife:
    """Return a life from its recorded steps, once each of them follows from the one before.

    Raises
    ------
    InputError
        If a step does not start where the last one ended, or leads elsewhere than its event does.
    """
    life = CertificateLife(expires_at=expires_at)
    for step in steps:
        follows = life.then(step.event, step.time, step.reason)
        if step.before != life.status or step.after != follows.status:
            expected = f"{life.status} to {follows.status} by {step.event}"
            received = f"{step.before} to {step.after}"
            raise InputError(
                Problem("recorded life of a certificate", expected, received, "do not believe it")
            )
        life = follows
    return life


def _check_word(what: str, word: str, known: tuple[str, ...]) -> None:
    if word not in known:
        raise InputError(Problem(f"{what} of a certificate", "a known one", repr(word), closest(word, known)))


def _refusal(status: str, event: str) -> Problem:
    if status in FINAL:
        expected = f"nothing, since {status!r} is final"
        return Problem(f"event {event!r}", expected, repr(event), "issue a new certificate")
    allowed = ", ".join(sorted(name for state, name in TRANSITIONS if state == status))
    return Problem(f"event {event!r}", f"one of {allowed} while it is {status!r}", repr(event))
