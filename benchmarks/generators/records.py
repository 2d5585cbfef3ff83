"""Results: one JSON object a line, appended as they come, so that a run can be taken up again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KEY = ("step", "part", "table", "contender", "n_training", "n_drawn", "seed")


@dataclass(frozen=True)
class Records:
    """The results file.

    A later line of the same key counts more than an earlier one.
    """

    path: Path

    def all(self) -> dict[tuple[Any, ...], dict[str, Any]]:
        """Return the results by their key."""
        if not self.path.is_file():
            return {}
        lines = self.path.read_text(encoding="utf-8").splitlines()
        found = [json.loads(line) for line in lines if line.strip()]
        return {tuple(record.get(name) for name in KEY): record for record in found}

    def has(self, job: Mapping[str, Any]) -> bool:
        """Say whether a job was done, or ran out of its time, or cannot be done here."""
        return tuple(job.get(name) for name in KEY) in self.all()

    def append(self, record: Mapping[str, Any]) -> None:
        """Write one more result."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
