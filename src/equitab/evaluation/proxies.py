"""How well sensitive features can be told from the other columns, and which columns give them away.

A table without a column of sex still tells it where another column stands for it. Gradient boosting guesses
every sensitive feature, and their combination, from all columns that are no sensitive feature: without the
outcome and with it, over three folds, so that no row is guessed by a model that learned from it. Which columns
carry the guess is asked in two ways: how much of it is lost when one column is shuffled among held-out rows
(little, where another column says the same), and how much one column tells alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, as_frame, take_rows
from equitab.errors import Problem, TableError
from equitab.evaluation.fairness import Subject
from equitab.evaluation.proxy_models import Guesses, OtherColumns, guess_by_one_column, guess_groups
from equitab.evaluation.results import CurvePoint, Measurement
from equitab.metrics import GroupSeparation, MetricResult, balanced_decisions, separate_groups
from equitab.metrics.count_measures import name_groups, result_of
from equitab.metrics.intervals import Interval, normal_quantile
from equitab.schema import IntersectionalGroups, TableSchema, group_codes, sensitive_groups

CodeArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

MAX_ROWS = 20_000
MIN_GROUP_SIZE = 50
ROWS_SHUFFLED = 1_000
WITH_OUTCOME = "with outcome"
"""The operating point of guesses that also see the outcome."""


@dataclass(frozen=True)
class ProxyAudit:
    """What was found about the proxies of every sensitive feature.

    Parameters
    ----------
    measurements : tuple of Measurement
        Stage ``proxies``; see `audit_proxies`.
    points : tuple of CurvePoint
        Figure ``proxy_columns/<sensitive>``: series ``<treatment>|alone`` and ``<treatment>|lost when
        shuffled``, x the column.
    treatments : tuple of str
        The tables: the audited one first.
    """

    measurements: tuple[Measurement, ...]
    points: tuple[CurvePoint, ...]
    treatments: tuple[str, ...]

    def auroc(
        self, sensitive_features: str, *, with_outcome: bool = False, treatment: str = ""
    ) -> float | None:
        """Return how well a sensitive feature (or ``sex × race``) can be told; None where undefined.

        Parameters
        ----------
        sensitive_features : str
        with_outcome : bool, default False
        treatment : str
            The audited table when empty.
        """
        point = WITH_OUTCOME if with_outcome else ""
        held = self._pick("proxy_auroc", sensitive_features, treatment or self.treatments[0])
        return next((one.value for one in held if one.operating_point == point), None)

    def carriers(self, sensitive_features: str, *, treatment: str = "") -> tuple[tuple[str, float], ...]:
        """Return the columns that carry a sensitive feature with what is lost without each, most first."""
        held = self._pick("proxy_auroc_drop", sensitive_features, treatment or self.treatments[0])
        found = [(one.model, one.value) for one in held if one.value is not None]
        return tuple(sorted(found, key=lambda pair: -pair[1]))

    @property
    def features(self) -> tuple[str, ...]:
        """The sensitive features, and their combination, in order."""
        return tuple(dict.fromkeys(one.sensitive_features for one in self.measurements))

    def table(self, *, n_columns: int = 5) -> str:
        """Return the audit as plain text: for each sensitive feature and table the AUROC and the carriers."""
        lines = []
        for name in self.features:
            lines.append(f"{name}: AUROC of guessing it from the other columns (0.5: nothing can be told)")
            lines += [f"  {treatment}: {self._line(name, treatment)}" for treatment in self.treatments]
            carriers = self.carriers(name)[:n_columns]
            if carriers:
                listed = ", ".join(f"{column} ({lost:+.3f})" for column, lost in carriers)
                lines.append(f"  carried most by (AUROC lost when shuffled): {listed}")
        return "\n".join(lines)

    def _line(self, name: str, treatment: str) -> str:
        parts = []
        for one in self._pick("proxy_auroc", name, treatment):
            words = f"{one.operating_point or 'without outcome'} "
            if one.value is None:
                return f"undefined: {one.reason}"
            ends = "" if one.low is None else f" [{one.low:.3f}, {one.high:.3f}]"
            parts.append(f"{words}{one.value:.3f}{ends}")
        return "; ".join(parts)

    def _pick(self, metric: str, name: str, treatment: str) -> list[Measurement]:
        wanted = (metric, name, treatment)
        return [
            one for one in self.measurements if (one.metric, one.sensitive_features, one.treatment) == wanted
        ]


def audit_proxies(
    table: Any,
    schema: TableSchema,
    *,
    reference: Any = None,
    treatments: tuple[str, str] = ("synthetic", "original"),
    confidence: float = 0.95,
    max_rows: int = MAX_ROWS,
    seed: int,
) -> ProxyAudit:
    """Measure how well every sensitive feature can be told from the other columns, and from which.

    Parameters
    ----------
    table : Frame or any supported table
    schema : TableSchema
        Numeric sensitive features count by their bins.
    reference : Frame or any supported table, optional
        A table to compare with, such as the one before a treatment; audited in the same way.
    treatments : tuple of two str
        What the table and its reference are called.
    confidence : float, default 0.95
    max_rows : int, default 20,000
        Of a larger table so many rows are drawn; the reasons say so.
    seed : int
        Of that draw, the folds, the models and the shuffles.

    Returns
    -------
    ProxyAudit
        For every sensitive feature, and for all of them together: ``proxy_auroc`` and
        ``proxy_balanced_accuracy``, once without the outcome and once with it (`operating_point`); for every
        column (its name in `model`) ``proxy_auroc_drop``, lost when it is shuffled, and ``column_proxy_auroc``,
        told by it alone; with a reference ``proxy_auroc_change``.

    Raises
    ------
    TableError
        If the schema has no sensitive feature or no other column.

    Notes
    -----
    AUROC is the unweighted mean over groups of telling each from everybody else. Groups of fewer than 50 of the
    rows asked are not averaged (they are guessed together, and named). The combination of features has no
    ``proxy_auroc_drop``: its carriers are those of the single features.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column, SensitiveFeature
    >>> columns = (Column("sex", "categorical"), Column("title", "categorical"), Column("y", "boolean"))
    >>> schema = TableSchema(columns, "y", favorable_outcome=(True,), sensitive_features=(SensitiveFeature("sex"),))
    >>> table = frame_from_columns(
    ...     {"sex": ["F", "M"] * 100, "title": ["Ms", "Mr"] * 100, "y": [True, True, False, False] * 50}
    ... )
    >>> found = audit_proxies(table, schema, seed=0)
    >>> found.auroc("sex"), found.carriers("sex")[0][0]
    (1.0, 'title')
    """
    frames = [as_frame(table)] + ([] if reference is None else [as_frame(reference)])
    _check(frames, schema)
    rng = np.random.default_rng(seed)
    asked = [_some_rows(frame, max_rows, rng) for frame in frames]
    found: list[Measurement] = []
    points: list[CurvePoint] = []
    for groups in _planned(frames[-1], schema):
        targets = _targets(
            asked, groups, schema, treatments, [len(frame) for frame in frames], confidence, seed
        )
        results = [list(target.measure()) for target in targets]
        found += [one for held in results for one in held]
        points += [point for held in results for point in _column_points(held)]
        if len(results) > 1:
            found += list(_changes(*results, confidence=confidence))
    return ProxyAudit(tuple(found), tuple(points), treatments[: len(frames)])


def proxy_auroc(
    table: Any,
    schema: TableSchema,
    *,
    sensitive_features: Sequence[str] = (),
    with_outcome: bool = False,
    max_rows: int = MAX_ROWS,
    seed: int,
) -> float:
    """Return how well some sensitive features, taken together, can be told from the other columns.

    The one number of `audit_proxies` that a bound is about, faster.

    Parameters
    ----------
    table : Frame or any supported table
    schema : TableSchema
    sensitive_features : sequence of str
        All of the schema's when empty.
    with_outcome : bool, default False
    max_rows : int, default 20,000
    seed : int

    Returns
    -------
    float
        AUROC; 0.5 where fewer than two groups are large enough to be told apart.

    Raises
    ------
    TableError
        As `audit_proxies`.
    """
    frame = as_frame(table)
    _check([frame], schema)
    groups = sensitive_groups(frame, schema, tuple(sensitive_features) or None)
    asked = _some_rows(frame, max_rows, np.random.default_rng(seed))
    target = _targets([asked], groups, schema, ("", ""), [len(frame)], 0.95, seed)[0]
    return target.separation(target.guesses(with_outcome, 0)).mean if len(target.counted) > 1 else 0.5


def measure_proxy(
    table: Any,
    schema: TableSchema,
    *,
    sensitive_features: Sequence[str] = (),
    treatment: str = "synthetic",
    confidence: float = 0.95,
    max_rows: int = MAX_ROWS,
    seed: int,
) -> list[Measurement]:
    """Measure how well some sensitive features, taken together, can be told from the other columns.

    What a constraint ``bounded_proxies`` is held against; `audit_proxies` says also which columns tell.

    Parameters
    ----------
    table, schema, sensitive_features, max_rows, seed
        As in `proxy_auroc`.
    treatment : str, default "synthetic"
        What the table is called.
    confidence : float, default 0.95

    Returns
    -------
    list of Measurement
        ``proxy_auroc`` and ``proxy_balanced_accuracy``, without the outcome and with it.

    Raises
    ------
    TableError
        As `audit_proxies`.
    """
    frame = as_frame(table)
    _check([frame], schema)
    groups = sensitive_groups(frame, schema, tuple(sensitive_features) or None)
    asked = _some_rows(frame, max_rows, np.random.default_rng(seed))
    target = _targets([asked], groups, schema, (treatment, ""), [len(frame)], confidence, seed)[0]
    return list(target.told(rows_shuffled=0))


def _check(frames: Sequence[Frame], schema: TableSchema) -> None:
    problems = []
    if not schema.sensitive_names:
        problems.append(Problem("schema", "a sensitive feature", "none", "say which: --sensitive COLUMN"))
    if not set(schema.feature_columns) - set(schema.sensitive_names):
        problems.append(Problem("table", "a column besides target and sensitive ones", "none"))
    problems += [Problem("table", "rows", "none") for frame in frames if not len(frame)]
    if problems:
        raise TableError(problems)


def _some_rows(frame: Frame, max_rows: int, rng: np.random.Generator) -> Frame:
    if len(frame) <= max_rows:
        return frame
    return take_rows(frame, np.sort(rng.choice(len(frame), max_rows, replace=False)))


def _planned(frame: Frame, schema: TableSchema) -> Iterator[IntersectionalGroups]:
    """Yield the groups of every sensitive feature, then those of all of them together."""
    for name in schema.sensitive_names:
        yield sensitive_groups(frame, schema, (name,))
    if len(schema.sensitive_names) > 1:
        yield sensitive_groups(frame, schema)


@dataclass(frozen=True, eq=False)
class _Target:
    """Groups that are to be guessed in one table.

    Rows of groups that are too small in any of the tables share the last code.
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
        return guess_groups(
            self.columns[with_outcome],
            self.codes,
            n_groups=self.n_codes,
            rows_shuffled=rows_shuffled,
            seed=self.seed,
        )

    def separation(self, guesses: Guesses) -> GroupSeparation:
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


def _targets(
    frames: Sequence[Frame],
    groups: IntersectionalGroups,
    schema: TableSchema,
    treatments: tuple[str, str],
    n_rows: Sequence[int],
    confidence: float,
    seed: int,
) -> list[_Target]:
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
            _Target(
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


def _changes(
    table: Sequence[Measurement], reference: Sequence[Measurement], *, confidence: float
) -> Iterator[Measurement]:
    """Yield how much better a sensitive feature can be told than in the reference (below 0: worse)."""
    before = {one.operating_point: one for one in reference if one.metric == "proxy_auroc"}
    for one in table:
        other = before.get(one.operating_point)
        if one.metric != "proxy_auroc" or other is None or one.value is None or other.value is None:
            continue
        value = one.value - other.value
        half = normal_quantile(confidence) * float(np.hypot(_error(one), _error(other)))
        has_interval = np.isfinite(half)
        yield replace(
            one,
            metric="proxy_auroc_change",
            value=value,
            low=max(value - half, -1.0) if has_interval else None,
            high=min(value + half, 1.0) if has_interval else None,
            interval_method="normal" if has_interval else "",
            confidence=confidence if has_interval else None,
            reference_group=other.treatment,
        )


def _error(one: Measurement) -> float:
    """Return the standard error that an interval implies; NaN without one."""
    if one.low is None or one.high is None or one.confidence is None:
        return float("nan")
    return (one.high - one.low) / (2 * normal_quantile(one.confidence))


def _column_points(measured: Sequence[Measurement]) -> Iterator[CurvePoint]:
    """Yield the bars of the figure of columns."""
    series: dict[str, Callable[[Measurement], str]] = {
        "column_proxy_auroc": lambda one: f"{one.treatment}|alone",
        "proxy_auroc_drop": lambda one: f"{one.treatment}|lost when shuffled",
    }
    for one in measured:
        if one.metric in series and one.value is not None:
            yield CurvePoint(
                figure=f"proxy_columns/{one.sensitive_features}",
                series=series[one.metric](one),
                x=one.model,
                y=one.value,
                low=one.low,
                high=one.high,
                n=one.n,
            )
