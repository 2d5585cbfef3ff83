"""Numbers held as text are spelled as they came."""

from __future__ import annotations

import numpy as np
import pytest

from equitab.encoding.number_texts import find_spelling


@pytest.mark.parametrize(
    ("texts", "spec"),
    [
        (["7", "12", "-3"], "d"),
        (["007", "012"], "03d"),
        (["1.50", "2.00"], ".2f"),
        (["1.5", "2", "1e-07"], "r"),
        ([" 7", " 12"], "d"),
    ],
)
def test_the_spelling_is_found(texts: list[str], spec: str) -> None:
    numbers = np.array([float(text) for text in texts])
    spelling, n_differing = find_spelling(texts, numbers)
    assert (spelling.spec, n_differing) == (spec, 0)
    assert spelling.write(numbers) == texts


def test_what_cannot_be_spelled_alike_is_counted() -> None:
    spelling, n_differing = find_spelling(["1", "2", "3.0", "+4"], np.array([1.0, 2.0, 3.0, 4.0]))
    assert (spelling.spec, n_differing) == ("d", 2)
