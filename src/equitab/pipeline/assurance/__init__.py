"""Contracts, evidence and certificates over tables, predictions and runs."""
