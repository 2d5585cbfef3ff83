"""What is learned of a table, apart from the protocol: encoder, chain and support; rows from them in blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame
from equitab.encoding import (
    CategoricalColumn,
    EncodedTable,
    TableEncoder,
    replace_rare_categories,
)
from equitab.generators.autoregressive.chain import (
    Chain,
    ChainLearner,
    ChainTask,
    CodedColumn,
    Progress,
    code_column,
)
from equitab.generators.autoregressive.columns import CategoryChoices, fit_columns
from equitab.generators.autoregressive.conditions import Missing, asked_of
from equitab.generators.autoregressive.drawing import Asked, draw_rows, n_candidates_for
from equitab.generators.autoregressive.outcome_shares import with_outcome_shares
from equitab.generators.autoregressive.rare_values import RareValues, describe_protection
from equitab.generators.autoregressive.support import Support, find_support
from equitab.generators.fit_inputs import FitInputs, refuse_identifiers
from equitab.generators.given import GivenRows
from equitab.schema import TableSchema, labels

T = TypeVar("T")

BLOCK_ROWS = 8192
"""Rows (or candidates for rows) that are drawn together; part of what a seed means."""


@dataclass(frozen=True, eq=False)
class DrawnBlock:
    """Rows that were drawn together.

    Parameters
    ----------
    number : int
    coded : mapping of str to CodedColumn
        As the chain knows them.
    frame : Frame
        As the table has them.
    """

    number: int
    coded: Mapping[str, CodedColumn]
    frame: Frame


@dataclass(frozen=True, eq=False)
class TableModel:
    """A learned table.

    Parameters
    ----------
    encoder : TableEncoder
    chain : Chain
    support : Support
    missing_tokens : tuple of str
        Texts that stand for a missing value.
    """

    encoder: TableEncoder
    chain: Chain
    support: Support
    missing_tokens: tuple[str, ...]

    def code(self, frame: Frame, names: Sequence[str], *, seed: int) -> dict[str, CodedColumn]:
        """Return columns of a frame as the chain knows them."""
        if not names:
            return {}
        encoded = self.encoder.encode(frame.select(list(names)), columns=names, seed=seed)
        return {name: code_column(self.chain.columns[name], encoded) for name in names}

    def has_known_categories(self, frame: Frame) -> npt.NDArray[np.bool_]:
        """Return in which rows every category is one that was learned (rare ones may be protected)."""
        table, known = frame.to_native(), np.ones(len(frame), dtype=bool)
        for name, choices in self.chain.columns.items():
            if isinstance(choices, CategoryChoices) and name in table.column_names:
                known &= choices.column.find(table[name].combine_chunks()) >= 0
        return known

    def draw(
        self,
        asked: GivenRows,
        finish: Callable[[DrawnBlock], T],
        *,
        missing: Missing,
        n_jobs: int,
        seed: int,
    ) -> Iterator[T]:
        """Draw rows block by block; every block has random numbers of its own.

        Parameters
        ----------
        asked : GivenRows
        finish : callable
            Makes of a block what is wanted of it; called in the thread that drew the block.
        missing : {"learned", "filled"}
        n_jobs : int
            Threads.
        seed : int
        """
        first = asked.take(np.zeros(1, dtype=np.int64))
        n_candidates = n_candidates_for(self.chain, self._told(first, missing, seed=0))
        size = max(1, BLOCK_ROWS // n_candidates)
        n_blocks = -(-asked.n_rows // size)

        def draw_block(block: int) -> T:
            held = asked.take(np.arange(block * size, min((block + 1) * size, asked.n_rows)))
            random = np.random.default_rng([seed, block])
            told = self._told(held, missing, seed=int(random.integers(2**31)))
            coded = draw_rows(self.chain, told, n_candidates=n_candidates, random=random)
            return finish(DrawnBlock(block, coded, held.apply(self._decode(coded, told.n_rows))))

        if n_jobs == 1 or n_blocks == 1:
            yield from map(draw_block, range(n_blocks))
            return
        blocks = iter(range(n_blocks))
        with ThreadPoolExecutor(max_workers=n_jobs) as pool:
            while batch := list(islice(blocks, n_jobs * 4)):
                yield from pool.map(draw_block, batch)

    def _told(self, asked: GivenRows, missing: Missing, *, seed: int) -> Asked:
        return asked_of(
            self.chain, self.encoder, asked, missing=missing, tokens=self.missing_tokens, seed=seed
        )

    def _decode(self, drawn: Mapping[str, CodedColumn], n_rows: int) -> Frame:
        from scipy.special import ndtri

        layout = self.encoder.empty()
        numeric = [ndtri(drawn[name].shares) for name in layout.numeric_names]
        codes = [self._codes(name, drawn[name]) for name in layout.categorical_names]
        return self.encoder.decode(
            layout.replaced(
                np.column_stack([np.empty((n_rows, 0)), *numeric]),
                np.column_stack([np.empty((n_rows, 0), dtype=np.int64), *codes]),
            )
        )

    def _codes(self, name: str, column: CodedColumn) -> npt.NDArray[np.int64]:
        choices = self.chain.columns[name]
        if isinstance(choices, CategoryChoices):
            return choices.join(dict(column.parts))
        return column.parts["missing"]


def fit_model(
    inputs: FitInputs,
    schema: TableSchema,
    *,
    rare_rows: int,
    learner: ChainLearner,
    n_jobs: int = 1,
    deadline: float | None = None,
    progress: Progress | None = None,
    seed: int,
) -> tuple[TableModel, tuple[RareValues, ...]]:
    """Learn a table.

    Parameters
    ----------
    inputs : FitInputs
    schema : TableSchema
    rare_rows : int
        Values of fewer rows are protected; see `rare_values`.
    learner : ChainLearner
    n_jobs : int, default 1
        Threads; they change nothing but the time.
    deadline : float, optional
        On the clock of `time.monotonic`.
    progress : callable, optional
    seed : int

    Returns
    -------
    model : TableModel
    protected : tuple of RareValues

    Raises
    ------
    TableError
        If a column holds free text or codes of single people, or cannot be learned.
    """
    exempt = tuple(dict.fromkeys([*inputs.condition_on, schema.target, *schema.sensitive_names]))
    refuse_identifiers(inputs.frame, schema, exempt=exempt)
    safe, protected = replace_rare_categories(inputs.frame, schema, fewest_rows=rare_rows, exempt=exempt)
    unprotected = _all_rare(inputs.frame, schema, rare_rows, (*exempt, *protected))
    encoder = TableEncoder().fit(
        safe,
        schema,
        keep=exempt,
        point_masses="spikes",
        protected_rows=rare_rows,
        sample_weight=inputs.weights,
    )
    encoded = encoder.encode(safe, seed=seed)
    columns = fit_columns(encoder, encoded)
    first = [name for name in inputs.condition_on if name in columns]
    task = ChainTask(
        columns,
        (*first, *(name for name in columns if name not in first)),
        encoded,
        redrawn=(schema.target,) if schema.target in columns else (),
        left_out=protected,
        weights=inputs.weights,
        outcome=schema.target,
        penalties=inputs.penalties,
    )
    chain = learner.learn(task, deadline=deadline, progress=progress, seed=seed)
    if all(penalty.criterion != "minimum_rate" for penalty in inputs.penalties):  # which lifts the rate
        chain = with_outcome_shares(chain, task, n_jobs=n_jobs, seed=seed)
    support = _find_support(encoder, encoded, inputs.condition_on, rare_rows)
    beyond = encoder.rows_beyond(inputs.frame)
    rare_values = (
        *describe_protection(protected, inputs.frame, schema, of_categories=True),
        *(
            replace(found, is_protected=False)
            for found in describe_protection(unprotected, inputs.frame, schema, of_categories=True)
        ),
        *describe_protection(beyond, inputs.frame, schema, of_categories=False),
    )
    return TableModel(encoder, chain, support, schema.missing_tokens), rare_values


def _find_support(
    encoder: TableEncoder, encoded: EncodedTable, asked_for: Sequence[str], rare_rows: int
) -> Support:
    codes: dict[str, npt.NDArray[np.int64]] = {}
    sizes: dict[str, int] = {}
    for column in encoder.columns_:
        if isinstance(column, CategoricalColumn):
            codes[column.name] = encoded.categorical[:, encoded.categorical_names.index(column.name)]
            sizes[column.name] = column.cardinality
    return find_support(codes, sizes, asked_for=asked_for, fewest_rows=rare_rows)


def _all_rare(
    frame: Frame, schema: TableSchema, rare_rows: int, done: Sequence[str]
) -> dict[str, npt.NDArray[np.bool_]]:
    """Return the columns in which every category is rare, so that none could be protected: all of their rows."""
    found = {}
    for name in schema.modeled_columns:
        if name in done or schema.column(name).kind != "categorical":
            continue
        codes = labels(frame, name).codes
        counts = np.bincount(codes[codes >= 0])
        if 0 < counts.max(initial=0) < rare_rows and rare_rows > 1:
            found[name] = np.ones(len(frame), dtype=bool)
    return found
