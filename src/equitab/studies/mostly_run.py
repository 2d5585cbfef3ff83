"""`equitab study mostly` as a function: stages that can be resumed, written to one folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from equitab.dataframe import read_table, write_table, write_text_atomically
from equitab.pipeline import Progress
from equitab.pipeline.progress import StageProgress
from equitab.pipeline.run_folder import RunFolder, open_run_folder, recorded
from equitab.pipeline.stages import Done, Stages
from equitab.report.study_page import render_study, study_markdown
from equitab.studies.mostly import OVERSAMPLING, QUICK, MostlySettings, StudyRows
from equitab.studies.mostly_added_rows import Arm, make_arms
from equitab.studies.mostly_fair import PARTS, QUICK_FAIR, FairSettings, has_compas
from equitab.studies.mostly_fair_measure import numbers_frame
from equitab.studies.mostly_fair_page import fair_headline
from equitab.studies.mostly_fair_run import FairResult, study_fair_data
from equitab.studies.mostly_fair_tables import claim_lines
from equitab.studies.mostly_fair_verdicts import JudgedClaim, claims_frame, claims_from_frame, judge_claims
from equitab.studies.mostly_page import study_page
from equitab.studies.mostly_scores import FloatArray, Judges, judge_learner
from equitab.studies.mostly_verdicts import (
    ArmValue,
    GainNumber,
    compare_arms,
    gains_frame,
    gains_from_frame,
    values_frame,
    values_from_frame,
)

NUMBERS, PAGE, TEXT = "numbers.parquet", "report.html", "study.md"
FAIR_NUMBERS, CLAIMS = "fair_numbers.parquet", "claims.parquet"


@dataclass(frozen=True, eq=False)
class MostlyResult:
    """What the study leaves.

    Attributes
    ----------
    folder : Path
        With ``report.html``, ``study.md``, ``numbers.parquet``; where fair rows took part also ``claims.parquet`` and
        ``fair_numbers.parquet``.
    numbers : list of GainNumber
        What added rows changed, over nothing added and over rows repeated at random.
    claims : list of JudgedClaim
        What the paper says of fair rows, and ours; empty where that part was left out.
    """

    folder: Path
    numbers: list[GainNumber]
    claims: list[JudgedClaim] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """What was written, in a few lines."""
        gains = f"{len(self.numbers):,} paired differences between training tables, in {self.folder}."
        return "\n".join(
            [gains, *([fair_headline(self.claims), *claim_lines(self.claims)] if self.claims else ())]
        )


def study_mostly(
    out: str | Path = "study-mostly",
    *,
    quick: bool = False,
    settings: MostlySettings | None = None,
    fair: FairSettings | None = None,
    data: str | Path | None = None,
    generators: Sequence[str] = (),
    seed: int = 0,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
    n_jobs: int = 2,
) -> MostlyResult:
    """Measure where added rows help, and judge the paper's claims of fair rows.

    Parameters
    ----------
    out : str or Path
        The folder to write.
    quick : bool, default False
        Adult only, one share, one generator and one control: minutes.
    settings : MostlySettings, optional
        Of added rows, in place of `quick`; fair rows are then left out unless `fair` is given.
    fair : FairSettings, optional
        Of fair rows, in place of `quick`.
    data : str or Path, optional
        A folder with ``bank_marketing/bank_full.parquet`` and ``credit_default/credit_default.parquet``; the
        study then takes them in, unless it is quick. With ``compas/compas_two_years.parquet`` in it, fair rows of
        COMPAS are part of either.
    generators : sequence of str
        That add rows, in place of those of the settings; rows repeated at random stay in as the control.
    seed : int, default 0
        Of the splits; training rows, generators and models have one seed after the other from there.
    resume, overwrite : bool
        Go on in an unfinished folder, or begin again in one.
    progress : callable, optional
    n_jobs : int, default 2
        Processes that train models; the numbers do not depend on it.

    Returns
    -------
    MostlyResult

    Raises
    ------
    OutputExistsError
        If the folder exists and neither `resume` nor `overwrite` was asked for.
    """
    chosen = _chosen(settings or (QUICK if quick else _all_tables(data)), generators)
    chosen_fair = _chosen_fair(fair, quick=quick, is_left_out=settings is not None, data=data)
    tables = {name: StudyRows.read(name, data=data, seed=seed) for name in chosen.tables}
    fingerprint = {"study": "mostly", "settings": _digest(chosen, chosen_fair, seed)}
    folder = open_run_folder(out, fingerprint=fingerprint, resume=resume, overwrite=overwrite)
    if folder.record.state != "finished":
        with recorded(folder):
            _carry_out(
                folder, tables, chosen, chosen_fair, data=data, seed=seed, n_jobs=n_jobs, progress=progress
            )
    claims = claims_from_frame(read_table(folder.place(CLAIMS))) if chosen_fair else []
    return MostlyResult(folder.path, gains_from_frame(read_table(folder.place(NUMBERS))), claims)


def _carry_out(
    folder: RunFolder,
    tables: Mapping[str, StudyRows],
    settings: MostlySettings,
    fair: FairSettings | None,
    *,
    data: str | Path | None,
    seed: int,
    n_jobs: int,
    progress: Progress | None,
) -> None:
    n_cuts = len(settings.tables) * len(settings.shares) * settings.n_seeds
    n_parts = len(fair.parts) if fair else 0
    stages = Stages(folder, StageProgress(progress, n_stages=n_parts + n_cuts + 1))
    fair_rows = study_fair_data(stages, fair, data=data, seed=seed) if fair else None
    values = [
        value
        for rows in tables.values()
        for share in settings.shares
        for value in _measure_share(stages, rows, share, settings, seed, n_jobs)
    ]
    _write(stages, values, settings, fair_rows)


def _all_tables(data: str | Path | None) -> MostlySettings:
    """Return the whole study, with the tables that a folder was given for."""
    tables = ("adult",) if data is None else ("adult", "bank_marketing", "credit_default")
    return MostlySettings(tables=tables)


def _chosen(settings: MostlySettings, generators: Sequence[str]) -> MostlySettings:
    if not generators:
        return settings
    return replace(settings, generators=tuple(dict.fromkeys([*generators, OVERSAMPLING])))


def _chosen_fair(
    fair: FairSettings | None, *, quick: bool, is_left_out: bool, data: str | Path | None
) -> FairSettings | None:
    """Return the settings of fair rows, without COMPAS where there is no table of it."""
    if fair is not None or is_left_out:
        return fair
    wanted = QUICK_FAIR if quick else FairSettings()
    parts = tuple(name for name in PARTS if name != "compas" or has_compas(data))
    return replace(wanted, parts=parts)


def _digest(settings: MostlySettings, fair: FairSettings | None, seed: int) -> str:
    held = [asdict(settings), asdict(fair) if fair else None, seed]
    return hashlib.sha256(json.dumps(held).encode()).hexdigest()


def _measure_share(
    stages: Stages, rows: StudyRows, share: float, settings: MostlySettings, seed: int, n_jobs: int
) -> list[ArmValue]:
    """Carry out a stage for every seed; all meet the same judges."""
    judges = Judges.of(rows, share, n_replicates=settings.n_replicates, seed=seed)
    found: list[ArmValue] = []
    for place in range(settings.n_seeds):
        found += _measure_cut(stages, rows, judges, _Cut(share, seed + 1 + place), settings, n_jobs)
    return found


@dataclass(frozen=True)
class _Cut:
    """Which training rows."""

    share: float
    seed: int


def _measure_cut(
    stages: Stages, rows: StudyRows, judges: Judges, cut: _Cut, settings: MostlySettings, n_jobs: int
) -> list[ArmValue]:
    name = f"{rows.name}-{cut.share:g}-{cut.seed}"
    place = stages.folder.work(f"{name}.parquet")

    def work() -> Done:
        real = rows.cut(cut.share, settings.n_rows, seed=cut.seed)
        arms = list(make_arms(real, rows.schema, settings, table=rows.name, seed=cut.seed))
        stages.progress.advance(0.2, f"{len(arms)} training tables drawn")
        measured = _judge_arms(arms, judges, settings.learners, seed=cut.seed, n_jobs=n_jobs)
        found = [
            _value(arm, learner, metric, values, table=rows.name, cut=cut)
            for (arm, learner), held in measured
            for metric, values in held.items()
        ]
        write_table(values_frame(found), place, overwrite=True)
        return Done([place], {"training_tables": len(arms)})

    title = f"{rows.name}, outcome at {cut.share:.0%}, seed {cut.seed}"
    return stages.carry_out(name, title, work, lambda: values_from_frame(read_table(place)))


Measured: TypeAlias = tuple[tuple[Arm, str], dict[str, FloatArray]]


def _judge_arms(
    arms: Sequence[Arm], judges: Judges, learners: Sequence[str], *, seed: int, n_jobs: int
) -> list[Measured]:
    """Train every learner on every training table."""
    pairs = [(arm, learner) for arm in arms for learner in learners]
    if n_jobs == 1:
        return [(pair, judge_learner(pair[0].frame, pair[1], judges, seed=seed)) for pair in pairs]
    from joblib import Parallel, delayed

    work = (delayed(judge_learner)(arm.frame, learner, judges, seed=seed) for arm, learner in pairs)
    return list(zip(pairs, Parallel(n_jobs=n_jobs)(work), strict=True))


def _value(arm: Arm, learner: str, metric: str, values: FloatArray, *, table: str, cut: _Cut) -> ArmValue:
    return ArmValue(
        table=table,
        share=cut.share,
        seed=cut.seed,
        generator=arm.generator,
        kind=arm.kind,
        multiple=arm.multiple,
        n_added=arm.n_added,
        learner=learner,
        metric=metric,
        value=float(values[0]),
        replicates=tuple(values[1:].tolist()),
    )


def _write(stages: Stages, values: list[ArmValue], settings: MostlySettings, fair: FairResult | None) -> None:
    folder = stages.folder
    gains = compare_arms(values)
    over_control = compare_arms(values, control=OVERSAMPLING) if OVERSAMPLING in settings.generators else []

    def work() -> Done:
        page = study_page(gains, over_control, settings=settings, fair=fair.findings if fair else None)
        write_table(gains_frame([*gains, *over_control]), folder.place(NUMBERS), overwrite=True)
        write_text_atomically(folder.place(PAGE), render_study(page), overwrite=True)
        write_text_atomically(folder.place(TEXT), study_markdown(page), overwrite=True)
        names = [NUMBERS, PAGE, TEXT, *(_write_fair(folder, fair) if fair else ())]
        return Done([folder.place(name) for name in names], {})

    stages.carry_out("page", "writing the page", work, lambda: None)


def _write_fair(folder: RunFolder, fair: FairResult) -> tuple[str, ...]:
    claims = judge_claims(fair.findings.found)
    write_table(numbers_frame(fair.numbers), folder.place(FAIR_NUMBERS), overwrite=True)
    write_table(claims_frame(claims), folder.place(CLAIMS), overwrite=True)
    return FAIR_NUMBERS, CLAIMS
