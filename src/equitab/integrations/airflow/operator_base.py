"""What equitab's operators share: words in the task's log, and errors that no retry can mend."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException

from equitab.errors import InputError, OutputExistsError, SavedFormatError

if TYPE_CHECKING:
    from equitab.pipeline import ProgressReport


class EquitabOperator(BaseOperator):
    """A stage as a task; its children say in `work` which function of the library they call."""

    ui_color = "#dbe9f6"

    def execute(self, context: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - Airflow hands it in
        """Do the work; bad input fails the task at once, however many retries it has."""
        with without_retry(), warnings.catch_warnings():
            # Saving a model looks at every module that is loaded, Airflow's deprecated ones too: a hundred warnings.
            warnings.filterwarnings("ignore", message=r"The `airflow\.")
            return self.work()

    @abstractmethod
    def work(self) -> dict[str, Any]:
        """Return what the next task needs to know: places, digests, counts, verdicts, never rows."""

    def say(self, lines: Iterable[str]) -> None:
        """Write lines to the task's log."""
        for line in lines:
            self.log.info("%s", line)

    def progress(self, report: ProgressReport) -> None:
        """Write to the task's log when a stage begins and ends."""
        begins = report.fraction is None and not report.message
        if begins or report.is_finished:
            end = f": {report.message or 'done'}" if report.is_finished else " ..."
            self.log.info("[%d/%d] %s%s", report.number, report.of, report.stage, end)


@contextmanager
def without_retry() -> Iterator[None]:
    """Turn errors that the next try would meet again into one that Airflow does not retry."""
    try:
        yield
    except (InputError, OutputExistsError, SavedFormatError) as error:
        raise AirflowFailException(str(error)) from error


def is_retry(context: Mapping[str, Any]) -> bool:
    """Return whether a task was tried before in the same run of its DAG."""
    return int(context["ti"].try_number) > 1
