"""Checking promises while a task runs: read before the work, kept or broken after it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from airflow.sdk.exceptions import AirflowFailException

from equitab.integrations.airflow.operator_base import without_retry
from equitab.integrations.airflow.promise_check import PromiseOutcome, check_promise
from equitab.integrations.airflow.promise_terms import Promise

XCOM_KEY = "equitab_promises"
"""Under which the verdicts are pushed, also those of a task that a promise stopped."""
_RENDERED = ("contract", "on", "schema", "store", "subject", "prediction")
_LOG = logging.getLogger("airflow.task")


def read_promises(promises: Sequence[Promise], context: Mapping[str, Any]) -> None:
    """Read the contract of every promise before any work is done.

    Raises
    ------
    AirflowFailException
        If a contract is not there or cannot be read; another try would not change that.
    """
    for held in promises:
        with without_retry():
            _rendered(held, context, names=("contract",)).read()


def keep_promises(
    promises: Sequence[Promise], context: Mapping[str, Any], returned: Any
) -> tuple[PromiseOutcome, ...]:
    """Check every promise, push the verdicts, and stop the task where one is broken.

    Raises
    ------
    AirflowFailException
        If a promise is broken, cannot be told from the evidence (unless it goes on then), or cannot be checked.
    """
    seen = {**context, "returned": returned}
    outcomes = tuple(_checked(held, seen, returned) for held in promises)
    context["ti"].xcom_push(key=XCOM_KEY, value=[outcome.to_dict() for outcome in outcomes])
    broken = [outcome for outcome in outcomes if outcome.is_broken]
    if broken:
        raise AirflowFailException("\n".join(outcome.text for outcome in broken))
    return outcomes


def task_name(context: Mapping[str, Any]) -> str:
    """Return the name of a task's place in one run of its DAG, the same at every try."""
    ti = context["ti"]
    place = f"airflow:{ti.dag_id}/{ti.run_id}/{ti.task_id}"
    return place if ti.map_index is None or ti.map_index < 0 else f"{place}/{ti.map_index}"


def _checked(held: Promise, context: Mapping[str, Any], returned: Any) -> PromiseOutcome:
    ti = context["ti"]
    with without_retry():
        asked = _rendered(held, context, names=_RENDERED)
        outcome = check_promise(
            asked,
            returned,
            run=task_name(context),
            subject=f"{ti.dag_id}.{ti.task_id}",
            now=context["dag_run"].start_date,
        )
    _LOG.log(logging.WARNING if outcome.is_doubtful else logging.INFO, "%s", outcome.text)
    return outcome


def _rendered(held: Promise, context: Mapping[str, Any], *, names: Sequence[str]) -> Promise:
    """Return a promise with Airflow's templates filled in."""
    task = context["task"]
    texts = {item.name: getattr(held, item.name) for item in fields(held) if item.name in names}
    return held.with_values(
        {name: task.render_template(value, context) for name, value in texts.items() if value is not None}
    )
