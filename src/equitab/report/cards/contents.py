"""What a data sheet and a model card are handed: every value that they show, as plain frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from equitab.report.contents import GroupRow, ReportContents

if TYPE_CHECKING:
    from equitab.assurance import ContractVerdict

TableRole = Literal["augmented", "synthetic", "constrained"]
DataType = Literal["Text", "Integer", "Float", "Boolean", "Date", "DateTime", "Time"]
"""A name of schema.org."""
InDrawnRows = Literal["drawn", "mean", "empty", "marked"]
"""What a column holds in drawn rows: what the generator drew, the mean, nothing, or what the run put there."""

IDENTIFIER = "names a person or household"
"""The role of a column that identifies."""

FEWEST_ROWS = 10
"""What rests on fewer rows is not said: it would be about single people."""


@dataclass(frozen=True, kw_only=True)
class ColumnCard:
    """One column of a table that the run wrote.

    Parameters
    ----------
    name : str
        As in the file.
    data_type : str
    kind : str
        As in the schema (``categorical``); empty for a column that the run added.
    roles : tuple of str
        What it is for, in words (``the target``).
    in_drawn_rows : {"drawn", "mean", "empty", "marked"}
    n_missing : int
        Cells without a value, those with a missing token among them.
    missing_token : str
        The text that stands for a missing value; empty where there is none.
    """

    name: str
    data_type: DataType
    kind: str = ""
    roles: tuple[str, ...] = ()
    in_drawn_rows: InDrawnRows = "drawn"
    n_missing: int = 0
    missing_token: str = ""

    @property
    def is_identifier(self) -> bool:
        """Whether it names persons or households."""
        return IDENTIFIER in self.roles


@dataclass(frozen=True, kw_only=True)
class TableCard:
    """One table that the run wrote.

    Parameters
    ----------
    role : {"augmented", "synthetic", "constrained"}
    path : str
        Within the run's folder.
    sha256 : str
        Of the file.
    n_bytes : int
    n_rows : int
    n_real : int
        Rows of the source, as they were.
    columns : tuple of ColumnCard
        In the order of the file.
    """

    role: TableRole
    path: str
    sha256: str
    n_bytes: int
    n_rows: int
    n_real: int
    columns: tuple[ColumnCard, ...]

    @property
    def n_drawn(self) -> int:
        """Rows that the generator drew."""
        return self.n_rows - self.n_real


@dataclass(frozen=True, kw_only=True)
class SensitiveCard:
    """One sensitive feature as the schema declares it.

    Parameters
    ----------
    name : str
    reference : str
        The group that others are compared with; empty where there is none.
    bins : tuple of str
        The groups of a numeric column, as intervals.
    """

    name: str
    reference: str = ""
    bins: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SourceCard:
    """The table that the run was given.

    Parameters
    ----------
    name : str
        Without its folder.
    n_rows : int
    columns : tuple of str
        Of the schema, in order.
    left_out : tuple of str
        Columns that nothing was learned from.
    target : str
    favorable : str
        The favorable outcome in words.
    sensitive : tuple of SensitiveCard
    missing_tokens : tuple of str
    digest : str
        SHA-256 of its names, types and values.
    was_guessed : bool
        Whether some of its meaning was guessed and not said.
    licence, origin : str
        As the data card says of a table that ships with equitab; empty where nothing is known.
    """

    name: str
    n_rows: int
    columns: tuple[str, ...]
    left_out: tuple[str, ...]
    target: str
    favorable: str
    sensitive: tuple[SensitiveCard, ...]
    missing_tokens: tuple[str, ...]
    digest: str
    was_guessed: bool = False
    licence: str = ""
    origin: str = ""


@dataclass(frozen=True, kw_only=True)
class RunCard:
    """What the run did.

    Parameters
    ----------
    started : str
        UTC, ISO 8601.
    n_train, n_validation, n_test : int
    split_words : tuple of str
        How the rows were divided.
    generator : str
    settings : mapping
        Of the generator, as far as it says them.
    searched : str
        What a search among several settings chose; empty without one.
    stores_rows : bool
        Whether the generator's folder holds training rows.
    strategy : str
        Of the plan.
    n_added, n_drawn : int
        Rows drawn as the plan asks, and as the table has them.
    mitigation, baselines : tuple of str
    models : tuple of (name, settings in words)
    sees_sensitive : bool
        Whether models see the sensitive features.
    constraints : tuple of str
        Criteria that were asked for.
    seeds : tuple of int
    versions : mapping
    digests : mapping
        Of recipe, schema and table.
    model_digest : str
        SHA-256 of the chosen model's folder; empty where none was chosen.
    """

    started: str
    n_train: int
    n_validation: int
    n_test: int
    split_words: tuple[str, ...]
    generator: str
    settings: Mapping[str, str]
    searched: str
    stores_rows: bool
    strategy: str
    n_added: int
    n_drawn: int
    mitigation: tuple[str, ...]
    baselines: tuple[str, ...]
    models: tuple[tuple[str, str], ...]
    sees_sensitive: bool
    constraints: tuple[str, ...]
    seeds: tuple[int, ...]
    versions: Mapping[str, str]
    digests: Mapping[str, str]
    model_digest: str = ""


@dataclass(frozen=True, kw_only=True)
class CardContents:
    """Everything that the cards of one run show.

    Parameters
    ----------
    report : ReportContents
        Headline, measurements (of several seeds the means), metrics, remarks, guesses; its groups are those of
        the real training rows, with the rows added for each.
    source : SourceCard
    run : RunCard
    tables : tuple of TableCard
        The augmented one first.
    balanced : tuple of GroupRow
        The groups of the augmented table, by the weights that a learner should use.
    small_group : int
        Groups with fewer rows are called small.
    contract : ContractVerdict or None
        What became of the run's contract, where it has one.
    """

    report: ReportContents
    source: SourceCard
    run: RunCard
    tables: tuple[TableCard, ...]
    balanced: tuple[GroupRow, ...] = ()
    small_group: int = 30
    contract: ContractVerdict | None = None
