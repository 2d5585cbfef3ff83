r"""How fair a table is, before anybody trains on it: every constraint's criterion, with chance beside it.

With the outcome :math:`y` (1: favorable) and groups :math:`g`, demographic parity and a minimum rate are read
straight from the table:

.. math:: r_g = P(y = 1 \mid g) .

The other criteria need predictions, and a table has none. They are defined *relative to a named reference
learner*: gradient boosting (scikit-learn's HistGradientBoosting, its defaults without early stopping) on all
columns but the outcome, trained on the table itself, five folds, every row predicted by the model of the folds
that it is not in (`out_of_fold`), at the threshold 0.5:

.. math:: \hat y_i = [\, \hat P_{-k(i)}(y = 1 \mid x_i) \ge 0.5 \,]

.. math::
    \text{equal opportunity: } P(\hat y = 1 \mid y = 1, g), \quad
    \text{equalized odds: that and } P(\hat y = 1 \mid y = 0, g), \quad
    \text{predictive parity: } P(y = 1 \mid \hat y = 1, g) .

Each is the largest minus the smallest rate over all groups that are large enough, and stands beside the spread
that exact parity gives at these group sizes, the groups that differ by more than chance, and the smallest
tolerance that so many rows could show to hold. A group is too small to say where the rate rests on fewer than
`TableFairnessSettings.min_group_size` rows: its rate is given with its interval, and it is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, as_frame, take_rows
from equitab.errors import Problem, TableError
from equitab.evaluation.comparisons import MIN_NAMED_RECORDS
from equitab.evaluation.fairness import Subject
from equitab.evaluation.learners import Learner, learner
from equitab.evaluation.out_of_fold import FAVORABLE, FloatArray, out_of_fold_scores
from equitab.evaluation.proxies import measure_proxy
from equitab.evaluation.rate_spread import JudgedRates, SpreadSettings, measure_spread
from equitab.evaluation.results import Measurement
from equitab.metrics import RATES, count_outcomes, rows_for_tolerance
from equitab.schema import (
    FairnessConstraint,
    TableSchema,
    check_constraints,
    favorable,
    group_codes,
    has_target,
    labels,
    row_weights,
    sensitive_groups,
)

BoolArray = npt.NDArray[np.bool_]

CRITERION_RATES: dict[str, tuple[str, ...]] = {
    "demographic_parity": ("base_rate",),
    "minimum_rate": ("base_rate",),
    "equal_opportunity": ("true_positive_rate",),
    "equalized_odds": ("true_positive_rate", "false_positive_rate"),
    "predictive_parity": ("positive_predictive_value",),
}
"""The rates that each criterion wants alike in every group of a table."""

MAX_VALUES = 50


@dataclass(frozen=True, kw_only=True)
class TableFairnessSettings(SpreadSettings):
    """How sure, for whom, and relative to which learner.

    Parameters
    ----------
    confidence, n_replicates, min_group_size, large_group_size
        As in `SpreadSettings`.
    reference_learner : str, Learner or mapping, default "gradient_boosting"
        Whose predictions count where the criterion needs some; as `equitab.evaluation.learner` reads it.
    n_folds : int, default 5
    use_sensitive_features : bool, default True
        Whether the reference learner may see them.
    each_value : bool, default False
        For a target of several values: also every value as an outcome of its own, against all others.
    """

    reference_learner: Any = "gradient_boosting"
    n_folds: int = 5
    use_sensitive_features: bool = True
    each_value: bool = False


def measure_table_fairness(
    table: Any,
    schema: TableSchema,
    *,
    constraints: Sequence[FairnessConstraint],
    settings: TableFairnessSettings | None = None,
    treatment: str = "synthetic",
    seed: int,
) -> list[Measurement]:
    """Measure the criterion of every constraint on a table itself.

    Parameters
    ----------
    table : Frame or any supported table
        Rows without a target are left out, and counted.
    schema : TableSchema
    constraints : sequence of FairnessConstraint
        Which criteria, for whom; how they are to be enforced plays no part.
    settings : TableFairnessSettings, optional
    treatment : str, default "synthetic"
        Which table it is.
    seed : int
        Of folds, learner, bootstraps and simulated tables.

    Returns
    -------
    list of Measurement
        With stage ``audit``; `model` names the reference learner where predictions were needed, and
        `operating_point` its threshold. For every constraint: the rates of everybody and of each group; the
        spread over all groups large enough (such as ``demographic_parity_difference``), and over the groups of
        at least `large_group_size` rows (its `operating_point` says so); ``exact_parity_spread`` and
        ``parity_spread_ratio`` beside it; ``groups_off_parity``; ``smallest_tolerance``; and for a minimum rate
        ``lowest_selection_rate``. With `each_value` the same for every value of the target, named in
        `operating_point`. For ``bounded_proxies`` what `equitab.evaluation.measure_proxy` returns.

    Raises
    ------
    ConstraintError
        If a constraint does not fit the schema.
    TableError
        If predictions are needed and there are too few rows of either outcome, or every value is asked for
        where the target has a threshold.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column, SensitiveFeature
    >>> schema = TableSchema(
    ...     (Column("sex", "categorical"), Column("y", "boolean")), "y",
    ...     favorable_outcome=(True,), sensitive_features=(SensitiveFeature("sex"),),
    ... )
    >>> table = frame_from_columns({"sex": ["F", "M"] * 100, "y": [False, True, True, True] * 50})
    >>> found = measure_table_fairness(table, schema, constraints=[FairnessConstraint()], seed=0)
    >>> [(one.metric, one.group, one.value) for one in found[1:4]]
    [('base_rate', 'F', 0.5), ('base_rate', 'M', 1.0), ('demographic_parity_difference', '', 0.5)]
    """
    chosen = settings or TableFairnessSettings()
    judged = _JudgedTable.read(as_frame(table), schema, constraints, chosen, seed)
    found: list[Measurement] = []
    for outcome in judged.outcomes():
        for constraint in judged.constraints:
            rates = judged.rates(constraint, outcome)
            subject = judged.subject(constraint, outcome, treatment)
            found += measure_spread(rates, subject=subject, settings=chosen, seed=seed)
    for constraint in constraints:
        if constraint.criterion == "bounded_proxies":
            features = constraint.features(schema)
            found += measure_proxy(
                judged.frame,
                schema,
                sensitive_features=features,
                treatment=treatment,
                confidence=chosen.confidence,
                seed=seed,
            )
    return found


def unshowable_tolerances(
    table: Any,
    schema: TableSchema,
    *,
    constraints: Sequence[FairnessConstraint],
    settings: TableFairnessSettings | None = None,
    seed: int,
) -> list[Problem]:
    """Return the tolerances that this table is too small to show, each with the number of rows that would.

    Parameters
    ----------
    table : Frame or any supported table
        The rows that are to judge: the table itself, or validation rows where models are judged.
    schema, constraints, settings, seed
        As in `measure_table_fairness`.

    Returns
    -------
    list of Problem
        Empty where every tolerance can be shown over the groups that are large enough. Minimum rates and
        bounded proxies have no tolerance and are left out.

    Raises
    ------
    ConstraintError, TableError
        As `measure_table_fairness`.

    Examples
    --------
    >>> from equitab.dataframe import frame_from_columns
    >>> from equitab.schema import Column, SensitiveFeature
    >>> schema = TableSchema(
    ...     (Column("sex", "categorical"), Column("y", "boolean")), "y",
    ...     favorable_outcome=(True,), sensitive_features=(SensitiveFeature("sex"),),
    ... )
    >>> table = frame_from_columns({"sex": ["F", "M"] * 100, "y": [False, False, True, True] * 50})
    >>> asked = [FairnessConstraint(tolerance=0.05)]
    >>> problem, = unshowable_tolerances(table, schema, constraints=asked, seed=0)
    >>> problem.expected
    'at least 0.139: less can not be shown on the 100 rows of its smallest group'
    >>> problem.next_step.split(" would")[0]
    'about 1,537 rows in all'
    """
    chosen = settings or TableFairnessSettings()
    judged = _JudgedTable.read(as_frame(table), schema, constraints, chosen, seed)
    found = []
    for constraint in judged.constraints:
        if constraint.criterion != "minimum_rate":
            rates = judged.rates(constraint, FAVORABLE)
            found += [_unshowable(constraint, rates, chosen)] if rates.n_large > 1 else []
    return [problem for problem in found if problem is not None]


def _unshowable(
    constraint: FairnessConstraint, rates: JudgedRates, settings: TableFairnessSettings
) -> Problem | None:
    """Return the problem of a tolerance below what the sample can show."""
    smallest = rates.smallest_tolerance(settings.confidence)
    if constraint.tolerance >= smallest:
        return None
    where = f"constraint {constraint.name!r}, tolerance"
    size = min(int(trials[rates.is_large].min()) for trials in rates.trials())
    expected = f"at least {smallest:.3f}: less can not be shown on the {size:,} rows of its smallest group"
    return Problem(where, expected, f"{constraint.tolerance:g}", _enough(constraint, rates, settings))


def _enough(constraint: FairnessConstraint, rates: JudgedRates, settings: TableFairnessSettings) -> str:
    """Return how many rows would show a tolerance, in words."""
    others = "allow more, or compare fewer and larger groups"
    if constraint.tolerance == 0:
        return f"no number of rows shows that two rates are exactly the same; {others}"
    n_rows = max(
        rows_for_tolerance(
            constraint.tolerance,
            overall,
            shares=trials[rates.is_large] / max(rates.n_rows, 1),
            confidence=settings.confidence,
        )
        for trials, overall in zip(rates.trials(), rates.overall(), strict=True)
    )
    return f"about {n_rows:,} rows in all would show it, groups as they are; or {others}"


@dataclass(frozen=True, eq=False)
class _JudgedTable:
    """A table's rows with a target, the constraints, and what the reference learner predicts."""

    frame: Frame
    schema: TableSchema
    constraints: tuple[FairnessConstraint, ...]
    values: tuple[str, ...]
    learner: Learner
    scores: Callable[[], Any]
    n_left_out: int
    weights: FloatArray | None = field(default=None)

    @classmethod
    def read(
        cls,
        frame: Frame,
        schema: TableSchema,
        constraints: Sequence[FairnessConstraint],
        settings: TableFairnessSettings,
        seed: int,
    ) -> _JudgedTable:
        for constraint in constraints:  # one by one: they are measured, so none contradicts another
            check_constraints([constraint], schema)
        known = has_target(frame, schema)
        kept = frame if known.all() else take_rows(frame, known)
        values = _values_named(kept, schema) if settings.each_value else ()
        reference = learner(settings.reference_learner)
        held: list[Any] = []

        def scores() -> Any:
            if not held:  # learned once, and only where a criterion needs predictions
                held.append(
                    out_of_fold_scores(
                        kept,
                        schema,
                        reference,
                        n_folds=settings.n_folds,
                        use_sensitive_features=settings.use_sensitive_features,
                        values=values,
                        seed=seed,
                    )
                )
            return held[0]

        measured = tuple(one for one in constraints if one.criterion in CRITERION_RATES)
        n_left_out = int((~known).sum())
        return cls(kept, schema, measured, values, reference, scores, n_left_out, row_weights(kept, schema))

    def outcomes(self) -> Iterator[str]:
        """Yield what counts as favorable: the schema's outcome, then every value that was asked for."""
        yield FAVORABLE
        yield from self.values

    def rates(self, constraint: FairnessConstraint, outcome: str) -> JudgedRates:
        """Return the counts of every group that has rows, and the rates that count."""
        groups = sensitive_groups(self.frame, self.schema, constraint.features(self.schema))
        codes = group_codes(self.frame, self.schema, groups)
        true = self._true(outcome)
        predicted = true if not _needs_predictions(constraint) else self.scores()[outcome] >= 0.5
        counts = count_outcomes(true, predicted, codes, n_groups=groups.n_groups, sample_weight=self.weights)
        occupied = np.flatnonzero(counts.group_sizes)
        return JudgedRates(
            criterion=constraint.criterion,
            name=" × ".join(groups.features),
            labels=tuple(groups.label(int(code)) for code in occupied),
            counts=counts.select(occupied),
            rates=tuple(RATES[name] for name in CRITERION_RATES[constraint.criterion]),
        )

    def subject(self, constraint: FairnessConstraint, outcome: str, treatment: str) -> Subject:
        """Return what is measured, in words."""
        point = f"outcome {outcome}" if outcome else ""
        left_out = f"{self.n_left_out} rows without a target left out" if self.n_left_out else ""
        subject = Subject(treatment=treatment, operating_point=point, remark=left_out)
        if not _needs_predictions(constraint):
            return subject
        point = f"0.5, {point}" if point else "0.5"
        return replace(subject, model=self.learner.name, operating_point=point)

    def _true(self, outcome: str) -> BoolArray:
        if not outcome:
            return favorable(self.frame, self.schema)
        held = labels(self.frame, self.schema.target, missing_tokens=self.schema.missing_tokens)
        return np.asarray(held.codes == held.names.index(outcome))


def _needs_predictions(constraint: FairnessConstraint) -> bool:
    return CRITERION_RATES[constraint.criterion] != ("base_rate",)


def _values_named(frame: Frame, schema: TableSchema) -> tuple[str, ...]:
    """Return the values of the target that are frequent enough to be named."""
    where = f"target {schema.target!r}, every value as an outcome"
    if schema.favorable_threshold is not None:
        raise TableError(Problem(where, "a target of categories", "one with a threshold"))
    held = labels(frame, schema.target, missing_tokens=schema.missing_tokens)
    if len(held.names) > MAX_VALUES:
        raise TableError(Problem(where, f"at most {MAX_VALUES} values", f"{len(held.names)}"))
    counts = np.bincount(held.codes, minlength=len(held.names))
    return tuple(name for name, n in zip(held.names, counts, strict=True) if n >= MIN_NAMED_RECORDS)
