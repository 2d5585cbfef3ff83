"""Images with an outcome and a group each: what the studies on images learn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from equitab.errors import Problem, TableError

Pixels = npt.NDArray[np.uint8]
IntArray = npt.NDArray[np.int64]

N_CHANNELS = 3


@dataclass(frozen=True, eq=False)
class ImageTable:
    """Images of one size, their outcomes and their groups.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (n_images, side, side, 3)
        Red, green, blue, from 0 to 255.
    labels, groups : ndarray of int64, shape (n_images,)
        Places in `label_names` and `group_names`.
    label_names, group_names : tuple of str
        At least two of each.
    parts : tuple of str
        The part (``training``, ``validation``, ``test``, ``generated``) that each image was given to by whoever made
        the table; empty where nobody said.

    Raises
    ------
    TableError
        With everything that does not fit together.

    Examples
    --------
    >>> table = ImageTable(np.zeros((2, 4, 4, 3), np.uint8), [0, 1], [1, 0], ("no", "yes"), ("men", "women"))
    >>> len(table), table.cells.tolist()
    (2, [1, 2])
    """

    pixels: Pixels = field(repr=False)
    labels: IntArray
    groups: IntArray
    label_names: tuple[str, ...]
    group_names: tuple[str, ...]
    parts: tuple[str, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", np.asarray(self.labels, dtype=np.int64))
        object.__setattr__(self, "groups", np.asarray(self.groups, dtype=np.int64))
        problems = _problems(self)
        if problems:
            raise TableError(problems)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def side(self) -> int:
        """Pixels from edge to edge."""
        return int(self.pixels.shape[1])

    @property
    def cells(self) -> IntArray:
        """The cell of outcome and group of each image, outcomes slowest, shape (n_images,)."""
        return self.labels * len(self.group_names) + self.groups

    @property
    def cell_names(self) -> tuple[str, ...]:
        """All cells in words, in the order of `cells`."""
        return tuple(f"{label}, {group}" for label in self.label_names for group in self.group_names)

    def counts(self) -> IntArray:
        """Return the images of every cell, shape (n_labels, n_groups)."""
        shape = (len(self.label_names), len(self.group_names))
        return np.bincount(self.cells, minlength=shape[0] * shape[1]).reshape(shape).astype(np.int64)

    def take(self, rows: npt.ArrayLike) -> ImageTable:
        """Return some images, in the order of `rows`."""
        chosen = np.asarray(rows, dtype=np.int64)
        parts = tuple(self.parts[row] for row in chosen) if self.parts else ()
        return ImageTable(
            self.pixels[chosen],
            self.labels[chosen],
            self.groups[chosen],
            self.label_names,
            self.group_names,
            parts,
        )

    def rows_of(self, part: str) -> IntArray:
        """Return the places of the images that were given to a part."""
        return np.flatnonzero(np.array(self.parts, dtype=str) == part).astype(np.int64)


def join_images(tables: Sequence[ImageTable]) -> ImageTable:
    """Return several tables of the same outcomes, groups and size as one; their parts are left out.

    Parameters
    ----------
    tables : sequence of ImageTable
        At least one.

    Raises
    ------
    TableError
        If outcomes, groups or sizes differ.
    """
    first = tables[0]
    for table in tables[1:]:
        if _kind(table) != _kind(first):
            expected = "the same outcomes, groups and size in all of them"
            raise TableError(Problem("tables of images to be joined", expected, "others"))
    return ImageTable(
        np.concatenate([table.pixels for table in tables]),
        np.concatenate([table.labels for table in tables]),
        np.concatenate([table.groups for table in tables]),
        first.label_names,
        first.group_names,
    )


def _kind(table: ImageTable) -> tuple[object, ...]:
    return table.label_names, table.group_names, table.side


def _problems(table: ImageTable) -> list[Problem]:
    problems = []
    shape = table.pixels.shape
    if (
        len(shape) != 4
        or shape[1] != shape[2]
        or shape[3:] != (N_CHANNELS,)
        or table.pixels.dtype != np.uint8
    ):
        expected = f"bytes of the shape (n_images, side, side, {N_CHANNELS})"
        problems.append(Problem("pixels", expected, f"{table.pixels.dtype} of the shape {shape}"))
    lengths = {"labels": len(table.labels), "groups": len(table.groups)}
    if table.parts:
        lengths["parts"] = len(table.parts)
    problems += [
        Problem(name, f"one for each of {shape[0]} images", str(length))
        for name, length in lengths.items()
        if length != shape[0]
    ]
    for name, codes, names in (
        ("labels", table.labels, table.label_names),
        ("groups", table.groups, table.group_names),
    ):
        if len(names) < 2:
            problems.append(Problem(name, "at least two", str(len(names))))
        if len(codes) and (codes.min() < 0 or codes.max() >= len(names)):
            problems.append(Problem(name, f"places from 0 to {len(names) - 1}", "others"))
    return problems
