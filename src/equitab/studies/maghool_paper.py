"""What the Maghool paper prints, what it claims, and what arithmetic says of its table 2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from equitab.studies.maghool import FOREST, ORIGINAL, TRAINING_ONLY, WITHOUT_TITLES, XGBOOST
from equitab.studies.maghool_findings import ALL_SENSITIVE, F1, SHARE, SPLIT

Wanted = Literal["more", "less", "same"]

TABLE_1: Mapping[str, Mapping[str, tuple[float, float]]] = MappingProxyType(
    {
        ORIGINAL: {FOREST: (0.666, 0.056), XGBOOST: (0.680, 0.059)},
        "balanced_classes": {FOREST: (0.842, 0.038), XGBOOST: (0.817, 0.046)},
        "balanced_gender": {FOREST: (0.700, 0.071), XGBOOST: (0.686, 0.067)},
        "balanced_ethnicity": {FOREST: (0.783, 0.049), XGBOOST: (0.777, 0.055)},
        "augmented": {FOREST: (0.645, 0.043), XGBOOST: (0.667, 0.015)},
        "augmented_published": {FOREST: (0.645, 0.043), XGBOOST: (0.667, 0.015)},
    }
)
"""Weighted F1 over ten folds: mean and standard deviation, as printed."""

TABLE_2: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        ORIGINAL: {
            "tpr_reference": 0.252,
            "tpr_other": 0.27,
            "fpr_reference": 0.077,
            "fpr_other": 0.2435,
            "tpr_gap_size": 0.35,
            "fpr_gap_size": 0.17,
        },
        "augmented": {
            "tpr_reference": 0.42,
            "tpr_other": 0.60,
            "fpr_reference": 0.0790,
            "fpr_other": 0.162162,
            "tpr_gap_size": 0.17,
            "fpr_gap_size": 0.08,
        },
    }
)
"""Rates of men of 40 or younger (reference) and of everybody else, and the gaps, as printed."""

COMPLEXITY: Mapping[str, float] = MappingProxyType(
    {
        "complexity_c2": -0.60,
        "complexity_f4": 0.34,
        "complexity_t4": 0.0,
        "complexity_clustering": 0.0,
        "complexity_density": 0.0,
    }
)
"""Relative changes by augmentation; C2 "improved by 60%" means that it went down; 0 where "no tangible change"."""

SAME_F1 = 0.05
SAME_SHARE = 0.10
"""How far from 0 a difference may lie that still counts as none: of F1, and of a measure's relative change."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Something that the paper says, and the finding that tells.

    Parameters
    ----------
    words, place : str
    part, metric, arm : str
        Of the finding; its control is the original rows.
    form, learner, group : str
    paper : float or None
        The printed difference.
    wanted : {"more", "less", "same"}
    margin : float
        For ``same``.
    """

    words: str
    place: str
    part: str
    metric: str
    arm: str
    form: str = ""
    learner: str = ""
    group: str = ""
    paper: float | None = None
    wanted: Wanted
    margin: float = 0.0


def claims() -> tuple[Claim, ...]:
    """Return the paper's claims; those of its network twice, as published and in this library's form."""
    return (*_f1_claims(), *_gap_claims(), *_complexity_claims(), *_reliance_claims())


_NAMES = {FOREST: "the forest", XGBOOST: "XGBoost"}
_RAISING = {
    "balanced_classes": "Balanced classes raise F1",
    "balanced_gender": "Balance by gender makes it slightly more accurate",
    "balanced_ethnicity": "Balance by ethnicity makes it slightly more accurate",
}
_NETWORKS = {"augmented_published": "as published", "augmented": "our form"}


def _f1_claims() -> list[Claim]:
    found = []
    for learner, name in _NAMES.items():
        for arm in (*_RAISING, *_NETWORKS):
            is_stable = arm in _NETWORKS
            words = (
                f"With the network ({_NETWORKS[arm]}) accuracy remains stable" if is_stable else _RAISING[arm]
            )
            found.append(
                Claim(
                    words=f"{words}: {name}",
                    place="table 1",
                    part="table 1",
                    metric=F1,
                    arm=arm,
                    form=TRAINING_ONLY,
                    learner=learner,
                    paper=TABLE_1[arm][learner][0] - TABLE_1[ORIGINAL][learner][0],
                    wanted="same" if is_stable else "more",
                    margin=SAME_F1,
                )
            )
    return found


def _gap_claims() -> list[Claim]:
    named = {"tpr_gap_size": "Equal opportunity improves", "fpr_gap_size": "Equal mis-opportunity improves"}
    return [
        Claim(
            words=f"{words}: the gap shrinks, network {form}",
            place="table 2",
            part="table 2",
            metric=metric,
            arm=arm,
            form=WITHOUT_TITLES,
            learner=FOREST,
            paper=TABLE_2["augmented"][metric] - TABLE_2[ORIGINAL][metric],
            wanted="less",
        )
        for metric, words in named.items()
        for arm, form in _NETWORKS.items()
    ]


def _complexity_claims() -> list[Claim]:
    words = {
        "complexity_c2": "C2 improves by 60%",
        "complexity_f4": "F4 rises by 34%",
        "complexity_t4": "T4 stays the same",
        "complexity_clustering": "The clustering coefficient does not change",
        "complexity_density": "The density does not change",
    }
    return [
        Claim(
            words=f"{words[metric]}, network {form}",
            place="section 6",
            part="complexity",
            metric=metric,
            arm=arm,
            paper=change,
            wanted="same" if change == 0 else "less" if change < 0 else "more",
            margin=SAME_SHARE,
        )
        for metric, change in COMPLEXITY.items()
        for arm, form in _NETWORKS.items()
    ]


def _reliance_claims() -> list[Claim]:
    named = (
        (SHARE, ALL_SENSITIVE, "Models lean less on sensitive features"),
        (SPLIT, "Sex", "Values of Sex are depolarised: their split shrinks"),
        (SPLIT, "Age", "Values of Age are depolarised: their split shrinks"),
    )
    return [
        Claim(
            words=f"{words}, network {form}",
            place="figure 3",
            part="figure 3",
            metric=metric,
            group=group,
            arm=arm,
            form=WITHOUT_TITLES,
            learner=FOREST,
            wanted="less",
        )
        for metric, group, words in named
        for arm, form in _NETWORKS.items()
    ]


def table_2_arithmetic() -> list[str]:
    """Return what the printed rates say of the printed gaps, computed."""
    sentences = []
    for metric, words in (("tpr", "equal opportunity"), ("fpr", "equal mis-opportunity")):
        before, after = (_rate_difference(arm, metric) for arm in (ORIGINAL, "augmented"))
        printed = [TABLE_2[arm][f"{metric}_gap_size"] for arm in (ORIGINAL, "augmented")]
        fits = all(abs(held - shown) <= 0.015 for held, shown in zip((before, after), printed, strict=True))
        moved = "shrinks" if after < before else "grows"
        told = "as printed" if fits else f"not from {printed[0]:.2f} to {printed[1]:.2f} as printed"
        factor = f", {after / before:.0f} times as large" if after > before else ""
        sentences.append(
            f"By the paper's own rates the gap of {words} {moved} from {before:.3f} to {after:.3f}{factor}: {told}."
        )
    return sentences


def _rate_difference(arm: str, metric: str) -> float:
    held = TABLE_2[arm]
    return abs(held[f"{metric}_other"] - held[f"{metric}_reference"])
