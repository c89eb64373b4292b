"""Calendar files: the options of a calendar, a first export, and its revision by --update."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import typer
from msgspec import Struct

from needlecare.cli import terminal
from needlecare.errors import UsageError, WriteError, quoted, shown
from needlecare.model import Alarms, Detail, Reminders
from needlecare.storage.files import MAX_PATH_LENGTH, file_data, reason, write_file
from needlecare.time.parsing import parse_clock, parse_quiet_hours

if TYPE_CHECKING:
    from needlecare.calendar.ics import Calendar

MAX_CALENDAR_BYTES = 1024 * 1024  # bytes; an export has twenty thousand
CALENDAR_PANEL = "The calendar"

Ics = Annotated[
    str | None,
    typer.Option(
        "--ics",
        metavar="FILE|-",
        help="Write the calendar to a file, or to standard output in place of the timeline.",
        rich_help_panel=CALENDAR_PANEL,
        show_default=False,
    ),
]
DetailOfTitles = Annotated[
    Detail,
    typer.Option(
        "--detail",
        help="How much titles tell: discreet ones name no clinic and no procedure.",
        rich_help_panel=CALENDAR_PANEL,
    ),
]
Ref = Annotated[
    str | None,
    typer.Option(
        "--ref",
        metavar="REF",
        help="An opaque reference of yours: the calendar's events keep their identity by it.",
        rich_help_panel=CALENDAR_PANEL,
        show_default=False,
    ),
]
AlarmsWanted = Annotated[
    Alarms,
    typer.Option(
        "--alarms",
        help="What rings: nothing, or each change and each milestone.",
        rich_help_panel=CALENDAR_PANEL,
    ),
]
Quiet = Annotated[
    str,
    typer.Option(
        "--quiet-hours",
        metavar="HH:MM-HH:MM",
        help="Local hours in which nothing rings; what ends in them is told when they are over.",
        rich_help_panel=CALENDAR_PANEL,
    ),
]
DailyAt = Annotated[
    str | None,
    typer.Option(
        "--daily",
        metavar="HH:MM",
        help="Add one daily reminder of the care that the plan asks for every day.",
        rich_help_panel=CALENDAR_PANEL,
        show_default=False,
    ),
]
Update = Annotated[
    bool,
    typer.Option(
        "--update",
        help="Revise the calendar in the --ics file: what changed keeps its identity, what vanished is "
        "cancelled.",
        rich_help_panel=CALENDAR_PANEL,
    ),
]
QUIET_HOURS = "22:00-08:00"


def reminders(alarms: Alarms, quiet_hours: str, daily: str | None) -> Reminders:
    """Return how the calendar reminds. Raises UsageError."""
    return Reminders(
        alarms=alarms,
        quiet=parse_quiet_hours(quiet_hours),
        daily=None if daily is None else parse_clock(daily),
    )


class CalendarFile(Struct, frozen=True, kw_only=True):
    """A calendar that is made and not yet written; `path` is None for standard output."""

    path: Path | None
    data: bytes
    account: str
    revises: bool

    def write(self, *, force: bool) -> None:
        """Write it, and say on standard error what became of its events. Raises WriteError."""
        if self.path is None:
            terminal.print_bytes(self.data)
            return
        changed = write_file(self.path, self.data, force=force or self.revises)
        done = ("revised in" if self.revises else "written to") if changed else "unchanged in"
        terminal.say(f"Calendar {done} {shown(str(self.path), MAX_PATH_LENGTH)}: {self.account}.")


def calendar_file(
    ics: str, make: "Callable[[UUID | None], Calendar]", *, update: bool, now: datetime, zone: ZoneInfo
) -> CalendarFile:
    """Return the calendar for an --ics target: a first export, or with `update` what follows the file.

    `make` builds the calendar for the reference of the file; None where there is
    none. `now` (UTC) stamps what a revision changes. Raises UsageError, and
    WriteError where the file cannot be revised.
    """
    from needlecare.calendar.ics import stream

    path = None if ics == "-" else Path(ics)
    if path is None or not (update and _stands(path)):
        calendar = make(None)
        account = f"{len(calendar.entries)} events"
        return CalendarFile(path=path, data=stream(calendar), account=account, revises=False)
    from needlecare.calendar.update import Export, revised

    try:
        export = Export(calendar_data(path))
    except (OSError, ValueError, UsageError) as error:
        raise WriteError(
            f"{quoted(ics, MAX_PATH_LENGTH)} cannot be revised, so it was left alone: {reason(error)}; "
            "write the calendar to another name"
        ) from None
    calendar = make(export.reference)
    if calendar.reference != export.reference:
        raise UsageError(
            f"{quoted(ics, MAX_PATH_LENGTH)} belongs to another --ref; leave --ref out, or write to another name"
        )
    if export.of_a_course and not any(entry.role.startswith("session-") for entry in calendar.entries):
        raise UsageError(
            f"{quoted(ics, MAX_PATH_LENGTH)} is the calendar of a course, whose other sessions this would cancel; "
            "write needlecare course WHEN --update, or write to another name"
        )
    data, became = revised(export, calendar, now, zone)
    return CalendarFile(path=path, data=data, account=str(became), revises=True)


def _stands(path: Path) -> bool:
    """Whether there is a file to revise; where that cannot be seen, reading it tells why."""
    try:
        return path.exists()
    except OSError:
        return True


def calendar_data(path: Path) -> bytes:
    """Return the bytes of a calendar file. Raises OSError, and UsageError for one that is too large."""
    data = file_data(path, MAX_CALENDAR_BYTES)
    if len(data) > MAX_CALENDAR_BYTES:
        raise UsageError("it is larger than 1 MiB; no export is")
    return data
