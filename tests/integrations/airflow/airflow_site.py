"""An installed Airflow, its home, and what its database says."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
ENVIRONMENT = Path(os.environ.get("EQUITAB_AIRFLOW", ROOT / ".venv-airflow"))


_CODE, _END = "== exit code ", " of dags test ==\n"
_TEST_DAGS = f"""
import json, os, sys
from airflow.cli.cli_parser import get_parser
os.dup2(1, 2)
migrate = get_parser().parse_args(["db", "migrate"])
migrate.func(migrate)
for name, settings in json.loads(sys.argv[1]).items():
    words = get_parser().parse_args(["dags", "test", name, "-c", json.dumps(settings)])
    try:
        words.func(words)
        code = 0
    except SystemExit as end:
        print(end.code)
        code = end.code if isinstance(end.code, int) else 1
    sys.stdout.flush()
    print({_CODE!r}, code, {_END!r}, sep="", end="", flush=True)
"""


@dataclass(frozen=True)
class DagTest:
    """What ``airflow dags test`` said."""

    code: int
    text: str


@dataclass(frozen=True)
class AirflowSite:
    """An installed Airflow and its home."""

    python: Path
    home: Path

    @property
    def evidence(self) -> Path:
        """The evidence store of the tasks."""
        return self.home / "equitab" / "evidence.sqlite"

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
        return {
            **kept,
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.home / "dags"),
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
            "EQUITAB_HOME": str(self.home / "equitab"),
            "EQUITAB_EXAMPLE_FOLDER": str(self.home / "made"),
        }

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run Python with these words."""
        return subprocess.run(
            [str(self.python), *words],
            env=self.environment(),
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
        )

    def test_dags(self, settings: Mapping[str, Mapping[str, Any]]) -> dict[str, DagTest]:
        """Make the database and run DAGs once, each as ``airflow dags test`` does.

        All in one process: Airflow, and what models need, take seconds to load.
        """
        done = self.run("-c", _TEST_DAGS, json.dumps(settings))
        parts = (done.stdout + done.stderr).split(_END)
        codes = [int(part.rpartition(_CODE)[2]) for part in parts[:-1]]
        assert len(codes) == len(settings), done.stdout + done.stderr
        texts = [part.rpartition(_CODE)[0] for part in parts[:-1]]
        return {name: DagTest(code, text) for name, code, text in zip(settings, codes, texts, strict=True)}

    def states(self, dag: str) -> dict[str, str]:
        """Return the states of the tasks of a DAG's last run; mapped ones as ``name[0]``."""
        query = """
            select task_id, map_index, state from task_instance
            where dag_id = ? and run_id = (select run_id from dag_run where dag_id = ? order by id desc limit 1)
        """
        with sqlite3.connect(self.home / "airflow.db") as connection:
            rows = connection.execute(query, (dag, dag)).fetchall()
        return {name if index < 0 else f"{name}[{index}]": state for name, index, state in rows}

    def returned(self, dag: str, task: str) -> Any:
        """Return what a task handed on in the last run of its DAG."""
        query = """
            select value from xcom where dag_id = ? and task_id = ? and key = 'return_value'
            order by timestamp desc limit 1
        """
        with sqlite3.connect(self.home / "airflow.db") as connection:
            (value,) = connection.execute(query, (dag, task)).fetchone()
        return json.loads(value)
