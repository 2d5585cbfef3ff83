"""Own images for the study: a table of paths (or of packed images), outcomes and groups.

Whoever has CelebA, ImageNet's people subtree or a folder of photographs writes one table with a line for each image:
``image`` (a path beside the table, or in a Parquet file the bytes of a PNG or JPEG file), ``label``, ``group``, and if
wanted ``part`` (``training``, ``validation``, ``test``, ``generated``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt

from equitab.dataframe import read_columns
from equitab.errors import MissingExtraError, Problem, TableError
from equitab.studies.image_table import N_CHANNELS, ImageTable, Pixels

PARTS = ("training", "validation", "test", "generated")
FEWEST_SIDE, LARGEST_SIDE = 8, 512
_MOST_NAMED = 5


@dataclass(frozen=True)
class ImageColumns:
    """The columns of a table of images.

    Parameters
    ----------
    image : str
        Paths or bytes.
    label, group : str
        The outcome that is learned, and the group that it must not depend on.
    part : str
        Of `PARTS`; a table may lack this column.
    """

    image: str = "image"
    label: str = "label"
    group: str = "group"
    part: str = "part"


def read_images(
    source: str | Path,
    *,
    side: int,
    columns: ImageColumns | None = None,
    folder: str | Path | None = None,
) -> ImageTable:
    """Read a table of images.

    Parameters
    ----------
    source : str or Path
        A CSV or Parquet file with the columns of `ImageColumns`, a line for each image.
    side : int
        Pixels from edge to edge, from 8 to 512: the middle square of each image is cut out and brought to that size.
    columns : ImageColumns, optional
        Where they have other names.
    folder : str or Path, optional
        What paths start from; the table's own folder where not given. A path may not lead out of it.

    Returns
    -------
    ImageTable
        In the order of the lines; names of outcomes and groups sorted.

    Raises
    ------
    TableError
        With everything that is wrong: columns that are not there, lines without outcome or group, files that are
        missing or that no image can be read from. Lines are named by their number, files are not.
    MissingExtraError
        If Pillow, which decodes PNG and JPEG, is not installed.

    Examples
    --------
    >>> read_images("images.csv", side=4)
    Traceback (most recent call last):
    ...
    equitab.errors.TableError: side: expected from 8 to 512 pixels, received 4.
    """
    if not FEWEST_SIDE <= side <= LARGEST_SIDE:
        raise TableError(Problem("side", f"from {FEWEST_SIDE} to {LARGEST_SIDE} pixels", str(side)))
    named = columns or ImageColumns()
    place = Path(source)
    held = read_columns(place, (named.image, named.label, named.group), optional=(named.part,))
    parts = held.get(named.part, [])
    problems = [*_value_problems(held, parts, named)]
    pixels = decode_images(
        held[named.image], side=side, folder=Path(folder or place.parent), problems=problems
    )
    if problems:
        raise TableError(problems)
    labels, label_codes = _coded(held[named.label])
    groups, group_codes = _coded(held[named.group])
    return ImageTable(pixels, label_codes, group_codes, labels, groups, tuple(map(str, parts)))


def decode_images(
    images: Sequence[str | bytes | None], *, side: int, folder: Path, problems: list[Problem] | None = None
) -> Pixels:
    """Decode files, or the bytes of files, into squares of one size.

    Parameters
    ----------
    images : sequence of str, bytes or None
        Paths within `folder`, or the bytes of PNG or JPEG files.
    side : int
    folder : Path
    problems : list of Problem, optional
        What cannot be read is added here; where it is not given, it is raised.

    Returns
    -------
    ndarray of uint8, shape (n_images, side, side, 3)
    """
    image_module()
    pixels = np.zeros((len(images), side, side, N_CHANNELS), dtype=np.uint8)
    failed: dict[str, list[int]] = {}
    for number, image in enumerate(images):
        reason = _decode_into(pixels[number], image, folder)
        if reason:
            failed.setdefault(reason, []).append(number + 1)
    found = [
        Problem("images", _EXPECTED[reason], f"{_counted(lines)} {reason}")
        for reason, lines in failed.items()
    ]
    if problems is None and found:
        raise TableError(found)
    if problems is not None:
        problems += found
    return pixels


def image_module() -> object:
    """Return Pillow's module of images, or say how to install it.

    Raises
    ------
    MissingExtraError
        If Pillow is not installed.
    """
    try:
        from PIL import Image
    except ImportError:
        raise MissingExtraError("images", "reading PNG and JPEG files") from None
    return Image


_NOWHERE, _OUTSIDE = "without a path or bytes", "whose path leads out of the folder"
_ABSENT, _UNREADABLE = "whose file is not there", "that no image can be read from"
_EXPECTED = {
    _NOWHERE: "a path or the bytes of a file in every line",
    _OUTSIDE: "paths within the folder of the table (or of `folder`)",
    _ABSENT: "a file for every line",
    _UNREADABLE: "whole PNG or JPEG files",
}


def _decode_into(target: npt.NDArray[np.uint8], image: str | bytes | None, folder: Path) -> str:
    """Write one image into its place; return why it cannot be read, or nothing."""
    if not image:
        return _NOWHERE
    if isinstance(image, str):
        place = folder / image
        if not place.resolve().is_relative_to(folder.resolve()):
            return _OUTSIDE
        if not place.is_file():
            return _ABSENT
        opened: Path | BytesIO = place
    else:
        opened = BytesIO(image)
    try:
        target[:] = _square(opened, side=len(target))
    except Exception:  # damaged files fail in as many ways as there are formats
        return _UNREADABLE
    return ""


def _square(opened: Path | BytesIO, *, side: int) -> npt.NDArray[np.uint8]:
    """Return the middle square of an image, brought to a size."""
    from PIL import Image

    with Image.open(opened, formats=("PNG", "JPEG")) as image:
        image.draft("RGB", (side, side))  # a JPEG of any size is decoded no larger than needed
        edge = min(image.size)
        left, top = ((length - edge) // 2 for length in image.size)
        square = image.convert("RGB").crop((left, top, left + edge, top + edge))
        return np.asarray(square.resize((side, side), Image.Resampling.LANCZOS), dtype=np.uint8)


def _value_problems(
    held: Mapping[str, Sequence[object]], parts: Sequence[object], named: ImageColumns
) -> list[Problem]:
    problems = []
    for name in (named.label, named.group):
        missing = [line for line, value in enumerate(held[name], start=1) if value in (None, "")]
        if missing:
            advice = "leave those images out, or look the value up"
            problems.append(
                Problem(f"column {name!r}", "a value in every line", _counted(missing, "without one"), advice)
            )
        elif len(set(map(str, held[name]))) < 2:
            problems.append(Problem(f"column {name!r}", "at least two values", "one"))
    unknown = [line for line, value in enumerate(parts, start=1) if value not in PARTS]
    if unknown:
        expected = f"one of {', '.join(PARTS)} in every line"
        problems.append(Problem(f"column {named.part!r}", expected, _counted(unknown, "with something else")))
    return problems


def _counted(lines: Sequence[int], what: str = "") -> str:
    """Return how many lines, and the numbers of the first."""
    first = ", ".join(map(str, lines[:_MOST_NAMED])) + (", ..." if len(lines) > _MOST_NAMED else "")
    noun = "line" if len(lines) == 1 else "lines"
    return f"{len(lines)} {noun} ({first}) {what}".rstrip()


def _coded(values: Sequence[object]) -> tuple[tuple[str, ...], npt.NDArray[np.int64]]:
    names, codes = np.unique(np.array([str(value) for value in values]), return_inverse=True)
    return tuple(map(str, names)), codes.astype(np.int64)
