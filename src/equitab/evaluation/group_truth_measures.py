"""Likeness, variety and nearness of the drawn rows of one group, each beside what its own real rows score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from equitab.evaluation.group_truth_cells import Scope
from equitab.evaluation.group_truth_rows import Rows, TruthTables
from equitab.evaluation.quality.tables import HOLDOUT, SYNTHETIC, TRAINING
from equitab.evaluation.results import Treatment
from equitab.metrics import (
    ColumnPair,
    MetricResult,
    coverage_metrics,
    dcr_share,
    distinct_metrics,
    group_copy_metrics,
    group_distance_metrics,
    marginal_errors,
    nearest_distances,
    spread_ratio,
)
from equitab.metrics.correlations import correlation_similarities
from equitab.metrics.marginal_errors import MarginalErrors

MIN_ROWS = 20
"""With fewer held-out (or training, or drawn) rows of a group nothing is said that would rest on them."""

Found = tuple[MetricResult, Treatment]
DRAWN: Treatment = "synthetic"
REAL: Treatment = "holdout"

_ERRORS = ("held_out_column_error", "excess_held_out_column_error")
_COVERAGE = ("held_out_coverage", "held_out_coverage_shortfall")


@dataclass(frozen=True, eq=False)
class GroupTruth:
    """One scope of some tables, ready to be measured.

    Parameters
    ----------
    tables : TruthTables
    scope : Scope
    confidence : float
    """

    tables: TruthTables
    scope: Scope
    confidence: float

    def measure(self) -> list[Found]:
        """Return everything but detection: numbers of rows, then likeness, variety, nearness."""
        return [
            *self._sizes(),
            *self._errors(),
            *self._correlations(),
            *self._distinct(),
            *self._coverage(),
            *self._spread(),
            *self._copies(),
            *self._distances(),
            self._nearer(),
        ]

    @cached_property
    def counts(self) -> tuple[int, int, int]:
        """Training, drawn and held-out rows."""
        return self.tables.counts(self.scope)

    def lacks(self, *tables: int) -> str:
        """Return why the rows of some tables are too few; empty where they are not."""
        words = {TRAINING: "real training row", SYNTHETIC: "drawn row", HOLDOUT: "real held-out row"}
        if TRAINING in tables and self.counts[TRAINING] == 0:
            return "no real training row"
        for table in tables:
            n = self.counts[table]
            if n < MIN_ROWS:
                return f"only {n} {words[table]}{'' if n == 1 else 's'}" if n else f"no {words[table]}"
        return ""

    @cached_property
    def lacks_matches(self) -> str:
        """Why the three tables cannot be compared at equal numbers; empty where they can."""
        reason = self.lacks(HOLDOUT, TRAINING, SYNTHETIC)
        size = 0 if reason else self.tables.matched_size(self.scope)
        if reason or size >= MIN_ROWS:
            return reason
        return f"only {size} held-out rows of outcomes that there are as many drawn and training rows of"

    @cached_property
    def draws(self) -> list[Rows]:
        """Draws with equally many rows of the three tables."""
        return self.tables.matched_draws(self.scope)

    def undefined(self, metric: str, reason: str, table: int = SYNTHETIC) -> MetricResult:
        """Return a metric of this scope without a value."""
        return MetricResult.undefined(metric, reason=reason, n=self.counts[table], group=self.scope.label)

    def _sizes(self) -> Iterator[Found]:
        kinds: tuple[Treatment, ...] = ("original", DRAWN, REAL)
        for n, treatment in zip(self.counts, kinds, strict=True):
            result = MetricResult("group_rows", float(n), None, None, None, "none", n, self.scope.label)
            yield replace(result, reason=self.scope.remark), treatment

    def _errors(self) -> list[Found]:
        """Return the error of drawn rows, of equally many training rows, and the difference."""
        name, excess = _ERRORS
        if self.lacks_matches:
            return [
                (self.undefined(name, self.lacks_matches), DRAWN),
                (self.undefined(name, self.lacks_matches, TRAINING), REAL),
                (self.undefined(excess, self.lacks_matches), DRAWN),
            ]
        errors = _averaged([self._error_of(rows) for rows in self.draws])
        asked = {"confidence": self.confidence, "group": self.scope.label}
        return [
            (replace(errors.result(0, **asked), metric=name), DRAWN),  # type: ignore[arg-type]
            (replace(errors.result(1, **asked), metric=name), REAL),  # type: ignore[arg-type]
            (replace(errors.excess(**asked), metric=excess), DRAWN),  # type: ignore[arg-type]
        ]

    def _error_of(self, rows: Rows) -> MarginalErrors:
        training, drawn, held_out = self.tables.binned(rows, self.scope)
        return marginal_errors(held_out, [drawn, training], order=1, seed=0)

    def _correlations(self) -> list[Found]:
        name = "held_out_correlation_error"
        numeric = [column for column in self.tables.columns if not column.is_category]
        reason = self.lacks_matches or ("" if len(numeric) > 1 else "fewer than two columns of numbers")
        if reason:
            return [(self.undefined(name, reason), DRAWN), (self.undefined(name, reason, TRAINING), REAL)]
        found: list[Found] = []
        sides: tuple[tuple[int, Treatment], ...] = ((SYNTHETIC, DRAWN), (TRAINING, REAL))
        for table, treatment in sides:
            errors = [self._correlation_error(rows, table) for rows in self.draws]
            n = len(self.draws[0][table])
            result = MetricResult(name, float(np.mean(errors)), None, None, None, "none", n, self.scope.label)
            found.append((result, treatment))
        return found

    def _correlation_error(self, rows: Rows, table: int) -> float:
        """Return the mean absolute difference of the correlations of two tables."""
        pairs = [
            ColumnPair(
                column.name,
                "numeric",
                column.tables[HOLDOUT][rows[HOLDOUT]],
                column.tables[table][rows[table]],
            )
            for column in self.tables.columns
            if not column.is_category
        ]
        return float(2 * (1 - np.mean(list(correlation_similarities(pairs).values()))))

    def _distinct(self) -> list[Found]:
        names = ("distinct_share", "distinct_ratio")
        reason = self.lacks(SYNTHETIC)
        if reason:
            return [(self.undefined(name, reason), DRAWN) for name in names]
        keys = [
            [self.tables.keys[table][self.tables.all_rows(table, cell)] for cell in self.scope.cells]
            for table in (TRAINING, SYNTHETIC, HOLDOUT)
        ]
        real = [np.concatenate(pair) for pair in zip(keys[TRAINING], keys[HOLDOUT], strict=True)]
        share, ratio = distinct_metrics(keys[SYNTHETIC], real, group=self.scope.label)
        few = self._few_real()
        return [(share, DRAWN), (self.undefined(names[1], few) if few else ratio, DRAWN)]

    def _few_real(self) -> str:
        """Return why training and held-out rows together are too few; empty where they are not."""
        n = self.counts[TRAINING] + self.counts[HOLDOUT]
        return "" if n >= MIN_ROWS else f"only {n} real rows" if n else "no real row"

    def _coverage(self) -> list[Found]:
        name, shortfall = _COVERAGE
        if self.lacks_matches:
            return [
                (self.undefined(name, self.lacks_matches), DRAWN),
                (self.undefined(name, self.lacks_matches, TRAINING), REAL),
                (self.undefined(shortfall, self.lacks_matches), DRAWN),
            ]
        found = [
            coverage_metrics(
                self._places(HOLDOUT, rows),
                self._places(SYNTHETIC, rows),
                self._places(TRAINING, rows),
                confidence=self.confidence,
                group=self.scope.label,
            )
            for rows in self.draws
        ]
        drawn, real, missing = (_mean_result(held) for held in zip(*found, strict=True))
        return [
            (replace(drawn, metric=name), DRAWN),
            (replace(real, metric=name), REAL),
            (replace(missing, metric=shortfall), DRAWN),
        ]

    def _places(self, table: int, rows: Rows) -> np.ndarray:
        return self.tables.places[table][rows[table]]

    def _spread(self) -> list[Found]:
        reason = self.lacks(SYNTHETIC) or self._few_real()
        if reason:
            return [(self.undefined("spread_ratio", reason), DRAWN)]
        sides = {table: self._sample(table) for table in (TRAINING, SYNTHETIC, HOLDOUT)}
        real = np.concatenate([self.tables.places[table][sides[table]] for table in (TRAINING, HOLDOUT)])
        codes = np.concatenate([self.tables.kept[table][sides[table]] for table in (TRAINING, HOLDOUT)])
        weights = self._weights(codes, self.tables.kept[SYNTHETIC][sides[SYNTHETIC]])
        if int((weights > 0).sum()) < MIN_ROWS:
            reason = "fewer than 20 real rows of outcomes that rows were drawn for"
            return [(self.undefined("spread_ratio", reason), DRAWN)]
        result = spread_ratio(
            self.tables.places[SYNTHETIC][sides[SYNTHETIC]],
            real,
            real_weights=weights,
            confidence=self.confidence,
            group=self.scope.label,
        )
        return [(result, DRAWN)]

    def _sample(self, table: int) -> np.ndarray:
        """Return at most `max_rows` rows of a scope: an evenly spaced part of every cell."""
        rows = self.tables.scope_rows(table, self.scope)
        most = self.tables.max_rows
        return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).round().astype(int)]

    def _weights(self, codes: np.ndarray, drawn_codes: np.ndarray) -> np.ndarray:
        """Return weights that give rows of some cells the composition of others."""
        n_cells = len(self.tables.cells.occupied)
        have, want = (np.bincount(held, minlength=n_cells) for held in (codes, drawn_codes))
        return np.asarray((want / np.maximum(have, 1))[codes], dtype=np.float64)

    def _copies(self) -> list[Found]:
        """Return copies among all drawn rows, among held-out rows, and the difference."""
        share, excess = "group_copy_share", "excess_group_copy_share"
        if self.counts[TRAINING] == 0:
            reason = "no real training row"
            return [
                (self.undefined(share, reason), DRAWN),
                (self.undefined(share, reason, HOLDOUT), REAL),
                (self.undefined(excess, reason), DRAWN),
            ]
        codes = self.tables.cells.codes
        inside = [np.flatnonzero(np.isin(codes[table], self.scope.cells)) for table in (SYNTHETIC, HOLDOUT)]
        drawn, real, more = group_copy_metrics(
            self.tables.is_copy[0][inside[0]],
            self.tables.is_copy[1][inside[1]],
            held_out_weights=self._weights(codes[HOLDOUT][inside[1]], codes[SYNTHETIC][inside[0]]),
            confidence=self.confidence,
            group=self.scope.label,
        )
        few = self.lacks(HOLDOUT)
        if few:
            real, more = self.undefined(share, few, HOLDOUT), self.undefined(excess, few)
        return [(drawn, DRAWN), (real, REAL), (more, DRAWN)]

    def _distances(self) -> list[Found]:
        names = ("group_median_dcr", "group_dcr_ratio")
        reason = "no real training row" if self.counts[TRAINING] == 0 else self.lacks(HOLDOUT, SYNTHETIC)
        if reason:
            return [
                (self.undefined(names[0], reason), DRAWN),
                (self.undefined(names[0], reason, HOLDOUT), REAL),
                (self.undefined(names[1], reason), DRAWN),
            ]
        places = self.tables.places
        known = places[TRAINING][self.tables.scope_rows(TRAINING, self.scope)]
        asked = {table: self._sample(table) for table in (SYNTHETIC, HOLDOUT)}
        near, usual = (nearest_distances(places[table][rows], known)[:, 0] for table, rows in asked.items())
        codes = [self.tables.kept[table][rows] for table, rows in asked.items()]
        drawn, real, ratio = group_distance_metrics(
            near,
            usual,
            held_out_weights=self._weights(codes[1], codes[0]),
            confidence=self.confidence,
            group=self.scope.label,
            seed=self.tables.seed,
        )
        return [(drawn, DRAWN), (real, REAL), (ratio, DRAWN)]

    def _nearer(self) -> Found:
        name = "group_dcr_share"
        if self.lacks_matches:
            return self.undefined(name, self.lacks_matches), DRAWN
        found = [
            dcr_share(
                self._places(SYNTHETIC, rows),
                self._places(TRAINING, rows),
                self._places(HOLDOUT, rows),
                confidence=self.confidence,
            )
            for rows in self.draws
        ]
        return replace(_mean_result(found), metric=name, group=self.scope.label), DRAWN


def _averaged(errors: Sequence[MarginalErrors]) -> MarginalErrors:
    """Return the mean errors over several draws, with the variance of a single one."""
    first = errors[0]
    return MarginalErrors(
        first.order,
        first.sets,
        np.mean([held.errors for held in errors], axis=0),
        tuple(np.mean([held.variances for held in errors], axis=0).tolist()),
        float(np.mean([held.excess_variance for held in errors])),
        first.sizes,
    )


def _mean_result(found: Sequence[MetricResult]) -> MetricResult:
    """Return the mean over several draws, with the interval of a single one about it: too wide, not too narrow."""
    ends = {
        name: float(np.mean([getattr(held, name) for held in found])) for name in ("value", "low", "high")
    }
    return replace(found[0], **ends)  # type: ignore[arg-type]
