"""Promises written down before, checked on measurements, kept as evidence, signed."""
