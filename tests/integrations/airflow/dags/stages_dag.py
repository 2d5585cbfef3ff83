"""The operators that the example has no need of, over what the example made."""

from __future__ import annotations

import os
from pathlib import Path

from airflow.sdk import dag, task

from equitab.integrations.airflow import (
    EquitabFitOperator,
    EquitabImputeOperator,
    EquitabMonitorOperator,
    EquitabPredictOperator,
    EquitabSampleOperator,
    EquitabVerifyOperator,
    promise,
)

MADE = Path(os.environ["EQUITAB_EXAMPLE_FOLDER"])
PLACE = "{{ ti.xcom_pull('find') }}"
SCHEMA = {"target": "income", "sensitive_features": ["sex"], "missing_tokens": ["?"]}


@task
def find() -> str:
    """Return the folder that the example made."""
    return str(next(MADE.iterdir()))


@task
def spoil(place: str) -> str:
    """Change one byte of a certificate."""
    certificate = Path(place, "spoiled.json")
    text = Path(place, "certificate.json").read_text()
    certificate.write_text(text.replace('"payload":"e', '"payload":"f', 1))
    return str(certificate)


@dag(schedule=None, catchup=False)
def stages() -> None:
    """One task of each kind."""
    found = find()
    fit = EquitabFitOperator(
        task_id="fit",
        table=f"{PLACE}/people.parquet",
        schema=SCHEMA,
        generator="independent_marginals",
        out=f"{PLACE}/generator",
    )
    sample = EquitabSampleOperator(
        task_id="sample",
        generator=f"{PLACE}/generator",
        rows="{{ 20 + 30 }}",
        given=["sex=Female"],
        out=f"{PLACE}/drawn.csv",
    )
    impute = EquitabImputeOperator(
        task_id="impute",
        table=f"{PLACE}/people.parquet",
        schema=SCHEMA,
        generator="independent_marginals",
        strategy="mode",
        columns=["workclass"],
        out=f"{PLACE}/filled.parquet",
    )
    predict = EquitabPredictOperator(
        task_id="predict",
        model=f"{PLACE}/result",
        table=f"{PLACE}/holdout.parquet",
        out=f"{PLACE}/predicted.parquet",
    )
    promise(predict, "better_than_guessing", schema=SCHEMA, prediction="equitab_prediction")
    watch = EquitabMonitorOperator(
        task_id="monitor",
        run=f"{PLACE}/result",
        table=f"{PLACE}/holdout.parquet",
        if_undetermined="go_on",
    )
    spoiled = spoil(PLACE)
    verify = EquitabVerifyOperator(task_id="verify_spoiled", certificate=f"{PLACE}/spoiled.json", retries=3)
    found >> [fit, impute, predict, spoiled]
    fit >> sample
    predict >> watch
    spoiled >> verify


stages()
