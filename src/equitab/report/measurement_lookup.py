"""Finds single measurements among many; a page that shows two numbers side by side asks for each of them here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from equitab.evaluation.results import Measurement

HALF = "0.5"


@dataclass(frozen=True)
class Lookup:
    """Measurements, asked for by what they are about; of several seeds the mean comes first."""

    measurements: tuple[Measurement, ...]

    def of_model(
        self, metric: str, treatment: str, model: str, *, features: str = "", group: str = ""
    ) -> Measurement | None:
        """Return what was measured of a model on test rows at the threshold 0.5."""
        return next(
            (
                one
                for one in self.measurements
                if (one.metric, one.treatment, one.model, one.stage) == (metric, treatment, model, "test")
                and (one.sensitive_features, one.group, one.operating_point) == (features, group, HALF)
            ),
            None,
        )

    def of_table(self, metric: str, treatment: str, *, features: str = "") -> Measurement | None:
        """Return what was measured of a table itself, over all groups that are large enough."""
        return next(
            (
                one
                for one in self.measurements
                if (one.metric, one.treatment, one.stage) == (metric, treatment, "audit")
                and one.sensitive_features == features
                and one.operating_point in ("", HALF)
            ),
            None,
        )

    def by_group(self, metric: str, treatment: str, model: str, features: str) -> list[Measurement]:
        """Return a model's rates of single groups on test rows at the threshold 0.5, those with a value."""
        return [
            one
            for one in self.measurements
            if (one.metric, one.treatment, one.model, one.stage) == (metric, treatment, model, "test")
            and one.sensitive_features == features
            and one.operating_point == HALF
            and one.group
            and one.value is not None
            and (one.generator_seed, one.model_seed) == self._first_seeds(metric, treatment, model)
        ]

    def models(self, treatment: str) -> list[str]:
        """Return the models of a treatment that were judged on test rows, in order."""
        return list(
            dict.fromkeys(
                one.model
                for one in self.measurements
                if one.treatment == treatment and one.stage == "test" and one.model
            )
        )

    def _first_seeds(self, metric: str, treatment: str, model: str) -> tuple[int | None, int | None]:
        """Return the seeds of the first measurement of a kind: single groups are not taken from two seeds."""
        return next(
            (one.generator_seed, one.model_seed)
            for one in self.measurements
            if (one.metric, one.treatment, one.model, one.stage) == (metric, treatment, model, "test")
        )


def ends(measurements: Iterable[Measurement]) -> tuple[Measurement, Measurement] | None:
    """Return the measurements with the lowest and the highest value; None where there are fewer than two."""
    held = sorted((one for one in measurements if one.value is not None), key=lambda one: one.value or 0.0)
    return (held[0], held[-1]) if len(held) > 1 else None
