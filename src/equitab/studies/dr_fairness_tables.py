"""The tables part of `equitab study dr_fairness` as a function: a stage for every seed, so that it can go on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from equitab.dataframe import read_table, write_table, write_text_atomically
from equitab.pipeline import Progress
from equitab.pipeline.progress import StageProgress
from equitab.pipeline.run_folder import RunFolder, open_run_folder, recorded
from equitab.pipeline.stages import Done, Stages
from equitab.report.study_page import render_study, study_markdown
from equitab.studies.dr_fairness import (
    BEST_GENERATOR,
    CORRUPTED,
    FULL,
    LOGISTIC,
    QUICK,
    DrFairnessSettings,
    TableName,
)
from equitab.studies.dr_fairness_arms import TrainedArm, train_arms
from equitab.studies.dr_fairness_numbers import ArmNumber, Numbers, numbers_frame, numbers_from_frame
from equitab.studies.dr_fairness_page import headline, study_page
from equitab.studies.dr_fairness_rows import (
    StudyRows,
    StudySplit,
    corrupt_pool,
    draw_pool,
    read_table_of,
    split_of,
)
from equitab.studies.mcrage_tables import FILES, has_table

NUMBERS, PAGE, TEXT = "numbers.parquet", "report.html", "study.md"
OUTCOMES = ("not favorable", "favorable")


@dataclass(frozen=True, eq=False)
class TablesResult:
    """What the tables part leaves.

    Attributes
    ----------
    folder : Path
        With ``report.html``, ``study.md`` and ``numbers.parquet``: every number of every arm and seed.
    numbers : list of ArmNumber
    summary : str
        What was found, in a few lines.
    """

    folder: Path
    numbers: list[ArmNumber]
    summary: str


def study_tables(
    out: str | Path = "study-dr_fairness",
    *,
    quick: bool = False,
    settings: DrFairnessSettings | None = None,
    data: str | Path | None = None,
    tables: Sequence[TableName] = (),
    seed: int = 0,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> TablesResult:
    """Train every arm on every table and seed, and compare what real test rows say.

    Parameters
    ----------
    out : str or Path
        The folder to write.
    quick : bool, default False
        Few rows, seeds, pools and batches: minutes.
    settings : DrFairnessSettings, optional
        In place of `quick`.
    data : str or Path, optional
        A folder with ``compas/compas_two_years.parquet``; without it COMPAS is left out, and the page says so.
    tables : sequence of {"adult", "compas"}
        Those of the settings' tables that take part; all when not given.
    seed : int, default 0
        Of splits, generators and models.
    resume, overwrite : bool
        Go on in an unfinished folder, or begin again in one.
    progress : callable, optional

    Returns
    -------
    TablesResult

    Raises
    ------
    OutputExistsError
        If the folder exists and neither `resume` nor `overwrite` was asked for.
    RecipeError
        If no table is left.
    """
    chosen = settings or (QUICK if quick else FULL)
    wanted = [name for name in chosen.tables if not tables or name in tables]
    readable = tuple(name for name in wanted if has_table(name, data))
    left_out = [name for name in wanted if name not in readable]
    chosen = replace(chosen, tables=readable)  # refuses to be without a table
    fingerprint = {"study": "dr_fairness", "settings": _digest(chosen, seed)}
    folder = open_run_folder(out, fingerprint=fingerprint, resume=resume, overwrite=overwrite)
    if folder.record.state != "finished":
        with recorded(folder):
            _carry_out(folder, chosen, data=data, seed=seed, progress=progress, left_out=left_out)
    found = numbers_from_frame(read_table(folder.place(NUMBERS)))
    summary = "\n".join(headline(Numbers(found, accuracy_loss=chosen.accuracy_loss)))
    return TablesResult(folder.path, found, f"{summary}\nEvery number is in {folder.path}.")


def _digest(settings: DrFairnessSettings, seed: int) -> str:
    return hashlib.sha256(json.dumps([asdict(settings), seed]).encode()).hexdigest()


def _carry_out(
    folder: RunFolder,
    settings: DrFairnessSettings,
    *,
    data: str | Path | None,
    seed: int,
    progress: Progress | None,
    left_out: Sequence[TableName],
) -> None:
    n_stages = len(settings.tables) * settings.n_seeds + 1
    stages = Stages(folder, StageProgress(progress, n_stages=n_stages))
    found: list[ArmNumber] = []
    for name in settings.tables:
        table = read_table_of(name, data=data)
        for number in range(settings.n_seeds):
            split = split_of(table, number, seed=seed, max_rows=settings.max_rows)
            found += _measure_split(stages, split, number, settings)
    remarks = tuple(
        f"The table {name!r} was left out: it is not packaged; pass --data DIR with {FILES[name]}."
        for name in left_out
    )
    _write(stages, found, settings, remarks)


def _measure_split(
    stages: Stages, split: StudySplit, number: int, settings: DrFairnessSettings
) -> list[ArmNumber]:
    name = f"{split.split.table}-{number:02d}"
    place = stages.folder.work(f"{name}.parquet")

    def work() -> Done:
        pools = draw_pools(split, settings)
        found: list[ArmNumber] = []
        for trained in train_arms(split, pools, settings):
            found += arm_numbers(split, trained, number)
            stages.progress.advance(0.5, f"{trained.learner}, {trained.arm.name}")
        write_table(numbers_frame(found), place, overwrite=True)
        return Done([place], {"numbers": len(found), "training_rows": len(split.training)})

    title = f"{split.split.table}, seed {number + 1} of {settings.n_seeds}"
    return stages.carry_out(name, title, work, lambda: numbers_from_frame(read_table(place)))


def draw_pools(split: StudySplit, settings: DrFairnessSettings) -> dict[str, StudyRows]:
    """Return the pools of a split by generator, and one with a corrupted cell where that is asked for."""
    pools = {name: draw_pool(split, name, n_each=settings.n_pool) for name in settings.generators}
    if settings.with_corruption and BEST_GENERATOR in pools:
        pools[CORRUPTED] = corrupt_pool(pools[BEST_GENERATOR], outcome=1, group=0)
    return pools


def arm_numbers(split: StudySplit, trained: TrainedArm, seed: int) -> list[ArmNumber]:
    """Return what was measured of an arm, one record for each number."""
    arm = trained.arm
    place = ArmNumber(
        table=split.split.table,
        learner=trained.learner,
        arm=arm.name,
        generator=arm.generator,
        setting=arm.setting,
        stage="",
        metric="",
        seed=seed,
        value=0.0,
    )
    measured = (("validation", trained.validation), ("test", trained.test))
    found = [
        replace(place, stage=stage, metric=metric, value=value)
        for stage, held in measured
        for metric, value in held.items()
    ]
    if trained.learner != LOGISTIC or trained.real_shares is None or trained.group_shares is None:
        return found
    tables = {"real_share": trained.real_shares, "group_share": trained.group_shares}
    return found + [
        replace(place, stage="ratios", metric=metric, cell=f"{group}, {outcome}", value=float(shares[y, z]))
        for metric, shares in tables.items()
        for y, outcome in enumerate(OUTCOMES)
        for z, group in enumerate(split.names)
    ]


def _write(
    stages: Stages, found: list[ArmNumber], settings: DrFairnessSettings, remarks: tuple[str, ...]
) -> None:
    folder = stages.folder

    def work() -> Done:
        page = study_page(Numbers(found, accuracy_loss=settings.accuracy_loss), settings, remarks)
        write_table(numbers_frame(found), folder.place(NUMBERS), overwrite=True)
        write_text_atomically(folder.place(PAGE), render_study(page), overwrite=True)
        write_text_atomically(folder.place(TEXT), study_markdown(page), overwrite=True)
        return Done([folder.place(name) for name in (NUMBERS, PAGE, TEXT)], {})

    stages.carry_out("page", "writing the page", work, lambda: None)
