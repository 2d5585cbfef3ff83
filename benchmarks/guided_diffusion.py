"""Guided diffusion: time on a small table, the whole search, and the smallest groups of Adult.

Two parts, each a Markdown table:

- `time`: one model and the search over 25 settings on the patient treatment table (1,792 training rows; the tables that
  may not be packaged are read from the folder that EQUITAB_BENCHMARK_DATA names);
- `groups`: Adult's smallest cells of sex, race and income pooled: rows drawn for them, told from real *test* rows by
  gradient boosting, copies of training rows and distances beside;
    EQUITAB_BENCHMARK_DATA=... python benchmarks/guided_diffusion.py --part time --part groups
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: idle threads must not spin

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from equitab.augmentation import fill_both
from equitab.dataframe import as_frame, read_table
from equitab.datasets import adult_schema, load_adult
from equitab.evaluation import (
    POOLED,
    Measurement,
    RealRows,
    fit_model,
    learner,
    measure_groups,
    plan_comparisons,
)
from equitab.generators import make_generator
from equitab.schema import TableSchema, favorable
from equitab.search import choose_generator

FOREST = {
    "name": "random_forest",
    "parameters": {"n_estimators": 300, "max_depth": 20, "min_samples_split": 20, "min_samples_leaf": 5},
}
GRID = {"learning_rate": [5e-4, 1e-3, 2e-3, 3e-3, 5e-3], "context_drop": [0.1, 0.2, 0.3, 0.5, 0.7]}
SMALL_CELL = 100
METRICS = {
    "held_out_detection_auroc": "told from test rows, AUROC (learned on all cells; on these alone)",
    "held_out_column_error": "error of columns",
    "held_out_coverage": "coverage of test rows",
    "group_copy_share": "copies of training rows",
    "group_dcr_ratio": "distance to training rows, over test rows'",
    "group_dcr_share": "nearer to training rows",
}


def _patients() -> tuple[pd.DataFrame, pd.DataFrame, TableSchema]:
    """Training and validation rows: women cut to a tenth, 1,792 and 200 rows as in the paper's notebook."""
    folder = Path(os.environ["EQUITAB_BENCHMARK_DATA"])
    table = read_table(folder / "patient_treatment" / "patient_treatment.parquet").to_pandas()
    random = np.random.default_rng(0)
    shuffled = table.iloc[random.permutation(len(table))]
    train = shuffled.iloc[: int(0.8 * len(shuffled))]
    women = train[train["SEX"] == "F"]
    kept = pd.concat([train[train["SEX"] == "M"], women.iloc[: round(0.1 * len(women))]])
    kept = kept.iloc[random.permutation(len(kept))].reset_index(drop=True)
    schema = TableSchema.infer(kept, target="SOURCE", favorable_outcome=("out",), sensitive_features=["SEX"])
    return kept.iloc[:1792], kept.iloc[1792:], schema


def _timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return result, time.perf_counter() - wall, time.process_time() - cpu


def measure_time(n_settings: int) -> list[str]:
    """Return the time of one model and of the whole search."""
    train, validation, schema = _patients()
    frame = as_frame(train)
    generator, wall, cpu = _timed(lambda: make_generator("guided_diffusion").fit(train, schema, seed=0))
    _, drawn, _ = _timed(lambda: generator.with_guidance(0.5).sample(1_792, seed=0))
    judged = RealRows.read(as_frame(validation), schema, comparisons=plan_comparisons(frame, schema))
    choice, whole, _ = _timed(
        lambda: choose_generator(
            frame,
            schema,
            grid=GRID,
            guidance=(0.0, 0.5),
            n_checkpoints=2,
            n_settings=n_settings,
            plan=fill_both,
            learner=FOREST,
            validation=judged,
            n_jobs=2,
            seed=0,
        )
    )
    chosen = choice.chosen
    return [
        "| what | seconds | asked |\n|---|---|---|",
        f"| one model of {len(train):,} rows | {wall:.0f} ({cpu:.0f} CPU) | 30 |",
        f"| as many rows drawn with guidance | {drawn:.1f} | |",
        f"| search of {n_settings} settings, {len(choice.candidates)} candidates | {whole:.0f} | 600 |",
        "",
        f"Chosen: {chosen.label}, validation AUROC {chosen.score:.3f} on {len(validation)} rows (no rows added: "
        f"{choice.baseline.score:.3f}); optimistic, as the winner of a search is.",
    ]


def measure_small_cells(preset: str, n_draws: int, guidance: list[float]) -> list[str]:
    """Return how rows drawn for Adult's smallest cells compare with real test rows."""
    table, schema = load_adult(), adult_schema()
    train = table[table["split"] == "train"].reset_index(drop=True)
    test = table[table["split"] == "test"].reset_index(drop=True)
    generator, wall, cpu = _timed(
        lambda: make_generator("guided_diffusion", preset=preset).fit(train, schema, seed=0)
    )
    small, wanted = _smallest(train, test)
    lines = [
        f"{small} training rows in cells of under {SMALL_CELL}; {len(wanted)} test rows; "
        f"learned in {wall:.0f} s ({cpu:.0f} CPU)",
        "",
        "| rows | " + " | ".join(METRICS.values()) + " |\n" + "|---" * (len(METRICS) + 1) + "|",
    ]
    for weight in guidance:
        given = pd.concat([wanted[["sex", "race", "income"]]] * n_draws).reset_index(drop=True)
        drawn = generator.with_guidance(weight).sample(given=given, seed=1)
        lines.append(_line(f"guidance {weight:g}", drawn, train, test, schema))
    real = train.merge(wanted[["sex", "race", "income"]].drop_duplicates())
    lines.append(_line("real training rows", real, train, test, schema))
    return [*lines, "", *_recall(generator, train, test, schema)]


def _recall(generator: Any, train: pd.DataFrame, test: pd.DataFrame, schema: TableSchema) -> list[str]:
    """Return what filling the small cells, and only them, does to gradient boosting, on real test rows."""
    columns = ["sex", "race", "income"]
    counts = train.groupby(columns).size()
    small = counts[counts < SMALL_CELL]
    groups = {(sex, race) for sex, race, _ in small.index}
    in_group = np.array([pair in groups for pair in zip(test["sex"], test["race"], strict=True)])
    lines = [
        f"{in_group.sum():,} test people belong to groups with such a cell.",
        "",
        "| small cells filled to | rows added | recall in these groups | accuracy in them | accuracy of everybody |\n"
        "|---|---|---|---|---|",
    ]
    for wanted in (0, 200, 500, 1_000):
        cells = [cell for cell, have in small.items() for _ in range(max(wanted - have, 0))]
        scores = [
            _judge(generator, train, test, schema, pd.DataFrame(cells, columns=columns), in_group, seed=seed)
            for seed in range(4 if cells else 2)
        ]
        recall, within, overall = np.mean(scores, axis=0)
        lines.append(
            f"| {wanted or 'as they are'} | {len(cells):,} | {recall:.3f} | {within:.3f} | {overall:.4f} |"
        )
    return lines


def _judge(
    generator: Any,
    train: pd.DataFrame,
    test: pd.DataFrame,
    schema: TableSchema,
    given: pd.DataFrame,
    in_group: np.ndarray,
    *,
    seed: int,
) -> tuple[float, float, float]:
    names = list(schema.modeled_columns)
    rows = train[names]
    if len(given):
        rows = pd.concat([rows, generator.sample(given=given, seed=seed)[names]])
    model = fit_model(as_frame(rows), learner("gradient_boosting"), schema=schema, seed=seed)
    is_right = model.predict(as_frame(test)) == favorable(as_frame(test), schema).astype(bool)
    truth = favorable(as_frame(test), schema).astype(bool)
    return is_right[in_group & truth].mean(), is_right[in_group].mean(), is_right.mean()


def _smallest(train: pd.DataFrame, test: pd.DataFrame) -> tuple[int, pd.DataFrame]:
    columns = ["sex", "race", "income"]
    counts = train.groupby(columns).size().rename("rows").reset_index()
    few = counts[counts["rows"] < SMALL_CELL]
    return int(few["rows"].sum()), test.merge(few[columns])


def _line(
    name: str, drawn: pd.DataFrame, train: pd.DataFrame, test: pd.DataFrame, schema: TableSchema
) -> str:
    measured = measure_groups(
        as_frame(drawn[list(schema.modeled_columns)]),
        training=as_frame(train),
        held_out=as_frame(test),
        schema=schema,
        seed=0,
    )
    pooled = {
        (held.metric, held.model): held
        for held in measured
        if held.group == POOLED and held.treatment == "synthetic"
    }
    return f"| {name} | " + " | ".join(_cell(pooled, metric) for metric in METRICS) + " |"


def _cell(pooled: dict[tuple[str, str | None], Measurement], metric: str) -> str:
    """Return the numbers of a metric, the detectors' one after the other."""
    found = [held for (name, _), held in pooled.items() if name == metric]
    return "; ".join(_number(held) for held in found)


def _number(held: Measurement) -> str:
    if held.value is None:
        return held.reason
    interval = "" if held.low is None else f" [{held.low:.3f}, {held.high:.3f}]"
    return f"{held.value:.3f}{interval}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", action="append", choices=["time", "groups"])
    parser.add_argument("--n-settings", type=int, default=25)
    parser.add_argument("--preset", default="fast")
    asked = parser.parse_args()
    for part in asked.part or ["time", "groups"]:
        found = (
            measure_time(asked.n_settings)
            if part == "time"
            else measure_small_cells(asked.preset, 4, [0.0, 0.25, 0.5])
        )
        print("\n".join(found), end="\n\n", flush=True)
