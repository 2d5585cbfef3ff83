"""Checks that a result is worth believing: no test row in training, and predictions that are predictions.

Some published tables hold a decision tree with a balanced accuracy of 1: its "predictions" were the labels.
These checks make such a table impossible here, or mark it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from equitab.dataframe import Frame
from equitab.errors import ProtocolError
from equitab.evaluation.fairness import RealRows
from equitab.evaluation.row_identity import row_keys
from equitab.metrics import count_outcomes
from equitab.metrics.group_rates import selection_rate
from equitab.metrics.performance import balanced_accuracy
from equitab.schema import TableSchema, labels

TOO_GOOD = 0.99
SUSPICION = "suspiciously good"


def check_unseen(
    training: Frame,
    positions: npt.NDArray[np.int64] | None,
    judged: RealRows,
    schema: TableSchema,
    *,
    treatment: str,
    split: str,
) -> None:
    """Check that no judged row was trained on.

    Parameters
    ----------
    training : Frame
    positions : ndarray of int or None
        Where its real rows stand in the caller's table; negative for synthetic rows.
    judged : RealRows
        Validation or test rows.
    schema : TableSchema
    treatment, split : str
        For the message.

    Raises
    ------
    ProtocolError
        With the number of shared positions and identifiers.
    """
    shared = []
    if positions is not None and judged.positions is not None:
        n_rows = np.intersect1d(positions[positions >= 0], judged.positions).size
        shared += [f"{n_rows} rows"] if n_rows else []
    name = schema.identifier
    if name is not None and name in training.columns and name in judged.frame.columns:
        known = [
            labels(frame, name, missing_tokens=schema.missing_tokens).names
            for frame in (training, judged.frame)
        ]
        n_people = len(set(known[0]) & set(known[1]))
        shared += [f"{n_people} identifiers"] if n_people else []
    if shared:
        raise ProtocolError(
            f"{' and '.join(shared)} of the {split} rows are in the training table {treatment!r}"
        )


def copied_rows_remark(training: Frame, judged: RealRows, schema: TableSchema) -> str:
    """Return a remark where over half of the test rows have the very values of a training row; else empty."""
    columns = [name for name in schema.modeled_columns if name in training.columns]
    seen, asked = row_keys([training, judged.frame], schema, columns)
    share = float(np.isin(asked, seen).mean()) if len(asked) else 0.0
    if share <= 0.5:
        return ""
    return f"{share:.0%} of the test rows have the values of a training row: few columns, or a leak"


def prediction_remarks(rows: RealRows, predicted: npt.NDArray[np.bool_]) -> tuple[str, ...]:
    """Return what is suspicious about predictions of test rows.

    Parameters
    ----------
    rows : RealRows
    predicted : ndarray of bool, shape (n_rows,)

    Returns
    -------
    tuple of str
        Empty when nothing is: balanced accuracy over 0.99, one prediction for everybody, or selection rates
        of all groups that equal those of the labels although predictions are not the labels.
    """
    remarks = []
    everybody = np.zeros(len(rows), dtype=np.int64)
    achieved = float(
        balanced_accuracy(count_outcomes(rows.favorable, predicted, everybody, n_groups=1).rows)[0]
    )
    if achieved > TOO_GOOD:
        remarks.append(
            f"{SUSPICION}: balanced accuracy {achieved:.3f} on test rows; does a column leak the target?"
        )
    if len(predicted) and predicted.all() | (~predicted).all():
        remarks.append(f"everybody is predicted {'favorable' if predicted.all() else 'unfavorable'}")
    elif (predicted != rows.favorable).any() and _equal_label_rates(rows, predicted):
        remarks.append(
            "the metrics of the predictions are those of the labels: were labels judged by mistake?"
        )
    return tuple(remarks)


def _equal_label_rates(rows: RealRows, predicted: npt.NDArray[np.bool_]) -> bool:
    """Whether in every comparison all selection rates equal the base rates exactly."""
    if not rows.comparisons or len(rows) < 100:
        return False  # in a small table they may agree by chance
    for comparison, codes in zip(rows.comparisons, rows.codes, strict=True):
        found = [
            selection_rate(
                count_outcomes(rows.favorable, held, codes, n_groups=comparison.groups.n_groups).rows
            )
            for held in (predicted, rows.favorable)
        ]
        if not np.array_equal(found[0], found[1], equal_nan=True):
            return False
    return True
