"""Contracts in YAML files, and contracts made of templates alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from equitab.assurance.clause import MAX_NAME, Clause
from equitab.assurance.contract import Contract
from equitab.assurance.templates import TEMPLATES
from equitab.errors import ContractError, Problem, closest
from equitab.schema.yaml_text import parse_mapping, read_mapping, to_yaml

__all__ = ["contract_from_templates", "contract_to_yaml", "read_contract"]

_HELP = "write name and clauses; equitab assure --list-templates shows ready-made ones"


def read_contract(source: str | Path | Mapping[str, Any] | Contract) -> Contract:
    """Return the contract of a YAML file or of plain data.

    Parameters
    ----------
    source : str, Path, mapping or Contract
        A path; a text of several lines is YAML itself. A contract comes back as it is.

    Returns
    -------
    Contract

    Raises
    ------
    ContractError
        If there is no such file; if it is no YAML, larger than a megabyte, nested too deeply or holds aliases;
        if a key, metric, template or stage is unknown, a threshold is no number or out of reach, names repeat, or
        nothing is promised. All problems at once.

    Examples
    --------
    >>> contract = read_contract({"name": "hiring", "clauses": ["four_fifths_rule"]})
    >>> contract.clauses[0].requirement.metric
    'demographic_parity_ratio'
    >>> read_contract({"clauses": [{"metric": "acuracy", "at_least": 0.8}]})
    Traceback (most recent call last):
    ...
    equitab.errors.ContractError: clause 1 ('acuracy'), key 'metric': expected a metric that equitab knows, \
received 'acuracy'. Next: did you mean 'accuracy'?
    """
    if isinstance(source, Contract):
        return source
    if isinstance(source, Mapping):
        return Contract.from_dict(source)
    if isinstance(source, str) and "\n" in source:
        data = parse_mapping(source, where="contract", error=ContractError, help_page=_HELP, is_strict=True)
        return Contract.from_dict(data)
    place = Path(source)
    data = read_mapping(
        place, what="contract", error=ContractError, advice=_HELP, help_page=_HELP, is_strict=True
    )
    return Contract.from_dict({"name": place.stem, **data})


def contract_to_yaml(contract: Contract) -> str:
    """Return a contract as YAML; `read_contract` gives it back.

    Examples
    --------
    >>> contract = contract_from_templates(["no_copies"])
    >>> read_contract(contract_to_yaml(contract)) == contract
    True
    """
    return to_yaml(contract.to_dict())


def contract_from_templates(
    names: str | Iterable[str], *, sensitive_features: str | Iterable[str] = (), name: str = ""
) -> Contract:
    """Return a contract of templates, with their usual thresholds.

    Parameters
    ----------
    names : str or iterable of str
        Names of `TEMPLATES`.
    sensitive_features : str or iterable of str, optional
        Promise fairness for these comparisons only (``sex``, ``sex × race``); for every one when empty.
    name : str, optional
        Of the contract; the templates' names, or how many they are, when empty.

    Raises
    ------
    ContractError
        If a template is unknown, or none is named.

    Examples
    --------
    >>> contract_from_templates(["four_fifths_rule", "no_copies"]).name
    'four_fifths_rule, no_copies'
    """
    asked = [names] if isinstance(names, str) else list(names)
    features = (sensitive_features,) if isinstance(sensitive_features, str) else tuple(sensitive_features)
    problems = [
        Problem(f"template {one!r}", "a known template", "an unknown one", closest(one, list(TEMPLATES)))
        for one in asked
        if one not in TEMPLATES
    ]
    if problems:
        raise ContractError(problems)
    clauses: tuple[Clause, ...] = tuple(TEMPLATES[one].clause(sensitive_features=features) for one in asked)
    listed = ", ".join(asked)
    return Contract(name or (listed if 0 < len(listed) <= MAX_NAME else f"{len(asked)} templates"), clauses)
