"""Adult, sex, gradient boosting: how far added rows bring the equalized odds gap down, and what that costs.

    python benchmarks/equalized_odds.py [--seeds 5] [--quick]

Asked for is a gap smaller by a third at an accuracy loss of at most one point, or the frontier that says why not. For
each seed a fifth of Adult's training rows is put aside for choosing; generators and models learn from the others, and
all models are judged on the same 16,281 real test rows:

- no rows added;
- `equal_rates` (the fewest rows after which women and men have the same share of favorable outcomes), carried out to a
  tenth, two tenths ... all of its rows, drawn by `boosted_trees` and by `similarity_network`;
- `sparse_regions`: as many rows as there are, where people are few, nobody's sex named, or by cells of sex and outcome;
- chosen: the share of `equal_rates` with the smallest gap on the rows put aside whose accuracy there is at most a point
  below; and `grow_until` a contract holds on them (gap at most 0.1, the end of its interval included).

Prints a Markdown table. The gap is the larger of the differences in true and false positive rates of women and men.
Intervals (95%) are of the mean over seeds of the difference to no rows added, the same resampled test people for all
models of all seeds: what another test set would have given. How much seeds differ stands beside.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from equitab.assurance import Contract
from equitab.augmentation import augment, equal_rates, sparse_regions
from equitab.dataframe import Frame, as_frame, concatenate, take_rows
from equitab.datasets import adult_schema, load_adult
from equitab.evaluation import LEARNERS, RealRows, fit_model
from equitab.generators import make_generator
from equitab.schema import TableSchema, favorable
from equitab.search import grow_until

ADULT_ROWS = 32_561
PUT_ASIDE = 5
SHARES = tuple(round(0.1 * step, 1) for step in range(1, 11))
QUICK_SHARES = (0.2, 0.4, 1.0)
MOST_LOST = 0.01
PROMISED_GAP = 0.1
REPLICATES = 1000
BASE = "no rows added"
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class People:
    """Rows that models are judged on.

    Parameters
    ----------
    rows : Frame
    is_woman, is_favored : ndarray of bool, shape (n_rows,)
    """

    rows: Frame
    is_woman: Flags
    is_favored: Flags

    @classmethod
    def of(cls, rows: Frame, schema: TableSchema) -> People:
        """Read sex and outcome."""
        return cls(rows, np.asarray(rows["sex"].to_numpy()).astype(str) == "Female", favorable(rows, schema))

    def scores(self, predicted: Flags, weights: Floats | None = None) -> Floats:
        """Return equalized odds gap, TPR gap, FPR gap and accuracy, shape (..., 4).

        Parameters
        ----------
        predicted : ndarray of bool, shape (n_rows,)
        weights : ndarray of float64, shape (..., n_rows), optional
            How often everybody counts.
        """
        cells = np.column_stack(
            [
                is_favored & is_woman
                for is_favored in (self.is_favored, ~self.is_favored)
                for is_woman in (self.is_woman, ~self.is_woman)
            ]
        ).astype(np.float64)
        times = np.ones(len(predicted)) if weights is None else weights
        rates = (times @ (cells * predicted[:, None])) / (times @ cells)
        true, false = rates[..., 0] - rates[..., 1], rates[..., 2] - rates[..., 3]
        accuracy = times @ (predicted == self.is_favored) / times.sum(axis=-1)
        return np.stack([np.maximum(np.abs(true), np.abs(false)), true, false, accuracy], axis=-1)


@dataclass(frozen=True, eq=False)
class Judged:
    """What one model said.

    Parameters
    ----------
    arm : str
    n_added : int
    test, aside : ndarray of bool
        Predictions for test rows and for those put aside.
    """

    arm: str
    n_added: int
    test: Flags
    aside: Flags


@dataclass(frozen=True, eq=False)
class Bench:
    """One seed's rows.

    Parameters
    ----------
    schema : TableSchema
    training : Frame
    aside, test : People
    seed : int
    shares : tuple of float
    """

    schema: TableSchema
    training: Frame
    aside: People
    test: People
    seed: int
    shares: tuple[float, ...]

    @classmethod
    def of(cls, seed: int, shares: tuple[float, ...], n_rows: int) -> Bench:
        """Put a fifth of the training rows aside."""
        known = adult_schema()
        sex = tuple(one for one in known.sensitive_features if one.name == "sex")
        schema = replace(known, sensitive_features=sex)
        table = as_frame(load_adult("pyarrow"))
        places = np.random.default_rng([seed, 7]).permutation(ADULT_ROWS)[:n_rows]
        n_aside = n_rows // PUT_ASIDE
        aside = People.of(take_rows(table, np.sort(places[:n_aside])), schema)
        test = People.of(take_rows(table, np.arange(ADULT_ROWS, len(table))), schema)
        return cls(schema, take_rows(table, np.sort(places[n_aside:])), aside, test, seed, shares)

    def judge(self, arm: str, rows: Frame) -> Judged:
        """Learn from rows and predict."""
        model = fit_model(rows, LEARNERS["gradient_boosting"], schema=self.schema, seed=self.seed)
        said = (np.asarray(model.predict(people.rows)).astype(bool) for people in (self.test, self.aside))
        return Judged(arm, len(rows) - len(self.training), *said)

    def arms(self) -> Iterator[Judged]:
        """Yield every model."""
        none = self.judge(BASE, self.training)
        yield none
        for name in ("boosted_trees", "similarity_network"):
            generator = make_generator(name).fit(
                self.training, self.schema, condition_on=["sex", "income"], seed=self.seed
            )
            yield from self._shares_of_plan(name, generator, none)
            if name == "similarity_network":
                yield from self._sparse(generator)
            else:
                yield self._until_a_contract_holds(generator)

    def _shares_of_plan(self, name: str, generator: Any, none: Judged) -> Iterator[Judged]:
        plan = equal_rates(self.training, self.schema)
        added = augment(self.training, self.schema, generator, plan, seed=self.seed).synthetic
        added = added.select(self.training.columns)
        order = np.random.default_rng([self.seed, 8]).permutation(len(added))
        found = []
        for share in self.shares:
            some = take_rows(added, np.sort(order[: round(share * len(added))]))
            rows = concatenate([self.training, some])
            found.append(self.judge(f"equal_rates to {share:.0%}, {name}", rows))
        yield from found
        yield self._chosen(name, none, found)

    def _chosen(self, name: str, none: Judged, found: list[Judged]) -> Judged:
        """Return the share that does best on the rows put aside; no rows where none may be taken."""
        least = self.aside.scores(none.aside)[3] - MOST_LOST
        scores = {one: self.aside.scores(one.aside) for one in [none, *found]}
        best = min(
            (one for one, score in scores.items() if score[3] >= least), key=lambda one: scores[one][0]
        )
        return replace(best, arm=f"equal_rates, share chosen on rows put aside, {name}")

    def _sparse(self, generator: Any) -> Iterator[Judged]:
        for by_group, said in ((False, "nobody's sex named"), (True, "by sex and outcome")):
            plan = sparse_regions(self.training, self.schema, by_group=by_group, seed=self.seed)
            rows = augment(self.training, self.schema, generator, plan, seed=self.seed).frame
            yield self.judge(
                f"sparse_regions to 100%, {said}, similarity_network", rows.select(self.training.columns)
            )

    def _until_a_contract_holds(self, generator: Any) -> Judged:
        clause = {"name": "gap", "metric": "equalized_odds_difference", "at_most": PROMISED_GAP}
        growth = grow_until(
            self.training,
            self.schema,
            generator,
            plan=equal_rates,
            contract=Contract.from_dict({"name": "benchmark", "clauses": [clause]}),
            validation=RealRows.read(self.aside.rows, self.schema),
            learner="gradient_boosting",
            step=0.05,
            most_rounds=8,
            seed=self.seed,
        )
        say(f"seed {self.seed}: rounds {growth.stopped} ({growth.reason}), round {growth.kept} kept")
        rows = growth.augmented.frame.select(self.training.columns)
        return self.judge("equal_rates in rounds until a contract holds, boosted_trees", rows)


def say(text: str) -> None:
    """Tell how far it is."""
    print(text, file=sys.stderr, flush=True)


def table_of(found: dict[str, list[Judged]], test: People) -> str:
    """Return the Markdown table, arms in the order in which they came."""
    random = np.random.default_rng(9)
    n_rows = len(test.is_woman)
    weights = random.multinomial(n_rows, np.full(n_rows, 1 / n_rows), REPLICATES).astype(np.float64)
    replicates = {
        arm: np.mean([test.scores(one.test, weights) for one in judged], axis=0)
        for arm, judged in found.items()
    }
    lines = [
        "| arm | rows added | gap | change | TPR gap | FPR gap | accuracy | change | sd of gap over seeds |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    base = np.mean([test.scores(one.test) for one in found[BASE]], axis=0)
    for arm, judged in found.items():
        each = np.array([test.scores(one.test) for one in judged])
        gap, true, false, accuracy = each.mean(axis=0)
        low, high = np.quantile(replicates[arm] - replicates[BASE], [0.025, 0.975], axis=0)
        spread = f"{each[:, 0].std(ddof=1):.3f}" if len(each) > 1 else ""
        changes = [
            "" if arm == BASE else f"{now - before:+.4f} [{low[place]:+.4f}, {high[place]:+.4f}]"
            for place, now, before in ((0, gap, base[0]), (3, accuracy, base[3]))
        ]
        n_added = np.mean([one.n_added for one in judged])
        lines.append(
            f"| {arm} | {n_added:,.0f} | {gap:.4f} | {changes[0]} | {true:+.4f} | {false:+.4f} | {accuracy:.4f} "
            f"| {changes[1]} | {spread} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="two seeds, 4,000 training rows, three shares")
    asked = parser.parse_args()
    n_seeds, n_rows = (min(asked.seeds, 2), 5_000) if asked.quick else (asked.seeds, ADULT_ROWS)
    found: dict[str, list[Judged]] = {}
    started, test = time.process_time(), None
    for seed in range(n_seeds):
        bench = Bench.of(seed, QUICK_SHARES if asked.quick else SHARES, n_rows)
        test = bench.test
        for one in bench.arms():
            found.setdefault(one.arm, []).append(one)
            say(f"seed {seed}, {one.arm}: {test.scores(one.test).round(4).tolist()}")
    assert test is not None
    print(table_of(found, test))
    print(
        f"\n{n_seeds} seeds, {n_rows:,} training rows, {time.process_time() - started:,.0f} s of the processor."
    )


if __name__ == "__main__":
    main()
