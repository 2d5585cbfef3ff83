"""What is to be done, one job after the other, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from benchmarks.generators.contenders import Contender
from benchmarks.generators.records import KEY, Records
from benchmarks.generators.tables import DividedTable

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Runner:
    """Runs jobs and writes down what came of them.

    Parameters
    ----------
    work : Path
        Where rows are kept between the steps.
    records : Records
    seed : int
    max_minutes : float
        For one job; what takes longer is stopped and recorded as such.
    peer_python : str
        The interpreter that runs peers; ours by default.
    depth : {"quick", "full"}
        Of the judging.
    max_rows : int or None
        Rows of each table that judges see at most.
    again : tuple of str
        Contenders that are run although there are results.
    """

    work: Path
    records: Records
    seed: int = 0
    max_minutes: float = 30.0
    peer_python: str = sys.executable
    depth: Literal["quick", "full"] = "quick"
    max_rows: int | None = None
    again: tuple[str, ...] = ()

    def make(
        self,
        contender: Contender,
        table: str,
        divided: DividedTable,
        *,
        part: str,
        n_training: int | None = None,
        n_drawn: int | None = None,
    ) -> None:
        """Fit a contender and let it draw; its rows are kept where they are judged later."""
        learned = {"half": "half", "scaling": "all"}.get(part, "training")
        n_learned = n_training or divided.sizes[learned]
        job = {
            **self._key("make", part, table, contender, n_learned, n_drawn or n_learned),
            "training": str(divided.path(learned)),
            "fresh": str(divided.path("fresh")),
            "schema": str(divided.schema_path),
            "generator": contender.generator,
            "settings": dict(contender.settings),
            "imports": list(contender.imports),
            "rows": str(self.rows(table, contender, part)) if part in ("whole", "half") else "",
        }
        python = self.peer_python if contender.family == "peer" else sys.executable
        self._run("making", job, python)

    def judge(self, contender: Contender, table: str, divided: DividedTable, *, part: str) -> None:
        """Judge the rows that a contender drew."""
        rows = self.rows(table, contender, part)
        if not rows.is_file():
            return
        n_learned = divided.sizes["half" if part == "half" else "training"]
        frames = {"half": "half", "other_half": "other_half"}
        if part == "whole":
            is_fresh = contender.name == "real_fresh"  # these are rows of the holdout: the others judge them
            frames = {"training": "training", "holdout": "judging" if is_fresh else "holdout"}
        job = {
            **self._key("judge", part, table, contender, n_learned, n_learned),
            "schema": str(divided.schema_path),
            "frames": {
                "synthetic": str(rows),
                **{name: str(divided.path(held)) for name, held in frames.items()},
            },
            "depth": self.depth,
            "max_rows": self.max_rows,
        }
        self._run("judging", job, sys.executable)

    def rows(self, table: str, contender: Contender, part: str) -> Path:
        """Return where the rows that a contender draws are kept."""
        return self.work / table / f"{contender.name}-{part}-{self.seed}.parquet"

    def _key(
        self, step: str, part: str, table: str, contender: Contender, n_training: int, n_drawn: int
    ) -> dict[str, Any]:
        values = (step, part, table, contender.name, n_training, n_drawn, self.seed)
        return dict(zip(KEY, values, strict=True))

    def _run(self, module: str, job: dict[str, Any], python: str) -> None:
        key = {name: job[name] for name in KEY}
        if self.records.has(job) and job["contender"] not in self.again:
            return
        title = f"{job['step']} {job['part']} {job['table']} {job['contender']} ({job['n_training']:,} rows)"
        print(f"{title} ...", end=" ", flush=True)
        started = time.perf_counter()
        outcome = self._outcome(module, job, python)
        print(f"{outcome['status']}, {time.perf_counter() - started:.0f} s", flush=True)
        if outcome["status"] in ("failed", "absent"):  # another day it may work: nothing is written down
            print(outcome["reason"], file=sys.stderr, flush=True)
            return
        self.records.append({**key, **{name: value for name, value in outcome.items() if name not in key}})

    def _outcome(self, module: str, job: Mapping[str, Any], python: str) -> dict[str, Any]:
        path = self.work / "job.json"
        done = path.with_suffix(".done.json")
        done.unlink(missing_ok=True)
        path.write_text(json.dumps(job), encoding="utf-8")
        command = [python, "-m", f"benchmarks.generators.{module}", str(path)]
        try:
            ended = subprocess.run(
                command,
                env=_environment(),
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=60 * self.max_minutes,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return {"status": "stopped", "reason": f"after {self.max_minutes:g} minutes"}
        if ended.returncode == 0 and done.is_file():
            return {"status": "ok", **json.loads(done.read_text(encoding="utf-8"))}
        return _failure(ended.returncode, ended.stderr)


def _failure(code: int, message: str) -> dict[str, Any]:
    """Say what a process ended with: something is missing, the table was refused, it was killed, or it failed."""
    lines = [line for line in message.strip().splitlines() if line.strip()] or ["no message"]
    ours = next((place for place, line in enumerate(lines) if line.startswith("equitab.errors.")), None)
    reason = " ".join(lines[ours:] if ours is not None else lines[-1:])[:500]
    if code < 0:
        return {"status": "stopped", "reason": f"the system ended it with signal {-code} (memory?)"}
    if any(text in reason for text in ("MissingExtraError", "ModuleNotFoundError", "a known generator")):
        return {"status": "absent", "reason": reason}
    return {"status": "failed" if ours is None else "refused", "reason": reason}


def _environment() -> dict[str, str]:
    """Return the environment of a job: idle threads do not spin, and this checkout is what is imported."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "OMP_WAIT_POLICY": "PASSIVE", "PYTHONPATH": path.rstrip(os.pathsep)}
