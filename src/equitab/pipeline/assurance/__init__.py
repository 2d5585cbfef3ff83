"""Contracts, evidence and certificates over tables, predictions and runs; `equitab.pipeline` has the names."""
