"""A local, read-only page over the evidence: runs, promises, verdicts, certificates. Needs the extra ``ui``."""

from equitab.serve.server import DEFAULT_HOST, DEFAULT_PORT, Listening, serve

__all__ = ["DEFAULT_HOST", "DEFAULT_PORT", "Listening", "serve"]
