"""`python -m equitab` is the command line."""

from equitab.cli.main import run

if __name__ == "__main__":
    run()
