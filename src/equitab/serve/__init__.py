"""A local, read-only page over the evidence: runs, promises, verdicts, certificates. Needs the extra ``ui``."""
