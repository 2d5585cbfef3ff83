"""Results: one JSON object a line, appended as they come; a line's ``key`` says what was done."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class FairRecords:
    """The results file.

    A later line of the same key counts more than an earlier one.
    """

    path: Path

    def all(self) -> dict[str, dict[str, Any]]:
        """Return the results by their key."""
        if not self.path.is_file():
            return {}
        lines = self.path.read_text(encoding="utf-8").splitlines()
        return {record["key"]: record for line in lines if line.strip() for record in [json.loads(line)]}

    def of_part(self, part: str) -> Iterator[dict[str, Any]]:
        """Give the results of one part."""
        for record in self.all().values():
            if record["part"] == part:
                yield record

    def has(self, key: str) -> bool:
        """Say whether a job was done."""
        return key in self.all()

    def append(self, key: str, part: str, facts: Mapping[str, Any]) -> None:
        """Write one more result."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"key": key, "part": part, **facts}, ensure_ascii=False) + "\n")
