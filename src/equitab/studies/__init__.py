"""Published experiments repeated: each paper's numbers beside ours."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from equitab.studies.blow_run import StudyResult, study_blow
from equitab.studies.dr_fairness_run import DrFairnessResult, study_dr_fairness
from equitab.studies.maghool_run import MaghoolResult, study_maghool
from equitab.studies.mcrage_run import McrageResult, study_mcrage
from equitab.studies.mostly_run import MostlyResult, study_mostly

STUDIES: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "blow": study_blow,
        "dr_fairness": study_dr_fairness,
        "maghool": study_maghool,
        "mcrage": study_mcrage,
        "mostly": study_mostly,
    }
)
"""Every study by name. Its result has a ``folder``, ``numbers`` and a ``summary``."""

__all__ = [
    "STUDIES",
    "DrFairnessResult",
    "MaghoolResult",
    "McrageResult",
    "MostlyResult",
    "StudyResult",
    "study_blow",
    "study_dr_fairness",
    "study_maghool",
    "study_mcrage",
    "study_mostly",
]
