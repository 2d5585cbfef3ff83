"""Every exception that equitab raises on purpose.

The tree::

    EquitabError
    ├── InputError (ValueError)              something that was handed in cannot be used
    │   ├── TableError                       a table: its file, its columns, its rows
    │   ├── SchemaError                      what a table is said to mean
    │   ├── RecipeError                      a recipe or a command's flags
    │   ├── ConstraintError                  a request that arithmetic or a generator forbids
    │   └── ContractError                    a contract that cannot be checked as it is written
    ├── SavedFormatError (ValueError)        a saved folder is damaged or of another kind
    ├── NotFittedError (ValueError, AttributeError)
    ├── OutputExistsError (FileExistsError)  nothing is overwritten unasked
    ├── StorageError (OSError)               a disk that is full or refuses
    ├── MissingExtraError (ImportError)      an optional dependency is not installed
    └── ProtocolError (RuntimeError)         a promise of the protocol would have been broken

An `InputError` carries a list of `Problem`: everything that is wrong is said at once. Each problem says
where it is, what was expected, what was received, and what to do next. No message holds the values of a
single record or of a category with fewer than ten records, unless it is a value of a declared sensitive
feature.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

__all__ = [
    "ConstraintError",
    "ContractError",
    "EquitabError",
    "InputError",
    "MissingExtraError",
    "NotFittedError",
    "OutputExistsError",
    "Problem",
    "ProtocolError",
    "RecipeError",
    "SavedFormatError",
    "SchemaError",
    "StorageError",
    "TableError",
    "closest",
]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, in four parts.

    Parameters
    ----------
    where : str
        The place: a column, a file, a key of the recipe, a flag.
    expected : str
        What would have been accepted.
    received : str
        What came instead, counted rather than quoted.
    next_step : str, default ""
        What the reader can do about it.

    Examples
    --------
    >>> print(Problem("column 'age'", "at least two values", "one value in 120 rows", "ignore it: --ignore age"))
    column 'age': expected at least two values, received one value in 120 rows. Next: ignore it: --ignore age.
    """

    where: str
    expected: str
    received: str
    next_step: str = ""

    def __str__(self) -> str:
        end = "" if self.next_step.endswith("?") else "."
        advice = f" Next: {self.next_step.rstrip('.')}{end}" if self.next_step else ""
        return f"{self.where}: expected {self.expected}, received {self.received}.{advice}"


class EquitabError(Exception):
    """The parent of every exception that equitab raises on purpose."""


class InputError(EquitabError, ValueError):
    """Something that was handed in cannot be used; all problems at once.

    Parameters
    ----------
    problems : Problem or sequence of Problem
        At least one.

    Examples
    --------
    >>> raise TableError(Problem("column 'age'", "numbers", "text in 3 of 120 rows"))
    Traceback (most recent call last):
    ...
    equitab.errors.TableError: column 'age': expected numbers, received text in 3 of 120 rows.
    """

    problems: tuple[Problem, ...]

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(self._text())

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        """Pickle as the problems, so that the error arrives whole from another process."""
        return type(self), (self.problems,)

    def _text(self) -> str:
        if len(self.problems) == 1:
            return str(self.problems[0])
        lines = "\n".join(f"  {number}. {problem}" for number, problem in enumerate(self.problems, start=1))
        return f"{len(self.problems)} problems:\n{lines}"


class TableError(InputError):
    """A table cannot be used: its file, its columns or its rows."""


class SchemaError(InputError):
    """What a table is said to mean does not fit the table, or itself."""


class RecipeError(InputError):
    """A recipe, or the flags of a command, cannot be carried out."""


class ConstraintError(InputError):
    """A request that arithmetic forbids, or that this generator cannot honour."""


class ContractError(InputError):
    """A contract cannot be checked as it is written: its file, its clauses, its thresholds."""


class SavedFormatError(EquitabError, ValueError):
    """A saved folder is damaged, of another kind, or of a version that this release does not read."""


class NotFittedError(EquitabError, ValueError, AttributeError):
    """A generator, encoder or model was used before `fit`."""


class OutputExistsError(EquitabError, FileExistsError):
    """The place to write to exists, and nobody asked to overwrite it."""


class StorageError(EquitabError, OSError):
    """The storage is full or refuses; what had been written of the unfinished file was removed."""


class MissingExtraError(EquitabError, ImportError):
    """An optional dependency is not installed.

    Parameters
    ----------
    extra : str
        The extra of equitab that brings it.
    purpose : str
        What it is needed for.

    Examples
    --------
    >>> raise MissingExtraError("torch", "the generator 'tabddpm'")
    Traceback (most recent call last):
    ...
    equitab.errors.MissingExtraError: the generator 'tabddpm' needs the extra 'torch': pip install 'equitab[torch]'
    """

    def __init__(self, extra: str, purpose: str) -> None:
        self.extra, self.purpose = extra, purpose
        super().__init__(f"{purpose} needs the extra '{extra}': pip install 'equitab[{extra}]'")

    def __reduce__(self) -> tuple[type[MissingExtraError], tuple[str, str]]:
        return type(self), (self.extra, self.purpose)


class ProtocolError(EquitabError, RuntimeError):
    """A promise of the protocol would have been broken, so the work was stopped."""


def closest(word: object, possibilities: Sequence[object]) -> str:
    """Return advice that names the closest of some possibilities, or lists a few of them.

    Parameters
    ----------
    word : object
        What was received.
    possibilities : sequence of object
        What would have been accepted.

    Returns
    -------
    str
        For example ``did you mean 'sex'?``; empty when nothing is possible.

    Examples
    --------
    >>> closest("sexx", ["age", "sex"])
    "did you mean 'sex'?"
    >>> closest("q", ["age", "sex"])
    "possible: 'age', 'sex'"
    """
    names = [str(possibility) for possibility in possibilities]
    lowered = {name.lower(): name for name in reversed(names)}
    matches = get_close_matches(str(word).lower(), lowered, n=1, cutoff=0.6)
    if matches:
        return f"did you mean {lowered[matches[0]]!r}?"
    if not names:
        return ""
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return "possible: " + ", ".join(repr(name) for name in names[:8]) + more
