"""Boosted trees, column by column, behind the protocol of every generator."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import numpy as np

from equitab.dataframe import Frame, TableTemplate, as_frame, concatenate
from equitab.encoding import CategoricalColumn, EncodedTable, TableEncoder, replace_rare_categories
from equitab.errors import ConstraintError, NotFittedError, Problem, RecipeError, TableError
from equitab.generators.autoregressive.boosting import BoostingSettings
from equitab.generators.autoregressive.chain import Chain, CodedColumn, fit_chain
from equitab.generators.autoregressive.columns import CategoryChoices, fit_columns
from equitab.generators.autoregressive.conditions import Missing, Unseen, asked_of, resolve_unseen
from equitab.generators.autoregressive.drawing import Asked, draw_rows, n_candidates_for
from equitab.generators.autoregressive.persistence import (
    chain_arrays,
    chain_from_saved,
    chain_to_dict,
    write_trees,
)
from equitab.generators.autoregressive.probability import (
    ColumnProbabilities,
    column_shares,
    row_log_likelihood,
)
from equitab.generators.autoregressive.rare_values import RareValues, describe_protection
from equitab.generators.autoregressive.support import Support, find_support
from equitab.generators.base import Given
from equitab.generators.fit_inputs import FitInputs, read_fit_inputs, refuse_constraints
from equitab.generators.given import GivenRows, read_given
from equitab.generators.saved_form import SavedGenerator, read_generator, write_generator
from equitab.schema import TableSchema

BLOCK_ROWS = 8192
"""Rows (or candidates for rows) that are drawn together; part of what a seed means."""

CHUNK_BLOCKS = 16
IDENTIFIER_SHARE = 0.9
IDENTIFIER_ROWS = 50

PresetName = Literal["fast", "quality"]
PRESETS: dict[str, BoostingSettings] = {
    "fast": BoostingSettings(),
    "quality": BoostingSettings(learning_rate=0.1, patience=20),
}


class BoostedTrees:
    """Learns every column from those before it with boosted trees, and draws rows column by column.

    The generator to begin with: it learns Adult's 32,561 rows in about ten seconds on two cores, can be asked for
    any columns, and tells probabilities.

    Parameters
    ----------
    preset : {"fast", "quality"}, default "fast"
    rare_rows : int, default 5
        Categories of fewer rows are neither stored nor drawn, and the range of a number ends at the value that so
        many rows reach; not of the target, the sensitive features and `condition_on`. 0 switches this off.
    n_jobs : int, optional
        Threads; all cores that the process may use when not given. Changes nothing but the time.
    progress : callable, optional
        Called while learning with (choices done, number of choices, seconds left, mean held-out loss so far).

    Attributes
    ----------
    conditionable_columns_ : tuple of str
        All columns. Asking for those in `condition_on` is exact and costs nothing; asking for others draws
        several candidates for each row.
    rare_values_ : tuple of RareValues
        What was protected, with the share of every sensitive group that it touches.
    record_ : dict
        Seconds, trees and the order of the columns.
    remarks_ : tuple of str
        What a reader should know about the fit.
    schema_ : TableSchema

    Notes
    -----
    See the neighbouring modules in the order of the theory: `cells` and `columns` (a column as choices),
    `boosting` (a choice as trees), `chain` (a table as choices), `drawing` (rows, with some columns given),
    `probability`. Nothing that is saved holds a training row: numbers come from an interpolated quantile grid.

    Examples
    --------
    >>> import pandas as pd
    >>> from equitab.schema import Column, TableSchema
    >>> people = pd.DataFrame({"age": [31, 47, 52, 29] * 50, "hired": ["yes", "no", "yes", "no"] * 50})
    >>> columns = Column("age", "integer"), Column("hired", "categorical")
    >>> schema = TableSchema(columns, "hired", favorable_outcome=("yes",))
    >>> trees = BoostedTrees().fit(people, schema, seed=0)
    >>> set(trees.sample(20, given={"hired": "yes"}, seed=1)["age"]) == {31, 52}
    True
    >>> trees.probabilities(people[["age"]].head(1), "hired").of("yes").round(1).tolist()
    [1.0]
    """

    name = "boosted_trees"
    conditionable_columns_: tuple[str, ...]
    rare_values_: tuple[RareValues, ...]
    record_: dict[str, Any]
    remarks_: tuple[str, ...]
    schema_: TableSchema

    def __init__(
        self,
        preset: PresetName = "fast",
        *,
        rare_rows: int = 5,
        n_jobs: int | None = None,
        progress: Callable[[int, int, float | None, float], None] | None = None,
    ) -> None:
        self.preset = preset
        self.rare_rows = rare_rows
        self.n_jobs = n_jobs
        self.progress = progress

    def fit(
        self,
        table: Any,
        schema: TableSchema,
        *,
        condition_on: Sequence[str] | None = None,
        sample_weight: np.ndarray | None = None,
        constraints: Sequence[Any] = (),
        max_seconds: float | None = None,
        seed: int,
    ) -> BoostedTrees:
        """Learn the modeled columns of a table; see `Generator`.

        Parameters
        ----------
        condition_on : sequence of str, optional
            Columns that stand first in the chain; the sensitive features and the target when not given.

        Raises
        ------
        TableError
            If a column holds free text or codes of single people, or cannot be learned.
        """
        started = time.monotonic()
        self._check_options()
        wanted = _default_conditions(schema) if condition_on is None else condition_on
        inputs = read_fit_inputs(
            table,
            schema,
            generator=self.name,
            condition_on=wanted,
            sample_weight=sample_weight,
            constraints=constraints,
        )
        exempt = tuple(dict.fromkeys([*inputs.condition_on, schema.target, *schema.sensitive_names]))
        _refuse_identifiers(inputs.frame, schema, exempt)
        safe, protected = replace_rare_categories(
            inputs.frame, schema, fewest_rows=self.rare_rows, exempt=exempt
        )
        encoder = TableEncoder().fit(
            safe,
            schema,
            keep=exempt,
            point_masses="spikes",
            protected_rows=self.rare_rows,
            sample_weight=inputs.weights,
        )
        encoded = encoder.encode(safe, seed=seed)
        columns = fit_columns(encoder, encoded)
        first = [name for name in inputs.condition_on if name in columns]
        order = [*first, *(name for name in columns if name not in first)]
        chain = fit_chain(
            columns,
            order,
            encoded,
            redrawn=(schema.target,) if schema.target in first and schema.target in columns else (),
            left_out=protected,
            weights=inputs.weights,
            settings=PRESETS[self.preset],
            n_jobs=self._n_jobs(),
            deadline=None if max_seconds is None else started + max_seconds,
            progress=self.progress,
            seed=seed,
        )
        support = self._find_support(encoder, encoded, inputs)
        self._set(schema, inputs.template, encoder, chain, support, seed)
        self.rare_values_ = (
            *describe_protection(protected, inputs.frame, schema, of_categories=True),
            *describe_protection(
                encoder.rows_beyond(inputs.frame), inputs.frame, schema, of_categories=False
            ),
        )
        self._record(started, max_seconds)
        return self

    def sample(
        self,
        n_rows: int | None = None,
        *,
        given: Given | None = None,
        constraints: Sequence[Any] = (),
        missing: Missing = "learned",
        unseen: Unseen = "refuse",
        seed: int,
    ) -> Any:
        """Draw rows; see `Generator`.

        Parameters
        ----------
        missing : {"learned", "filled"}
            Whether values that are drawn may be missing, as they were in training, or never are.
        unseen : {"refuse", "nearest", "extrapolate"}
            What to do with a combination of given values that does not occur, or numbers beyond the range: refuse
            and name the nearest, take the nearest, or draw from what the columns have in common.

        Raises
        ------
        ConstraintError
            With everything that cannot be honoured.
        """
        frames = list(
            self._blocks(
                n_rows, given=given, constraints=constraints, missing=missing, unseen=unseen, seed=seed
            )
        )
        return self._template.restore(concatenate(frames) if len(frames) > 1 else frames[0])

    def sample_in_chunks(
        self,
        n_rows: int | None = None,
        *,
        given: Given | None = None,
        constraints: Sequence[Any] = (),
        missing: Missing = "learned",
        unseen: Unseen = "refuse",
        seed: int,
    ) -> Iterator[Any]:
        """Draw the same rows as `sample`, piece by piece: for more than fit in memory."""
        blocks = self._blocks(
            n_rows, given=given, constraints=constraints, missing=missing, unseen=unseen, seed=seed
        )
        return self._chunks(blocks)

    def probabilities(self, table: Any, column: str, *, seed: int = 0) -> ColumnProbabilities:
        """Return how likely each value of a column is, given the other columns of a table.

        Parameters
        ----------
        table : pandas, polars or pyarrow table
            Rows; the columns that are there are given, but for `column` itself.
        column : str
            A column that is learned.
        seed : int, default 0
            Of the draws that stand in for columns that are not there and come before `column` in the chain.

        Raises
        ------
        ConstraintError
            If the column is unknown or another one determines it, or a value was never seen.
        """
        self._check_is_fitted()
        if column not in self._chain.columns:
            raise ConstraintError(self._not_drawn(column))
        frame = as_frame(table)
        others = [name for name in frame.columns if name in self._chain.columns and name != column]
        known = self._coded(frame, others, seed)
        shares = column_shares(self._chain, column, known, len(frame), seed=seed)
        return ColumnProbabilities(column, self._values(column), shares)

    def log_likelihood(self, table: Any, *, seed: int = 0) -> np.ndarray:
        """Return the log-probability of rows, shape (n_rows,).

        Parameters
        ----------
        table : pandas, polars or pyarrow table
            With every column that is learned.
        seed : int, default 0
            For the place of a number within the interval that its value occupies.

        Notes
        -----
        Of a number counts the probability of its cell and of the step within it, so the result compares rows and
        generators of the same table, not tables of different columns.
        """
        self._check_is_fitted()
        frame = as_frame(table)
        known = self._coded(frame, list(self._chain.order), seed)
        return row_log_likelihood(self._chain, known, len(frame))

    def save(self, folder: str | Path) -> None:
        """Write the fitted generator to a new folder; see `Generator`. No training row is stored."""
        self._check_is_fitted()
        details = {
            "preset": self.preset,
            "rare_rows": self.rare_rows,
            "encoder": self._encoder.to_dict(),
            "chain": chain_to_dict(self._chain),
            "support": self._support.to_dict(),
            "rare_values": [vars(found) for found in self.rare_values_],
            "record": self.record_,
            "remarks": list(self.remarks_),
        }
        saved = SavedGenerator(
            self.name, self.schema_, self._template, self.conditionable_columns_, self._seed, details=details
        )
        arrays = {**chain_arrays(self._chain), **self._support.arrays()}
        write_generator(
            folder, saved, arrays=arrays, write_more=lambda place: write_trees(self._chain, place)
        )

    @classmethod
    def load(cls, folder: str | Path) -> BoostedTrees:
        """Return the generator that `save` wrote; see `load_generator`."""
        saved, arrays = read_generator(folder)
        details = saved.details
        encoder = TableEncoder.from_dict(details["encoder"])
        generator = cls(details["preset"], rare_rows=details["rare_rows"])
        chain = chain_from_saved(details["chain"], arrays, Path(folder), encoder)
        support = Support.from_saved(details["support"], arrays)
        generator._set(saved.schema, saved.template, encoder, chain, support, saved.seed)
        generator.rare_values_ = tuple(RareValues(**found) for found in details["rare_values"])
        generator.record_, generator.remarks_ = dict(details["record"]), tuple(details["remarks"])
        return generator

    def _set(
        self,
        schema: TableSchema,
        template: TableTemplate,
        encoder: TableEncoder,
        chain: Chain,
        support: Support,
        seed: int,
    ) -> None:
        self.schema_, self._template, self._encoder = schema, template, encoder
        self._chain, self._support, self._seed = chain, support, seed
        self.conditionable_columns_ = encoder.column_names_

    def _record(self, started: float, max_seconds: float | None) -> None:
        seconds = time.monotonic() - started
        is_cut = max_seconds is not None and seconds >= max_seconds
        models = self._chain.models.values()
        self.record_ = {
            "seconds": round(seconds, 2),
            "n_trees": sum(model.n_trees for model in models),
            "order": list(self._chain.order),
            "stopped_because": "max_seconds" if is_cut else "no_improvement",
        }
        cut = (
            (f"training was cut short after {max_seconds} s: it does not repeat to the row",)
            if is_cut
            else ()
        )
        self.remarks_ = (*self._encoder.remarks_, *map(str, self.rare_values_), *cut)

    def _find_support(self, encoder: TableEncoder, encoded: EncodedTable, inputs: FitInputs) -> Support:
        codes, sizes = {}, {}
        for column in encoder.columns_:
            if isinstance(column, CategoricalColumn):
                codes[column.name] = encoded.categorical[:, encoded.categorical_names.index(column.name)]
                sizes[column.name] = column.cardinality
        return find_support(codes, sizes, asked_for=inputs.condition_on, fewest_rows=self.rare_rows)

    def _blocks(
        self,
        n_rows: int | None,
        *,
        given: Given | None,
        constraints: Sequence[Any],
        missing: Missing,
        unseen: Unseen,
        seed: int,
    ) -> Iterator[Frame]:
        """Check what is asked for now, and return an iterator that draws it block by block."""
        self._check_is_fitted()
        refuse_constraints(self.name, constraints)
        _check_choice("missing", missing, ("learned", "filled"))
        _check_choice("unseen", unseen, ("refuse", "nearest", "extrapolate"))
        asked = read_given(
            given,
            n_rows,
            encoder=self._encoder,
            conditionable=self.conditionable_columns_,
            generator=self.name,
            beyond={"refuse": "refuse", "nearest": "nearest", "extrapolate": "keep"}[unseen],  # type: ignore[arg-type]
        )
        movable = [name for name in reversed(self._chain.order) if name not in self.schema_.sensitive_names]
        asked = resolve_unseen(
            asked,
            self._encoder,
            self._support,
            unseen=unseen,
            first_movable=[*movable, *self.schema_.sensitive_names],
        )
        return self._drawn(asked, missing, seed)

    def _drawn(self, asked: GivenRows, missing: Missing, seed: int) -> Iterator[Frame]:
        tokens = self.schema_.missing_tokens
        probe = asked_of(
            self._chain,
            self._encoder,
            asked.take(np.zeros(1, np.int64)),
            missing=missing,
            tokens=tokens,
            seed=0,
        )
        n_candidates = n_candidates_for(self._chain, probe)
        size = max(1, BLOCK_ROWS // n_candidates)
        n_blocks = -(-asked.n_rows // size)

        def draw(block: int) -> Frame:
            rows = np.arange(block * size, min((block + 1) * size, asked.n_rows))
            held = asked.take(rows)
            random = np.random.default_rng([seed, block])
            told = asked_of(
                self._chain,
                self._encoder,
                held,
                missing=missing,
                tokens=tokens,
                seed=int(random.integers(2**31)),
            )
            return held.apply(self._decode(told, n_candidates, random))

        n_jobs = self._n_jobs()
        if n_jobs == 1 or n_blocks == 1:
            yield from map(draw, range(n_blocks))
            return
        with ThreadPoolExecutor(max_workers=n_jobs) as pool:
            blocks = iter(range(n_blocks))
            while batch := list(islice(blocks, n_jobs * 4)):
                yield from pool.map(draw, batch)

    def _decode(self, told: Asked, n_candidates: int, random: np.random.Generator) -> Frame:
        from scipy.special import ndtri

        drawn = draw_rows(self._chain, told, n_candidates=n_candidates, random=random)
        layout = self._encoder.empty()
        numeric = [ndtri(drawn[name].shares) for name in layout.numeric_names]
        codes = [self._codes_of(name, drawn[name]) for name in layout.categorical_names]
        n_rows = told.n_rows
        return self._encoder.decode(
            layout.replaced(
                np.column_stack([np.empty((n_rows, 0)), *numeric]),
                np.column_stack([np.empty((n_rows, 0), dtype=np.int64), *codes]),
            )
        )

    def _codes_of(self, name: str, column: CodedColumn) -> np.ndarray:
        choices = self._chain.columns[name]
        if isinstance(choices, CategoryChoices):
            return choices.join(dict(column.parts))
        return column.parts["missing"]

    def _chunks(self, blocks: Iterator[Frame]) -> Iterator[Any]:
        while held := list(islice(blocks, CHUNK_BLOCKS)):
            yield self._template.restore(concatenate(held) if len(held) > 1 else held[0])

    def _coded(self, frame: Frame, names: list[str], seed: int) -> dict[str, CodedColumn]:
        from equitab.generators.autoregressive.chain import code_column

        if not names:
            return {}
        encoded = self._encoder.encode(frame.select(names), columns=names, seed=seed)
        return {name: code_column(self._chain.columns[name], encoded) for name in names}

    def _values(self, column: str) -> tuple[Any, ...]:
        choices = self._chain.columns[column]
        if isinstance(choices, CategoryChoices):
            return tuple(choices.column.values.to_pylist())
        return choices.intervals()

    def _not_drawn(self, column: str) -> Problem:
        from equitab.errors import closest

        where = f"probabilities of {column!r}"
        found = next((one for one in self._encoder.determined_ if one.name == column), None)
        if found is None:
            return Problem(where, "a learned column", "another one", closest(column, self._chain.order))
        received = f"one that {found.by!r} determines" if found.by else "one with the same value in all rows"
        return Problem(where, "a column that is drawn", received, f"ask for {found.by!r}" if found.by else "")

    def _n_jobs(self) -> int:
        return self.n_jobs or len(os.sched_getaffinity(0))

    def _check_options(self) -> None:
        problems = []
        if self.preset not in PRESETS:
            problems.append(Problem("preset", " or ".join(PRESETS), repr(self.preset)))
        if not isinstance(self.rare_rows, int) or isinstance(self.rare_rows, bool) or self.rare_rows < 0:
            problems.append(Problem("rare_rows", "a whole number of at least 0", repr(self.rare_rows)))
        if self.n_jobs is not None and (not isinstance(self.n_jobs, int) or self.n_jobs < 1):
            problems.append(Problem("n_jobs", "a whole number of at least 1", repr(self.n_jobs)))
        if problems:
            raise RecipeError(problems)

    def _check_is_fitted(self) -> None:
        if not hasattr(self, "_chain"):
            raise NotFittedError(
                f"this generator {self.name!r} learned nothing yet: call fit(table, schema) first"
            )


def _default_conditions(schema: TableSchema) -> tuple[str, ...]:
    names = (*schema.sensitive_names, schema.target)
    return tuple(name for name in dict.fromkeys(names) if name in schema.modeled_columns)


def _refuse_identifiers(frame: Frame, schema: TableSchema, exempt: Sequence[str]) -> None:
    """Refuse categorical columns in which nearly every row has a value of its own."""
    from equitab.encoding import count_categories

    problems = []
    for name in schema.modeled_columns:
        if name in exempt or schema.column(name).kind != "categorical" or len(frame) < IDENTIFIER_ROWS:
            continue
        n_values = count_categories(frame, name)
        if n_values >= IDENTIFIER_SHARE * len(frame):
            received = f"{n_values} different ones in {len(frame)} rows"
            advice = f"name it as the identifier (--identifier {name}) or leave it out (--ignore {name})"
            problems.append(
                Problem(f"column {name!r}", "categories that several rows share", received, advice)
            )
    if problems:
        raise TableError(problems)


def _check_choice(name: str, value: str, possible: tuple[str, ...]) -> None:
    if value not in possible:
        raise ConstraintError(Problem(name, " or ".join(map(repr, possible)), repr(value)))
