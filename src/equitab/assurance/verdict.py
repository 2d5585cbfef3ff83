"""What checking a contract gives: one verdict for each clause, and one for the contract.

``met`` and ``violated`` are said only where the whole interval is on one side of the threshold. In between, and
where nothing was measured, a promise is ``undetermined``: never true for want of evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

__all__ = ["EXIT_CODES", "ClauseVerdict", "ContractVerdict", "Verdict", "contract_state"]

Verdict = Literal["met", "violated", "undetermined", "not applicable"]

#: Exit code of the command line for each verdict.
EXIT_CODES: Mapping[str, int] = {"met": 0, "not applicable": 0, "violated": 1, "undetermined": 3}


@dataclass(frozen=True, kw_only=True)
class ClauseVerdict:
    """What became of one promise.

    Parameters
    ----------
    name, property, severity : str
        As in the contract.
    verdict : {"met", "violated", "undetermined", "not applicable"}
    text : str
        The promise in words.
    value, low, high : float or None
        The measurement that decided, with the interval that was compared with the threshold (corrected).
    n : int
        Rows that it rests on.
    reason : str
        Why the verdict is what it is.
    shown : str
        Which measurement decided, in words.
    """

    name: str
    property: str
    severity: str
    verdict: Verdict
    text: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    reason: str = ""
    shown: str = ""


@dataclass(frozen=True, kw_only=True)
class ContractVerdict:
    """What became of a contract.

    Parameters
    ----------
    contract : str
        Its name.
    contract_digest : str
    verdict : {"met", "violated", "undetermined", "not applicable"}
        Of the clauses with severity ``block``: violated if one is; else undetermined if one is; else met.
    clauses : tuple of ClauseVerdict
    confidence : float
        Of the contract, as it asked.
    interval_confidence : float
        At which each single interval was compared; equal to `confidence` without a correction.
    n_compared : int
        How many different intervals were compared with thresholds.
    subject : str, default ""
        What was checked.
    remarks : tuple of str
        What a reader must know.

    Examples
    --------
    >>> from equitab.assurance import check_contract, contract_from_templates
    >>> verdict = check_contract(contract_from_templates(["no_copies", "drift"]), [])
    >>> verdict.verdict, verdict.exit_code, [clause.verdict for clause in verdict.clauses]
    ('undetermined', 3, ['undetermined', 'undetermined'])
    """

    contract: str
    contract_digest: str
    verdict: Verdict
    clauses: tuple[ClauseVerdict, ...]
    confidence: float
    interval_confidence: float
    n_compared: int
    subject: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 met or not applicable, 1 violated, 3 undetermined."""
        return EXIT_CODES[self.verdict]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        data = {item.name: getattr(self, item.name) for item in fields(self)}
        return {
            **data,
            "clauses": [_finite(asdict(clause)) for clause in self.clauses],
            "remarks": list(self.remarks),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ContractVerdict:
        """Return the verdict that `to_dict` described; keys that this release does not know are left aside."""
        known = {item.name for item in fields(cls)}
        clauses = tuple(_clause_from_dict(clause) for clause in data["clauses"])
        kept = {key: value for key, value in data.items() if key in known}
        return cls(**{**kept, "clauses": clauses, "remarks": tuple(data.get("remarks", ()))})


def contract_state(clauses: Iterable[ClauseVerdict]) -> Verdict:
    """Return the verdict of a contract from those of its clauses; clauses that only warn do not count.

    Examples
    --------
    >>> met = ClauseVerdict(name="a", property="", severity="block", verdict="met", text="")
    >>> warned = ClauseVerdict(name="b", property="", severity="warn", verdict="violated", text="")
    >>> contract_state([met, warned])
    'met'
    """
    states = [clause.verdict for clause in clauses if clause.severity == "block"]
    if "violated" in states:
        return "violated"
    if "undetermined" in states:
        return "undetermined"
    return "met" if "met" in states else "not applicable"


def _clause_from_dict(data: Mapping[str, Any]) -> ClauseVerdict:
    known = {item.name for item in fields(ClauseVerdict)}
    return ClauseVerdict(**{key: value for key, value in data.items() if key in known})


def _finite(data: dict[str, Any]) -> dict[str, Any]:
    """Return plain data that JSON can hold: an end at infinity is none."""
    return {
        key: None if isinstance(value, float) and value - value != 0 else value for key, value in data.items()
    }
