"""The MCRAGE paper's numbers and claims, and what its notebook does that the paper does not say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from equitab.studies.mcrage import BALANCED, FOREST, IMBALANCED
from equitab.studies.mcrage_differences import Quantity

Wanted = Literal["more", "less"]

PAPER: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        IMBALANCED: {"accuracy": 0.71348, "f1": 0.64215, "balanced_accuracy": 0.70},
        "smote": {"accuracy": 0.70555, "f1": 0.64384, "balanced_accuracy": 0.70},
        "guided": {"accuracy": 0.72480, "f1": 0.67228, "balanced_accuracy": 0.72},
        BALANCED: {"accuracy": 0.73160, "f1": 0.65396, "balanced_accuracy": 0.71},
    }
)
"""Table 1, as printed: one split, one forest. What it calls AUROC is that of hard predictions, which is the
balanced accuracy, and it stands here as such."""


@dataclass(frozen=True)
class Claim:
    """Something that the paper says of two arms.

    Parameters
    ----------
    words, place : str
    metric : str
        What tells, on the patients and with the paper's forest.
    arm, control : str
    paper : float or None
        The printed difference; None where none is printed.
    wanted : {"more", "less"}
        Whether the arm is said to be above or below the control.
    learner : str
        Empty for numbers of rows.
    """

    words: str
    place: str
    metric: str
    arm: str
    control: str
    paper: float | None = None
    wanted: Wanted = "more"
    learner: str = FOREST

    @property
    def quantity(self) -> Quantity:
        """What is compared."""
        return Quantity("patients", self.learner, self.metric)


def _printed(words: str, metric: str, arm: str, control: str, wanted: Wanted = "more") -> Claim:
    paper = PAPER[arm][metric] - PAPER[control][metric]
    return Claim(words, "Table 1", metric, arm, control, round(paper, 5), wanted)


CLAIMS: tuple[Claim, ...] = (
    _printed("F1 rises over the imbalanced rows", "f1", "guided", IMBALANCED),
    _printed("F1 rises over SMOTE", "f1", "guided", "smote"),
    _printed("F1 is above that with all real women given back", "f1", "guided", BALANCED),
    _printed("Accuracy rises over the imbalanced rows", "accuracy", "guided", IMBALANCED),
    _printed("Accuracy rises over SMOTE", "accuracy", "guided", "smote"),
    _printed("SMOTE costs accuracy", "accuracy", "smote", IMBALANCED, "less"),
    _printed(
        "AUROC (of hard predictions) rises over the imbalanced rows",
        "balanced_accuracy",
        "guided",
        IMBALANCED,
    ),
    _printed("AUROC (of hard predictions) rises over SMOTE", "balanced_accuracy", "guided", "smote"),
    _printed("All real women given back raise accuracy", "accuracy", BALANCED, IMBALANCED),
    _printed("All real women given back raise F1", "f1", BALANCED, IMBALANCED),
    Claim("AUROC (of scores) rises over the imbalanced rows", "section 4.4", "auroc", "guided", IMBALANCED),
    Claim("AUROC (of scores) rises over SMOTE", "section 4.4", "auroc", "guided", "smote"),
    Claim(
        "Models become better for the group with few rows: AUROC of women",
        "sections 1 and 4.4",
        "auroc_few",
        "guided",
        IMBALANCED,
    ),
    Claim(
        "Equally full cells enforce statistical parity: the gap between selection rates shrinks",
        "section 3",
        "parity_gap",
        "guided",
        IMBALANCED,
    ),
    Claim(
        "SMOTE before diffusion gives an exceptional F1: above diffusion alone",
        "section 6",
        "f1",
        "smote_then_guided",
        "guided",
    ),
    Claim(
        "Drawn rows are nearer to the balanced rows than SMOTE's: told from unseen real women less well",
        "section 4.3, Figure 2",
        "detection",
        "guided",
        "smote",
        wanted="less",
        learner="",
    ),
    Claim(
        "Distributions of drawn rows match those of real ones: columns of women nearer to unseen women's than "
        "SMOTE's are",
        "section 4.4, Figure 3",
        "column_distance",
        "guided",
        "smote",
        wanted="less",
        learner="",
    ),
)

NOTEBOOK: tuple[str, ...] = (
    "The forest of the SMOTE arm does not see the sex, the others do. Here all see it.",
    "The SMOTE arm starts from 2,001 rows, the diffusion arm from the 1,792 that are left without validation rows. "
    "Here all start from the same rows, without the validation rows.",
    "What is called AUROC is computed from hard predictions, so it is the balanced accuracy. Here both are measured.",
    "Numbers are scaled with means and deviations of all rows, test rows included. Here nothing is learned from test "
    "rows.",
    "One split and one forest for each arm; among 25 settings and a hundred checkpoints of each, the model with the "
    "best F1 on about 200 validation rows (14 of them women) was taken.",
    "The notebook's own runs print other numbers than the paper: accuracy 0.718 and F1 0.647 where Table 1 has 0.713 "
    "and 0.642 (imbalanced); 0.728 and 0.647 where it has 0.732 and 0.654 (balanced).",
    "The last layer of the published network ends in GELU, which cannot go below -0.17 and so cannot be noise; its "
    "steps end where 14% of the signal is left, and sampling begins at pure noise.",
    "The paper calls for at least 50 steps by its own bound and takes 35.",
)
"""Where the published comparison is not on equal terms, in words."""
