"""What this machine remembers of the stores that it has seen: the heads of their chains.

A chain whose end is cut off, or that was written anew from some row on, is whole in itself. It shows against the
head that was noted before, in ``home_folder()/heads``, or in a certificate.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from equitab.assurance.chain import Head
from equitab.assurance.home import home_folder
from equitab.dataframe import write_text_atomically

HEADS = "heads"
_MOST = 100


def note_head(head: Head) -> None:
    """Note the end of a chain, unless a later one is noted; a folder that cannot be written is no error.

    Parameters
    ----------
    head : Head
    """
    path = _place(head.store)
    noted = _read(path)
    if head.sequence == 0 or any(one.sequence >= head.sequence for one in noted):
        return
    lines = [json.dumps(vars(one)) for one in [*noted, head][-_MOST:]]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text_atomically(path, "\n".join(lines) + "\n", overwrite=True)
    except OSError:
        return


def known_heads(store: str) -> list[Head]:
    """Return the heads of a store that this machine has noted.

    Parameters
    ----------
    store : str
        The identifier of the store (``store.header.identifier``).
    """
    return _read(_place(store))


def _place(store: str) -> Path:
    name = re.sub(r"[^0-9a-f-]", "", store) or "unnamed"
    return home_folder() / HEADS / f"{name}.jsonl"


def _read(path: Path) -> list[Head]:
    try:
        found = [json.loads(line) for line in path.read_text().splitlines()]
        return [Head(str(one["store"]), int(one["sequence"]), str(one["digest"])) for one in found]
    except (OSError, ValueError, KeyError, TypeError):
        return []
