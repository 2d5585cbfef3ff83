"""One setting tried out: learned once, then every step and guidance weight of it judged by a downstream model."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.augmentation import RebalancingPlan, augment
from equitab.augmentation.augment import WEIGHT_COLUMN
from equitab.dataframe import Frame
from equitab.errors import EquitabError
from equitab.evaluation import Learner, fit_model
from equitab.generators import make_generator
from equitab.mitigation import resample_by_weight
from equitab.schema import TableSchema
from equitab.search.budget import LEAST_FIT_SHARE
from equitab.search.validation_score import ValidationScore
from equitab.search.variants import Variant, at_step, variants_of

Floats = npt.NDArray[np.float64]

OVER = "the budget was used up"


@dataclass(frozen=True, eq=False, kw_only=True)
class Work:
    """What all attempts share.

    Parameters
    ----------
    name : str
        Of the generator.
    frame : Frame
        Training rows.
    schema : TableSchema
    plan : RebalancingPlan
        Made for these rows.
    condition_on : tuple of str
    constraints : tuple
        Those that the generator learns under.
    learner : Learner
        The downstream model.
    use_sensitive_features : bool
    judge : ValidationScore
    n_draws : int
    seed : int
    folder : Path
        Where fitted generators are kept until one is chosen.
    """

    name: str
    frame: Frame
    schema: TableSchema
    plan: RebalancingPlan
    condition_on: tuple[str, ...]
    constraints: tuple[Any, ...]
    learner: Learner
    use_sensitive_features: bool
    judge: ValidationScore
    n_draws: int
    seed: int
    folder: Path

    def seed_of(self, draw: int) -> int:
        """Return the seed of a draw's rows and of its model: the same for all candidates."""
        return int(np.random.SeedSequence([self.seed, draw]).generate_state(1)[0]) % 2**31

    def place_of(self, place: int, step: int | None) -> Path:
        """Return the folder of a setting's generator as it was at a step."""
        return self.folder / f"setting-{place}-{'end' if step is None else step}"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One point of the grid, about to be tried.

    Parameters
    ----------
    place : int
        In the order of the grid.
    varied : mapping
        What tells it from the others.
    arguments : mapping
        All arguments of the constructor.
    weights : tuple of float or None
        Guidance weights.
    fit_seconds : float or None
        How long it may learn.
    began : float
        A reading of ``time.time`` when it was handed to a process.
    ends : float or None
        The reading after which no further variant is begun.
    """

    place: int
    varied: Mapping[str, Any]
    arguments: Mapping[str, Any]
    weights: tuple[float | None, ...]
    fit_seconds: float | None = None
    began: float = 0.0
    ends: float | None = None

    @property
    def granted(self) -> float | None:
        """How long it may still learn, once a process has taken it up: starting one takes time too."""
        if self.fit_seconds is None or self.ends is None:
            return self.fit_seconds
        waited = time.time() - self.began
        return max(self.fit_seconds - waited, LEAST_FIT_SHARE * self.fit_seconds)

    @property
    def is_over(self) -> bool:
        """Whether nothing more may begin."""
        return self.ends is not None and time.time() >= self.ends


@dataclass(frozen=True, eq=False)
class Judged:
    """The scores of one variant.

    Attributes
    ----------
    step : int or None
    guidance : float or None
    values : ndarray of float, shape (n_draws, 1 + n_replicates)
        See `ValidationScore.values`.
    group_scores : mapping of str to float
        Means over the draws.
    seconds : float
    remarks : tuple of str
        What the model says.
    """

    step: int | None
    guidance: float | None
    values: Floats
    group_scores: Mapping[str, float]
    seconds: float
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Attempt:
    """What trying one setting gave.

    Attributes
    ----------
    place : int
    judged : tuple of Judged
    missed : tuple of (int or None, float or None, str)
        Step, guidance weight and reason of every variant without a score.
    fit_seconds, other_seconds : float
        Of learning; of everything that was not granted for learning: starting, learning beyond it, judging, saving.
    is_cut : bool
        Whether the time was up before the generator had learned all that it would.
    failed : EquitabError or None
        Why the setting could not be learned.
    """

    place: int
    judged: tuple[Judged, ...] = ()
    missed: tuple[tuple[int | None, float | None, str], ...] = ()
    fit_seconds: float = 0.0
    other_seconds: float = 0.0
    is_cut: bool = False
    failed: EquitabError | None = None


def try_setting(setting: Setting, work: Work) -> Attempt:
    """Learn a setting and judge everything that it offers.

    What was learned is judged at least once, even if the time is up: a search may overrun by one model.
    Numerical libraries use one thread, so that the rows are the same however many settings are tried at once.

    Parameters
    ----------
    setting : Setting
    work : Work
    """
    from threadpoolctl import threadpool_limits  # comes with scikit-learn

    began, granted = time.time(), setting.granted
    generator = make_generator(work.name, **setting.arguments)
    with threadpool_limits(1):
        try:
            generator.fit(
                work.frame,
                work.schema,
                condition_on=work.condition_on,
                constraints=work.constraints,
                max_seconds=granted,
                seed=work.seed,
            )
        except EquitabError as error:
            return Attempt(setting.place, fit_seconds=time.time() - began, failed=error)
        fit_seconds = time.time() - began
        judged, missed = _judge_all(generator, setting, work)
    for step in sorted({held.step for held in judged}, key=lambda step: step or 0):
        at_step(generator, step).save(work.place_of(setting.place, step))
    others = time.time() - setting.began - (fit_seconds if granted is None else min(fit_seconds, granted))
    return Attempt(
        setting.place, tuple(judged), tuple(missed), fit_seconds, others, is_cut=_was_cut(generator)
    )


def judge_baseline(work: Work) -> Judged:
    """Judge the model that learns from the training rows alone."""
    return _judge_draws(work, None, None, lambda _: (work.frame, None))


def _judge_all(
    generator: Any, setting: Setting, work: Work
) -> tuple[list[Judged], list[tuple[int | None, float | None, str]]]:
    """Judge variant by variant until the time is up; what is left out is named."""
    judged: list[Judged] = []
    missed: list[tuple[int | None, float | None, str]] = []
    for variant in variants_of(generator, setting.weights):
        if setting.is_over and (judged or missed):
            missed.append((variant.step, variant.guidance, OVER))
            continue
        try:
            judged.append(_judge_variant(variant, work))
        except EquitabError as error:
            missed.append((variant.step, variant.guidance, f"failed: {error}"))
    return judged, missed


def _judge_variant(variant: Variant, work: Work) -> Judged:
    def table_of(seed: int) -> tuple[Frame, np.ndarray | None]:
        table = augment(work.frame, work.schema, variant.generator, work.plan, seed=seed).frame
        return table, None if work.schema.weight is None else table[WEIGHT_COLUMN].to_numpy()

    return _judge_draws(work, variant.step, variant.guidance, table_of)


def _judge_draws(
    work: Work,
    step: int | None,
    guidance: float | None,
    table_of: Callable[[int], tuple[Frame, np.ndarray | None]],
) -> Judged:
    """Make a table, train and score a model, for every draw."""
    began = time.time()
    values, groups = [], []
    remarks: list[str] = []
    for draw in range(work.n_draws):
        seed = work.seed_of(draw)
        table, weights = table_of(seed)
        found = _judge_table(work, table, weights, seed=seed)
        values.append(found[0])
        groups.append(found[1])
        remarks += found[2]
    means = {name: float(np.mean([held[name] for held in groups])) for name in groups[0]}
    seconds = time.time() - began
    return Judged(step, guidance, np.array(values), means, seconds, tuple(dict.fromkeys(remarks)))


def _judge_table(
    work: Work, table: Frame, weights: np.ndarray | None, *, seed: int
) -> tuple[Floats, dict[str, float], tuple[str, ...]]:
    """Train the downstream model on a table and score it on the validation rows."""
    model = fit_model(
        table,
        work.learner,
        schema=work.schema,
        weights=weights,
        use_sensitive_features=work.use_sensitive_features,
        resampler=resample_by_weight,
        seed=seed,
    )
    score = model.favorable_score(work.judge.rows.frame)
    return work.judge.values(score), work.judge.group_values(score), model.remarks


def _was_cut(generator: Any) -> bool:
    record = getattr(generator, "record_", {})
    return record.get("stopped_because") == "max_seconds" or bool(record.get("is_hurried"))
