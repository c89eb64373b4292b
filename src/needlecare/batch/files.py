"""Writes the file of an appointment, or revises that of an earlier run; finds calendars that are out of date."""

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from enum import StrEnum
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from needlecare.batch.appointment import Appointment
from needlecare.batch.report import Outcome
from needlecare.batch.rows import Survey
from needlecare.calendar import glance
from needlecare.calendar.components import MAX_CALENDAR_BYTES
from needlecare.errors import UsageError, WriteError, quoted_path
from needlecare.model import Detail, Plan, Reminders, Schedule
from needlecare.output.formats import Format, plan_text
from needlecare.output.timing import usual_clock
from needlecare.storage.files import file_data, place_of, reason, replace_file

if TYPE_CHECKING:
    from needlecare.calendar.ics import Calendar
    from needlecare.calendar.options import CalendarOptions

MAX_OUTPUT_BYTES = 16 * 1024 * 1024  # a plan as JSON has two hundred thousand
# The file that names the calendars that a --dry-run has listed, and that may be cancelled.
LISTED_NAME = ".needlecare-listed"


class BatchFormat(StrEnum):
    """What is made from each row."""

    ICS = "ics"
    HTML = "html"
    MARKDOWN = "markdown"
    PLAIN = "plain"
    JSON = "json"
    SMS = "sms"

    @property
    def ending(self) -> str:
        """Return the ending of a file of this format."""
        return {BatchFormat.MARKDOWN: "md", BatchFormat.PLAIN: "txt", BatchFormat.SMS: "ndjson"}.get(
            self, self.value
        )


class FileOptions(Struct, frozen=True, kw_only=True):
    """What is made from each row, and where; `source` is the path of the export itself."""

    schedule: Schedule
    now: datetime
    format: BatchFormat
    folder: Path | None
    source: str
    force: bool
    dry_run: bool
    detail: Detail
    reminders: Reminders


class InTheWay(Exception):
    """Something else has the name of a row's file. The argument is one of the codes below."""


FOREIGN_FILE, NO_FILE = "foreign-file", "no-file"
# What to write instead, as the report on a row says it.
EXPECTED = {
    FOREIGN_FILE: "the rows into another folder, or give --force: a file of that name exists and isn't this row's",
    NO_FILE: "the rows into another folder: a folder or device has the name of its file",
}


class FileResult(Struct, frozen=True):
    """What happened to an appointment's file.

    `moved`: the appointment is at another time than the calendar of an earlier run said; `sooner` are the waits (by
    rule) that end sooner than it said.
    """

    outcome: Outcome
    moved: bool = False
    sooner: tuple[str, ...] = ()


class FileWriter:
    """Makes the output for one appointment after another."""

    def __init__(self, options: FileOptions) -> None:
        self.options = options
        self.own_name = Path(options.source).name
        general = options.schedule.standing.general
        texts = (general.text, general.short)
        # Every output contains one of these, so a file without them was not written by needlecare.
        self.marks = [text.encode() for text in (*texts, *map(escape, texts))]

    def line(self, plan: Plan, appointment: Appointment) -> bytes:
        """Return what to print for an appointment: its plan on one line, or its text messages."""
        if self.options.format is BatchFormat.SMS:
            return self.data(plan, appointment)
        from needlecare.output.json.plan import plan_line

        return plan_line(plan, self.options.now, row=appointment.number, ref=appointment.ref).encode()

    def write(self, plan: Plan, appointment: Appointment, name: str) -> FileResult:
        """Write the file of an appointment, and return what happened to it. Raises InTheWay and WriteError."""
        options = self.options
        assert options.folder is not None
        path = options.folder / name
        link = path.is_symlink()
        if link:  # followed only here: if a link replaces the file from now on, the link itself is replaced
            path = Path(place_of(str(path)))
        existing = _existing(path, force=options.force)
        if link and not existing:  # a link never decides where a new file is made
            raise InTheWay(NO_FILE)
        # The export itself is never overwritten. Its name is compared first, since place_of asks the disk.
        if existing and path.name == self.own_name and place_of(str(path)) == options.source:
            raise InTheWay(FOREIGN_FILE)
        data = self.data(plan, appointment)
        sooner: tuple[str, ...] = ()
        if existing and existing != data and (link or not options.force):
            try:
                data, sooner = self.revised(existing, plan, appointment, data)
            except InTheWay:
                # --force is about files in this folder, not about files that a link in it leads to.
                raise InTheWay(NO_FILE if link else FOREIGN_FILE) from None
        if existing == data:
            return FileResult(Outcome.UNCHANGED)
        if not options.dry_run:
            replace_file(path, data)
        if not existing:
            return FileResult(Outcome.WRITTEN)
        before = glance.first_start(existing) if options.format is BatchFormat.ICS else b""
        return FileResult(Outcome.REVISED, bool(before) and before != glance.first_start(data), sooner)

    def data(self, plan: Plan, appointment: Appointment) -> bytes:
        """Return the bytes of a new file for an appointment."""
        options = self.options
        with usual_clock(plan.schedule.clock or 24):
            if options.format is not BatchFormat.ICS:
                quiet = options.reminders.quiet
                form = Format(options.format)
                text = plan_text(
                    form, plan, options.now, ref=appointment.ref, detail=options.detail, quiet=quiet
                )
                return text.encode()
            from needlecare.calendar.ics import stream

            return stream(self.calendar(plan, appointment))

    def calendar(
        self, plan: Plan, appointment: Appointment, remembered: "CalendarOptions | None" = None
    ) -> "Calendar":
        """Make the calendar of an appointment; `remembered` is what that of an earlier run was made with."""
        from needlecare.calendar.events import calendar

        options = self.options
        return calendar(
            plan,
            options.now,
            ref=appointment.ref,
            detail=options.detail,
            reminders=options.reminders,
            remembered=remembered,
        )

    def revised(
        self, existing: bytes, plan: Plan, appointment: Appointment, data: bytes
    ) -> tuple[bytes, tuple[str, ...]]:
        """Return the file of an earlier run, revised, and the waits in it that end sooner now.

        Only a calendar is revised; any other file is replaced by `data`. Raises InTheWay if it is not this row's file.
        """
        if self.options.format is not BatchFormat.ICS:
            if not any(mark in existing for mark in self.marks):
                raise InTheWay(FOREIGN_FILE)
            return data, ()
        from needlecare.calendar.update import Export, revise

        try:
            export = Export(existing)
            newer = self.calendar(plan, appointment, export.options)
            if export.reference != newer.reference:
                raise InTheWay(FOREIGN_FILE)
            revised = revise(export, newer, self.options.now)
            return revised.data, tuple(sooner.wait for sooner in revised.sooner)
        except UsageError:
            raise InTheWay(FOREIGN_FILE) from None

    def remembered(self, name: str) -> "CalendarOptions | None":
        """Return what the calendar of an earlier run was made with; None if there is none, or with --force."""
        options = self.options
        if options.folder is None or options.format is not BatchFormat.ICS or options.force:
            return None
        with suppress(OSError, ValueError):
            return glance.remembered_options(file_data(options.folder / name, MAX_CALENDAR_BYTES))
        return None


def _existing(path: Path, *, force: bool) -> bytes:
    """Return the bytes of the file of an earlier run; empty if there is no file.

    Raises InTheWay if no run can have written it (with `force`, a file that cannot be read is replaced), and WriteError
    if that cannot be checked.
    """
    try:
        path.lstat()  # usually there is no file, and this is the quickest check
        if not path.is_file() and (path.exists() or path.is_symlink()):
            raise InTheWay(NO_FILE)
        return _read(path, force=force)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise WriteError(f"{quoted_path(path)} cannot be read: {reason(error)}") from None


def _read(path: Path, *, force: bool) -> bytes:
    try:
        return file_data(path, MAX_OUTPUT_BYTES)
    except PermissionError:
        if force:
            return b""
        raise InTheWay(FOREIGN_FILE) from None


# Calendars without a row --------------------------------------------------------------------------


def missing_calendars(folder: Path, survey: Survey, first: date, last: date) -> list[str]:
    """Return the names of live calendars for appointments from `first` to `last` that have no row any more.

    Files that cannot be read are left out.
    """
    found = []
    # One at a time: a glob would keep all the paths of a large folder in memory.
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            stem, ending = entry.name[:-4], entry.name[-4:]
            if ending != ".ics" or survey.has(stem):  # not even read: nearly all have a row
                continue
            with suppress(OSError, ValueError):
                data = file_data(Path(entry), MAX_CALENDAR_BYTES) if entry.is_file() else b""
                day = glance.appointment_day(data) if glance.is_live(data) else None
                if day is not None and first <= day <= last:
                    found.append(entry.name)
    return sorted(found)


def cancel_calendar(path: Path, now: datetime) -> None:
    """Cancel every event of a calendar. Raises WriteError if it cannot be."""
    from needlecare.calendar.update import Export, cancel

    try:
        data = cancel(Export(file_data(path, MAX_CALENDAR_BYTES)), now).data
    except (OSError, ValueError, UsageError) as error:
        raise WriteError(f"{quoted_path(path)} cannot be cancelled: {reason(error)}") from None
    replace_file(path, data)


def remember_listed(folder: Path, files: Sequence[str]) -> None:
    """Remember in a folder which calendars a --dry-run has listed. Raises WriteError."""
    if folder.is_dir():
        replace_file(folder / LISTED_NAME, json.dumps({"listed": list(files)}).encode())


def listed(folder: Path) -> frozenset[str] | None:
    """Return the calendars that the last --dry-run has listed; None if there was none."""
    with suppress(OSError, ValueError, AttributeError):
        found = json.loads(file_data(folder / LISTED_NAME, MAX_CALENDAR_BYTES)).get("listed")
        return frozenset(str(name) for name in found) if isinstance(found, list) else None
    return None
