"""``equitab init``: look at a table, propose what it means and what to do."""

from __future__ import annotations

from typing import Annotated

from equitab.cli.contract_options import ContractFlags, contract_changes
from equitab.cli.options import (
    CommonFlags,
    ConstraintFlags,
    GeneratorFlags,
    Overwrite,
    SchemaFlags,
    TableArgument,
    TestTable,
    out,
)


def init(
    table: TableArgument,
    schema_flags: SchemaFlags,
    generator: GeneratorFlags,
    fairness: ConstraintFlags,
    promises: ContractFlags,
    common: CommonFlags,
    test: TestTable = None,
    output: Annotated[str, out("Where the recipe goes.")] = "equitab.yaml",
    overwrite: Overwrite = False,
) -> None:
    """Look at a table and write a recipe with everything that was guessed about it."""
    from equitab.cli.calls import asked_schema, asked_seed, generator_changes
    from equitab.cli.output import print_json, print_lines, remark
    from equitab.pipeline import ConstraintWords
    from equitab.pipeline import init as propose

    words = ConstraintWords(**vars(fairness))
    proposal = propose(
        table,
        asked_schema(schema_flags, common),
        out=output,
        changes={
            "seed": asked_seed(common),
            "split": {"test_table": test},
            **generator_changes(generator),
            **contract_changes(promises),
        },
        constraints=words.constraints() if words else (),
        overwrite=overwrite,
    )
    if common.as_json:
        print_json(proposal.to_dict())
    else:
        print_lines(proposal.lines())
    remark(
        [f"Wrote {output}. Next: read it, correct it, then: equitab run {output} --out result"],
        quiet=common.quiet,
    )
