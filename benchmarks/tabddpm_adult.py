"""TabDDPM on Adult: time, memory, resemblance, usefulness and privacy, beside real rows and a peer.

Fits on the 32,561 training rows (all 15 columns), draws as many, and judges them as every synthetic table is
judged: column and pair quality and the classifier test against the training rows, gradient boosting trained on
them and tried on the 16,281 real test rows, and the share of rows nearer to training than to test rows.

    python benchmarks/tabddpm_adult.py --preset fast --preset quality
    python benchmarks/tabddpm_adult.py --real-rows --peer

`--peer` also runs TabularARGN where the package mostlyai-engine is installed. Prints a Markdown table.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: idle threads must not spin

import argparse
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd

from equitab.dataframe import as_frame
from equitab.datasets import adult_schema, load_adult
from equitab.evaluation import DesignMatrix, measure_fidelity, measure_privacy
from equitab.schema import TableSchema, favorable

HEADER = (
    "| set | fit, wall s (CPU s) | sample, wall s (CPU s) | peak memory, GB | column and pair quality | C2ST AUC "
    "| TSTR AUROC | nearer to training |\n|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Clock:
    """Wall and CPU seconds of a piece of work."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:.0f} ({self.cpu:.0f})"


@dataclass(frozen=True)
class Run:
    """A synthetic table and what it took to make it."""

    name: str
    rows: pd.DataFrame
    fit: Clock | None = None
    sample: Clock | None = None


def timed(work: Callable[[], Any]) -> tuple[Any, Clock]:
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return result, Clock(time.perf_counter() - wall, time.process_time() - cpu)


def run_tabddpm(preset: str, train: pd.DataFrame, schema: TableSchema, seed: int) -> Run:
    from equitab.generators.diffusion import TabDDPM

    generator, fit = timed(lambda: TabDDPM(preset).fit(train, schema, seed=seed))  # type: ignore[arg-type]
    rows, sample = timed(lambda: generator.sample(len(train), seed=seed + 1))
    print(
        f"{preset}: {generator.record_['n_steps']} steps, {generator.record_['stopped_because']}", flush=True
    )
    return Run(f"`{preset}`", rows, fit, sample)


def run_peer(train: pd.DataFrame, seed: int) -> Run:
    from mostlyai.engine import TabularARGN

    plain = train.astype(dict.fromkeys(train.select_dtypes("str").columns, object))
    peer, fit = timed(lambda: TabularARGN(random_state=seed, verbose=0).fit(plain))
    rows, sample = timed(lambda: peer.sample(n_samples=len(train)))
    return Run("TabularARGN", rows[list(train.columns)].astype(train.dtypes.to_dict()), fit, sample)


def tstr_auroc(rows: pd.DataFrame, test: pd.DataFrame, schema: TableSchema, seed: int) -> float:
    """AUROC on real test rows of gradient boosting trained on synthetic rows."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score

    learned, judged = as_frame(rows), as_frame(test)
    design = DesignMatrix.fit(learned, schema, form="ordinal")
    model = HistGradientBoostingClassifier(
        categorical_features=list(design.categorical_positions), random_state=seed
    )
    model.fit(design.transform(learned), favorable(learned, schema))
    scores = model.predict_proba(design.transform(judged))[:, 1]
    return float(roc_auc_score(favorable(judged, schema), scores))


def judge(run: Run, train: pd.DataFrame, test: pd.DataFrame, schema: TableSchema, seed: int) -> str:
    synthetic, training, holdout = as_frame(run.rows), as_frame(train), as_frame(test)
    found = measure_fidelity(synthetic, training, schema, seed=seed)
    found += measure_privacy(synthetic, training, holdout, schema, seed=seed)
    value = {row.metric: row.value for row in found}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    parts = (
        run.name,
        run.fit or "",
        run.sample or "",
        f"{peak:.1f}" if run.fit else "",
        f"{value['column_and_pair_quality']:.4f}",
        f"{value['c2st_auroc']:.3f}",
        f"{tstr_auroc(run.rows, test, schema, seed):.4f}",
        f"{value['dcr_share']:.3f}",
    )
    return "| " + " | ".join(str(part) for part in parts) + " |"


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--preset", action="append", default=[], help="fast, quality or paper; repeatable")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--real-rows", action="store_true", help="judge resampled real rows too")
    parser.add_argument("--peer", action="store_true", help="run TabularARGN too, where it is installed")
    return parser.parse_args()


def main() -> None:
    arguments = read_arguments()
    schema, adult = adult_schema(), load_adult()
    train, test = (adult[adult["split"] == part].reset_index(drop=True) for part in ("train", "test"))
    train, test = train[list(schema.modeled_columns)], test[list(schema.modeled_columns)]
    lines = []
    for preset in arguments.preset or ([] if arguments.real_rows or arguments.peer else ["fast"]):
        run = run_tabddpm(preset, train, schema, arguments.seed)
        lines.append(judge(run, train, test, schema, arguments.seed))
    if arguments.real_rows:
        chosen = np.random.default_rng(arguments.seed).integers(0, len(train), len(train))
        run = Run("real training rows, resampled", train.iloc[chosen].reset_index(drop=True))
        lines.append(judge(run, train, test, schema, arguments.seed))
    if arguments.peer:
        if find_spec("mostlyai") is None:
            print("TabularARGN was left out: the package mostlyai-engine is not installed")
        else:
            lines.append(judge(run_peer(train, arguments.seed), train, test, schema, arguments.seed))
    if lines:
        print("\n".join([HEADER, *lines]))


if __name__ == "__main__":
    main()
