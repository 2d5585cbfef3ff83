"""Operators that check promises, sign what was measured, and check what somebody signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowFailException

from equitab.integrations.airflow.kept_promises import keep_promises
from equitab.integrations.airflow.operator_base import EquitabOperator
from equitab.integrations.airflow.promise_terms import ContractSource, InDoubt, Promise, stops
from equitab.integrations.airflow.task_answer import written


class EquitabAssureOperator(EquitabOperator):
    """Check a contract on a run, a table, predictions or measurements, and stop the DAG where it is broken.

    The same check as `promise`, as a task of its own.

    Parameters
    ----------
    contract : str, path, sequence of str, or mapping
        A template's name, several of them, the path of a contract's file, or its keys.
    on : str
        A run's folder, a table, predictions, or measurements.
    schema : mapping of its keys, or path, optional
    prediction : str, optional
        The column of predictions to judge in place of the labels.
    if_undetermined : {"stop", "go_on"}
    store : str, optional
        The evidence store: a path, a URL, or ``none``; the default store when not given.
    subject : str, optional
        What the evidence is about, over all runs of the DAG; when not given, what the run of a recipe says of
        itself, and ``<dag>.<task>`` for everything else.
    seed : int, default 0

    Notes
    -----
    Returns ``{"contract", "verdict", "is_broken", "clauses", "evidence"}``.
    """

    template_fields: ClassVar[Sequence[str]] = ("contract", "on", "schema", "prediction", "store", "subject")

    def __init__(
        self,
        *,
        contract: ContractSource,
        on: str,
        schema: Mapping[str, Any] | str | None = None,
        prediction: str | None = None,
        if_undetermined: InDoubt = "stop",
        store: str | None = None,
        subject: str | None = None,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.contract = contract
        self.on = on
        self.schema = schema
        self.prediction = prediction
        self.if_undetermined = if_undetermined
        self.store = store
        self.subject = subject
        self.seed = seed

    def work(self) -> dict[str, Any]:
        """Check the contract."""
        held = Promise(
            contract=self.contract,
            on=self.on,
            schema=self.schema,
            prediction=self.prediction,
            if_undetermined=self.if_undetermined,
            store=self.store,
            subject=self.subject,
            seed=self.seed,
        )
        return keep_promises((held,), get_current_context(), None)[0].to_dict()


class EquitabCertifyOperator(EquitabOperator):
    """Sign what a run found, or judge somebody else's run as a lab.

    Parameters
    ----------
    run : str
        The folder of a finished run. It has a certificate already, signed when it ran: another one needs `out`, `lab`
        or `overwrite`.
    contract : str, path, sequence of str, or mapping, optional
        The recipe's contract when not given.
    key : str, optional
        The file of the key to sign with; this machine's own key when not given.
    lab : str, optional
        Judge somebody else's run under this name: measure it again.
    table : str, optional
        For a lab: the source table, if it moved.
    out : str, optional
        A file; ``certificate.json`` in the run's folder when not given.
    valid_days : int, optional
    overwrite : bool, default False

    Notes
    -----
    Returns ``{"file", "digest", "key_id", "contract", "verdict"}``.
    """

    template_fields: ClassVar[Sequence[str]] = ("run", "contract", "key", "lab", "table", "out")

    def __init__(
        self,
        *,
        run: str,
        contract: ContractSource | None = None,
        key: str | None = None,
        lab: str | None = None,
        table: str | None = None,
        out: str | None = None,
        valid_days: int | None = None,
        overwrite: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.run = run
        self.contract = contract
        self.key = key
        self.lab = lab
        self.table = table
        self.out = out
        self.valid_days = valid_days
        self.overwrite = overwrite

    def work(self) -> dict[str, Any]:
        """Sign the run."""
        from equitab.pipeline import certify

        issued = certify(
            self.run,
            contract=self.contract,
            key=self.key,
            lab=self.lab,
            table=self.table,
            valid_days=self.valid_days,
            out=self.out,
            overwrite=self.overwrite,
        )
        self.say([f"Signed by {issued.key_id}: {issued.path}", *issued.remarks])
        verdict = issued.certificate.verdict or {}
        return {
            "file": str(issued.path),
            "digest": issued.digest,
            "key_id": issued.key_id,
            "contract": verdict.get("contract"),
            "verdict": verdict.get("verdict"),
        }


class EquitabVerifyOperator(EquitabOperator):
    """Check a certificate and everything that it names; stop the DAG where it does not hold.

    Parameters
    ----------
    certificate : str
        A certificate's file, or the folder of a run.
    run : str, optional
        The run's folder, where the certificate lies elsewhere.
    keys : sequence of str, default ()
        Public keys: with any, only these are trusted; this machine's own list otherwise.
    table : str, optional
        The source table; its content is compared.
    recompute : bool, default False
        Judge the saved model again on the real rows, and compare.
    if_undetermined : {"stop", "go_on"}
        What happens where the certificate holds but the evidence is not enough for its contract.

    Notes
    -----
    Returns ``{"is_valid", "status", "digest", "key_id", "key_name", "verdict", "not_checked"}``.
    """

    template_fields: ClassVar[Sequence[str]] = ("certificate", "run", "keys", "table")

    def __init__(
        self,
        *,
        certificate: str,
        run: str | None = None,
        keys: Sequence[str] = (),
        table: str | None = None,
        recompute: bool = False,
        if_undetermined: InDoubt = "stop",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.certificate = certificate
        self.run = run
        self.keys = keys
        self.table = table
        self.recompute = recompute
        self.if_undetermined = if_undetermined

    def work(self) -> dict[str, Any]:
        """Check the certificate."""
        from equitab.pipeline import verify

        found = verify(
            self.certificate, run=self.run, keys=self.keys, table=self.table, recompute=self.recompute
        )
        self.say([*found.checked, *(f"not checked: {what}: {why}" for what, why in found.not_checked)])
        if not found.is_valid:
            listed = "\n".join(str(finding) for finding in found.findings)
            raise AirflowFailException(f"Certificate {self.certificate!r} does not hold.\n{listed}")
        verdict = found.overall_verdict
        if stops(verdict, self.if_undetermined):
            raise AirflowFailException(f"Certificate {self.certificate!r} holds; its contract is {verdict}.")
        told = found.to_dict()
        head = {key: told[key] for key in ("is_valid", "status", "digest", "key_id", "key_name")}
        return {**head, "verdict": verdict or None, "not_checked": len(found.not_checked)}


class EquitabMonitorOperator(EquitabOperator):
    """Check a certified run on new rows, and stop the DAG where its certificate is no longer in force.

    Where data, model or code changed, the saved model is judged on the new rows, the contract is checked again, and
    the certificate is renewed, suspended or revoked. In a scheduled DAG this is a monitor.

    Parameters
    ----------
    run : str
        The folder of a run with a contract and a certificate.
    table : str
        New real rows whose outcomes became known, with the columns of the run's table.
    store : str, optional
        The evidence store; where the run's recipe says, else the default one, when not given; ``none`` for nowhere.
    key : str, optional
        The file of the key that signs renewals; this machine's own key when not given.
    if_undetermined : {"stop", "go_on"}

    Notes
    -----
    Returns ``{"status", "verdict", "changes", "rows", "file", "digest"}``, of the certificate that counts now.
    """

    template_fields: ClassVar[Sequence[str]] = ("run", "table", "store", "key")

    def __init__(
        self,
        *,
        run: str,
        table: str,
        store: str | None = None,
        key: str | None = None,
        if_undetermined: InDoubt = "stop",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.run = run
        self.table = table
        self.store = store
        self.key = key
        self.if_undetermined = if_undetermined

    def work(self) -> dict[str, Any]:
        """Look once."""
        from equitab.pipeline import monitor

        found = monitor(self.run, self.table, store=self.store, key=self.key)[-1]
        self.say([*found.lines(), *found.remarks])
        if found.exit_code == 1 or (found.exit_code and self.if_undetermined == "stop"):
            verdict = (
                "" if found.verdict is None else f"; on the new rows its contract is {found.verdict.verdict}"
            )
            raise AirflowFailException(f"The certificate of {self.run!r} is {found.status}{verdict}.")
        return {
            "status": found.status,
            "verdict": found.claimed if found.verdict is None else found.verdict.verdict,
            "changes": list(found.changes),
            "rows": found.n_rows,
            **written(str(found.certificate)),
        }
