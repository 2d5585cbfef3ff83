"""`equitab study mcrage` as a function: a stage for every split, so that an interrupted study goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeAlias

from equitab.dataframe import read_table, write_table, write_text_atomically
from equitab.evaluation import curves_frame, curves_from_frame
from equitab.evaluation.results import CurvePoint
from equitab.pipeline import Progress
from equitab.pipeline.progress import StageProgress
from equitab.pipeline.run_folder import RunFolder, open_run_folder, recorded
from equitab.pipeline.stages import Done, Stages
from equitab.report.study_page import render_study, study_markdown
from equitab.schema import favorable
from equitab.studies.mcrage import FULL, IMBALANCED, QUICK, McrageSettings, TableName, TableSettings
from equitab.studies.mcrage_arms import Making, Treated, families, treat
from equitab.studies.mcrage_cells import claim_lines
from equitab.studies.mcrage_differences import (
    ArmNumber,
    Difference,
    Numbers,
    differences_frame,
    differences_from_frame,
    numbers_frame,
    numbers_from_frame,
)
from equitab.studies.mcrage_page import McrageFindings, headline, study_page
from equitab.studies.mcrage_pictures import draw_pictures
from equitab.studies.mcrage_rows import (
    judge_rare_rows,
    judge_women,
    measure_rare,
    named_numbers,
    rare_people,
)
from equitab.studies.mcrage_scores import judge_arm, score_test_rows
from equitab.studies.mcrage_tables import FILES, Split, StudyTable, readable_tables
from equitab.studies.mcrage_verdicts import judge_claims

NUMBERS, DIFFERENCES, DRAWS, CURVES = (
    "numbers.parquet",
    "differences.parquet",
    "draws.parquet",
    "curves.parquet",
)
PAGE, TEXT = "report.html", "study.md"

Found: TypeAlias = list[ArmNumber]


@dataclass(frozen=True, eq=False)
class McrageResult:
    """What the study leaves.

    Attributes
    ----------
    folder : Path
        With ``report.html``, ``study.md``, ``numbers.parquet`` (every number of every arm and split) and
        ``differences.parquet``; where the patients took part also ``draws.parquet``, the rows drawn for density
        curves.
    numbers : list of Difference
        Every arm less the imbalanced rows.
    summary : str
        What was found, in a few lines.
    """

    folder: Path
    numbers: list[Difference]
    summary: str


def study_mcrage(
    out: str | Path = "study-mcrage",
    *,
    quick: bool = False,
    settings: McrageSettings | None = None,
    data: str | Path | None = None,
    tables: Sequence[TableName] = (),
    seed: int = 0,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
    n_jobs: int = 2,
) -> McrageResult:
    """Fill small groups in every way, over many splits, and judge the MCRAGE paper's claims.

    Parameters
    ----------
    out : str or Path
        The folder to write.
    quick : bool, default False
        Few splits, arms and training steps: minutes.
    settings : McrageSettings, optional
        In place of `quick`.
    data : str or Path, optional
        A folder with ``patient_treatment/patient_treatment.parquet`` and ``compas/compas_two_years.parquet``; a table
        that is not there is left out, and the page says so. Adult is packaged.
    tables : sequence of {"patients", "adult", "compas"}
        Those of the settings' tables that take part; all when not given.
    seed : int, default 0
        Of splits, generators and models.
    resume, overwrite : bool
        Go on in an unfinished folder, or begin again in one.
    progress : callable, optional
    n_jobs : int, default 2
        Processes; numbers depend on it by rounding at most.

    Returns
    -------
    McrageResult

    Raises
    ------
    OutputExistsError
        If the folder exists and neither `resume` nor `overwrite` was asked for.
    RecipeError
        If no table is left.
    """
    chosen = settings or (QUICK if quick else FULL)
    chosen = chosen.without([name for name in chosen.tables if tables and name not in tables])
    readable = set(readable_tables(data))
    left_out = [name for name in chosen.tables if name not in readable]
    chosen = chosen.without(left_out)
    fingerprint = {"study": "mcrage", "settings": _digest(chosen, seed)}
    folder = open_run_folder(out, fingerprint=fingerprint, resume=resume, overwrite=overwrite)
    if folder.record.state != "finished":
        with recorded(folder):
            _carry_out(
                folder, chosen, data=data, seed=seed, n_jobs=n_jobs, progress=progress, left_out=left_out
            )
    numbers = Numbers(numbers_from_frame(read_table(folder.place(NUMBERS))))
    found = differences_from_frame(read_table(folder.place(DIFFERENCES)))
    return McrageResult(folder.path, found, _summary(folder, numbers, chosen))


def _summary(folder: RunFolder, numbers: Numbers, settings: McrageSettings) -> str:
    lines = [headline(McrageFindings(numbers, settings)), *claim_lines(judge_claims(numbers))]
    return "\n".join([*lines, f"Every number is in {folder.path}."])


def _digest(settings: McrageSettings, seed: int) -> str:
    return hashlib.sha256(json.dumps([asdict(settings), seed]).encode()).hexdigest()


def _carry_out(
    folder: RunFolder,
    settings: McrageSettings,
    *,
    data: str | Path | None,
    seed: int,
    n_jobs: int,
    progress: Progress | None,
    left_out: Sequence[TableName],
) -> None:
    n_stages = sum(held.n_splits for held in settings.tables.values()) + (settings.patients is not None) + 1
    stages = Stages(folder, StageProgress(progress, n_stages=n_stages))
    numbers: Found = []
    curves: list[CurvePoint] = []
    for name, held in settings.tables.items():
        table = StudyTable.read(name, data=data)
        making = Making(settings.preset, settings.n_steps, settings.guidance, held.max_growth)
        for number in range(held.n_splits):
            split = table.split(number, seed=seed, max_rows=held.max_rows)
            numbers += _measure_split(stages, split, held, making, n_jobs)
        if name == "patients":
            curves = _draw(stages, table.split(0, seed=seed, max_rows=held.max_rows), settings, making)
    remarks = tuple(
        f"The table {name!r} was left out: it is not packaged; pass --data DIR with {FILES[name]}."
        for name in left_out
    )
    _write(stages, numbers, McrageFindings(Numbers(numbers), settings, remarks, tuple(curves)))


def _measure_split(
    stages: Stages, split: Split, settings: TableSettings, making: Making, n_jobs: int
) -> Found:
    name = f"{split.table}-{split.number:02d}"
    place = stages.folder.work(f"{name}.parquet")

    def work() -> Done:
        found = _measure_families(stages, split, settings, making, n_jobs)
        write_table(numbers_frame(found), place, overwrite=True)
        return Done([place], {"numbers": len(found), "training_rows": len(split.training)})

    title = f"{split.table}, split {split.number + 1} of {settings.n_splits}"
    return stages.carry_out(name, title, work, lambda: numbers_from_frame(read_table(place)))


def _measure_families(
    stages: Stages, split: Split, settings: TableSettings, making: Making, n_jobs: int
) -> Found:
    """Treat, train and judge, each family of arms in a process of its own."""
    from joblib import Parallel, delayed

    wanted = families(settings.arms)
    jobs = (delayed(measure_family)(split, arms, settings.learners, making) for arms in wanted)
    found: Found = []
    for place, held in enumerate(Parallel(n_jobs=n_jobs, return_as="generator")(jobs)):
        found += held
        stages.progress.advance((place + 1) / len(wanted), ", ".join(wanted[place]))
    return found


def measure_family(split: Split, arms: Sequence[str], learners: Sequence[str], making: Making) -> Found:
    """Return all numbers of arms that share a generator, on one split.

    Parameters
    ----------
    split : Split
    arms : sequence of str
    learners : sequence of str
    making : Making
    """
    found: Found = []
    for treated in treat(split, arms, making):
        found += _judge(split, treated, learners)
    return found


def _judge(split: Split, treated: Treated, learners: Sequence[str]) -> Found:
    is_patients = split.table == "patients"
    found = [_number(split, treated.arm, "", "seconds", treated.seconds)]
    for learner in learners:
        held = judge_arm(treated, learner, split) if is_patients else _judge_rare(split, treated, learner)
        found += [_number(split, treated.arm, learner, metric, value) for metric, value in held.items()]
    if is_patients:
        held = judge_women(treated, split)
        return found + [_number(split, treated.arm, "", metric, value) for metric, value in held.items()]
    rows = named_numbers(judge_rare_rows(treated, split))
    for (metric, of), value in rows.items():
        # What real rows score is the same whichever arm drew the others; the arm with the most cells tells.
        if not of or treated.arm == "smote":
            found.append(_number(split, of or treated.arm, "", metric, value))
    return found


def _judge_rare(split: Split, treated: Treated, learner: str) -> dict[str, float]:
    score = score_test_rows(treated, learner, split)
    return measure_rare(score, favorable(split.test, split.schema), rare_people(split))


def _number(split: Split, arm: str, learner: str, metric: str, value: float) -> ArmNumber:
    return ArmNumber(
        table=split.table, arm=arm, learner=learner, metric=metric, split=split.number, value=float(value)
    )


def _draw(stages: Stages, split: Split, settings: McrageSettings, making: Making) -> list[CurvePoint]:
    draws, curves = stages.folder.place(DRAWS), stages.folder.work(CURVES)

    def work() -> Done:
        found = draw_pictures(
            split, making, n_draws=settings.n_density_draws, plane=settings.plane, seed=split.seed
        )
        write_table(found.draws, draws, overwrite=True)
        write_table(curves_frame(found.curves), curves, overwrite=True)
        return Done([draws, curves], {"rows": len(found.draws)})

    return stages.carry_out(
        "pictures", "patients, pictures", work, lambda: curves_from_frame(read_table(curves))
    )


def _write(stages: Stages, numbers: Found, findings: McrageFindings) -> None:
    folder = stages.folder
    found = [
        one
        for table in findings.numbers.tables()
        for quantity in findings.numbers.quantities(table)
        for one in findings.numbers.differences(quantity, IMBALANCED)
    ]

    def work() -> Done:
        page = study_page(findings)
        write_table(numbers_frame(numbers), folder.place(NUMBERS), overwrite=True)
        write_table(differences_frame(found), folder.place(DIFFERENCES), overwrite=True)
        write_text_atomically(folder.place(PAGE), render_study(page), overwrite=True)
        write_text_atomically(folder.place(TEXT), study_markdown(page), overwrite=True)
        return Done([folder.place(name) for name in (NUMBERS, DIFFERENCES, PAGE, TEXT)], {})

    stages.carry_out("page", "writing the page", work, lambda: None)
