"""Checking promises on demand: on a run, on a table, on somebody's predictions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from equitab.assurance import (
    TEMPLATES,
    Contract,
    ContractVerdict,
    EvidenceSource,
    EvidenceStore,
    RecordOutcome,
    check_contract,
    code_digest,
    contract_from_templates,
    measurement_evidence,
    read_contract,
    record,
    store_address,
    verdict_evidence,
)
from equitab.assurance.contract_words import requirement_words
from equitab.dataframe import Frame
from equitab.errors import EquitabError
from equitab.evaluation.results import Measurement, measurements_from_frame
from equitab.pipeline.assurance.judged import Judged, judged
from equitab.pipeline.assurance.store_knowledge import look_back, newest_results
from equitab.pipeline.schema_resolution import SchemaSource

NO_STORE = "none"
"""In place of a store: keep no evidence."""


@dataclass(frozen=True, eq=False)
class Assurance:
    """What became of a contract, and what that rests on.

    Attributes
    ----------
    contract : Contract
    verdict : ContractVerdict
    subject : str
        What was judged, in words.
    frame : Frame
        The measurements.
    kept : RecordOutcome or None
        Where the evidence went; None where none was kept.
    remarks : tuple of str
        What was guessed and found on the way.
    """

    contract: Contract
    verdict: ContractVerdict
    subject: str
    frame: Frame
    kept: RecordOutcome | None = None
    remarks: tuple[str, ...] = ()

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """The measurements, one by one."""
        return tuple(measurements_from_frame(self.frame))

    @property
    def exit_code(self) -> int:
        """0 met or not applicable, 1 violated, 3 undetermined."""
        return self.verdict.exit_code

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON: the verdict, and where the evidence went."""
        return {
            **self.verdict.to_dict(),
            "exit_code": self.exit_code,
            "evidence": None if self.kept is None else str(self.kept),
            "notes": list(self.remarks),
        }


def assure(
    contract: Contract | str | Path | Mapping[str, Any] | Iterable[str],
    on: Any,
    *,
    schema: SchemaSource = None,
    prediction: str | None = None,
    earlier: Iterable[Any] = (),
    subject: str = "",
    store: str | Path | None = None,
    run: str = "",
    probe: str = "assure",
    seed: int = 0,
    now: datetime | None = None,
) -> Assurance:
    """Check a contract on a run, on a table's labels, or on somebody's predictions.

    Parameters
    ----------
    contract : Contract, path, mapping, name of a template, or iterable of such names
    on : table or location
        The folder of a run; a file of measurements; a table, whose labels are judged, or its column `prediction`.
    schema : TableSchema, mapping of its keys, or path, optional
        What the table means; what is not said is guessed.
    prediction : str, optional
        A column of predictions.
    earlier : iterable of tables or locations, optional
        What was judged before, oldest first: for clauses that look back. What the evidence store knows of the same
        subject when empty.
    subject : str, optional
        What the evidence is about, over all times; the run's subject, or the name of the table, when empty.
    store : str or Path, optional
        Where the evidence is kept: a URL or a path; ``none`` for nowhere; the user's own store without.
    run : str, optional
        The name of this check among others; a new one when empty. A check that is repeated under the same name and
        time says the same evidence, which the store keeps once.
    probe : str, default "assure"
        Who asked.
    seed : int, default 0
        Of the intervals.
    now : datetime, optional
        The time of the evidence.

    Returns
    -------
    Assurance

    Raises
    ------
    ContractError
        Everything that is wrong with the contract, before anything is measured.
    TableError, SchemaError, RecipeError, SavedFormatError
        If what is to be judged cannot be.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"sex": ["F", "M"] * 600, "hired": ["no", "yes", "yes", "yes"] * 300})
    >>> words = {"target": "hired", "favorable_outcome": ["yes"], "sensitive_features": ["sex"]}
    >>> found = assure("four_fifths_rule", people, schema=words, store="none")
    >>> found.verdict.verdict, found.verdict.clauses[0].reason
    ('violated', 'the whole interval [0.462, 0.549] is below 0.8')
    """
    asked = as_contract(contract)
    if store not in (None, NO_STORE):
        store_address(
            store, needs_driver=False
        )  # a name that makes no sense is said before anything is measured
    before = [judged(one, schema=_of_table(one, schema), prediction=prediction, seed=seed) for one in earlier]
    found = judged(on, schema=schema, prediction=prediction, seed=seed)
    name = subject or found.subject or found.name
    frames, remarks = [one.frame for one in before], found.remarks
    if not frames and store != NO_STORE:
        frames, known = _known_before(asked, store, subject=name, run=run or found.run)
        remarks = (*remarks, *known)
    verdict = check_contract(asked, found.frame, chosen=found.chosen, earlier=frames, subject=name)
    kept = None
    if store != NO_STORE:
        time, check = now or datetime.now(UTC), run or f"assure-{uuid4().hex[:12]}"
        kept = _keep(asked, found, verdict, store, run=check, probe=probe, subject=name, time=time, seed=seed)
    return Assurance(asked, verdict, name, found.frame, kept, remarks)


def as_contract(contract: Contract | str | Path | Mapping[str, Any] | Iterable[str]) -> Contract:
    """Return a contract of whatever names one; errors as `equitab.assurance.read_contract`.

    Examples
    --------
    >>> as_contract(["no_copies", "four_fifths_rule"]).name
    'no_copies, four_fifths_rule'
    """
    if isinstance(contract, str) and (contract in TEMPLATES or _is_word(contract)):
        return contract_from_templates(contract)
    if isinstance(contract, str | Path | Mapping | Contract):
        return read_contract(contract)
    return contract_from_templates(contract)


def _is_word(text: str) -> bool:
    """Return whether a text is meant as the name of a template: one word, and no file."""
    return text.isidentifier() and not Path(text).exists()


def template_rows() -> list[dict[str, str]]:
    """Return all ready-made promises in words.

    Examples
    --------
    >>> template_rows()[0]["promise"]
    'Demographic parity ratio is at least 0.8'
    """
    return [
        {
            "name": name,
            "property": template.property,
            "promise": requirement_words(template.requirement),
            "explanation": template.explanation,
            "source": template.source,
        }
        for name, template in TEMPLATES.items()
    ]


def _of_table(on: Any, schema: SchemaSource) -> SchemaSource:
    """Return the schema for an earlier table; none for a run's folder, which needs none."""
    is_run = isinstance(on, str | Path) and Path(on).is_dir()
    return None if is_run else schema


def _known_before(
    contract: Contract, store: str | Path | None, *, subject: str, run: str
) -> tuple[list[Frame], tuple[str, ...]]:
    """Return what the store knows of earlier times, oldest first, as far as the contract looks back; and a remark."""
    n_times = look_back(contract)
    if not n_times:
        return [], ()
    try:
        with EvidenceStore.open(store, read_only=True) as opened:
            rows = opened.runs(subject=subject).to_native().to_pylist()
            names = [row["run"] for row in rows if row["n_measurements"]]
            earlier = names[: names.index(run)] if run in names else names
            known = newest_results(opened, earlier, subject=subject, n_times=n_times)
    except EquitabError as error:
        return [], (f"The evidence store could not be asked for earlier times: {error}",)
    named = ", ".join(known) or "none"
    return list(known.values()), (
        f"Earlier times of {subject!r} in the evidence store that were looked at: {named}.",
    )


def _keep(
    contract: Contract, found: Judged, verdict: ContractVerdict, store: str | Path | None, **about: Any
) -> RecordOutcome:
    """Put the verdict, and what was measured for it, into the evidence store."""
    source = EvidenceSource(
        data_digest=found.data_digest,
        code_digest=code_digest(),
        contract_digest=verdict.contract_digest,
        **about,
    )
    is_new = found.kind in ("table", "predictions")
    measured = measurement_evidence(source, found.frame) if is_new else []
    return record([*measured, *verdict_evidence(source, verdict, contract=contract)], store)
