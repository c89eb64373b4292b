"""What a command that plans prints and writes: the options that say so, and the one way it is done."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, assert_never

import typer
from msgspec import Struct

from needlecare.cli import terminal
from needlecare.cli.calendar import CalendarFile
from needlecare.cli.options import OUTPUT_PANEL, typed
from needlecare.errors import UsageError, shown
from needlecare.model import Detail, Plan, QuietHours
from needlecare.output.terminal.screen import Screen
from needlecare.storage.files import MAX_PATH_LENGTH, check_target, place_of, write_file


class Format(StrEnum):
    """The forms that a result is printed in."""

    TIMELINE = "timeline"
    PLAIN = "plain"
    MARKDOWN = "markdown"
    HTML = "html"
    SMS = "sms"


Forms = Mapping[Format, Callable[[], str]]  # what makes each form but the timeline

# The parameters that change nothing where no calendar is written; the others change text messages, too.
OF_A_CALENDAR = ("alarms", "daily")
OF_MESSAGES = ("detail", "ref", "quiet_hours")

FILE_FORMATS = (Format.PLAIN, Format.MARKDOWN, Format.HTML, Format.SMS)
FOR_PEOPLE = frozenset({Format.TIMELINE, Format.PLAIN, Format.MARKDOWN})  # shown in what a terminal has

FormatWanted = Annotated[
    Format | None,
    typer.Option(
        "--format",
        help="A timeline on a terminal, plain sentences in a pipe, unless told otherwise; html is a page "
        "to print, sms text messages as NDJSON.",
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


class Outputs(Struct, frozen=True, kw_only=True):
    """What the options ask for: a text in some form, a calendar, and where each goes."""

    json: bool
    format: Format | None
    ics: str | None
    update: bool
    output: str | None
    force: bool
    colour: bool

    def check(self, ctx: typer.Context) -> None:
        """Refuse options that exclude each other, and say which change nothing. Raises UsageError."""
        if self.json and self.format is not None:
            raise UsageError("--json and --format exclude each other; give one of them")
        if self.ics == "-" and self.to_stdout and (self.json or self.format is not None):
            raise UsageError("--ics - fills standard output; write the other result to a file with -o")
        if self.ics == self.output == "-":
            raise UsageError("--ics - and -o - both fill standard output; write one of them to a file")
        if "" in {self.ics, self.output}:
            raise UsageError("--ics and -o want the name of a file; write one, or leave the option out")
        files = [place_of(name) for name in (self.ics, self.output) if name and name != "-"]
        if place_of(str(ctx.params["schedule"])) in files:
            raise UsageError("the rule file would be overwritten by what is made of it; write another name")
        if len(set(files)) < len(files):
            raise UsageError("--ics and -o name the same file; write two names")
        if self.update and (self.ics in {None, "-"} or self.force):
            raise UsageError("--update revises the file of --ics; give --ics FILE, without --force")
        if self.ics is None:
            warn_unused_options(ctx, messages=self.format is Format.SMS, remedy="--ics FILE")

    @property
    def to_stdout(self) -> bool:
        """Whether the text goes to standard output."""
        return self.output in {None, "-"}

    def text(self, *, json: Callable[[], str], forms: Forms, timeline: Callable[[Screen], str]) -> str | None:
        """Return the text in the form that is wished; None where the calendar takes its place.

        Raises UsageError for a form that the command does not have.
        """
        if self.ics == "-" and self.to_stdout:
            return None
        if self.json:
            return json()
        to_person = terminal.is_terminal() and self.to_stdout
        wished = self.format or (Format.TIMELINE if to_person else Format.PLAIN)
        if wished is Format.TIMELINE:
            return timeline(terminal.screen(colour=self.colour and self.to_stdout))
        if wished not in forms:
            known = ", ".join([Format.TIMELINE, *forms])
            raise UsageError(f"--format {wished} is not made here; write one of {known}")
        return forms[wished]()

    def write(self, text: str | None, file: CalendarFile | None) -> None:
        """Write the calendar, then the text. Raises WriteError.

        What would be refused of the text is refused before the calendar is written.
        """
        if text is not None and not self.to_stdout:
            assert self.output is not None
            check_target(Path(self.output), text.encode(), force=self.force)
        if file is not None:
            file.write(force=self.force)
        if text is None:
            return
        if not self.to_stdout:
            assert self.output is not None
            changed = write_file(Path(self.output), text.encode(), force=self.force)
            named = shown(self.output, MAX_PATH_LENGTH)
            terminal.say(f"{'Written to' if changed else 'Unchanged:'} {named}.")
        elif self.json or self.format not in {None, *FOR_PEOPLE}:
            terminal.print_bytes(text.encode())
        else:
            terminal.print_text(text)


def warn_unused_options(ctx: typer.Context, *, messages: bool, remedy: str) -> None:
    """Say on standard error which options were typed that change nothing where no calendar is written."""
    for name in OF_A_CALENDAR if messages else OF_A_CALENDAR + OF_MESSAGES:
        if typed(ctx, name):
            option = "--" + name.replace("_", "-")
            terminal.say(f"{option} changes nothing here: it is about the calendar, which {remedy} writes.")


def plan_text(
    form: Format, plan: Plan, now: datetime, *, ref: str | None, detail: Detail, quiet: QuietHours
) -> str:
    """Return a plan at a moment (UTC) in one of the forms of a file; a timeline belongs on a screen.

    `ref`, `detail` and the quiet hours are those of text messages.
    """
    match form:
        case Format.PLAIN | Format.TIMELINE:  # in a file, both are sentences
            from needlecare.output.sentences.plan import plain

            return plain(plan, now)
        case Format.MARKDOWN:
            from needlecare.output.paper.markdown import markdown

            return markdown(plan, now)
        case Format.HTML:
            from needlecare.output.paper.handout import handout

            return handout(plan, now)
        case Format.SMS:
            from needlecare.output.sms.messages import sms

            return sms(plan, now, ref=ref, detail=detail, quiet=quiet)
        case _:
            assert_never(form)
