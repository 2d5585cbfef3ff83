"""Rows of one contender judged, in a process of its own: ``python -m benchmarks.generators.judging JOB.json``.

The measurements are those of `equitab evaluate` (`measure_quality`), the published half protocol, and gradient
boosting trained on the rows and tried on real ones.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from equitab.dataframe import Frame, read_table
from equitab.evaluation import DesignMatrix, Measurement, measure_half_protocol, measure_quality
from equitab.schema import TableSchema, favorable, read_schema


def judge(job: dict[str, Any]) -> dict[str, Any]:
    """Return the measurements that a job asks for."""
    schema = read_schema(job["schema"])
    frames = {name: read_table(path) for name, path in job["frames"].items()}
    started = time.perf_counter()
    found = judge_half(frames, schema, job) if job["part"] == "half" else judge_whole(frames, schema, job)
    return {"measurements": found, "judged_wall": time.perf_counter() - started}


def judge_whole(frames: dict[str, Frame], schema: TableSchema, job: dict[str, Any]) -> list[dict[str, Any]]:
    """Return resemblance, usefulness and privacy of rows made from all training rows."""
    quality = measure_quality(
        frames["synthetic"],
        frames["training"],
        frames["holdout"],
        schema,
        depth=job["depth"],
        max_rows=job["max_rows"],
        seed=job["seed"],
    )
    found = [_brief(row) for row in quality.measurements if _is_kept(row)]
    real = boosting_auroc(frames["training"], frames["holdout"], schema, job["seed"])
    made = boosting_auroc(frames["synthetic"], frames["holdout"], schema, job["seed"])
    return [
        *found,
        {"metric": "tstr_auroc", "treatment": "synthetic", "value": made},
        {"metric": "tstr_auroc", "treatment": "real", "value": real},
    ]


def judge_half(frames: dict[str, Frame], schema: TableSchema, job: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the published privacy protocol: learned from one half, compared with the other."""
    found = measure_half_protocol(
        frames["synthetic"],
        frames["half"],
        frames["other_half"],
        schema,
        max_rows=job["max_rows"],
        seed=job["seed"],
    )
    return [_brief(row) for row in found if _is_kept(row)]


def boosting_auroc(rows: Frame, judged: Frame, schema: TableSchema, seed: int) -> float | None:
    """Return the AUROC on real rows of gradient boosting trained on some rows; None without two outcomes."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score

    outcomes = favorable(rows, schema)
    if len(set(outcomes.tolist())) < 2:
        return None
    design = DesignMatrix.fit(rows, schema, form="ordinal")
    model = HistGradientBoostingClassifier(
        categorical_features=list(design.categorical_positions), random_state=seed
    )
    model.fit(design.transform(rows), outcomes)
    scores = model.predict_proba(design.transform(judged))[:, 1]
    return float(roc_auc_score(favorable(judged, schema), scores))


def _is_kept(row: Measurement) -> bool:
    """Say whether a row concerns everybody, or sums up all groups."""
    return not row.group or row.metric.endswith(("_worst_group", "_group_difference"))


def _brief(row: Measurement) -> dict[str, Any]:
    fields = ("metric", "treatment", "model", "value", "low", "high", "n", "sensitive_features", "group")
    held = {name: getattr(row, name) for name in fields}
    return {name: value for name, value in held.items() if value not in ("", None)}


def main() -> None:
    path = Path(sys.argv[1])
    found = judge(json.loads(path.read_text(encoding="utf-8")))
    path.with_suffix(".done.json").write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
