"""Commands that do nothing: what a program with Typer costs before it has a purpose."""
