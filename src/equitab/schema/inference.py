"""Look at a table and propose what it means; every guess becomes a sentence for the reader.

What the caller says is taken as said (and checked against the table); the rest is guessed from values and
names. Everything that is wrong with what was said is reported at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from equitab.dataframe import Frame, as_frame
from equitab.errors import Problem, SchemaError, closest
from equitab.schema.column_facts import NAMEABLE, ColumnFacts, facts_of
from equitab.schema.column_kinds import column_of, is_empty, kind_notes, kind_of, names_records
from equitab.schema.missing_tokens import missing_token_notes, propose_missing_tokens
from equitab.schema.outcome_guesses import favorable_problem, guess_favorable_outcome, guess_target
from equitab.schema.reading import sensitive_labels, value_name
from equitab.schema.sensitive_guesses import MAX_GROUPS, guess_bins, guess_reference, guess_sensitive_features
from equitab.schema.splits import guess_split
from equitab.schema.table_schema import (
    Column,
    ColumnKind,
    MissingSensitive,
    SensitiveFeature,
    TableSchema,
    Threshold,
    Value,
)
from equitab.schema.values import cast_to_column


@dataclass(frozen=True, kw_only=True)
class SaidAboutTable:
    """What the caller of `TableSchema.infer` said; its parameters are described there."""

    target: str | None
    favorable_outcome: tuple[Value, ...]
    favorable_threshold: Threshold | None
    sensitive_features: tuple[SensitiveFeature, ...] | None
    references: Mapping[str, Value]
    bins: Mapping[str, Sequence[float]]
    control_features: tuple[str, ...]
    weight: str | None
    identifier: str | None
    ignore: tuple[str, ...]
    split: str | None
    missing_tokens: tuple[str, ...] | None
    missing_sensitive: MissingSensitive
    kinds: Mapping[str, ColumnKind]

    @property
    def taken(self) -> set[str]:
        """Columns that were given a role in which they are neither target nor sensitive feature."""
        single = (self.weight, self.identifier, self.split)
        return {name for name in single if name} | set(self.ignore)

    def roles(self) -> list[tuple[str, str]]:
        """Every role and the column it was given to."""
        single = {
            "target": self.target,
            "weight": self.weight,
            "identifier": self.identifier,
            "split": self.split,
        }
        several = {
            "sensitive feature": [feature.name for feature in self.sensitive_features or ()],
            "reference of": list(self.references),
            "bins of": list(self.bins),
            "control feature": list(self.control_features),
            "ignored column": list(self.ignore),
            "kind of": list(self.kinds),
        }
        pairs = [(role, name) for role, name in single.items() if name is not None]
        return pairs + [(role, name) for role, names in several.items() for name in names]


def infer_schema(table: Any, *, said: SaidAboutTable) -> TableSchema:
    """Return the schema of a table; see `TableSchema.infer`."""
    frame = as_frame(table)
    _raise_if(_problems_with_names(frame, said))
    tokens = propose_missing_tokens(frame) if said.missing_tokens is None else said.missing_tokens
    facts = {name: facts_of(frame, name, missing_tokens=tokens) for name in frame.columns}
    notes = missing_token_notes(facts, was_given=said.missing_tokens is not None)
    said, more = _with_split(facts, said)
    target, note = _target(facts, said)
    said = replace(said, target=target)
    features, sensitive_notes = _features(facts, said)
    notes += [*more, *note, *sensitive_notes]
    kinds = _kinds(facts, said, {feature.name for feature in features})
    columns = tuple(column_of(facts[name], kinds[name]) for name in frame.columns)
    ignored, more = _ignored(facts, kinds, said, {feature.name for feature in features})
    notes += kind_notes(columns, facts, said=set(said.kinds)) + more
    outcome, more = _outcome(facts[target], said)
    notes += more
    schema = TableSchema(
        columns=columns,
        target=target,
        favorable_outcome=outcome,
        favorable_threshold=said.favorable_threshold,
        sensitive_features=tuple(replace(feature, reference=None) for feature in features),
        control_features=said.control_features,
        weight=said.weight,
        identifier=said.identifier,
        ignore=(*said.ignore, *ignored),
        split=said.split,
        missing_tokens=tokens,
        missing_sensitive=said.missing_sensitive,
    )
    return _with_groups(frame, schema, facts, features, notes)


def _raise_if(problems: Iterable[Problem]) -> None:
    found = list(problems)
    if found:
        raise SchemaError(found)


def _problems_with_names(frame: Frame, said: SaidAboutTable) -> list[Problem]:
    problems = [
        Problem(f"{role} {name!r}", "a column of the table", "no such column", closest(name, frame.columns))
        for role, name in said.roles()
        if name not in frame.columns
    ]
    problems += [
        Problem(f"kind of {name!r}", "a known kind", repr(kind), closest(kind, get_args(ColumnKind)))
        for name, kind in said.kinds.items()
        if kind not in get_args(ColumnKind)
    ]
    if said.sensitive_features is not None:
        declared = [feature.name for feature in said.sensitive_features]
        problems += [
            Problem(
                f"{role} {name!r}", "a sensitive feature", "a column that is none", f"add --sensitive {name}"
            )
            for role, names in (("reference of", said.references), ("bins of", said.bins))
            for name in names
            if name in frame.columns and name not in declared
        ]
    return problems


def _with_split(facts: dict[str, ColumnFacts], said: SaidAboutTable) -> tuple[SaidAboutTable, list[str]]:
    if said.split is not None:
        return said, []
    known = {name for _, name in said.roles()}
    found, note = guess_split({name: column for name, column in facts.items() if name not in known})
    return replace(said, split=found), [note] if note else []


def _target(facts: dict[str, ColumnFacts], said: SaidAboutTable) -> tuple[str, list[str]]:
    if said.target is not None:
        return said.target, []
    taken = said.taken | set(said.control_features)
    taken |= {feature.name for feature in said.sensitive_features or ()}
    found, note = guess_target(facts, taken=taken)
    if found is None:
        advice = f"name the column that models predict: --target COLUMN ({note})"
        raise SchemaError(Problem("target", "a column that is clearly the target", "none", advice))
    return found, [note]


def _features(
    facts: dict[str, ColumnFacts], said: SaidAboutTable
) -> tuple[tuple[SensitiveFeature, ...], list[str]]:
    """Return the features with the references and bins that were said, and notes about guessed ones."""
    features = said.sensitive_features
    notes: list[str] = []
    if features is None:
        taken = said.taken | {said.target or ""} | set(said.control_features)
        names, notes = guess_sensitive_features(facts, taken=taken)
        names = tuple(dict.fromkeys((*names, *said.references, *said.bins)))
        features = tuple(SensitiveFeature(name) for name in names)
    return tuple(_as_said(feature, facts[feature.name], said) for feature in features), notes


def _as_said(feature: SensitiveFeature, facts: ColumnFacts, said: SaidAboutTable) -> SensitiveFeature:
    bins = tuple(float(cut) for cut in said.bins.get(feature.name, feature.bins))
    reference = said.references.get(feature.name, feature.reference)
    if reference is not None:
        reference = str(reference) if bins else cast_to_column(reference, facts.kind)
    return SensitiveFeature(feature.name, reference=reference, bins=bins)


def _kinds(facts: dict[str, ColumnFacts], said: SaidAboutTable, sensitive: set[str]) -> dict[str, ColumnKind]:
    """Return every column's kind; whole numbers that name groups or outcomes are categories."""
    kinds: dict[str, ColumnKind] = {}
    for name, column in facts.items():
        kind = said.kinds.get(name, kind_of(column))
        names_groups = name in sensitive or name in said.control_features or name == said.target
        few = 10 if said.favorable_threshold is None or name != said.target else 0
        if name not in said.kinds and names_groups and kind == "integer" and column.n_distinct <= few:
            kind = "integer" if name in said.bins else "categorical"
        kinds[name] = kind
    return kinds


def _ignored(
    facts: dict[str, ColumnFacts], kinds: dict[str, ColumnKind], said: SaidAboutTable, sensitive: set[str]
) -> tuple[list[str], list[str]]:
    """Return the columns that are left out for having no values or naming records, and notes about them."""
    known = {name for _, name in said.roles()} | sensitive
    free = [column for name, column in facts.items() if name not in known]
    empty = [column.name for column in free if is_empty(column)]
    records = [column.name for column in free if names_records(column, kinds[column.name])]
    notes = [f"Ignored: {name!r} has no values." for name in empty]
    notes += [_note_about_records(facts[name]) for name in records]
    return empty + records, notes


def _note_about_records(found: ColumnFacts) -> str:
    text = (
        f"Ignored: {found.name!r} has another value in nearly every row ({found.n_distinct:,} values in "
        f"{found.n_present:,} rows), so nothing can be learned from it"
    )
    is_shared = found.n_distinct < found.n_present
    return text + (f"; if it names people, say --identifier {found.name!r}." if is_shared else ".")


def _outcome(target: ColumnFacts, said: SaidAboutTable) -> tuple[tuple[Value, ...], list[str]]:
    if said.favorable_threshold is not None:
        return said.favorable_outcome, []
    if said.favorable_outcome:
        outcome = tuple(cast_to_column(value, target.kind) for value in said.favorable_outcome)
        _raise_if(_values_that_do_not_occur(outcome, target))
        return outcome, []
    guessed, note = guess_favorable_outcome(target)
    if guessed is None:
        raise SchemaError(favorable_problem(target))
    return (guessed,), [note]


def _values_that_do_not_occur(outcome: tuple[Value, ...], target: ColumnFacts) -> list[Problem]:
    common = [value for value, count in zip(target.values, target.counts, strict=True) if count >= NAMEABLE]
    return [
        Problem(
            f"favorable outcome {value_name(value)!r}",
            f"a value of the target {target.name!r}",
            "one that does not occur",
            closest(value_name(value), common),
        )
        for value in outcome
        if value_name(value) not in target.values
    ]


def _with_groups(
    frame: Frame,
    schema: TableSchema,
    facts: dict[str, ColumnFacts],
    features: tuple[SensitiveFeature, ...],
    notes: list[str],
) -> TableSchema:
    """Return the schema with bins and references, the guessed ones among them."""
    problems: list[Problem] = []
    finished = []
    for wanted in features:
        feature, more = _binned(
            frame, schema.column(wanted.name), facts[wanted.name], wanted, schema.missing_tokens
        )
        notes += more
        if wanted.reference is None:
            feature, note = guess_reference(frame, schema, feature, facts[wanted.name])
            notes.append(note)
        else:
            problems += _problems_with_reference(frame, schema, feature)
        finished.append(feature)
    _raise_if(problems)
    return schema.with_changes(sensitive_features=tuple(finished), notes=tuple(notes))


def _binned(
    frame: Frame, column: Column, facts: ColumnFacts, feature: SensitiveFeature, tokens: tuple[str, ...]
) -> tuple[SensitiveFeature, list[str]]:
    is_many_numbers = column.kind in {"integer", "numeric"} and facts.n_distinct > min(10, MAX_GROUPS)
    if feature.bins or not is_many_numbers or facts.number_share < 1:
        return feature, []
    bins = guess_bins(frame, column, facts, tokens)
    if not bins:
        return feature, []
    feature = replace(feature, bins=bins)
    listed = ", ".join(repr(label) for label in feature.bin_labels)
    return feature, [
        f"Groups of {feature.name!r} guessed: {listed}; set them with --bins {feature.name}=CUT,CUT."
    ]


def _problems_with_reference(frame: Frame, schema: TableSchema, feature: SensitiveFeature) -> list[Problem]:
    found = sensitive_labels(frame, schema, replace(feature, reference=None)).names
    assert feature.reference is not None
    if value_name(feature.reference) in found:
        return []
    received = f"{value_name(feature.reference)!r}, which does not occur"
    advice = closest(value_name(feature.reference), found)
    return [Problem(f"reference of {feature.name!r}", "one of its groups", received, advice)]
