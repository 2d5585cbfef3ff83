"""The measurements of the Maghool study: tables, folds and models brought together, part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, take_rows
from equitab.evaluation import explain_rows, fit_model
from equitab.schema import TableSchema, favorable
from equitab.studies.maghool import (
    FOREST,
    GROWN,
    LEARNERS,
    ORIGINAL,
    REPRESENTATIONS,
    WITH_TITLES,
    WITHOUT_TITLES,
    XGBOOST,
    PeopleSettings,
    TableName,
    TreatedSettings,
)
from equitab.studies.maghool_arms import treat
from equitab.studies.maghool_complexity import MEASURES, measured_change, measured_half
from equitab.studies.maghool_findings import (
    Finding,
    complexity_findings,
    fold_findings,
    gap_findings,
    reliance_findings,
)
from equitab.studies.maghool_folds import (
    Fold,
    deal,
    fit_arms,
    known_learners,
    score_fold,
    score_leaking,
    score_people,
)
from equitab.studies.maghool_gaps import OTHER, REFERENCE, Judges
from equitab.studies.maghool_people import OLDEST, SENSITIVE, People
from equitab.studies.mcrage_tables import StudyTable

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

EXPLAINED = (ORIGINAL, "balanced_classes", "augmented_published", "augmented")
"""Those of the paper's figure 3."""
N_FEW_FOLDS = 5
"""For SHAP values, which take long, and for COMPAS."""
FEATURES: dict[TableName, tuple[str, str, str]] = {
    "adult": ("sex", "Male", "Female"),
    "compas": ("race", "Caucasian", "African-American"),
}
"""The sensitive feature of a table, its reference group, and the group that is compared with it."""

Job: TypeAlias = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]
Reporter: TypeAlias = Callable[[float], None]


@dataclass(frozen=True)
class Crew:
    """Who does the jobs, and who is told how far they are.

    Parameters
    ----------
    n_jobs : int
        Processes; the numbers do not depend on it.
    report : callable
        Told the share that is done.
    """

    n_jobs: int
    report: Reporter

    def do(self, jobs: Sequence[Job]) -> list[Any]:
        """Return what jobs return, in their order."""
        from joblib import Parallel, delayed

        done: Iterable[Any] = Parallel(n_jobs=self.n_jobs, return_as="generator")(
            delayed(work)(*values, **named) for work, values, named in jobs
        )
        found = []
        for one in done:
            found.append(one)
            self.report(len(found) / len(jobs))
        return found


def measure_representations(
    people: People, settings: PeopleSettings, crew: Crew, *, seed: int
) -> list[Finding]:
    """Return table 1: every representation in training folds only, and before the folds.

    Parameters
    ----------
    people : People
    settings : PeopleSettings
    crew : Crew
    seed : int
    """
    frame, schema = people.with_levels(people.many_levels(), WITH_TITLES)
    learners = known_learners((FOREST, XGBOOST))
    jobs: list[Job] = []
    for repeat in range(settings.n_repeats):
        folds = deal(frame, schema, repeat=repeat, seed=seed, n_folds=settings.n_folds)
        jobs += [(score_fold, (fold, schema, tuple(REPRESENTATIONS), learners), {}) for fold in folds]
        jobs += [
            (
                score_leaking,
                (frame, schema, arm, learners),
                {"repeat": repeat, "seed": seed, "n_folds": settings.n_folds},
            )
            for arm in REPRESENTATIONS
            if arm != ORIGINAL
        ]
    scores = [one for found in crew.do(jobs) for one in found]
    return fold_findings(scores, n_people=len(frame), n_folds=settings.n_folds)


def measure_gaps(
    people: People, settings: PeopleSettings, crew: Crew, *, n_replicates: int, seed: int
) -> list[Finding]:
    """Return table 2: rates of two groups under forests that did not learn from the people they judge."""
    found: list[Finding] = []
    for form in (WITHOUT_TITLES, WITH_TITLES):
        frame, schema = people.with_levels(people.two_levels(), form)
        folds = _all_folds(frame, schema, settings.n_gap_repeats, seed=seed, n_folds=settings.n_folds)
        scored = crew.do([(score_people, (fold, schema, GROWN, FOREST), {}) for fold in folds])
        found += gap_findings(
            _gathered(folds, scored, len(frame), settings.n_gap_repeats),
            Judges(favorable(frame, schema), people.group),
            part="table 2",
            form=form,
            learner=FOREST,
            n_replicates=n_replicates,
            seed=seed,
        )
    return found


def measure_reliance(
    people: People, settings: PeopleSettings, crew: Crew, *, n_replicates: int, seed: int
) -> list[Finding]:
    """Return figure 3 in numbers: SHAP values that forests give to people of their test folds."""
    found: list[Finding] = []
    n_repeats = settings.n_explained_repeats
    for form in settings.explained_forms:
        frame, schema = people.with_levels(people.two_levels(), form)
        folds = _all_folds(frame, schema, n_repeats, seed=seed, n_folds=N_FEW_FOLDS)
        explained = crew.do([(explain_fold, (fold, schema), {}) for fold in folds])
        ages, sexes = (np.array(frame[name].to_list()) for name in ("Age", "Sex"))
        found += reliance_findings(
            _gathered(folds, explained, len(frame), n_repeats),
            schema.feature_columns,
            {"Sex": sexes == "Male", "Age": ages <= OLDEST},
            sensitive=SENSITIVE,
            form=form,
            learner=FOREST,
            n_replicates=n_replicates,
            seed=seed,
        )
    return found


def explain_fold(fold: Fold, schema: TableSchema) -> dict[str, FloatArray]:
    """Return the SHAP values of a fold's test rows, shape (n_test, n_columns), by arm.

    The background is the real training rows for every arm, so that values of arms are comparable.
    """
    found = {}
    for arm, model in fit_arms(fold, schema, EXPLAINED, FOREST).items():
        held = explain_rows(model, fold.test, background=fold.training, seed=fold.seed)
        places = [held.columns.index(name) for name in schema.feature_columns]
        found[arm] = held.values[:, places]
    return found


def measure_complexity_changes(
    people: People, settings: PeopleSettings, crew: Crew, *, seed: int
) -> list[Finding]:
    """Return how growing the table by 100% changes its complexity, with intervals from halves of the people."""
    frame, schema = people.with_levels(people.many_levels(), WITH_TITLES)
    found: list[Finding] = []
    for arm in GROWN[1:]:
        jobs: list[Job] = [
            (work, (frame, schema, arm), {"seed": seed + place})
            for work in (measured_change, measured_half)
            for place in range(settings.n_halves)
        ]
        done = crew.do(jobs)
        whole, halves = (
            {name: np.array([one[name] for one in part]) for name in MEASURES}
            for part in (done[: settings.n_halves], done[settings.n_halves :])
        )
        found += complexity_findings(whole, halves, arm=arm, n_people=len(frame))
    return found


def measure_treatments(
    table: StudyTable, settings: TreatedSettings, crew: Crew, *, n_replicates: int, seed: int
) -> list[Finding]:
    """Return what treatments of Adult or COMPAS do to gaps, accuracy and AUROC on real test rows.

    Parameters
    ----------
    table : StudyTable
        Adult with its own test rows, or COMPAS in folds of which each is a test table once.
    settings : TreatedSettings
    crew : Crew
    n_replicates, seed : int
    """
    feature, reference, other = FEATURES[table.name]  # type: ignore[index]
    judged, folds = _table_folds(table, settings, seed)
    jobs: list[Job] = [
        (score_treatments, (fold, table.schema, settings.arms, settings.learners), {"feature": feature})
        for fold in folds
    ]
    done = crew.do(jobs)
    groups = np.array(judged[feature].to_list())
    codes = np.where(groups == reference, REFERENCE, np.where(groups == other, OTHER, -1))
    judges = Judges(favorable(judged, table.schema), codes)
    found: list[Finding] = []
    for learner in settings.learners:
        scores = _gathered(folds, [one[learner] for one in done], len(judged), settings.n_repeats)
        found += gap_findings(
            scores, judges, part=table.name, learner=learner, n_replicates=n_replicates, seed=seed
        )
    return found


def score_treatments(
    fold: Fold, schema: TableSchema, arms: Sequence[str], learners: Sequence[str], *, feature: str
) -> dict[str, dict[str, FloatArray]]:
    """Return the scores of a fold's test rows, by learner and arm."""
    tables = treat(fold.training, schema, arms, feature=feature, seed=fold.seed)
    return {
        name: {
            arm: fit_model(rows, LEARNERS[name], schema=schema, seed=fold.seed).favorable_score(fold.test)
            for arm, rows in tables.items()
        }
        for name in learners
    }


def _table_folds(table: StudyTable, settings: TreatedSettings, seed: int) -> tuple[Frame, list[Fold]]:
    """Return the rows that judge, and folds whose positions count among them."""
    if table.name == "compas":
        n_rows = min(len(table.frame), settings.max_rows or len(table.frame))
        rows = np.sort(np.random.default_rng(seed).permutation(len(table.frame))[:n_rows])
        frame = take_rows(table.frame.select(list(table.schema.modeled_columns)), rows)
        return frame, _all_folds(frame, table.schema, settings.n_repeats, seed=seed, n_folds=N_FEW_FOLDS)
    folds = []
    for repeat in range(settings.n_repeats):
        split = table.split(repeat, seed=seed, max_rows=settings.max_rows)
        folds.append(Fold(split.training, split.test, np.arange(len(split.test)), repeat, 0, split.seed))
    return folds[0].test, folds


def _all_folds(frame: Frame, schema: TableSchema, n_repeats: int, *, seed: int, n_folds: int) -> list[Fold]:
    return [
        fold
        for repeat in range(n_repeats)
        for fold in deal(frame, schema, repeat=repeat, seed=seed, n_folds=n_folds)
    ]


def _gathered(
    folds: Sequence[Fold], found: Sequence[dict[str, FloatArray]], n_rows: int, n_repeats: int
) -> dict[str, FloatArray]:
    """Return values of test rows, by arm, shape (n_rows, n_repeats, ...)."""
    shape = next(iter(found[0].values())).shape[1:]
    held = {arm: np.full((n_rows, n_repeats, *shape), np.nan) for arm in found[0]}
    for fold, values in zip(folds, found, strict=True):
        for arm, part in values.items():
            held[arm][fold.positions, fold.repeat] = part
    assert not any(np.isnan(values).any() for values in held.values()), "every row is tested once a repeat"
    return held
