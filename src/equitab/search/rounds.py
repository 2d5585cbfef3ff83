"""Rounds until a contract holds: rows are added step by step, a model is trained and judged after each."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.assurance import Contract
from equitab.augmentation import AugmentedTable, RebalancingPlan, augment
from equitab.augmentation.augment import plan_remarks
from equitab.dataframe import Frame, TableTemplate, as_frame, concatenate
from equitab.errors import InputError, Problem, RecipeError
from equitab.evaluation import Learner, RealRows, learner
from equitab.evaluation.guards import check_unseen
from equitab.generators import Generator
from equitab.schema import TableSchema
from equitab.search.budget import Budget
from equitab.search.choice import PlanMaker
from equitab.search.growth import Growth, GrowthRound, Stopped
from equitab.search.plan_steps import PlanSteps
from equitab.search.round_contract import RoundContract
from equitab.search.round_measures import RoundMeter, mean_certainty
from equitab.search.stopping import StopRules, choose_round
from equitab.search.validation_score import rows_problems
from equitab.search.workers import Report

MOST_STEP = 10.0
"""A step is at most so many times the training rows."""


def grow_until(
    table: Any,
    schema: TableSchema,
    generator: Generator,
    *,
    plan: PlanMaker | RebalancingPlan,
    contract: Contract,
    validation: RealRows,
    learner: str | Learner | Mapping[str, Any] = "random_forest",
    step: float = 0.1,
    most_rounds: int = 10,
    max_seconds: float | None = None,
    patience: int = 3,
    use_sensitive_features: bool = True,
    positions: npt.NDArray[np.int64] | None = None,
    record: Callable[[GrowthRound], None] | None = None,
    seed: int,
    progress: Report | None = None,
) -> Growth:
    r"""Add rows round by round until a contract holds on validation rows, cannot hold, or comes no nearer.

    Round 0 adds nothing. Each later round keeps the rows of the one before and adds ``step`` times as many as there
    are training rows; a model learns from real and added rows, and every promise of the contract is checked on what
    was measured of it on real validation rows.

    Parameters
    ----------
    table : Frame or any supported table
        Training rows: without those of validation and test.
    schema : TableSchema
    generator : Generator
        Fitted on the training rows.
    plan : callable or RebalancingPlan
        Makes the plan of the training rows, or is it. A plan with an end is filled step by step; ``append`` and
        ``sparse_regions`` go on in their own proportions.
    contract : Contract
        A promise that names a model, a treatment or a stage is about that one; without, about the learner on real
        and added rows. ``original`` is the model of round 0.
    validation : RealRows
        Real rows that neither generator nor model learns from.
    learner : str, Learner or mapping, default "random_forest"
        The downstream model.
    step : float, default 0.1
        Rows of a round, as a share of the training rows; above 0, at most 10.
    most_rounds : int, default 10
        At least 1.
    max_seconds : float, optional
        No round begins after so many seconds.
    patience : int, default 3
        It ends when no promise came nearer in so many rounds.
    use_sensitive_features : bool, default True
        Whether the model sees the sensitive features.
    positions : ndarray of int, optional
        Where the training rows stand in the caller's table, for the check that none of them judges.
    record : callable, optional
        Called with every round as soon as it is measured: to keep it as evidence.
    seed : int
    progress : callable, optional
        Called with the number of rounds done, of all, and a few words.

    Returns
    -------
    Growth

    Raises
    ------
    RecipeError
        Everything that is wrong with what was asked for, at once.
    ConstraintError
        If the plan cannot be carried out.
    ProtocolError
        If a validation row is among the training rows.

    Notes
    -----
    The same seed gives the same rounds: round *r* draws with the *r*-th seed that follows from it, so that no later
    round changes an earlier one.

    It ends when the contract holds; when it cannot, because no round measures a promise or because so few validation
    rows could not tell even the best value from its bound; when no promise came nearer in ``patience`` rounds; when
    the plan has no more rows; after ``most_rounds``; after ``max_seconds``. Where it does not hold, the round with the
    fewest violated promises is kept, then the one nearest to all of them, then the earliest: round 0 may win.

    A contract that holds in some round was looked at once in every round, and its intervals are not widened for that:
    it says which table to take, never that the promises are kept. Check them on rows that took no part.

    References
    ----------
    Maghool, Ceravolo and Berto, A Novel Assurance Procedure for Fair Data Augmentation in Machine Learning, 2024.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from equitab.assurance import contract_from_templates
    >>> from equitab.augmentation import fill_both
    >>> from equitab.generators import make_generator
    >>> from equitab.schema import Column, SensitiveFeature
    >>> random = np.random.default_rng(0)
    >>> people = pd.DataFrame({"sex": random.choice(["F", "M"], 900, p=[0.2, 0.8]), "skill": random.normal(size=900)})
    >>> people["hired"] = np.where(people["skill"] + random.normal(size=900) > 0, "yes", "no")
    >>> columns = Column("sex", "categorical"), Column("skill", "numeric"), Column("hired", "categorical")
    >>> schema = TableSchema(columns, "hired", ("yes",), sensitive_features=(SensitiveFeature("sex"),))
    >>> growth = grow_until(
    ...     people[:500],
    ...     schema,
    ...     make_generator("smote").fit(people[:500], schema, seed=0),
    ...     plan=fill_both,
    ...     contract=contract_from_templates("better_than_guessing"),
    ...     validation=RealRows.read(as_frame(people[500:]), schema),
    ...     learner="gaussian_naive_bayes",
    ...     seed=0,
    ... )
    >>> growth.stopped, growth.kept, growth.reason
    ('held', 0, 'every promise that counts is met on 400 validation rows, before any row is added')
    """
    frame = as_frame(table)
    asked = _Asked(step, most_rounds, max_seconds, patience)
    known = _checked(asked, learner, validation, schema)
    check_unseen(frame, positions, validation, schema, treatment="augmented", split="validation")
    made = plan if isinstance(plan, RebalancingPlan) else plan(frame, schema)
    promised = RoundContract(contract, known.name, len(validation))
    meter = RoundMeter(
        training=frame,
        schema=schema,
        validation=validation,
        learner=known,
        use_sensitive_features=use_sensitive_features,
        metrics=promised.metrics,
        operating_points=promised.operating_points,
        seed=seed,
    )
    steps = PlanSteps(made, step_rows(step, len(frame)))
    ground = _Ground(table, frame, schema, generator, steps, seed)
    rules = StopRules(most_rounds=most_rounds, patience=patience, n_validation=len(validation))
    return _Growing(ground, meter, promised, rules, Budget(max_seconds), record, progress).carry_out()


def grow_rows(
    table: Any,
    schema: TableSchema,
    generator: Generator,
    *,
    plan: RebalancingPlan,
    step: float,
    n_rounds: int,
    seed: int,
) -> AugmentedTable:
    """Add the rows of some rounds without judging any: those of `grow_until` with the same seed.

    Parameters
    ----------
    table, schema, generator
        As for `grow_until`.
    plan : RebalancingPlan
    step : float
    n_rounds : int
        Fewer where the plan has no more rows.
    seed : int
    """
    frame = as_frame(table)
    ground = _Ground(table, frame, schema, generator, PlanSteps(plan, step_rows(step, len(frame))), seed)
    for number in range(1, n_rounds + 1):
        rows = ground.next_step
        if rows is None:
            break
        ground.grow(number, rows)
    return ground.augmented(n_rounds)


def step_rows(step: float, n_rows: int) -> int:
    """Return the rows of one round: a share of the training rows, but at least one."""
    return max(round(step * n_rows), 1)


@dataclass(frozen=True)
class _Asked:
    """How many rows, rounds and seconds."""

    step: float
    most_rounds: int
    max_seconds: float | None
    patience: int

    def problems(self) -> Iterator[Problem]:
        if not (math.isfinite(self.step) and 0 < self.step <= MOST_STEP):
            expected = f"a share of the training rows above 0, at most {MOST_STEP:g}"
            yield Problem("step", expected, f"{self.step:g}", "0.1 adds a tenth of them in every round")
        for name in ("most_rounds", "patience"):
            if getattr(self, name) < 1:
                yield Problem(name, "at least 1", f"{getattr(self, name)}")
        if self.max_seconds is not None and not self.max_seconds > 0:
            yield Problem("max_seconds", "more than 0", f"{self.max_seconds:g}", "None for no bound")


def _checked(
    asked: _Asked, described: str | Learner | Mapping[str, Any], validation: RealRows, schema: TableSchema
) -> Learner:
    """Return the downstream model, or raise everything that is wrong at once."""
    problems = [*asked.problems(), *rows_problems(validation, schema, "everybody")]
    found = None
    try:
        found = learner(described)
    except InputError as error:
        problems += error.problems
    if problems or found is None:
        raise RecipeError(problems)
    return found


@dataclass(eq=False)
class _Ground:
    """Training rows, and what was added to them, round after round."""

    table: Any
    frame: Frame
    schema: TableSchema
    generator: Generator
    steps: PlanSteps
    seed: int
    done: list[RebalancingPlan] = field(default_factory=list)
    parts: list[Frame] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.real = augment(self.frame, self.schema, self.generator, self.steps.nothing, seed=self.seed).frame

    @property
    def next_step(self) -> RebalancingPlan | None:
        return self.steps.after(self.steps.total_of(self.done))

    def grow(self, number: int, rows: RebalancingPlan) -> Frame:
        """Draw the rows of a round, add them, and return them."""
        seed = int(np.random.SeedSequence([self.seed, number]).generate_state(1)[0]) % 2**31
        grown = augment(self.frame, self.schema, self.generator, rows, seed=seed).frame
        self.done.append(rows)
        self.parts.append(grown[len(self.frame) :])
        return self.parts[-1]

    def added(self, n_rounds: int) -> Frame:
        return concatenate([self.real.head(0), *self.parts[:n_rounds]])

    def whole(self, n_rounds: int) -> Frame:
        return concatenate([self.real, *self.parts[:n_rounds]])

    def augmented(self, n_rounds: int) -> AugmentedTable:
        plan = self.steps.total_of(self.done[:n_rounds])
        remarks = plan_remarks(self.schema, plan)
        return AugmentedTable(self.whole(n_rounds), TableTemplate.of(self.table), plan, remarks)


@dataclass(frozen=True, eq=False)
class _Growing:
    """Rounds that can begin: everything was checked."""

    ground: _Ground
    meter: RoundMeter
    promised: RoundContract
    rules: StopRules
    budget: Budget
    record: Callable[[GrowthRound], None] | None
    progress: Report | None
    said: list[str] = field(default_factory=list)

    def carry_out(self) -> Growth:
        """Measure round after round until something ends it."""
        rounds: list[GrowthRound] = []
        stopped: Stopped | None = None
        reason = ""
        while stopped is None:
            rounds.append(self._round(len(rounds), rounds))
            if self.record is not None:
                self.record(rounds[-1])
            found = self.rules.stop(rounds, is_exhausted=self.ground.next_step is None)
            if found is None and self.budget.is_over:
                found = "seconds", self.rules.words("seconds", rounds)
            if found is not None:
                stopped, reason = found
        kept, kept_reason = choose_round(rounds)
        return Growth(
            rounds=tuple(rounds),
            stopped=stopped,
            reason=reason,
            kept=kept,
            kept_reason=kept_reason,
            augmented=self.ground.augmented(kept),
            learner=self.meter.learner.name,
            n_validation=len(self.meter.validation),
            seconds=time.time() - self.budget.began,
            remarks=(*self.promised.remarks, *dict.fromkeys(self.said)),
        )

    def _round(self, number: int, before: list[GrowthRound]) -> GrowthRound:
        """Add the rows of a round, and measure what there is now."""
        began = time.monotonic()
        if self.progress is not None:
            words = f"round {number}: {before[-1].reached}" if before else "no rows added"
            self.progress(number, self.rules.most_rounds + 1, words)
        certainty = self._grow(number) if number else None
        added = self.ground.added(number)
        measured, remarks = self.meter.measure(self.ground.whole(number), added)
        self.said.extend(remarks)
        without = before[0].measurements if before else measured
        verdict, standings = self.promised.check(measured, before=without, has_added=len(added) > 0)
        return GrowthRound(
            number=number,
            n_added=len(added),
            verdict=verdict,
            measurements=measured,
            seconds=time.monotonic() - began,
            label_certainty=certainty,
            standings=standings,
        )

    def _grow(self, number: int) -> float | None:
        """Add the rows of a round, and return how certain their labels are."""
        rows = self.ground.next_step
        assert rows is not None, "without rows to add the last round ended it"
        drawn = self.ground.grow(number, rows)
        columns = list(self.ground.schema.modeled_columns)
        return mean_certainty(self.ground.generator, drawn.select(columns), seed=self.meter.seed)
