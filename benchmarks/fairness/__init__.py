"""Fairness constraints measured: of tables, of models on real people, of time; with baselines and a peer.

    python -m benchmarks.fairness                           # everything but the peer, resumable; then the page
    python -m benchmarks.fairness --parts data,time         # some of it (data, models, compas, time, peer)
    python -m benchmarks.fairness --parts models --splits 0-4
    python -m benchmarks.fairness --parts peer --splits 0-2 --peer-python PYTHON
    python -m benchmarks.fairness --quick                   # a smoke run, results apart
    python -m benchmarks.fairness --only-page

Every result is one line of a JSON lines file, and what is there already is not done again. Settings are frozen on
validation rows of a split; its test rows are looked at once.
"""
