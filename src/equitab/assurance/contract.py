"""A contract: promises about data and models, written down before they are checked.

References
----------
The assurance procedure of Maghool et al. and of Anisetti, Ardagna, Damiani et al., carried over to tables:
properties, evidence, contracts, certificates.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from equitab.assurance.canonical import canonical_json
from equitab.assurance.clause import Clause, clause_problems
from equitab.assurance.clause_reading import contract_fields
from equitab.assurance.digests import digest_bytes
from equitab.errors import ContractError, Problem, closest

__all__ = ["CONTRACT_VERSION", "Contract", "Correction", "InDoubt"]

Correction = Literal["bonferroni", "none"]
InDoubt = Literal["undetermined", "violated"]

CONTRACT_VERSION = 1
"""Raised when what a contract's keys, or their defaults, mean changes."""


@dataclass(frozen=True)
class Contract:
    """Promises, and how strictly they are judged.

    Parameters
    ----------
    name : str
    clauses : tuple of Clause
        At least one, with at least one of severity ``block``; names differ.
    description : str, default ""
    confidence : float, default 0.95
        Of the whole contract with the correction, of each interval without; in [0.5, 1).
    correction : {"bonferroni", "none"}, default "bonferroni"
        What is done about comparing many intervals at once; see `equitab.assurance.check_contract`.
    in_doubt : {"undetermined", "violated"}, default "undetermined"
        What a clause is that the evidence does not decide. ``violated`` makes a strict gate.

    Raises
    ------
    ContractError
        Everything that is wrong with it, at once.

    Examples
    --------
    >>> from equitab.assurance import Condition
    >>> fair = Clause(name="fair", requirement=Condition(metric="demographic_parity_ratio", at_least=0.8))
    >>> contract = Contract("hiring", (fair,))
    >>> Contract.from_dict(contract.to_dict()) == contract
    True
    """

    name: str
    clauses: tuple[Clause, ...]
    description: str = ""
    confidence: float = 0.95
    correction: Correction = "bonferroni"
    in_doubt: InDoubt = "undetermined"

    def __post_init__(self) -> None:
        problems = [*_setting_problems(self), *_clauses_problems(self.clauses)]
        if problems:
            raise ContractError(problems)

    @property
    def digest(self) -> str:
        """The SHA-256 of the contract's canonical JSON: two contracts with the same one promise the same."""
        return digest_bytes(canonical_json(self.to_dict(), where=f"contract {self.name!r}"))

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON and YAML, with the settings spelled out."""
        return {
            "version": CONTRACT_VERSION,
            "name": self.name,
            **({"description": self.description} if self.description else {}),
            "confidence": self.confidence,
            "correction": self.correction,
            "in_doubt": self.in_doubt,
            "clauses": [clause.to_dict() for clause in self.clauses],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Contract:
        """Return the contract that plain data describes; errors as `read_contract`."""
        return cls(**contract_fields(data, version=CONTRACT_VERSION))


def _setting_problems(contract: Contract) -> list[Problem]:
    """Return what is wrong with a contract's settings."""
    problems = []
    if not contract.name.strip():
        problems.append(Problem("contract, key 'name'", "a name", "an empty one", "say what it is about"))
    if not (math.isfinite(contract.confidence) and 0.5 <= contract.confidence < 1):
        received = f"{contract.confidence:g}"
        problems.append(
            Problem("contract, key 'confidence'", "a number from 0.5 to below 1", received, "0.95")
        )
    for key, kind in (("correction", Correction), ("in_doubt", InDoubt)):
        value, known = getattr(contract, key), get_args(kind)
        if value not in known:
            expected = " or ".join(map(repr, known))
            problems.append(Problem(f"contract, key {key!r}", expected, repr(value), closest(value, known)))
    return problems


def _clauses_problems(clauses: tuple[Clause, ...]) -> list[Problem]:
    """Return what is wrong with the clauses, each by itself and all together."""
    if not clauses:
        advice = "name a template, or write metric and at_most"
        return [Problem("contract, key 'clauses'", "at least one clause", "none", advice)]
    problems = [
        found for number, clause in enumerate(clauses, 1) for found in clause_problems(clause, number)
    ]
    names = [clause.name for clause in clauses]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        received = f"{names.count(name)} clauses named {name!r}"
        problems.append(Problem("contract, key 'clauses'", "names that differ", received, "rename them"))
    if all(clause.severity == "warn" for clause in clauses):
        advice = "give one of them severity: block"
        received = "only clauses that warn"
        problems.append(Problem("contract, key 'clauses'", "a clause that decides", received, advice))
    return problems
