"""equitab."""
