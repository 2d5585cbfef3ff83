"""The constraints of a recipe: read from plain data, with the key path of everything that is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from equitab.errors import ConstraintError, Problem
from equitab.schema import FairnessConstraint

_LISTS = ("sensitive_features", "places")
_PLACE = re.compile(r"constraint(?: '[^']*')?(?:, (?:key )?)?(?P<key>.*)")


def read_constraints(data: Any) -> tuple[tuple[FairnessConstraint, ...], list[Problem]]:
    """Return the constraints that a recipe's key ``constraints`` holds, and what is wrong with it.

    Parameters
    ----------
    data : sequence
        Of criteria, mappings of a constraint's keys, or constraints.

    Examples
    --------
    >>> found, problems = read_constraints(["demographic_parity", {"criterion": "equalised_odds"}])
    >>> found[0].tolerance, str(problems[0])
    (0.02, "recipe key 'constraints[1].criterion': expected a known criterion, received 'equalised_odds'. \
Next: did you mean 'equalized_odds'?")
    """
    found: list[FairnessConstraint] = []
    problems: list[Problem] = []
    for place, item in enumerate(data):
        path = f"constraints[{place}]"
        wrong = list(_form_problems(item, path))
        problems += wrong
        if wrong:
            continue
        try:
            found.append(item if isinstance(item, FairnessConstraint) else FairnessConstraint.from_dict(item))
        except ConstraintError as error:
            problems += [replace(one, where=_key_path(one.where, path)) for one in error.problems]
    return tuple(found), problems


def _form_problems(item: Any, path: str) -> Iterator[Problem]:
    """Yield what is no constraint at all, before its values are looked at."""
    if isinstance(item, FairnessConstraint | str):
        return
    if not isinstance(item, Mapping):
        received = "nothing" if item is None else "a list" if isinstance(item, list | tuple) else repr(item)
        yield Problem(f"recipe key '{path}'", "a criterion, or the keys of a constraint", received)
        return
    for name in _LISTS:
        held = item.get(name, ())
        if not isinstance(held, str) and not _is_list_of(held, str):
            yield Problem(f"recipe key '{path}.{name}'", "a list of names", repr(held))
    strengths = item.get("group_strengths", ())
    if not isinstance(strengths, Mapping) and not _is_list_of(strengths, list, tuple, length=2):
        yield Problem(
            f"recipe key '{path}.group_strengths'", "a mapping of groups to numbers", "another form"
        )


def _is_list_of(held: Any, *kinds: Any, length: int | None = None) -> bool:
    return (
        isinstance(held, Sequence)
        and not isinstance(held, str)
        and all(isinstance(one, kinds) and length in (None, len(one)) for one in held)
    )


def _key_path(where: str, path: str) -> str:
    """Return where in a recipe a constraint's problem lies."""
    matched = _PLACE.fullmatch(where)
    key = matched["key"].strip("'") if matched else ""
    return f"recipe key '{path}.{key or 'criterion'}'"
