"""Tables as numbers and back: nothing is lost on the way."""

from equitab.encoding.asked_values import read_asked
from equitab.encoding.categorical import CategoricalColumn
from equitab.encoding.determined_columns import DeterminedColumn
from equitab.encoding.encoded_table import EncodedTable
from equitab.encoding.numerical import NumericalColumn
from equitab.encoding.quantile_grid import QuantileGrid, fit_quantile_grid
from equitab.encoding.table_encoder import TableEncoder

__all__ = [
    "CategoricalColumn",
    "DeterminedColumn",
    "EncodedTable",
    "NumericalColumn",
    "QuantileGrid",
    "TableEncoder",
    "fit_quantile_grid",
    "read_asked",
]
