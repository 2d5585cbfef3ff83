"""The whole flow of a recipe, from a table to a report, in one folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equitab.dataframe import write_text_atomically
from equitab.errors import SavedFormatError
from equitab.evaluation import Headline, Measurement
from equitab.pipeline.assurance.report_contents import assurance_contents
from equitab.pipeline.assurance.run_evidence import begin_evidence
from equitab.pipeline.assurance.run_stage import (
    CARDS_STAGE,
    CERTIFICATE_STAGE,
    CONTRACT_STAGE,
    check_promises,
    drop_stale_certificate,
    make_cards,
    sign_run,
)
from equitab.pipeline.constraints.question import CONSTRAINED
from equitab.pipeline.constraints.report import asked_constraints, sampling_command
from equitab.pipeline.constraints.tables import count_rows
from equitab.pipeline.group_table import group_rows
from equitab.pipeline.measurement_files import load_curves, load_measurements
from equitab.pipeline.pictures import check_pictures
from equitab.pipeline.plan_results import plan_contents
from equitab.pipeline.preparation import PreparedRun, prepare_run
from equitab.pipeline.progress import Progress, StageProgress
from equitab.pipeline.recipe import Recipe, load_recipe, moved, recipe_from_dict
from equitab.pipeline.report_contents import run_contents
from equitab.pipeline.rounds_report import rounds_contents
from equitab.pipeline.rounds_stage import plan_of_run, read_rounds
from equitab.pipeline.run_facts import facts_of_run
from equitab.pipeline.run_folder import RunRecord, check_output, open_run_folder, read_run_record, recorded
from equitab.pipeline.run_results import Answer, put_together, write_report
from equitab.pipeline.run_rows import RunRows, divide_rows
from equitab.pipeline.search_report import search_contents
from equitab.pipeline.search_stage import read_search
from equitab.pipeline.seed_stages import SeedStages
from equitab.pipeline.stages import Done, Stages
from equitab.report import render_report

if TYPE_CHECKING:
    from equitab.assurance import ContractVerdict

_STAGES_ONCE, _STAGES_PER_SEED = 7, 4


@dataclass(frozen=True, eq=False)
class RunResult:
    """A finished run.

    Attributes
    ----------
    folder : Path
    headline : Headline or None
    no_headline_reason : str
    measurements : tuple of Measurement
        Everything that was measured; with several seeds the means first, then the single runs.
    seconds : float
        The time of all stages.
    remarks : tuple of str
        What a reader must know.
    constraint_command : str
        The command that draws rows under the run's constraints; empty without any.
    verdict : ContractVerdict or None
        What became of the recipe's contract; None without one.
    certificate : Path or None
        None where none could be signed; the remarks say why.
    """

    folder: Path
    headline: Headline | None
    no_headline_reason: str
    measurements: tuple[Measurement, ...]
    seconds: float
    remarks: tuple[str, ...] = ()
    constraint_command: str = ""
    verdict: ContractVerdict | None = None
    certificate: Path | None = None

    @property
    def exit_code(self) -> int:
        """0 done or met, 1 a promise is violated, 3 undetermined."""
        return 0 if self.verdict is None else self.verdict.exit_code

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON: the answer and where everything is."""
        return {
            "folder": str(self.folder),
            "report": str(self.folder / "report.html"),
            "seconds": round(self.seconds, 1),
            "headline": None if self.headline is None else asdict(self.headline),
            "no_headline_reason": self.no_headline_reason,
            "remarks": list(self.remarks),
            "constraint_command": self.constraint_command,
            "verdict": None if self.verdict is None else self.verdict.to_dict(),
            "certificate": None if self.certificate is None else str(self.certificate),
        }


def run(
    recipe: Recipe | Mapping[str, Any] | str | Path,
    out: str | Path,
    *,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> RunResult:
    """Carry out a recipe and write one folder.

    Parameters
    ----------
    recipe : Recipe, mapping of its keys, or path
    out : str or Path
        The folder of the run.
    resume : bool, default False
        Go on after the last finished stage, where recipe, schema and table are the same.
    overwrite : bool, default False
        Begin again in a folder that an earlier run wrote.
    progress : callable, optional
        Told how far the run is; see `equitab.pipeline.progress`.

    Returns
    -------
    RunResult

    Raises
    ------
    RecipeError, TableError, SchemaError
        Everything that is wrong, before anything is written.
    OutputExistsError
        If the folder exists and neither `resume` nor `overwrite` was asked for.
    StorageError
        If the disk is full; the run can be resumed.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> folder = Path(mkdtemp()) / "result"
    >>> recipe = {
    ...     "table": "people.csv",
    ...     "schema": {"target": "income", "sensitive_features": ["sex"]},
    ...     "generator": "independent_marginals",
    ...     "models": "gaussian_naive_bayes",
    ... }
    >>> result = run(recipe, folder)
    >>> (folder / "report.html").exists(), result.headline.model
    (True, 'gaussian_naive_bayes')
    """
    place = Path(out)
    check_output(place, resume=resume, overwrite=overwrite)
    asked = _as_recipe(recipe)
    check_pictures(asked.pictures)
    reporter = StageProgress(progress, n_stages=_count_stages(asked))
    reporter.begin("reading the table")
    prepared = prepare_run(asked)
    reporter.finish(f"{len(prepared.frame):,} rows, {len(prepared.schema.columns)} columns")
    folder = open_run_folder(place, fingerprint=prepared.fingerprint, resume=resume, overwrite=overwrite)
    if folder.record.state != "finished":
        with recorded(folder):
            _carry_out(prepared, Stages(folder, reporter))
    return load_run(place)


def load_run(folder: str | Path) -> RunResult:
    """Return the result of a finished run from its folder.

    Raises
    ------
    SavedFormatError
        If it is no run's folder, its record is damaged, or the run is not finished.
    """
    place = Path(folder)
    record = read_run_record(place)
    if record.state != "finished" or "results" not in record.stages:
        raise SavedFormatError(
            f"{str(place)!r}: expected a finished run, received one that is {record.state}."
        )
    answer = Answer.from_dict(record.stages["results"].facts)
    signed = record.stages.get(CERTIFICATE_STAGE)
    return RunResult(
        folder=place,
        headline=answer.headline,
        no_headline_reason=answer.no_headline_reason,
        measurements=tuple(load_measurements(place / "measurements.parquet")),
        seconds=sum(stage.seconds for stage in record.stages.values()),
        remarks=(*record.facts.get("remarks", ()), *(signed.facts.get("remarks", ()) if signed else ())),
        constraint_command=record.facts.get("constraint_command", ""),
        verdict=_verdict(record),
        certificate=place / "certificate.json" if signed and signed.files else None,
    )


def _verdict(record: RunRecord) -> ContractVerdict | None:
    """Return what became of a run's contract; runs of earlier releases have none."""
    held = record.facts.get("contract_verdict")
    if held is None:
        return None
    from equitab.assurance import ContractVerdict

    return ContractVerdict.from_dict(held)


def _count_stages(recipe: Recipe) -> int:
    per_seed = _STAGES_PER_SEED + bool(recipe.constraints) + bool(recipe.ratios)
    once = _STAGES_ONCE + (recipe.pictures != "none") + (recipe.plan.rounds is not None)
    return once + per_seed * recipe.n_seeds


def _as_recipe(recipe: Recipe | Mapping[str, Any] | str | Path) -> Recipe:
    if isinstance(recipe, Recipe):
        return recipe
    return load_recipe(recipe) if isinstance(recipe, str | Path) else recipe_from_dict(recipe)


def _carry_out(prepared: PreparedRun, stages: Stages) -> None:
    folder, recipe = stages.folder, prepared.recipe
    resolved = moved(recipe, folder.path).to_yaml()
    write_text_atomically(folder.place("recipe.yaml"), resolved, overwrite=True)
    folder.note(table=prepared.name, rows=len(prepared.frame), seeds=list(recipe.seeds))
    meter = begin_evidence(prepared, folder)
    rows = divide_rows(prepared, stages)
    if recipe.constraints:
        folder.note(constraint_command=_command(folder.path, recipe, len(rows.training.frame)))
    seeds = [SeedStages(rows, stages, seed, is_first=seed == recipe.seed) for seed in recipe.seeds]
    for seed in seeds:
        seed.carry_out()
    answer = stages.carry_out(
        "results",
        "choosing a model" + (" and measuring its table" if recipe.constraints else ""),
        lambda: put_together(rows, seeds, folder),
        lambda: Answer.from_dict(stages.facts("results")),
    )
    assured = stages.carry_out(
        CONTRACT_STAGE,
        "checking the contract" if recipe.contract and recipe.contract.contract else "recording evidence",
        lambda: check_promises(prepared, answer.headline, folder, meter),
        lambda: stages.facts(CONTRACT_STAGE),
    )
    folder.note(remarks=list(_remarks(rows, stages)))
    folder.note(contract_verdict=assured["verdict"], chosen=assured["chosen"])
    stages.carry_out(
        "report", "writing the report", lambda: _report(rows, seeds, answer, stages), lambda: None
    )
    stages.carry_out(CARDS_STAGE, "writing the cards", lambda: make_cards(folder), lambda: None)
    drop_stale_certificate(folder)
    stages.carry_out(CERTIFICATE_STAGE, "signing", lambda: sign_run(prepared, folder), lambda: None)


def _remarks(rows: RunRows, stages: Stages) -> tuple[str, ...]:
    """Return everything that stages and table have to say, each thing once."""
    said = [
        remark
        for name, record in stages.folder.record.stages.items()
        if name != CERTIFICATE_STAGE  # what it covers cannot change with what it says
        for remark in record.facts.get("remarks", ())
    ]
    return tuple(dict.fromkeys([*rows.prepared.notes, *said]))


def _report(rows: RunRows, seeds: Sequence[SeedStages], answer: Answer, stages: Stages) -> Done:
    prepared, folder = rows.prepared, stages.folder
    measurements = load_measurements(folder.place("measurements.parquet"))
    shown = measurements if len(seeds) == 1 else [held for held in measurements if _is_mean(held)]
    _, added = seeds[0].read_rows()
    contents = run_contents(
        name=prepared.name,
        n_rows=len(prepared.frame),
        schema=prepared.schema,
        headline=answer.headline,
        no_headline_reason=answer.no_headline_reason,
        groups=group_rows(prepared.frame, prepared.schema, added=added),
        measurements=shown,
        curves=load_curves(folder.place("curves.parquet")),
        facts=facts_of_run(rows, stages),
        guesses=prepared.schema.notes,
        remarks=folder.record.facts["remarks"],
        search=search_contents(read_search(folder.path)),
        plan=plan_contents(plan_of_run(rows, folder.path), added, prepared.schema),
        rounds=rounds_contents(read_rounds(folder.path)),
        assurance=assurance_contents(prepared, folder),
        ratios=seeds[0].ratio_files.contents if prepared.recipe.ratios else None,
        **_constraint_contents(rows, stages),
    )
    return write_report(folder, render_report(contents))


def _constraint_contents(rows: RunRows, stages: Stages) -> dict[str, Any]:
    """Return what the page is told about constraints."""
    recipe = rows.prepared.recipe
    if not recipe.constraints:
        return {}
    facts = stages.facts(f"{CONSTRAINED}-{recipe.seed}")
    asked = asked_constraints(recipe.constraints, rows.prepared.schema, facts)
    return {"constraints": asked, "constraint_command": stages.folder.record.facts["constraint_command"]}


def _command(folder: Path, recipe: Recipe, n_training: int) -> str:
    """Return the command that draws rows under a run's constraints; nothing where they were learned only."""
    if not any("sampling" in one.places for one in recipe.constraints):
        return ""
    n_rows = count_rows(recipe.constrained_rows, n_training)
    return sampling_command(folder.name, recipe.constraints, n_rows=n_rows, seed=recipe.seed)


def _is_mean(held: Measurement) -> bool:
    """Return whether a measurement is a mean over seeds, or one that no seed has a part in."""
    return held.generator_seed is None and held.model_seed is None
