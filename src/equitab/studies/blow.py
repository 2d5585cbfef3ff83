"""The experiment of Blow et al., repeated: TabDDPM and reweighing on Adult, their tables beside ours.

Five models are trained on 26,048 real rows with 0, 20,000, 100,000 or 150,000 generated ones, before and
after reweighing for race or for sex, their threshold is chosen on 6,513 validation rows (as AIF360's
demonstrations do), and they are judged on 16,281 real test rows that neither generator nor model saw.

NOTE[DEPARTURE]: the paper's numbers come from AIF360's reduced form of Adult, which it does not say; the
study measures that form and the full table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from equitab.dataframe import Frame, as_frame, concatenate, take_rows
from equitab.datasets import adult_aif360_schema, adult_schema, aif360_form, load_adult
from equitab.errors import Problem, RecipeError
from equitab.evaluation import (
    ALL_OTHERS,
    TUNED,
    MeasurementSettings,
    ModelResult,
    ProtocolSettings,
    RealRows,
    Splits,
    TrainingTable,
    measure_distributions,
    plan_comparisons,
    split_rows,
    train_and_measure_all,
)
from equitab.evaluation.results import CurvePoint, Measurement
from equitab.generators import make_generator
from equitab.mitigation import resample_by_weight, reweighing_weights
from equitab.schema import TableSchema, favorable, group_codes, sensitive_groups
from equitab.studies.blow_paper import (
    PAPER_METRICS,
    PAPER_MODELS,
    PAPER_SIZES,
    PaperRow,
    doubts,
    is_fair,
    paper_rows,
)
from equitab.studies.comparison import ComparedNumber, compare_number

DataForm = Literal["AIF360's reduced form", "full table"]
REDUCED: DataForm = "AIF360's reduced form"
FULL: DataForm = "full table"
N_VALIDATION = 6513
SENSITIVE = ("race", "sex")
FIGURE_3 = ("sex", "race", "education", "workclass", "occupation")
FIGURES_4_AND_5 = {"logistic_regression": 150_000, "random_forest": 100_000}
TABLES = {"race": "II", "sex": "III"}
_WITHOUT_GROUPS = ("balanced_accuracy",)
_OF_EVERYBODY = ("balanced_accuracy", "theil_index")


@dataclass(frozen=True)
class BlowSettings:
    """How much of the experiment is repeated.

    Parameters
    ----------
    forms : tuple of str
        Forms of the data.
    sizes : tuple of int
        Numbers of generated rows.
    models : tuple of str
    generator : str
        By name; the paper's is ``tabddpm``.
    preset : str
        Of ``tabddpm``.
    n_replicates : int
        Bootstrap replicates of every interval.
    """

    forms: tuple[DataForm, ...] = (REDUCED, FULL)
    sizes: tuple[int, ...] = PAPER_SIZES
    models: tuple[str, ...] = PAPER_MODELS
    generator: str = "tabddpm"
    preset: str = "fast"
    n_replicates: int = 1000

    def __post_init__(self) -> None:
        others = [size for size in self.sizes if size not in PAPER_SIZES]
        if others:
            raise RecipeError(Problem("sizes", f"some of {PAPER_SIZES}, which the paper has", str(others)))


QUICK = BlowSettings(forms=(REDUCED,), sizes=(0, 20_000))
"""Both tables' first two blocks, on the form that the paper's numbers come from."""


@dataclass(frozen=True, eq=False)
class AdultRows:
    """Adult, split as the paper says (26,048 / 6,513 / 16,281; the paper's 28,048 is a misprint)."""

    table: Any
    frame: Frame
    splits: Splits

    @classmethod
    def read(cls, *, seed: int) -> AdultRows:
        """Read the packaged table and split it."""
        table = load_adult("pyarrow")
        frame = as_frame(table)
        return cls(table, frame, split_rows(frame, adult_schema(), n_validation=N_VALIDATION, seed=seed))

    def training_rows(self) -> Any:
        """Return the real training rows as an Arrow table."""
        return take_rows(self.frame, self.splits.train).to_native()


def fit_generator(rows: AdultRows, settings: BlowSettings, *, seed: int, progress: Any = None) -> Any:
    """Return the generator fitted to the real training rows."""
    options = {"preset": settings.preset, "progress": progress} if settings.generator == "tabddpm" else {}
    generator = make_generator(settings.generator, **options)
    return generator.fit(rows.training_rows(), adult_schema(), seed=seed)


def in_form(table: Any, form: DataForm) -> Frame:
    """Return rows of Adult, real or generated, in a form of the data."""
    return as_frame(aif360_form(table) if form == REDUCED else table)


def form_schema(form: DataForm) -> TableSchema:
    """Return what a form of Adult means."""
    return adult_aif360_schema() if form == REDUCED else adult_schema()


@dataclass(frozen=True, eq=False)
class FormData:
    """One form of the data, ready for the protocol."""

    form: DataForm
    schema: TableSchema
    train: Frame
    validation: RealRows
    test: RealRows
    synthetic: Frame
    positions: np.ndarray

    @classmethod
    def read(cls, rows: AdultRows, synthetic: Any, form: DataForm) -> FormData:
        """Bring real and generated rows into a form."""
        schema = form_schema(form)
        frame = in_form(rows.table, form)
        comparisons = plan_comparisons(frame, schema)
        splits = rows.splits

        def real(positions: np.ndarray) -> RealRows:
            return RealRows.read(
                take_rows(frame, positions), schema, comparisons=comparisons, positions=positions
            )

        modeled = list(schema.modeled_columns)
        train = take_rows(frame, splits.train).select(modeled)
        generated = in_form(synthetic, form).select(modeled)
        return cls(form, schema, train, real(splits.validation), real(splits.test), generated, splits.train)

    def training_tables(self, n_synthetic: int) -> list[TrainingTable]:
        """Return the tables of one size: as they are, and reweighed for race and for sex."""
        added = self.synthetic.head(n_synthetic)
        frame = concatenate([self.train, added]) if n_synthetic else self.train
        positions = np.concatenate([self.positions, np.full(n_synthetic, -1)])
        tables = [TrainingTable(treatment_name(n_synthetic, None), frame, None, positions)]
        outcomes = favorable(frame, self.schema).astype(np.int64)
        for feature in SENSITIVE:
            weights = reweighing_weights(self._privileged(frame, feature), outcomes)
            tables.append(TrainingTable(treatment_name(n_synthetic, feature), frame, weights, positions))
        return tables

    def _privileged(self, frame: Frame, feature: str) -> np.ndarray:
        """Return two groups, the reference and all others, as the paper and AIF360 have them."""
        groups = sensitive_groups(frame, self.schema, (feature,))
        reference = groups.code((str(self.schema.sensitive_feature(feature).reference),))
        return (group_codes(frame, self.schema, groups) == reference).astype(np.int64)


def treatment_name(n_synthetic: int, reweighed_for: str | None) -> str:
    """Return what one training table is called.

    Examples
    --------
    >>> treatment_name(20_000, "sex")
    '20,000 rows added, reweighed for sex'
    >>> treatment_name(0, None)
    'no rows added, before reweighing'
    """
    rows = f"{n_synthetic:,} rows added" if n_synthetic else "no rows added"
    return f"{rows}, reweighed for {reweighed_for}" if reweighed_for else f"{rows}, before reweighing"


def measure_size(data: FormData, n_synthetic: int, settings: BlowSettings, *, seed: int) -> list[ModelResult]:
    """Train and judge every model on the three tables of one size."""
    protocol = ProtocolSettings(
        measurement=MeasurementSettings(n_replicates=settings.n_replicates, seed=seed),
        resampler=resample_by_weight,
    )
    return train_and_measure_all(
        data.training_tables(n_synthetic),
        settings.models,
        schema=data.schema,
        validation=data.validation,
        test=data.test,
        settings=protocol,
        seed=seed,
        generator_seed=seed,
    )


def compare_with_paper(measurements: list[Measurement], form: DataForm) -> Iterator[ComparedNumber]:
    """Set every number of tables II and III that was repeated beside ours."""
    index = {_key(held): held for held in measurements}
    for row in paper_rows():
        reweighed_for = row.sensitive_feature if row.reweighing == "after" else None
        treatment = treatment_name(row.n_synthetic, reweighed_for)
        for metric in PAPER_METRICS:
            held = index.get((row.model, treatment, metric, *_place(metric, row.sensitive_feature)))
            if held is not None:
                yield _beside(row, metric, held, form)


def _place(metric: str, feature: str) -> tuple[str, str]:
    """Return the sensitive feature and group under which a metric stands among measurements."""
    return (
        "" if metric in _WITHOUT_GROUPS else feature,
        "" if metric in _OF_EVERYBODY else ALL_OTHERS,
    )


def _key(held: Measurement) -> tuple[str, ...]:
    return (held.model, held.treatment, held.metric, held.sensitive_features, held.group)


def _beside(row: PaperRow, metric: str, held: Measurement, form: DataForm) -> ComparedNumber:
    number = compare_number(
        held,
        paper=row.value(metric),
        table=TABLES[row.sensitive_feature],
        data=form,
        sensitive_feature=row.sensitive_feature,
        condition=f"{row.n_synthetic:,} rows added, {row.reweighing} reweighing",
    )
    return replace(
        number,
        in_range_paper=_in_words(is_fair(metric, number.paper)),
        in_range="" if number.value is None else _in_words(is_fair(metric, number.value)),
        doubt="; ".join(doubts(row)),
    )


def _in_words(fair: bool | None) -> str:
    return "" if fair is None else "yes" if fair else "no"


def headline_measurements(results: list[ModelResult]) -> list[Measurement]:
    """Return what the tables need: test rows, at the threshold chosen on validation rows."""
    return [
        held
        for result in results
        for held in result.measurements
        if held.stage == "test" and held.operating_point == TUNED and held.group in ("", ALL_OTHERS)
    ]


def sweep_points(results: list[ModelResult]) -> list[CurvePoint]:
    """Return the threshold sweeps for race, before and after reweighing for race."""
    return [
        point
        for result in results
        if "reweighed for sex" not in result.treatment
        for point in result.curves
        if point.figure.split("/")[1] == "race" and not point.series.endswith("equalized_odds_difference")
    ]


def paper_sweeps(
    points: list[CurvePoint], form: str, n_synthetic: int, sizes: tuple[int, ...]
) -> list[CurvePoint]:
    """Return those of some sweeps that figures 4 and 5 show, named as the report names treatments.

    A size that was not repeated is stood in for by the largest that was.
    """
    after, before = ("augmented_reweighed", "augmented") if n_synthetic else ("reweighed", "original")
    found = []
    for point in points:
        model = point.figure.split("/")[2]
        if n_synthetic == min(FIGURES_4_AND_5.get(model, -1), max(sizes)):
            treatment, metric = point.series.split("|")
            series = f"{after if 'reweighed for' in treatment else before}|{metric}"
            figure = f"threshold_sweep/race/{model}, {n_synthetic:,} rows added, {form}"
            found.append(replace(point, figure=figure, series=series))
    return found


def distribution_points(rows: AdultRows, synthetic: Frame, sizes: tuple[int, ...]) -> list[CurvePoint]:
    """Return the shares of figure 3: five attributes, real and generated, for every size."""
    schema = adult_schema()
    real = take_rows(rows.frame, rows.splits.train)
    return [
        replace(point, figure=f"{point.figure}, {size:,} rows")
        for size in sizes
        if size
        for point in measure_distributions({"real": real, "synthetic": synthetic.head(size)}, schema)
        if point.figure.removeprefix("distribution/") in FIGURE_3
    ]
