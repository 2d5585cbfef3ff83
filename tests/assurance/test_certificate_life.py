"""The life of a certificate: what moves it, what never moves it again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from equitab.assurance.certificate_life import (
    EVENTS,
    FINAL,
    STATES,
    TRANSITIONS,
    CertificateLife,
    Transition,
    event_of_verdict,
    life_of,
    transition,
)
from equitab.errors import InputError

DAY = datetime(2026, 3, 1, tzinfo=UTC)
VALID = CertificateLife().then("collect", DAY).then("issue", DAY).then("activate", DAY)


def test_the_way_to_validity() -> None:
    """Requested, collecting, issued, valid."""
    assert [step.after for step in VALID.steps] == ["collecting", "issued", "valid"]
    assert CertificateLife().status == "requested"


@pytest.mark.parametrize("status", sorted(FINAL))
@pytest.mark.parametrize("event", EVENTS)
def test_what_is_final_stays(status: str, event: str) -> None:
    """Revoked, renewed and expired are left by nothing."""
    with pytest.raises(InputError, match="is final"):
        transition(status, event)  # type: ignore[arg-type]


@pytest.mark.parametrize("status", [state for state in STATES if state not in FINAL])
def test_everything_that_is_not_final_can_be_revoked(status: str) -> None:
    """An issuer can always take back what it said."""
    assert transition(status, "revoke") == "revoked"  # type: ignore[arg-type]


@pytest.mark.parametrize("status", ["collecting", "issued", "valid", "suspended"])
def test_a_broken_promise_revokes(status: str) -> None:
    """Wherever it is in its life."""
    assert transition(status, "fail_block_clause") == "revoked"  # type: ignore[arg-type]


@pytest.mark.parametrize("event", ["change_digest", "lack_evidence", "suspend"])
def test_a_change_suspends_and_passing_evidence_restores(event: str) -> None:
    """What was issued for other data, or is no longer decided, is not in force until it is measured again."""
    suspended = VALID.then(event, DAY)  # type: ignore[arg-type]
    assert suspended.status == "suspended"
    assert suspended.then("pass_evidence", DAY).status == "valid"
    assert suspended.then("renew", DAY).status == "renewed"


def test_nothing_but_activation_and_passing_evidence_makes_valid() -> None:
    """No other event, in no state."""
    makes_valid = {pair for pair, after in TRANSITIONS.items() if after == "valid"}
    assert makes_valid == {("issued", "activate"), ("valid", "pass_evidence"), ("suspended", "pass_evidence")}


def test_every_pair_is_a_transition_or_an_error_with_words() -> None:
    """No pair of state and event is forgotten."""
    for status, event in product(STATES, EVENTS):
        if (status, event) in TRANSITIONS:
            assert transition(status, event) in STATES  # type: ignore[arg-type]
        else:
            with pytest.raises(InputError, match="expected"):
                transition(status, event)  # type: ignore[arg-type]


def test_every_state_can_be_reached_and_left_or_is_final() -> None:
    """No state is a dead end by mistake."""
    reached = {"requested"} | set(TRANSITIONS.values())
    assert reached == set(STATES)
    left = {state for state, _ in TRANSITIONS}
    assert set(STATES) - left == FINAL


def test_unknown_words_are_refused_with_the_closest() -> None:
    """A slip of the pen is no state."""
    with pytest.raises(InputError, match="did you mean 'valid'"):
        transition("vald", "expire")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="did you mean 'revoke'"):
        transition("valid", "revok")  # type: ignore[arg-type]


def test_the_clock_does_not_go_backwards() -> None:
    """A step before the last one is refused, at the same time it is not."""
    assert VALID.then("suspend", DAY).status == "suspended"
    with pytest.raises(InputError, match="not before the last one"):
        VALID.then("suspend", DAY - timedelta(seconds=1))


def test_time_ends_a_life() -> None:
    """Expired from its end on, unless it was revoked before."""
    life = CertificateLife(VALID.steps, expires_at=DAY + timedelta(days=10))
    assert life.state_at(DAY - timedelta(days=1)) == "requested"
    assert life.state_at(DAY + timedelta(days=9)) == "valid"
    assert life.state_at(DAY + timedelta(days=10)) == "expired"
    revoked = life.then("revoke", DAY + timedelta(days=2))
    assert revoked.state_at(DAY + timedelta(days=1)) == "valid"
    assert revoked.state_at(DAY + timedelta(days=20)) == "revoked"


@pytest.mark.parametrize(
    ("verdict", "status"),
    [
        ("met", "valid"),
        ("violated", "revoked"),
        ("undetermined", "suspended"),
        ("not applicable", "suspended"),
    ],
)
def test_a_new_verdict_moves_a_valid_certificate(verdict: str, status: str) -> None:
    """Only *met* keeps it in force: absence of evidence grants nothing."""
    assert transition("valid", event_of_verdict(verdict)) == status


def test_an_unknown_verdict_is_refused() -> None:
    """It moves nothing."""
    with pytest.raises(InputError, match="verdict"):
        event_of_verdict("fine")


def test_a_recorded_life_comes_back() -> None:
    """Step by step, as it was recorded."""
    life = VALID.then("change_digest", DAY, "the table has 3 rows more").then("pass_evidence", DAY)
    assert life_of(life.steps) == life


@pytest.mark.parametrize(
    "step",
    [
        Transition("revoked", "pass_evidence", "valid", DAY, ""),
        Transition("suspended", "pass_evidence", "valid", DAY, ""),
        Transition("valid", "fail_block_clause", "valid", DAY, ""),
    ],
)
def test_a_recorded_life_with_a_gap_or_a_wrong_step_is_refused(step: Transition) -> None:
    """Somebody changed what was recorded."""
    with pytest.raises(InputError):
        life_of((*VALID.steps, step))
