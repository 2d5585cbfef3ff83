"""An Airflow of its own environment, with a home in a temporary folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from integrations.airflow.airflow_site import ENVIRONMENT, ROOT, AirflowSite


@pytest.fixture(scope="session")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> AirflowSite:
    """A real Airflow with a fresh database; a test that asks for it is skipped where there is none."""
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        message = "no Airflow environment here: scripts/airflow_environment.sh builds one"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    site = AirflowSite(python, tmp_path_factory.mktemp("airflow"))
    dags = site.home / "dags"
    dags.mkdir()
    for place in (ROOT / "examples" / "02_airflow_dag.py", *(Path(__file__).parent / "dags").glob("*.py")):
        (dags / place.name).write_text(place.read_text())
    done = site.run("-m", "airflow", "db", "migrate")
    assert done.returncode == 0, done.stdout + done.stderr
    return site
