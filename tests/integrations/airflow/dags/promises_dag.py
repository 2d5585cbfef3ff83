"""Tasks with promises that are kept, broken, in doubt, or that cannot be checked."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from airflow.sdk import dag, task
from airflow.sdk.bases.operator import BaseOperator

from equitab.integrations.airflow import EquitabAuditOperator, promise, promised

HOME = Path(os.environ["AIRFLOW_HOME"])
RULE: dict[str, Any] = {
    "contract": "four_fifths_rule",
    "target": "hired",
    "favorable_outcome": "yes",
    "sensitive_features": ["sex"],
}
WARNING = {
    "name": "only a warning",
    "clauses": [
        {"name": "strict", "metric": "demographic_parity_ratio", "at_least": 0.99, "severity": "warn"},
        {"name": "mild", "metric": "demographic_parity_ratio", "at_least": 0.1},
    ],
}


def write_people(name: str, shares: dict[str, float], n_each: int = 1_000) -> str:
    """Write as many people of each sex, of whom these shares were hired."""
    place = HOME / "people" / f"{name}.csv"
    place.parent.mkdir(exist_ok=True)
    rows = [
        f"{sex},{'yes' if number < share * n_each else 'no'}"
        for sex, share in shares.items()
        for number in range(n_each)
    ]
    place.write_text("\n".join(["sex,hired", *rows, ""]))
    return str(place)


def mark(name: str) -> str:
    """Leave a mark that a task did its work; one line for each time."""
    place = HOME / "marks" / name
    place.parent.mkdir(exist_ok=True)
    with place.open("a") as file:
        file.write("done\n")
    return str(place)


class WriteUnfairPeople(BaseOperator):
    """An operator of somebody else, that returns what it made among other things."""

    def execute(self, context: Any) -> dict[str, Any]:  # noqa: ARG002
        """Write the table."""
        return {"made": {"people": write_people("operator", {"F": 0.2, "M": 0.8})}}


def fail_first(hook: Any) -> Any:
    """Return a hook that fails after the promise was checked, the first time."""

    def after(context: Any, result: Any) -> None:
        hook(context, result)
        if context["ti"].try_number == 1:
            raise RuntimeError("the machine went down after the check")

    return after


@dag(schedule=None, catchup=False)
def promises() -> None:
    """Branches that know nothing of each other."""

    @promised(**RULE)
    @task
    def fair() -> str:
        """Write people who are treated alike."""
        return write_people("fair", {"F": 0.5, "M": 0.5})

    @promised(**RULE)
    @task(retries=3)
    def unfair() -> str:
        mark("unfair")
        return write_people("unfair", {"F": 0.2, "M": 0.8})

    @task
    def after(name: str, place: str) -> str:
        Path(place).read_text()
        return mark(f"after_{name}")

    after.override(task_id="after_fair")("fair", fair())
    after.override(task_id="after_unfair")("unfair", unfair())

    @task
    def few(name: str) -> str:
        return write_people(name, {"F": 0.45, "M": 0.5}, n_each=20)

    promise(few.override(task_id="doubt_stops")("doubt_stops"), **RULE)
    promise(few.override(task_id="doubt_goes_on")("doubt_goes_on"), if_undetermined="go_on", **RULE)

    @promised(**{**RULE, "contract": "nowhere/contract.yaml"})
    @task(retries=3)
    def no_contract() -> str:
        return mark("no_contract")

    @promised(**RULE)
    @task
    def fails_itself() -> str:
        raise ValueError("its own failure")

    @promised(**RULE)
    @task
    def returns_nothing() -> None:
        mark("returns_nothing")

    @promised(**{**RULE, "contract": WARNING})
    @task
    def only_warned() -> str:
        return write_people("only_warned", {"F": 0.45, "M": 0.55})

    no_contract()
    fails_itself()
    returns_nothing()
    only_warned()

    @promised(**RULE)
    @task(retries=2, retry_delay=0)
    def tried_again() -> str:
        mark("tried_again")
        return write_people("tried_again", {"F": 0.5, "M": 0.5})

    again = tried_again().operator
    again._post_execute_hook = fail_first(again._post_execute_hook)

    @task
    def mapped(shares: list[float]) -> str:
        return write_people(f"mapped_{shares[0]}", dict(zip("FM", shares, strict=True)))

    promise(mapped.expand(shares=[[0.5, 0.5], [0.2, 0.8]]), **RULE)
    promise(
        promise(WriteUnfairPeople(task_id="operator"), on="{{ returned['made']['people'] }}", **RULE),
        on="{{ returned['made']['people'] }}",
        **{**RULE, "contract": "demographic_parity"},
    )
    EquitabAuditOperator(task_id="bad_input", table=str(HOME / "people" / "nobody.csv"), retries=3)


DAG = promises()
