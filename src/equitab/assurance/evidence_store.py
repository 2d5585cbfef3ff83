"""The evidence store: rows are appended, tied to each other, asked for, and never changed."""

from __future__ import annotations

import json
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
    link_digest,
)
from equitab.assurance.evidence import Evidence, time_text
from equitab.assurance.evidence_rows import (
    CONTEXT,
    content_bytes,
    digest_content,
    join_body,
    split_body,
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
_KEPT = ("sequence", "recorded_at", *CONTEXT, "body", "evidence_digest", "previous", "digest")


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
                rows = list(_rows_of(_new_forms(connection, piece), link, recorded_at))
                if rows:
                    _insert(connection, rows)
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
                for page in self._pages():
                    reader.read(map(_link_of, page))
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

    def _pages(self) -> Iterator[list[Any]]:
        """Yield all rows in pieces, in the order of their numbers."""
        from equitab.assurance.evidence_tables import BODY_COLUMNS, EVIDENCE
        from equitab.assurance.store_engine import reading

        names = ", ".join((*_KEPT, *BODY_COLUMNS))
        last = -1
        while True:
            query = f"SELECT {names} FROM {EVIDENCE} WHERE sequence > {last} ORDER BY sequence LIMIT {_PAGE}"
            with reading(self._engine) as connection:
                page = connection.exec_driver_sql(query).all()
            if not page:
                return
            last = page[-1][0]
            yield list(page)


def _pieces(evidence: Iterable[Evidence]) -> Iterator[list[Evidence]]:
    """Yield evidence in lists of some thousands."""
    rest = iter(evidence)
    while piece := list(islice(rest, _PIECE)):
        yield piece


def _new_forms(connection: Connection, evidence: list[Evidence]) -> dict[str, Any]:
    """Return, by its digest, how each piece is stored that the store does not hold yet."""
    forms = {digest_content(form[0]): form for form in map(stored_form, evidence)}
    known = _known_digests(connection, list(forms))
    return {digest: form for digest, form in forms.items() if digest not in known} if known else forms


def _rows_of(forms: dict[str, Any], link: tuple[int, str], recorded_at: str) -> Iterator[tuple[Any, ...]]:
    """Yield rows in the order of COLUMNS, each tied to the one before."""
    sequence, previous = link
    for evidence, (_, context, body) in forms.items():
        sequence += 1
        digest = link_digest(sequence, evidence, previous, recorded_at)
        code, contract, data, environment, kind, model, probe, recipe, run, seed, subject, time = context
        values, rest = split_body(body)
        yield (
            *(sequence, recorded_at, kind, time, run, subject, probe),
            *values,
            rest,
            *(data, model, code, recipe, contract, environment, seed),
            *(evidence, previous, digest),
        )
        previous = digest


def _refuse_reading_nothing(address: StoreAddress, read_only: bool) -> None:
    if read_only:
        next_step = "equitab run and equitab assure write evidence; --store names another place"
        where = f"store {address.shown!r}"
        raise InputError(Problem(where, "an evidence store", "nothing there yet", next_step))


def _link_of(row: Any) -> Link:
    """Return what the chain needs of a row in the order of `_pages`."""
    n_context = len(CONTEXT)
    sequence, recorded_at = row[:2]
    context, rest = tuple(row[2 : 2 + n_context]), row[2 + n_context]
    evidence, previous, digest = row[3 + n_context : 6 + n_context]
    content = _content_digest(context, row[6 + n_context :], rest)
    return Link(
        sequence, str(evidence), content, str(previous), str(digest), str(recorded_at), str(context[-1])
    )


def _content_digest(context: tuple[Any, ...], values: Any, rest: str) -> str:
    """Return the digest of what a row says; empty if it is in a form that we never write."""
    try:
        body = join_body(values, rest)
        if rest != "{}" and split_body(body) != (tuple(values), rest):
            return ""
        return digest_content(content_bytes(context, body))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return ""


def _known_digests(connection: Connection, digests: list[str]) -> set[str]:
    """Return which of some digests the store holds."""
    from sqlalchemy import text

    from equitab.assurance.evidence_tables import EVIDENCE

    if not digests:
        return set()
    listed = (
        "SELECT value FROM json_each(:listed)"
        if connection.dialect.name == "sqlite"
        else "SELECT json_array_elements_text(CAST(:listed AS json))"
    )
    query = text(f"SELECT evidence_digest FROM {EVIDENCE} WHERE evidence_digest IN ({listed})")
    return set(connection.scalars(query, {"listed": json.dumps(digests)}))


def _insert(connection: Connection, rows: list[tuple[Any, ...]]) -> None:
    """Insert rows: into SQLite one by one, into PostgreSQL as one JSON document, which needs one round trip."""
    from sqlalchemy import text

    from equitab.assurance.evidence_tables import COLUMNS, EVIDENCE, evidence_table

    names = ", ".join(COLUMNS)
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" * len(COLUMNS))
        connection.exec_driver_sql(f"INSERT INTO {EVIDENCE} ({names}) VALUES ({places})", rows)
        return
    types = ", ".join(
        f"{column.name} {column.type.compile(connection.dialect)}" for column in evidence_table.columns
    )
    document = json.dumps([dict(zip(COLUMNS, row, strict=True)) for row in rows], ensure_ascii=False)
    source = f"json_to_recordset(CAST(:document AS json)) AS given({types})"
    connection.execute(
        text(f"INSERT INTO {EVIDENCE} ({names}) SELECT {names} FROM {source}"), {"document": document}
    )
