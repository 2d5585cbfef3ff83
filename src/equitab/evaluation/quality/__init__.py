"""How faithful, diverse, useful and safe synthetic rows are, for everybody and for every group."""
