"""An empty Typer command that prints one Rich table."""

import typer
from rich.console import Console
from rich.table import Table

app = typer.Typer(add_completion=False)


@app.command()
def empty(when: str) -> None:
    """Print a table."""
    table = Table("until", "not yet")
    table.add_row(when, "makeup")
    Console().print(table)
