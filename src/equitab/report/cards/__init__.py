"""The two cards of a run: a data sheet in Croissant, a model card in Markdown. They compute nothing."""

from equitab.report.cards.contents import (
    IDENTIFIER,
    CardContents,
    ColumnCard,
    DataType,
    InDrawnRows,
    RunCard,
    SensitiveCard,
    SourceCard,
    TableCard,
    TableRole,
)
from equitab.report.cards.croissant import render_data_sheet
from equitab.report.cards.model_card import render_model_card

__all__ = [
    "IDENTIFIER",
    "CardContents",
    "ColumnCard",
    "DataType",
    "InDrawnRows",
    "RunCard",
    "SensitiveCard",
    "SourceCard",
    "TableCard",
    "TableRole",
    "render_data_sheet",
    "render_model_card",
]
