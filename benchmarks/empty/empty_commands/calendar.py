"""An empty Typer command that imports ics, and prints a text."""

import ics
import typer

app = typer.Typer(add_completion=False)


@app.command()
def empty(when: str) -> None:
    """Print a text."""
    print(f"{ics.__version__}, treated {when}")
