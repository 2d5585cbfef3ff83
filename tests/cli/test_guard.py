"""Laws of the edge: a message on stderr, an exit code, no traceback, nobody's values."""

from __future__ import annotations

import pytest
import typer

from equitab.cli.guard import guarded
from equitab.errors import OutputExistsError, Problem, RecipeError, StorageError, TableError


def code_of(error: BaseException) -> int:
    def command() -> None:
        raise error

    with pytest.raises(typer.Exit) as caught:
        guarded(command)()
    return caught.value.exit_code


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (RecipeError(Problem("flag --x", "a", "b")), 2, "Recipe or flags: flag --x: expected a, received b."),
        (TableError([Problem("a", "b", "c"), Problem("d", "e", "f")]), 2, "2. d: expected e, received f."),
        (OutputExistsError("'result' exists."), 2, "Error: 'result' exists."),
        (StorageError("the disk is full"), 2, "the disk is full"),
        (KeyboardInterrupt(), 130, "Interrupted."),
        (MemoryError(), 2, "memory"),
    ],
)
def test_expected_errors_are_one_clean_message(
    error: BaseException, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The code says what kind, stderr says what and what next."""
    assert code_of(error) == code
    shown = capsys.readouterr()
    assert words in shown.err
    assert shown.out == ""
    assert "Traceback" not in shown.err


def test_an_unforeseen_error_is_named_without_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    """Its text could hold somebody's values."""
    assert code_of(ValueError("could not convert 'Jane Doe'")) == 70
    shown = capsys.readouterr().err
    assert "Jane" not in shown
    assert "ValueError at test_guard.py:" in shown
    assert "EQUITAB_DEBUG=1" in shown


def test_debugging_shows_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error comes through as it is."""
    monkeypatch.setenv("EQUITAB_DEBUG", "1")

    def command() -> None:
        raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        guarded(command)()


def test_an_exit_code_that_a_command_chose_is_kept() -> None:
    """`typer.Exit` is no error."""
    assert code_of(typer.Exit(3)) == 3
