"""Drawn rows of the MCRAGE study beside real ones that no generator saw, and models of the smallest groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame, concatenate, take_rows
from equitab.evaluation import Measurement, MeasurementSettings, detect_synthetic, measure_groups
from equitab.evaluation.group_truth_cells import POOLED, RARE_ROWS
from equitab.metrics import ColumnPair, roc_area
from equitab.metrics.fidelity import column_shape
from equitab.schema import favorable, group_codes, numbers, sensitive_groups
from equitab.studies.mcrage import IMBALANCED
from equitab.studies.mcrage_arms import Treated
from equitab.studies.mcrage_scores import counts
from equitab.studies.mcrage_tables import FEW, Split

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

ROW_METRICS: Mapping[str, str] = {
    "column_distance": "distance of women's columns",
    "detection": "told from unseen women (AUROC)",
    "copies": "copies of training rows",
}
"""Metrics of the patients' drawn rows, in words."""
RARE_METRICS: Mapping[str, str] = {
    "accuracy": "accuracy, everybody",
    "auroc": "AUROC, everybody",
    "recall_rare": "recall, smallest groups",
    "precision_rare": "precision, smallest groups",
    "auroc_rare": "AUROC, smallest groups",
    "accuracy_rare": "accuracy, smallest groups",
}
"""Metrics of models of Adult and COMPAS, in words."""
TRUTH_METRICS: Mapping[str, str] = {
    "held_out_detection_auroc": "told from real test rows (AUROC)",
    "held_out_column_error": "error of columns",
    "group_copy_share": "copies of training rows",
    "group_median_dcr": "distance to the closest training row",
    "group_dcr_share": "nearer to training than to test rows",
}
"""Metrics of the drawn rows of the smallest cells, pooled, in words."""
FLOOR = "real rows"
"""The arm that holds what real rows score where drawn ones are judged."""


def judge_women(treated: Treated, split: Split) -> dict[str, float]:
    """Return how the women that an arm drew lie to real women that it never saw; nothing where it drew none.

    Parameters
    ----------
    treated : Treated
        Of the patients. Of the imbalanced arm its real women are judged: what few real rows score.
    split : Split

    Returns
    -------
    dict of str to float
        ``column_distance``: mean Kolmogorov-Smirnov distance over columns and outcomes. For drawn rows also
        ``detection``, the AUROC of a gradient boosting detector across five folds with equally many drawn and
        unseen women of each outcome, and ``copies``, the share of drawn rows that are training rows.
    """
    if treated.added is None and treated.arm != IMBALANCED:
        return {}
    rows = treated.frame if treated.added is None else treated.added
    women, unseen = _women(rows), _women(split.unseen)
    found = {"column_distance": column_distance(women, unseen, split)}
    if treated.added is None:
        return found
    drawn, real = match_outcomes(women, unseen, split, seed=split.seed)
    result = detect_synthetic(drawn, real, split.schema, settings=MeasurementSettings(), seed=split.seed)
    told = float("nan") if result.value is None else result.value
    return {**found, "detection": told, "copies": _copies(treated.added, split.training)}


def column_distance(rows: Frame, others: Frame, split: Split) -> float:
    """Return the mean distance of number columns within outcomes, from 0 for alike to 1."""
    names = [name for name in split.schema.modeled_columns if split.schema.column(name).kind != "categorical"]
    distances = []
    for outcome in (False, True):
        held = [take_rows(frame, favorable(frame, split.schema) == outcome) for frame in (rows, others)]
        for name in names:
            pair = [numbers(frame, split.schema.column(name)) for frame in held]
            distances.append(1 - column_shape(ColumnPair(name, "numeric", *pair)))
    return float(np.mean(distances))


def match_outcomes(rows: Frame, others: Frame, split: Split, *, seed: int) -> tuple[Frame, Frame]:
    """Return equally many rows of both tables for each outcome, so that only what they are like can tell."""
    rng = np.random.default_rng(seed)
    kept: tuple[list[Frame], list[Frame]] = ([], [])
    for outcome in (False, True):
        held = [np.flatnonzero(favorable(frame, split.schema) == outcome) for frame in (rows, others)]
        size = min(map(len, held))
        for place, (frame, found) in enumerate(zip((rows, others), held, strict=True)):
            kept[place].append(take_rows(frame, np.sort(rng.choice(found, size, replace=False))))
    return concatenate(kept[0]), concatenate(kept[1])


def _women(frame: Frame) -> Frame:
    return take_rows(frame, np.array(frame["SEX"].to_list()) == FEW)


def _copies(rows: Frame, training: Frame) -> float:
    known = set(training.iter_rows())
    return float(np.mean([row in known for row in rows.iter_rows()])) if len(rows) else 0.0


def rare_people(split: Split) -> BoolArray:
    """Return which test rows belong to a group that has a rare cell: one with few training rows of an outcome."""
    groups = sensitive_groups(split.training, split.schema)
    codes = group_codes(split.training, split.schema, groups)
    cells = 2 * codes + favorable(split.training, split.schema)
    held = np.bincount(cells, minlength=2 * groups.n_groups).reshape(-1, 2)
    is_rare: BoolArray = np.asarray((held < RARE_ROWS).any(axis=1))
    test = group_codes(split.test, split.schema, groups)
    return (test >= 0) & is_rare[test]


def measure_rare(score: FloatArray, truth: BoolArray, rare: BoolArray) -> dict[str, float]:
    """Return the metrics of scores of Adult and COMPAS: of everybody, and of the smallest groups pooled.

    Parameters
    ----------
    score : ndarray of float
        Predicted favorable from 0.5 on.
    truth, rare : ndarray of bool

    Returns
    -------
    dict of str to float
        Of `RARE_METRICS`.

    Examples
    --------
    >>> truth = np.array([True, False, True, False])
    >>> found = measure_rare(np.array([0.9, 0.6, 0.4, 0.2]), truth, np.array([False, True, True, True]))
    >>> found["accuracy"], found["recall_rare"], found["auroc_rare"]
    (0.5, 0.0, 0.5)
    """
    table = counts(truth[rare], score[rare] >= 0.5)
    (_, alarm), (miss, hit) = table.tolist()
    return {
        "accuracy": float(((score >= 0.5) == truth).mean()),
        "auroc": roc_area(truth, score).value,
        "recall_rare": hit / (hit + miss) if hit + miss else float("nan"),
        "precision_rare": hit / (hit + alarm) if hit + alarm else float("nan"),
        "auroc_rare": roc_area(truth[rare], score[rare]).value,
        "accuracy_rare": float(((score >= 0.5) == truth)[rare].mean()),
    }


def judge_rare_rows(treated: Treated, split: Split) -> list[Measurement]:
    """Return how the drawn rows of the smallest cells, pooled, lie to real test rows; nothing where none was drawn."""
    if treated.added is None:
        return []
    found = measure_groups(
        treated.added, training=split.training, held_out=split.test, schema=split.schema, seed=split.seed
    )
    return [one for one in found if one.group == POOLED and one.metric in TRUTH_METRICS]


def named_numbers(found: Iterable[Measurement]) -> dict[tuple[str, str], float]:
    """Return measurements by metric and by whether they are of real rows; the strictest detector counts.

    The pooled cells are judged by a detector of all cells and by one of these alone.
    """
    held: dict[tuple[str, str], float] = {}
    for one in found:
        if one.value is not None:
            key = one.metric, FLOOR if one.treatment in ("holdout", "original") else ""
            held[key] = max(held.get(key, -np.inf), one.value)
    return held
