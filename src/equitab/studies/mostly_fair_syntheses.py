"""The tables of the fairness study: drawn once for each synthesis, their outcomes mapped in every way of an arm.

All arms of a synthesis but those of other generators are the same rows: only the outcome differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from equitab.dataframe import Frame, as_frame
from equitab.evaluation import LEARNERS, FittedModel, RealRows, fit_model
from equitab.generators import make_generator
from equitab.mitigation import fit_threshold_optimizer, reweighing_weights
from equitab.schema import FairnessConstraint, favorable
from equitab.studies.mostly_fair import STRENGTHS, FairPart, FairSettings
from equitab.studies.mostly_fair_paper import MODEL
from equitab.studies.mostly_fair_scores import BoolArray, FloatArray, Groups, IntArray, TestPeople

Constraints = tuple[FairnessConstraint, ...]

UNCONSTRAINED = "synthetic"
MOST_TUNING_ROWS = 60_000


def _parity(*features: str, **settings: Any) -> FairnessConstraint:
    asked: dict[str, Any] = {"aim": "table", "tolerance": 0.0, **settings}
    return FairnessConstraint(sensitive_features=features, **asked)


MAPPED: Mapping[str, Mapping[str, Constraints]] = {
    "adult_sex": {"parity": (_parity(),), "published": (_parity(mapping="quantile"),)},
    "adult_race": {
        "sex": (_parity("sex"),),
        "race": (_parity("race"),),
        "together": (_parity("sex", "race"),),
    },
    "adult_proxy": {"parity": (_parity(),)},
    "compas": {
        "parity": (_parity(),),
        **{f"strength {strength:g}": (_parity(strength=strength),) for strength in STRENGTHS},
    },
}
"""Arms whose tables are to have parity, by part."""

TUNED: Mapping[str, Mapping[str, Constraints]] = {
    "adult_sex": {
        "parity_for_model": (FairnessConstraint(tolerance=0.02),),
        "odds_for_model": (FairnessConstraint(criterion="equalized_odds", tolerance=0.05),),
    },
    "compas": {
        "parity_for_model": (FairnessConstraint(tolerance=0.05),),
        "odds_for_model": (FairnessConstraint(criterion="equalized_odds", tolerance=0.1),),
    },
}
"""Arms whose strengths are tuned to the logistic regression on validation rows, once."""

TRAINED: Mapping[str, Mapping[str, Constraints]] = {
    "adult_sex": {"in_training": (_parity(places=("training",)),)},
    "adult_race": {
        "apart": (_parity("sex", places=("training",)), _parity("race", places=("training",))),
        "together_in_training": (_parity("sex", "race", places=("training",)),),
    },
}
"""Arms of generators that learned with penalties, the paper's way."""


@dataclass(frozen=True, eq=False)
class Table:
    """One table of one synthesis.

    Parameters
    ----------
    arm : str
    frame : Frame
    share_changed : float or None
        Of the outcomes; None where rows are others than those without a constraint, so that none can be said to have
        changed.
    """

    arm: str
    frame: Frame
    share_changed: float | None = 0.0


@dataclass(frozen=True, eq=False)
class Source:
    """Fitted generators of a part, and what their rows' outcomes are to be.

    Parameters
    ----------
    part : FairPart
    generator : object
        Fitted, without constraints.
    others : mapping of str to object
        Fitted with penalties, by arm.
    mapped : mapping of str to tuple of FairnessConstraint
        By arm; tuned ones have their strengths.
    remarks : tuple of str
    """

    part: FairPart
    generator: Any
    others: Mapping[str, Any]
    mapped: Mapping[str, Constraints]
    remarks: tuple[str, ...] = ()

    @classmethod
    def learn(cls, part: FairPart, settings: FairSettings, *, seed: int) -> Source:
        """Fit the generators of a part and tune what is aimed at models."""
        generator = _fitted(part, settings.generator, (), seed)
        others = {}
        if settings.constrains_training:
            asked = TRAINED.get(part.name, {})
            others = {arm: _fitted(part, settings.generator, held, seed) for arm, held in asked.items()}
        if settings.peer and part.name == "adult_sex":
            others["mostlyai_engine"] = _fitted(part, "tabular_argn", (), seed)
        tuned: dict[str, Constraints] = {}
        remarks: tuple[str, ...] = ()
        if settings.aims_at_models:
            tuned, remarks = _tuned(part, generator, seed=seed)
        return cls(part, generator, others, {**MAPPED[part.name], **tuned}, remarks)

    def again(self, settings: FairSettings, *, seed: int) -> Source:
        """Return the same with a generator that learned anew; strengths stay."""
        return replace(self, generator=_fitted(self.part, settings.generator, (), seed))

    def tables(self, *, seed: int) -> list[Table]:
        """Draw as many rows as were learned, and return the table of every arm."""
        n_rows = len(self.part.training)
        draft = self.generator.draft(n_rows, seed=seed)
        found = [Table(UNCONSTRAINED, draft.frame)]
        for arm, constraints in self.mapped.items():
            labelled = draft.table(constraints)
            found.append(Table(arm, labelled.frame, labelled.share_changed))
        for arm, generator in self.others.items():
            asked = {"constraints": (_parity(mapping="quantile"),)} if arm == "mostlyai_engine" else {}
            found.append(Table(arm, as_frame(generator.sample(n_rows, **asked, seed=seed)), None))
        names = list(self.part.schema.modeled_columns)
        return [replace(table, frame=table.frame.select(names)) for table in found]


def _fitted(part: FairPart, name: str, constraints: Constraints, seed: int) -> Any:
    return make_generator(name).fit(
        part.training.to_native(), part.schema, constraints=constraints, seed=seed
    )


def _tuned(part: FairPart, generator: Any, *, seed: int) -> tuple[dict[str, Constraints], tuple[str, ...]]:
    """Return the constraints that aim at models, with strengths; and what tuning had to say."""
    from equitab.search import tune_to_model

    asked = TUNED.get(part.name, {})
    if not asked:
        return {}, ()
    draft = generator.draft(min(3 * len(part.training), MOST_TUNING_ROWS), seed=seed + 999)
    validation = RealRows.read(part.validation, part.schema)
    found, remarks = {}, []
    for arm, constraints in asked.items():
        tuned = tune_to_model(draft, constraints, MODEL, schema=part.schema, validation=validation, seed=seed)
        found[arm] = tuned.constraints
        remarks += [f"{arm.replace('_', ' ')}: {remark}" for remark in tuned.remarks]
    return found, tuple(remarks)


def fit_on(frame: Frame, part: FairPart, *, seed: int, **settings: Any) -> FittedModel:
    """Return the downstream model of a table."""
    return fit_model(frame, LEARNERS[MODEL], schema=part.schema, seed=seed, **settings)


def real_models(part: FairPart, people: TestPeople, *, seed: int) -> dict[str, tuple[FloatArray, BoolArray]]:
    """Return scores and predictions of the test rows by models of the real rows, by arm.

    Parameters
    ----------
    part : FairPart
    people : TestPeople
        The test rows.
    seed : int

    Returns
    -------
    mapping of str to (ndarray of float, ndarray of bool)
        ``real``, ``real_without_sex`` (without the sensitive features), ``reweighed``, ``threshold_optimizer``,
        ``mapped_scores`` (each group's scores taken to everybody's quantiles: the limit of parity).
    """
    groups = Groups.read(part.training, part.schema, known=part.training)
    weights = reweighing_weights(groups.codes[-1], favorable(part.training, part.schema))
    plain = fit_on(part.training, part, seed=seed)
    models = {
        "real": plain,
        "real_without_sex": fit_on(part.training, part, seed=seed, use_sensitive_features=False),
        "reweighed": fit_on(part.training, part, seed=seed, weights=weights),
    }
    scores = {arm: model.favorable_score(people.frame) for arm, model in models.items()}
    found = {arm: (score, np.asarray(score >= 0.5)) for arm, score in scores.items()}
    known, codes = plain.favorable_score(part.validation), people.groups.codes[-1]
    validation = Groups.read(part.validation, part.schema, known=part.training)
    rules = fit_threshold_optimizer(
        known,
        favorable(part.validation, part.schema),
        validation.codes[-1],
        objective="accuracy_score",
        seed=seed,
    )
    chosen = rules.predict(scores["real"], codes, seed=seed)
    mapped = map_scores(scores["real"], codes, known, validation.codes[-1])
    return {
        **found,
        "threshold_optimizer": (rules.probability(scores["real"], codes), chosen),
        "mapped_scores": (mapped, np.asarray(mapped >= 0.5)),
    }


def map_scores(score: FloatArray, codes: IntArray, known: FloatArray, known_codes: IntArray) -> FloatArray:
    """Return scores moved, group by group, to the quantiles that everybody has.

    Parameters
    ----------
    score, codes : ndarray, shape (n_rows,)
        Of the rows that are judged, with their groups.
    known, known_codes : ndarray, shape (n_known,)
        Of the rows that the quantiles are learned from.

    Examples
    --------
    >>> known, groups = np.array([0.1, 0.2, 0.5, 0.6]), np.array([0, 0, 1, 1])
    >>> map_scores(known, groups, known, groups).round(2).tolist()
    [0.18, 0.52, 0.18, 0.52]
    """
    everybody, found = np.sort(known), score.copy()
    for code in np.unique(codes[codes >= 0]):
        own = np.sort(known[known_codes == code])
        if own.size:
            rows = codes == code
            low = np.searchsorted(own, score[rows], side="left")
            high = np.searchsorted(own, score[rows], side="right")
            found[rows] = np.quantile(everybody, (low + high) / (2 * own.size))
    return found
