"""Calendar files: the options of a calendar, a first export, and its revision by --update."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer
from msgspec import Struct
from msgspec.structs import replace

from needlecare.cli import terminal
from needlecare.cli.option_groups import OptionGroup
from needlecare.cli.options import PlanOptions, option, was_typed
from needlecare.errors import UsageError, WriteError, quoted, quoted_path, shown_path
from needlecare.model import Alarms, DailyCare, Detail, Reminders, Schedule
from needlecare.storage.files import LockedFile, locked_file, reason, write_file
from needlecare.storage.rule_files import builtin_rule_ids, schedule_names
from needlecare.time.parsing import parse_clock, parse_quiet_hours

if TYPE_CHECKING:
    from needlecare.calendar.ics import Calendar
    from needlecare.calendar.options import CalendarOptions
    from needlecare.calendar.update import Export

calendar_option = partial(option, panel="The calendar")


class CalendarOutput(OptionGroup, frozen=True, kw_only=True):
    """Where a calendar goes, and which calendar it is."""

    ics: Annotated[
        str | None,
        calendar_option(
            "--ics FILE|-", "Write the calendar to a file, or to standard output (-) instead of the timeline."
        ),
    ] = None
    update: Annotated[
        bool,
        calendar_option(
            "--update",
            "Update the calendar in the --ics file. It remembers its options, so type only what changes.",
        ),
    ] = False
    ref: Annotated[
        str | None,
        calendar_option(
            "--ref REF", "Your own opaque reference. Events with the same reference update each other."
        ),
    ] = None


class CalendarStyle(OptionGroup, frozen=True, kw_only=True):
    """What the titles of a calendar say, and when it rings."""

    detail: Annotated[
        Detail,
        calendar_option("--detail", "Discreet titles name no clinic and no procedure.", show_default=True),
    ] = Detail.DISCREET
    alarms: Annotated[
        Alarms, calendar_option("--alarms", "Ring never, or at each change and milestone.", show_default=True)
    ] = Alarms.GENTLE
    quiet_hours: Annotated[
        str,
        calendar_option(
            "--quiet-hours HH:MM-HH:MM",
            "Local hours in which nothing rings; the news waits until they end.",
            show_default=True,
        ),
    ] = "22:00-08:00"
    daily: Annotated[
        str | None, calendar_option("--daily HH:MM|none", "Time of the first week's daily reminder, or none.")
    ] = None

    @property
    def reminders(self) -> Reminders:
        """How the calendar reminds. Raises UsageError."""
        daily: time | DailyCare = DailyCare.DEFAULT
        if self.daily is not None:
            none = self.daily.strip().lower() == "none"
            daily = DailyCare.NONE if none else parse_clock(self.daily)
        return Reminders(alarms=self.alarms, quiet=parse_quiet_hours(self.quiet_hours), daily=daily)

    def with_remembered(
        self, ctx: typer.Context, remembered: "CalendarOptions | None"
    ) -> tuple[Detail, Reminders]:
        """Return what titles say and how the calendar reminds: as typed, else as an existing calendar remembers.

        Raises UsageError.
        """
        if remembered is None:
            return self.detail, self.reminders
        before, typed = remembered.reminders, self.reminders
        reminders = Reminders(
            alarms=typed.alarms if was_typed(ctx, "alarms") else before.alarms,
            quiet=typed.quiet if was_typed(ctx, "quiet_hours") else before.quiet,
            daily=typed.daily if was_typed(ctx, "daily") else before.daily,
        )
        return self.detail if was_typed(ctx, "detail") else remembered.detail, reminders


def choices(
    ctx: typer.Context, when: str, plan: PlanOptions, target: "CalendarTarget"
) -> tuple[str, PlanOptions, str]:
    """Return the date and the options of a plan, and the name of the saved treatment if they are its own.

    What was typed comes first, then what a calendar remembers, then the saved treatment. `when` is empty if
    no date was typed. Raises UsageError if none is remembered either.
    """
    plan = replace(
        plan,
        follow=[source for source in plan.follow or () if source != "none"],
        override=[word for word in plan.override or () if word != "none"],
    )
    remembered = target.remembered
    if remembered is not None:
        if not was_typed(ctx, "schedule") and remembered.schedule not in schedule_names():
            raise UsageError(
                f"this calendar was made with the rules {quoted(remembered.schedule)}, which are not built in; "
                "give their file with --schedule FILE"
            )
        return when or remembered.treatment.treated.isoformat(), plan.completed_from(ctx, remembered), ""
    if when:
        return when, plan, ""
    if target.forgetful:
        raise UsageError(
            f"{target.name} doesn't say what it was made with: an earlier version wrote it; "
            "add WHEN and the options that it had, such as 2026-11-21T14:30 --tz ZONE --prp"
        )
    from needlecare.cli.saved_treatments import options_as_saved

    plan, saved = options_as_saved(ctx, plan)
    if saved is None:
        raise UsageError(
            "no date given: when was the treatment, or when will it be? "
            "Add WHEN to the command, such as 2026-11-21T14:30 or yesterday 2pm"
        )
    return saved.treatment.treated.isoformat(), plan, saved.name


class CalendarFile(Struct, frozen=True, kw_only=True):
    """A calendar that is ready to be written; without a path it goes to standard output.

    `locked` is the file that it revises, locked against other needlecare processes.
    """

    path: Path | None
    data: bytes
    summary: str
    locked: LockedFile | None = None
    warnings: Sequence[str] = ()

    def write(self, *, force: bool) -> None:
        """Write it, and report on standard error what changed. Raises WriteError."""
        if self.path is None:
            terminal.print_bytes(self.data)
        else:
            locked = self.locked
            changed = locked.replace(self.data) if locked else write_file(self.path, self.data, force=force)
            done = ("revised in" if locked else "written to") if changed else "unchanged in"
            terminal.say(f"Calendar {done} {shown_path(self.path)}: {self.summary}.")
        terminal.say(*self.warnings)


class CalendarTarget(Struct, frozen=True, kw_only=True):
    """Where a calendar goes, and the needlecare calendar that is already there. Without a path it goes to standard
    output, if one is asked for.

    No other needlecare may write it while it is `locked`. With `update` the new calendar uses the options
    that the old one remembers; with `force` only those that were typed. Either way events keep their UIDs.
    """

    path: Path | None = None
    locked: LockedFile | None = None
    export: "Export | None" = None
    update: bool = False
    force: bool = False

    @property
    def remembered(self) -> "CalendarOptions | None":
        """The options of the calendar to revise; None for a new one, and for one of an early version."""
        return self.export.options if self.export is not None and self.update else None

    @property
    def forgetful(self) -> bool:
        """Whether the calendar to revise doesn't say what it was made with."""
        return self.update and self.export is not None and self.export.options is None

    def identity(self, ref: str | None) -> "str | UUID | None":
        """Return what the UIDs of the new calendar come from."""
        if ref is None and self.export is not None and (self.update or self.force):
            return self.export.reference
        return ref

    def file(
        self, calendar: "Calendar", schedule: Schedule, now: datetime, *, says_prp: bool
    ) -> CalendarFile:
        """Return the file to write. `says_prp`: --prp or --no-prp was typed.

        `now` (UTC) is the time stamp of what a revision changes. Raises UsageError, and WriteError if the file
        cannot be revised.
        """
        from needlecare.calendar.ics import stream
        from needlecare.calendar.update import checked_size, revise
        from needlecare.cli.calendar_messages import assumed_text, left_out_text, sooner_text

        other = self.export is not None and calendar.reference != self.export.reference
        if self.export is None or (other and self.force) or not (self.update or self.force):
            data = checked_size(stream(calendar))
            if self.locked is not None and data != self.locked.data and not self.force:
                raise WriteError(
                    f"{self.name} is a needlecare calendar with other content, so it was left alone; "
                    "add --update to revise it, or --force to replace it"
                )
            return CalendarFile(
                path=self.path,
                data=data,
                summary=f"{len(calendar.events)} events",
                warnings=left_out_text(calendar),
            )
        if other:
            raise UsageError(
                f"{self.name} belongs to another --ref; leave --ref out, or write to another name"
            )
        if self.update and self.export.of_a_course and calendar.options.sessions is None:
            raise UsageError(
                f"{self.name} is the calendar of a course, whose other sessions this would cancel; "
                "write needlecare course WHEN --update, or write to another name"
            )
        if self.update and not says_prp and self.export.might_lose_waits(calendar):
            raise UsageError(
                f"{self.name} doesn't say whether it was made with PRP, and some waits would end sooner; "
                "add --prp or --no-prp"
            )
        try:
            made = revise(self.export, calendar, now)
        except UsageError as error:
            raise _not_revised(str(self.path), error) from None
        return CalendarFile(
            path=self.path,
            data=made.data,
            summary=str(made.summary),
            locked=self.locked,
            warnings=[
                *([assumed_text(self.name, calendar)] if self.forgetful else []),
                *(sooner_text(sooner, schedule, calendar, now) for sooner in made.sooner),
                *left_out_text(calendar),
            ],
        )

    @property
    def name(self) -> str:
        """Its path, as messages quote it."""
        return quoted_path(self.path)


@contextmanager
def open_calendar(ics: str | None, *, update: bool, force: bool) -> Iterator[CalendarTarget]:
    """Open the file of --ics, if there is one, and lock it until the calendar is written.

    Raises UsageError, and WriteError for a file that cannot be revised.
    """
    if ics is None or ics == "-":
        yield CalendarTarget()
        return
    path = Path(ics)
    if not _is_there(path):
        yield CalendarTarget(path=path)
        return
    from needlecare.calendar.components import MAX_CALENDAR_BYTES
    from needlecare.calendar.update import Export

    with ExitStack() as stack:
        locked, export = None, None
        try:
            locked = stack.enter_context(locked_file(path, MAX_CALENDAR_BYTES))
            if locked.data is not None:
                export = Export(locked.data, builtin_rule_ids)
        except (OSError, ValueError, UsageError) as error:
            if update:
                raise _not_revised(ics, error) from None
        # A file that is not a needlecare calendar is treated like any other: only --force replaces it.
        yield CalendarTarget(
            path=path, locked=locked if export else None, export=export, update=update, force=force
        )


def _not_revised(ics: str, error: Exception) -> WriteError:
    return WriteError(
        f"{quoted_path(ics)} cannot be updated, so it was left alone: {reason(error)}; "
        "write the calendar to another name"
    )


def _is_there(path: Path) -> bool:
    """Whether a path exists. True if that cannot be checked: reading it will then report why."""
    try:
        return path.exists()
    except OSError:
        return True
