"""The stages that are repeated for every seed: learn, draw rows, constrain them, train models, measure the rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from equitab.augmentation.augment import ORIGIN_COLUMN, REAL
from equitab.dataframe import Frame, as_frame, read_table, take_rows, write_table
from equitab.evaluation import (
    Learner,
    MeasurementSettings,
    TrainingTable,
    measure_distributions,
    measure_quality,
)
from equitab.pipeline.constraints.files import ConstrainedFiles
from equitab.pipeline.constraints.question import CONSTRAINED, THRESHOLD_CRITERION, leading_constraint
from equitab.pipeline.constraints.tables import Tuning, constrained_tables, count_rows
from equitab.pipeline.fit import default_conditions, generator_remarks, new_generator
from equitab.pipeline.measurement_files import save_curves, save_measurements
from equitab.pipeline.plan_choice import add_planned_rows
from equitab.pipeline.run_rows import RunRows
from equitab.pipeline.stages import Done, Stages
from equitab.pipeline.storage import remove, write_folder
from equitab.pipeline.training import Protocol, train_all
from equitab.pipeline.treatments import constrained_training, training_tables

MAX_QUALITY_ROWS = 20_000
"""The quality of synthetic rows is measured on at most so many rows of each table, for speed."""


@dataclass(frozen=True, eq=False)
class SeedStages:
    """The stages of one seed of a run.

    Parameters
    ----------
    rows : RunRows
    stages : Stages
    seed : int
    is_first : bool
        The first seed's generator and tables are what the folder keeps.
    """

    rows: RunRows
    stages: Stages
    seed: int
    is_first: bool

    def carry_out(self) -> None:
        """Do everything of this seed that is not done yet."""
        generator = self.learn()
        synthetic, added = self.draw(generator)
        if self.rows.prepared.recipe.constraints:
            self.constrain(generator)
        self.train(synthetic, added)
        self.measure(synthetic)

    def learn(self) -> Any:
        """Fit the generator on the training rows."""
        from equitab.generators import load_generator

        choice = self.rows.prepared.recipe.generator
        title = f"learning the table with {choice.name}{self._suffix}"
        place = self._kept("generator")
        return self.stages.carry_out(
            f"generator-{self.seed}", title, self._learn, lambda: load_generator(place)
        )

    def draw(self, generator: Any) -> tuple[Frame, Frame]:
        """Draw rows as the table has them, and the rows that the plan adds."""
        return self.stages.carry_out(
            f"rows-{self.seed}", f"drawing rows{self._suffix}", lambda: self._draw(generator), self.read_rows
        )

    def constrain(self, generator: Any) -> None:
        """Draw rows under the constraints, tuned to every model where they aim at models."""
        title = f"drawing rows under the constraints{self._suffix}"
        self.stages.carry_out(
            f"{CONSTRAINED}-{self.seed}", title, lambda: self._constrain(generator), lambda: None
        )

    def train(self, synthetic: Frame, added: Frame) -> None:
        """Train and judge every model on every treatment's table."""
        title = f"training and judging models{self._suffix}"
        self.stages.carry_out(
            f"models-{self.seed}", title, lambda: self._train(synthetic, added), lambda: None
        )

    def measure(self, synthetic: Frame) -> None:
        """Measure fidelity and privacy of the synthetic rows."""
        title = f"measuring the synthetic rows{self._suffix}"
        self.stages.carry_out(f"quality-{self.seed}", title, lambda: self._measure(synthetic), lambda: None)

    def _learn(self) -> Done:
        recipe, schema = self.rows.prepared.recipe, self.rows.prepared.schema
        checkpoints = self.stages.folder.work(f"checkpoint-{self.seed}")
        checkpoints.mkdir(parents=True, exist_ok=True)
        generator = new_generator(
            recipe.generator, stages=self.stages.progress, checkpoint_folder=checkpoints
        )
        generator.fit(
            self.rows.training.frame,
            schema,
            condition_on=default_conditions(schema),
            constraints=[one for one in recipe.constraints if "training" in one.places],
            max_seconds=recipe.generator.max_seconds,
            seed=self.seed,
        )
        write_folder(self._kept("generator"), generator.save)
        remove(checkpoints)
        facts = {
            "remarks": list(generator_remarks(generator)),
            "record": dict(getattr(generator, "record_", {})),
        }
        return Done([self._kept("generator")], facts, f"{len(self.rows.training.frame):,} rows learned")

    def _draw(self, generator: Any) -> Done:
        training, recipe = self.rows.training, self.rows.prepared.recipe
        progress = self.stages.progress
        progress.advance(0.0, "as the table has them")
        synthetic = as_frame(generator.sample(len(training.frame), seed=self.seed))
        progress.advance(0.5, "as the plan asks")
        planned = add_planned_rows(recipe.plan, training.frame, training.schema, generator, seed=self.seed)
        self._kept("tables").mkdir(parents=True, exist_ok=True)
        places = [self._kept("tables/synthetic.parquet"), self._kept("tables/augmented.parquet")]
        write_table(synthetic, places[0], overwrite=True)
        augmented = training.with_final_weights(planned.augmented.frame, recipe.mitigation)
        write_table(augmented, places[1], overwrite=True)
        facts = {
            "drawn": len(synthetic),
            "added": planned.n_added,
            "plan": planned.words,
            "remarks": list(planned.remarks),
        }
        return Done(
            places, facts, f"{len(synthetic):,} as the table has them, {planned.n_added:,} as the plan asks"
        )

    def _constrain(self, generator: Any) -> Done:
        recipe = self.rows.prepared.recipe
        n_rows = count_rows(recipe.constrained_rows, len(self.rows.training.frame))
        tuning = Tuning(
            learners=self.rows.prepared.learners,
            schema=self.rows.prepared.schema,
            validation=self.rows.validation,
            use_sensitive_features=recipe.use_sensitive_features,
            progress=self.stages.progress,
            seed=self.seed,
        )
        drawn, tables = constrained_tables(generator, recipe.constraints, n_rows, tuning)
        return self.constrained_files.write(drawn, tables, self.rows.prepared.schema)

    def read_rows(self) -> tuple[Frame, Frame]:
        """Return the synthetic rows, and those that the plan added."""
        augmented = read_table(self._kept("tables/augmented.parquet"))
        is_added = np.asarray(augmented[ORIGIN_COLUMN].to_list()) != REAL
        return read_table(self._kept("tables/synthetic.parquet")), take_rows(augmented, is_added)

    def _train(self, synthetic: Frame, added: Frame) -> Done:
        recipe, training = self.rows.prepared.recipe, self.rows.training
        tables = training_tables(
            training,
            added=added,
            synthetic=synthetic,
            mitigation=recipe.mitigation,
            baselines=recipe.baselines,
            seed=self.seed,
        )
        learners = self.rows.prepared.learners
        n_tables = _count_tables(added, recipe.mitigation, recipe.baselines) + bool(recipe.constraints)
        found = train_all(
            self._with_constrained((table, learners) for table in tables),
            self._protocol(),
            n_models=n_tables * len(learners),
            progress=self.stages.progress,
            seed=self.seed,
        )
        files = self.result_files
        save_measurements(found.measurements, files["measurements"], overwrite=True)
        save_curves(found.curves, files["curves"], overwrite=True)
        write_table(found.predictions, files["predictions"], overwrite=True)
        write_folder(files["models"], found.save_models)
        return Done(list(files.values()), {"remarks": list(found.remarks)}, f"{len(found.results)} models")

    def _with_constrained(
        self, tables: Iterator[tuple[TrainingTable, Sequence[Learner]]]
    ) -> Iterator[tuple[TrainingTable, Sequence[Learner]]]:
        """Yield every treatment's table, then the constrained ones, each for the models that it is for."""
        yield from tables
        if not self.rows.prepared.recipe.constraints:
            return
        for model, frame in self.constrained_files.read():
            learners = [held for held in self.rows.prepared.learners if model in ("", held.name)]
            yield constrained_training(frame, ()), learners

    def _protocol(self) -> Protocol:
        recipe = self.rows.prepared.recipe
        leading = leading_constraint(recipe.constraints)
        return Protocol(
            schema=self.rows.prepared.schema,
            validation=self.rows.validation,
            test=self.rows.test,
            compared=self.rows.compared,
            use_sensitive_features=recipe.use_sensitive_features,
            threshold_optimizer="threshold_optimizer" in recipe.baselines,
            threshold_constraint=THRESHOLD_CRITERION.get(
                leading.criterion if leading else "", "demographic_parity"
            ),
            score_treatments=("original", CONSTRAINED) if recipe.constraints else (),
        )

    def _measure(self, synthetic: Frame) -> Done:
        training, test, schema = self.rows.training, self.rows.test, self.rows.prepared.schema
        self.stages.progress.advance(0.0, "quality")
        quality = measure_quality(
            synthetic,
            training.modeled,
            test.frame,
            schema,
            depth="quick",
            max_rows=MAX_QUALITY_ROWS,
            settings=MeasurementSettings(seed=self.seed),
            generator_seed=self.seed,
            seed=self.seed,
        )
        self.stages.progress.advance(0.9, "distributions")
        points = measure_distributions({"real": training.modeled, "synthetic": synthetic}, schema)
        files = self.quality_files
        save_measurements(quality.measurements, files["measurements"], overwrite=True)
        save_curves([*points, *quality.curves], files["curves"], overwrite=True)
        return Done(list(files.values()), {}, f"{len(quality.measurements)} measures")

    @property
    def constrained_files(self) -> ConstrainedFiles:
        """Where the rows drawn under the constraints are, until one of their tables is chosen."""
        facts = self.stages.folder.record.stages.get(f"{CONSTRAINED}-{self.seed}")
        return ConstrainedFiles(self._work_folder / CONSTRAINED, {} if facts is None else facts.facts)

    @property
    def result_files(self) -> Mapping[str, Path]:
        """Where the results of the models are, until they are put together."""
        place = self._work_folder
        return {
            "measurements": place / "measurements.parquet",
            "curves": place / "curves.parquet",
            "predictions": place / "predictions.parquet",
            "models": place / "models",
        }

    @property
    def quality_files(self) -> Mapping[str, Path]:
        """Where the measures of the synthetic rows are, until they are put together."""
        place = self._work_folder
        return {"measurements": place / "quality.parquet", "curves": place / "distributions.parquet"}

    @property
    def _work_folder(self) -> Path:
        place = self.stages.folder.work(f"seed-{self.seed}")
        place.mkdir(parents=True, exist_ok=True)
        return place

    def _kept(self, name: str) -> Path:
        """Return a place that the finished run keeps, or, for a later seed, one that it does not."""
        return self.stages.folder.place(name) if self.is_first else self._work_folder / name

    @property
    def _suffix(self) -> str:
        n_seeds = self.rows.prepared.recipe.n_seeds
        return f" (seed {self.seed})" if n_seeds > 1 else ""


def _count_tables(added: Frame, mitigation: tuple[str, ...], baselines: tuple[str, ...]) -> int:
    """Return how many training tables there will be."""
    per_real = 2 if "reweighing" in mitigation else 1
    return per_real * (2 if len(added) else 1) + 1 + ("smote_nc" in baselines)
