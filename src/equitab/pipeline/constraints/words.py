"""Which fairness is asked for, gathered from flags and laid over what a recipe says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from equitab.errors import Problem, RecipeError, closest
from equitab.pipeline.constraints.recipe_items import read_constraints
from equitab.schema import Criterion, FairnessConstraint

_CRITERIA: tuple[str, ...] = get_args(Criterion)


@dataclass(frozen=True, kw_only=True)
class ConstraintWords:
    """What flags say about constraints, as text.

    Parameters
    ----------
    constraint : sequence of str or None
        ``CRITERION``, for all sensitive features taken together, or ``CRITERION=FEATURE,FEATURE``.
    tolerance, bound, strength : sequence of str or None
        A number for all constraints that take one, or ``CRITERION=NUMBER`` for those of one criterion.
    aim, mapping : str or None
    place : sequence of str or None

    Examples
    --------
    >>> words = ConstraintWords(constraint=["demographic_parity=sex,race"], tolerance=["0.05"])
    >>> (one,) = words.constraints()
    >>> one.name, one.tolerance
    ('demographic_parity over sex × race', 0.05)
    """

    constraint: Sequence[str] | None = None
    tolerance: Sequence[str] | None = None
    bound: Sequence[str] | None = None
    strength: Sequence[str] | None = None
    aim: str | None = None
    place: Sequence[str] | None = None
    mapping: str | None = None

    def __bool__(self) -> bool:
        return any(bool(value) for value in vars(self).values())

    def constraints(
        self, *, places: tuple[str, ...] = ("sampling",), known: Sequence[Any] = ()
    ) -> tuple[FairnessConstraint, ...]:
        """Return the constraints that were asked for.

        Parameters
        ----------
        places : tuple of str, default ("sampling",)
            Where they are enforced unless ``--place`` says otherwise.
        known : sequence, optional
            Constraints of a recipe, which the flags change; used where ``--constraint`` names none.

        Raises
        ------
        RecipeError
            With everything that is wrong.
        """
        problems: list[Problem] = []
        items = self.over(known, problems, places=places)
        found, wrong = read_constraints(items)
        if problems or wrong:
            raise RecipeError([*problems, *(as_flag(one, items) for one in wrong)])
        return found

    def over(
        self, known: Any, problems: list[Problem], *, places: tuple[str, ...] | None = None
    ) -> list[Any]:
        """Return constraints as plain data: those of a recipe, or of ``--constraint``, with the flags laid over.

        Parameters
        ----------
        known : sequence
            What the recipe's key ``constraints`` holds, unchecked.
        problems : list of Problem
            To which is added what is wrong with the flags.
        places : tuple of str, optional
            As for `constraints`.
        """
        listed = [known] if isinstance(known, str | Mapping | FairnessConstraint) else list(known or ())
        items = [_asked(word) for word in self.constraint] if self.constraint else [_plain(x) for x in listed]
        if not items and self:
            advice = "name one: --constraint demographic_parity"
            flags = ", ".join(f"--{name}" for name, held in vars(self).items() if held)
            problems.append(Problem(f"flag {flags}", "a constraint", "none", advice))
        for item in items if self.constraint else ():
            if places is not None:
                item["places"] = list(places)
        self._lay_choices(items)
        for name in ("tolerance", "bound", "strength"):
            _lay_numbers(items, name, getattr(self, name) or (), problems)
        return items

    def _lay_choices(self, items: list[Any]) -> None:
        choices = {"aim": self.aim, "mapping": self.mapping, "places": list(self.place or ()) or None}
        for item in items:
            if isinstance(item, dict):
                item.update({name: value for name, value in choices.items() if value is not None})


def _asked(word: str) -> dict[str, Any]:
    """Return a constraint's keys from ``CRITERION=FEATURE,FEATURE``."""
    criterion, _, features = word.partition("=")
    names = [name.strip() for name in features.split(",") if name.strip()]
    return {"criterion": criterion.strip(), **({"sensitive_features": names} if names else {})}


def _plain(item: Any) -> Any:
    if isinstance(item, FairnessConstraint):
        return item.to_dict()
    return {"criterion": item} if isinstance(item, str) else dict(item) if isinstance(item, Mapping) else item


def _lay_numbers(items: list[Any], name: str, words: Sequence[str], problems: list[Problem]) -> None:
    """Put numbers into the constraints that they are for; a criterion's own number beats the common one."""
    for criterion, number in sorted(_numbers(name, words, problems).items()):
        taken = [item for item in items if isinstance(item, dict) and _takes(item, name, criterion)]
        if not taken:
            whom = f" {criterion}" if criterion else ""
            advice = closest(criterion, _CRITERIA) if criterion else "leave it out"
            problems.append(Problem(f"flag --{name}{whom}", "a constraint that takes it", "none", advice))
        for item in taken:
            item[name] = number


def _takes(item: Mapping[str, Any], name: str, criterion: str) -> bool:
    """Return whether a number is for a constraint: a common bound is for those that have one."""
    held = item.get("criterion", "demographic_parity")
    if criterion:
        return bool(held == criterion)
    return name != "bound" or held in {"minimum_rate", "bounded_proxies"}


def _numbers(name: str, words: Sequence[str], problems: list[Problem]) -> dict[str, float]:
    """Return criterion (empty for all) to number; what is no number or said twice is a problem."""
    found: dict[str, float] = {}
    for word in words:
        criterion, _, text = word.rpartition("=")
        try:
            number = float(text)
        except ValueError:
            expected = "a number, or CRITERION=NUMBER"
            problems.append(Problem(f"flag --{name}", expected, repr(word), f"--{name} 0.05"))
            continue
        if criterion.strip() in found:
            advice = f"one number for all, or --{name} CRITERION=NUMBER for each"
            problems.append(Problem(f"flag --{name}", "one number for a criterion", "several", advice))
        found[criterion.strip()] = number
    return found


def as_flag(problem: Problem, items: Sequence[Any]) -> Problem:
    """Return a problem of a recipe's key ``constraints`` as one of the flag that it came from."""
    where = problem.where.removeprefix("recipe key 'constraints").removesuffix("'")
    place, _, key = where.partition("].")
    number = place.removeprefix("[")
    held = items[int(number)] if number.isdigit() else None
    criterion = held.get("criterion") if isinstance(held, dict) else held
    flag = {"criterion": "--constraint", "places": "--place", "sensitive_features": "--constraint"}
    return replace(problem, where=f"flag {flag.get(key, f'--{key}')} of {criterion!r}")
