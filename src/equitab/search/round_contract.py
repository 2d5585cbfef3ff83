"""A contract as rounds of growing look at it: on validation rows, for the one model that every round trains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from equitab.assurance import Clause, Condition, Contract, ContractVerdict, check_contract, conditions_of
from equitab.assurance.measurement_table import MeasurementTable
from equitab.assurance.requirement import EVERY
from equitab.evaluation import HALF, TUNED, Measurement
from equitab.evaluation.results import measurements_frame
from equitab.search.clause_distance import Distance, Ruler
from equitab.search.growth import ClauseStanding

UNTREATED, TREATMENT = "original", "augmented"
SUBJECT = "rounds of growing, on validation rows"


@dataclass(frozen=True, eq=False)
class RoundContract:
    """A contract, and the model that its promises are about.

    Parameters
    ----------
    contract : Contract
    model : str
        The learner's name.
    n_validation : int
    """

    contract: Contract
    model: str
    n_validation: int

    def chosen(self, *, has_added: bool) -> dict[str, str]:
        """Return which model, treatment and operating point are meant where a clause does not say."""
        treatment = TREATMENT if has_added else UNTREATED
        return {"model": self.model, "treatment": treatment, "operating_point": HALF}

    @property
    def metrics(self) -> frozenset[str]:
        """The metrics that clauses name, those that they compare with among them."""
        found = set()
        for condition in self.conditions:
            found |= {condition.metric, condition.against.get("metric", condition.metric)}
        return frozenset(found)

    @property
    def operating_points(self) -> tuple[str, ...]:
        """The operating points that clauses name; 0.5 in any case."""
        named = {point for one in self.conditions for point in one.where.get("operating_point", ())}
        return (HALF, TUNED) if named & {TUNED, EVERY} else (HALF,)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All conditions of all clauses."""
        return tuple(one for clause in self.contract.clauses for one in conditions_of(clause.requirement))

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader must know about how the contract was read."""
        looking_back = [clause.name for clause in self.contract.clauses if clause.over is not None]
        if not looking_back:
            return ()
        names = ", ".join(map(repr, looking_back))
        return (f"promises over several runs ({names}) were judged for each round alone",)

    def check(
        self, measured: Sequence[Measurement], *, before: Sequence[Measurement], has_added: bool
    ) -> tuple[ContractVerdict, tuple[ClauseStanding, ...]]:
        """Return what became of the contract in one round.

        Parameters
        ----------
        measured : sequence of Measurement
            Of the round: of its model on validation rows, of its table and its added rows.
        before : sequence of Measurement
            Of the model without added rows: the treatment ``original``.
        has_added : bool
            Whether the round has added rows.
        """
        chosen = self.chosen(has_added=has_added)
        seen = measurements_frame(self._as_seen(measured, before, has_added=has_added))
        judged = replace(self.contract, clauses=tuple(replace(one, over=None) for one in self._clauses))
        verdict = check_contract(judged, seen, chosen=chosen, subject=SUBJECT)
        verdict = replace(verdict, contract_digest=self.contract.digest)
        table = MeasurementTable.of(seen)
        ruler = Ruler(table, verdict, chosen=chosen, n_rows=self.n_validation, has_added=has_added)
        return verdict, tuple(_standings(self._clauses, verdict, ruler))

    @property
    def _clauses(self) -> tuple[Clause, ...]:
        return self.contract.clauses

    def _as_seen(
        self, measured: Sequence[Measurement], before: Sequence[Measurement], *, has_added: bool
    ) -> Iterator[Measurement]:
        """Yield measurements with validation rows in the place of test rows, which a contract is about.

        Clauses that name validation rows themselves find them too. Without added rows the augmented table is the
        original one; it is shown twice only where a clause names it.
        """
        for stage in ("test", *(["validation"] if self._names("stage", "validation") else [])):
            yield from (replace(one, stage=stage, treatment=UNTREATED) for one in _of(before, "validation"))
            if has_added or self._names("treatment", TREATMENT):
                yield from (
                    replace(one, stage=stage, treatment=TREATMENT) for one in _of(measured, "validation")
                )
        yield from (replace(one, treatment=UNTREATED) for one in _of(before, "complexity"))
        yield from (replace(one, treatment=TREATMENT) for one in _of(measured, "complexity"))
        yield from (one for one in measured if one.stage not in ("validation", "complexity"))

    def _names(self, key: str, value: str) -> bool:
        return any(value in one.where.get(key, ()) for one in self.conditions)


def _of(measured: Sequence[Measurement], stage: str) -> list[Measurement]:
    return [one for one in measured if one.stage == stage]


def _standings(clauses: Sequence[Clause], verdict: ContractVerdict, ruler: Ruler) -> Iterator[ClauseStanding]:
    for clause, held in zip(clauses, verdict.clauses, strict=True):
        bounds = clause.requirement if isinstance(clause.requirement, Condition) else None
        standing = ClauseStanding(
            name=clause.name,
            severity=clause.severity,
            verdict=held.verdict,
            value=held.value,
            low=held.low,
            high=held.high,
            at_most=None if bounds is None else bounds.at_most,
            at_least=None if bounds is None else bounds.at_least,
        )
        if held.verdict == "not applicable":
            yield standing
        else:
            yield _measured(standing, ruler.distance(clause.requirement))


def _measured(standing: ClauseStanding, distance: Distance) -> ClauseStanding:
    is_met = standing.verdict == "met"
    known = None if distance.excess == float("inf") else distance.excess
    return replace(
        standing,
        excess=0.0 if is_met else known,
        rows_to_decide=None if is_met else _whole(distance.rows_to_decide),
        rows_at_best=None if is_met else _whole(distance.rows_at_best),
        unmeasured="" if is_met else distance.unmeasured,
    )


def _whole(rows: float | None) -> int | None:
    """Return a number of rows to two digits: it is an estimate."""
    if rows is None:
        return None
    digits = max(len(str(int(rows))) - 2, 0)
    return -(-int(rows + 1) // 10**digits) * 10**digits
