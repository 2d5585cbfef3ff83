"""The page of a run: what it promised and measured, on what machine, with which digests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from equitab.serve.certificate_life import LivingCertificate, gather_certificates
from equitab.serve.measurement_table import SORT_KEYS, TablePage, TableQuery, select_page
from equitab.serve.promise_history import promises_in_force
from equitab.serve.records import Evidence, EvidenceSource, Promise, Run

_MOST_FACTS = 200
_DEEPEST = 4
_SORT_NAMES = {
    "sequence": "row of the store",
    "low": "low end of the interval",
    "high": "high end of the interval",
    "treatment": "training table",
}


@dataclass(frozen=True)
class NamedFact:
    """One fact of a run: a name, with the places above it, and its value as text."""

    name: str
    value: str


@dataclass(frozen=True, kw_only=True)
class RunPage:
    """What the page of a run shows.

    Parameters
    ----------
    runs : tuple of Run
        One for each subject that the run gave evidence about; at least one.
    promises : tuple of Promise
        The worst first.
    query : TableQuery
    table : TablePage
        Its measurements.
    facts : mapping of str to tuple of NamedFact
        What the run was, its platform, and contracts committed before it, by kind of evidence.
    certificates : tuple of LivingCertificate
    """

    runs: tuple[Run, ...]
    promises: tuple[Promise, ...]
    query: TableQuery
    table: TablePage
    facts: Mapping[str, tuple[NamedFact, ...]]
    certificates: tuple[LivingCertificate, ...]

    @property
    def name(self) -> str:
        """Return the name of the run."""
        return self.runs[0].name

    @property
    def sort_choices(self) -> tuple[tuple[str, str], ...]:
        """Return what the measurements can be ordered by: a key and its name."""
        return tuple((key, _SORT_NAMES.get(key, key)) for key in SORT_KEYS)

    def sorted_by(self, key: str, is_descending: bool) -> str:
        """Return the end of the address of this page sorted by a column, from its first rows."""
        return self._address(sort=key, is_descending=is_descending, page=1)

    def turned_to(self, page: int) -> str:
        """Return the end of the address of another part of the table."""
        return self._address(page=page)

    def _address(self, **changes: Any) -> str:
        rest = self.query.parameters(**changes)
        return urlencode({"name": self.name}, errors="replace") + (f"&{rest}" if rest else "")

    def to_dict(self) -> dict[str, Any]:
        """Return the page as plain values."""
        return {
            "run": self.name,
            "subjects": [asdict(run) for run in self.runs],
            "promises": [asdict(promise) for promise in self.promises],
            "measurements": [
                {"sequence": row.sequence, "time": row.time, "digest": row.digest, **row.body}
                for row in self.table.rows
            ],
            "n_measurements": self.table.n_rows,
            "n_found": self.table.n_found,
            "page": self.table.page,
            "n_pages": self.table.n_pages,
            "facts": {kind: {fact.name: fact.value for fact in facts} for kind, facts in self.facts.items()},
            "certificates": [certificate.to_dict() for certificate in self.certificates],
        }


def lay_out_run(source: EvidenceSource, parameters: Mapping[str, str]) -> RunPage | None:
    """Return the page of the run that an address names, or None where the store does not know it.

    Parameters
    ----------
    source : EvidenceSource
    parameters : mapping of str to str
        ``name``, and what of its measurements is asked for.

    Returns
    -------
    RunPage or None
    """
    name = parameters.get("name", "")
    runs = source.runs(run=name) if name else ()
    if not runs:
        return None
    query = TableQuery.read(parameters)
    facts = {kind: tuple(_facts(source.evidence(name, kind))) for kind in ("run", "platform", "commitment")}
    return RunPage(
        runs=runs,
        promises=promises_in_force(source.promises(run=name)),
        query=query,
        table=select_page(source.evidence(name, "measurement"), query),
        facts={kind: found for kind, found in facts.items() if found},
        certificates=gather_certificates(source.certificates(run=name)),
    )


def _facts(rows: tuple[Evidence, ...]) -> list[NamedFact]:
    """Return the facts of rows as lines; of endless ones the first."""
    lines = [fact for row in rows for fact in _flatten(row.body)]
    if len(lines) > _MOST_FACTS:
        left_out = len(lines) - _MOST_FACTS
        return [*lines[:_MOST_FACTS], NamedFact("…", f"{left_out} more: see the JSON of equitab history")]
    return lines


def _flatten(value: Any, name: str = "", depth: int = 0) -> Iterator[NamedFact]:
    if isinstance(value, Mapping) and depth < _DEEPEST:
        for key, inside in value.items():
            yield from _flatten(inside, f"{name} › {key}" if name else str(key), depth + 1)
    elif (
        isinstance(value, list | tuple)
        and depth < _DEEPEST
        and any(isinstance(item, Mapping) for item in value)
    ):
        for place, inside in enumerate(value, start=1):
            yield from _flatten(inside, f"{name} {place}", depth + 1)
    elif isinstance(value, list | tuple):
        yield NamedFact(name, ", ".join(_show(item) for item in value) or "none")
    else:
        yield _measured(name, value)


def _show(value: Any) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.3f}".rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) else str(value)


def _measured(name: str, value: Any) -> NamedFact:
    """Return a fact with its unit, which the end of its name tells."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and name.endswith("_bytes"):
        return NamedFact(name.removesuffix("_bytes"), f"{value / 1e6:,.1f} MB")
    if is_number and "_seconds" in name:
        return NamedFact(name.replace("_seconds", "_time", 1), f"{value:,.2f} s")
    return NamedFact(name, _show(value))
