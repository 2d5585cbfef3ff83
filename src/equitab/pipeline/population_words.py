"""Which population is wanted, gathered from flags, a YAML file and another population's table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equitab.augmentation import Margins, margins_of
from equitab.augmentation.margins import REST
from equitab.errors import InputError, Problem, RecipeError
from equitab.pipeline.schema_choice import split_assignment
from equitab.pipeline.table_source import open_table
from equitab.pipeline.yaml_text import read_mapping
from equitab.schema import TableSchema


@dataclass(frozen=True, kw_only=True)
class PopulationWords:
    """What flags say about a population, as text.

    Parameters
    ----------
    margin : sequence of str or None
        ``COLUMN=VALUE:SHARE,VALUE:SHARE``; ``*`` stands for all other values; several columns, and their
        values, are joined by ``+``.
    margins : str, Path, mapping or None
        A YAML file, or what it holds: column to a mapping of value to share.
    margins_from : table, location or None
        Another population's rows.
    margin_columns : sequence of str or None
        The columns of `margins_from` whose shares are taken, also separated by commas; joined by ``+`` for
        their joint shares.
    bins : sequence of str or None
        ``COLUMN=CUT,CUT``: cut points for columns of numbers among them; fifths otherwise.
    shift : sequence of str or None
        ``COLUMN=+5`` (the mean moves by it) or ``COLUMN=to 45``.

    Examples
    --------
    >>> words = PopulationWords(margin=["sex=F:60%,M:40%"], shift=["age=+5"])
    >>> bool(words), bool(PopulationWords())
    (True, False)
    """

    margin: Sequence[str] | None = None
    margins: str | Path | Mapping[str, Any] | None = None
    margins_from: Any = None
    margin_columns: Sequence[str] | None = None
    bins: Sequence[str] | None = None
    shift: Sequence[str] | None = None

    def __bool__(self) -> bool:
        return any(value is not None and not _is_empty(value) for value in vars(self).values())

    def word_problems(self) -> list[Problem]:
        """Return what is wrong with flags and file, whatever the generator learned."""
        problems: list[Problem] = []
        _collected(problems, self._from_flags)
        _collected(problems, self._from_file)
        return problems

    def resolve(self, schema: TableSchema) -> Margins:
        """Return the margins that were said.

        Parameters
        ----------
        schema : TableSchema
            Of the generator: what the columns mean.

        Raises
        ------
        InputError
            With everything that is wrong in flags, file and table.
        """
        problems: list[Problem] = []
        parts = [
            _collected(problems, self._from_flags),
            _collected(problems, self._from_file),
            _collected(problems, lambda: self._from_table(schema)),
        ]
        if problems:
            raise RecipeError(problems)
        shares = tuple(margin for part in parts for margin in part.shares)
        return Margins(shares, tuple(shift for part in parts for shift in part.shifts))

    def _from_flags(self) -> Margins:
        problems: list[Problem] = []
        shares = _by_column(self.margin or (), "--margin", problems)
        shifts = _by_column(self.shift or (), "--shift", problems)
        entries = {name: _shares(name, text, problems) for name, text in shares.items()}
        if problems:
            raise RecipeError(problems)
        return Margins.from_dict(entries, shifts=shifts)

    def _from_file(self) -> Margins:
        if self.margins is None:
            return Margins()
        if isinstance(self.margins, Mapping):
            return Margins.from_dict(self.margins)
        path = Path(self.margins)
        if not path.is_file():
            advice = "write one: a line such as sex: {Female: 0.5, Male: 0.5}"
            raise RecipeError(Problem(f"margins {str(path)!r}", "a YAML file", "none", advice))
        return Margins.from_dict(read_mapping(path, what="margins"))

    def _from_table(self, schema: TableSchema) -> Margins:
        columns = [
            name.strip() for text in self.margin_columns or () for name in text.split(",") if name.strip()
        ]
        problems: list[Problem] = []
        cuts = {
            name: _numbers(name, text, problems)
            for name, text in _by_column(self.bins or (), "--bins", problems).items()
        }
        if self.margins_from is None and (columns or cuts):
            flag = "--margin-columns" if columns else "--bins"
            problems.append(
                Problem(f"flag {flag}", "a table to read margins from", "none", "add --margins-from FILE")
            )
        if self.margins_from is not None and not columns:
            advice = (
                f"say which, for example --margin-columns {','.join(schema.sensitive_names) or 'sex,age'}"
            )
            problems.append(Problem("flag --margins-from", "columns whose shares are taken", "none", advice))
        if problems:
            raise RecipeError(problems)
        if self.margins_from is None:
            return Margins()
        return margins_of(open_table(self.margins_from).frame, schema, columns, bins=cuts)


def _is_empty(value: Any) -> bool:
    return isinstance(value, list | tuple | dict | str) and len(value) == 0


def _collected(problems: list[Problem], read: Any) -> Margins:
    try:
        found: Margins = read()
    except InputError as error:
        problems += error.problems
        return Margins()
    return found


def _by_column(words: Sequence[str], flag: str, problems: list[Problem]) -> dict[str, str]:
    """Return column to text; flags without ``=`` and columns said twice are problems."""
    found: dict[str, str] = {}
    for word in words:
        try:
            name, text = split_assignment(word, flag=flag)
        except RecipeError as error:
            problems += error.problems
            continue
        if name in found:
            problems.append(Problem(f"flag {flag} {name}", "one for a column", "several"))
        found[name] = text
    return found


def _shares(name: str, text: str, problems: list[Problem]) -> dict[str, str | None]:
    """Return value to share of ``VALUE:SHARE,VALUE:SHARE,*``."""
    found: dict[str, str | None] = {}
    for entry in text.split(","):
        value, colon, share = entry.rpartition(":")
        if entry.strip() == REST:
            found[REST] = None
        elif not colon or not value.strip():
            advice = "put values that hold commas or colons into a YAML file: --margins"
            expected = "VALUE:SHARE pairs separated by commas"
            problems.append(Problem(f"flag --margin {name}", expected, "an entry without a colon", advice))
        elif value.strip() in found:
            problems.append(Problem(f"flag --margin {name}, {value.strip()!r}", "one share", "several"))
        else:
            found[value.strip()] = share
    return found


def _numbers(name: str, text: str, problems: list[Problem]) -> list[float]:
    try:
        return [float(cut) for cut in text.split(",")]
    except ValueError:
        advice = "--bins age=25,60"
        problems.append(Problem(f"flag --bins {name}", "numbers separated by commas", repr(text), advice))
        return []
