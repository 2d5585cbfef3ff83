"""The whole flow as a DAG of Apache Airflow: ingest, audit, run, augment, evaluate, assure, certify, verify.

Each stage is a task. Two promises hang on tasks: the people who are ingested differ no more than is known, and the run
copies nobody. A task whose promise is broken fails, and nothing after it starts. Every verdict goes into the evidence
store, what was found is signed, and the last task checks that as a stranger would.

    airflow dags test equitab_adult

The packaged Adult table is used, a sample of it, with quick methods, so that all of it takes a minute: a small sample
leaves wide intervals, so the contract asks for little. The parameters `folder` and `rows` say where to write and how
many people to read; the variable EQUITAB_EXAMPLE_FOLDER changes the folder for scheduled runs.
"""

from __future__ import annotations

import os
from typing import Any

from airflow.sdk import dag, task

from equitab.integrations.airflow import (
    EquitabAssureOperator,
    EquitabAuditOperator,
    EquitabAugmentOperator,
    EquitabCertifyOperator,
    EquitabEvaluateOperator,
    EquitabRunOperator,
    EquitabVerifyOperator,
    promise,
)

PLACE = "{{ params.folder }}/{{ run_id }}"
PEOPLE, HOLDOUT, RESULT = f"{PLACE}/people.parquet", f"{PLACE}/holdout.parquet", f"{PLACE}/result"
SCHEMA = {
    "target": "income",
    "favorable_outcome": [">50K"],
    "sensitive_features": [{"name": "sex", "reference": "Male"}],
    "missing_tokens": ["?"],
}
KNOWN_GAP = {
    "name": "known gap",
    "clauses": [
        {"name": "the gap is the known one", "metric": "demographic_parity_difference", "at_most": 0.4}
    ],
}
CONTRACT = {
    "name": "adult",
    "clauses": [
        {"template": "better_than_guessing"},
        {"template": "no_copies", "at_most": 0.02},
        {"template": "demographic_parity", "severity": "warn"},
    ],
}
RECIPE = {
    "table": PEOPLE,
    "schema": SCHEMA,
    "generator": "independent_marginals",
    "plan": "fill_groups",
    "models": ["gaussian_naive_bayes"],
    "baselines": [],
    "pictures": "none",
    "contract": CONTRACT,
}


@task
def ingest(params: dict[str, Any], run_id: str) -> dict[str, Any]:
    """Write the people to learn from, and people that nobody learns from; say where they are."""
    from pathlib import Path

    from equitab import load_adult, write_table

    folder = Path(params["folder"], run_id)
    folder.mkdir(parents=True, exist_ok=True)
    people = load_adult().drop(columns="split").sample(int(params["rows"]), random_state=0)
    n_learned = int(0.75 * len(people))
    write_table(people.iloc[:n_learned], folder / "people.parquet", overwrite=True)
    write_table(people.iloc[n_learned:], folder / "holdout.parquet", overwrite=True)
    return {"table": str(folder / "people.parquet"), "holdout": str(folder / "holdout.parquet")}


@dag(
    schedule=None,
    catchup=False,
    params={"folder": os.environ.get("EQUITAB_EXAMPLE_FOLDER", "equitab-airflow"), "rows": 1_200},
    tags=["equitab"],
    doc_md=__doc__,
)
def equitab_adult() -> None:
    """Make the tasks and say what follows what."""
    people = promise(ingest(), KNOWN_GAP, schema=SCHEMA)
    audit = EquitabAuditOperator(task_id="audit", table=PEOPLE, schema=SCHEMA, out=f"{PLACE}/audit.html")
    run = promise(EquitabRunOperator(task_id="run", recipe=RECIPE, out=RESULT), "no_copies")
    augment = EquitabAugmentOperator(
        task_id="augment",
        table=PEOPLE,
        schema=SCHEMA,
        generator=f"{RESULT}/generator",
        plan="fill_groups",
        out=f"{PLACE}/augmented.parquet",
    )
    evaluate = EquitabEvaluateOperator(
        task_id="evaluate",
        table=PEOPLE,
        synthetic=f"{RESULT}/tables/synthetic.parquet",
        schema=SCHEMA,
        holdout=HOLDOUT,
        models=["gaussian_naive_bayes"],
        out=f"{PLACE}/evaluation.html",
    )
    assure = EquitabAssureOperator(task_id="assure", contract=CONTRACT, on=RESULT)
    certify = EquitabCertifyOperator(task_id="certify", run=RESULT, out=f"{PLACE}/certificate.json")
    verify = EquitabVerifyOperator(
        task_id="verify", certificate=f"{PLACE}/certificate.json", run=RESULT, table=PEOPLE
    )
    people >> audit >> run >> [augment, evaluate] >> assure >> certify >> verify


equitab_adult()
