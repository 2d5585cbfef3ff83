"""What is known of the table that a run was given: its name, its meaning, and seldom its licence."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from equitab.pipeline.audit import favorable_words
from equitab.pipeline.recipe import PACKAGED, Recipe
from equitab.pipeline.run_folder import RunRecord
from equitab.report.cards import SensitiveCard, SourceCard
from equitab.schema import TableSchema, value_name


def describe_source(folder: Path, record: RunRecord, recipe: Recipe, schema: TableSchema) -> SourceCard:
    """Return what a run knows of its source; where the file lies is nobody else's business and is left out."""
    modeled = set(schema.modeled_columns)
    return SourceCard(
        name=str(record.facts["table"]),
        n_rows=int(record.facts["rows"]),
        columns=schema.column_names,
        left_out=tuple(name for name in schema.column_names if name not in modeled),
        target=schema.target,
        favorable=favorable_words(schema),
        sensitive=tuple(
            SensitiveCard(
                name=one.name,
                reference="" if one.reference is None else value_name(one.reference),
                bins=one.bin_labels,
            )
            for one in schema.sensitive_features
        ),
        missing_tokens=schema.missing_tokens,
        digest=record.fingerprint["table"],
        was_guessed=(folder / "schema.yaml").read_text(encoding="utf-8").startswith("# Guessed"),
        licence=packaged_words(recipe.table, "Licence"),
        origin=packaged_words(recipe.table, "Source"),
    )


def packaged_words(table: str, heading: str) -> str:
    """Return what the data card of a table that ships with equitab says under a heading.

    Parameters
    ----------
    table : str
        A location.
    heading : str

    Returns
    -------
    str
        Empty for any other table: nobody told the run.

    Examples
    --------
    >>> packaged_words("packaged:adult", "Licence")
    'Creative Commons Attribution 4.0 International (CC BY 4.0).'
    >>> packaged_words("people.csv", "Licence")
    ''
    """
    if not table.startswith(PACKAGED):
        return ""
    card = files("equitab.datasets").joinpath(f"{table.removeprefix(PACKAGED)}.md")
    if not card.is_file():
        return ""
    found = re.search(rf"\*\*{heading}\.\*\* (.+?)\n\n", card.read_text(encoding="utf-8"), re.DOTALL)
    return _without_marks(found.group(1)) if found else ""


def _without_marks(text: str) -> str:
    """Return a paragraph of Markdown as plain text."""
    linked = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return " ".join(linked.replace("*", "").split())
