"""How much room the rows of a plan need."""

from __future__ import annotations

from pathlib import Path

import pytest

from equitab.errors import ConstraintError
from equitab.pipeline.plan_size import PlanSize


def test_rows_for_which_no_disk_has_room_are_refused_before_anything_is_learned(tmp_path: Path) -> None:
    """What is free and what is needed stand in the message; a folder that is not there yet is no matter."""
    endless = PlanSize(10**13, 500.0, None)
    with pytest.raises(ConstraintError, match=r"of disk, received 10,000,000,000,000 rows"):
        endless.check_disk(tmp_path / "new" / "rows.parquet")
    PlanSize(10, 500.0, None).check_disk(tmp_path / "new" / "rows.parquet")
