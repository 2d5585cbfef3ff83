"""Fixing a contract before a run, so that nobody can choose the criteria by their outcome.

A commitment is one record of the evidence store: the whole contract, its digest, a time, and a place in the
chain of all records. A run leaves its first record when it begins. A commitment that stands before it was there
first, whatever clocks say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equitab.errors import Problem, RecipeError

if TYPE_CHECKING:
    from equitab.assurance import Contract, EvidenceStore
    from equitab.dataframe import Frame
    from equitab.pipeline.assurance.recipe_contract import ContractChoice

PROBE = "commitment"
_RECIPES = {".yaml", ".yml"}


@dataclass(frozen=True, kw_only=True)
class Commitment:
    """A contract that has been fixed.

    Attributes
    ----------
    contract, contract_digest : str
        Its name and digest.
    subject : str
        What it is promised about.
    time : str
        UTC.
    sequence : int
        Its place in the chain of the store.
    store : str
        The store, without a password.
    n_earlier_runs : int
        Runs about the same subject that the store held already: their results may be known.
    """

    contract: str
    contract_digest: str
    subject: str
    time: str
    sequence: int
    store: str
    n_earlier_runs: int

    def lines(self) -> list[str]:
        """Return what to tell the caller."""
        said = [
            f"Committed: contract {self.contract!r} ({self.contract_digest}) about {self.subject!r}, "
            f"as record {self.sequence:,} of {self.store}.",
        ]
        if self.n_earlier_runs:
            runs = f"{self.n_earlier_runs:,} run{'s' if self.n_earlier_runs > 1 else ''}"
            said.append(f"The store held {runs} about it already; certificates say so.")
        return [*said, "A run about it that begins from now on shows the commitment in its certificate."]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return dict(vars(self))


def commit_contract(
    contract: Contract | str | Path | Mapping[str, Any] | Iterable[str],
    *,
    subject: str,
    store: str | Path | None = None,
    now: datetime | None = None,
) -> Commitment:
    """Record that a contract is fixed, before anything is run.

    Parameters
    ----------
    contract : Contract, path, mapping, name of a template, or iterable of such names
    subject : str
        What the promises are about: the name that runs use (a table's, unless the recipe says another).
    store : str or Path, optional
        The evidence store; the user's own when None.
    now : datetime, optional
        For tests.

    Returns
    -------
    Commitment

    Raises
    ------
    ContractError
        Everything that is wrong with the contract.
    StorageError
        If the store does not take it: a commitment that waits somewhere else proves nothing.

    Examples
    --------
    >>> found = commit_contract("four_fifths_rule", subject="people.csv")
    >>> found.contract_digest[:7], found.sequence >= 1
    ('sha256:', True)
    """
    from equitab.assurance import EvidenceSource, EvidenceStore, commitment_evidence, store_address
    from equitab.pipeline.assurance.assure import as_contract

    promised = as_contract(contract)
    time = now or datetime.now(UTC)
    source = EvidenceSource(
        run=f"commitment-{time.astimezone(UTC):%Y%m%dT%H%M%S%f}",
        subject=subject,
        time=time,
        probe=PROBE,
        contract_digest=promised.digest,
    )
    evidence = commitment_evidence(source, contract=promised.name, terms=promised.to_dict())
    with EvidenceStore.open(store) as opened:
        n_earlier = len(_runs_before(opened, subject, None))
        sequence, _ = opened.append([evidence])
    return Commitment(
        contract=promised.name,
        contract_digest=promised.digest,
        subject=subject,
        time=time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        sequence=sequence,
        store=store_address(store).shown,
        n_earlier_runs=n_earlier,
    )


def commit_asked(
    contract: str | Iterable[str] | None,
    *,
    on: str | Path | None = None,
    subject: str | None = None,
    store: str | Path | None = None,
) -> Commitment:
    """Record that a contract is fixed, as a caller of the command line says it.

    Parameters
    ----------
    contract : str, iterable of str, or None
        A file, a template or several; the promises of the recipe or run `on` when None.
    on : str or Path, optional
        A recipe, a run's folder, or a table: gives the subject, unless it is named.
    subject : str, optional
    store : str or Path, optional
        Where the recipe says when None, else the user's own.

    Returns
    -------
    Commitment

    Raises
    ------
    RecipeError
        If it is not said what is promised, or about what.
    ContractError, StorageError
        As `commit_contract`.
    """
    choice = None if on is None else _choice_of(Path(on))
    promised = contract if contract else None if choice is None else choice.contract
    problems = []
    if promised is None:
        advice = "name a contract's file or --template, or a recipe that promises something with --on"
        problems.append(Problem("what is promised", "a contract to fix", "none", advice))
    if on is None and not subject:
        advice = "name a recipe or a table with --on, or say --subject"
        problems.append(Problem("flag --subject", "what the promises are about", "nothing", advice))
    if problems or promised is None:
        raise RecipeError(problems)
    place = store if store is not None or choice is None else choice.store
    return commit_contract(promised, subject=subject or subject_of(str(on)), store=place)


def _choice_of(place: Path) -> ContractChoice | None:
    """Return what a recipe, or the recipe of a run's folder, promises; None for a table."""
    from equitab.pipeline.recipe import load_recipe

    recipe = place / "recipe.yaml" if place.is_dir() else place
    return load_recipe(recipe).contract if recipe.suffix.lower() in _RECIPES else None


def subject_of(on: str | Path) -> str:
    """Return what runs will call the subject of their evidence.

    Parameters
    ----------
    on : str or Path
        A recipe, a run's folder, or a table's location.

    Raises
    ------
    RecipeError, SavedFormatError
        If it is a recipe or a run's folder that cannot be read.

    Examples
    --------
    >>> subject_of("data/people.csv"), subject_of("packaged:adult")
    ('people.csv', 'adult')
    """
    from equitab.pipeline.recipe import PACKAGED, load_recipe
    from equitab.pipeline.run_folder import read_run_record

    place = Path(on)
    if place.is_dir():
        facts = read_run_record(place).facts
        return str(facts.get("subject", facts["table"]))
    if place.suffix.lower() in _RECIPES:
        recipe = load_recipe(place)
        return (recipe.contract.subject if recipe.contract else "") or subject_of(recipe.table)
    return str(on).removeprefix(PACKAGED).partition("?")[0].rstrip("/").rsplit("/", 1)[-1]


def commitment_before_run(
    store: EvidenceStore, *, contract_digest: str, subject: str, run: str
) -> tuple[dict[str, Any] | None, str]:
    """Return the earliest commitment of exactly this contract that precedes a run's first record.

    Parameters
    ----------
    store : EvidenceStore
    contract_digest, subject, run : str

    Returns
    -------
    dict or None
        ``contract``, ``record`` (digests), ``sequence``, ``time``, ``runSequence``, ``earlierRuns``.
    str
        Why there is none.
    """
    begun = _first_sequence(store.history(run=run, kind="run"))
    if begun is None:
        return None, "the store holds no beginning of this run"
    found = [
        one for one in _rows(store.history(kind="commitment", subject=subject)) if one["sequence"] < begun
    ]
    exact = [one for one in found if one["contract_digest"] == contract_digest]
    if not exact:
        return None, _why_none(bool(found))
    first = min(exact, key=lambda one: one["sequence"])
    return {
        "contract": contract_digest,
        "record": first["digest"],
        "sequence": int(first["sequence"]),
        "time": str(first["time"]),
        "runSequence": begun,
        "earlierRuns": len(_runs_before(store, subject, int(first["sequence"]))),
    }, ""


def _why_none(has_another: bool) -> str:
    if has_another:
        return "another contract was committed before this run; this one was written or changed afterwards"
    return "no contract was committed in the store before this run began"


def _runs_before(store: EvidenceStore, subject: str, sequence: int | None) -> set[str]:
    """Return the runs about a subject whose beginning stands before a place in the chain."""
    begun = [row for row in _rows(store.history(kind="run", subject=subject)) if row["event"] == "started"]
    return {row["run"] for row in begun if sequence is None or row["sequence"] < sequence}


def _first_sequence(frame: Frame) -> int | None:
    return None if len(frame) == 0 else int(min(frame["sequence"].to_list()))


def _rows(frame: Frame) -> list[dict[str, Any]]:
    return frame.to_native().to_pylist()
