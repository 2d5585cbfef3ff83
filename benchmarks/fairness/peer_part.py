"""The peer: rows that mostlyai-engine drew with its fairness option, judged like ours."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.fairness.models_part import BOTH, Bench, Target, _of_frame
from benchmarks.generators.jobs import ROOT
from equitab.dataframe import read_table, write_table
from equitab.schema import write_schema

NAMES = {"sex": ("sex",), "sex × race": ("sex", "race")}


def measure_peer(bench: Bench, targets: Sequence[Target], *, python: str, work: Path) -> None:
    """Let the peer draw rows for a split, and judge models of them.

    Parameters
    ----------
    bench : Bench
    targets : sequence of Target
        Whose learners and views are used.
    python : str
        The peer's interpreter.
    work : path
        Where rows are kept.
    """
    folder = work / f"{bench.part.name}-{len(bench.part.training)}-{bench.split}"
    facts = _draw(bench, python, folder)
    if facts is None:
        bench.say("the peer is left out: its process failed (see above)")
        return
    for target in targets:
        about = " × ".join(target.features)
        for contender, place in (
            ("mostlyai-engine", _place(folder, about)),
            ("mostlyai-engine plain", _place(folder, "")),
        ):
            for model in BOTH if "race" not in target.features else target.learners:
                for view in target.views:
                    rows = read_table(place).select(list(bench.part.schema.modeled_columns))
                    bench.do(
                        contender,
                        about,
                        model,
                        view,
                        lambda r=rows, t=target, m=model, v=view: _with_facts(
                            _of_frame(bench, r, t, m, v), facts
                        ),
                    )


def _with_facts(
    result: tuple[Any, Any, dict[str, Any]], facts: dict[str, Any]
) -> tuple[Any, Any, dict[str, Any]]:
    return result[0], result[1], {**result[2], "peer": facts}


def _place(folder: Path, about: str) -> Path:
    return folder / f"rows-{about.replace(' × ', '-') or 'plain'}.parquet"


def _draw(bench: Bench, python: str, folder: Path) -> dict[str, Any] | None:
    """Return what the peer's process said; the rows that it drew before are used again."""
    done = folder / "job.done.json"
    if not done.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        job = {
            "schema": str(folder / "schema.yaml"),
            "training": str(folder / "training.parquet"),
            "n_drawn": bench.rows_drawn,
            "seed": bench.split,
            "rows": {
                str(_place(folder, "")): [],
                **{str(_place(folder, about)): list(features) for about, features in NAMES.items()},
            },
        }
        write_schema(bench.part.schema, folder / "schema.yaml", overwrite=True)
        write_table(bench.part.training, folder / "training.parquet", overwrite=True)
        (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
        bench.say(f"split {bench.split}: the peer fits and draws")
        path = os.pathsep.join([str(ROOT), str(ROOT / "src")])
        ended = subprocess.run(
            [python, "-m", "benchmarks.fairness.peer", str(folder / "job.json")],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": path, "OMP_WAIT_POLICY": "PASSIVE"},
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode or not done.is_file():
            bench.say(ended.stderr[-2000:])
            return None
    return dict(json.loads(done.read_text(encoding="utf-8")))
