"""Fairness constraints in runs: words to constraints, one draft, tables tuned for every model, what is told of them."""
