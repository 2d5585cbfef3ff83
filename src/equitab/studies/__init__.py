"""Published experiments repeated: each paper's numbers beside ours."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from equitab.studies.blow_run import StudyResult, study_blow
from equitab.studies.mcrage_run import McrageResult, study_mcrage
from equitab.studies.mostly_run import MostlyResult, study_mostly

STUDIES: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {"blow": study_blow, "mcrage": study_mcrage, "mostly": study_mostly}
)
"""Every study by name. Its result has a ``folder``, ``numbers`` and a ``summary``."""

__all__ = [
    "STUDIES",
    "McrageResult",
    "MostlyResult",
    "StudyResult",
    "study_blow",
    "study_mcrage",
    "study_mostly",
]
