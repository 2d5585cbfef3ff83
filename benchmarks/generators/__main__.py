"""The command: make, judge, and write the page."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.generators.contenders import Contender, chosen_contenders
from benchmarks.generators.jobs import ROOT, Runner
from benchmarks.generators.page import Results, write_page
from benchmarks.generators.records import Records
from benchmarks.generators.tables import (
    BenchmarkTable,
    benchmark_tables,
    divide,
    own_table,
    table_of_recipe,
)

WORK = ROOT / ".benchmarks" / "generators"
PAGE = ROOT / "docs" / "benchmarks" / "generators.md"
RESULTS = ROOT / "benchmarks" / "generators" / "results.jsonl"
QUICK = ("boosted_trees", "smote", "independent_marginals", "real_resampled", "real_fresh")
SCALING_TABLE = "acs_government_employees"
SCALING_PARTS = (16, 8, 4, 2, 1)
MILLION = 1_000_000


def read_arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.generators",
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    data = os.environ.get("EQUITAB_BENCHMARK_DATA", str(ROOT.parent / "shared" / "data"))
    peer = os.environ.get("EQUITAB_PEER_PYTHON", sys.executable)
    add = parser.add_argument
    add("--data", type=Path, default=Path(data), help="folder of tables; EQUITAB_BENCHMARK_DATA")
    add("--recipe", type=Path, help="compare on the table of this recipe instead (equitab init writes one)")
    add("--table", type=Path, help="compare on this table instead; needs --schema")
    add("--schema", type=Path, help="what the columns of --table mean: a schema.yaml")
    add("--tables", default="", help="names of tables, with commas; all when not given")
    add("--generators", default="", help="names of generators, with commas; all when not given")
    add("--steps", default="make,judge", help="make (timed) and judge (not timed)")
    add("--no-halves", action="store_true", help="leave the published privacy protocol out")
    add("--scaling", action="store_true", help="cost against rows over five sizes, instead")
    add("--million", action="store_true", help="a million rows of Adult drawn, instead")
    add("--quick", action="store_true", help="a smoke run: few rows, fast generators, results apart")
    add("--only-page", action="store_true", help="write the page from the results that there are")
    add("--depth", choices=("quick", "full"), help="of the judging; full unless --quick")
    add("--max-rows", type=int, help="rows of each table that the judges see at most")
    add("--max-minutes", type=float, default=30.0, help="for one fit or one judging")
    add("--again", default="", help="generators to run although there are results, with commas")
    add("--seed", type=int, default=0)
    add("--peer-python", default=peer, help="interpreter for peers; EQUITAB_PEER_PYTHON")
    add("--work", type=Path, default=WORK, help="folder for rows between the steps")
    add("--results", type=Path, help="results file")
    add("--page", type=Path, help="page to write")
    found = parser.parse_args(words)
    found.depth = found.depth or ("quick" if found.quick else "full")
    is_apart = found.quick or found.table is not None or found.recipe is not None
    found.results = found.results or (found.work / "results.jsonl" if is_apart else RESULTS)
    found.page = found.page or (found.work / "page.md" if is_apart else PAGE)
    return found


def main(words: Sequence[str] | None = None) -> None:
    arguments = read_arguments(words)
    records = Records(arguments.results)
    tables = find_tables(arguments)
    if not arguments.only_page:
        run(arguments, tables, records)
    notes = {table.name: table.split_note for table in tables}
    write_page(Results(list(records.all().values()), notes), arguments.page)
    print(f"results: {arguments.results}\npage: {arguments.page}")


def find_tables(arguments: argparse.Namespace) -> list[BenchmarkTable]:
    """Return the tables that are asked for and there; say which are not."""
    if arguments.recipe is not None:
        return [table_of_recipe(arguments.recipe)]
    if arguments.table is not None:
        if arguments.schema is None:
            raise SystemExit("--table needs --schema, a file that says at least `target: COLUMN`")
        return [own_table(arguments.table, arguments.schema)]
    tables, absent = benchmark_tables(arguments.data)
    wanted = _listed(arguments.tables)
    for name in absent:
        if not wanted or name in wanted:
            print(f"{name} is left out: not in {arguments.data}")
    unknown = set(wanted) - {table.name for table in tables} - set(absent)
    if unknown:
        raise SystemExit(f"unknown tables: {', '.join(sorted(unknown))}")
    return [table for table in tables if not wanted or table.name in wanted]


def run(arguments: argparse.Namespace, tables: Sequence[BenchmarkTable], records: Records) -> None:
    """Do what is asked and not done yet: all that is timed first."""
    names = _listed(arguments.generators) or (QUICK if arguments.quick else ())
    contenders = chosen_contenders(names)
    runner = Runner(
        work=arguments.work,
        records=records,
        seed=arguments.seed,
        max_minutes=arguments.max_minutes,
        peer_python=arguments.peer_python,
        depth=arguments.depth,
        max_rows=arguments.max_rows,
        again=tuple(_listed(arguments.again)),
    )
    if arguments.scaling or arguments.million:
        run_costs(arguments, tables, contenders, runner)
        return
    divided = {
        table.name: divide(table, arguments.work / table.name, quick=arguments.quick) for table in tables
    }
    parts = ("whole",) if arguments.no_halves else ("whole", "half")
    for step in _listed(arguments.steps):
        for name, held in divided.items():
            for part in parts:
                for contender in contenders:
                    if step == "make":
                        runner.make(contender, name, held, part=part)
                    else:
                        runner.judge(contender, name, held, part=part)


def run_costs(
    arguments: argparse.Namespace,
    tables: Sequence[BenchmarkTable],
    contenders: Sequence[Contender],
    runner: Runner,
) -> None:
    """Time five sizes of one table, or a million rows drawn."""
    timed = [contender for contender in contenders if contender.generator is not None]
    if arguments.scaling:
        table = next((table for table in tables if table.name == SCALING_TABLE), tables[0])
        held = divide(table, arguments.work / table.name, quick=arguments.quick)
        for part in SCALING_PARTS:
            for contender in timed:
                n_rows = held.sizes["all"] // part
                runner.make(contender, table.name, held, part="scaling", n_training=n_rows)
    if arguments.million:
        table = next((table for table in tables if table.name == "adult"), tables[0])
        held = divide(table, arguments.work / table.name, quick=arguments.quick)
        for contender in timed:
            n_drawn = MILLION // (1_000 if arguments.quick else 1)
            runner.make(contender, table.name, held, part="million", n_drawn=n_drawn)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.split(",") if word)


if __name__ == "__main__":
    main()
