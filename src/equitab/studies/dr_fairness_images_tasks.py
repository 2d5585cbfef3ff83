"""The tasks of the study on images: real images, made one-sided in training only, and a pool of generated ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.dataframe import read_columns
from equitab.errors import Problem, TableError
from equitab.studies.dr_fairness_images import FILES, ImageSettings, TaskName, TaskSettings
from equitab.studies.dr_fairness_images_pools import (
    ColoredDigits,
    DigitSheets,
    changed_images,
    draw_digits,
    tinted,
)
from equitab.studies.image_reading import decode_images, read_images
from equitab.studies.image_table import ImageTable, IntArray, join_images

YOUNG, OLD = "under 35", "35 and over"
OLD_FROM = 35
N_JUDGES = 6_000
"""Other digits, from which a classifier learns to recognise those that were drawn."""
SEED_STRIDE = 1_000
COMMON_RACES = ("Asian", "White")
"""The race that is common among young, and among old faces of the training images."""


@dataclass(frozen=True, eq=False)
class ImageTask:
    """Real images in three parts and generated ones.

    Parameters
    ----------
    name : str
    training, validation, test, pool : ImageTable
        The test images of a task are the same for every seed.
    facts : mapping of str to float
        What was found about the pool.
    """

    name: str
    training: ImageTable
    validation: ImageTable
    test: ImageTable
    pool: ImageTable
    facts: Mapping[str, float] = field(default_factory=dict)

    @property
    def rarest_cell(self) -> int:
        """The cell with the fewest training images: the one whose pool is spoiled on purpose."""
        return int(np.argmin(self.training.counts().ravel()))

    def corrupted(self, *, seed: int) -> ImageTask:
        """Return the task with noise in place of the generated images of its rarest cell."""
        pixels = self.pool.pixels.copy()
        spoiled = self.pool.cells == self.rarest_cell
        pixels[spoiled] = np.random.default_rng(seed).integers(0, 256, pixels[spoiled].shape, dtype=np.uint8)
        pool = ImageTable(
            pixels, self.pool.labels, self.pool.groups, self.pool.label_names, self.pool.group_names
        )
        return ImageTask(self.name, self.training, self.validation, self.test, pool, self.facts)

    def real_and_generated(self) -> tuple[ImageTable, npt.NDArray[np.bool_]]:
        """Return training images and pool as one table, and which of them are generated."""
        is_generated = np.arange(len(self.training) + len(self.pool)) >= len(self.training)
        return join_images([self.training, self.pool]), is_generated


def place_of(name: TaskName, data: str | Path | None) -> Path | None:
    """Return the file of a task within a folder; None where it is not there."""
    if data is None:
        return None
    places = (Path(data) / file for file in FILES[name])
    return next((place for place in places if place.is_file()), None)


def make_task(
    name: TaskName, settings: ImageSettings, *, data: str | Path | None, seed: int, number: int
) -> ImageTask:
    """Read the images of a task and draw its training images and pool.

    Parameters
    ----------
    name : {"digits", "faces", "faces_race", "own"}
    settings : ImageSettings
    data : str or Path, optional
        The folder with the files of `FILES`.
    seed : int
        Of the study: decides on test images.
    number : int
        Of the draw, from 0: decides on everything else.

    Raises
    ------
    TableError
        If the file is not there, or does not hold what it should.
    """
    place = place_of(name, data)
    if place is None:
        received = "no folder" if data is None else "no such file in the folder"
        files = " or ".join(FILES[name])
        raise TableError(
            Problem(f"task {name!r}", files, received, f"pass --data DIR, a folder with {files}")
        )
    held = settings.tasks[name]
    if name == "digits":
        return _digits(place, settings, held, seed=seed, number=number)
    if name == "own":
        return _own(read_images(place, side=held.side), held, seed=seed, number=number)
    return _faces(
        name, read_faces(place, by=_FACE_GROUPS[name], side=held.side), held, seed=seed, number=number
    )


def colors_with_bias(labels: IntArray, *, bias: float, random: np.random.Generator) -> IntArray:
    """Return a color for each digit: within outcome *y*, exactly the share `bias` (rounded) has color *y*.

    Parameters
    ----------
    labels : ndarray of int64, shape (n,)
        0 or 1.
    bias : float
        One half for as many of either color.
    random : numpy.random.Generator

    Examples
    --------
    >>> labels = np.repeat([0, 1], 10)
    >>> colors = colors_with_bias(labels, bias=0.9, random=np.random.default_rng(0))
    >>> int((colors[labels == 0] == 0).sum()), int((colors[labels == 1] == 1).sum())
    (9, 9)
    """
    colors = np.zeros(len(labels), dtype=np.int64)
    for label in (0, 1):
        rows = random.permutation(np.flatnonzero(labels == label))
        n_common = round(bias * len(rows))
        colors[rows[:n_common]], colors[rows[n_common:]] = label, 1 - label
    return colors


def rows_with_bias(
    images: ImageTable, common: Mapping[int, int], *, bias: float, random: np.random.Generator
) -> IntArray:
    """Return as many images as can be kept where, within an outcome, one group has a given share.

    Parameters
    ----------
    images : ImageTable
    common : mapping of int to int
        Outcome to the group that is common in it; other outcomes are kept as they are.
    bias : float
        The share of that group, at least; where there are not enough images of it, others are left out until it has.
    random : numpy.random.Generator

    Returns
    -------
    ndarray of int64
        In the order of the images.
    """
    kept = []
    for label in range(len(images.label_names)):
        rows = random.permutation(np.flatnonzero(images.labels == label))
        if label in common:
            is_common = images.groups[rows] == common[label]
            n_others = round(is_common.sum() * (1 - bias) / bias)
            rows = np.concatenate([rows[is_common], rows[~is_common][:n_others]])
        kept.append(rows)
    return np.sort(np.concatenate(kept)).astype(np.int64)


def read_digits(place: Path) -> tuple[DigitSheets, DigitSheets]:
    """Return training and test digits of the MNIST table, grey."""
    held = read_columns(place, ("image", "label", "split"))
    grey = np.frombuffer(b"".join(held["image"]), np.uint8).reshape(-1, 28, 28)
    digits, splits = np.array(held["label"], dtype=np.int64), np.array(held["split"])
    training, test = (np.flatnonzero(splits == part) for part in ("train", "test"))
    return DigitSheets(grey[training], digits[training]), DigitSheets(grey[test], digits[test])


def _digits(place: Path, settings: ImageSettings, held: TaskSettings, *, seed: int, number: int) -> ImageTask:
    training, test = read_digits(place)
    random = np.random.default_rng([seed, number])
    rows = random.permutation(len(training))
    cuts = np.cumsum([held.n_training, held.n_validation])
    learned, watched, spare = np.split(rows, cuts)
    real = _colored(training.take(learned), bias=held.bias, random=random)
    fixed = np.random.default_rng(seed)
    tested = fixed.permutation(len(test))[: held.n_test]
    drawn, facts = draw_digits(
        real,
        judges=training.take(spare[:N_JUDGES]),
        per_cell=held.per_cell,
        n_steps=settings.n_diffusion_steps,
        guidance=settings.guidance,
        seed=seed + SEED_STRIDE * number,
    )
    return ImageTask(
        "digits",
        real.images(),
        _colored(training.take(watched), bias=0.5, random=random).images(),
        _colored(test.take(tested), bias=0.5, random=fixed).images(),
        drawn.images(),
        facts,
    )


def _colored(sheets: DigitSheets, *, bias: float, random: np.random.Generator) -> ColoredDigits:
    colors = colors_with_bias(sheets.labels, bias=bias, random=random)
    return ColoredDigits(sheets, colors, tinted(colors, random))


_FACE_GROUPS: dict[str, str] = {"faces": "gender_label", "faces_race": "race_label"}


def read_faces(place: Path, *, by: str, side: int) -> ImageTable:
    """Return faces whose outcome is the age, and whose group is a column of words."""
    held = read_columns(place, ("image_jpeg", "age", by))
    pixels = decode_images(held["image_jpeg"], side=side, folder=place.parent)
    names, groups = np.unique(np.array(held[by], dtype=str), return_inverse=True)
    labels = (np.array(held["age"]) >= OLD_FROM).astype(np.int64)
    return ImageTable(pixels, labels, groups, (YOUNG, OLD), tuple(map(str, names)))


def _faces(name: str, faces: ImageTable, held: TaskSettings, *, seed: int, number: int) -> ImageTask:
    """Hold test faces back, then cut the training faces: common are women among young and men among old."""
    wanted = {"faces": ("female", "male"), "faces_race": COMMON_RACES}[name]
    lowered = [group.lower() for group in faces.group_names]
    common = {label: lowered.index(group.lower()) for label, group in enumerate(wanted)}
    rest, tested = _held_back(len(faces), held.n_test, seed)
    random = np.random.default_rng([seed, number])
    watched, rest = np.split(random.permutation(rest), [held.n_validation])
    learned = rest[rows_with_bias(faces.take(rest), common, bias=held.bias, random=random)]
    learned = np.sort(random.permutation(learned)[: held.n_training])
    return _with_changed(name, faces, (learned, watched, tested), held, random)


def _own(images: ImageTable, held: TaskSettings, *, seed: int, number: int) -> ImageTask:
    """Take the parts as they were given, or cut at random where nobody gave any."""
    random = np.random.default_rng([seed, number])
    if images.parts:
        parts = tuple(images.rows_of(part) for part in ("training", "validation", "test"))
        _check_parts(images, parts)
    else:
        rest, tested = _held_back(len(images), min(held.n_test, len(images) // 4), seed)
        watched, learned = np.split(random.permutation(rest), [min(held.n_validation, len(rest) // 4)])
        parts = (learned, watched, tested)
    generated = images.rows_of("generated")
    learned = random.permutation(parts[0])[: held.n_training]
    limits = (held.n_training, held.n_validation, held.n_test)
    watched, tested = (part[:limit] for part, limit in zip(parts[1:], limits[1:], strict=True))
    if not len(generated):
        return _with_changed("own", images, (learned, watched, tested), held, random)
    training, validation, test = (images.take(np.sort(rows)) for rows in (learned, watched, tested))
    return ImageTask("own", training, validation, test, images.take(generated))


def _with_changed(
    name: str,
    images: ImageTable,
    parts: tuple[IntArray, IntArray, IntArray],
    held: TaskSettings,
    random: np.random.Generator,
) -> ImageTask:
    """Return a task whose pool are changed training images."""
    training, validation, test = (images.take(np.sort(rows)) for rows in parts)
    return ImageTask(
        name, training, validation, test, changed_images(training, per_cell=held.per_cell, random=random)
    )


def _held_back(n_images: int, n_test: int, seed: int) -> tuple[IntArray, IntArray]:
    rows = np.random.default_rng(seed).permutation(n_images)
    return rows[n_test:], rows[:n_test]


def _check_parts(images: ImageTable, parts: tuple[Any, ...]) -> None:
    """Raise unless every part has images of every cell that training has."""
    names = ("training", "validation", "test")
    problems = [
        Problem(f"part {name!r}", "at least one image", "none", "give one, or leave the column out")
        for name, rows in zip(names, parts, strict=True)
        if not len(rows)
    ]
    if not problems:
        learned = images.take(parts[0]).counts() > 0
        problems = [
            Problem(f"part {name!r}", "images of every outcome and group that training has", "none of some")
            for name, rows in zip(names[1:], parts[1:], strict=True)
            if (learned & (images.take(rows).counts() == 0)).any()
        ]
    if problems:
        raise TableError(problems)
