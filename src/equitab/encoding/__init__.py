"""Tables as numbers and back: nothing is lost on the way."""

from equitab.encoding.asked_values import Beyond, read_asked
from equitab.encoding.categorical import CategoricalColumn
from equitab.encoding.determined_columns import DeterminedColumn
from equitab.encoding.encoded_table import EncodedTable
from equitab.encoding.numerical import NumericalColumn
from equitab.encoding.quantile_grid import QuantileGrid, fit_quantile_grid
from equitab.encoding.rare_categories import count_categories, replace_rare_categories
from equitab.encoding.table_encoder import TableEncoder

__all__ = [
    "Beyond",
    "CategoricalColumn",
    "DeterminedColumn",
    "EncodedTable",
    "NumericalColumn",
    "QuantileGrid",
    "TableEncoder",
    "count_categories",
    "fit_quantile_grid",
    "read_asked",
    "replace_rare_categories",
]
