"""What an audit of proxies found, to be asked and printed."""

from __future__ import annotations

from dataclasses import dataclass

from equitab.evaluation.results import CurvePoint, Measurement

__all__ = ["WITH_OUTCOME", "ProxyAudit"]

WITH_OUTCOME = "with outcome"
"""The operating point of guesses that also see the outcome."""


@dataclass(frozen=True)
class ProxyAudit:
    """What was found about the proxies of every sensitive feature.

    Parameters
    ----------
    measurements : tuple of Measurement
        Stage ``proxies``; see `audit_proxies`.
    points : tuple of CurvePoint
        Figure ``proxy_columns/<sensitive>``: series ``<treatment>|alone`` and ``<treatment>|lost when
        shuffled``, x the column.
    treatments : tuple of str
        The tables: the audited one first.
    """

    measurements: tuple[Measurement, ...]
    points: tuple[CurvePoint, ...]
    treatments: tuple[str, ...]

    def auroc(
        self, sensitive_features: str, *, with_outcome: bool = False, treatment: str = ""
    ) -> float | None:
        """Return how well a sensitive feature (or ``sex × race``) can be told; None where undefined.

        Parameters
        ----------
        sensitive_features : str
        with_outcome : bool, default False
        treatment : str
            The audited table when empty.
        """
        point = WITH_OUTCOME if with_outcome else ""
        held = self._pick("proxy_auroc", sensitive_features, treatment or self.treatments[0])
        return next((one.value for one in held if one.operating_point == point), None)

    def carriers(self, sensitive_features: str, *, treatment: str = "") -> tuple[tuple[str, float], ...]:
        """Return the columns that carry a sensitive feature with what is lost without each, most first."""
        held = self._pick("proxy_auroc_drop", sensitive_features, treatment or self.treatments[0])
        found = [(one.model, one.value) for one in held if one.value is not None]
        return tuple(sorted(found, key=lambda pair: -pair[1]))

    @property
    def features(self) -> tuple[str, ...]:
        """The sensitive features, and their combination, in order."""
        return tuple(dict.fromkeys(one.sensitive_features for one in self.measurements))

    def table(self, *, n_columns: int = 5) -> str:
        """Return the audit as plain text: for each sensitive feature and table the AUROC and the carriers."""
        lines = []
        for name in self.features:
            lines.append(f"{name}: AUROC of guessing it from the other columns (0.5: nothing can be told)")
            lines += [f"  {treatment}: {self._line(name, treatment)}" for treatment in self.treatments]
            carriers = self.carriers(name)[:n_columns]
            if carriers:
                listed = ", ".join(f"{column} ({lost:+.3f})" for column, lost in carriers)
                lines.append(f"  carried most by (AUROC lost when shuffled): {listed}")
        return "\n".join(lines)

    def _line(self, name: str, treatment: str) -> str:
        parts = []
        for one in self._pick("proxy_auroc", name, treatment):
            words = f"{one.operating_point or 'without outcome'} "
            if one.value is None:
                return f"undefined: {one.reason}"
            ends = "" if one.low is None else f" [{one.low:.3f}, {one.high:.3f}]"
            parts.append(f"{words}{one.value:.3f}{ends}")
        return "; ".join(parts)

    def _pick(self, metric: str, name: str, treatment: str) -> list[Measurement]:
        wanted = (metric, name, treatment)
        return [
            one for one in self.measurements if (one.metric, one.sensitive_features, one.treatment) == wanted
        ]
