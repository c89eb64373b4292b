"""Make the parts of docs/reference.md between markers: the options of each command, and the fields of each JSON Schema."""

import json
import sys
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import typer

from needlecare.cli.app import app

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS))
from make_man_page import EXIT_CODES, commands, value_of  # type: ignore[import-not-found]  # noqa: E402  it is beside this

PAGE = DOCS / "reference.md"


def options() -> str:
    """Return every command with its arguments and options, a table for each."""
    program: Any = typer.main.get_command(app)
    context = program.make_context("needlecare", [], resilient_parsing=True)
    parts = []
    for name, command in commands(program, context):
        rows = [_row(f"`{typed}`", text) for typed, text in _parameters(command)]
        about = " ".join((command.help or "").split("\n\n", maxsplit=1)[0].split())
        parts.append("\n".join([f"### `needlecare {name}`", about, "", "| | |", "|---|---|", *rows]))
    return "\n\n".join(parts)


def _parameters(command: Any) -> Iterator[tuple[str, str]]:
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            yield parameter.metavar, parameter.help
            continue
        names = sorted((*parameter.opts, *parameter.secondary_opts), key=len, reverse=True)
        yield f"{', '.join(names)} {value_of(parameter, command)}".rstrip(), parameter.help


def _row(first: str, second: str | None) -> str:
    cells = (first, " ".join((second or "").split()))
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def exit_codes() -> str:
    """Return the exit codes as a table."""
    return "\n".join(
        ["| code | meaning |", "|---|---|", *(_row(code, text) for code, text in EXIT_CODES.items())]
    )


def fields(name: str) -> str:
    """Return the fields of a JSON Schema that ships as a table, in the order of the schema."""
    schema = json.loads(files("needlecare").joinpath(f"{name}.schema.json").read_text(encoding="utf-8"))
    rows = list(_fields(schema, ""))
    for kind, definition in schema["$defs"].items():
        rows += _fields(definition, f"({kind}) ")
    return "\n".join(["| field | what it holds |", "|---|---|", *rows])


def _fields(schema: Mapping[str, Any], path: str) -> Iterator[str]:
    for key, value in schema.get("properties", {}).items():
        yield _row(f"`{path}{key}`", value.get("description") or _described_elsewhere(value))
        yield from _fields(value, f"{path}{key}.")


def _described_elsewhere(value: Mapping[str, Any]) -> str:
    """Return where a field that only points elsewhere is described. Raises KeyError for one that says nothing."""
    place = value["$ref"].removeprefix("urn:needlecare:plan:1").removeprefix("#/").split("/")
    return f"As `{' '.join(part for part in place if part not in {'$defs', 'properties'})}`."


def page(text: str) -> str:
    """Return docs/reference.md with its made parts made anew."""
    made = {
        "exit codes": exit_codes(),
        "options": options(),
        "plan": fields("plan"),
        "course": fields("course"),
    }
    for part, content in made.items():
        begin, end = f"<!-- {part}: made by docs/make_reference.py -->", f"<!-- end of {part} -->"
        before, _, rest = text.partition(begin)
        text = f"{before}{begin}\n{content}\n{end}{rest.partition(end)[2]}"
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
