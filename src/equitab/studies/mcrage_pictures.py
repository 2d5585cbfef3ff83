"""Pictures of one split of the patients, as in the paper's Figures 2 and 3: treated sets on a plane, densities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from equitab.dataframe import Frame, as_frame, frame_from_columns
from equitab.evaluation import CurvePoint, PlaneChoice, group_densities, project_tables
from equitab.generators import Generator
from equitab.studies.mcrage import ARMS, PAPERS_ARM
from equitab.studies.mcrage_arms import Making, Treated, augment_by, fit_generator
from equitab.studies.mcrage_tables import Split

SHOWN_COLUMNS = ("MCHC", "AGE")
"""The paper's choice."""


@dataclass(frozen=True, eq=False)
class Pictures:
    """What pictures are made of.

    Parameters
    ----------
    draws : Frame
        Rows drawn for every group and outcome.
    curves : list of CurvePoint
    """

    draws: Frame
    curves: list[CurvePoint]


def draw_pictures(
    split: Split, making: Making, *, n_draws: int, plane: PlaneChoice = "auto", seed: int
) -> Pictures:
    """Fit generators on a split and return what its pictures show.

    Parameters
    ----------
    split : Split
        Of the patients.
    making : Making
    n_draws : int
        Rows of every cell of group and outcome, for densities.
    plane : {"auto", "umap", "pca"}, default "auto"
    seed : int
    """
    guided, smote = (fit_generator(split, arm, making) for arm in (PAPERS_ARM, "smote"))
    draws = draw_classes(split, guided, n_draws, seed=seed)
    treated = [augment_by(split, arm, making, held) for arm, held in (("smote", smote), (PAPERS_ARM, guided))]
    densities = group_densities(split.complete, draws, split.schema, columns=SHOWN_COLUMNS, seed=seed)
    return Pictures(draws, [*densities, *_project(split, treated, plane, seed)])


def draw_classes(split: Split, generator: Generator, n_rows: int, *, seed: int) -> Frame:
    """Return as many rows of every cell of group and outcome, those that have a training row."""
    names = [*split.schema.sensitive_names, split.schema.target]
    cells = sorted(set(zip(*(split.training[name].to_list() for name in names), strict=True)))
    given = frame_from_columns(
        {
            name: np.repeat([cell[place] for cell in cells], n_rows).tolist()
            for place, name in enumerate(names)
        }
    )
    return as_frame(generator.sample(given=given.to_native(), seed=seed))


def _project(split: Split, treated: Sequence[Treated], plane: PlaneChoice, seed: int) -> list[CurvePoint]:
    tables = {"all real rows": split.complete, "imbalanced": split.training}
    tables |= {ARMS[one.arm]: one.frame for one in treated}
    return project_tables(tables, split.schema, method=plane, seed=seed)
