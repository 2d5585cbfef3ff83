"""Filling the missing cells of a table, as a stage of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from equitab.augmentation import (
    STRATEGIES,
    ImputationStrategy,
    ImputedCount,
    ImputedTable,
    count_imputed,
    impute,
    missing_cells,
)
from equitab.dataframe import Frame, TableTemplate, write_table
from equitab.errors import OutputExistsError, Problem, RecipeError, closest
from equitab.evaluation import Measurement, MeasurementSettings, measure_labels, measure_shift
from equitab.pipeline.fit import generator_remarks
from equitab.pipeline.impute_check import DEFAULT_MODELS, CheckSettings, check_errors, check_models
from equitab.pipeline.impute_generator import Filler
from equitab.pipeline.measurement_files import save_measurements
from equitab.pipeline.progress import Progress, StageProgress
from equitab.pipeline.schema_resolution import SchemaSource, resolve_schema
from equitab.pipeline.table_source import OpenedTable, open_table
from equitab.schema import TableSchema, validate_table

MOSTLY = 0.5
"""A column that misses a larger share of its cells may not apply to everybody."""


@dataclass(frozen=True, eq=False)
class ImputeResult:
    """A table whose missing cells were filled, and how well.

    Attributes
    ----------
    table : ImputedTable
    name : str
        The table that was read.
    generator : str
        Who filled it.
    counts : tuple of ImputedCount
        Filled cells per column, for everybody and each group.
    measurements : tuple of Measurement
        Stage ``imputation``: how each column's distribution moved, in each group; with a check the error of filled
        cells. Stage ``audit``: the outcome itself, where it was filled. Stage ``test``: models trained on filled rows.
    place : Path or None
        Where the table was written.
    remarks : tuple of str
    """

    table: ImputedTable
    name: str
    generator: str
    counts: tuple[ImputedCount, ...]
    measurements: tuple[Measurement, ...]
    place: Path | None = None
    remarks: tuple[str, ...] = ()

    @property
    def frame(self) -> Frame:
        """The rows as they are written: several draws under each other, with ``equitab_draw``."""
        return self.table.stacked

    @property
    def summary(self) -> str:
        """One sentence: what was filled, by whom."""
        draws = f", {self.table.n_draws} times" if self.table.n_draws > 1 else ""
        return (
            f"{self.name}: {self.table.n_imputed:,} missing cells in {len(self.table.is_imputed):,} rows filled by "
            f"{self.generator} ({self.table.strategy}{draws})."
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "file": None if self.place is None else str(self.place),
            "rows": len(self.table.is_imputed),
            "draws": self.table.n_draws,
            "generator": self.generator,
            "strategy": self.table.strategy,
            "cells_filled": self.table.counts,
            "groups": [asdict(held) for held in self.counts],
            "measurements": [asdict(held) for held in self.measurements],
            "remarks": list(self.remarks),
        }


def impute_table(
    table: Any,
    schema: SchemaSource = None,
    *,
    generator: Mapping[str, Any] | str | Path | None = None,
    columns: Sequence[str] | None = None,
    strategy: ImputationStrategy = "draw",
    n_draws: int | None = None,
    check: bool = False,
    hide_share: float = 0.1,
    models: Sequence[str] | None = None,
    out: str | Path | None = None,
    mask: str | Path | None = None,
    measurements: str | Path | None = None,
    seed: int,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> ImputeResult:
    """Fill the missing cells of a table, and measure what that does.

    Parameters
    ----------
    table : table or location
    schema : TableSchema, mapping of its keys, or path, optional
        What is not said is guessed; with a saved generator and nothing said, its schema is taken.
    generator : mapping, str or Path, optional
        The folder of a saved generator (or of a run), or a name or the keys of a recipe's generator, which then
        learns this table; ``boosted_trees`` when not given.
    columns : sequence of str, optional
        The columns to fill; all that have missing cells, but for the target, when not given.
    strategy : {"draw", "mean", "median", "mode"}
        As in `equitab.augmentation.impute`.
    n_draws : int, optional
        For ``draw``: how many completed tables. They are written under each other, numbered in ``equitab_draw``.
    check : bool, default False
        Also hide known cells, fill them and compare with the truth, beside simple ways of filling; and train models
        on complete rows, on filled rows and on simply filled rows, and judge them on held-out real rows. A generator
        that is not saved learns twice more for that.
    hide_share : float, default 0.1
        The share of each column's known cells that a check hides.
    models : sequence of str, optional
        Who is trained in a check; logistic regression and gradient boosting when not given.
    out, mask, measurements : str or Path, optional
        Files for the filled table, for a table of the same columns that is true where a cell was filled, and for the
        measurements.
    seed : int
    overwrite : bool, default False
    progress : callable, optional

    Returns
    -------
    ImputeResult

    Raises
    ------
    RecipeError, TableError, SchemaError, ConstraintError
        Everything that is wrong with what was asked for.
    OutputExistsError
        If a file exists; nothing is done then.
    """
    _check_request(strategy, n_draws, check, hide_share, (out, mask, measurements), overwrite)
    stages = StageProgress(progress, n_stages=5 if check else 3)
    stages.begin("reading the table")
    filler = Filler.of(generator)
    opened, resolved = _read(table, schema, filler)
    frame = opened.frame
    warnings = _findings(frame, resolved, filler)
    wanted = _wanted(frame, resolved, columns)
    n_cells = int(missing_cells(frame, resolved, wanted).sum())
    stages.finish(f"{len(frame):,} rows, {n_cells:,} cells to fill")
    stages.begin(f"learning the table with {filler.choice.name}")
    fitted = filler.fitted(frame, resolved, seed=seed, stages=stages) if n_cells else None
    stages.finish("" if n_cells else "nothing to fill")
    stages.begin("filling missing cells")
    native = opened.template.restore(frame)
    if fitted is None:
        filled = _untouched(native, frame, wanted, strategy)
    else:
        filled = impute(
            native, resolved, fitted, columns=wanted, strategy=strategy, n_draws=n_draws, seed=seed
        )
    found = _table_measurements(frame, filled, resolved, seed)
    stages.finish(f"{filled.n_imputed:,} cells")
    learned = () if fitted is None else generator_remarks(fitted)
    said = [*opened.notes, *resolved.notes, *warnings, *learned, *filled.remarks, *_mostly_empty(filled)]
    if check:
        settings = CheckSettings(strategy, n_draws, hide_share, tuple(models or DEFAULT_MODELS), seed)
        checked = wanted or tuple(name for name in resolved.feature_columns if name in frame.columns)
        for measure in (check_errors, check_models):
            measured, remarks = measure(frame, resolved, filler, checked, settings, stages)
            found, said = [*found, *measured], [*said, *remarks]
    place = _write(filled, found, out, mask, measurements, overwrite)
    counts = tuple(count_imputed(filled, native, resolved))
    return ImputeResult(
        filled, opened.name, filler.choice.name, counts, tuple(found), place, tuple(dict.fromkeys(said))
    )


def _read(table: Any, schema: SchemaSource, filler: Filler) -> tuple[OpenedTable, TableSchema]:
    """Return the table and its schema; that of a saved generator where nothing else is said."""
    opened = open_table(table)
    if filler.saved is not None and not schema:
        return opened, filler.saved.schema_
    return opened, resolve_schema(opened.frame, schema)


def _findings(frame: Frame, schema: TableSchema, filler: Filler) -> list[str]:
    """Return warnings about the table; a saved generator may know a feature of which it has no value at all."""
    features = [name for name in schema.feature_columns if name in frame.columns and filler.saved is not None]
    is_missing = missing_cells(frame, schema, features)
    empty = [name for name, held in zip(features, is_missing.T, strict=True) if held.all()]
    empty = [name for name in empty if name not in (*schema.sensitive_names, *schema.control_features)]
    checked = schema.with_changes(ignore=(*schema.ignore, *empty))
    return [str(held) for held in validate_table(frame, checked) if held.severity == "warning"]


def _wanted(frame: Frame, schema: TableSchema, columns: Sequence[str] | None) -> tuple[str, ...]:
    """Return the columns to fill."""
    offered = [name for name in frame.columns if name in schema.modeled_columns]
    if columns is None:
        n_missing = missing_cells(frame, schema, offered).sum(axis=0)
        return tuple(name for name, n in zip(offered, n_missing, strict=True) if n and name != schema.target)
    problems = [
        Problem(
            f"column {name!r}",
            "a column that can be filled",
            "no such column, or one that takes no part",
            advice,
        )
        for name in columns
        if name not in offered
        for advice in [closest(name, offered)]
    ]
    if problems:
        raise RecipeError(problems)
    return tuple(name for name in offered if name in set(columns))


def _mostly_empty(filled: ImputedTable) -> list[str]:
    """Return a remark for each column that misses more cells than it has."""
    n_rows = len(filled.is_imputed)
    return [
        f"column {name!r}: {n / n_rows:.0%} of the cells were missing; where an empty cell means that the column does "
        f"not apply to the person, leave it empty: name the columns to fill"
        for name, n in filled.counts.items()
        if n > MOSTLY * n_rows
    ]


def _untouched(
    native: Any, frame: Frame, wanted: tuple[str, ...], strategy: ImputationStrategy
) -> ImputedTable:
    """Return a table in which there is nothing to fill."""
    remark = "no missing cells in the columns to fill: the table comes back as it is"
    nothing = np.zeros((len(frame), len(wanted)), dtype=bool)
    return ImputedTable((frame,), TableTemplate.of(native), wanted, nothing, strategy, (remark,))


def _table_measurements(
    frame: Frame, filled: ImputedTable, schema: TableSchema, seed: int
) -> list[Measurement]:
    """Return how columns moved in each group, and the outcome of each group where outcomes were filled."""
    settings, treatment = MeasurementSettings(seed=seed), f"imputed_{filled.strategy}"
    moved = [name for name, n in filled.counts.items() if n]
    after = filled.frames[0]
    found = measure_shift(frame, after, moved, schema, treatment=treatment, settings=settings)
    if schema.target in moved:
        found += measure_labels(frame, schema, treatment="original", settings=settings)
        found += measure_labels(after, schema, treatment=treatment, settings=settings)
    return found


def _write(
    filled: ImputedTable,
    found: Sequence[Measurement],
    out: str | Path | None,
    mask: str | Path | None,
    measurements: str | Path | None,
    overwrite: bool,
) -> Path | None:
    if mask is not None:
        write_table(filled.mask, mask, overwrite=overwrite)
    if measurements is not None:
        save_measurements(found, measurements, overwrite=overwrite)
    if out is not None:
        write_table(filled.stacked, out, overwrite=overwrite)
    return None if out is None else Path(out)


def _check_request(
    strategy: str,
    n_draws: int | None,
    check: bool,
    hide_share: float,
    places: Sequence[str | Path | None],
    overwrite: bool,
) -> None:
    """Refuse what cannot be done before anything is read."""
    problems = []
    if strategy not in STRATEGIES:
        advice = closest(strategy, STRATEGIES)
        problems.append(Problem("strategy", "a known one", repr(strategy), advice))
    if n_draws is not None and n_draws < 1:
        problems.append(Problem("number of draws", "a whole number of at least 1", repr(n_draws)))
    if check and not 0 < hide_share < 1:
        problems.append(Problem("share of cells to hide", "a number above 0 and below 1", f"{hide_share}"))
    named = [str(place) for place in places if place is not None]
    if len(set(named)) < len(named):
        problems.append(Problem("files to write", "a name of its own for each", "one name for two of them"))
    if problems:
        raise RecipeError(problems)
    for place in named:
        if Path(place).exists() and not overwrite:
            raise OutputExistsError(
                f"{place!r} exists. Next: --overwrite replaces it, or choose another name."
            )
