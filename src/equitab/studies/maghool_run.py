"""`equitab study maghool` as a function: a stage for every part, so that an interrupted study goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from equitab.dataframe import read_table, write_table, write_text_atomically
from equitab.pipeline import Progress
from equitab.pipeline.progress import StageProgress
from equitab.pipeline.run_folder import RunFolder, open_run_folder, recorded
from equitab.pipeline.stages import Done, Stages
from equitab.report.study_page import render_study, study_markdown
from equitab.studies.maghool import FULL, LEARNER_NAMES, QUICK, XGBOOST, MaghoolSettings, TableName
from equitab.studies.maghool_findings import Finding, Findings, findings_frame, findings_from_frame
from equitab.studies.maghool_folds import known_learners
from equitab.studies.maghool_measure import (
    Crew,
    measure_complexity_changes,
    measure_gaps,
    measure_reliance,
    measure_representations,
    measure_treatments,
)
from equitab.studies.maghool_page import MaghoolReport, study_page
from equitab.studies.maghool_people import FILE, People, has_people
from equitab.studies.maghool_people_page import people_words
from equitab.studies.maghool_verdicts import claim_lines, headline, judge_claims
from equitab.studies.mcrage_tables import FILES, StudyTable, has_table

MEASUREMENTS, PAGE, TEXT = "measurements.parquet", "report.html", "study.md"


@dataclass(frozen=True, eq=False)
class MaghoolResult:
    """What the study leaves.

    Attributes
    ----------
    folder : Path
        With ``report.html``, ``study.md`` and ``measurements.parquet``.
    numbers : list of Finding
        Every number and every difference, with its interval.
    summary : str
        What was found, in a few lines.
    """

    folder: Path
    numbers: list[Finding]
    summary: str


def study_maghool(
    out: str | Path = "study-maghool",
    *,
    quick: bool = False,
    settings: MaghoolSettings | None = None,
    data: str | Path | None = None,
    tables: Sequence[TableName] = (),
    seed: int = 0,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
    n_jobs: int = 2,
) -> MaghoolResult:
    """Grow tables by a similarity network, in training folds only, and judge the Maghool paper's claims.

    Parameters
    ----------
    out : str or Path
        The folder to write.
    quick : bool, default False
        Ten folds dealt once or twice, 3,000 rows of Adult and of COMPAS, one learner there: minutes.
    settings : MaghoolSettings, optional
        In place of `quick`.
    data : str or Path, optional
        A folder with ``human_resources/hr_core_301.parquet`` and ``compas/compas_two_years.parquet``; a table that is
        not there is left out, and the page says so. Adult is packaged.
    tables : sequence of {"people", "adult", "compas"}
        Those of the settings' tables that take part; all when not given.
    seed : int, default 0
        Of folds, generators, models and bootstraps.
    resume, overwrite : bool
        Go on in an unfinished folder, or begin again in one.
    progress : callable, optional
    n_jobs : int, default 2
        Processes; the numbers do not depend on it.

    Returns
    -------
    MaghoolResult

    Raises
    ------
    OutputExistsError
        If the folder exists and neither `resume` nor `overwrite` was asked for.
    RecipeError
        If no table is left.
    """
    chosen = settings or (QUICK if quick else FULL)
    chosen = chosen.without([name for name in chosen.tables if tables and name not in tables])
    left_out = [name for name in chosen.tables if not _is_readable(name, data)]
    chosen = chosen.without(left_out)
    fingerprint = {"study": "maghool", "settings": _digest(chosen, seed)}
    folder = open_run_folder(out, fingerprint=fingerprint, resume=resume, overwrite=overwrite)
    if folder.record.state != "finished":
        with recorded(folder):
            stages = Stages(folder, StageProgress(progress, n_stages=len(_parts(chosen)) + 1))
            _carry_out(stages, chosen, data=data, seed=seed, n_jobs=n_jobs, left_out=left_out)
    numbers = findings_from_frame(read_table(folder.place(MEASUREMENTS)))
    return MaghoolResult(folder.path, numbers, _summary(folder, Findings(numbers)))


def _is_readable(name: TableName, data: str | Path | None) -> bool:
    return has_people(data) if name == "people" else has_table(name, data)


def _digest(settings: MaghoolSettings, seed: int) -> str:
    return hashlib.sha256(json.dumps([asdict(settings), seed]).encode()).hexdigest()


def _summary(folder: RunFolder, findings: Findings) -> str:
    lines = [headline(findings), *claim_lines(judge_claims(findings))]
    return "\n".join([*lines, f"Every number is in {folder.path}."])


_TITLES = {
    "table-1": "employees: F1 of every representation",
    "table-2": "employees: gaps of two groups",
    "figure-3": "employees: SHAP values",
    "complexity": "employees: complexity",
    "adult": "Adult: every treatment",
    "compas": "COMPAS: every treatment",
}


def _parts(settings: MaghoolSettings) -> list[str]:
    wanted = ("table-1", "table-2", "figure-3", "complexity") if settings.people else ()
    return [*wanted, *(name for name in ("adult", "compas") if getattr(settings, name) is not None)]


def _carry_out(
    stages: Stages,
    settings: MaghoolSettings,
    *,
    data: str | Path | None,
    seed: int,
    n_jobs: int,
    left_out: Sequence[TableName],
) -> None:
    people = People.read(data) if settings.people else None
    crew = Crew(n_jobs, lambda share: stages.progress.advance(share, ""))
    found: list[Finding] = []
    for name in _parts(settings):
        found += _measured(stages, name, _work(name, settings, people, crew, data=data, seed=seed))
    report = MaghoolReport(
        Findings(found), settings, _words_of(people) if people else (), _remarks(left_out, settings)
    )
    _write(stages, report)


def _work(
    name: str,
    settings: MaghoolSettings,
    people: People | None,
    crew: Crew,
    *,
    data: str | Path | None,
    seed: int,
) -> Callable[[], list[Finding]]:
    """Return what measures a part."""
    n_replicates = settings.n_replicates
    varied = settings.people
    if people is not None and varied is not None and name not in ("adult", "compas"):
        if name == "table-1":
            return lambda: measure_representations(people, varied, crew, seed=seed)
        if name == "complexity":
            return lambda: measure_complexity_changes(people, varied, crew, seed=seed)
        measure = measure_gaps if name == "table-2" else measure_reliance
        return lambda: measure(people, varied, crew, n_replicates=n_replicates, seed=seed)

    def treated() -> list[Finding]:
        table = StudyTable.read(name, data=data)  # type: ignore[arg-type]
        held = settings.adult if name == "adult" else settings.compas
        assert held is not None, "a part that takes part has settings"
        return measure_treatments(table, held, crew, n_replicates=n_replicates, seed=seed)

    return treated


def _measured(stages: Stages, name: str, measure: Callable[[], list[Finding]]) -> list[Finding]:
    """Carry out a part as a stage."""
    place = stages.folder.work(f"{name}.parquet")

    def work() -> Done:
        found = measure()
        write_table(findings_frame(found), place, overwrite=True)
        return Done([place], {"numbers": len(found)})

    return stages.carry_out(name, _TITLES[name], work, lambda: findings_from_frame(read_table(place)))


def _words_of(people: People) -> tuple[str, ...]:
    levels, counts = np.unique(people.many_levels(), return_counts=True)
    order = np.argsort([float(name.split()[0]) for name in levels])
    return people_words(
        people.remarks,
        n_people=len(people.frame),
        counts=counts[order].tolist(),
        cut=people.cut,
        title=people.explained_by_title(),
    )


def _remarks(left_out: Sequence[TableName], settings: MaghoolSettings) -> tuple[str, ...]:
    """Return what was not measured, and how to have it."""
    files: dict[str, str] = {"people": FILE, "compas": FILES["compas"]}
    words = [
        f"The table {name!r} was left out: it is not packaged; pass --data DIR with {files[name]}."
        for name in left_out
    ]
    if settings.people and XGBOOST not in known_learners((XGBOOST,)):
        words.append(f"{LEARNER_NAMES[XGBOOST]} was left out: it is not installed (pip install xgboost-cpu).")
    return tuple(words)


def _write(stages: Stages, report: MaghoolReport) -> None:
    folder = stages.folder

    def work() -> Done:
        page = study_page(report)
        write_table(findings_frame(report.findings.all), folder.place(MEASUREMENTS), overwrite=True)
        write_text_atomically(folder.place(PAGE), render_study(page), overwrite=True)
        write_text_atomically(folder.place(TEXT), study_markdown(page), overwrite=True)
        return Done([folder.place(name) for name in (MEASUREMENTS, PAGE, TEXT)], {})

    stages.carry_out("page", "writing the page", work, lambda: None)
