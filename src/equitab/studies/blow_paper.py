"""What Blow et al. printed: tables II and III, the ranges of table I, and which numbers cannot be right.

References
----------
C. Hastings Blow, L. Qian, C. Gibson, P. Obiomon, X. Dong. Data Augmentation via Diffusion Model to Enhance AI
Fairness. 2024.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Reweighing = Literal["before", "after"]

PAPER_METRICS = (
    "balanced_accuracy",
    "statistical_parity_difference",
    "average_odds_difference",
    "disparate_impact",
    "equal_opportunity_difference",
    "theil_index",
)
PAPER_MODELS = (
    "decision_tree",
    "gaussian_naive_bayes",
    "k_nearest_neighbors",
    "logistic_regression",
    "random_forest",
)
PAPER_SIZES = (0, 20_000, 100_000, 150_000)

FAIR_RANGES: dict[str, tuple[float, float]] = {
    "statistical_parity_difference": (-0.10, 0.10),
    "equal_opportunity_difference": (-0.10, 0.10),
    "average_odds_difference": (-0.10, 0.10),
    "disparate_impact": (0.80, 1.20),
    "theil_index": (0.0, 0.25),
}
"""Table I, with the misprinted lower end of the equal opportunity difference (0.10) put right (-0.10)."""


@dataclass(frozen=True)
class PaperRow:
    """One row of table II (race) or III (sex).

    Parameters
    ----------
    sensitive_feature : {"race", "sex"}
    n_synthetic : int
        Rows added to the training set.
    reweighing : {"before", "after"}
    model : str
        In our words (`PAPER_MODELS`).
    values : tuple of float
        In the order of `PAPER_METRICS`, as printed.
    """

    sensitive_feature: str
    n_synthetic: int
    reweighing: Reweighing
    model: str
    values: tuple[float, ...]

    def value(self, metric: str) -> float:
        """Return one printed number."""
        return self.values[PAPER_METRICS.index(metric)]


@cache
def paper_rows() -> tuple[PaperRow, ...]:
    """Return the 80 rows of tables II and III.

    Examples
    --------
    >>> len(paper_rows())
    80
    """
    text = files("equitab.studies").joinpath("blow_tables.csv").read_text(encoding="utf-8")
    return tuple(
        PaperRow(
            row["sensitive_feature"],
            int(row["n_synthetic"]),
            "before" if row["reweighing"] == "before" else "after",
            row["model"],
            tuple(float(row[metric]) for metric in PAPER_METRICS),
        )
        for row in csv.DictReader(text.splitlines())
    )


def is_fair(metric: str, value: float) -> bool | None:
    """Return whether a value lies in table I's range; None for a metric without one.

    Examples
    --------
    >>> is_fair("disparate_impact", 0.85), is_fair("balanced_accuracy", 0.74)
    (True, None)
    """
    if metric not in FAIR_RANGES:
        return None
    low, high = FAIR_RANGES[metric]
    return low <= value <= high


def implied_reference_rate(row: PaperRow) -> float | None:
    """Return the reference group's selection rate that follows from a row's SPD and DI.

    Notes
    -----
    With rates u and p: SPD = u - p and DI = u / p, so p = SPD / (DI - 1). Undefined when DI is 1.
    """
    impact = row.value("disparate_impact")
    return None if impact == 1 else row.value("statistical_parity_difference") / (impact - 1)


def implied_false_positive_gap(row: PaperRow) -> float:
    """Return the difference in false-positive rate that follows from AOD and EOD: 2 AOD - EOD."""
    return 2 * row.value("average_odds_difference") - row.value("equal_opportunity_difference")


def doubts(row: PaperRow) -> tuple[str, ...]:
    """Return why a printed row cannot be right, or is unlikely to be; empty where nothing speaks against it.

    Examples
    --------
    >>> after = next(row for row in paper_rows() if row.model == "decision_tree" and row.reweighing == "after")
    >>> doubts(after)[0][:42]
    'balanced accuracy 1 with zero odds gaps an'
    """
    found = [
        _perfect(row),
        _repeats_other_table(row),
        _unchanged_by_weights(row),
        _rates_apart(row),
        _odds_apart(row),
    ]
    return tuple(doubt for doubt in found if doubt)


def _perfect(row: PaperRow) -> str:
    zero = ("average_odds_difference", "equal_opportunity_difference", "theil_index")
    if row.value("balanced_accuracy") < 0.999 or any(row.value(metric) for metric in zero):
        return ""
    return (
        "balanced accuracy 1 with zero odds gaps and a zero Theil index, while the parity gap is that of the true "
        "labels: the 'predictions' are the labels of the rows judged (a copy whose labels were never overwritten, "
        "or a tree fitted on the rows it is judged on)"
    )


def _repeats_other_table(row: PaperRow) -> str:
    def mirrors(other: PaperRow) -> bool:
        same_place = (other.n_synthetic, other.reweighing, other.model) == (
            row.n_synthetic,
            row.reweighing,
            row.model,
        )
        return same_place and other.sensitive_feature != row.sensitive_feature and other.values == row.values

    if row.sensitive_feature == "sex" and any(mirrors(other) for other in paper_rows()):
        return "the same six numbers as in the table for race: a row copied from one table to the other"
    return ""


def _unchanged_by_weights(row: PaperRow) -> str:
    if row.model != "k_nearest_neighbors" or row.reweighing != "after":
        return ""
    before = next(
        other
        for other in paper_rows()
        if (other.sensitive_feature, other.n_synthetic, other.model, other.reweighing)
        == (row.sensitive_feature, row.n_synthetic, row.model, "before")
    )
    if max(abs(a - b) for a, b in zip(row.values, before.values, strict=True)) > 0.01:
        return ""
    return "the same as before reweighing to within 0.01: this learner takes no weights, so nothing was reweighed"


def _rates_apart(row: PaperRow) -> str:
    """Compare the selection rate implied for the reference group with those of the tables' other rows."""
    rate = implied_reference_rate(row)
    if rate is None or row.value("balanced_accuracy") > 0.999 or 0.15 <= rate <= 0.75:
        return ""
    return (
        f"SPD and DI together imply that {rate:.0%} of the reference group are selected; "
        "the other rows say 32% to 60%"
    )


def _odds_apart(row: PaperRow) -> str:
    """Look for a group selected less often, with a lower TPR, and yet a far higher FPR."""
    gap = implied_false_positive_gap(row)
    spd = row.value("statistical_parity_difference")
    if not (spd < -0.05 and row.value("equal_opportunity_difference") < 0 and gap > 0.05):
        return ""
    return (
        f"AOD and EOD together imply a false-positive gap of {gap:+.3f} in favour of a group that is selected less "
        f"often (SPD {spd:+.3f}) and found less often when qualified"
    )
