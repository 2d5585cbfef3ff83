"""A verdict as JUnit XML, which every continuous integration shows as a list of tests.

A violated clause is a failure, an undetermined one an error: neither passes. A clause that only warns is never
either of them: it is skipped, with its verdict as the reason.
"""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from equitab.assurance import ClauseVerdict, ContractVerdict
from equitab.dataframe import write_text_atomically
from equitab.errors import OutputExistsError, StorageError

__all__ = ["check_target", "junit_text", "save_junit"]

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_text(verdict: ContractVerdict) -> str:
    """Return a verdict as JUnit XML.

    Examples
    --------
    >>> from equitab.assurance import check_contract, contract_from_templates
    >>> text = junit_text(check_contract(contract_from_templates("drift"), []))
    >>> text.splitlines()[1]
    '<testsuites tests="1" failures="0" errors="1" skipped="0">'
    """
    kinds = [_kind(clause) for clause in verdict.clauses]
    counts = {
        "tests": str(len(kinds)),
        **{f"{kind}s": str(kinds.count(kind)) for kind in ("failure", "error")},
        "skipped": str(kinds.count("skipped")),
    }
    root = ElementTree.Element("testsuites", counts)
    suite = ElementTree.SubElement(root, "testsuite", {"name": _clean(verdict.contract), **counts})
    _add_properties(suite, verdict)
    for clause, kind in zip(verdict.clauses, kinds, strict=True):
        _add_clause(suite, clause, kind, verdict.contract)
    ElementTree.SubElement(suite, "system-out").text = _clean("\n".join(verdict.remarks))
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def save_junit(verdict: ContractVerdict, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write a verdict as JUnit XML, whole or not at all.

    Raises
    ------
    OutputExistsError, StorageError
        As `equitab.dataframe.write_text_atomically`.
    """
    return write_text_atomically(path, junit_text(verdict), overwrite=overwrite)


def check_target(path: str | Path | None, *, overwrite: bool) -> None:
    """Raise where a file could not be written, before anything slow is done.

    Raises
    ------
    OutputExistsError
        If it exists and nobody asked to overwrite it.
    StorageError
        If its folder does not exist.
    """
    if path is None:
        return
    if Path(path).exists() and not overwrite:
        raise OutputExistsError(f"{str(path)!r} exists. Next: --overwrite replaces it.")
    if not Path(path).parent.is_dir():
        raise StorageError(f"{str(path)!r}: the folder does not exist. Next: create it first.")


def _kind(clause: ClauseVerdict) -> str:
    """Return the element that says what became of a clause; empty where it is met."""
    if clause.verdict == "met":
        return ""
    if clause.verdict == "not applicable" or clause.severity == "warn":
        return "skipped"
    return "failure" if clause.verdict == "violated" else "error"


def _add_properties(suite: ElementTree.Element, verdict: ContractVerdict) -> None:
    held = ElementTree.SubElement(suite, "properties")
    for name in ("verdict", "contract_digest", "confidence", "interval_confidence", "n_compared", "subject"):
        value = _clean(str(getattr(verdict, name)))
        ElementTree.SubElement(held, "property", {"name": name, "value": value})


def _add_clause(suite: ElementTree.Element, clause: ClauseVerdict, kind: str, contract: str) -> None:
    case = ElementTree.SubElement(
        suite, "testcase", {"name": _clean(clause.name), "classname": _clean(f"{contract}.{clause.property}")}
    )
    details = _clean("\n".join(part for part in (clause.text, clause.reason, clause.shown) if part))
    if not kind:
        ElementTree.SubElement(case, "system-out").text = details
        return
    warning = "only a warning, " if clause.severity == "warn" else ""
    message = _clean(f"{warning}{clause.verdict}: {clause.reason}")
    found = ElementTree.SubElement(case, kind, {"message": message})
    if kind != "skipped":
        found.set("type", clause.verdict)
        found.text = details


def _clean(text: str) -> str:
    """Return a text without the characters that no XML can hold."""
    return _NOT_IN_XML.sub("\ufffd", text)
