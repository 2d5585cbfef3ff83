"""Quality of models on real people: every target and baseline of a split, judged on its test rows once."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.fairness.records import FairRecords
from benchmarks.fairness.rows import by_sex
from equitab.dataframe import Frame
from equitab.evaluation import LEARNERS, RealRows, fit_model
from equitab.generators import make_generator
from equitab.mitigation import fit_threshold_optimizer, reweighing_weights
from equitab.schema import FairnessConstraint, TableSchema, favorable, group_codes, sensitive_groups
from equitab.search import tune_to_model
from equitab.studies.mostly_fair import FairPart
from equitab.studies.mostly_fair_measure import OF_SCORES
from equitab.studies.mostly_fair_scores import TestPeople, measure_scores
from equitab.studies.mostly_fair_syntheses import map_scores

BOOSTING, LOGISTIC = "gradient_boosting", "logistic_regression"
BOTH = (BOOSTING, LOGISTIC)
DRAWN_PER_ROW = 3
FEWEST_DRAWN = 20_000


@dataclass(frozen=True)
class Target:
    """What is asked of models.

    Parameters
    ----------
    name : str
    constraints : tuple of FairnessConstraint
    learners : tuple of str
    views : tuple of bool
        With the sensitive features, without, or both.
    features : tuple of str
        The sensitive features that are hidden in the second view, and that baselines are about.
    optimizer : str
        The constraint of the threshold optimizer; empty for none.
    """

    name: str
    constraints: tuple[FairnessConstraint, ...]
    learners: tuple[str, ...] = BOTH
    views: tuple[bool, ...] = (True,)
    features: tuple[str, ...] = ("sex",)
    optimizer: str = "demographic_parity"


SEX = ("sex",)
ADULT_TARGETS = (
    Target("parity", (FairnessConstraint(sensitive_features=SEX, tolerance=0.02),), views=(True, False)),
    Target(
        "gap 0.08",
        (FairnessConstraint(sensitive_features=SEX, tolerance=0.08),),
        learners=(BOOSTING,),
        optimizer="",
    ),
    Target(
        "gap 0.09",
        (FairnessConstraint(sensitive_features=SEX, tolerance=0.09),),
        learners=(BOOSTING,),
        optimizer="",
    ),
    Target(
        "equalized odds",
        (FairnessConstraint(criterion="equalized_odds", sensitive_features=SEX, tolerance=0.05),),
        learners=(BOOSTING,),
        optimizer="equalized_odds",
    ),
    Target(
        "sex × race",
        (FairnessConstraint(sensitive_features=("sex", "race"), tolerance=0.05),),
        learners=(BOOSTING,),
        features=("sex", "race"),
    ),
)
RACE = ("race",)
COMPAS_TARGETS = (
    Target("parity", (FairnessConstraint(sensitive_features=RACE, tolerance=0.05),), features=RACE),
    Target(
        "equalized odds",
        (FairnessConstraint(criterion="equalized_odds", sensitive_features=RACE, tolerance=0.1),),
        features=RACE,
        optimizer="equalized_odds",
    ),
)


@dataclass(frozen=True, eq=False)
class Bench:
    """One split, ready: rows, a draft of the generator that learned its training rows, and who writes results.

    Parameters
    ----------
    part : FairPart
    split : int
    records : FairRecords
    result_part : str
        ``models`` or ``compas``.
    say : callable
    seed : int
    n_drawn : int
        0 for the default: three times the training rows, at least 20,000.
    """

    part: FairPart
    split: int
    records: FairRecords
    result_part: str
    say: Callable[[str], None]
    seed: int = 0
    n_drawn: int = 0
    held: dict[str, Any] = field(default_factory=dict)

    @property
    def rows_drawn(self) -> int:
        """How many rows the draft has."""
        return self.n_drawn or max(DRAWN_PER_ROW * len(self.part.training), FEWEST_DRAWN)

    def draft(self) -> Any:
        """Return the draft; the generator learns when it is first asked for."""
        if "draft" not in self.held:
            generator = make_generator("boosted_trees")
            generator.fit(self.part.training.to_native(), self.part.schema, seed=self.seed + self.split)
            self.held["draft"] = generator.draft(self.rows_drawn, seed=self.seed + self.split + 1)
        return self.held["draft"]

    def people(self) -> TestPeople:
        """Return the test rows."""
        if "people" not in self.held:
            self.held["people"] = TestPeople.read(self.part, seed=self.split)
        return self.held["people"]

    def schema(self, features: Sequence[str]) -> TableSchema:
        """Return the schema in which only some features are sensitive."""
        if tuple(features) == self.part.schema.sensitive_names:
            return self.part.schema
        return by_sex(self.part.schema)

    def key(self, contender: str, target: str, model: str, view: bool) -> str:
        """Return what a result is known by."""
        sees = "with" if view else "without"
        rows = len(self.part.training)
        return f"{self.result_part}/{self.part.name}/{rows}/{self.split}/{contender}/{target}/{model}/{sees}"

    def do(
        self,
        contender: str,
        target: str,
        model: str,
        view: bool,
        work: Callable[[], tuple[Any, Any, Mapping[str, Any]]],
    ) -> None:
        """Carry out one job unless it is done: its scores and predictions of the test rows are measured."""
        key = self.key(contender, target, model, view)
        if self.records.has(key):
            return
        self.say(f"split {self.split}: {contender} {target} {model} {'with' if view else 'without'}")
        score, predicted, facts = work()
        measured = measure_scores(score, predicted, self.people(), with_histogram=False)
        hidden = OF_SCORES if contender == "threshold_optimizer" else ()
        found = {
            f"{metric}|{group}" if group else metric: float(value)
            for metric, group, value in measured
            if metric not in hidden
        }
        described = {"contender": contender, "target": target, "model": model, "sees_sensitive": view}
        described |= {"table": self.part.name, "split": self.split, "n_training": len(self.part.training)}
        self.records.append(
            key, self.result_part, {**described, "load": os.getloadavg()[0], **facts, "test": found}
        )


def measure_models(bench: Bench, targets: Sequence[Target]) -> None:
    """Carry out every target of a split, with its baselines.

    Parameters
    ----------
    bench : Bench
    targets : sequence of Target
    """
    for target in targets:
        for model in target.learners:
            for view in target.views:
                _baselines(bench, target, model, view)
                bench.do(
                    "constrained",
                    target.name,
                    model,
                    view,
                    lambda t=target, m=model, v=view: _constrained(bench, t, m, v),
                )


def _baselines(bench: Bench, target: Target, model: str, view: bool) -> None:
    about = " × ".join(target.features)
    bench.do("real", about, model, view, lambda: _of_frame(bench, bench.part.training, target, model, view))
    bench.do(
        "synthetic", about, model, view, lambda: _of_frame(bench, bench.draft().frame, target, model, view)
    )
    if not view:
        return
    bench.do("reweighed", about, model, view, lambda: _reweighed(bench, target, model))
    if target.optimizer == "demographic_parity":
        bench.do("mapped_scores", target.name, model, view, lambda: _mapped(bench, target, model))
    if target.optimizer:
        bench.do("threshold_optimizer", target.name, model, view, lambda: _optimized(bench, target, model))


def _of_frame(
    bench: Bench, frame: Frame, target: Target, model: str, view: bool, **settings: Any
) -> tuple[Any, Any, dict[str, Any]]:
    """Return what a model of some rows makes of the test rows."""
    fitted = fit_model(
        frame,
        LEARNERS[model],
        schema=bench.schema(target.features),
        use_sensitive_features=view,
        seed=bench.split,
        **settings,
    )
    score = fitted.favorable_score(bench.part.test)
    return score, score >= 0.5, {"n_rows": len(frame)}


def _published(bench: Bench, target: Target, model: str, view: bool) -> tuple[Any, Any, dict[str, Any]]:
    """Return what a model makes that learned from our rows with the published mapping of outcomes."""
    asked = FairnessConstraint(sensitive_features=target.features, aim="table", mapping="quantile")
    labelled = bench.draft().table([asked])
    score, predicted, facts = _of_frame(bench, labelled.frame, target, model, view)
    return score, predicted, {**facts, "share_changed": labelled.share_changed}


def _reweighed(bench: Bench, target: Target, model: str) -> tuple[Any, Any, dict[str, Any]]:
    codes = _codes(bench.part.training, bench, target)
    weights = reweighing_weights(codes, favorable(bench.part.training, bench.part.schema))
    return _of_frame(bench, bench.part.training, target, model, True, weights=weights)


def _optimized(bench: Bench, target: Target, model: str) -> tuple[Any, Any, dict[str, Any]]:
    """Return the real rows' model with thresholds of each group, learned on validation rows."""
    schema = bench.schema(target.features)
    fitted = fit_model(bench.part.training, LEARNERS[model], schema=schema, seed=bench.split)
    rules = fit_threshold_optimizer(
        fitted.favorable_score(bench.part.validation),
        favorable(bench.part.validation, schema),
        _codes(bench.part.validation, bench, target),
        constraint=target.optimizer,  # type: ignore[arg-type]
        objective="accuracy_score",
        seed=bench.split,
    )
    score, codes = fitted.favorable_score(bench.part.test), _codes(bench.part.test, bench, target)
    facts = {"remarks": list(rules.remarks)}
    return rules.probability(score, codes), rules.predict(score, codes, seed=bench.split), facts


def _mapped(bench: Bench, target: Target, model: str) -> tuple[Any, Any, dict[str, Any]]:
    """Return the real rows' model with its scores taken to parity by the quantiles of validation rows: the limit."""
    schema = bench.schema(target.features)
    fitted = fit_model(bench.part.training, LEARNERS[model], schema=schema, seed=bench.split)
    score = map_scores(
        fitted.favorable_score(bench.part.test),
        _codes(bench.part.test, bench, target),
        fitted.favorable_score(bench.part.validation),
        _codes(bench.part.validation, bench, target),
    )
    return score, score >= 0.5, {}


def _constrained(bench: Bench, target: Target, model: str, view: bool) -> tuple[Any, Any, dict[str, Any]]:
    """Return what a model of the tuned table makes of the test rows; only validation rows chose the strength."""
    schema = bench.schema(target.features)
    draft = bench.draft()
    tuned = tune_to_model(
        draft,
        target.constraints,
        model,
        schema=schema,
        validation=RealRows.read(bench.part.validation, schema),
        use_sensitive_features=view,
        seed=bench.split,
    )
    labelled = draft.table(tuned.constraints)
    score, predicted, facts = _of_frame(bench, labelled.frame, target, model, view)
    return (
        score,
        predicted,
        {
            **facts,
            "constraints": [one.to_dict() for one in tuned.constraints],
            "validation": {
                "gaps": dict(tuned.chosen.model_gaps),
                "performance": dict(tuned.chosen.performance),
            },
            "n_candidates": len(tuned.points),
            "is_reached": tuned.is_reached,
            "remarks": list(tuned.remarks),
            "share_changed": labelled.share_changed,
        },
    )


def _codes(frame: Frame, bench: Bench, target: Target) -> np.ndarray:
    groups = sensitive_groups(bench.part.training, bench.part.schema, target.features)
    return group_codes(frame, bench.part.schema, groups)
