"""An empty Typer command that prints a text."""

import typer

app = typer.Typer(add_completion=False)


@app.command()
def empty(when: str) -> None:
    """Print a text."""
    print(f"treated {when}")
