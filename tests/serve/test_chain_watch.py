"""The chain is checked beside the pages, and what was found once is never forgotten."""

from __future__ import annotations

from dataclasses import dataclass, field

from equitab.serve.chain_watch import ChainWatch
from equitab.serve.records import ChainFault, Head


@dataclass
class Store:
    """A store of some rows, of which some are wrong."""

    n_rows: int
    wrong: list[int] = field(default_factory=list)
    place: int = 0
    n_followed: int = 0

    def head(self) -> Head:
        return Head(self.n_rows, "sha256:x")

    def follow_chain(self, n_rows: int) -> int:
        step = min(n_rows, self.n_rows - self.place)
        self.place, self.n_followed = self.place + step, self.n_followed + step
        return self.place

    def restart_chain(self) -> None:
        self.place = 0

    def chain_faults(self, *, is_at_end: bool) -> tuple[ChainFault, ...]:
        assert is_at_end or self.place < self.n_rows or self.n_followed
        return tuple(ChainFault(row, f"row {row} was changed") for row in self.wrong if row <= self.place)


def test_before_the_first_check_nothing_is_called_intact() -> None:
    report = ChainWatch(Store(5)).report(5)
    assert (report.state, report.n_checked) == ("checking", 0)


def test_rows_are_checked_once_and_new_ones_as_they_come() -> None:
    store = Store(12_000)
    watch = ChainWatch(store)  # type: ignore[arg-type]
    watch.check_now()
    assert watch.report(12_000).state == "intact"
    store.n_rows = 12_007
    assert watch.report(12_007).state == "checking"
    watch.check_now()
    assert (watch.report(12_007).state, store.n_followed) == ("intact", 12_007)


def test_an_empty_store_is_intact() -> None:
    watch = ChainWatch(Store(0))  # type: ignore[arg-type]
    watch.check_now()
    assert watch.report(0).state == "intact"


def test_a_fault_is_named_and_stays_though_somebody_mends_the_file() -> None:
    store = Store(100, wrong=[17])
    watch = ChainWatch(store)  # type: ignore[arg-type]
    watch.check_now()
    store.wrong = []
    store.restart_chain()
    watch.check_now()
    report = watch.report(100)
    assert report.state == "broken"
    assert [fault.sequence for fault in report.faults] == [17]


def test_rows_that_are_cut_off_while_the_page_is_shown_are_noticed() -> None:
    store = Store(100)
    watch = ChainWatch(store)  # type: ignore[arg-type]
    watch.check_now()
    store.n_rows = 90
    watch.check_now()
    report = watch.report(90)
    assert report.state == "broken"
    assert "rows 91 to 100" in report.faults[0].text
