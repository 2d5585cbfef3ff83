"""Looking at a table and proposing a recipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equitab.dataframe import write_text_atomically
from equitab.errors import EquitabError
from equitab.pipeline.fit import new_generator
from equitab.pipeline.recipe import GeneratorChoice, Recipe, merged, moved, recipe_from_dict
from equitab.pipeline.recipe_text import commented_yaml
from equitab.pipeline.schema_resolution import SchemaSource, resolve_schema
from equitab.pipeline.table_source import open_table
from equitab.schema import FairnessConstraint, TableSchema, check_constraints, validate_table


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A recipe for a table, and what was guessed on the way.

    Attributes
    ----------
    recipe : Recipe
    schema : TableSchema
    n_rows : int
    text : str
        The recipe as YAML with comments.
    findings : tuple of str
        What is worth knowing about the table.
    place : Path or None
        Where the text was written.
    """

    recipe: Recipe
    schema: TableSchema
    n_rows: int
    text: str
    findings: tuple[str, ...] = ()
    place: Path | None = None

    def lines(self) -> list[str]:
        """Return what to tell the caller: what was guessed, and what is worth knowing."""
        found = [f"{self.n_rows:,} rows, {len(self.schema.columns)} columns."]
        if self.schema.notes:
            found += ["", "Guessed; check these:", *(f"  - {note}" for note in self.schema.notes)]
        if self.findings:
            found += ["", "Worth knowing:", *(f"  - {finding}" for finding in self.findings)]
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "file": None if self.place is None else str(self.place),
            "rows": self.n_rows,
            "recipe": self.recipe.to_dict(),
            "guesses": list(self.schema.notes),
            "findings": list(self.findings),
        }


def init(
    table: Any,
    schema: SchemaSource = None,
    *,
    out: str | Path | None = None,
    changes: Mapping[str, Any] | None = None,
    constraints: Sequence[FairnessConstraint] = (),
    overwrite: bool = False,
) -> Proposal:
    """Look at a table and propose a recipe.

    Parameters
    ----------
    table : table or location
        A location ends up in the recipe; for a frame the recipe's key ``table`` is left to the reader.
    schema : TableSchema, mapping of its keys, or path, optional
        What is not said is guessed.
    out : str or Path, optional
        A file for the recipe; paths in it are then relative to its folder.
    changes : mapping, optional
        Further keys of the recipe.
    constraints : sequence of FairnessConstraint
        For its key ``constraints``.
    overwrite : bool, default False

    Returns
    -------
    Proposal

    Raises
    ------
    TableError, SchemaError
        Everything that is wrong with the table or with what was said about it.
    """
    opened = open_table(table)
    resolved = resolve_schema(opened.frame, schema)
    found = validate_table(opened.frame, resolved)
    warnings = [str(finding) for finding in found if finding.severity == "warning"]
    location = str(table) if isinstance(table, str | Path) else "TABLE"
    proposed = {"table": location, "schema": resolved.to_dict(), "generator": _quick(changes or {})}
    data = merged(proposed, changes or {})
    check_constraints(constraints, resolved)
    recipe = recipe_from_dict({**data, **({"constraints": list(constraints)} if constraints else {})})
    if out is not None:
        recipe = moved(recipe, Path(out).parent)
    text = commented_yaml(recipe, guesses=resolved.notes, findings=warnings, origin="equitab init")
    if out is not None:
        write_text_atomically(out, text, overwrite=overwrite)
    return Proposal(
        recipe=recipe,
        schema=resolved,
        n_rows=len(opened.frame),
        text=text,
        findings=(*opened.notes, *map(str, found)),
        place=None if out is None else Path(out),
    )


def _quick(changes: Mapping[str, Any]) -> dict[str, str]:
    """Return the quick preset, where the generator has one."""
    asked = changes.get("generator")
    name = asked.get("name") if isinstance(asked, Mapping) else asked
    try:
        new_generator(GeneratorChoice(name=name or GeneratorChoice().name, preset="fast"))
    except EquitabError:
        return {}
    return {"preset": "fast"}
