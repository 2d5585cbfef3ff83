"""`equitab study dr_fairness` as a function: the tables part and the images part, each in a folder of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from equitab.errors import MissingExtraError, Problem, RecipeError, closest
from equitab.pipeline import Progress
from equitab.studies.dr_fairness import Part, TableName
from equitab.studies.dr_fairness_tables import study_tables


@dataclass(frozen=True, eq=False)
class DrFairnessResult:
    """What the study leaves.

    Attributes
    ----------
    folder : Path
        With ``tables`` and ``images``, or, where one part was asked for, that part's own files.
    numbers : list
        Of all parts.
    summary : str
    """

    folder: Path
    numbers: list[Any]
    summary: str


def study_dr_fairness(
    out: str | Path = "study-dr_fairness",
    *,
    quick: bool = False,
    part: Part = "tables",
    data: str | Path | None = None,
    tables: Sequence[TableName] = (),
    seed: int = 0,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> DrFairnessResult:
    """Compare ratios that adapt while a model trains with fixed ones, on tables and on images.

    Parameters
    ----------
    out : str or Path
        The folder to write; with ``part="all"`` each part has a folder in it.
    quick : bool, default False
    part : {"tables", "images", "all"}, default "tables"
        Images need the extra ``torch``.
    data : str or Path, optional
        A folder of tables and images that are not packaged; what is not there is left out, and the page says so.
    tables : sequence of {"adult", "compas"}
        Those that take part; all when not given.
    seed : int, default 0
    resume, overwrite : bool
        Go on in an unfinished folder, or begin again in one.
    progress : callable, optional

    Returns
    -------
    DrFairnessResult

    Raises
    ------
    OutputExistsError
        If the folder exists and neither `resume` nor `overwrite` was asked for.
    RecipeError
        If the part is unknown, or nothing is left of it.
    """
    if part not in get_args(Part):
        advice = closest(part, get_args(Part))
        raise RecipeError(Problem("part of the study", "tables, images or all", repr(part), advice))
    options: dict[str, Any] = {"quick": quick, "data": data, "seed": seed, "progress": progress}
    options |= {"resume": resume, "overwrite": overwrite}
    place = Path(out)
    if part == "tables":
        found = study_tables(place, tables=tables, **options)
        return DrFairnessResult(found.folder, list(found.numbers), found.summary)
    if part == "images":
        return _images(place, options)
    found = study_tables(place / "tables", tables=tables, **options)
    images = _images_or_why(place / "images", options)
    summary = f"{found.summary}\n{images.summary}"
    return DrFairnessResult(place, [*found.numbers, *images.numbers], summary)


def _images(place: Path, options: dict[str, Any]) -> DrFairnessResult:
    from equitab.studies.dr_fairness_images_run import study_images

    found = study_images(place, **options)
    return DrFairnessResult(found.folder, list(found.numbers), found.summary)


def _images_or_why(place: Path, options: dict[str, Any]) -> DrFairnessResult:
    """Return the images part, or why there is none."""
    try:
        return _images(place, options)
    except (MissingExtraError, RecipeError) as error:
        return DrFairnessResult(place, [], f"The images part was left out: {error}")
