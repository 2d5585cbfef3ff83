"""Generators and peers on the same tables: time, memory, resemblance, usefulness, privacy.

    python -m benchmarks.generators                         # everything, resumable; then the page
    python -m benchmarks.generators --quick                 # a smoke run with few rows
    python -m benchmarks.generators --recipe equitab.yaml   # on the table of a recipe of your own
    python -m benchmarks.generators --only-page             # the page from the results that there are

Every fit runs in a process of its own, so that memory and imports do not mix; every result is one line of a
JSON lines file, and what is there already is not done again.
"""
