"""What plan and course print and write: the options for it, and how it is done."""

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct

from needlecare.calendar.identity import checked_reference
from needlecare.cli import terminal
from needlecare.cli.calendar import CalendarFile, CalendarOutput
from needlecare.cli.option_groups import OptionGroup
from needlecare.cli.options import Json, output_option, was_typed
from needlecare.errors import UsageError, shown_path
from needlecare.output.formats import Format
from needlecare.output.terminal.screen import Screen
from needlecare.storage.files import check_target, place_of, write_file

# The formats that are printed in the characters that the terminal can show.
FOR_PEOPLE = frozenset({Format.TIMELINE, Format.PLAIN, Format.MARKDOWN})

# The endings of file names that decide the format. Below them: some that people try, which are refused. Any
# other ending, or none, decides nothing.
_ENDINGS = {
    **dict.fromkeys((".html", ".htm"), Format.HTML),
    **dict.fromkeys((".md", ".markdown"), Format.MARKDOWN),
    ".txt": Format.PLAIN,
    ".json": Format.JSON,
    ".ndjson": Format.SMS,
}
_CALENDAR = ".ics"
_UNSUPPORTED = frozenset(
    {".pdf", ".doc", ".docx", ".odt", ".rtf", ".csv", ".xlsx", ".png", ".jpg", ".jpeg", ".svg"}
)

# The options of a calendar, and those of them that other formats use too.
_CALENDAR_OPTIONS = ("alarms", "daily", "detail", "quiet_hours", "ref")
_ALSO_USED_BY: Mapping[str, tuple[str, ...]] = {
    Format.SMS: ("detail", "quiet_hours", "ref"),
    Format.HTML: ("ref",),
    Format.MARKDOWN: ("ref",),
}

Force = Annotated[bool, output_option("--force", "Replace files with other content.")]


class ResultOptions(OptionGroup, frozen=True, kw_only=True):
    """The format of the result, and where it goes."""

    json: Json = False
    format: Annotated[
        Format | None,
        output_option(
            "--format FORMAT",
            "timeline, plain, markdown, html (a page to print), sms (text messages as NDJSON) or json. "
            "Default: as the -o file ends; otherwise timeline on a terminal, plain in a pipe.",
        ),
    ] = None
    output: Annotated[
        str | None,
        output_option(
            "--output -o FILE|-",
            "Write the result to a file. Its ending chooses the format: .html, .md, .txt, .json, "
            ".ndjson (text messages) or .ics (calendar).",
        ),
    ] = None


class Outputs(Struct, frozen=True, kw_only=True):
    """What the options ask for: a text in some form, a calendar, and where each goes.

    `form` is None if a calendar on standard output takes the place of the text. `output` is the file of the text; None
    for standard output.
    """

    form: Format | None
    ics: str | None
    output: str | None
    force: bool
    colour: bool

    @property
    def screen(self) -> Screen:
        """The screen for which a timeline is laid out."""
        return terminal.screen(colour=self.colour and self.output is None)

    def clock(self) -> AbstractContextManager[None]:
        """Show times as the locale does if a person at a terminal reads them, unless a clock was chosen."""
        return terminal.local_clock() if self.output is None and self.form in FOR_PEOPLE else nullcontext()

    def write(self, text: str | None, calendar: CalendarFile | None) -> None:
        """Write the calendar, then the text. Raises WriteError.

        If the text cannot be written, neither is the calendar.
        """
        file = None if self.output is None else Path(self.output)
        if text is not None and file is not None:
            check_target(file, text.encode(), force=self.force)
        if calendar is not None:
            calendar.write(force=self.force)
        if text is None:
            return
        if file is not None:
            changed = write_file(file, text.encode(), force=self.force)
            named = shown_path(self.output)
            terminal.say(f"{'Written to' if changed else 'Unchanged:'} {named}.")
        elif self.form in FOR_PEOPLE:
            terminal.print_text(text)
        else:
            terminal.print_bytes(text.encode())


def requested(
    ctx: typer.Context,
    calendar_output: CalendarOutput,
    result: ResultOptions,
    forms: Collection[Format],
    *,
    force: bool,
    no_color: bool,
) -> Outputs:
    """Return what the options ask for, and report those that have no effect.

    `forms` are those that the command has. Raises UsageError.
    """
    if result.json and result.format is not None:
        raise UsageError("--json and --format exclude each other; give one of them")
    ics, output = calendar_output.ics, result.output
    if "" in {ics, output}:
        raise UsageError("--ics and -o need a file name; write one, or leave the option out")
    form = Format.JSON if result.json else result.format
    ending = Path(output or "").suffix.casefold()
    if ending == ".pdf":
        raise UsageError(
            "needlecare cannot write a PDF; use -o plan.html, open it in a browser and print it to a PDF"
        )
    if ending in _UNSUPPORTED:
        endings = ", ".join([*_ENDINGS, _CALENDAR])
        raise UsageError(f"needlecare cannot write {ending} files; the name may end in {endings}")
    if ending == _CALENDAR:
        if ics not in {None, "-"} and place_of(str(ics)) == place_of(str(output)):
            raise UsageError("--ics and -o name the same file; leave one of them out")
        if ics is not None or form is not None:
            raise UsageError(
                f"-o {shown_path(output or '')} asks for a calendar; write --ics FILE for it, and another -o"
            )
        ics, output = output, None
    form = form or _ENDINGS.get(ending)
    _check(ctx, ics, output, form, update=calendar_output.update, force=force)
    if calendar_output.ref is not None:
        checked_reference(calendar_output.ref)
    output = None if output == "-" else output
    if form is None and not (ics == "-" and output is None):
        form = Format.TIMELINE if output is None and terminal.is_terminal() else Format.PLAIN
    elif form is not None and form not in forms:
        raise UsageError(f"this command has no --format {form}; write one of {', '.join(forms)}")
    return Outputs(form=form, ics=ics, output=output, force=force, colour=not no_color)


def _check(
    ctx: typer.Context,
    ics: str | None,
    output: str | None,
    form: Format | None,
    *,
    update: bool,
    force: bool,
) -> None:
    """Refuse outputs that exclude each other, and report options without effect. Raises UsageError."""
    if ics == "-" and output in {None, "-"} and form is not None:
        raise UsageError("--ics - uses standard output; write the other result to a file with -o")
    if ics == output == "-":
        raise UsageError("--ics - and -o - both use standard output; write one of them to a file")
    files = [place_of(name) for name in (ics, output) if name and name != "-"]
    if place_of(str(ctx.params["schedule"])) in files:
        raise UsageError("the output would overwrite the rule file; write another name")
    if len(set(files)) < len(files):
        raise UsageError("--ics and -o name the same file; write two names")
    if update and (ics in {None, "-"} or force):
        raise UsageError("--update revises the --ics file; give --ics FILE, without --force")
    if ics is None:
        warn_unused_options(ctx, form, remedy="--ics FILE")


def warn_unused_options(ctx: typer.Context, form: str | None, *, remedy: str) -> None:
    """Report on standard error which calendar options were typed and have no effect on another format."""
    for name in _CALENDAR_OPTIONS:
        if was_typed(ctx, name) and name not in _ALSO_USED_BY.get(form or "", ()):
            option = "--" + name.replace("_", "-")
            terminal.say(f"{option} has no effect without {remedy}.")
