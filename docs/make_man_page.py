"""Make docs/needlecare.1, the man page: what --help says of every command, on one page, installed with the wheel."""

import inspect
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, get_args

import typer

from needlecare.cli.app import app

PAGE = Path(__file__).with_name("needlecare.1")

EXIT_CODES = {
    "0": "Done. For can: allowed. For normal: usual at this stage.",
    "1": "can: not yet, or no source gives a time. normal: past its usual time, a warning sign or an emergency. "
    "schedule diff: something changes for a patient.",
    "2": "Wrong usage, input that cannot be read, or words that are not understood.",
    "3": "A rule file with problems.",
    "4": "batch: some rows failed, and all others are done.",
    "5": "A file could not be written, or exists with other content.",
    "130": "Interrupted.",
}


def man_page() -> str:
    """Return the man page, in the language of man(7)."""
    program: Any = typer.main.get_command(app)
    ctx = program.make_context("needlecare", [], resilient_parsing=True)
    lines = ['.TH NEEDLECARE 1 "" "needlecare" "User Commands"', ".SH NAME"]
    lines += ["needlecare \\- " + _plain("the days around microneedling, as a dated plan")]
    lines += [".SH SYNOPSIS", ".B needlecare", "[COMMAND] [OPTION]..."]
    lines += [".SH DESCRIPTION", *_paragraphs(program.help)]
    lines += [".SH OPTIONS", *_options(program)]
    lines.append(".SH COMMANDS")
    environment: set[str] = set()
    for name, command in commands(program, ctx):
        usage = " ".join([name, *(p.metavar for p in command.params if p.param_type_name == "argument")])
        lines += [f".SS {_plain(f'needlecare {usage} [OPTION]...')}", *_paragraphs(command.help)]
        lines += _options(command)
        lines += _examples(command.epilog or "")
        environment |= {p.envvar for p in command.params if isinstance(p.envvar, str)}
    lines.append(".SH EXIT STATUS")
    for code, meaning in EXIT_CODES.items():
        lines += [".TP", f".B {code}", _plain(meaning)]
    lines += [
        ".SH ENVIRONMENT",
        _plain(f"Each stands in for the option of its name: {', '.join(sorted(environment))}."),
    ]
    lines += [_plain("NO_COLOR takes the colour away.")]
    lines += [
        ".SH NOTES",
        _plain("General information, not medical advice. Your clinic's instructions come first."),
    ]
    return "\n".join(lines) + "\n"


def commands(group: Any, ctx: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each command with its name, those of a group in its place."""
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        if hasattr(command, "list_commands"):
            yield from commands(command, ctx, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def _options(command: Any) -> list[str]:
    lines = []
    for param in command.params:
        names = [*param.opts, *param.secondary_opts] if param.param_type_name == "option" else [param.metavar]
        value = value_of(param, command) if param.param_type_name == "option" else ""
        lines += [
            ".TP",
            f".B {_plain(', '.join(names))}{f' {_plain(value)}' if value else ''}",
            _plain(param.help or ""),
        ]
    return lines


def value_of(param: Any, command: Any) -> str:
    """Return what an option takes, as its help calls it; nothing for a flag."""
    if param.metavar or param.is_flag:
        return param.metavar or ""
    annotation: Any = inspect.signature(command.callback).parameters[param.name].annotation
    for kind in _kinds(annotation):
        if isinstance(kind, type) and issubclass(kind, Enum):
            return "|".join(str(one.value) for one in kind)
    return str(param.name).upper()


def _kinds(annotation: Any) -> Iterator[Any]:
    yield annotation
    for inner in get_args(annotation):
        yield from _kinds(inner)


def _paragraphs(text: str) -> list[str]:
    found = [" ".join(one.split()) for one in re.split(r"\n\s*\n", inspect.cleandoc(text))]
    return [line for one in found for line in (".PP", _plain(one))][1:]


def _examples(epilog: str) -> list[str]:
    examples = [line.strip() for line in epilog.splitlines() if line.strip().startswith("needlecare")]
    return (
        [".PP", "Examples:", ".PP", ".nf", *(_plain(f"  {line}") for line in examples), ".fi"]
        if examples
        else []
    )


def _plain(text: str) -> str:
    """Return a text in which man obeys nothing."""
    escaped = " ".join(text.split("\n")).replace("\\", "\\e").replace("-", "\\-")
    escaped = "".join(c if c.isascii() else f"\\[u{ord(c):04X}]" for c in escaped)
    return f"\\&{escaped}" if escaped[:1] in {".", "'"} else escaped


if __name__ == "__main__":
    PAGE.write_text(man_page(), encoding="utf-8")
