"""The stages that are repeated for every seed: learn, draw rows, constrain them, train models, measure the rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from equitab.augmentation.augment import ORIGIN_COLUMN, REAL
from equitab.dataframe import Frame, as_frame, concatenate, read_table, take_rows, write_table
from equitab.evaluation import (
    CurvePoint,
    Learner,
    Measurement,
    MeasurementSettings,
    TrainingTable,
    measure_distributions,
    measure_groups,
    measure_quality,
)
from equitab.pipeline.constraints.files import ConstrainedFiles
from equitab.pipeline.constraints.question import CONSTRAINED, THRESHOLD_CRITERION, leading_constraint
from equitab.pipeline.constraints.tables import Tuning, constrained_tables, count_rows
from equitab.pipeline.controls import CONTROLS, control_tables
from equitab.pipeline.fit import default_conditions, generator_remarks, new_generator
from equitab.pipeline.measurement_files import save_curves, save_measurements
from equitab.pipeline.mitigation_choice import DR_FAIRNESS
from equitab.pipeline.network_picture import has_network_picture, network_points
from equitab.pipeline.pictures import PanelFiles, draw_pictures
from equitab.pipeline.plan_choice import PlannedRows, check_plan
from equitab.pipeline.ratio_files import RatioFiles
from equitab.pipeline.ratios import check_ratios, learn_ratios
from equitab.pipeline.rounds_stage import add_rows_of_plan, carry_out_rounds, plan_of_run
from equitab.pipeline.run_rows import RunRows
from equitab.pipeline.search_stage import learn_by_search
from equitab.pipeline.stages import Done, Stages
from equitab.pipeline.storage import remove, write_folder
from equitab.pipeline.table_complexity import compare_complexity
from equitab.pipeline.training import Protocol, train_all
from equitab.pipeline.treatments import constrained_training, training_tables
from equitab.pipeline.unlearned_groups import unlearned_groups
from equitab.report import group_truth_warnings

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
        """Do everything of this seed that is not done yet; a plan that cannot be carried out is refused first."""
        training = self.rows.training
        check_plan(self.rows.prepared.recipe.plan, training.frame, training.schema)
        check_ratios(training, self.rows.validation, self.rows.prepared.recipe.ratios)
        generator = self.learn()
        carry_out_rounds(self.rows, self.stages, generator, seed=self.seed)
        synthetic, added = self.draw(generator)
        if self.rows.prepared.recipe.ratios:
            self.learn_ratios(synthetic, added)
        if self.rows.prepared.recipe.constraints:
            self.constrain(generator)
        self.train(synthetic, added)
        self.measure(synthetic, added)
        if self.has_pictures:
            self.picture(synthetic, added)

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

    def learn_ratios(self, synthetic: Frame, added: Frame) -> None:
        """Learn ratios of groups and of real against generated rows, for the weights of a treatment."""
        self.stages.carry_out(
            f"ratios-{self.seed}",
            f"learning ratios{self._suffix}",
            lambda: self._learn_ratios(synthetic, added),
            lambda: None,
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

    def measure(self, synthetic: Frame, added: Frame) -> None:
        """Measure fidelity and privacy of the synthetic rows, and of the added ones group by group."""
        title = f"measuring the synthetic rows{self._suffix}"
        self.stages.carry_out(
            f"quality-{self.seed}", title, lambda: self._measure(synthetic, added), lambda: None
        )

    def picture(self, synthetic: Frame, added: Frame) -> None:
        """Draw the training tables, and the drawn rows of groups beside real ones."""
        self.stages.carry_out(
            f"pictures-{self.seed}", "drawing pictures", lambda: self._picture(synthetic, added), lambda: None
        )

    def _learn(self) -> Done:
        recipe, schema = self.rows.prepared.recipe, self.rows.prepared.schema
        if recipe.generator.search is not None:
            return learn_by_search(self.rows, self.stages, self._kept("generator"), seed=self.seed)
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
        planned = add_rows_of_plan(self.rows, self.stages.folder.path, generator, seed=self.seed)
        self._kept("tables").mkdir(parents=True, exist_ok=True)
        places = [self._kept("tables/synthetic.parquet"), self._kept("tables/augmented.parquet")]
        if "unguided" in recipe.baselines:
            progress.advance(0.8, "as the plan asks, without guidance")
            places.append(self._draw_unguided(generator))
        write_table(synthetic, places[0], overwrite=True)
        augmented = training.with_final_weights(planned.augmented.frame, recipe.mitigation_names)
        write_table(augmented, places[1], overwrite=True)
        facts = {
            "drawn": len(synthetic),
            "added": planned.n_added,
            "plan": planned.words,
            "remarks": [*planned.remarks, *self._unlearned(planned), *self._unguided_remarks(generator)],
        }
        return Done(
            places, facts, f"{len(synthetic):,} as the table has them, {planned.n_added:,} as the plan asks"
        )

    def _unlearned(self, planned: PlannedRows) -> tuple[str, ...]:
        training, plan = self.rows.training, planned.augmented.plan
        return unlearned_groups(training.frame, self.rows.test.frame, training.schema, plan=plan)

    def _draw_unguided(self, generator: Any) -> Path:
        """Write the plan's rows as the same network draws them without guidance, and return where they are."""
        plain = generator.with_guidance(0.0)
        planned = add_rows_of_plan(self.rows, self.stages.folder.path, plain, seed=self.seed)
        write_table(planned.augmented.synthetic, self._unguided_place, overwrite=True)
        return self._unguided_place

    def _unguided_remarks(self, generator: Any) -> tuple[str, ...]:
        if "unguided" not in self.rows.prepared.recipe.baselines or generator.guidance != 0:
            return ()
        return (
            "unguided: the generator itself draws without guidance, so that both treatments have the same rows",
        )

    def _learn_ratios(self, synthetic: Frame, added: Frame) -> Done:
        recipe = self.rows.prepared.recipe
        assert recipe.ratios is not None, "asked for only where the recipe learns ratios"
        learned = learn_ratios(
            self.rows.training,
            (added, synthetic),
            self.rows.validation,
            recipe.ratios,
            use_sensitive_features=recipe.use_sensitive_features,
            seed=self.seed,
        )
        return self.ratio_files.write(learned)

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
        tables = chain(
            training_tables(
                training,
                added=added,
                synthetic=synthetic,
                mitigation=recipe.mitigation_names,
                baselines=recipe.baselines,
                seed=self.seed,
            ),
            control_tables(
                training,
                recipe.baselines,
                plan=plan_of_run(self.rows, self.stages.folder.path),
                unguided=read_table(self._unguided_place) if "unguided" in recipe.baselines else None,
                seed=self.seed,
            ),
        )
        if recipe.ratios:
            tables = chain(tables, [self.ratio_files.table(training)])
        watched = self._panel_files.watch(tables, training, seed=self.seed) if self.has_pictures else tables
        learners = self.rows.prepared.learners
        n_tables = _count_tables(added, recipe.mitigation_names, recipe.baselines) + bool(recipe.constraints)
        found = train_all(
            self._with_constrained((table, learners) for table in watched),
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
        kept = [*files.values(), *([self._panel_files.folder] if self.has_pictures else [])]
        return Done(kept, {"remarks": list(found.remarks)}, f"{len(found.results)} models")

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
            background=self.rows.training.modeled,
        )

    def _measure(self, synthetic: Frame, added: Frame) -> Done:
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
        self.stages.progress.advance(0.7, "added rows, group by group")
        groups = self._measure_groups(added)
        self.stages.progress.advance(0.85, "complexity")
        complexity = self._measure_complexity(synthetic, added)
        self.stages.progress.advance(0.95, "distributions")
        points = measure_distributions({"real": training.modeled, "synthetic": synthetic}, schema)
        files = self.quality_files
        measured = [*quality.measurements, *groups, *complexity]
        save_measurements(measured, files["measurements"], overwrite=True)
        save_curves([*points, *quality.curves], files["curves"], overwrite=True)
        facts = {"remarks": list(group_truth_warnings(groups))}
        return Done(list(files.values()), facts, f"{len(measured)} measures")

    def _measure_groups(self, added: Frame) -> tuple[Measurement, ...]:
        """Return what the added rows of every group are like, beside real rows of the same group."""
        return measure_groups(
            added,
            training=self.rows.training.modeled,
            held_out=self.rows.test.frame,
            schema=self.rows.prepared.schema,
            settings=MeasurementSettings(seed=self.seed),
            generator_seed=self.seed,
            seed=self.seed,
        )

    def _measure_complexity(self, synthetic: Frame, added: Frame) -> tuple[Measurement, ...]:
        """Return how hard the training table is to learn from, before and after, and the synthetic rows alone."""
        training = self.rows.training.modeled
        columns = list(training.columns)
        tables = {"original": training}
        if len(added):
            tables["augmented"] = concatenate([training, added.select(columns)])
        tables["synthetic"] = synthetic
        return compare_complexity(tables, self.rows.prepared.schema, generator_seed=self.seed, seed=self.seed)

    def _picture(self, synthetic: Frame, added: Frame) -> Done:
        found = draw_pictures(
            self._panel_files.read(),
            real=self.rows.training.modeled,
            added=added,
            synthetic=synthetic,
            schema=self.rows.prepared.schema,
            choice=self.rows.prepared.recipe.pictures,
            seed=self.seed,
        )
        points = [*found.points, *self._picture_network(added)]
        save_curves(points, self.pictures_file, overwrite=True)
        return Done([self.pictures_file], found.facts, f"{len(points)} points")

    def _picture_network(self, added: Frame) -> list[CurvePoint]:
        """Return the similarity network as a picture, where the run has one."""
        training, prepared = self.rows.training, self.rows.prepared
        if not has_network_picture(len(training.frame), prepared.recipe.generator.name):
            return []
        return network_points(training.modeled, added, prepared.schema, seed=self.seed)

    @property
    def has_pictures(self) -> bool:
        """Whether this seed's rows are drawn: those of the first, unless the recipe wants no pictures."""
        return self.is_first and self.rows.prepared.recipe.pictures != "none"

    @property
    def pictures_file(self) -> Path:
        """Where the points of the pictures are, until everything is put together."""
        return self._work_folder / "pictures.parquet"

    @property
    def _panel_files(self) -> PanelFiles:
        return PanelFiles(self._work_folder / "panels")

    @property
    def constrained_files(self) -> ConstrainedFiles:
        """Where the rows drawn under the constraints are, until one of their tables is chosen."""
        facts = self.stages.folder.record.stages.get(f"{CONSTRAINED}-{self.seed}")
        return ConstrainedFiles(self._work_folder / CONSTRAINED, {} if facts is None else facts.facts)

    @property
    def ratio_files(self) -> RatioFiles:
        """Where learned ratios are, until models learned with them."""
        return RatioFiles(
            self._work_folder / "ratios", self.stages.folder.record.stages.get(f"ratios-{self.seed}")
        )

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

    @property
    def _unguided_place(self) -> Path:
        """Where the plan's rows are that were drawn without guidance: training needs them, readers do not."""
        return self._work_folder / "unguided.parquet"

    def _kept(self, name: str) -> Path:
        """Return a place that the finished run keeps, or, for a later seed, one that it does not."""
        return self.stages.folder.place(name) if self.is_first else self._work_folder / name

    @property
    def _suffix(self) -> str:
        n_seeds = self.rows.prepared.recipe.n_seeds
        return f" (seed {self.seed})" if n_seeds > 1 else ""


def _count_tables(added: Frame, mitigation: tuple[str, ...], baselines: tuple[str, ...]) -> int:
    """Return how many training tables there will be."""
    n_augmented = (1 + ("reweighing" in mitigation)) if len(added) else 0
    n_original = 1 + ("reweighing" in (*mitigation, *baselines))
    n_controls = sum(name in baselines for name in ("smote_nc", *CONTROLS))
    return n_original + n_augmented + 1 + n_controls + (DR_FAIRNESS in mitigation)
