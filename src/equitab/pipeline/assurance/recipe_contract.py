"""A recipe's key ``contract``: what the run has to promise, and where its evidence is kept.

It is read with the recipe, so that everything that is wrong with a contract is said before anything is written;
the resolved recipe holds the whole contract, clause by clause.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equitab.errors import InputError, Problem, closest

if TYPE_CHECKING:
    from equitab.assurance import Contract

NO_STORE = "none"
_OWN_KEYS = ("file", "templates", "sensitive_features", "store", "subject", "valid_days")
_BESIDE = ("store", "subject", "valid_days")
_FILES = (".yaml", ".yml", ".json")


@dataclass(frozen=True, kw_only=True)
class ContractChoice:
    """What a run promises, and where its evidence goes.

    Parameters
    ----------
    contract : Contract or None
        None where nothing is promised and only the other keys were said.
    store : str or None
        URL or path of the evidence store, or ``none`` for no store; None for the user's own.
    subject : str
        What the evidence is about, over all runs; the table's name when empty.
    valid_days : int or None
        How long the certificate is valid; the default of `equitab.assurance` when None.

    Examples
    --------
    >>> choice, problems = read_contract_choice({"templates": ["four_fifths_rule"], "subject": "hiring"})
    >>> choice.subject, len(choice.contract.clauses), problems
    ('hiring', 1, [])
    """

    contract: Contract | None = None
    store: str | None = None
    subject: str = ""
    valid_days: int | None = None

    @property
    def has_store(self) -> bool:
        """Whether evidence is kept at all."""
        return self.store != NO_STORE

    def to_dict(self) -> dict[str, Any]:
        """Return plain data: the whole contract, with the other keys that were said; no user and no password."""
        from equitab.assurance import shown_place

        held = {} if self.contract is None else self.contract.to_dict()
        store = None if self.store is None else shown_place(self.store)
        others = {"store": store, "subject": self.subject or None, "valid_days": self.valid_days}
        return {**held, **{key: value for key, value in others.items() if value is not None}}

    def moved(self, folder: Path) -> ContractChoice:
        """Return the same choice as a file of another folder has to say it."""
        if self.store is None or not _is_file_store(self.store):
            return self
        try:
            return replace(self, store=Path(os.path.relpath(self.store, folder)).as_posix())
        except ValueError:  # another drive
            return replace(self, store=str(Path(self.store).resolve()))


def read_contract_choice(held: Any) -> tuple[ContractChoice | None, list[Problem]]:
    """Return what a recipe's key ``contract`` says, and what is wrong with it.

    Parameters
    ----------
    held : None, str, sequence of str, or mapping
        A file's path, the name of a template or several of them, or the keys of a contract with ``file``,
        ``templates``, ``store``, ``subject`` and ``valid_days`` beside them.

    Returns
    -------
    ContractChoice or None, list of Problem

    Examples
    --------
    >>> choice, problems = read_contract_choice("four_fifth_rule")
    >>> print(problems[0])
    recipe key 'contract': expected a contract's file or the name of a template, received 'four_fifth_rule'. \
Next: did you mean 'four_fifths_rule'?
    """
    if held is None or isinstance(held, ContractChoice):
        return held, []
    problems: list[Problem] = []
    keys = _long_form(held, problems)
    contract = None if problems else _read(keys, problems)
    choice = ContractChoice(
        contract=contract,
        store=_store(keys, problems),
        subject=_text(keys, "subject", problems) or "",
        valid_days=_days(keys, problems),
    )
    return (None if problems else choice), problems


def contract_words(contract: Sequence[str] | None, store: str | None) -> dict[str, Any]:
    """Return what flags change in a recipe: nothing where none was given.

    Parameters
    ----------
    contract : sequence of str or None
        One file, or names of templates.
    store : str or None

    Examples
    --------
    >>> contract_words(["four_fifths_rule"], "none")
    {'contract': {'templates': ['four_fifths_rule'], 'store': 'none'}}
    """
    said: dict[str, Any] = {}
    if contract:
        is_file = len(contract) == 1 and _is_file(contract[0])
        said = {"file": contract[0]} if is_file else {"templates": list(contract)}
    if store is not None:
        said["store"] = store
    return {"contract": said} if said else {}


def changed_contract(held: Any, change: Any) -> Any:
    """Return a recipe's key with a change laid over it: other promises replace those that it has.

    Parameters
    ----------
    held, change : None, str, sequence of str, mapping or ContractChoice

    Examples
    --------
    >>> changed_contract("four_fifths_rule", {"store": "none"})
    {'templates': ['four_fifths_rule'], 'store': 'none'}
    >>> changed_contract({"clauses": [], "subject": "us"}, {"templates": ["drift"]})
    {'subject': 'us', 'templates': ['drift']}
    """
    if not isinstance(held, str | list | tuple | Mapping) or not isinstance(change, Mapping):
        return change
    known = dict(_long_form(held, []))
    promises_anew = any(change.get(name) is not None for name in ("file", "templates", "clauses"))
    kept = {name: value for name, value in known.items() if name in _BESIDE or not promises_anew}
    return {**kept, **change}


def anchored_contract(held: Any, folder: Path) -> Any:
    """Return the key's plain data with relative paths joined to the recipe's folder."""
    if isinstance(held, str):
        return _joined(held, folder) if _is_file(held) else held
    if not isinstance(held, Mapping):
        return held
    changed = dict(held)
    if isinstance(held.get("file"), str):
        changed["file"] = _joined(held["file"], folder)
    if isinstance(held.get("store"), str) and _is_file_store(held["store"]):
        changed["store"] = _joined(held["store"], folder)
    return changed


def _long_form(held: Any, problems: list[Problem]) -> Mapping[str, Any]:
    """Spell out the short forms: a file or template as text, templates as a list."""
    from equitab.assurance import TEMPLATES

    if isinstance(held, str):
        if _is_file(held):
            return {"file": held}
        if held not in TEMPLATES:
            expected = "a contract's file or the name of a template"
            problems.append(
                Problem("recipe key 'contract'", expected, repr(held), closest(held, list(TEMPLATES)))
            )
        return {"templates": [held]}
    if isinstance(held, Sequence) and all(isinstance(one, str) for one in held):
        return {"templates": list(held)}
    if isinstance(held, Mapping):
        return held
    expected = "a file, names of templates, or a contract's keys"
    problems.append(Problem("recipe key 'contract'", expected, "something else"))
    return {}


def _read(keys: Mapping[str, Any], problems: list[Problem]) -> Contract | None:
    """Return the contract that the keys describe; None where they promise nothing."""
    from equitab.assurance import read_contract

    written = {key: value for key, value in keys.items() if key not in _OWN_KEYS}
    ways = [name for name, is_said in _ways(keys, written) if is_said]
    if len(ways) > 1:
        received = " and ".join(ways)
        problems.append(
            Problem("recipe key 'contract'", "a file, templates, or clauses", received, "keep one")
        )
    if len(ways) != 1:
        return None
    try:
        if keys.get("file") is not None:
            return read_contract(Path(str(keys["file"])))
        if keys.get("templates") is not None:
            return _from_templates(keys)
        return read_contract(written)
    except InputError as error:
        problems += [replace(one, where=_key_path(one.where)) for one in error.problems]
        return None


def _ways(keys: Mapping[str, Any], written: Mapping[str, Any]) -> tuple[tuple[str, bool], ...]:
    return (
        ("a file", keys.get("file") is not None),
        ("templates", keys.get("templates") is not None),
        ("clauses", bool(written)),
    )


def _from_templates(keys: Mapping[str, Any]) -> Contract:
    from equitab.assurance import contract_from_templates

    names = keys["templates"]
    features = keys.get("sensitive_features") or ()
    return contract_from_templates(
        [names] if isinstance(names, str) else list(names),
        sensitive_features=[features] if isinstance(features, str) else list(features),
    )


def _text(keys: Mapping[str, Any], name: str, problems: list[Problem]) -> str | None:
    held = keys.get(name)
    if held is None or (isinstance(held, str) and held.strip()):
        return held
    problems.append(Problem(f"recipe key 'contract.{name}'", "text", repr(held)))
    return None


def _store(keys: Mapping[str, Any], problems: list[Problem]) -> str | None:
    """Return the store's address, if it makes sense; nothing is opened."""
    from equitab.assurance import store_address

    held = _text(keys, "store", problems)
    if held is None or held == NO_STORE:
        return held
    try:
        store_address(held)
    except InputError as error:
        problems += [
            replace(one, where=f"recipe key 'contract.store': {one.where}") for one in error.problems
        ]
    return held


def _days(keys: Mapping[str, Any], problems: list[Problem]) -> int | None:
    held = keys.get("valid_days")
    if held is None or (isinstance(held, int) and not isinstance(held, bool) and held >= 1):
        return held
    problems.append(Problem("recipe key 'contract.valid_days'", "a whole number of at least 1", repr(held)))
    return None


def _key_path(where: str) -> str:
    return f"recipe key 'contract', {where}" if where else "recipe key 'contract'"


def _is_file(text: str) -> bool:
    return text.lower().endswith(_FILES) or "/" in text or os.sep in text


def _is_file_store(text: str) -> bool:
    return text != NO_STORE and "://" not in text


def _joined(location: str, folder: Path) -> str:
    return location if os.path.isabs(location) or "://" in location else str(folder / location)
