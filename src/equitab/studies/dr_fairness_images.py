"""Ratios that adapt while a small convolutional network trains: Dr-Fairness on images that can be had.

The paper studies CelebA and ImageNet's people subtree, which cannot be shipped. Here digits are coloured so that colour
tells the outcome in training and not afterwards, with a pool drawn by guided diffusion; ages of faces are told apart
where old women are rare, with a pool of changed training faces; and whoever has images of their own puts a table of
them beside (`image_reading`).

This module holds what is varied; `dr_fairness_images_tasks` makes the tasks, `dr_fairness_images_pools` the generated
images, `dr_fairness_images_training` trains an arm, `dr_fairness_images_scores` judges on test images,
`dr_fairness_images_page` shows it and `dr_fairness_images_run` carries out.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from equitab.errors import Problem, RecipeError, closest
from equitab.mitigation.adaptive_sampling import Strategy

InnerRows = Literal["validation", "training"]
TaskName = Literal["digits", "faces", "faces_race", "own"]
FILES: MappingProxyType[TaskName, tuple[str, ...]] = MappingProxyType(
    {
        "digits": ("mnist/mnist.parquet",),
        "faces": ("utkface_subset/utkface_64px_5000.parquet",),
        "faces_race": ("utkface_subset/utkface_64px_5000.parquet",),
        "own": ("images/images.csv", "images/images.parquet"),
    }
)
"""Where the images of each task lie within the caller's folder; the first that is there is read."""
TASKS: tuple[TaskName, ...] = tuple(FILES)


@dataclass(frozen=True)
class Arm:
    """One way of drawing the batches of a training.

    Parameters
    ----------
    words : str
        For pages.
    strategy : {"uniform", "pooled", "balanced", "fairbatch", "dr_fairness"}
        Of the batch sampler; ``uniform`` and ``fairbatch`` see real images only.
    update_every : int or "auto"
        Batches between two updates of the ratios, for `dr_fairness`.
    n_validation : int
        Real images of every kind, and as many generated ones, that an update looks at.
    is_corrupted : bool
        Whether the generated images of one cell are replaced by noise.
    """

    words: str
    strategy: Strategy
    update_every: int | Literal["auto"] = "auto"
    n_validation: int = 128
    is_corrupted: bool = False


REFERENCE, ADAPTIVE, FAITHFUL = "uniform_real", "dr_fairness", "dr_fairness_every_batch"
CORRUPTED = "dr_fairness_corrupted"
ARMS: MappingProxyType[str, Arm] = MappingProxyType(
    {
        REFERENCE: Arm("uniform, real images", "uniform"),
        "uniform_pooled": Arm("uniform, real and generated", "pooled"),
        "balanced": Arm("balanced by generation", "balanced"),
        "fairbatch": Arm("FairBatch's rule, real images", "fairbatch"),
        ADAPTIVE: Arm("Dr-Fairness, interval chosen", "dr_fairness", n_validation=48),
        FAITHFUL: Arm("Dr-Fairness, before every batch", "dr_fairness", update_every=1),
        "balanced_corrupted": Arm("balanced, one cell's pool is noise", "balanced", is_corrupted=True),
        CORRUPTED: Arm(
            "Dr-Fairness, one cell's pool is noise", "dr_fairness", update_every=1, is_corrupted=True
        ),
    }
)
"""Every arm, in the order of pages; all start from the same weights and see the same real images."""


@dataclass(frozen=True)
class TaskSettings:
    """What is varied in one task.

    Parameters
    ----------
    n_training, n_validation, n_test : int
        Real images at most.
    bias : float
        The share, within an outcome, of the group that is common in it, in training images; from one half to below 1.
        Nothing is done to own images.
    side : int
        Pixels from edge to edge.
    n_batches : int
        Of a training.
    per_cell : int
        Generated images of a cell.
    """

    n_training: int
    n_validation: int
    n_test: int
    bias: float
    side: int
    n_batches: int
    per_cell: int


@dataclass(frozen=True)
class ImageSettings:
    """What is varied.

    Parameters
    ----------
    digits, faces, faces_race, own : TaskSettings or None
        None leaves a task out.
    arms : tuple of str
        Of `ARMS`; `REFERENCE` is always among them.
    n_seeds : int
        Draws of training images, pool, first weights and batches.
    width : int
        Channels of the first convolution; the others have two and four times as many.
    batch_size : int
    learning_rate : float
        Of Adam at the start; it falls to nothing on a straight line.
    accuracy_weight : float
        *k*, the weight of accuracy in the outer objective.
    inner_rows : {"validation", "training"}
        Whose real images stand for the cells' gradients; ``validation`` is what was published.
    ratio_step : float
        Step of Adam for the ratios.
    fairbatch_step : float
        By which FairBatch's rule moves a share after an epoch.
    overhead : float
        The share of training time that updates may take where their interval is chosen.
    n_diffusion_steps : int
        Training steps of the diffusion model.
    guidance : float
        With which digits are drawn.
    n_replicates : int
        Of the bootstrap.
    """

    digits: TaskSettings | None = None
    faces: TaskSettings | None = None
    faces_race: TaskSettings | None = None
    own: TaskSettings | None = None
    arms: tuple[str, ...] = tuple(ARMS)
    n_seeds: int = 3
    width: int = 16
    batch_size: int = 64
    learning_rate: float = 1e-3
    accuracy_weight: float = 1.0
    inner_rows: InnerRows = "training"
    ratio_step: float = 0.02
    fairbatch_step: float = 0.02
    overhead: float = 0.10
    n_diffusion_steps: int = 500
    guidance: float = 1.0
    n_replicates: int = 1_000

    def __post_init__(self) -> None:
        problems = [problem for name, held in self.tasks.items() for problem in _task_problems(name, held)]
        problems += [
            Problem(f"arm {name!r}", f"one of {', '.join(ARMS)}", "another", closest(name, list(ARMS)))
            for name in self.arms
            if name not in ARMS
        ]
        if REFERENCE not in self.arms:
            problems.append(Problem("arms", f"{REFERENCE!r}, which others are compared with", "none"))
        for name in ("n_seeds", "width", "batch_size", "n_diffusion_steps", "n_replicates"):
            if getattr(self, name) < 1:
                problems.append(Problem(name, "at least 1", str(getattr(self, name))))
        for name in ("learning_rate", "accuracy_weight", "overhead", "ratio_step", "fairbatch_step"):
            if not getattr(self, name) > 0:
                problems.append(Problem(name, "above 0", f"{getattr(self, name):g}"))
        if problems:
            raise RecipeError(problems)

    @property
    def tasks(self) -> dict[TaskName, TaskSettings]:
        """The tasks that take part."""
        held = {name: getattr(self, name) for name in TASKS}
        return {name: settings for name, settings in held.items() if settings is not None}

    def only(self, tasks: Collection[TaskName]) -> ImageSettings:
        """Return the same settings with only these tasks."""
        unknown = [name for name in tasks if name not in TASKS]
        if unknown:
            raise RecipeError(
                Problem(f"task {name!r}", f"one of {', '.join(TASKS)}", "another", closest(name, TASKS))
                for name in unknown
            )
        return replace(self, **{name: None for name in TASKS if name not in tasks})  # type: ignore[arg-type]


def _task_problems(name: str, held: TaskSettings) -> list[Problem]:
    where = f"task {name!r}"
    problems = [
        Problem(f"{where}, {field}", "at least 1", str(getattr(held, field)))
        for field in ("n_training", "n_validation", "n_test", "n_batches", "per_cell")
        if getattr(held, field) < 1
    ]
    if not 0.5 <= held.bias < 1:
        problems.append(Problem(f"{where}, bias", "a share from 0.5 to below 1", f"{held.bias:g}"))
    if held.side < 8:
        problems.append(Problem(f"{where}, side", "at least 8 pixels", str(held.side)))
    return problems


_DIGITS = TaskSettings(4_000, 1_000, 4_000, bias=0.95, side=28, n_batches=600, per_cell=1_000)
_FACES = TaskSettings(2_500, 1_000, 1_500, bias=0.85, side=32, n_batches=600, per_cell=600)
_RACES = replace(_FACES, bias=0.6, per_cell=300)

FULL = ImageSettings(digits=_DIGITS, faces=_FACES, faces_race=_RACES, own=replace(_FACES, n_training=20_000))
"""The whole study."""

QUICK = ImageSettings(
    digits=replace(_DIGITS, n_training=2_000, n_test=2_000, n_batches=200, per_cell=500),
    faces=replace(_FACES, n_batches=200),
    own=replace(_FACES, n_batches=200),
    arms=tuple(name for name in ARMS if name != "balanced_corrupted"),
    n_seeds=2,
    n_diffusion_steps=200,
    n_replicates=400,
)
"""Minutes: two seeds, short trainings, few generated images."""
