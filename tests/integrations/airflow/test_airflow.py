"""A real Airflow runs the example, and DAGs whose promises are kept, broken, in doubt, or cannot be checked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from equitab.assurance import EvidenceStore
from integrations.airflow.airflow_site import AirflowSite, DagTest

pytestmark = [pytest.mark.server, pytest.mark.slow]

HEAVY = {
    "pandas",
    "numpy",
    "pyarrow",
    "scipy",
    "sklearn",
    "lightgbm",
    "torch",
    "fairlearn",
    "skops",
    "narwhals",
}


@pytest.fixture(scope="module")
def said(tests: dict[str, DagTest]) -> str:
    """The log of the DAG of promises; it fails, because promises are broken."""
    assert tests["promises"].code == 1, tests["promises"].text
    return tests["promises"].text


@pytest.fixture(scope="module")
def states(airflow: AirflowSite, said: str) -> dict[str, str]:
    assert said
    return airflow.states("promises")


def count_evidence(airflow: AirflowSite, task: str) -> dict[str, int]:
    """Return how many pieces of each kind the store holds about a task."""
    with EvidenceStore.open(airflow.evidence, read_only=True) as store:
        kinds = store.history(subject=f"promises.{task}")["kind"].to_list()
    return {kind: kinds.count(kind) for kind in sorted(set(kinds))}


def n_done(airflow: AirflowSite, mark: str) -> int:
    """Return how often a task did its work."""
    place = airflow.home / "marks" / mark
    return len(place.read_text().splitlines()) if place.exists() else 0


def test_the_example_goes_from_a_table_to_a_verified_certificate(
    airflow: AirflowSite, tests: dict[str, DagTest]
) -> None:
    """Every stage succeeds, the run's folder is there, and the last task trusts what the one before it signed."""
    assert tests["equitab_adult"].code == 0, tests["equitab_adult"].text
    assert set(airflow.states("equitab_adult").values()) == {"success"}
    (place,) = (airflow.home / "made").iterdir()
    assert (place / "result" / "report.html").is_file()
    told = airflow.returned("equitab_adult", "verify")
    assert told["is_valid"]
    assert told["verdict"] == "met"
    assert airflow.returned("equitab_adult", "certify")["digest"] == told["digest"]


def test_what_tasks_hand_on_is_small_and_holds_no_rows(
    airflow: AirflowSite, tests: dict[str, DagTest]
) -> None:
    """Places, digests, counts, verdicts: no answer of a stage is longer than a page."""
    assert tests["equitab_adult"].code == 0
    for task in ("audit", "run", "augment", "evaluate", "assure", "certify", "verify"):
        assert len(json.dumps(airflow.returned("equitab_adult", task))) < 4_000
    augmented = airflow.returned("equitab_adult", "augment")
    assert augmented["digest"].startswith("sha256:")
    assert augmented["rows"] == 600 + augmented["rows_added"]


def test_every_other_stage_is_a_task_too(airflow: AirflowSite, tests: dict[str, DagTest]) -> None:
    """Fit, sample, impute, predict and monitor do what their commands do; a spoiled certificate stops the DAG."""
    states = airflow.states("stages")
    assert {name for name, state in states.items() if state != "success"} == {"verify_spoiled"}
    assert "does not hold" in tests["stages"].text
    assert airflow.returned("stages", "sample")["rows"] == 50
    assert airflow.returned("stages", "impute")["cells_filled"] > 0
    assert airflow.returned("stages", "predict")["rows"] == 200
    watched = airflow.returned("stages", "monitor")
    assert "data" in watched["changes"]
    assert watched["digest"].startswith("sha256:")


def test_a_kept_promise_lets_the_next_task_start(airflow: AirflowSite, states: dict[str, str]) -> None:
    assert states["fair"] == states["after_fair"] == "success"
    assert count_evidence(airflow, "fair")["verdict"] >= 1


def test_a_broken_promise_stops_the_dag_without_a_retry(airflow: AirflowSite, states: dict[str, str]) -> None:
    """The task did its work once although it has retries, what follows never starts, and the evidence is kept."""
    assert states["unfair"] == "failed"
    assert states["after_unfair"] == "upstream_failed"
    assert n_done(airflow, "unfair") == 1
    assert n_done(airflow, "after_unfair") == 0
    with EvidenceStore.open(airflow.evidence, read_only=True) as store:
        kept = store.promises(subject="promises.unfair")
        assert store.verify_chain() == ()
    assert kept["verdict"].to_list() == ["violated"]
    assert kept["clause"].to_list() == ["four_fifths_rule"]


def test_the_log_says_why(said: str, states: dict[str, str]) -> None:
    assert states
    assert "Promise 'four_fifths_rule' about promises.unfair: violated" in said
    assert "is below 0.8" in said


def test_doubt_stops_unless_it_may_go_on(states: dict[str, str]) -> None:
    """Forty people do not decide a promise; what then happens is said where it is made."""
    assert states["doubt_stops"] == "failed"
    assert states["doubt_goes_on"] == "success"


def test_a_clause_that_only_warns_stops_nothing(airflow: AirflowSite, states: dict[str, str]) -> None:
    assert states["only_warned"] == "success"
    with EvidenceStore.open(airflow.evidence, read_only=True) as store:
        kept = store.promises(subject="promises.only_warned")
    verdicts = dict(zip(kept["clause"].to_list(), kept["verdict"].to_list(), strict=True))
    assert verdicts == {"strict": "violated", "mild": "met"}


def test_a_missing_contract_stops_a_task_before_its_work(
    airflow: AirflowSite, said: str, states: dict[str, str]
) -> None:
    assert states["no_contract"] == "failed"
    assert n_done(airflow, "no_contract") == 0
    assert "'nowhere/contract.yaml': expected a file, received none" in said


def test_a_task_fails_for_its_own_reason(airflow: AirflowSite, said: str, states: dict[str, str]) -> None:
    """A promise neither hides nor replaces a task's own failure, and leaves no evidence of what never was."""
    assert states["fails_itself"] == "failed"
    assert "ValueError: its own failure" in said
    assert count_evidence(airflow, "fails_itself") == {}


def test_a_task_that_returns_nothing_cannot_keep_a_promise(
    airflow: AirflowSite, said: str, states: dict[str, str]
) -> None:
    assert states["returns_nothing"] == "failed"
    assert n_done(airflow, "returns_nothing") == 1
    assert "what the task returned: expected a path" in said


def test_a_second_try_does_not_double_the_evidence(airflow: AirflowSite, states: dict[str, str]) -> None:
    """The first try fails after the check: both tries check, and the store keeps what they say once."""
    assert states["tried_again"] == "success"
    assert n_done(airflow, "tried_again") == 2
    assert count_evidence(airflow, "tried_again") == count_evidence(airflow, "fair")


def test_every_mapped_task_has_the_promise(states: dict[str, str]) -> None:
    assert states["mapped[0]"] == "success"
    assert states["mapped[1]"] == "failed"


def test_any_operator_can_carry_several_promises(said: str, states: dict[str, str]) -> None:
    """All are checked and all broken ones named; a template picks the output from what the task returned."""
    assert states["operator"] == "failed"
    for contract in ("four_fifths_rule", "demographic_parity"):
        assert f"Promise '{contract}' about promises.operator: violated" in said


def test_bad_input_is_not_retried(said: str, states: dict[str, str]) -> None:
    assert states["bad_input"] == "failed"
    assert "expected an existing file, received none of that name" in said


def test_a_dag_file_is_parsed_without_anything_heavy(airflow: AirflowSite) -> None:
    """The scheduler parses every file again and again: no learner, no dataframe, no database of ours."""
    code = """
import json, runpy, sys
before = set(sys.modules)
runpy.run_path("dags/02_airflow_dag.py")
dag = runpy.run_path("dags/promises_dag.py")["DAG"]
documents = {task.task_id: task.doc_md for task in dag.tasks}
print(json.dumps([sorted({name.split('.')[0] for name in sys.modules}), documents,
                  sorted(name for name in sys.modules if name.startswith("equitab."))]))
"""
    done = airflow.run("-c", code)
    assert done.returncode == 0, done.stderr
    loaded, documents, ours = json.loads(done.stdout.splitlines()[-1])
    assert HEAVY & set(loaded) == set()
    assert {name.split(".")[1] for name in ours} == {"errors", "integrations"}
    assert documents["fair"].startswith("Write people who are treated alike.")
    for task in ("fair", "unfair", "mapped", "operator"):
        assert "**Promise** `four_fifths_rule`" in documents[task]


def test_airflow_knows_the_provider_and_its_examples_hold(airflow: AirflowSite) -> None:
    """The entry point meets Airflow's own schema, names load, examples are right, and what is no task is refused."""
    code = """
import doctest, importlib, json, pkgutil
import equitab.integrations.airflow as provider
from airflow.providers_manager import ProvidersManager
assert all(getattr(provider, name) for name in provider.__all__)
found = [f"{provider.__name__}.{module.name}" for module in pkgutil.iter_modules(provider.__path__)]
failed = [name for name in found if doctest.testmod(importlib.import_module(name)).failed]
try:
    provider.promised("no_copies")(print)
except TypeError as error:
    refused = str(error)
print(json.dumps([sorted(ProvidersManager().providers), found, failed, refused]))
"""
    done = airflow.run("-c", code)
    assert done.returncode == 0, done.stderr
    providers, found, failed, refused = json.loads(done.stdout.splitlines()[-1])
    assert "put @promised above @task" in refused
    assert "equitab" in providers
    assert len(found) == len(package_files())
    assert failed == []


def package_files() -> list[Path]:
    import equitab

    folder = Path(equitab.__file__).parent / "integrations" / "airflow"
    return [place for place in folder.glob("*.py") if place.stem != "__init__"]
