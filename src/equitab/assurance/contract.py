"""A contract: promises about data and models, written down before they are checked.

References
----------
The assurance procedure of Maghool et al. and of Anisetti, Ardagna, Damiani et al., carried over to tables:
properties, evidence, contracts, certificates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from equitab.assurance.canonical import canonical_json
from equitab.assurance.clause import Clause, clause_problems
from equitab.assurance.clause_reading import contract_fields
from equitab.assurance.contract_rules import Correction, InDoubt, setting_problems, together_problems
from equitab.assurance.digests import digest_bytes
from equitab.errors import ContractError, Problem

__all__ = ["CONTRACT_VERSION", "Contract", "Correction", "InDoubt"]

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
        settings = setting_problems(self.name, self.confidence, self.correction, self.in_doubt)
        problems = [*settings, *_clauses_problems(self.clauses)]
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


def _clauses_problems(clauses: tuple[Clause, ...]) -> list[Problem]:
    """Return what is wrong with the clauses, each by itself and all together."""
    single = [found for number, clause in enumerate(clauses, 1) for found in clause_problems(clause, number)]
    return [*single, *together_problems(clauses)]
