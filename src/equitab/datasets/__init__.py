"""Public fairness data sets, each with its schema and its known caveats."""

from equitab.datasets.adult import adult_aif360, adult_aif360_schema, adult_schema, aif360_form, load_adult

__all__ = ["adult_aif360", "adult_aif360_schema", "adult_schema", "aif360_form", "load_adult"]
