"""Putting a run together: seeds averaged, a model chosen, a headline, a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from equitab.dataframe import read_table, write_text_atomically
from equitab.errors import EquitabError
from equitab.evaluation import (
    BaselineComparison,
    CurvePoint,
    Headline,
    Measurement,
    average_over_seeds,
    frontier_points,
    headline,
    predictions_from_frame,
)
from equitab.pipeline.constraints.results import keep_constrained, measure_constrained
from equitab.pipeline.measurement_files import load_curves, load_measurements, save_curves, save_measurements
from equitab.pipeline.run_folder import RunFolder
from equitab.pipeline.run_rows import RunRows
from equitab.pipeline.search_stage import candidate_points, read_search
from equitab.pipeline.seed_stages import SeedStages
from equitab.pipeline.stages import Done
from equitab.pipeline.storage import write_folder


@dataclass(frozen=True)
class Answer:
    """The headline, or why there is none."""

    headline: Headline | None
    no_headline_reason: str = ""
    remarks: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "headline": None if self.headline is None else asdict(self.headline),
            "no_headline_reason": self.no_headline_reason,
            "remarks": list(self.remarks),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Answer:
        """Return the answer that `to_dict` described."""
        held = data["headline"]
        answer = None if held is None else headline_from_dict(held)
        return cls(answer, data["no_headline_reason"], tuple(data.get("remarks", ())))


def headline_from_dict(data: dict[str, Any]) -> Headline:
    """Return the headline that its `asdict` described."""
    plain = dict(data)
    for name in ("fairness_before", "fairness_after", "performance_before", "performance_after"):
        plain[name] = Measurement(**data[name])
    plain["baselines"] = tuple(
        BaselineComparison(
            **{
                **held,
                "fairness": Measurement(**held["fairness"]),
                "performance": Measurement(**held["performance"]),
            }
        )
        for held in data["baselines"]
    )
    plain["warnings"] = tuple(data["warnings"])
    return Headline(**plain)


def put_together(rows: RunRows, seeds: Sequence[SeedStages], folder: RunFolder) -> Done:
    """Average over seeds, choose a model on validation rows, measure its table, and write what the run found.

    Parameters
    ----------
    rows : RunRows
    seeds : sequence of SeedStages
        All carried out.
    folder : RunFolder
    """
    measured = _measurements_of(seeds)
    averaged = average_over_seeds(measured)
    answer = _answer(averaged, rows, seeds)
    together = averaged if len(seeds) == 1 else [*averaged, *measured]
    curves = _curves_of(seeds, averaged)
    files = [folder.place("measurements.parquet"), folder.place("curves.parquet")]
    if rows.prepared.recipe.constraints:
        model = answer.headline.model if answer.headline else rows.prepared.learners[0].name
        constrained = measure_constrained(rows, seeds[0], model, averaged)
        together, curves = (
            [*together, *constrained.measurements],
            [*curves, *constrained.curves],
        )
        answer = replace(answer, remarks=constrained.remarks)
        files += keep_constrained(seeds[0], folder, model)
    save_measurements(together, files[0], overwrite=True)
    save_curves(curves, files[1], overwrite=True)
    if answer.headline is not None:
        place = seeds[0].result_files["models"] / answer.headline.treatment / answer.headline.model
        write_folder(folder.place("model"), lambda target: _copy_folder(place, target))
        files.append(folder.place("model"))
    message = (
        "no headline"
        if answer.headline is None
        else f"chosen: {answer.headline.model} on {answer.headline.treatment}"
    )
    return Done(files, answer.to_dict(), message)


def _measurements_of(seeds: Sequence[SeedStages]) -> list[Measurement]:
    files = [place["measurements"] for seed in seeds for place in (seed.result_files, seed.quality_files)]
    return [held for file in files for held in load_measurements(file)]


def _answer(averaged: Sequence[Measurement], rows: RunRows, seeds: Sequence[SeedStages]) -> Answer:
    predictions = None
    if len(seeds) == 1:
        predictions = predictions_from_frame(read_table(seeds[0].result_files["predictions"]))
    try:
        return Answer(headline(averaged, rows.question, predictions=predictions, test=rows.test))
    except EquitabError as error:
        return Answer(None, str(error))


def _curves_of(seeds: Sequence[SeedStages], averaged: Sequence[Measurement]) -> list[CurvePoint]:
    """Return the points of all figures: those of tables and models are the first seed's."""
    first = seeds[0]
    drawn = [*load_curves(first.result_files["curves"]), *load_curves(first.quality_files["curves"])]
    pictures = load_curves(first.pictures_file) if first.has_pictures else []
    frontiers = frontier_points(averaged, performance=first.rows.question.performance)
    candidates = candidate_points(read_search(first.stages.folder.path))
    ratios = first.ratio_files.points if first.rows.prepared.recipe.ratios else []
    return [*drawn, *frontiers, *_training_points(first), *candidates, *ratios, *pictures]


def _training_points(seed: SeedStages) -> list[CurvePoint]:
    """Return the loss over the generator's training steps, where it recorded one."""
    record = seed.stages.facts(f"generator-{seed.seed}").get("record", {})
    points = []
    for entry in record.get("history", []):
        step = entry.get("step")
        points += [
            CurvePoint(figure="training/loss", series=name, x=str(step), y=float(value))
            for name, value in entry.items()
            if name != "step" and isinstance(value, float)
        ]
    return points


def _copy_folder(source: Path, target: Path) -> None:
    target.mkdir()
    for item in source.iterdir():
        (target / item.name).write_bytes(item.read_bytes())


def write_report(folder: RunFolder, page: str) -> Done:
    """Write the report's page."""
    place = folder.place("report.html")
    write_text_atomically(place, page, overwrite=True)
    return Done([place], {}, f"{len(page) / 1e6:.1f} MB")
