"""The evidence store: rows are appended, tied to each other, asked for, and never changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from equitab.assurance.chain import (
    ChainCheck,
    ChainFault,
    ChainReader,
    Head,
    Link,
    first_digest,
)
from equitab.assurance.evidence import Evidence, time_text
from equitab.assurance.evidence_rows import (
    StoredForm,
    digest_content,
    stored_form,
)
from equitab.assurance.store_location import StoreAddress, store_address
from equitab.dataframe import Frame
from equitab.errors import InputError, Problem, SavedFormatError, StorageError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from equitab.assurance.store_engine import StoreHeader

Answer = TypeVar("Answer")

_PAGE = 5_000
_PIECE = 5_000


class EvidenceStore:
    """An open store: a file of SQLite, or a database of PostgreSQL.

    Made by `EvidenceStore.open`; used in a ``with`` statement, or closed.

    Attributes
    ----------
    address : StoreAddress
        ``address.shown`` is its name without a password.
    header : StoreHeader
        Format, version, identifier and time of making.
    is_read_only : bool

    Examples
    --------
    >>> import tempfile
    >>> from equitab.assurance.evidence import EvidenceSource
    >>> source = EvidenceSource(run="r1", subject="people", time=datetime(2026, 1, 1, tzinfo=UTC))
    >>> with EvidenceStore.open(Path(tempfile.mkdtemp()) / "evidence.sqlite") as store:
    ...     store.append([source.says("measurement", {"metric": "accuracy", "value": 0.8, "n": 100})])
    ...     store.verify_chain()
    ...     store.history(metric="accuracy")["value"].to_list()
    (1, 1)
    ()
    [0.8]
    """

    def __init__(
        self, engine: Engine, address: StoreAddress, header: StoreHeader, *, is_read_only: bool
    ) -> None:
        self._engine = engine
        self.address = address
        self.header = header
        self.is_read_only = is_read_only

    @classmethod
    def open(cls, store: str | Path | None = None, *, read_only: bool = False) -> EvidenceStore:
        """Open a store; one that is not there is made, unless it is only to be read.

        Parameters
        ----------
        store : str, Path or None
            As in `equitab.assurance.store_location.store_address`: a path, ``sqlite:///...``, ``postgresql://...``,
            or None for the store of this user.
        read_only : bool, default False
            Nothing can be written through it then.

        Raises
        ------
        InputError
            If it names no store, or none is there to be read.
        SavedFormatError
            If something else is there; it is left as it is. Or a store of a later version.
        StorageError
            If the disk or the server refuses.
        MissingExtraError
            If it is PostgreSQL's and no driver is installed.
        """
        from equitab.assurance.store_engine import make_store, open_engine, prepare_file, read_header
        from equitab.assurance.store_faults import store_faults

        address = store_address(store)
        with store_faults(address.shown):
            engine = open_engine(address, read_only=read_only)
            try:
                header = read_header(engine, address)
                if header is None:
                    _refuse_reading_nothing(address, read_only)
                    prepare_file(engine, address)
                    header = make_store(engine, address)
            except BaseException:
                engine.dispose()
                raise
        return cls(engine, address, header, is_read_only=read_only)

    def append(self, evidence: Iterable[Evidence]) -> tuple[int, int]:
        """Append pieces of evidence, all or none; they are on the disk when this returns.

        Parameters
        ----------
        evidence : iterable of Evidence
            What the store already holds is left out: the same piece is kept once, however often it is handed in.

        Returns
        -------
        tuple of int
            The numbers of the first and the last new row; the last is one less than the first if none was new.

        Raises
        ------
        InputError
            If a piece cannot be said as plain data.
        StorageError
            If the store refuses or is full; then none of them is in it.
        """
        from equitab.assurance.row_transfer import insert_rows, rows_of
        from equitab.assurance.store_engine import writing
        from equitab.assurance.store_faults import store_faults

        if self.is_read_only:
            raise StorageError(
                f"store {self.address.shown!r} was opened for reading only. Next: open it for writing."
            )
        recorded_at = time_text(datetime.now(UTC))
        with store_faults(self.address.shown), writing(self._engine) as connection:
            link = self._last_link(connection)
            first = link[0] + 1
            for piece in _pieces(evidence):
                rows = list(rows_of(_new_forms(connection, piece), link, recorded_at))
                if rows:
                    insert_rows(connection, rows)
                    link = rows[-1][0], rows[-1][-1]
        return first, link[0]

    @property
    def head(self) -> Head:
        """The end of the chain now."""
        from equitab.assurance.store_engine import reading
        from equitab.assurance.store_faults import store_faults

        with store_faults(self.address.shown), reading(self._engine) as connection:
            sequence, digest = self._last_link(connection)
        return Head(self.header.identifier, sequence, digest)

    @property
    def last_recorded_at(self) -> str:
        """When the last row was written; empty for an empty store."""
        from equitab.assurance.evidence_tables import EVIDENCE
        from equitab.assurance.store_engine import reading
        from equitab.assurance.store_faults import store_faults

        query = f"SELECT recorded_at FROM {EVIDENCE} ORDER BY sequence DESC LIMIT 1"
        with store_faults(self.address.shown), reading(self._engine) as connection:
            return str(connection.exec_driver_sql(query).scalar() or "")

    def verify_chain(self, anchors: Iterable[Head] = ()) -> tuple[ChainFault, ...]:
        """Return every place where the rows are not as they were written; empty if the chain is whole."""
        return self.check_chain(anchors).faults

    def check_chain(self, anchors: Iterable[Head] = ()) -> ChainCheck:
        """Compute every digest anew, and say what does not fit.

        Parameters
        ----------
        anchors : iterable of Head
            Heads noted elsewhere (`equitab.assurance.anchors.known_heads`, certificates); those of other stores
            are left out.

        Returns
        -------
        ChainCheck
        """
        from equitab.assurance.store_engine import damaged_parts, missing_triggers
        from equitab.assurance.store_faults import store_faults

        own = [anchor for anchor in anchors if anchor.store == self.header.identifier]
        reader = ChainReader(first_digest(self.header), own)
        try:
            with store_faults(self.address.shown):
                while page := self.links(after=reader.after, limit=_PAGE):
                    reader.read(page)
                gone = missing_triggers(self._engine, self.address)
                for part in damaged_parts(self._engine, self.address):
                    reader.faults.append(ChainFault("damaged", 0, 0, f"the file is damaged: {part}"))
        except SavedFormatError as error:
            gone, end = [], reader.last.sequence + 1
            reader.faults.append(ChainFault("damaged", end, end, f"from row {end} on: {error}"))
        reader.finish()
        if gone:
            reader.remarks.append(
                f"the store no longer refuses changes: it lacks the triggers {', '.join(gone)}"
            )
        head = Head(self.header.identifier, reader.last.sequence, reader.last.digest)
        return ChainCheck(reader.n_rows, head, tuple(reader.faults), tuple(reader.remarks), len(own))

    def links(self, *, after: int, limit: int) -> list[Link]:
        """Return what the chain needs of rows, in their order, with the digest of what each of them says.

        Parameters
        ----------
        after : int
            The number of the row before the first: `equitab.assurance.chain.ChainReader.after`.
        limit : int
            How many at most.
        """
        from equitab.assurance.row_transfer import read_links

        return self.ask(read_links, after=after, limit=limit)

    def history(
        self,
        *,
        subject: str | None = None,
        metric: str | None = None,
        kind: str | None = None,
        run: str | None = None,
        since: str | date | None = None,
        until: str | date | None = None,
        limit: int | None = None,
    ) -> Frame:
        """Return rows as they were written, the oldest first.

        Parameters
        ----------
        subject, metric, kind, run : str or None
            Only rows that have exactly this.
        since, until : str, date, datetime or None
            Only rows seen from then on, and up to then.
        limit : int or None
            Only so many, the latest.

        Returns
        -------
        Frame
            The columns of `equitab.assurance.evidence_queries.HISTORY`; ``body`` holds what has no column, as JSON.
        """
        from equitab.assurance.evidence_queries import Question, history

        question = Question(
            subject=subject, metric=metric, kind=kind, run=run, since=since, until=until, limit=limit
        )
        return self._ask(history, question)

    def runs(self, **asked: Any) -> Frame:
        """Return one row for each run and subject: when, how many measurements and promises, what it took.

        Parameters
        ----------
        **asked
            ``subject``, ``run``, ``since``, ``until``, ``limit`` as in `history`.
        """
        from equitab.assurance.evidence_queries import Question, runs

        return self._ask(runs, Question(**asked))

    def promises(self, **asked: Any) -> Frame:
        """Return one row for each verdict of a clause, the oldest first.

        Parameters
        ----------
        **asked
            ``subject``, ``run``, ``since``, ``until``, ``limit`` as in `history`.
        """
        from equitab.assurance.evidence_queries import Question, promises

        return self._ask(promises, Question(**asked))

    def certificates(self, **asked: Any) -> Frame:
        """Return one row for each certificate issued and each change of a certificate's state, the oldest first.

        Parameters
        ----------
        **asked
            ``subject``, ``run``, ``since``, ``until``, ``limit`` as in `history`.
        """
        from equitab.assurance.evidence_queries import Question, certificates

        return self._ask(certificates, Question(**asked))

    def close(self) -> None:
        """Close the store; this machine notes the end of its chain."""
        from equitab.assurance.anchors import note_head

        try:
            if not self.is_read_only:
                note_head(self.head)
        except (StorageError, SavedFormatError):
            pass  # a note is a help, and the rows are safe
        finally:
            self._engine.dispose()

    def __enter__(self) -> EvidenceStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, question: Callable[..., Answer], **options: Any) -> Answer:
        """Return what a function answers that is given a connection which sees one state of the store.

        Parameters
        ----------
        question : callable
            Called as ``question(connection, **options)``; it may read only.
        **options
        """
        from equitab.assurance.store_engine import reading
        from equitab.assurance.store_faults import store_faults

        with store_faults(self.address.shown), reading(self._engine) as connection:
            return question(connection, **options)

    def _ask(self, ask: Callable[..., Answer], question: Any) -> Answer:
        return self.ask(lambda connection: ask(connection, question))

    def _last_link(self, connection: Connection) -> tuple[int, str]:
        """Return the number and the digest of the last row."""
        from equitab.assurance.evidence_tables import EVIDENCE

        query = f"SELECT sequence, digest FROM {EVIDENCE} ORDER BY sequence DESC LIMIT 1"
        row = connection.exec_driver_sql(query).first()
        return (0, first_digest(self.header)) if row is None else (row[0], row[1])


def _pieces(evidence: Iterable[Evidence]) -> Iterator[list[Evidence]]:
    """Yield evidence in lists of some thousands."""
    rest = iter(evidence)
    while piece := list(islice(rest, _PIECE)):
        yield piece


def _new_forms(connection: Connection, evidence: list[Evidence]) -> dict[str, StoredForm]:
    """Return, by its digest, how each piece is stored that the store does not hold yet."""
    from equitab.assurance.row_transfer import known_digests

    forms = {digest_content(form.content): form for form in map(stored_form, evidence)}
    known = known_digests(connection, list(forms))
    return {digest: form for digest, form in forms.items() if digest not in known} if known else forms


def _refuse_reading_nothing(address: StoreAddress, read_only: bool) -> None:
    if read_only:
        next_step = "equitab run and equitab assure write evidence; --store names another place"
        where = f"store {address.shown!r}"
        raise InputError(Problem(where, "an evidence store", "nothing there yet", next_step))
