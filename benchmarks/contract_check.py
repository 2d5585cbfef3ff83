"""Time the check of a contract of ten clauses over a million measurements.

    python benchmarks/contract_check.py [--rows 1000000] [--repeats 3]

Prints a markdown table: the best of the repeats, as the clock on the wall and as time of the processor, which other
programs on the machine disturb less. Each check begins with a fresh table, whose text columns have to be
read; the last line adds reading it from a Parquet file.
"""

from __future__ import annotations

import argparse
import math
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np

from equitab.assurance import Contract, ContractVerdict, check_contract, read_contract
from equitab.dataframe import Frame, frame_from_columns, read_table, write_table

METRICS = (
    "balanced_accuracy", "accuracy", "f1", "demographic_parity_ratio", "demographic_parity_difference",
    "equal_opportunity_gap", "equalized_odds_difference", "statistical_parity_difference", "disparate_impact",
    "false_positive_rate_difference", "true_positive_rate", "selection_rate", "theil_index", "auroc",
)  # fmt: skip
CHOSEN = {"model": "model 3", "treatment": "augmented", "operating_point": "0.5"}

MIXED = """
name: ten clauses
clauses:
  - four_fifths_rule
  - disparate_impact
  - demographic_parity
  - equal_opportunity
  - equal_misopportunity
  - equalized_odds
  - accuracy
  - utility_loss
  - {name: signed, metric: statistical_parity_difference, at_most: 0.1, absolute: true, where: {model: every}}
  - name: one of two
    any_of:
      - {metric: true_positive_rate, at_least: 0.6, where: {group: every}}
      - not: {metric: selection_rate, at_most: 0.9, where: {treatment: every, model: every}}
"""


def everything_matches() -> Contract:
    """Return ten clauses of which each is about every one of the measurements."""
    where = {"group": "every", "model": "every", "treatment": "every", "operating_point": "every"}
    clauses = [
        {"name": f"at least {n}", "metric": "accuracy", "at_least": 0.05 * n, "where": where}
        for n in range(1, 11)
    ]
    return read_contract({"name": "everything", "clauses": clauses})


def draw_measurements(n_rows: int, *, seed: int, metrics: tuple[str, ...] = METRICS) -> Frame:
    """Return a tidy table of random measurements: of models, tables, groups and two operating points."""
    rng = np.random.default_rng(seed)
    value = rng.random(n_rows)
    half = 0.02 * rng.random(n_rows)

    def texts(*possible: str) -> np.ndarray:
        return np.array(possible)[rng.integers(0, len(possible), n_rows)]

    return frame_from_columns(
        {
            "metric": texts(*metrics),
            "value": value,
            "low": value - half,
            "high": value + half,
            "confidence": np.full(n_rows, 0.95),
            "interval_method": texts("wilson", "percentile_bootstrap"),
            "n": rng.integers(30, 20_000, n_rows),
            "sensitive_features": texts("sex", "race", "sex × race"),
            "group": texts("", "(all others)", *(f"group {n}" for n in range(20))),
            "reference_group": texts("", "group 0"),
            "model": texts(*(f"model {n}" for n in range(8))),
            "treatment": texts("original", "augmented", "reweighed", "synthetic"),
            "stage": texts("test", "test", "validation", "fidelity"),
            "operating_point": texts("0.5", "validation_balanced_accuracy"),
            "generator_seed": np.full(n_rows, np.nan),
            "model_seed": np.full(n_rows, np.nan),
            "status": np.array(["ok", "undefined"])[(rng.random(n_rows) < 0.02).astype(int)],
            "reason": texts("", "left out, fewer than 30 rows each"),
        }
    )


def best_times(work: Callable[[], ContractVerdict], repeats: int) -> tuple[float, float, ContractVerdict]:
    wall, processor, found = math.inf, math.inf, None
    for _ in range(repeats):
        began, used = time.perf_counter(), time.process_time()
        found = work()
        wall = min(wall, time.perf_counter() - began)
        processor = min(processor, time.process_time() - used)
    assert found is not None, "at least one repeat"
    return wall, processor, found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    mixed, one_metric = (
        draw_measurements(asked.rows, seed=0),
        draw_measurements(asked.rows, seed=1, metrics=("accuracy",)),
    )
    ten = read_contract(MIXED)
    with tempfile.TemporaryDirectory() as folder:
        place = write_table(mixed, Path(folder) / "measurements.parquet")
        works: dict[str, Callable[[], ContractVerdict]] = {
            "ten clauses, 14 metrics": lambda: check_contract(ten, mixed, chosen=CHOSEN),
            "the same, nothing said to be chosen": lambda: check_contract(ten, mixed),
            "ten clauses, each about every measurement": lambda: check_contract(
                everything_matches(), one_metric
            ),
            "ten clauses, 14 metrics, from a Parquet file": lambda: check_contract(
                ten, read_table(place), chosen=CHOSEN
            ),
        }
        print(
            f"| {asked.rows:,} measurements | intervals compared | seconds | of the processor |\n|---|---|---|---|"
        )
        for name, work in works.items():
            wall, processor, found = best_times(work, asked.repeats)
            print(f"| {name} | {found.n_compared:,} | {wall:.2f} | {processor:.2f} |", flush=True)


if __name__ == "__main__":
    main()
