"""What a treatment of outcomes left as it was: group sizes, outcome rate, columns, and pairs of columns.

A fair outcome can be bought by changing who is in the table or who they are. So every column but the outcome,
and every pair of columns, stands beside the same without the treatment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, as_frame
from equitab.errors import Problem, TableError
from equitab.evaluation.comparisons import Comparison, plan_comparisons
from equitab.evaluation.fairness import Subject
from equitab.evaluation.quality.tables import ColumnArrays, read_columns
from equitab.evaluation.results import Measurement
from equitab.evaluation.row_identity import row_keys
from equitab.metrics import (
    MetricResult,
    changed_share,
    decile_codes,
    marginal_errors,
    rate_change,
    representation_metrics,
)
from equitab.schema import TableSchema, favorable, has_target

CodeArray = npt.NDArray[np.int64]

MAX_PAIRS = 500


def measure_preservation(
    treated: Any,
    untreated: Any,
    schema: TableSchema,
    *,
    real: Any = None,
    treatments: tuple[str, str] = ("constrained", "unconstrained"),
    confidence: float = 0.95,
    seed: int,
) -> list[Measurement]:
    """Measure what a treatment of outcomes changed, and what it left as it was.

    Parameters
    ----------
    treated, untreated : Frame or any supported table
        With and without the treatment. Where their rows are the same but for the outcome, in the same order,
        changes are counted row by row.
    schema : TableSchema
    real : Frame or any supported table, optional
        What both imitate. With it every error is taken against the real table, for both tables, and the excess
        is their difference; without it, the treated table's errors are taken against the untreated one.
    treatments : tuple of two str
        What the two tables are called.
    confidence : float, default 0.95
    seed : int
        Of the draw of pairs where a table has over 500.

    Returns
    -------
    list of Measurement
        With stage ``preservation``; `operating_point` says against which table errors are taken:

        * ``outcome_changed_share``, of everybody and of every group;
        * ``outcome_rate_change``;
        * ``group_size_error`` of every comparison, and each group's ``representation_ratio``;
        * ``column_error`` of every column but the outcome (its name in `model`), ``other_column_error`` over
          all of them, ``other_pair_error`` and ``outcome_pair_error``;
        * with `real` also their ``excess_…`` and ``worst_excess_column_error``.

    Raises
    ------
    TableError
        If a table has no rows.

    Notes
    -----
    Intervals of excess errors take the two tables as independent samples; where rows correspond they are wider
    than need be.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column, SensitiveFeature
    >>> schema = TableSchema(
    ...     (Column("sex", "categorical"), Column("y", "boolean")), "y",
    ...     favorable_outcome=(True,), sensitive_features=(SensitiveFeature("sex"),),
    ... )
    >>> before = frame_from_columns({"sex": ["F", "M"] * 20, "y": [False, True] * 20})
    >>> after = frame_from_columns({"sex": ["F", "M"] * 20, "y": [False, True, True, True] * 10})
    >>> found = measure_preservation(after, before, schema, seed=0)
    >>> {one.metric: one.value for one in found if not one.sensitive_features and not one.model}
    {'outcome_changed_share': 0.25, 'outcome_rate_change': 0.25, 'other_column_error': 0.0, 'outcome_pair_error': 0.25}
    """
    tables = _Tables.read(treated, untreated, real, schema, treatments, confidence, seed)
    return [
        *tables.outcomes(),
        *tables.groups(),
        *tables.columns(),
        *tables.pairs(),
    ]


@dataclass(frozen=True, eq=False)
class _Tables:
    """Two tables and the one that errors are taken against, read once."""

    frames: tuple[Frame, Frame]
    reference: Frame
    schema: TableSchema
    treatments: tuple[str, str]
    against: str
    compared: int
    codes: tuple[tuple[CodeArray, ...], ...]
    names: tuple[str, ...]
    is_paired: bool
    comparisons: tuple[Comparison, ...]
    confidence: float
    seed: int

    @classmethod
    def read(
        cls,
        treated: Any,
        untreated: Any,
        real: Any,
        schema: TableSchema,
        treatments: tuple[str, str],
        confidence: float,
        seed: int,
    ) -> _Tables:
        frames = (as_frame(treated), as_frame(untreated))
        reference = frames[1] if real is None else as_frame(real)
        for name, frame in zip((*treatments, "real"), (*frames, reference), strict=True):
            if not len(frame):
                raise TableError(Problem(f"table {name!r}", "rows", "none"))
        compared = frames[:1] if real is None else frames
        columns = read_columns([reference, *compared], schema)
        return cls(
            frames,
            reference,
            schema,
            treatments,
            f"against {treatments[1] if real is None else 'real'}",
            len(compared),
            tuple(_codes(column) for column in columns),
            tuple(column.name for column in columns),
            _same_rows(frames, schema),
            plan_comparisons(reference, schema),
            confidence,
            seed,
        )

    def subject(self, table: int, *, is_against: bool = False, column: str = "") -> Subject:
        point = self.against if is_against else ""
        return Subject(
            model=column, treatment=self.treatments[table], stage="preservation", operating_point=point
        )

    @property
    def others(self) -> list[int]:
        """Where the columns stand that are not the outcome."""
        return [place for place, name in enumerate(self.names) if name != self.schema.target]

    def outcomes(self) -> Iterator[Measurement]:
        """Yield how many outcomes changed, and how the rate of favorable ones did."""
        subject = self.subject(0)
        for result, name in self._changes():
            yield subject.measurement(result, sensitive_features=name)
        favorable_rows = [favorable(frame, self.schema) for frame in self.frames]
        if not self.is_paired:
            favorable_rows = [
                held[has_target(frame, self.schema)]
                for held, frame in zip(favorable_rows, self.frames, strict=True)
            ]
        yield subject.measurement(
            rate_change(*favorable_rows, is_paired=self.is_paired, confidence=self.confidence)
        )

    def _changes(self) -> Iterator[tuple[MetricResult, str]]:
        if not self.is_paired:
            reason = (
                "the rows of the two tables do not correspond: they differ in other columns than the outcome"
            )
            yield MetricResult.undefined("outcome_changed_share", reason=reason, n=len(self.frames[0])), ""
            return
        before, after = row_keys(self.frames, self.schema, [self.schema.target])
        changed = before != after
        yield changed_share(changed, confidence=self.confidence), ""
        for held in self.comparisons:
            codes = held.codes(self.frames[1], self.schema)
            for code in np.unique(codes[codes >= 0]).tolist():
                result = changed_share(
                    changed[codes == code], confidence=self.confidence, group=held.groups.label(code)
                )
                yield result, held.name

    def groups(self) -> Iterator[Measurement]:
        """Yield how far the sizes of groups are from those of the table compared with."""
        for held in self.comparisons:
            known = held.codes(self.reference, self.schema)
            for table in range(self.compared):
                codes = held.codes(self.frames[table], self.schema)
                subject = self.subject(table, is_against=True)
                for result in self._group_results(held, known, codes):
                    yield subject.measurement(result, sensitive_features=held.name)

    def _group_results(self, held: Comparison, known: CodeArray, codes: CodeArray) -> Iterator[MetricResult]:
        kept = [array[array >= 0] for array in (known, codes)]
        if not all(array.size for array in kept):
            yield MetricResult.undefined("group_size_error", reason="no rows in any group", n=0)
            return
        errors = marginal_errors(kept[0][:, None], [kept[1][:, None]], order=1, seed=self.seed)
        yield replace(errors.result(confidence=self.confidence), metric="group_size_error")
        counts = [np.bincount(array, minlength=held.groups.n_groups) for array in kept]
        occupied = [
            result
            for result in representation_metrics(
                counts[1], counts[0], group_labels=held.groups.labels, confidence=self.confidence
            )
            if result.status == "ok"
        ]
        yield from occupied

    def columns(self) -> Iterator[Measurement]:
        """Yield the error of every column but the outcome, of all of them, and the largest excess."""
        excesses: list[Measurement] = []
        for place in self.others:
            found = list(self._errors("column_error", [self.codes[place]], column=self.names[place]))
            excesses += [one for one in found if one.metric == "excess_column_error"]
            yield from found
        yield from self._errors("other_column_error", [self.codes[place] for place in self.others])
        if excesses:
            worst = max(excesses, key=lambda one: one.value or 0.0)
            reason = f"of column {worst.model!r}; its interval does not count that it was picked"
            yield replace(worst, metric="worst_excess_column_error", model="", reason=reason)

    def pairs(self) -> Iterator[Measurement]:
        """Yield the errors of pairs without and with the outcome."""
        others = [self.codes[place] for place in self.others]
        if len(others) > 1:
            yield from self._errors("other_pair_error", others, order=2)
        if self.schema.target in self.names:
            outcome = self.codes[self.names.index(self.schema.target)]
            # A pair with the outcome is one column of joint codes: the error of a single one is that of the pair.
            yield from self._errors("outcome_pair_error", [_joint(held, outcome) for held in others])

    def _errors(
        self, metric: str, columns: Sequence[tuple[CodeArray, ...]], *, order: Any = 1, column: str = ""
    ) -> Iterator[Measurement]:
        """Yield the mean error of some columns, or of their pairs, and the excess where there is one."""
        tables = [np.column_stack(parts) for parts in zip(*columns, strict=True)]
        errors = marginal_errors(tables[0], tables[1:], order=order, max_sets=MAX_PAIRS, seed=self.seed)
        for table in range(self.compared):
            result = replace(errors.result(table, confidence=self.confidence), metric=metric)
            yield self.subject(table, is_against=True, column=column).measurement(result)
        if self.compared > 1:
            result = replace(errors.excess(confidence=self.confidence), metric=f"excess_{metric}")
            yield self.subject(0, is_against=True, column=column).measurement(result)


def _codes(column: ColumnArrays) -> tuple[CodeArray, ...]:
    """Return a column of all tables as codes from 0 up, numbers in deciles of the first."""
    if column.is_category:
        return tuple(np.asarray(held, dtype=np.int64) + 1 for held in column.tables)
    return tuple(decile_codes(column.tables[0], *column.tables[1:]))


def _joint(a: tuple[CodeArray, ...], b: tuple[CodeArray, ...]) -> tuple[CodeArray, ...]:
    """Return the joint codes of two columns in all tables."""
    n_codes = max(int(held.max()) for held in b) + 1
    return tuple(x * n_codes + y for x, y in zip(a, b, strict=True))


def _same_rows(frames: tuple[Frame, Frame], schema: TableSchema) -> bool:
    """Whether two tables hold the same rows in the same order, but for the outcome."""
    others = [name for name in schema.modeled_columns if name != schema.target]
    if len(frames[0]) != len(frames[1]):
        return False
    if not others:
        return True
    first, second = row_keys(frames, schema, others)
    return bool((first == second).all())
