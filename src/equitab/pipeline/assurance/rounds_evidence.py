"""What rounds of growing leave in the evidence store: what was measured of every promise, with the round's number.

Rounds choose on validation rows; whoever looks back at earlier runs leaves their evidence aside (`ROUNDS_PROBE`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from equitab.pipeline.assurance.run_evidence import contract_choice, keep_evidence, noted_time, source_of
from equitab.pipeline.assurance.store_knowledge import ROUNDS_PROBE
from equitab.pipeline.run_folder import RunFolder

if TYPE_CHECKING:
    from equitab.assurance import Contract, Evidence
    from equitab.pipeline.preparation import PreparedRun
    from equitab.search import GrowthRound


@dataclass(frozen=True, eq=False)
class RoundsEvidence:
    """Keeps every round as evidence as soon as it is measured.

    Parameters
    ----------
    prepared : PreparedRun
    folder : RunFolder
    contract : Contract
        Only metrics that its clauses name are kept.
    remarks : list of str
        What became of evidence that could not be kept, each thing once.
    """

    prepared: PreparedRun
    folder: RunFolder
    contract: Contract
    remarks: list[str] = field(default_factory=list)

    def keep(self, found: GrowthRound) -> None:
        """Record one round; whatever happens, the run goes on."""
        kept = keep_evidence(self._evidence(found), contract_choice(self.prepared))
        self.remarks.extend(remark for remark in kept.remarks if remark not in self.remarks)

    def _evidence(self, found: GrowthRound) -> list[Evidence]:
        from equitab.assurance import conditions_of

        source = source_of(self.prepared, self.folder, time=noted_time(self.folder, "rounds_at"))
        source = replace(source, probe=ROUNDS_PROBE, model_digest="")  # an earlier attempt may have left one
        named = {
            condition.metric
            for clause in self.contract.clauses
            for condition in conditions_of(clause.requirement)
        }
        about = {"round": found.number, "n_added": found.n_added}
        words = f"round {found.number}: {found.n_added:,} rows added"
        return [
            source.says(
                "measurement",
                {**vars(held), **about, "reason": "; ".join(filter(None, (held.reason, words)))},
            )
            for held in found.measurements
            if held.metric in named
        ]
