"""`equitab study blow` as a function: stages that can be resumed, written to one folder."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from equitab.dataframe import Frame, read_table, take_rows, write_table, write_text_atomically
from equitab.datasets import adult_schema
from equitab.evaluation import measure_fidelity, measure_privacy
from equitab.evaluation.results import CurvePoint, Measurement
from equitab.pipeline import Progress, load_curves, load_measurements, save_curves, save_measurements
from equitab.pipeline.progress import StageProgress
from equitab.pipeline.run_folder import RunFolder, open_run_folder, recorded
from equitab.pipeline.stages import Done, Stages
from equitab.report.study_page import render_study, study_markdown
from equitab.studies.blow import (
    QUICK,
    AdultRows,
    BlowSettings,
    FormData,
    compare_with_paper,
    distribution_points,
    fit_generator,
    headline_measurements,
    measure_size,
    paper_sweeps,
    sweep_points,
)
from equitab.studies.blow_page import study_page
from equitab.studies.comparison import ComparedNumber, numbers_frame, numbers_from_frame

SYNTHETIC = "synthetic.parquet"


@dataclass(frozen=True, eq=False)
class StudyResult:
    """What a study leaves.

    Attributes
    ----------
    folder : Path
        With ``report.html``, ``study.md``, ``numbers.parquet``, ``curves.parquet``, ``synthetic.parquet``.
    numbers : list of ComparedNumber
    """

    folder: Path
    numbers: list[ComparedNumber]

    @property
    def summary(self) -> str:
        """What was written, in a sentence."""
        return f"{len(self.numbers)} numbers beside the paper's, in {self.folder}."


def study_blow(
    out: str | Path = "study-blow",
    *,
    quick: bool = False,
    settings: BlowSettings | None = None,
    seed: int = 0,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> StudyResult:
    """Repeat the experiment of Blow et al. and set its numbers beside ours.

    Parameters
    ----------
    out : str or Path
        The folder to write.
    quick : bool, default False
        AIF360's reduced form only, with 0 and 20,000 generated rows: minutes.
    settings : BlowSettings, optional
        In place of `quick`.
    seed : int, default 0
        Of split, generator, models and intervals.
    resume, overwrite : bool
        Go on in an unfinished folder, or begin again in one.
    progress : callable, optional

    Returns
    -------
    StudyResult

    Raises
    ------
    OutputExistsError
        If the folder exists and neither `resume` nor `overwrite` was asked for.
    """
    chosen = settings or (QUICK if quick else BlowSettings())
    fingerprint = {"study": "blow", "settings": _digest(chosen, seed)}
    folder = open_run_folder(out, fingerprint=fingerprint, resume=resume, overwrite=overwrite)
    if folder.record.state == "finished":
        return StudyResult(folder.path, numbers_from_frame(read_table(folder.place("numbers.parquet"))))
    with recorded(folder):
        numbers = _carry_out(folder, chosen, seed=seed, progress=progress)
    return StudyResult(folder.path, numbers)


def _carry_out(
    folder: RunFolder, settings: BlowSettings, *, seed: int, progress: Progress | None
) -> list[ComparedNumber]:
    stages = Stages(folder, StageProgress(progress, n_stages=len(settings.forms) * len(settings.sizes) + 3))
    rows = AdultRows.read(seed=seed)
    synthetic = _generate(stages, rows, settings, seed)
    quality = _measure_quality(stages, rows, synthetic, seed)
    numbers, curves = _measure_models(stages, rows, synthetic, settings, seed)
    curves += distribution_points(rows, synthetic, settings.sizes)
    _write(stages, numbers, curves, quality, settings)
    return numbers


def _digest(settings: BlowSettings, seed: int) -> str:
    return hashlib.sha256(json.dumps([asdict(settings), seed]).encode()).hexdigest()


def _generate(stages: Stages, rows: AdultRows, settings: BlowSettings, seed: int) -> Frame:
    place = stages.folder.place(SYNTHETIC)

    def work() -> Done:
        def report(step: int, n_steps: int, seconds_left: float | None, loss: float) -> None:
            stages.progress.advance(
                step / n_steps, f"step {step}, loss {loss:.3f}", seconds_left=seconds_left
            )

        generator = fit_generator(rows, settings, seed=seed, progress=report)
        table = generator.sample(max(settings.sizes), seed=seed)
        write_table(table, place, overwrite=True)
        return Done(
            [place], {"rows": max(settings.sizes), "generator": settings.generator, "preset": settings.preset}
        )

    return stages.carry_out("generate", "learning Adult and drawing rows", work, lambda: read_table(place))


def _measure_quality(stages: Stages, rows: AdultRows, synthetic: Frame, seed: int) -> list[Measurement]:
    place = stages.folder.work("quality.parquet")

    def work() -> Done:
        schema = adult_schema()
        train, test = (take_rows(rows.frame, held) for held in (rows.splits.train, rows.splits.test))
        drawn = synthetic.head(len(train))
        found = measure_fidelity(drawn, train, schema, seed=seed)
        found += measure_privacy(drawn, train, test, schema, seed=seed)
        save_measurements(found, place, overwrite=True)
        return Done([place], {})

    return stages.carry_out("quality", "judging the generated rows", work, lambda: load_measurements(place))


def _measure_models(
    stages: Stages, rows: AdultRows, synthetic: Frame, settings: BlowSettings, seed: int
) -> tuple[list[ComparedNumber], list[CurvePoint]]:
    numbers: list[ComparedNumber] = []
    curves: list[CurvePoint] = []
    for form in settings.forms:
        data = FormData.read(rows, synthetic.to_native(), form)
        for size in settings.sizes:
            found, points = _measure_size(stages, data, size, settings, seed)
            numbers += found
            curves += paper_sweeps(points, form, size, settings.sizes)
    return numbers, curves


def _measure_size(
    stages: Stages, data: FormData, size: int, settings: BlowSettings, seed: int
) -> tuple[list[ComparedNumber], list[CurvePoint]]:
    name = f"{data.form} {size}".replace(" ", "-").replace("'", "")
    numbers_place = stages.folder.work(f"numbers-{name}.parquet")
    curves_place = stages.folder.work(f"curves-{name}.parquet")

    def work() -> Done:
        results = measure_size(data, size, settings, seed=seed)
        found = compare_with_paper(headline_measurements(results), data.form)
        write_table(numbers_frame(found), numbers_place, overwrite=True)
        save_curves(sweep_points(results), curves_place, overwrite=True)
        return Done([numbers_place, curves_place], {})

    def read() -> tuple[list[ComparedNumber], list[CurvePoint]]:
        return numbers_from_frame(read_table(numbers_place)), load_curves(curves_place)

    return stages.carry_out(name, f"models on {data.form}, {size:,} rows added", work, read)


def _write(
    stages: Stages,
    numbers: list[ComparedNumber],
    curves: list[CurvePoint],
    quality: list[Measurement],
    settings: BlowSettings,
) -> None:
    folder = stages.folder
    names = ("numbers.parquet", "curves.parquet", "report.html", "study.md")

    def work() -> Done:
        page = study_page(numbers, curves, quality, settings=settings, facts=_facts(folder, settings))
        write_table(numbers_frame(numbers), folder.place(names[0]), overwrite=True)
        save_curves(curves, folder.place(names[1]), overwrite=True)
        write_text_atomically(folder.place(names[2]), render_study(page), overwrite=True)
        write_text_atomically(folder.place(names[3]), study_markdown(page), overwrite=True)
        return Done([folder.place(name) for name in names], {})

    stages.carry_out("page", "writing the page", work, lambda: None)


def _generator_name(settings: BlowSettings) -> str:
    return f"TabDDPM (preset {settings.preset})" if settings.generator == "tabddpm" else settings.generator


def _facts(folder: RunFolder, settings: BlowSettings) -> list[str]:
    seconds = folder.record.stages["generate"].seconds
    sizes = ", ".join(f"{size:,}" for size in settings.sizes)
    return [
        "Adult is split into 26,048 training, 6,513 validation and 16,281 test rows (the paper's 28,048 is a "
        "misprint). "
        f"The generator {_generator_name(settings)} learned the training rows; "
        f"{sizes} generated rows were added to them. "
        f"Learning and drawing {max(settings.sizes):,} rows took {seconds:.0f} seconds on this machine.",
        "The threshold of every model is the one with the best balanced accuracy on validation rows, as in the "
        "tutorials of AIF360 from which the paper's numbers come; groups are the reference (White, Male) and all "
        "others pooled.",
        "Reweighing divides by the count of each group and outcome (the paper's equation 4 has the group's count "
        "there). "
        "k-nearest neighbours takes no weights and learns from rows redrawn by weight instead.",
        "The paper describes signs the other way round: a negative difference means that the others are worse off.",
    ]
