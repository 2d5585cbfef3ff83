"""Published experiments repeated: each paper's numbers beside ours."""

from equitab.studies.blow_run import StudyResult, study_blow

__all__ = ["StudyResult", "study_blow"]
