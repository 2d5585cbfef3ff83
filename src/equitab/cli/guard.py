"""The command line's edge: every error becomes one clean message and an exit code.

0 done or met, 1 violated, 2 bad call or bad input, 3 undetermined, 70 a fault of equitab's own, 130
interrupted. Only here is every exception caught; ``EQUITAB_DEBUG=1`` lets it through with its traceback.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import typer

from equitab.errors import EquitabError, InputError

DONE, VIOLATED, BAD_INPUT, UNDETERMINED, FAULT, INTERRUPTED = 0, 1, 2, 3, 70, 130


def guarded(function: Callable[..., None]) -> Callable[..., None]:
    """Return a command that ends with a message and an exit code instead of a traceback."""

    @wraps(function)
    def command(**options: Any) -> None:
        try:
            function(**options)
        except (Exception, KeyboardInterrupt) as error:
            if isinstance(error, typer.Exit) or _is_debugging():
                raise
            raise typer.Exit(explain(error, can_resume="resume" in options)) from None

    return command


def explain(error: BaseException, *, can_resume: bool = False) -> int:
    """Say on stderr what went wrong, and return the exit code."""
    if isinstance(error, KeyboardInterrupt):
        advice = (
            " Next: the same call with --resume goes on after the last finished stage." if can_resume else ""
        )
        return _say(f"Interrupted.{advice}", INTERRUPTED)
    if isinstance(error, BrokenPipeError):
        _forget_stdout()
        return DONE
    if isinstance(error, InputError):
        return _say(f"{_title(error)}: {error}", BAD_INPUT)
    if isinstance(error, EquitabError):
        return _say(f"Error: {error}", BAD_INPUT)
    if isinstance(error, MemoryError):
        return _say("Error: the memory is used up. Next: a smaller table, or fewer models.", BAD_INPUT)
    return _say(_fault(error), FAULT)


def _say(message: str, code: int) -> int:
    print(message, file=sys.stderr)
    return code


def _title(error: InputError) -> str:
    """Name the kind of input in plain words."""
    return {
        "TableError": "Table",
        "SchemaError": "Schema",
        "RecipeError": "Recipe or flags",
        "ContractError": "Contract",
    }.get(type(error).__name__, "Input")


def _fault(error: BaseException) -> str:
    """Describe an unforeseen error by its kind and place; its text could hold somebody's values."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return (
        f"Error: something unforeseen happened ({type(error).__name__}{place}). This is a fault of equitab's.\n"
        "Next: run again with EQUITAB_DEBUG=1 to see the details, and report them without personal data."
    )


def _is_debugging() -> bool:
    return os.environ.get("EQUITAB_DEBUG", "") not in {"", "0"}


def _forget_stdout() -> None:
    """Let the interpreter end quietly although the reader of stdout is gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
