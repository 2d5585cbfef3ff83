"""From plain data to clauses: what people write in a contract's file, checked key by key.

A clause may be written in three ways: the name of a template; a mapping with ``template`` and what is said
otherwise; a mapping with a requirement of its own (``metric``, ``all_of``, ``any_of`` or ``not``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from equitab.assurance.clause import APPLIES_WHEN, Clause, clause_place, clause_problems
from equitab.assurance.contract_rules import setting_problems, together_problems
from equitab.assurance.requirement import (
    AllOf,
    AnyOf,
    Condition,
    Not,
    Over,
    Requirement,
    conditions_of,
)
from equitab.assurance.templates import TEMPLATES
from equitab.errors import ContractError, Problem, closest

__all__ = ["contract_fields"]

_SETTINGS = ("version", "name", "description", "confidence", "correction", "in_doubt", "clauses")
_JOINTS = ("all_of", "any_of", "not")
_CONDITION = ("metric", "where", "against", "at_most", "at_least", "absolute", "needs_interval")
_OF_A_CLAUSE = ("name", "template", "property", "severity", "over", "applies_when")
_CHANGEABLE = ("where", "at_most", "at_least", "needs_interval")
_MAX_DEPTH = 20
_UNSAID = object()


def contract_fields(data: Mapping[str, Any], *, version: int) -> dict[str, Any]:
    """Return the fields of the `Contract` that plain data describes.

    Parameters
    ----------
    data : mapping
    version : int
        The version of contracts that this release reads.

    Raises
    ------
    ContractError
        Everything that is wrong with keys, kinds of values and single clauses, at once.
    """
    if not isinstance(data, Mapping):
        raise ContractError(
            Problem("contract", "keys and values", _kind(data), "see the guide's contract page")
        )
    reader = _Reader()
    reader.keys(data, _SETTINGS, "contract")
    reader.version(data.get("version", version), version)
    clauses = tuple(reader.clauses(data.get("clauses")))
    settings = {
        "name": reader.text(data, "name", "contract", default="contract"),
        "description": reader.text(data, "description", "contract", default=""),
        "confidence": reader.number(data, "confidence", "contract", default=0.95),
        "correction": reader.text(data, "correction", "contract", default="bonferroni"),
        "in_doubt": reader.text(data, "in_doubt", "contract", default="undetermined"),
    }
    together = [] if reader.problems and not clauses else together_problems(clauses)
    known = settings["name"], settings["confidence"], settings["correction"], settings["in_doubt"]
    problems = [*setting_problems(*known), *reader.problems, *together]
    if problems:
        raise ContractError(problems)
    return {**settings, "clauses": clauses}


class _Reader:
    """Reads values and remembers what is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def wrong(self, where: str, expected: str, received: str, advice: str = "") -> None:
        self.problems.append(Problem(where, expected, received, advice))

    def keys(self, data: Mapping[Any, Any], known: tuple[str, ...], where: str) -> None:
        """Remember the keys that do not exist."""
        for key in data:
            if key not in known:
                self.wrong(f"{where}, key {str(key)!r}", "a known key", "an unknown one", closest(key, known))

    def version(self, held: Any, known: int) -> None:
        if held != known or isinstance(held, bool):
            advice = "this release reads no other; leave the key out in a contract of your own"
            self.wrong("contract, key 'version'", str(known), str(held), advice)

    def text(self, data: Mapping[str, Any], key: str, where: str, *, default: str) -> str:
        value = data.get(key, default)
        if isinstance(value, str):
            return value
        self.wrong(f"{where}, key {key!r}", "a text", _kind(value), "put it in quotes")
        return default

    def number(self, data: Mapping[str, Any], key: str, where: str, *, default: Any) -> Any:
        value = data.get(key, default)
        if value is default or (isinstance(value, int | float) and not isinstance(value, bool)):
            return value
        advice = "write it without quotes, with a point" if isinstance(value, str) else "write 0.1, say"
        self.wrong(f"{where}, key {key!r}", "a number", _kind(value), advice)
        return default

    def truth(self, data: Mapping[str, Any], key: str, where: str, *, default: bool) -> bool:
        value = data.get(key, default)
        if isinstance(value, bool):
            return value
        self.wrong(f"{where}, key {key!r}", "true or false", _kind(value), "write true")
        return default

    def clauses(self, held: Any) -> list[Clause]:
        if not isinstance(held, list | tuple) or not held:
            received = "none" if held is None or held in ([], ()) else _kind(held)
            self.wrong(
                "contract, key 'clauses'",
                "a list of clauses",
                received,
                f"write - {next(iter(TEMPLATES))}, say",
            )
            return []
        found = []
        for number, entry in enumerate(held, start=1):
            n_before = len(self.problems)
            clause = self.clause(entry, number)
            if clause is not None and len(self.problems) == n_before:
                problems = clause_problems(clause, number)
                self.problems += problems
                found += [] if problems else [clause]
        return found

    def clause(self, entry: Any, number: int) -> Clause | None:
        if isinstance(entry, str):
            return self.from_template({"template": entry}, number)
        if not isinstance(entry, Mapping):
            advice = "write metric and at_most, or the name of a template"
            self.wrong(clause_place(number), "keys and values, or a template's name", _kind(entry), advice)
            return None
        name = entry.get("name") if isinstance(entry.get("name"), str) else ""
        self.keys(entry, (*_OF_A_CLAUSE, *_CONDITION, *_JOINTS), clause_place(number, name or ""))
        if "template" in entry:
            return self.from_template(entry, number)
        return self.of_its_own(entry, number)

    def of_its_own(self, entry: Mapping[str, Any], number: int) -> Clause | None:
        where = clause_place(number, str(entry.get("name", "")))
        requirement = self.requirement(entry, where)
        if requirement is None:
            return None
        name = self.text(
            entry, "name", where, default=next(conditions_of(requirement), _NOTHING).metric or where
        )
        return self.finished(Clause(name=name, requirement=requirement), entry, where)

    def from_template(self, entry: Mapping[str, Any], number: int) -> Clause | None:
        asked = entry["template"]
        where = clause_place(number, str(entry.get("name", "")))
        if not isinstance(asked, str) or asked not in TEMPLATES:
            advice = closest(asked, list(TEMPLATES))
            self.wrong(f"{where}, key 'template'", "a known template", repr(asked), advice)
            return None
        clause = TEMPLATES[asked].clause()
        name = self.text(entry, "name", where, default=asked)
        requirement = self.changed(clause.requirement, entry, where)
        return self.finished(replace(clause, name=name, requirement=requirement), entry, where)

    def changed(self, requirement: Requirement, entry: Mapping[str, Any], where: str) -> Requirement:
        """Return a template's requirement with what was said otherwise; its metrics stay what they are."""
        if any(key in entry for key in (*_JOINTS, "metric")):
            written = self.requirement(entry, where)
            if written is not None and _shape(written) != _shape(requirement):
                advice = "leave out the key template: this is a promise of your own"
                self.wrong(
                    where, f"what the template {entry['template']!r} promises", "another promise", advice
                )
            return requirement if written is None else written
        asked = {key for key in _CHANGEABLE if key in entry}
        fixed = [key for key in _CONDITION if key in entry and key not in _CHANGEABLE]
        for key in fixed:
            self.wrong(
                f"{where}, key {key!r}", "the template's own", "another", "write a clause without template"
            )
        if not asked:
            return requirement
        if not isinstance(requirement, Condition):
            advice = "write its conditions under all_of, without template"
            self.wrong(where, "the template as it is, for it has several conditions", "changes", advice)
            return requirement
        return replace(requirement, **self.condition_values(entry, where, asked, requirement))

    def condition_values(
        self, entry: Mapping[str, Any], where: str, asked: set[str], default: Condition
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key in asked & {"at_most", "at_least"}:
            found[key] = self.number(entry, key, where, default=getattr(default, key))
        for key in asked & {"absolute", "needs_interval"}:
            found[key] = self.truth(entry, key, where, default=getattr(default, key))
        if "where" in asked:
            found["where"] = {**default.where, **self.where(entry["where"], f"{where}, key 'where'")}
        if "against" in asked:
            found["against"] = self.against(entry["against"], f"{where}, key 'against'")
        return found

    def requirement(self, entry: Any, where: str, depth: int = 0) -> Requirement | None:
        if not isinstance(entry, Mapping):
            self.wrong(where, "a condition: keys and values", _kind(entry), "write metric and at_most")
            return None
        kinds = [key for key in ("metric", *_JOINTS) if key in entry]
        if len(kinds) != 1 or depth > _MAX_DEPTH:
            expected = "one of metric, all_of, any_of, not" if depth <= _MAX_DEPTH else "fewer levels"
            received = ", ".join(kinds) or "none of them"
            self.wrong(where, expected, received, "join several conditions with all_of or any_of")
            return None
        if depth:
            self.keys(entry, _CONDITION if kinds == ["metric"] else tuple(kinds), where)
        return (
            self.condition(entry, where) if kinds == ["metric"] else self.joint(entry, kinds[0], where, depth)
        )

    def joint(self, entry: Mapping[str, Any], kind: str, where: str, depth: int) -> Requirement | None:
        place = f"{where}, key {kind!r}"
        for key in _CONDITION:
            if key in entry:
                self.wrong(
                    f"{where}, key {key!r}", f"thresholds inside {kind}", "one beside it", "move it inside"
                )
        if kind == "not":
            part = self.requirement(entry["not"], place, depth + 1)
            return None if part is None else Not(part)
        held = entry[kind]
        if not isinstance(held, list | tuple):
            self.wrong(place, "a list of conditions", _kind(held), "begin each with a dash")
            return None
        parts = [self.requirement(part, f"{place}, {n}", depth + 1) for n, part in enumerate(held, start=1)]
        known = tuple(part for part in parts if part is not None)
        return (AllOf if kind == "all_of" else AnyOf)(known) if len(known) == len(parts) else None

    def condition(self, entry: Mapping[str, Any], where: str) -> Condition | None:
        metric = entry["metric"]
        if not isinstance(metric, str):
            self.wrong(
                f"{where}, key 'metric'", "the name of a metric", _kind(metric), "equitab audit shows some"
            )
            return None
        asked = {key for key in _CONDITION if key in entry} - {"metric"}
        empty = Condition(metric=metric)
        return replace(empty, **self.condition_values(entry, where, asked, empty))

    def where(self, held: Any, where: str) -> dict[str, tuple[str, ...]]:
        if not isinstance(held, Mapping) or not held:
            received = "none" if held in ({}, None) else _kind(held)
            self.wrong(
                where, "columns and values", received, "write {sensitive_features: sex}, or leave it out"
            )
            return {}
        found = {str(key): self.values(values, f"{where}, {str(key)!r}") for key, values in held.items()}
        if "sensitive_features" in found:  # no keyboard has the sign
            found["sensitive_features"] = tuple(
                one.replace(" x ", " × ") for one in found["sensitive_features"]
            )
        return found

    def values(self, held: Any, where: str) -> tuple[str, ...]:
        listed = list(held) if isinstance(held, list | tuple) else [held]
        if all(isinstance(value, str) for value in listed):
            return tuple(listed)
        if all(isinstance(value, int | float) and not isinstance(value, bool) for value in listed):
            return tuple(f"{value:g}" for value in listed)
        self.wrong(
            where, "a text or a list of texts", _kind(next(v for v in listed if not isinstance(v, str)))
        )
        return ("",)

    def against(self, held: Any, where: str) -> dict[str, str]:
        if not isinstance(held, Mapping) or not held:
            received = "none" if held in ({}, None) else _kind(held)
            self.wrong(where, "columns and values", received, "write {treatment: original}, say")
            return {}
        found = {str(key): self.values(value, f"{where}, {str(key)!r}") for key, value in held.items()}
        for key, values in found.items():
            if len(values) != 1:
                self.wrong(f"{where}, {key!r}", "one value", f"{len(values)}", "compare with one measurement")
        return {key: values[0] for key, values in found.items() if values}

    def finished(self, clause: Clause, entry: Mapping[str, Any], where: str) -> Clause:
        """Return a clause with what else was said about it."""
        changes: dict[str, Any] = {
            key: self.text(entry, key, where, default=getattr(clause, key))
            for key in ("property", "severity")
        }
        if "over" in entry:
            changes["over"] = self.over(entry["over"], f"{where}, key 'over'")
        if "applies_when" in entry:
            changes["applies_when"] = self.applies_when(entry["applies_when"], f"{where}, key 'applies_when'")
        return replace(clause, **changes)

    def over(self, held: Any, where: str) -> Over | None:
        if not isinstance(held, Mapping):
            self.wrong(where, "keys and values", _kind(held), "write {window: share, share: 0.9, runs: 10}")
            return None
        self.keys(held, ("window", "runs", "share"), where)
        window = self.text(held, "window", where, default="last")
        runs = held.get("runs", 1)
        if not isinstance(runs, int) or isinstance(runs, bool):
            self.wrong(f"{where}, 'runs'", "a whole number", _kind(runs), "write 10, say")
            runs = 1
        share = float(self.number(held, "share", where, default=1.0))
        if window in ("all", "share") and "runs" not in held:
            self.wrong(f"{where}, 'runs'", "how many times", "nothing", "write runs: 10, say")
        return Over(window=window, runs=runs, share=share)  # type: ignore[arg-type]

    def applies_when(self, held: Any, where: str) -> tuple[str, ...]:
        listed = held if isinstance(held, list | tuple) else [held]
        for value in listed:
            if not isinstance(value, str):
                self.wrong(where, "words", _kind(value), closest("", list(APPLIES_WHEN)))
        return tuple(value for value in listed if isinstance(value, str))


_NOTHING = Condition(metric="")


def _shape(requirement: Requirement) -> Any:
    """Return what a template fixes: the joints, the metrics, and what is compared with what."""
    if isinstance(requirement, Condition):
        return requirement.metric, dict(requirement.against), requirement.absolute
    if isinstance(requirement, Not):
        return "not", _shape(requirement.part)
    return type(requirement).__name__, [_shape(part) for part in requirement.parts]


def _kind(value: Any) -> str:
    """Return what a value is, in words."""
    if isinstance(value, Mapping):
        return "keys and values"
    if isinstance(value, str):
        return f"the text {value!r}" if len(value) <= 40 else "a long text"
    names = {type(None): "nothing", bool: "true or false", list: "a list", tuple: "a list"}
    return names.get(
        type(value), f"the number {value:g}" if isinstance(value, int | float) else "something else"
    )
