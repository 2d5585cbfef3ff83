"""Signing what a run found: as its owner or as a lab, with the evidence store told; and making keys."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equitab.assurance import SigningKey, public_place, trust_key, trusted_name
from equitab.errors import InputError, Problem
from equitab.pipeline.assurance.issuing_store import Background, background_of, record_issue
from equitab.pipeline.assurance.lab_certificate import certify_as_lab
from equitab.pipeline.assurance.run_certificate import (
    CERTIFICATE,
    Issued,
    certify_run,
    checked_record,
    chosen_by,
    digest_if_there,
    recipe_contract,
    recipe_store,
)

if TYPE_CHECKING:
    from equitab.assurance import Contract


@dataclass(frozen=True)
class NewKey:
    """A key pair that was made.

    Attributes
    ----------
    private, public : Path
    key_id : str
    trusted_as : str
        What this machine's user calls it from now on.
    """

    private: Path
    public: Path
    key_id: str
    trusted_as: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON: never the private key."""
        return {
            "private": str(self.private),
            "public": str(self.public),
            "key_id": self.key_id,
            "trusted_as": self.trusted_as,
        }


def make_key(path: str | Path) -> NewKey:
    """Make a key pair: the private file, readable by its owner alone, and the public one beside it.

    Parameters
    ----------
    path : str or Path
        Ends in ``.pem``.

    Returns
    -------
    NewKey
        Trusted by this machine's user from now on, under the name of the file.

    Raises
    ------
    OutputExistsError
        If a file is there: a key is never overwritten; or if another trusted key has that name.
    InputError, StorageError
    """
    key = SigningKey.generate()
    place = Path(path)
    name = trusted_name(place)
    private = key.save(place)
    trust_key(key.public, name)
    return NewKey(private, public_place(private), key.key_id, name)


def certify(
    run: str | Path,
    *,
    contract: Any = None,
    key: str | Path | None = None,
    lab: str | None = None,
    table: Any = None,
    valid_days: int | None = None,
    out: str | Path | None = None,
    overwrite: bool = False,
    store: str | Path | None = None,
    now: datetime | None = None,
) -> Issued:
    """Sign a run: as its owner, or as a lab that judges it.

    Parameters
    ----------
    run : str or Path
        The folder of a run.
    contract : Contract, mapping, path or name of a template, optional
        What is promised; what the run's recipe promises when not given.
    key : str or Path, optional
        A private key's file; the local key of this machine when not given. A lab names its own.
    lab : str, optional
        The name of the lab that judges somebody else's run.
    table : table or location, optional
        For a lab: the source table, where it is not where the recipe says.
    valid_days : int, optional
        365 when not given.
    out : str or Path, optional
    overwrite : bool, default False
        Whether a certificate that exists is replaced; the new one names it as the one that it renews.
    store : str or Path, optional
        The evidence store that is told; the one of the run's recipe, or the user's own, when not given; ``none``
        for no store.
    now : datetime, optional

    Returns
    -------
    Issued

    Raises
    ------
    InputError
        If a lab names no key, or an owner names a table.
    ContractError, SavedFormatError, OutputExistsError, StorageError
    """
    from equitab.pipeline.assurance.assure import as_contract

    _check_call(lab, key, table)
    place = Path(run)
    record = checked_record(place)
    promised = recipe_contract(place) if contract is None else as_contract(contract)
    signer = None if key is None else SigningKey.load(key)
    common: dict[str, Any] = {"valid_days": valid_days, "out": out, "overwrite": overwrite, "now": now}
    kept = recipe_store(place) if store is None else store
    if lab is not None and signer is not None:
        issued = certify_as_lab(place, lab=lab, key=signer, contract=promised, table=table, **common)
    else:
        issued = _certify_own(place, promised, signer, background_of(record, promised, kept), common)
    remarks = record_issue(issued, record, kept, probe="certify" if lab is None else "lab")
    return replace(issued, remarks=(*issued.remarks, *remarks))


def _certify_own(
    place: Path,
    contract: Contract | None,
    key: SigningKey | None,
    known: Background,
    common: dict[str, Any],
) -> Issued:
    target = place / CERTIFICATE if common["out"] is None else Path(common["out"])
    return certify_run(
        place,
        contract=contract,
        key=key,
        commitment=known.commitment,
        evidence_head=known.head,
        earlier=known.earlier,
        previous=digest_if_there(target) if common["overwrite"] else "",
        **common,
    )


def _check_call(lab: str | None, key: str | Path | None, table: Any) -> None:
    problems = []
    if lab is not None and key is None:
        advice = "equitab certify --new-key lab.pem makes one, then --key lab.pem"
        problems.append(Problem("--lab", "a key of the lab's own", "none", advice))
    if lab is None and table is not None:
        advice = "leave --table out: what the run measured is signed as it is"
        problems.append(Problem("--table", "only with --lab", "an owner's certificate", advice))
    if problems:
        raise InputError(problems)


__all__ = [
    "Issued",
    "NewKey",
    "certify",
    "certify_as_lab",
    "certify_run",
    "checked_record",
    "chosen_by",
    "make_key",
    "recipe_contract",
]
