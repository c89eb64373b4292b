"""What a command that plans prints and writes: the options that say so, and the one way it is done."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from needlecare.cli import terminal
from needlecare.cli.calendar import CalendarFile
from needlecare.cli.files import print_bytes, write_file
from needlecare.cli.options import OUTPUT_PANEL
from needlecare.errors import UsageError
from needlecare.render.screen import Screen


class Format(StrEnum):
    """The forms that a plan is printed in."""

    TIMELINE = "timeline"
    PLAIN = "plain"


FormatWanted = Annotated[
    Format | None,
    typer.Option(
        "--format",
        help="A timeline on a terminal, plain sentences in a pipe, unless told otherwise.",
        rich_help_panel=OUTPUT_PANEL,
        show_default=False,
    ),
]
OutputFile = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE|-",
        help="Write the result to a file instead of standard output.",
        rich_help_panel=OUTPUT_PANEL,
        show_default=False,
    ),
]
Force = Annotated[
    bool,
    typer.Option(
        "--force", help="Replace files that exist with other content.", rich_help_panel=OUTPUT_PANEL
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """What the options ask for: a text in some form, a calendar, and where each goes."""

    json: bool
    format: Format | None
    ics: str | None
    update: bool
    output: str | None
    force: bool
    colour: bool

    def check(self) -> None:
        """Refuse options that exclude each other. Raises UsageError."""
        if self.json and self.format is not None:
            raise UsageError("--json and --format exclude each other; give one of them")
        if self.ics == "-" and self.to_stdout and (self.json or self.format is not None):
            raise UsageError("--ics - fills standard output; write the other result to a file with -o")
        if self.ics == self.output == "-":
            raise UsageError("--ics - and -o - both fill standard output; write one of them to a file")
        if self.ics is not None and self.ics != "-" and self.ics == self.output:
            raise UsageError("--ics and -o name the same file; write two names")
        if self.update and (self.ics in {None, "-"} or self.force):
            raise UsageError("--update revises the file of --ics; give --ics FILE, without --force")

    @property
    def to_stdout(self) -> bool:
        """Whether the text goes to standard output."""
        return self.output in {None, "-"}

    def text(
        self, *, json: Callable[[], str], plain: Callable[[], str], timeline: Callable[[Screen], str]
    ) -> str | None:
        """Return the text in the form that is wished; None where the calendar takes its place."""
        if self.ics == "-" and self.to_stdout:
            return None
        if self.json:
            return json()
        to_person = terminal.is_terminal() and self.to_stdout
        if self.format is Format.PLAIN or (self.format is None and not to_person):
            return plain()
        return timeline(terminal.screen(colour=self.colour and self.to_stdout))

    def write(self, text: str | None, file: CalendarFile | None) -> None:
        """Write the calendar, then the text. Raises WriteError."""
        if file is not None:
            file.write(force=self.force)
        if text is None:
            return
        if not self.to_stdout:
            assert self.output is not None
            changed = write_file(Path(self.output), text.encode(), force=self.force)
            terminal.say(f"{'Written to' if changed else 'Unchanged:'} {self.output}.")
        elif self.json:
            print_bytes(text.encode())
        else:
            terminal.print_text(text)
