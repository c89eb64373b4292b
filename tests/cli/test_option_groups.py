"""Options that commands share, as one parameter of their functions."""

from typing import Annotated

import typer
from typer.testing import CliRunner

from needlecare.cli.option_groups import OptionGroup, with_single_options


class Drink(OptionGroup, frozen=True, kw_only=True):
    """Two options that belong together."""

    size: Annotated[int, typer.Option("--size")] = 2
    milk: Annotated[bool, typer.Option("--milk/--no-milk")] = False


def order(
    ctx: typer.Context,
    *,
    name: Annotated[str, typer.Argument()],
    drink: Drink,
    loud: Annotated[bool, typer.Option("--loud")] = False,
) -> None:
    """Order a drink."""
    source = ctx.get_parameter_source("size")
    typer.echo(f"{name} {drink} {loud} {source.name if source else None}")


app = typer.Typer()
app.command()(with_single_options(order))


def run(*typed: str) -> str:
    return CliRunner().invoke(app, [*typed]).output.strip()


def test_a_command_gets_its_group_as_one_value() -> None:
    assert run("Ada") == "Ada Drink(size=2, milk=False) False DEFAULT"
    assert run("Ada", "--milk", "--size", "3", "--loud") == "Ada Drink(size=3, milk=True) True COMMANDLINE"


def test_help_has_the_options_in_the_place_of_the_group() -> None:
    shown = run("--help")
    assert "Order a drink." in shown
    assert shown.index("--size") < shown.index("--milk") < shown.index("--loud")
