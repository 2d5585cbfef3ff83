"""Hanging promises on the tasks of a DAG: the contract is read before a task runs, its output checked after it ran.

A promise rides on Airflow's own hooks before and after execution, so it suits every operator, TaskFlow function and
mapped task, and a task that fails by itself fails as it would without a promise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from airflow.sdk import BaseOperator
from airflow.sdk.definitions.mappedoperator import MappedOperator

from equitab.integrations.airflow.kept_promises import keep_promises, read_promises
from equitab.integrations.airflow.promise_terms import ContractSource, InDoubt, Promise

Task = TypeVar("Task")
Hook = Callable[..., None]


def promise(
    task: Task,
    contract: ContractSource,
    *,
    on: str | None = None,
    schema: Mapping[str, Any] | str | None = None,
    target: str | None = None,
    sensitive_features: Sequence[str] = (),
    favorable_outcome: str | Sequence[str] | None = None,
    prediction: str | None = None,
    if_undetermined: InDoubt = "stop",
    store: str | None = None,
    subject: str | None = None,
    seed: int = 0,
) -> Task:
    """Attach a contract to a task: its output is checked after it ran, and the DAG stops where a promise is broken.

    Parameters
    ----------
    task : operator, TaskFlow function or its result, mapped task
        A task may carry several promises; all of them are checked.
    contract : str, path, sequence of str, or mapping
        A template's name, several of them, the path of a contract's file (``.yaml``, ``.json``), or its keys. It is
        read before the task does its work.
    on : str, optional
        Where the output is: a run's folder, a table, predictions, or measurements. What the task returned when not
        given: a path, or a mapping with one of ``folder``, ``file``, ``table``, ``path``. A template of Airflow's may
        stand in it, also over what the task returned: ``on="{{ returned['predictions'] }}"``.
    schema : mapping of its keys, or path, optional
    target, sensitive_features, favorable_outcome : optional
        The keys of a schema that are needed most, laid over `schema`.
    prediction : str, optional
        The column of predictions to judge in place of the labels.
    if_undetermined : {"stop", "go_on"}
        What happens where the evidence is not enough to tell.
    store : str, optional
        The evidence store: a path, a URL, or ``none``; the default store when not given.
    subject : str, optional
        What the evidence is about, over all runs of the DAG; when not given, what the run of a recipe says of
        itself, and ``<dag>.<task>`` for everything else.
    seed : int, default 0
        Of the bootstrap intervals.

    Returns
    -------
    task
        What was given; for a TaskFlow function that was not called yet, a new one that carries the promise.

    Raises
    ------
    RecipeError
        If the promise contradicts itself.
    TypeError
        If it is attached to something that is no task.

    Notes
    -----
    A broken promise fails the task without a retry, before anything is handed to the next one. Clauses of severity
    ``warn`` are only logged. The verdict is also pushed as the XCom ``equitab_promises``.
    """
    held = Promise(
        contract=contract,
        on=on,
        schema=schema,
        target=target,
        sensitive_features=tuple(sensitive_features),
        favorable_outcome=favorable_outcome,
        prediction=prediction,
        if_undetermined=if_undetermined,
        store=store,
        subject=subject,
        seed=seed,
    )
    return _with_promise(task, held)


def promised(contract: ContractSource, **words: Any) -> Callable[[Task], Task]:
    """Attach a contract to a TaskFlow function; stands above ``@task``, with the words of `promise`.

    Raises
    ------
    TypeError
        If it stands below ``@task``.
    """

    def decorate(task: Task) -> Task:
        return promise(task, contract, **words)

    return decorate


@dataclass(frozen=True)
class ReadBefore:
    """The hook before a task: a contract that nobody can read stops the task before its work, not after it."""

    promises: tuple[Promise, ...]
    earlier: Hook | None = None

    def __call__(self, context: Mapping[str, Any]) -> None:
        """Read every contract."""
        if self.earlier is not None:
            self.earlier(context)
        read_promises(self.promises, context)


@dataclass(frozen=True)
class CheckAfter:
    """The hook after a task: every promise is checked, then the first that is broken stops the DAG."""

    promises: tuple[Promise, ...]
    earlier: Hook | None = None

    def __call__(self, context: Mapping[str, Any], result: Any = None) -> None:
        """Check every promise."""
        if self.earlier is not None:
            self.earlier(context, result)
        keep_promises(self.promises, context, result)


def _with_promise(task: Any, held: Promise) -> Any:
    """Return a task that carries a promise, whatever kind of task it is."""
    operator = getattr(task, "operator", task)  # what a TaskFlow function returns stands for its operator
    if isinstance(operator, BaseOperator):
        operator._pre_execute_hook = _before(operator._pre_execute_hook, held)
        operator._post_execute_hook = _after(operator._post_execute_hook, held)
        operator.doc_md = _documented(operator.doc_md, held)
    elif isinstance(operator, MappedOperator):
        _put_into(operator.partial_kwargs, held)
    elif hasattr(task, "override") and isinstance(getattr(task, "kwargs", None), dict):
        settings = {"doc_md": task.kwargs.get("doc_md") or task.function.__doc__, **_hooks_of(task.kwargs)}
        _put_into(settings, held)
        return task.override(**settings)
    elif hasattr(task, "expand") and isinstance(getattr(task, "kwargs", None), dict):
        _put_into(task.kwargs, held)
    else:
        kind = type(task).__name__
        hint = "put @promised above @task" if callable(task) else "attach it to a task of a DAG"
        raise TypeError(
            f"promise: expected an operator or a task, received a value of type {kind}. Next: {hint}."
        )
    return task


def _hooks_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {key: settings[key] for key in ("pre_execute", "post_execute") if key in settings}


def _put_into(settings: MutableMapping[str, Any], held: Promise) -> None:
    """Put a promise into the arguments of an operator that is made later."""
    settings["pre_execute"] = _before(settings.get("pre_execute"), held)
    settings["post_execute"] = _after(settings.get("post_execute"), held)
    settings["doc_md"] = _documented(settings.get("doc_md"), held)


def _before(hook: Hook | None, held: Promise) -> ReadBefore:
    if isinstance(hook, ReadBefore):
        return ReadBefore((*hook.promises, held), hook.earlier)
    return ReadBefore((held,), hook)


def _after(hook: Hook | None, held: Promise) -> CheckAfter:
    if isinstance(hook, CheckAfter):
        return CheckAfter((*hook.promises, held), hook.earlier)
    return CheckAfter((held,), hook)


def _documented(text: str | None, held: Promise) -> str:
    """Return a task's page with the promise at its end."""
    return f"{text.rstrip()}\n\n{held.words}" if text else held.words
