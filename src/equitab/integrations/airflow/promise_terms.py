"""A promise about what a task makes: which contract, checked on what, and when the DAG stops.

Nothing here needs Airflow: `equitab.integrations.airflow.promises` hangs a promise on a task.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from equitab.errors import Problem, RecipeError, closest

ContractSource = str | Path | Mapping[str, Any] | Sequence[str]
"""A template's name, several of them, the path of a contract's file, or its keys."""
InDoubt = Literal["stop", "go_on"]


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What a task's output must keep.

    Parameters
    ----------
    contract : str, path, sequence of str, or mapping
        A template's name, several of them, the path of a contract's file, or its keys.
    on : str, optional
        Where the output is: a run's folder, a table, predictions, or measurements. What the task returned when not
        given. A template of Airflow's may stand in it, also over ``returned``, what the task returned.
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

    Examples
    --------
    >>> Promise(contract="four_fifths_rule", if_undetermined="wait")
    Traceback (most recent call last):
    ...
    equitab.errors.RecipeError: promise, if_undetermined: expected 'stop' or 'go_on', received 'wait'. \
Next: possible: 'stop', 'go_on'.
    """

    contract: ContractSource
    on: str | None = None
    schema: Mapping[str, Any] | str | None = None
    target: str | None = None
    sensitive_features: Sequence[str] = ()
    favorable_outcome: str | Sequence[str] | None = None
    prediction: str | None = None
    if_undetermined: InDoubt = "stop"
    store: str | None = None
    subject: str | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        problems = [*self._wrong_choice(), *self._wrong_contract()]
        if problems:
            raise RecipeError(problems)

    @property
    def name(self) -> str:
        """The contract in a word or two."""
        if isinstance(self.contract, Mapping):
            return str(self.contract.get("name", "contract"))
        return str(self.contract) if isinstance(self.contract, str | Path) else ", ".join(self.contract)

    @property
    def words(self) -> str:
        """The promise as a sentence for the task's page."""
        where = "what this task returns" if self.on is None else f"`{self.on}`"
        doubt = " or cannot be told from the evidence" if self.if_undetermined == "stop" else ""
        end = f"the DAG stops here where it is broken{doubt}"
        return f"**Promise** `{self.name}` about {where}: checked after the task ran; {end}."

    def read(self) -> Any:
        """Return the contract; a cheap look before any work is done.

        Raises
        ------
        InputError
            If there is no such template or file, or the contract cannot be read.
        """
        from equitab.pipeline import as_contract

        return as_contract(self.contract)

    def schema_keys(self) -> Any:
        """Return the schema with what the promise itself says laid over it."""
        from equitab.pipeline import SchemaWords, read_schema_keys

        good = self.favorable_outcome
        words = SchemaWords(
            target=self.target,
            sensitive=list(self.sensitive_features) or None,
            favorable_outcome=[good] if isinstance(good, str) else good,
        )
        held = (
            read_schema_keys(self.schema) if isinstance(self.schema, str | Path) else dict(self.schema or {})
        )
        return words.over(held) or None

    def with_values(self, values: Mapping[str, Any]) -> Promise:
        """Return the promise with some of its values replaced."""
        return replace(self, **values)

    def _wrong_choice(self) -> list[Problem]:
        known = get_args(InDoubt)
        if self.if_undetermined in known:
            return []
        advice = closest(self.if_undetermined, known)
        return [Problem("promise, if_undetermined", "'stop' or 'go_on'", repr(self.if_undetermined), advice)]

    def _wrong_contract(self) -> list[Problem]:
        if isinstance(self.contract, str | Path | Mapping | Sequence) and self.contract:
            return []
        received = "nothing" if not self.contract else f"a value of type {type(self.contract).__name__}"
        advice = "contract='four_fifths_rule', or contract='contract.yaml'"
        return [Problem("promise, contract", "a template, a file, or a contract's keys", received, advice)]


def stops(verdict: str, if_undetermined: InDoubt) -> bool:
    """Return whether a verdict stops the DAG.

    Examples
    --------
    >>> stops("undetermined", "stop"), stops("undetermined", "go_on"), stops("not applicable", "stop")
    (True, False, False)
    """
    return verdict == "violated" or (verdict == "undetermined" and if_undetermined == "stop")
