"""An Airflow of its own environment, with a home in a temporary folder."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict
from pathlib import Path

import pytest

from integrations.airflow.airflow_site import ENVIRONMENT, ROOT, AirflowSite, DagTest


@pytest.fixture(scope="session")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> AirflowSite:
    """A real Airflow with an empty home; a test that asks for it is skipped where there is none."""
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        message = "no Airflow environment here: scripts/airflow_environment.sh builds one"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    site = AirflowSite(python, shared_folder(tmp_path_factory) / "airflow")
    dags = site.home / "dags"
    dags.mkdir(parents=True, exist_ok=True)
    for place in (ROOT / "examples" / "02_airflow_dag.py", *(Path(__file__).parent / "dags").glob("*.py")):
        (dags / place.name).write_text(place.read_text())
    return site


@pytest.fixture(scope="session")
def tests(airflow: AirflowSite) -> dict[str, DagTest]:
    """One run of the example and of the DAGs of these tests, whichever worker asks first."""
    place = airflow.home / "tests.json"
    with (airflow.home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            found = airflow.test_dags({"equitab_adult": {"rows": 800}, "promises": {}, "stages": {}})
            place.write_text(json.dumps({name: asdict(test) for name, test in found.items()}))
    return {name: DagTest(**held) for name, held in json.loads(place.read_text()).items()}


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all workers of one session of tests share."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
