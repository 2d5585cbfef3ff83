"""Groups that are guessed from the other columns of one table, and how well that goes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, take_rows
from equitab.evaluation.fairness import Subject
from equitab.evaluation.proxy_audit import WITH_OUTCOME
from equitab.evaluation.proxy_models import Guesses, OtherColumns, guess_by_one_column, guess_groups
from equitab.evaluation.results import Measurement
from equitab.metrics import GroupSeparation, MetricResult, balanced_decisions, separate_groups
from equitab.metrics.count_measures import name_groups, result_of
from equitab.metrics.intervals import Interval
from equitab.schema import IntersectionalGroups, TableSchema, group_codes

CodeArray = npt.NDArray[np.int64]

MIN_GROUP_SIZE = 50
ROWS_SHUFFLED = 1_000


@dataclass(frozen=True, eq=False)
class ProxyTarget:
    """Groups that are to be guessed in one table.

    Parameters
    ----------
    frame : Frame
    schema : TableSchema
    name : str
        The sensitive feature, or several joined by ``×``.
    treatment : str
        What the table is called.
    codes : ndarray of int, shape (n_rows,)
        The group of every row; those too small in any of the tables share the last code.
    n_codes : int
    counted : tuple of int
        The codes of the groups that are averaged.
    remark : str
        Which groups are too small, and how many rows were asked.
    confidence : float
    seed : int
    """

    frame: Frame
    schema: TableSchema
    name: str
    treatment: str
    codes: CodeArray
    n_codes: int
    counted: tuple[int, ...]
    remark: str
    confidence: float
    seed: int

    @property
    def is_single(self) -> bool:
        """Whether one sensitive feature is guessed, not a combination."""
        return self.name in self.schema.sensitive_names

    @cached_property
    def columns(self) -> dict[bool, OtherColumns]:
        """The columns that are guessed from, without the outcome and with it."""
        return {
            with_outcome: OtherColumns.read(self.frame, self.schema, with_outcome=with_outcome)
            for with_outcome in (False, True)
        }

    def guesses(self, with_outcome: bool, rows_shuffled: int) -> Guesses:
        """Return what is guessed about every row."""
        return guess_groups(
            self.columns[with_outcome],
            self.codes,
            n_groups=self.n_codes,
            rows_shuffled=rows_shuffled,
            seed=self.seed,
        )

    def separation(self, guesses: Guesses) -> GroupSeparation:
        """Return how well guesses tell the groups that are averaged."""
        return separate_groups(self.codes, guesses.scores, groups=self.counted)

    def measure(self) -> Iterator[Measurement]:
        """Yield everything about this target."""
        yield from self.told(rows_shuffled=ROWS_SHUFFLED if self.is_single else 0)
        if len(self.counted) > 1:
            yield from self._alone()

    def told(self, *, rows_shuffled: int) -> Iterator[Measurement]:
        """Yield what all other columns tell, without the outcome and with it, and what each of them carries."""
        if len(self.counted) < 2:
            reason = f"fewer than two groups have {MIN_GROUP_SIZE} rows"
            held = MetricResult.undefined("proxy_auroc", reason=reason, n=len(self.codes))
            yield self._row(held)
            return
        for with_outcome in (False, True):
            guesses = self.guesses(with_outcome, 0 if with_outcome else rows_shuffled)
            yield from self._told(guesses, WITH_OUTCOME if with_outcome else "")
            yield from self._drops(guesses)

    def _told(self, guesses: Guesses, point: str) -> Iterator[Measurement]:
        area = self.separation(guesses)
        yield self._result("proxy_auroc", area.mean, area.interval(confidence=self.confidence), point=point)
        value, interval = balanced_decisions(
            self.codes, guesses.scores, groups=self.counted, confidence=self.confidence
        )
        yield self._result("proxy_balanced_accuracy", value, interval, point=point)

    def _drops(self, guesses: Guesses) -> Iterator[Measurement]:
        codes = self.codes[guesses.asked]
        sizes = np.bincount(codes, minlength=self.n_codes)
        groups = [code for code in self.counted if 0 < sizes[code] < len(codes)]
        if len(groups) < 2 or not guesses.shuffled:
            return
        whole = separate_groups(codes, guesses.scores[guesses.asked], groups=groups)
        for column, scores in guesses.shuffled.items():
            without = separate_groups(codes, scores, groups=groups)
            value, interval = whole.drop_to(without, confidence=self.confidence)
            yield self._result("proxy_auroc_drop", value, interval, column=column, n=len(codes))

    def _alone(self) -> Iterator[Measurement]:
        columns = self.columns[False]
        for place, column in enumerate(columns.names):
            scores = guess_by_one_column(columns, place, self.codes, n_groups=self.n_codes, seed=self.seed)
            area = separate_groups(self.codes, scores, groups=self.counted)
            interval = area.interval(confidence=self.confidence)
            yield self._result("column_proxy_auroc", area.mean, interval, column=column)

    def _result(
        self, metric: str, value: float, interval: Interval, *, point: str = "", column: str = "", n: int = 0
    ) -> Measurement:
        n_rows = n or len(self.codes)
        result = result_of(metric, value, interval, confidence=self.confidence, n=n_rows)
        return self._row(result, point=point, column=column)

    def _row(self, result: MetricResult, *, point: str = "", column: str = "") -> Measurement:
        subject = Subject(
            model=column,
            treatment=self.treatment,
            stage="proxies",
            operating_point=point,
            remark="" if column else self.remark,
        )
        return subject.measurement(result, sensitive_features=self.name)


def read_targets(
    frames: Sequence[Frame],
    groups: IntersectionalGroups,
    schema: TableSchema,
    treatments: tuple[str, str],
    n_rows: Sequence[int],
    confidence: float,
    seed: int,
) -> list[ProxyTarget]:
    """Return the same groups as targets in every table; those too small in any of them are put together."""
    codes = [group_codes(frame, schema, groups) for frame in frames]
    sizes = np.array([np.bincount(held[held >= 0], minlength=groups.n_groups) for held in codes])
    large = np.flatnonzero((sizes >= MIN_GROUP_SIZE).all(0))
    small = [
        groups.label(int(code))
        for code in np.flatnonzero((sizes < MIN_GROUP_SIZE).any(0) & (sizes > 0).any(0))
    ]
    renumbered = np.full(groups.n_groups, len(large), dtype=np.int64)
    renumbered[large] = np.arange(len(large))
    made = []
    for frame, held, treatment, n_table in zip(frames, codes, treatments, n_rows, strict=False):
        kept = held >= 0
        own = renumbered[held[kept]]
        is_rest = own == len(large)
        if 0 < is_rest.sum() < MIN_GROUP_SIZE:  # too few even together: they can not be learned from
            kept[np.flatnonzero(kept)[is_rest]] = False
            own = own[~is_rest]
        parts = [
            f"{len(frame):,} of {n_table:,} rows asked" if len(frame) < n_table else "",
            f"too small to be told, fewer than {MIN_GROUP_SIZE} rows: {name_groups(small)}" if small else "",
        ]
        made.append(
            ProxyTarget(
                frame if kept.all() else take_rows(frame, kept),
                schema,
                " × ".join(groups.features),
                treatment,
                own,
                int(own.max(initial=-1)) + 1,
                tuple(range(len(large))),
                "; ".join(filter(None, parts)),
                confidence,
                seed,
            )
        )
    return made
