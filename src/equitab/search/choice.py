"""A generator chosen by what it is for: the score of a downstream model that learns from real and drawn rows."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.augmentation import RebalancingPlan
from equitab.dataframe import Frame, as_frame
from equitab.errors import ConstraintError, EquitabError, InputError, Problem, RecipeError
from equitab.evaluation import Learner, RealRows, learner
from equitab.evaluation.guards import check_unseen
from equitab.generators import load_generator
from equitab.metrics.intervals import percentile_interval
from equitab.schema import TableSchema
from equitab.search.aim import Aim
from equitab.search.attempts import OVER, Attempt, Judged, Work, judge_baseline
from equitab.search.budget import Budget
from equitab.search.candidates import Candidate, Choice, ChoiceRule, ScoredOver, Untried
from equitab.search.choice_remarks import remarks_of
from equitab.search.choice_rule import choose_candidate
from equitab.search.setting_grid import SettingGrid
from equitab.search.validation_score import ValidationScore, rows_problems
from equitab.search.variants import guided
from equitab.search.workers import Course, Report, try_all

Floats = npt.NDArray[np.float64]
PlanMaker = Callable[[Frame, TableSchema], RebalancingPlan]


def choose_generator(
    table: Any,
    schema: TableSchema,
    *,
    name: str = "guided_diffusion",
    settings: Mapping[str, Any] | None = None,
    grid: Mapping[str, Sequence[Any]] | None = None,
    guidance: Sequence[float] | None = None,
    n_checkpoints: int | None = None,
    n_settings: int | None = None,
    plan: PlanMaker | RebalancingPlan,
    learner: str | Learner | Mapping[str, Any] = "random_forest",
    validation: RealRows,
    metric: str = "auroc",
    over: ScoredOver = "everybody",
    rule: ChoiceRule = "one_standard_error",
    n_draws: int = 1,
    max_seconds: float | None = None,
    max_fit_seconds: float | None = None,
    condition_on: Sequence[str] | None = None,
    constraints: Sequence[Any] = (),
    use_sensitive_features: bool = True,
    positions: npt.NDArray[np.int64] | None = None,
    n_jobs: int = 2,
    seed: int,
    progress: Report | None = None,
) -> Choice:
    """Try generators and keep the one whose rows help a downstream model most.

    For every setting of the grid, every training step that it kept and every guidance weight: the rows of the plan
    are drawn, a model learns from real and drawn rows, and is scored on real validation rows.

    Parameters
    ----------
    table : Frame or any supported table
        Training rows: without those of validation and test.
    schema : TableSchema
    name : str, default "guided_diffusion"
        Of the generator.
    settings : mapping, optional
        Arguments of its constructor that all candidates share.
    grid : mapping of str to sequence, optional
        Arguments that are varied, each with its values; every combination is a setting. Without one the generator
        is learned once, and its steps and weights are compared.
    guidance : sequence of float, optional
        Guidance weights; 0, 0.5 and 1 where the generator has guidance. They cost no learning.
    n_checkpoints : int, optional
        Training steps that are compared; 3 where the generator keeps them. They come from one fit.
    n_settings : int, optional
        At most so many settings, drawn from the grid by the seed.
    plan : callable or RebalancingPlan
        Makes the plan of the training rows, or is it: ``fill_both``, say.
    learner : str, Learner or mapping, default "random_forest"
        The downstream model.
    validation : RealRows
        Real rows that no candidate learns from.
    metric : str, default "auroc"
        A performance metric of `equitab.metrics`; decisions are those at 0.5.
    over : {"everybody", "worst_group"}
        Score everybody together, or the group with the worst score among those of at least 30 validation rows with
        both outcomes.
    rule : {"one_standard_error", "best"}
        See `equitab.search.choice_rule.choose_candidate`.
    n_draws : int, default 1
        How often rows are drawn and a model is trained for each candidate; the score is the mean.
    max_seconds : float, optional
        A bound on the whole search. Every setting that begins gets an equal share of what is left; what no longer
        fits is recorded as not tried.
    max_fit_seconds : float, optional
        A bound on learning one setting.
    condition_on : sequence of str, optional
        As in a generator's ``fit``; the columns of the plan when not given.
    constraints : sequence of FairnessConstraint
        Those that the generators learn under.
    use_sensitive_features : bool, default True
        Whether the downstream model sees the sensitive features.
    positions : ndarray of int, optional
        Where the training rows stand in the caller's table, for the check that none of them judges.
    n_jobs : int, default 2
        Settings tried side by side, in processes of their own; the scores do not depend on it.
    seed : int
    progress : callable, optional
        Called with the number of settings done, of all, and a few words.

    Returns
    -------
    Choice
        With every candidate and its score.

    Raises
    ------
    RecipeError
        Everything that is wrong with what was asked for, at once.
    ConstraintError
        If the plan adds no rows, or no candidate could be judged.
    ProtocolError
        If a validation row is among the training rows.

    Notes
    -----
    The score of the winner is the best of many and therefore too high: it chooses, and is never a result. Judge the
    winner on rows that took no part in the choice.

    NOTE[DEPARTURE]: the paper chooses by the weighted F1 of one draw on 200 validation rows, of which 14 are of the
    rare group: there, chance decides. Here every score has an interval, candidates are compared on the same draws of
    the same rows, and the simplest that cannot be told from the best is taken.

    References
    ----------
    Behal, Chen, Fikes, Xiao (2023), MCRAGE: Synthetic healthcare data for fairness (arXiv 2310.18430).

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from equitab.augmentation import fill_both
    >>> from equitab.dataframe import as_frame
    >>> from equitab.schema import Column, SensitiveFeature
    >>> from equitab.search import choose_generator
    >>> random = np.random.default_rng(0)
    >>> people = pd.DataFrame({"sex": random.choice(["F", "M"], 300, p=[0.2, 0.8]), "skill": random.normal(size=300)})
    >>> people["hired"] = np.where(people["skill"] + random.normal(size=300) > 0, "yes", "no")
    >>> columns = Column("sex", "categorical"), Column("skill", "numeric"), Column("hired", "categorical")
    >>> schema = TableSchema(columns, "hired", ("yes",), sensitive_features=(SensitiveFeature("sex"),))
    >>> choice = choose_generator(
    ...     people[:200],
    ...     schema,
    ...     name="smote",
    ...     grid={"n_neighbors": [2, 5]},
    ...     plan=fill_both,
    ...     learner="gaussian_naive_bayes",
    ...     validation=RealRows.read(as_frame(people[200:]), schema),
    ...     n_jobs=1,
    ...     seed=0,
    ... )
    >>> len(choice.candidates), choice.chosen.settings, choice.baseline.label
    (2, {'n_neighbors': 2}, 'no rows added')
    """
    budget, frame = Budget(max_seconds, max_fit_seconds), as_frame(table)
    asked = SettingGrid.of(name, settings, grid, guidance, n_checkpoints, n_settings)
    aim = Aim(metric, over, rule, n_draws, max_seconds, n_jobs)
    known = _checked(asked, aim, learner, validation, schema)
    check_unseen(frame, positions, validation, schema, treatment="augmented", split="validation")
    made = _plan_of(plan, frame, schema)
    with tempfile.TemporaryDirectory(prefix="equitab-search-") as folder:
        work = Work(
            name=name,
            frame=frame,
            schema=schema,
            plan=made,
            condition_on=tuple(made.columns if condition_on is None else condition_on),
            constraints=tuple(constraints),
            learner=known,
            use_sensitive_features=use_sensitive_features,
            judge=ValidationScore.of(validation, schema, metric=metric, over=over, seed=seed),
            n_draws=n_draws,
            seed=seed,
            folder=Path(folder),
        )
        return _Search(asked, work, budget, rule, n_jobs, progress).carry_out()


@dataclass(frozen=True, eq=False)
class _Search:
    """A search that can begin: everything was checked."""

    grid: SettingGrid
    work: Work
    budget: Budget
    rule: ChoiceRule
    n_jobs: int
    progress: Report | None

    def carry_out(self) -> Choice:
        """Judge the baseline, try every setting, choose."""
        settings = self.grid.varied(seed=self.work.seed)
        base = judge_baseline(self.work)
        course = Course(
            settings,
            tuple(self.grid.arguments(varied) for varied in settings),
            self.grid.weights,
            self.budget,
            min(self.n_jobs, len(settings)),
        )
        attempts = try_all(course, self.work, report=self.progress)
        found = [*self._candidates(attempts, settings)]
        untried = (*_missed(attempts, settings), *_not_begun(attempts, settings))
        replicates = np.array([self._resampled(held.values)[1:] for _, held in found])
        is_loss = self.work.judge.is_loss
        place = None
        if found:
            place = choose_candidate([held for held, _ in found], replicates, rule=self.rule, is_loss=is_loss)
        if place is None:
            raise _nothing_judged(attempts, untried)
        return self._choice(base, found, place, untried, attempts, len(settings))

    def _choice(
        self,
        base: Judged,
        found: list[tuple[Candidate, Judged]],
        place: int,
        untried: tuple[Untried, ...],
        attempts: tuple[Attempt, ...],
        n_settings: int,
    ) -> Choice:
        candidates = tuple(replace(held, is_chosen=index == place) for index, (held, _) in enumerate(found))
        chosen = candidates[place]
        baseline = replace(self._scored(base, {}), is_baseline=True, n_added=0)
        difference = self._resampled(found[place][1].values) - self._resampled(base.values)
        gain = -difference if self.work.judge.is_loss else difference
        kept = self.work.place_of(self._place_of(place, attempts), chosen.step)
        choice = Choice(
            generator=guided(load_generator(kept), chosen.guidance),
            name=self.work.name,
            settings=self.grid.settings,
            candidates=candidates,
            untried=untried,
            n_grid=self.grid.size,
            baseline=baseline,
            gain=float(gain[0]),
            metric=self.work.judge.metric,
            over=self.work.judge.over,
            learner=self.work.learner.name,
            rule=self.rule,
            n_validation=len(self.work.judge.rows),
            seconds=_seconds_since(self.budget),
        )
        said = [remark for held in (base, *(judged for _, judged in found)) for remark in held.remarks]
        counts = {"n_settings": n_settings, "n_cut": sum(attempt.is_cut for attempt in attempts)}
        return replace(choice, remarks=remarks_of(choice, gain, **counts, said=said))

    def _candidates(
        self, attempts: tuple[Attempt, ...], settings: tuple[dict[str, Any], ...]
    ) -> Iterator[tuple[Candidate, Judged]]:
        """Yield candidates in the order of the grid, earlier training steps first."""
        weights = self.grid.weights
        for attempt in attempts:
            ordered = sorted(attempt.judged, key=lambda held: (held.step or 0, weights.index(held.guidance)))
            for held in ordered:
                scored = self._scored(held, settings[attempt.place])
                yield replace(scored, fit_seconds=attempt.fit_seconds, is_cut=attempt.is_cut), held

    def _scored(self, held: Judged, varied: Mapping[str, Any]) -> Candidate:
        values = self._resampled(held.values)
        interval = None
        if np.isfinite(values[0]):
            interval = percentile_interval(float(values[0]), values[1:])
        return Candidate(
            settings=varied,
            step=held.step,
            guidance=held.guidance,
            score=float(values[0]),
            low=None if interval is None else interval.low,
            high=None if interval is None else interval.high,
            scores=tuple(float(value) for value in held.values[:, 0]),
            group_scores=held.group_scores,
            n_added=self.work.plan.total,
            seconds=held.seconds,
        )

    def _resampled(self, values: Floats) -> Floats:
        """Return the mean over draws, then replicates in which the draws were drawn again too, all by one seed."""
        n_draws, n_values = values.shape
        if n_draws == 1:
            return values[0]
        random = np.random.default_rng([self.work.seed, 31])
        shares = random.multinomial(n_draws, np.full(n_draws, 1 / n_draws), size=n_values - 1) / n_draws
        return np.r_[values[:, 0].mean(), (shares.T * values[:, 1:]).sum(axis=0)]

    @staticmethod
    def _place_of(place: int, attempts: tuple[Attempt, ...]) -> int:
        """Return the setting that a candidate belongs to."""
        owners = [attempt.place for attempt in attempts for _ in attempt.judged]
        return owners[place]


def _checked(
    grid: SettingGrid,
    aim: Aim,
    described: str | Learner | Mapping[str, Any],
    validation: RealRows,
    schema: TableSchema,
) -> Learner:
    """Return the downstream model, or raise everything that is wrong at once."""
    problems = [*grid.problems(), *aim.problems(), *rows_problems(validation, schema, aim.over)]
    found = None
    try:
        found = learner(described)
    except InputError as error:
        problems += error.problems
    if problems or found is None:
        raise RecipeError(problems)
    return found


def _plan_of(plan: PlanMaker | RebalancingPlan, frame: Frame, schema: TableSchema) -> RebalancingPlan:
    made = plan if isinstance(plan, RebalancingPlan) else plan(frame, schema)
    if not made.total:
        advice = "choose another plan: without rows all candidates are alike"
        raise ConstraintError(Problem("plan", "rows to add", "none", advice))
    return made


def _missed(attempts: tuple[Attempt, ...], settings: tuple[dict[str, Any], ...]) -> Iterator[Untried]:
    """Yield what was begun and has no score."""
    for attempt in attempts:
        varied = settings[attempt.place]
        if attempt.failed is not None:
            yield Untried(settings=varied, reason=f"failed: {attempt.failed}")
        for step, weight, reason in attempt.missed:
            yield Untried(settings=varied, step=step, guidance=weight, reason=reason)


def _not_begun(attempts: tuple[Attempt, ...], settings: tuple[dict[str, Any], ...]) -> Iterator[Untried]:
    begun = {attempt.place for attempt in attempts}
    for place, varied in enumerate(settings):
        if place not in begun:
            yield Untried(settings=varied, reason=OVER)


def _nothing_judged(attempts: tuple[Attempt, ...], untried: tuple[Untried, ...]) -> EquitabError:
    """Return why there is no choice: the generator's own error where there is one."""
    for attempt in attempts:
        if attempt.failed is not None:
            return attempt.failed
    reasons = sorted({held.reason for held in untried}) or ["the metric is undefined for every candidate"]
    advice = (
        "raise max_seconds, or try fewer settings" if reasons == [OVER] else "choose another metric or plan"
    )
    return ConstraintError(Problem("search", "a candidate with a score", "; ".join(reasons), advice))


def _seconds_since(budget: Budget) -> float:
    return time.time() - budget.began
