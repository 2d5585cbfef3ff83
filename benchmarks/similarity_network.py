"""Time the similarity network: nearest neighbours, propagation, and the generator, beside what is promised.

    python benchmarks/similarity_network.py [--part neighbors] [--rows 32561] [--gaps 0.15]

Prints a markdown table. Each search runs in a process of its own, from a cold start, and is timed as the clock on the
wall and as time of the processor, which other programs on the machine disturb less; its peak memory is the process's.
Tables of more than 32,561 rows are Adult's training rows drawn with replacement, ages and hours moved by up to three
and `fnlwgt` exchanged, so that hardly any row is a copy. Recall: of 500 rows drawn at random, the share of the
neighbours found that are no farther than the true tenth nearest, from all pairs.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:  # importing the package is part of the cold start
    from equitab.generators.similarity import GowerTable, Neighbors

ADULT_ROWS = 32_561
SIZES = (32_561, 62_500, 125_000, 250_000, 500_000, 1_000_000)
K = 10


def main() -> None:
    """Print one table for each part."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=tuple(PARTS), default="neighbors")
    parser.add_argument("--rows", type=int, nargs="+", default=SIZES)
    parser.add_argument("--gaps", type=float, default=0.0, help="share of values to remove, in every column")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.alone:
        print(PARTS[asked.part](asked.rows[0], asked.gaps), flush=True)
        return
    print(HEADS[asked.part])
    for n_rows in asked.rows:
        own = ["--part", asked.part, "--rows", str(n_rows), "--gaps", str(asked.gaps), "--alone"]
        started = time.perf_counter()
        line = subprocess.run(
            [sys.executable, __file__, *own], check=True, stdout=subprocess.PIPE, text=True
        ).stdout.strip()
        print(f"{line} {time.perf_counter() - started:.1f} |", flush=True)


def features(n_rows: int, gaps: float) -> GowerTable:
    """Return Adult's features as Gower's similarity sees them."""
    from equitab.dataframe import as_frame, take_rows
    from equitab.datasets import adult_schema, load_adult
    from equitab.encoding import TableEncoder
    from equitab.generators.similarity import GowerScale
    from equitab.generators.similarity.features import read_features
    from equitab.generators.similarity.model import missing_tokens

    schema = adult_schema()
    frame = take_rows(as_frame(load_adult("pyarrow")), np.arange(ADULT_ROWS))
    encoder = TableEncoder().fit(frame, schema, find_dependence=False)
    encoded = encoder.encode(frame, seed=0)
    numbers, codes = read_features(encoder, encoded, schema.target, missing_tokens(schema))
    random = np.random.default_rng(0)
    scale = GowerScale.of(numbers)
    if n_rows != ADULT_ROWS:
        rows = random.integers(0, ADULT_ROWS, n_rows)
        numbers, codes = numbers[rows], codes[rows]
        names = [name for name in encoded.numeric_names if name != schema.target]
        for place, name in enumerate(names):
            if name in {"age", "hours-per-week"}:
                numbers[:, place] += random.integers(-3, 4, n_rows)
            if name == "fnlwgt":
                numbers[:, place] = random.permutation(numbers[:, place])
    numbers[random.random(numbers.shape) < gaps] = np.nan
    codes = np.where(random.random(codes.shape) < gaps, -1, codes)
    return scale.table(numbers, codes)


def recall(table: GowerTable, found: Neighbors) -> float:
    """Return the share of true neighbours found, of 500 rows at most."""
    from equitab.generators.similarity import gower_distances

    rows = np.random.default_rng(1).choice(table.n_rows, min(500, table.n_rows), replace=False)
    hits = []
    for row in rows:
        true = gower_distances(table, np.array([row]), table, np.arange(table.n_rows))
        true[row] = np.inf
        hits.append(found.distances[row] <= np.partition(true, K - 1)[K - 1] + 1e-6)
    return float(np.mean(hits))


def search(n_rows: int, gaps: float) -> str:
    """Time the search for ten neighbours."""
    from equitab.generators.similarity import nearest_neighbors

    table = features(n_rows, gaps)
    wall, cpu = time.perf_counter(), time.process_time()
    found, _ = nearest_neighbors(table, K)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"| {n_rows:,} | {wall:.1f} | {cpu:.1f} | {peak:,.0f} | {recall(table, found):.3f} |"


def propagation(n_rows: int, gaps: float) -> str:  # noqa: ARG001
    """Time the propagation over so many real rows, of which one in ten is labelled, and as many new ones."""
    from equitab.generators.similarity import label_vectors, propagate
    from equitab.generators.similarity.network import sparse_links
    from equitab.generators.similarity.propagation import take_over

    random = np.random.default_rng(0)
    near = ((np.arange(n_rows)[:, None] + random.integers(-200, 201, (n_rows, K))) % n_rows).astype(np.int32)
    weights = random.random((n_rows, K)).astype(np.float32)
    links = sparse_links(near, weights, n_rows)
    links = links.maximum(links.T).tocsr()
    codes = np.where(random.random(n_rows) < 0.1, random.integers(0, 2, n_rows), -1)
    wall, cpu = time.perf_counter(), time.process_time()
    found = propagate(links, label_vectors(codes, 2))
    take_over(near, weights, found.vectors, prior=np.array([0.5, 0.5]))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"| {n_rows:,} | {wall:.1f} | {cpu:.1f} | {peak:,.0f} | {found.n_rounds} |"


def generator(n_rows: int, gaps: float) -> str:  # noqa: ARG001
    """Time fitting Adult's training rows and drawing so many."""
    from equitab.dataframe import as_frame, take_rows
    from equitab.datasets import adult_schema, load_adult
    from equitab.generators import make_generator

    schema = adult_schema()
    train = take_rows(as_frame(load_adult("pyarrow")), np.arange(ADULT_ROWS)).to_native()
    start = time.process_time()
    fitted = make_generator("similarity_network").fit(train, schema, seed=0)
    fit, start = time.process_time() - start, time.process_time()
    fitted.sample(n_rows, seed=1)
    draw = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"| {n_rows:,} | {fit:.1f} | {draw:.1f} | {peak:,.0f} |"


def growth(n_rows: int, gaps: float) -> str:
    """Time networks to which 1%, 10% and 100% more rows are added, beside those built at once; and ten steps."""
    from equitab.generators.similarity import SimilarityNetwork, build_network

    everybody = features(2 * n_rows, gaps)
    places = np.random.default_rng(2).permutation(2 * n_rows)

    def part(first: int, last: int) -> GowerTable:
        return everybody.take(places[first:last])

    def grown_by(share: float, n_steps: int) -> SimilarityNetwork:
        ends = np.linspace(n_rows, n_rows + round(share * n_rows), n_steps + 1).astype(int)
        network = start
        for first, last in itertools.pairwise(ends.tolist()):
            network = network.with_rows(part(first, last))
        return network

    start = build_network(part(0, n_rows), n_neighbors=K)
    lines = []
    for share, n_steps in ((0.01, 1), (0.1, 1), (1.0, 1), (1.0, 10)):
        since = time.process_time()
        grown = grown_by(share, n_steps)
        added, since = time.process_time() - since, time.process_time()
        anew = build_network(grown.table, n_neighbors=K)
        built = time.process_time() - since
        found = recall(grown.table, grown.neighbors), recall(grown.table, anew.neighbors)
        lines.append(
            f"| {n_rows:,} | {share:.0%} | {n_steps} | {added:.1f} | {built:.1f} | {found[0]:.3f} | {found[1]:.3f} |"
        )
    return "\n".join(lines)


PARTS = {"neighbors": search, "propagation": propagation, "generator": generator, "growth": growth}
HEADS = {
    "neighbors": "| rows | search, s | CPU, s | peak MiB | recall | whole process, s |\n|---|---|---|---|---|---|",
    "propagation": "| real and new rows, each | s | CPU, s | peak MiB | rounds | whole, s |\n|---|---|---|---|---|---|",
    "growth": "| rows | more | steps | added, CPU s | built anew, CPU s | recall grown | recall anew | whole, s |\n"
    "|---|---|---|---|---|---|---|---|",
    "generator": "| rows drawn | fit, CPU s | draw, CPU s | peak MiB | whole process, s |\n|---|---|---|---|---|",
}

if __name__ == "__main__":
    main()
