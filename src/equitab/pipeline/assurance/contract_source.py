"""A contract from whatever names it: a file, a template, several templates, plain data, or a contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from equitab.assurance import Contract


def read_promised_contract(source: Contract | Mapping[str, Any] | str | Path | Sequence[str]) -> Contract:
    """Return the contract that a caller names; nothing but the contract is read.

    Parameters
    ----------
    source : Contract, mapping, path, name of a template, or sequence of such names

    Raises
    ------
    ContractError
        Everything that is wrong with it.

    Examples
    --------
    >>> read_promised_contract("four_fifths_rule").clauses[0].name
    'four_fifths_rule'
    """
    from equitab.assurance import TEMPLATES, contract_from_templates, read_contract

    if isinstance(source, str):
        return contract_from_templates([source]) if is_template(source, TEMPLATES) else read_contract(source)
    if isinstance(source, Sequence):
        return contract_from_templates(list(source))
    return read_contract(source)


def is_template(text: str, known: Mapping[str, Any]) -> bool:
    """Return whether a text is meant as a template's name: a known one, or one plain word that is no file."""
    return text in known or (text.replace("_", "").isalnum() and not Path(text).exists())
