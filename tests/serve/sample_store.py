"""A store to look at: twelve runs of two subjects, promises met, violated and undetermined, and certificates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from equitab.assurance.evidence import Evidence, EvidenceSource
from equitab.assurance.evidence_store import EvidenceStore

START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LOANS, HIRING = "loans.csv", "hiring.csv"
DIGEST = "sha256:" + "ab12" * 16


def write_sample(path: Path) -> None:
    """Write the store: nine runs about loans, three about hiring, one of them without a contract."""
    with EvidenceStore.open(path) as store:
        for number in range(9):
            store.append(loan_run(number))
        for number in range(3):
            store.append(hiring_run(number))


def loan_run(number: int) -> list[Evidence]:
    """Return the evidence of a run: its gap closes over time, its utility stays, its privacy cannot be told."""
    source = source_of(f"run-loans-{number:02d}", LOANS, START + timedelta(days=7 * number))
    gap = 0.17 - 0.018 * number
    promises = [
        clause("parity within 0.1", gap, gap - 0.025, gap + 0.025, at_most=0.1, text=_PARITY),
        clause("accuracy at least 0.8", 0.852, 0.846, 0.858, at_least=0.8, about="utility", text=_ACCURACY),
        clause("attack near chance", 0.52, 0.47, 0.57, at_most=0.55, about="privacy", text=_ATTACK),
        clause("no copies", None, None, None, about="privacy", text="No row is a copy of a real one."),
    ]
    verdict = worst_of(promises)
    return [
        source.says("run", {"event": "started", "table": LOANS, "n_rows": 16_281}),
        *(source.says("measurement", body) for body in measurements(gap)),
        source.says("verdict", {"contract": "fair lending", "clause": "", "verdict": verdict}),
        *(source.says("verdict", body) for body in promises),
        source.says("platform", PLATFORM),
        *certificate_steps(source, number, verdict),
    ]


def hiring_run(number: int) -> list[Evidence]:
    """Return the evidence of a run: the last one breaks what was promised."""
    source = source_of(f"run-hiring-{number:02d}", HIRING, START + timedelta(days=20 * number, hours=3))
    ratio = (0.91, 0.84, 0.62)[number]
    promise = clause(
        "four fifths",
        ratio,
        ratio - 0.03,
        ratio + 0.03,
        at_least=0.8,
        text=_FOUR_FIFTHS,
        contract="fair hiring",
    )
    return [
        source.says("run", {"event": "started", "table": HIRING, "n_rows": 4_000}),
        *(source.says("measurement", body) for body in measurements(1 - ratio)),
        source.says("verdict", promise),
        source.says("platform", PLATFORM),
        source.says(
            "certificate",
            {
                "certificate": "sha256:" + "cd34" * 16,
                "status": ("valid", "valid", "revoked")[number],
                "event": ("issued", "checked again", "promise broken")[number],
                "contract": "fair hiring",
                "verdict": promise["verdict"],
                "reason": "four fifths: 0.62 lies below 0.8 with its whole interval" if number == 2 else "",
                "expires_at": "2099-01-01T00:00:00Z",
                "key": "ed25519:" + "0f" * 32,
            },
        ),
    ]


def certificate_steps(source: EvidenceSource, number: int, verdict: str) -> list[Evidence]:
    """Return the certificate of a run; each renews that of the run before."""
    digest = f"sha256:{number:064x}"
    body = {"contract": "fair lending", "verdict": verdict, "key": "ed25519:" + "0f" * 32}
    issued = {
        **body,
        "certificate": digest,
        "status": "valid",
        "event": "issued",
        "expires_at": "2099-01-01T00:00:00Z",
        "previous_certificate": f"sha256:{number - 1:064x}" if number else None,
    }
    if not number:
        return [source.says("certificate", issued)]
    old = {
        **body,
        "certificate": f"sha256:{number - 1:064x}",
        "status": "renewed",
        "event": "renewed by a newer certificate",
    }
    return [source.says("certificate", old), source.says("certificate", issued)]


def source_of(run: str, subject: str, time: datetime) -> EvidenceSource:
    """Return where a run's evidence comes from."""
    return EvidenceSource(
        run=run, subject=subject, time=time, probe="run", data_digest=DIGEST, code_digest=DIGEST, seed=7
    )


def clause(
    name: str,
    value: float | None,
    low: float | None,
    high: float | None,
    *,
    at_most: float | None = None,
    at_least: float | None = None,
    about: str = "fairness",
    text: str = "",
    contract: str = "fair lending",
) -> dict[str, Any]:
    """Return the verdict on a clause as evidence holds it, judged on its interval."""
    verdict, reason = judge(low, high, at_most, at_least)
    return {
        "contract": contract,
        "clause": name,
        "property": about,
        "severity": "block",
        "verdict": verdict,
        "promise": text or name,
        "value": value,
        "low": low,
        "high": high,
        "n": None if value is None else 16_281,
        "reason": reason,
        "shown": "" if value is None else "sex, gradient boosting, real test rows",
        "at_most": at_most,
        "at_least": at_least,
    }


def judge(
    low: float | None, high: float | None, at_most: float | None, at_least: float | None
) -> tuple[str, str]:
    """Return the verdict on an interval and its reason."""
    if low is None or high is None:
        return "undetermined", "nothing was measured for it"
    if at_most is not None and high > at_most:
        bad = low > at_most
        return ("violated", "") if bad else ("undetermined", f"the interval holds the bound {at_most}")
    if at_least is not None and low < at_least:
        bad = high < at_least
        return ("violated", "") if bad else ("undetermined", f"the interval holds the bound {at_least}")
    return "met", ""


def worst_of(promises: list[dict[str, Any]]) -> str:
    """Return the verdict over several."""
    found = {promise["verdict"] for promise in promises}
    return next(verdict for verdict in ("violated", "undetermined", "met") if verdict in found)


def measurements(gap: float) -> list[dict[str, Any]]:
    """Return some measurements of two models before and after, by sex and by sex and race."""
    return [
        {
            "metric": metric,
            "value": round(value + gap * change, 6),
            "low": round(value + gap * change - 0.02, 6),
            "high": round(value + gap * change + 0.02, 6),
            "confidence": 0.95,
            "interval_method": "bootstrap",
            "n": n,
            "sensitive_features": features,
            "group": group,
            "reference_group": reference,
            "model": model,
            "treatment": treatment,
            "stage": "test",
            "operating_point": "0.5",
            "status": "ok",
        }
        for model in ("gradient_boosting", "logistic_regression")
        for treatment, change in (("original", 1.6), ("augmented_reweighed", 1.0))
        for metric, value in (("statistical_parity_difference", 0.0), ("accuracy", 0.85), ("auroc", 0.9))
        for features, group, reference, n in (
            ("", "", "", 16_281),
            ("sex", "Female", "Male", 5_421),
            ("sex×race", "Female×Black", "Male×White", 612),
        )
    ]


PLATFORM = {
    "wall_seconds": 41.234,
    "cpu_seconds": 63.5,
    "peak_memory_bytes": 812_000_000,
    "versions": {"equitab": "0.1.0", "python": "3.11.8", "scikit-learn": "1.8.0"},
    "data_access": [{"file": "loans.csv", "rows": 16_281}],
    "code_digest": DIGEST,
}
_PARITY = "The selection rates of any two groups by sex differ by at most 0.1."
_ACCURACY = "The model is right for at least 80% of people."
_ATTACK = "An attack tells members from others hardly better than chance: AUROC at most 0.55."
_FOUR_FIFTHS = "The selection rate of every group is at least four fifths of the highest."
