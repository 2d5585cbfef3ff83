"""Checking a contract again, and comparing the verdict with the one that a certificate claims.

The claimed words (the promise in words, the reasons) are not compared, and never shown: what a reader sees is
what was recomputed. Verdicts, counts and numbers are compared, clause by clause.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from equitab.assurance.certificate import Certificate
from equitab.dataframe import Frame
from equitab.errors import InputError, Problem

if TYPE_CHECKING:
    from equitab.assurance.contract import Clause, Contract
    from equitab.assurance.verdict import ContractVerdict

TOLERANCE = 1e-6
_STRICT = ("severity", "verdict", "n", "value", "low", "high")
_LOOSE = ("severity", "n", "value")
"""Without the earlier runs fewer intervals are compared, so they are less wide, and more is decided."""


@dataclass(frozen=True)
class CheckedVerdict:
    """A verdict that was recomputed, beside the one claimed.

    Attributes
    ----------
    verdict : ContractVerdict
        Recomputed.
    faults : tuple of (str, str, str)
        Where they differ, what was recomputed, what is claimed.
    not_checked : tuple of (str, str)
        Clauses that could not be recomputed, and why.
    """

    verdict: ContractVerdict
    faults: tuple[tuple[str, str, str], ...]
    not_checked: tuple[tuple[str, str], ...] = ()


def check_verdict(
    certificate: Certificate, measurements: Frame, *, earlier: Sequence[Frame] = ()
) -> CheckedVerdict:
    """Check a certificate's contract again and compare.

    Parameters
    ----------
    certificate : Certificate
        With a contract.
    measurements : Frame
    earlier : sequence of Frame
        Measurements of earlier runs, oldest first, for clauses over time.

    Raises
    ------
    InputError
        If the contract cannot be read.
    """
    from equitab.assurance.checking import check_contract
    from equitab.assurance.contract import Contract

    if certificate.contract is None or certificate.verdict is None:
        raise ValueError("a certificate without a contract has no verdict to check")
    contract = Contract.from_dict(certificate.contract)
    verdict = check_contract(contract, measurements, chosen=certificate.chosen or None, earlier=earlier)
    faults = [] if contract.digest == certificate.contract_digest else [_digest_fault(contract, certificate)]
    left_out = _over_time(contract) if not earlier else {}
    return CheckedVerdict(
        verdict,
        (*faults, *_verdict_faults(verdict.to_dict(), certificate.verdict, left_out)),
        tuple((f"clause {name!r}", why) for name, why in left_out.items()),
    )


def _digest_fault(contract: Contract, certificate: Certificate) -> tuple[str, str, str]:
    return (
        "contract.digest",
        f"{contract.digest}, the digest of the contract's text",
        certificate.contract_digest,
    )


def _over_time(contract: Contract) -> dict[str, str]:
    """Return the clauses that ask about earlier runs too, and why they are not recomputed."""
    why = "it asks about earlier runs too, whose measurements are not at hand"
    return {clause.name: why for clause in contract.clauses if _asks_over_time(clause)}


def _asks_over_time(clause: Clause) -> bool:
    from equitab.assurance.requirement import conditions_of

    looks_back = any("table" in condition.against for condition in conditions_of(clause.requirement))
    return clause.over is not None or looks_back


def _verdict_faults(
    again: Mapping[str, Any], claimed: Mapping[str, Any], left_out: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    whole = ("contract_digest", *(() if left_out else ("verdict", "n_compared")))
    faults = [
        (f"verdict.{name}", f"{again.get(name)!s} (recomputed)", f"{claimed.get(name)!s} (claimed)")
        for name in whole
        if again.get(name) != claimed.get(name)
    ]
    if left_out:
        faults += _overall_faults(again, claimed, left_out)
    return faults + _clause_faults(again, claimed, left_out)


def _overall_faults(
    again: Mapping[str, Any], claimed: Mapping[str, Any], left_out: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """Compare the overall verdict as far as it can be: one violated clause is enough to contradict *met*."""
    is_violated = any(
        clause["verdict"] == "violated" and clause["severity"] == "block" and clause["name"] not in left_out
        for clause in again["clauses"]
    )
    if is_violated and claimed.get("verdict") != "violated":
        return [("verdict.verdict", "violated (recomputed)", f"{claimed.get('verdict')!s} (claimed)")]
    return []


def _clause_faults(
    again: Mapping[str, Any], claimed: Mapping[str, Any], left_out: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    theirs = _clauses_of(claimed)
    ours = _clauses_of(again)
    faults = [
        (
            f"verdict of clause {name!r}",
            "a clause of the contract",
            "a clause that the contract does not have",
        )
        for name in theirs
        if name not in ours
    ]
    for name, clause in ours.items():
        if name not in theirs:
            faults.append(
                (f"verdict of clause {name!r}", f"{clause['verdict']} (recomputed)", "no verdict (claimed)")
            )
        elif name not in left_out:
            faults += _number_faults(clause, theirs[name], _LOOSE if left_out else _STRICT)
            if left_out and theirs[name].get("verdict") not in {clause["verdict"], "undetermined"}:
                faults.append(_fault(name, "verdict", clause, theirs[name]))
    return faults


def _number_faults(
    again: Mapping[str, Any], claimed: Mapping[str, Any], keys: Sequence[str]
) -> list[tuple[str, str, str]]:
    name = str(again["name"])
    return [_fault(name, key, again, claimed) for key in keys if not _same(again.get(key), claimed.get(key))]


def _fault(name: str, key: str, again: Mapping[str, Any], claimed: Mapping[str, Any]) -> tuple[str, str, str]:
    where = f"verdict of clause {name!r}" if key == "verdict" else f"verdict of clause {name!r}, {key}"
    return (where, f"{again.get(key)!s} (recomputed)", f"{claimed.get(key)!s} (claimed)")


def _clauses_of(verdict: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    clauses = verdict.get("clauses")
    if not isinstance(clauses, list | tuple) or not all(
        isinstance(one, Mapping) and "name" in one for one in clauses
    ):
        raise InputError(Problem("verdict.clauses", "a list of clauses with their names", "something else"))
    found = {str(clause["name"]): clause for clause in clauses}
    if len(found) < len(clauses):
        raise InputError(Problem("verdict.clauses", "each clause once", "a clause twice"))
    return found


def _same(first: Any, second: Any) -> bool:
    numbers = (int, float)
    if isinstance(first, numbers) and isinstance(second, numbers) and not isinstance(first, bool):
        return math.isclose(first, second, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(first == second)
