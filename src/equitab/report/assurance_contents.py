"""What a page is told about promises, their history and the certificate, as plain frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from equitab.report.charts.promise_chart import PromisePoint

if TYPE_CHECKING:
    from equitab.assurance import ContractVerdict


@dataclass(frozen=True, kw_only=True)
class CommitmentContents:
    """That a contract was fixed before the run, as the evidence store shows it.

    Parameters
    ----------
    time : str
        When it was committed, UTC.
    sequence, run_sequence : int
        Its place in the chain of evidence, and that of the first record of this run, which comes after it.
    n_earlier_runs : int
        Runs about the same subject that the store held already when the contract was committed: whoever
        committed it may have known their results.
    """

    time: str
    sequence: int
    run_sequence: int
    n_earlier_runs: int = 0


@dataclass(frozen=True, kw_only=True)
class CertificateContents:
    """The certificate that is written beside the page.

    Parameters
    ----------
    file : str
        Its name in the run's folder.
    key_name, key_id : str
        Who signs.
    valid_days : int
    digests : tuple of (str, str)
        What is certified and its SHA-256, of everything that was there before the page.
    contract_digest : str
        Empty without a contract.
    commitment : CommitmentContents or None
    no_commitment_reason : str
        Why none is shown.
    store : str
        Where the evidence is, without a password.
    store_remark : str
        What has to be known about the store: that evidence waits in the outbox, say.
    reason : str
        Why there is no certificate; empty where there is one.
    """

    file: str = "certificate.json"
    key_name: str = ""
    key_id: str = ""
    valid_days: int = 0
    digests: tuple[tuple[str, str], ...] = ()
    contract_digest: str = ""
    commitment: CommitmentContents | None = None
    no_commitment_reason: str = ""
    store: str = ""
    store_remark: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class PromiseHistory:
    """One promise, every time that it was checked.

    Parameters
    ----------
    name : str
        Of the clause.
    text : str
        The promise in words.
    points : tuple of PromisePoint
        From the oldest to the newest; this run's is the last.
    """

    name: str
    text: str
    points: tuple[PromisePoint, ...]


@dataclass(frozen=True, kw_only=True)
class AssuranceContents:
    """Everything that a page shows of promises.

    Parameters
    ----------
    verdict : ContractVerdict or None
        None where nothing was promised.
    contract_name, description : str
    history : tuple of PromiseHistory
        Empty where this is the first run about its subject.
    certificate : CertificateContents or None
    """

    verdict: ContractVerdict | None = None
    contract_name: str = ""
    description: str = ""
    history: tuple[PromiseHistory, ...] = ()
    certificate: CertificateContents | None = None
