"""Published experiments repeated: each paper's numbers beside ours."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from equitab.studies.blow_run import StudyResult, study_blow
from equitab.studies.mostly_run import MostlyResult, study_mostly

STUDIES: Mapping[str, Callable[..., Any]] = MappingProxyType({"blow": study_blow, "mostly": study_mostly})
"""Every study by name. Its result has a ``folder``, ``numbers`` and a ``summary``."""

__all__ = ["STUDIES", "MostlyResult", "StudyResult", "study_blow", "study_mostly"]
