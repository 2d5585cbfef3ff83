"""How wrong filled cells are, for whom, and what filling does to a table."""
