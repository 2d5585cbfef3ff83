"""``equitab assure``: whether promises are kept, with an exit code for continuous integration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from equitab.cli.assure_options import EvidenceFlags, JudgedFlags, PromiseFlags
from equitab.cli.options import CommonFlags, Overwrite, SchemaFlags

if TYPE_CHECKING:
    from equitab.pipeline.assurance.assure import Assurance


def assure(
    schema_flags: SchemaFlags,
    promised: PromiseFlags,
    judged: JudgedFlags,
    evidence: EvidenceFlags,
    common: CommonFlags,
    contract: Annotated[
        str | None, typer.Argument(metavar="[CONTRACT]", help="A contract in YAML; or use --template.")
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Check promises about a run, a table or predictions: 0 met, 1 violated, 2 bad call, 3 undetermined."""
    from equitab.cli.calls import asked_schema, asked_seed
    from equitab.pipeline.assurance.assure import assure as check
    from equitab.pipeline.assurance.junit import check_target, save_junit

    if promised.list_templates:
        _show_templates(common)
        return
    if promised.commit:
        _commit(contract, promised, judged, evidence, common)
        return
    asked, on = _asked(contract, promised, judged)
    check_target(evidence.junit, overwrite=overwrite)
    found = check(
        asked,
        on,
        schema=asked_schema(schema_flags, common) or None,
        prediction=judged.prediction,
        earlier=judged.earlier or (),
        subject=evidence.subject or "",
        store=evidence.store,
        seed=asked_seed(common),
    )
    if evidence.junit is not None:
        save_junit(found.verdict, evidence.junit, overwrite=overwrite)
    _show(found, evidence.junit, common)
    if found.exit_code:
        raise typer.Exit(found.exit_code)


def _show_templates(common: CommonFlags) -> None:
    from equitab.cli.assure_text import print_templates
    from equitab.cli.output import print_json
    from equitab.pipeline.assurance.assure import template_rows

    if common.as_json:
        print_json({"templates": template_rows()})
    else:
        print_templates(template_rows())


def _commit(
    contract: str | None,
    promised: PromiseFlags,
    judged: JudgedFlags,
    evidence: EvidenceFlags,
    common: CommonFlags,
) -> None:
    """Fix a contract; that of the recipe or run named by --on where no other is said."""
    from equitab.cli.output import print_json, print_lines
    from equitab.pipeline.assurance.commit import commit_asked

    found = commit_asked(
        contract or promised.template, on=judged.on, subject=evidence.subject, store=evidence.store
    )
    if common.as_json:
        print_json(found.to_dict())
    else:
        print_lines(found.lines())


def _asked(contract: str | None, promised: PromiseFlags, judged: JudgedFlags) -> tuple[str | list[str], str]:
    """Return what is promised and what is judged; both must be said, each once."""
    from equitab.errors import Problem, RecipeError

    problems = []
    if bool(contract) == bool(promised.template):
        received = "both" if contract else "neither"
        advice = "equitab assure --list-templates shows ready-made promises"
        problems.append(Problem("what is promised", "a contract's file or --template", received, advice))
    if judged.on is None:
        expected = "a run, a table or measurements"
        problems.append(Problem("flag --on", expected, "nothing", "name what is judged"))
    if problems:
        raise RecipeError(problems)
    return contract or promised.template or [], judged.on or ""


def _show(found: Assurance, junit: str | None, common: CommonFlags) -> None:
    """Print the verdict on stdout, and on stderr what else a reader should know."""
    from equitab.cli.assure_text import print_assurance
    from equitab.cli.output import print_json, remark

    if common.as_json:
        print_json(found.to_dict())
    else:
        print_assurance(found)
        remark([f"Note: {one}" for one in found.remarks], quiet=common.quiet)
    kept = [] if found.kept is None else [f"Evidence: {found.kept}"]
    remark([*kept, *([f"Wrote {junit}."] if junit else [])], quiet=common.quiet)
