"""Which kind each column is of, guessed from its values and its name, and which columns take no part."""

from __future__ import annotations

from equitab.schema.column_facts import ColumnFacts
from equitab.schema.parts import Column, ColumnKind

MAX_CODES = 50
"""A whole-numbered column that is named like a code is categorical up to this many values."""

FEW_VALUES = 12
"""Whole numbers with up to this many values are mentioned: they may be codes."""

MOSTLY_NUMBERS = 0.9
"""Text of which this share is numbers is a numeric column with mistakes in it."""

NEARLY_UNIQUE = 0.95
"""A column of text with more different values than this share of its rows names records."""

_CODE_WORDS = frozenset(
    [
        "sex",
        "gender",
        "race",
        "ethnicity",
        "religion",
        "marital",
        "marriage",
        "region",
        "code",
        "type",
        "category",
        "zip",
        "zipcode",
        "postcode",
        "citizenship",
        "nationality",
        "status",
        "department",
        "dept",
        "id",
    ]
)
_PERSON_WORDS = frozenset(["id", "ids", "uuid", "guid", "ssn"])
MANY_VALUES = 0.1
"""A column that is called an identifier names people from this share of different values on."""

_RECORD_WORDS = frozenset(
    ["id", "ids", "uuid", "guid", "key", "number", "no", "num", "nr", "index", "ssn", "name"]
)
MIN_ROWS_TO_JUDGE = 20


def kind_of(facts: ColumnFacts) -> ColumnKind:
    """Return the kind of a column.

    Notes
    -----
    Booleans, dates and timestamps are what they are. Numbers with decimals are ``numeric``; whole numbers are
    ``integer``, or ``categorical`` with two values or fewer, or when the name says code (``sex``, ``type``,
    ``…ID``) and there are at most 50 values. Text is ``datetime`` when every value is a date in one pattern,
    a number kind when at least 90% of it is numbers and there are more than 20 of them (or missing tokens
    among them), and ``categorical`` otherwise.
    """
    if facts.storage == "boolean":
        return "boolean"
    if facts.storage == "time" or facts.spelling:
        return "datetime"
    if facts.is_number:
        return _kind_of_numbers(facts)
    is_varied = facts.n_distinct > 20 or (facts.token_counts and facts.n_distinct > 2)
    if facts.number_share >= MOSTLY_NUMBERS and is_varied:
        return "integer" if facts.is_whole else "numeric"
    return "categorical"


def column_of(facts: ColumnFacts, kind: ColumnKind) -> Column:
    """Return the schema's entry for a column; its missing token is the most frequent one."""
    token = facts.token_counts[0][0] if facts.token_counts else None
    return Column(facts.name, kind, has_missing=facts.n_missing > 0, missing_token=token)


def is_empty(facts: ColumnFacts) -> bool:
    """Return whether no row has a value."""
    return facts.n_present == 0


def names_records(facts: ColumnFacts, kind: ColumnKind) -> bool:
    """Return whether a column says who a record is about rather than anything about them.

    That is text of which nearly every value is different, whole numbers that nearly all are and are named like
    an identifier or simply counted through, or a column that is called an identifier and has many values, though
    several rows may share one.
    """
    if facts.n_present < MIN_ROWS_TO_JUDGE or kind not in {"categorical", "integer"}:
        return False
    if _PERSON_WORDS & set(facts.words) and facts.n_distinct > max(MAX_CODES, MANY_VALUES * facts.n_present):
        return True
    if facts.n_distinct < NEARLY_UNIQUE * facts.n_present:
        return False
    if kind == "categorical":
        return True
    is_named_so = bool(_RECORD_WORDS & set(facts.words))
    return is_named_so or _is_counted_through(facts)


def kind_notes(columns: tuple[Column, ...], facts: dict[str, ColumnFacts], *, said: set[str]) -> list[str]:
    """Return sentences about the kinds that were guessed."""
    guessed = [column for column in columns if column.name not in said]
    notes = _tally(guessed)
    few = [
        f"{column.name!r} ({facts[column.name].n_distinct})"
        for column in guessed
        if column.kind == "integer" and 0 < facts[column.name].n_distinct <= FEW_VALUES
    ]
    if few:
        notes.append(
            f"Whole numbers with few values are kept as numbers: {', '.join(few)}. If some are codes, say so."
        )
    codes = [
        column.name for column in guessed if column.kind == "categorical" and facts[column.name].is_number
    ]
    if codes:
        notes.append(f"Numbers that are taken for codes: {_quoted(codes)}.")
    dates = [column.name for column in guessed if column.kind == "datetime" and facts[column.name].is_text]
    if dates:
        notes.append(f"Dates written as text: {_quoted(dates)}; they are written the same way again.")
    return notes + [note for column in guessed if (note := _note_about_mixture(column, facts[column.name]))]


def _kind_of_numbers(facts: ColumnFacts) -> ColumnKind:
    if not facts.is_whole:
        return "numeric"
    is_code = bool(_CODE_WORDS & set(facts.words)) and facts.n_distinct <= MAX_CODES
    return "categorical" if 0 < facts.n_distinct <= 2 or (is_code and facts.n_distinct > 0) else "integer"


def _is_counted_through(facts: ColumnFacts) -> bool:
    if facts.n_distinct != facts.n_rows or facts.number_share < 1:
        return False
    numbers = [float(value) for value in facts.values]
    return max(numbers) - min(numbers) == len(numbers) - 1


def _tally(columns: list[Column]) -> list[str]:
    kinds = [column.kind for column in columns]
    parts = [f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds)]
    return [f"Kinds of columns, guessed: {', '.join(parts)}."] if parts else []


def _note_about_mixture(column: Column, facts: ColumnFacts) -> str:
    if not facts.is_text or facts.spelling:
        return ""
    share = facts.number_share
    if column.kind in {"numeric", "integer"} and share < 1:
        bad = round((1 - share) * facts.n_present)
        numbers = f"{column.name!r} is taken for numbers"
        return f"{numbers} although {bad:,} of {facts.n_present:,} values are other text."
    return ""


def _quoted(names: list[str]) -> str:
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return ", ".join(repr(name) for name in names[:12]) + more
