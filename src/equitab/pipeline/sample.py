"""Drawing rows from a saved generator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from equitab.dataframe import as_frame
from equitab.errors import Problem, RecipeError
from equitab.pipeline.run_folder import RUN_FILE
from equitab.pipeline.schema_choice import split_assignment
from equitab.pipeline.table_source import open_table
from equitab.pipeline.written_rows import WrittenRows, keep_rows

GENERATOR_FILE = "generator.json"


def sample(
    generator: str | Path,
    n_rows: int | None = None,
    *,
    given: Mapping[str, Any] | Sequence[str] | None = None,
    given_table: Any = None,
    seed: int,
    out: str | Path | None = None,
    overwrite: bool = False,
) -> WrittenRows:
    """Draw rows from a saved generator.

    Parameters
    ----------
    generator : str or Path
        The folder of a generator, or of a run.
    n_rows : int, optional
        Left out when `given_table` is given.
    given : mapping, or sequence of ``column=value``, optional
        Values that every row has; text is cast to the column's type.
    given_table : table or location, optional
        One row of values for each wanted row.
    seed : int
        Same seed, same machine, same rows.
    out : str or Path, optional
        A file to write.
    overwrite : bool, default False

    Returns
    -------
    WrittenRows

    Raises
    ------
    SavedFormatError
        If there is no generator, or it is damaged.
    RecipeError
        If both or neither of `n_rows` and `given_table` are given.
    ConstraintError
        If the generator cannot be asked for these values.
    """
    from equitab.generators import load_generator

    wanted = _wanted(n_rows, given, given_table)
    loaded = load_generator(generator_folder(generator))
    rows = loaded.sample(n_rows, given=wanted, seed=seed)
    return keep_rows(as_frame(rows), out, overwrite=overwrite)


def generator_folder(place: str | Path) -> Path:
    """Return the folder of a generator: the place itself, or ``generator/`` in a run's folder."""
    path = Path(place)
    is_run = (path / RUN_FILE).exists() and not (path / GENERATOR_FILE).exists()
    return path / "generator" if is_run else path


def _wanted(n_rows: int | None, given: Any, given_table: Any) -> Any:
    """Return what the generator is asked for: nothing, a mapping, or a table."""
    if given and given_table is not None:
        raise RecipeError(
            Problem("flags", "--given or --given-table", "both", "put the values into the table")
        )
    if given_table is not None:
        return open_table(given_table).frame
    if n_rows is None:
        raise RecipeError(
            Problem("flags", "--rows, or --given-table", "neither", "say how many: --rows 1000")
        )
    if given is None or isinstance(given, Mapping):
        return given
    return _values(given)


def _values(words: Sequence[str]) -> dict[str, str]:
    pairs = [split_assignment(word, flag="--given") for word in words]
    names = [name for name, _ in pairs]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        problems = [Problem(f"flag --given {name}", "one value for a column", "several") for name in repeated]
        raise RecipeError(problems)
    return dict(pairs)
