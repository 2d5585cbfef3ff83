"""The images of `equitab study dr_fairness`: a stage for every task and draw, so that an interrupted study goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from equitab.dataframe import read_table, write_table, write_text_atomically
from equitab.errors import Problem, RecipeError
from equitab.pipeline import Progress
from equitab.pipeline.progress import StageProgress
from equitab.pipeline.run_folder import RunFolder, open_run_folder, recorded
from equitab.pipeline.stages import Done, Stages
from equitab.report.study_page import render_study, study_markdown
from equitab.studies.dr_fairness_images import FILES, FULL, QUICK, ImageSettings, TaskName
from equitab.studies.dr_fairness_images_files import (
    TrainedDraw,
    facts_of,
    history_frame,
    read_draw,
    write_draw,
)
from equitab.studies.dr_fairness_images_page import images_page, images_summary
from equitab.studies.dr_fairness_images_scores import ImageNumber, judge_arms
from equitab.studies.dr_fairness_images_tasks import SEED_STRIDE, make_task, place_of
from equitab.studies.dr_fairness_images_training import check_torch, train_arms
from equitab.studies.records import records_frame, records_from_frame

NUMBERS, HISTORY, PAGE, TEXT = "numbers.parquet", "history.parquet", "report.html", "study.md"


@dataclass(frozen=True, eq=False)
class ImagesResult:
    """What the study leaves.

    Attributes
    ----------
    folder : Path
        With ``report.html``, ``study.md``, ``numbers.parquet`` (every metric of every arm) and ``history.parquet``
        (how ratios moved). No image is written.
    numbers : list of ImageNumber
    summary : str
        What was found, in a few lines.
    """

    folder: Path
    numbers: list[ImageNumber]
    summary: str


def study_images(
    out: str | Path = "study-dr_fairness-images",
    *,
    quick: bool = False,
    settings: ImageSettings | None = None,
    data: str | Path | None = None,
    tasks: Sequence[TaskName] = (),
    seed: int = 0,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> ImagesResult:
    """Train a small network on one-sided images, with batches of every kind, and judge it on even ones.

    Parameters
    ----------
    out : str or Path
        The folder to write.
    quick : bool, default False
        Two draws and short trainings: minutes.
    settings : ImageSettings, optional
        In place of `quick`.
    data : str or Path, optional
        A folder with some of ``mnist/mnist.parquet``, ``utkface_subset/utkface_64px_5000.parquet`` and
        ``images/images.csv`` (or ``.parquet``: own images, see `read_images`); a task whose file is not there is left
        out, and the page says so.
    tasks : sequence of {"digits", "faces", "faces_race", "own"}
        Those of the settings' tasks that take part; all when not given.
    seed : int, default 0
        Of everything that is drawn.
    resume, overwrite : bool
        Go on in an unfinished folder, or begin again in one.
    progress : callable, optional

    Returns
    -------
    ImagesResult

    Raises
    ------
    OutputExistsError
        If the folder exists and neither `resume` nor `overwrite` was asked for.
    RecipeError
        If no task is left.
    MissingExtraError
        If PyTorch, or Pillow for faces and own images, is not installed.
    """
    check_torch()
    chosen = settings or (QUICK if quick else FULL)
    chosen = chosen.only(tasks) if tasks else chosen
    left_out = tuple(name for name in chosen.tasks if place_of(name, data) is None)
    chosen = chosen.only([name for name in chosen.tasks if name not in left_out])
    if not chosen.tasks:
        files = ", ".join(dict.fromkeys(file for name in left_out for file in FILES[name]))
        raise RecipeError(
            Problem(
                "images of the study", f"one of {files}", "none of them", "pass --data DIR that holds one"
            )
        )
    fingerprint = {"study": "dr_fairness-images", "settings": _digest(chosen, seed)}
    folder = open_run_folder(out, fingerprint=fingerprint, resume=resume, overwrite=overwrite)
    if folder.record.state != "finished":
        with recorded(folder):
            _carry_out(folder, chosen, data=data, seed=seed, progress=progress, left_out=left_out)
    numbers = records_from_frame(read_table(folder.place(NUMBERS)), ImageNumber)
    return ImagesResult(folder.path, numbers, _summary(folder, numbers))


def _summary(folder: RunFolder, numbers: Sequence[ImageNumber]) -> str:
    return "\n".join([*images_summary(numbers), f"Every number is in {folder.path}."])


def _digest(settings: ImageSettings, seed: int) -> str:
    return hashlib.sha256(json.dumps([asdict(settings), seed]).encode()).hexdigest()


def _carry_out(
    folder: RunFolder,
    settings: ImageSettings,
    *,
    data: str | Path | None,
    seed: int,
    progress: Progress | None,
    left_out: Sequence[TaskName],
) -> None:
    stages = Stages(folder, StageProgress(progress, n_stages=len(settings.tasks) * settings.n_seeds + 1))
    draws = [
        _train_draw(stages, name, settings, data=data, seed=seed, number=number)
        for name in settings.tasks
        for number in range(settings.n_seeds)
    ]
    _write(stages, draws, settings, seed, left_out)


def _train_draw(
    stages: Stages,
    name: TaskName,
    settings: ImageSettings,
    *,
    data: str | Path | None,
    seed: int,
    number: int,
) -> TrainedDraw:
    stage = f"{name}-{number}"
    outcomes, ratios = (stages.folder.work(f"{stage}-{part}.parquet") for part in ("outcomes", "ratios"))

    def work() -> Done:
        task = make_task(name, settings, data=data, seed=seed, number=number)
        n_batches = settings.tasks[name].n_batches
        arms = []
        for place, arm in enumerate(settings.arms):
            arms += train_arms(task, [arm], settings, n_batches=n_batches, seed=seed + SEED_STRIDE * number)
            stages.progress.advance((place + 1) / len(settings.arms), arm)
        write_draw(task, arms, outcomes, ratios)
        return Done([outcomes, ratios], facts_of(task, arms))

    title = f"{name}, draw {number + 1} of {settings.n_seeds}"
    return stages.carry_out(
        stage, title, work, lambda: read_draw(name, number, outcomes, ratios, stages.facts(stage))
    )


def _write(
    stages: Stages,
    draws: Sequence[TrainedDraw],
    settings: ImageSettings,
    seed: int,
    left_out: Sequence[TaskName],
) -> None:
    folder = stages.folder
    numbers = [
        number
        for name in settings.tasks
        for number in judge_arms(
            name,
            next(draw.test for draw in draws if draw.task == name),
            [draw.arms for draw in draws if draw.task == name],
            n_replicates=settings.n_replicates,
            seed=seed,
        )
    ]

    def work() -> Done:
        page = images_page(numbers, draws, settings, left_out)
        write_table(records_frame(numbers, ImageNumber), folder.place(NUMBERS), overwrite=True)
        write_table(history_frame(draws), folder.place(HISTORY), overwrite=True)
        write_text_atomically(folder.place(PAGE), render_study(page), overwrite=True)
        write_text_atomically(folder.place(TEXT), study_markdown(page), overwrite=True)
        return Done([folder.place(name) for name in (NUMBERS, HISTORY, PAGE, TEXT)], {})

    stages.carry_out("page", "writing the page", work, lambda: None)
