"""needlecare plan: one treatment in; a timeline, JSON or a calendar out."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from needlecare.cli import calendar, options, terminal
from needlecare.cli.files import print_bytes, write_file
from needlecare.cli.options import OUTPUT_PANEL, planned
from needlecare.errors import UsageError
from needlecare.model import Alarms, Detail, Plan
from needlecare.reference import checked_reference

if TYPE_CHECKING:
    from needlecare.render.rfc5545 import Calendar

EXAMPLES = """
Examples:

  needlecare 2026-11-21T14:30 --prp --skin-type IV
  needlecare yesterday@14:30 --ics plan.ics
  needlecare 2026-11-22T09:00 --ics plan.ics --update
  needlecare sat 2:30pm --as-of tomorrow
  needlecare today --json | jq '.windows[] | select(.status == "active") | .title'
"""


class Format(StrEnum):
    """The forms that a plan is printed in."""

    TIMELINE = "timeline"
    PLAIN = "plain"


def plan(
    when: options.When,
    prp: options.Prp = False,
    skin_type: options.FitzpatrickType = None,
    scars: options.Scars = False,
    tz: options.Zone = None,
    schedule: options.ScheduleName = options.DEFAULT_SCHEDULE,
    follow: options.Follow = None,
    as_of: options.AsOf = None,
    ics: calendar.Ics = None,
    update: calendar.Update = False,
    ref: calendar.Ref = None,
    detail: calendar.DetailOfTitles = Detail.DISCREET,
    alarms: calendar.AlarmsWanted = Alarms.GENTLE,
    quiet_hours: calendar.Quiet = calendar.QUIET_HOURS,
    daily: calendar.DailyAt = None,
    json: options.Json = False,
    format: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help="A timeline on a terminal, plain sentences in a pipe, unless told otherwise.",
            rich_help_panel=OUTPUT_PANEL,
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE|-",
            help="Write the result to a file instead of standard output.",
            rich_help_panel=OUTPUT_PANEL,
            show_default=False,
        ),
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Replace files that exist with other content.", rich_help_panel=OUTPUT_PANEL
        ),
    ] = False,
    no_color: options.NoColor = False,
) -> None:
    """Plan the days around a treatment: what to avoid and until when, what to do, what is normal.

    WHEN may be several words, and "plan" may be left out: needlecare sat 2:30pm --prp
    """
    if json and format is not None:
        raise UsageError("--json and --format exclude each other; give one of them")
    to_stdout = output in {None, "-"}
    if ics == "-" and to_stdout and (json or format is not None):
        raise UsageError("--ics - fills standard output; write the other result to a file with -o")
    if ics is not None and ics != "-" and ics == output:
        raise UsageError("--ics and -o name the same file; write two names")
    if update and (ics in {None, "-"} or force):
        raise UsageError("--update revises the file of --ics; give --ics FILE, without --force")
    made, now = planned(
        " ".join(when),
        prp=prp,
        skin_type=skin_type,
        scars=scars,
        tz=tz,
        schedule=schedule,
        follow=follow,
        as_of=as_of,
    )
    if ref is not None:
        checked_reference(ref)
    file = None
    if ics is not None:
        wished = calendar.reminders(alarms, quiet_hours, daily)
        from needlecare.render.calendar import calendar as plan_calendar

        def make(reference: UUID | None) -> "Calendar":
            return plan_calendar(made, now, ref=ref or reference, detail=detail, reminders=wished)

        file = calendar.calendar_file(ics, make, update=update, now=now, zone=made.treatment.zone)
    text = ""
    if not (ics == "-" and to_stdout):
        text = _text(made, now, json=json, format=format, to_file=not to_stdout, colour=not no_color)
    if file is not None:
        file.write(force=force)
    if not to_stdout:
        assert output is not None
        changed = write_file(Path(output), text.encode(), force=force)
        terminal.say(f"{'Written to' if changed else 'Unchanged:'} {output}.")
    elif json:
        print_bytes(text.encode())
    elif text:
        terminal.print_text(text)


def _text(
    made: Plan, now: datetime, *, json: bool, format: Format | None, to_file: bool, colour: bool
) -> str:
    if json:
        from needlecare.render.json import plan_json

        return plan_json(made, now)
    to_person = terminal.is_terminal() and not to_file
    if format is Format.PLAIN or (format is None and not to_person):
        from needlecare.render.plain import plain

        return plain(made, now)
    from needlecare.render.timeline import timeline

    return timeline(made, now, terminal.screen(colour=colour and not to_file))
