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
from equitab.schema.column_kinds import NEARLY_UNIQUE, column_of, is_empty, kind_notes, kind_of, names_records
from equitab.schema.column_reading import favorable_rows, feature_labels, has_value, numbers, value_name
from equitab.schema.missing_tokens import missing_token_notes, propose_missing_tokens
from equitab.schema.outcome_guesses import favorable_problem, guess_favorable_outcome, guess_target
from equitab.schema.parts import Column, ColumnKind, MissingSensitive, SensitiveFeature, Threshold, Value
from equitab.schema.sensitive_guesses import MAX_GROUPS, guess_bins, guess_reference, guess_sensitive_features
from equitab.schema.split_words import guess_split
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


def infer_fields(table: Any, *, said: SaidAboutTable) -> dict[str, Any]:
    """Return the fields of the schema of a table; see `TableSchema.infer`."""
    frame = as_frame(table)
    _raise_if(_problems_with_names(frame, said))
    facts = {name: facts_of(frame, name) for name in frame.columns}
    tokens = propose_missing_tokens(facts) if said.missing_tokens is None else said.missing_tokens
    facts = {name: column.without(tokens) for name, column in facts.items()}
    notes = missing_token_notes(facts, was_given=said.missing_tokens is not None)
    said, more = _with_split(facts, said)
    target, note = _target(facts, said)
    features, sensitive_notes = _features(facts, replace(said, target=target))
    notes += [*more, *note, *sensitive_notes]
    said = replace(said, target=target, sensitive_features=features, missing_tokens=tokens)
    columns, ignored, more = _columns(facts, said)
    outcome, outcome_notes = _outcome(facts[target], said)
    said = replace(said, favorable_outcome=outcome, ignore=(*said.ignore, *ignored))
    features, group_notes = _with_groups(frame, columns, facts, said)
    more += _weight_notes(facts, said)
    return {
        "columns": tuple(columns.values()),
        "target": target,
        "favorable_outcome": outcome,
        "favorable_threshold": said.favorable_threshold,
        "sensitive_features": features,
        "control_features": said.control_features,
        "weight": said.weight,
        "identifier": said.identifier,
        "ignore": said.ignore,
        "split": said.split,
        "missing_tokens": tokens,
        "missing_sensitive": said.missing_sensitive,
        "notes": (*notes, *more, *outcome_notes, *group_notes),
    }


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
        reference = str(reference) if bins else cast_to_column(reference, facts.storage)
    return SensitiveFeature(feature.name, reference=reference, bins=bins)


def _columns(
    facts: dict[str, ColumnFacts], said: SaidAboutTable
) -> tuple[dict[str, Column], list[str], list[str]]:
    """Return every column, the names of those that are left out, and notes about both."""
    kinds = _kinds(facts, said)
    columns = {name: column_of(column, kinds[name]) for name, column in facts.items()}
    ignored, notes = _ignored(facts, kinds, said)
    return columns, ignored, kind_notes(tuple(columns.values()), facts, said=set(said.kinds)) + notes


def _kinds(facts: dict[str, ColumnFacts], said: SaidAboutTable) -> dict[str, ColumnKind]:
    """Return every column's kind; whole numbers that name groups or outcomes are categories."""
    kinds: dict[str, ColumnKind] = {}
    sensitive = {feature.name for feature in said.sensitive_features or ()}
    for name, column in facts.items():
        kind = said.kinds.get(name, kind_of(column))
        names_groups = name in sensitive or name in said.control_features or name == said.target
        few = 10 if said.favorable_threshold is None or name != said.target else 0
        if name not in said.kinds and names_groups and kind == "integer" and column.n_distinct <= few:
            kind = "integer" if name in said.bins else "categorical"
        kinds[name] = kind
    return kinds


def _ignored(
    facts: dict[str, ColumnFacts], kinds: dict[str, ColumnKind], said: SaidAboutTable
) -> tuple[list[str], list[str]]:
    """Return the columns that are left out for having no values or naming records, and notes about them."""
    known = {name for _, name in said.roles()}
    free = [column for name, column in facts.items() if name not in known]
    empty = [column.name for column in free if is_empty(column)]
    records = [column.name for column in free if names_records(column, kinds[column.name])]
    notes = [f"Ignored: {name!r} has no values." for name in empty]
    notes += [_note_about_records(facts[name]) for name in records]
    return empty + records, notes


def _note_about_records(found: ColumnFacts) -> str:
    share = found.n_distinct / found.n_present
    how = "another value in nearly every row" if share >= NEARLY_UNIQUE else "the name of an identifier"
    text = (
        f"Ignored: {found.name!r} has {how} ({found.n_distinct:,} values in {found.n_present:,} rows), so "
        "nothing can be learned from it"
    )
    is_shared = found.n_distinct < found.n_present
    advice = f"; if it names people, say --identifier {found.name!r} to keep their rows together"
    return text + (f"{advice}." if is_shared else ".")


def _weight_notes(facts: dict[str, ColumnFacts], said: SaidAboutTable) -> list[str]:
    """Mention columns that are called like survey weights; a weight is never guessed."""
    known = {name for _, name in said.roles()}
    return [
        f"{name!r} may be a survey weight; it is an ordinary column unless named: --weight {name!r}."
        for name, column in facts.items()
        if name not in known and column.is_number and _is_called_a_weight(column)
    ]


def _is_called_a_weight(column: ColumnFacts) -> bool:
    words = set(column.words)
    is_of_a_survey = bool(words & {"survey", "sample", "sampling", "person"}) and "weight" in words
    return is_of_a_survey or bool(words & {"fnlwgt", "wgt", "pwgtp", "perwt"})


def _outcome(target: ColumnFacts, said: SaidAboutTable) -> tuple[tuple[Value, ...], list[str]]:
    if said.favorable_threshold is not None:
        return said.favorable_outcome, []
    if said.favorable_outcome:
        outcome = tuple(cast_to_column(value, target.storage) for value in said.favorable_outcome)
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
    frame: Frame, columns: dict[str, Column], facts: dict[str, ColumnFacts], said: SaidAboutTable
) -> tuple[tuple[SensitiveFeature, ...], list[str]]:
    """Return the sensitive features with bins and references, the guessed ones among them, and notes."""
    assert said.target is not None
    tokens = said.missing_tokens or ()
    known = has_value(frame, said.target, missing_tokens=tokens)
    good = favorable_rows(
        frame,
        columns[said.target],
        outcome=said.favorable_outcome,
        threshold=said.favorable_threshold,
        missing_tokens=tokens,
    )
    problems: list[Problem] = []
    notes: list[str] = []
    finished = []
    for wanted in said.sensitive_features or ():
        column, found = columns[wanted.name], facts[wanted.name]
        feature, more = _binned(frame, column, found, wanted, tokens)
        notes += more
        groups = feature_labels(
            frame, column, feature, missing_tokens=tokens, missing_sensitive=said.missing_sensitive
        )
        if feature.reference is None:
            feature, note = guess_reference(
                feature, groups, has_target=known, is_favorable=good, storage=found.storage
            )
            notes.append(note)
        else:
            problems += _problems_with_reference(feature, groups.names)
        finished.append(feature)
    _raise_if(problems)
    return tuple(finished), notes


def _binned(
    frame: Frame, column: Column, facts: ColumnFacts, feature: SensitiveFeature, tokens: tuple[str, ...]
) -> tuple[SensitiveFeature, list[str]]:
    is_many_numbers = column.kind in {"integer", "numeric"} and facts.n_distinct > min(10, MAX_GROUPS)
    if feature.bins or not is_many_numbers or facts.number_share < 1:
        return feature, []
    values = numbers(frame, column, missing_tokens=tokens)
    bins = guess_bins(values, is_age="age" in facts.words)
    if not bins:
        return feature, []
    feature = replace(feature, bins=bins)
    listed = ", ".join(repr(label) for label in feature.bin_labels)
    advice = f"set them with --bins {feature.name}=CUT,CUT"
    return feature, [f"Groups of {feature.name!r} guessed: {listed}; {advice}."]


def _problems_with_reference(feature: SensitiveFeature, groups: tuple[str, ...]) -> list[Problem]:
    assert feature.reference is not None
    name = value_name(feature.reference)
    if name in groups:
        return []
    received = f"{name!r}, which does not occur"
    return [Problem(f"reference of {feature.name!r}", "one of its groups", received, closest(name, groups))]
