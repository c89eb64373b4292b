"""needlecare batch: a booking system's export in; a calendar, a page or a text for each appointment out."""

import gc
from contextlib import ExitStack
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from msgspec.structs import replace

from needlecare import system
from needlecare.batch import report
from needlecare.batch.appointment import CellOptions, Defaults
from needlecare.batch.files import (
    LISTED_NAME,
    BatchFormat,
    FileOptions,
    cancel_calendar,
    listed,
    missing_calendars,
    remember_listed,
)
from needlecare.batch.headings import combined, parse_condition, parse_mapping
from needlecare.batch.rows import Survey
from needlecare.batch.run import MANY_ROWS, Instructions, Result, Worker, run
from needlecare.batch.tables import FileFormat, Table, heading_key
from needlecare.cli import calendar, options, outputs, terminal
from needlecare.cli.export_file import open_export, preset_list, surveyed
from needlecare.cli.option_groups import OptionGroup
from needlecare.cli.options import argument, option, output_option, treatment_option, was_typed
from needlecare.errors import Interrupted, UsageError, shown
from needlecare.model import Column, ExportFormat
from needlecare.plan.combine import review_notes
from needlecare.plan.overrides import checked_overrides
from needlecare.storage.files import locked_folder, place_of
from needlecare.storage.rule_files import BUILTIN, load_preset, load_schedule
from needlecare.time.zones import local, zone_named

SOME_FAILED = 4  # exit code

rows_option = partial(option, panel="The rows")

EXAMPLES = """
  needlecare batch today.csv --preset acuity --tz Europe/Rome --dry-run
  needlecare batch today.csv --preset acuity --tz Europe/Rome --out out
  needlecare batch today.csv --map ref=Nr --map end=Ends --skip State=Off
  needlecare batch today.csv --schedule clinic.toml --format html --out sheets
  needlecare batch export.ndjson --format sms > messages.ndjson
  needlecare batch --preset list
"""


class ExportOptions(OptionGroup, frozen=True, kw_only=True):
    """How the export is read, and which of its rows are planned."""

    preset: Annotated[
        str | None,
        rows_option(
            "--preset NAME|FILE|list", "The booking system, or a file that says how to read its exports."
        ),
    ] = None
    from_: Annotated[FileFormat | None, rows_option("--from", "The format, if not recognised.")] = None
    map_: Annotated[
        list[str] | None, rows_option("--map COLUMN=HEADING", "Heading of a column. Repeatable.")
    ] = None
    dates: options.Dates = None
    only: Annotated[
        list[str] | None,
        rows_option("--only HEADING=VALUE,…", "Plan only rows with one of these values. Repeatable."),
    ] = None
    skip: Annotated[
        list[str] | None,
        rows_option(
            "--skip HEADING=VALUE,…", "Leave out rows with one of these values; * is any. Repeatable."
        ),
    ] = None
    service: Annotated[
        list[str] | None,
        rows_option("--service WORD", "Word that marks a service as this treatment. Repeatable."),
    ] = None
    ref_from: Annotated[str | None, rows_option("--ref-from HEADING,…", "Columns to make a ref from.")] = None

    def typed(self, ctx: typer.Context) -> ExportFormat:
        """Return the format that was typed. Raises UsageError."""
        for texts, only in ((self.only, True), (self.skip, False)):
            for text in texts or ():
                parse_condition(text, only=only)
        return ExportFormat(
            map={str(column): heading for column, heading in parse_mapping(self.map_ or ()).items()},
            dates=self.dates or "" if was_typed(ctx, "dates") else "",
            only=tuple(self.only or ()),
            skip=tuple(self.skip or ()),
            service=tuple(self.service or ()),
            ref_from=tuple(filter(None, map(str.strip, (self.ref_from or "").split(",")))),
        )

    def wanted(self, clinic: ExportFormat, typed: ExportFormat) -> ExportFormat:
        """Return how the export is read: by what is typed, the preset, and [export] of the clinic's rule file.

        A preset that is typed replaces the headings in the rule file. NEEDLECARE_DATES is the order of day and month if
        none of them gives one. Raises UsageError and ScheduleError.
        """
        preset = self.preset
        if preset is None:
            preset = clinic.preset or None
        else:
            clinic = ExportFormat(dates=clinic.dates, service=clinic.service)
        base = ExportFormat(dates=self.dates or "")
        if preset is not None:
            base = combined(base, load_preset(preset).export)
        return combined(combined(base, clinic), typed)


class BatchOutput(OptionGroup, frozen=True, kw_only=True):
    """What is made from the rows, and where it goes."""

    out: Annotated[
        str | None,
        output_option("--out DIR", "Write a file for each row into this folder, named after its ref."),
    ] = None
    format: Annotated[
        BatchFormat,
        output_option(
            "--format FORMAT",
            "What to make from each row: ics, html, markdown, plain, json or sms.",
            show_default=True,
        ),
    ] = BatchFormat.ICS
    json: Annotated[
        bool,
        output_option("--json", "Print a line of JSON for each row: its result with --out, else its plan."),
    ] = False
    force: outputs.Force = False
    dry_run: Annotated[bool, output_option("--dry-run", "Write nothing; say what would happen.")] = False
    cancel_missing: Annotated[
        bool,
        output_option(
            "--cancel-missing", "Cancel calendars without an appointment, once a --dry-run listed them."
        ),
    ] = False
    jobs: Annotated[
        int | None,
        output_option(
            "--jobs N",
            f"Number of worker processes. Default: all cores above {MANY_ROWS} rows.",
            min=1,
            max=64,
        ),
    ] = None

    @property
    def folder(self) -> Path | None:
        """The folder of the files; None if standard output takes all."""
        return None if self.out is None else Path(self.out)

    def check(self, ctx: typer.Context) -> None:
        """Refuse options that exclude each other, and point out those without effect. Raises UsageError."""
        folder, makes_calendars = self.folder, self.format is BatchFormat.ICS
        if self.out == "":
            raise UsageError("--out is empty; give --out DIR, or --out . for the current folder")
        if folder is None and not self.json and not self.dry_run and self.format is not BatchFormat.SMS:
            raise UsageError("there is nowhere to write to; give --out DIR, or --json for standard output")
        if folder is None and self.json and was_typed(ctx, "format") and self.format is not BatchFormat.JSON:
            raise UsageError("--json and --format exclude each other without --out; give one of them")
        if self.cancel_missing and not (folder and makes_calendars):
            raise UsageError(
                "--cancel-missing cancels calendars in a folder; give --out DIR, without --format"
            )
        if self.cancel_missing and not self.dry_run and folder and folder.is_dir() and listed(folder) is None:
            raise UsageError(
                "--cancel-missing only cancels what a --dry-run has listed; run the same command with --dry-run "
                "first, and read what it says"
            )
        if not makes_calendars or (folder is None and not self.dry_run):
            outputs.warn_unused_options(ctx, self.format, remedy="--out DIR --format ics")


def batch(
    ctx: typer.Context,
    *,
    file: Annotated[
        str | None, argument("FILE|-", "A CSV, NDJSON, JSON or .xlsx file; - is standard input.")
    ] = None,
    export: ExportOptions,
    tz: Annotated[
        str | None,
        treatment_option(
            "--tz ZONE",
            "Time zone of rows that don't name one; never this computer's.",
            envvar="NEEDLECARE_TZ",
        ),
    ] = None,
    prp: options.Prp = False,
    skin_type: options.FitzpatrickType = None,
    scars: options.Scars = False,
    schedule: options.ScheduleName = BUILTIN,
    follow: options.Follow = None,
    override: options.Overrides = None,
    as_of: options.AsOf = None,
    clock: options.ClockHours = None,
    output: BatchOutput,
    style: calendar.CalendarStyle,
) -> None:
    """Plan many appointments from a booking system's export, and write a file for each.

    Start with --preset, or with --map for the headings of your export, and look at what --dry-run says.
    Columns: ref (your opaque reference, used in file names), treated (when the appointment ended), and
    if you have them time, end, duration, tz, prp, skin_type, scars, service, status and override. Run it
    again at any time: what changed is updated.

    Exit code 4: some rows failed, all others are done.
    """
    gc.enable()
    if export.preset == "list":
        terminal.print_text(preset_list())
        return
    if file is None:
        raise UsageError("no export given; write needlecare batch FILE, or - for standard input")
    output.check(ctx)
    zone = None if tz is None else zone_named(tz)
    shown_in = zone or zone_named("UTC")
    now = options.moment_of(as_of, shown_in)
    rules = load_schedule(schedule)
    typed = export.typed(ctx)
    wanted = export.wanted(rules.export, typed)
    instructions = Instructions(
        follow=tuple(follow or ()),
        clock=clock if clock and was_typed(ctx, "clock") else rules.clock or clock or 24,
        cells=CellOptions(
            defaults=Defaults(
                zone=zone,
                prp=prp,
                skin_type=skin_type,
                scars=scars,
                overrides=checked_overrides(override or (), rules),
            ),
            schedule=rules,
            services=replace(rules.services, names=wanted.service or rules.services.names),
        ),
        files=FileOptions(
            schedule=rules,
            now=now,
            format=BatchFormat.JSON if output.json and output.out is None else output.format,
            folder=output.folder,
            source=place_of(file),
            force=output.force,
            dry_run=output.dry_run,
            detail=style.detail,
            reminders=style.reminders,
        ),
    )
    Worker(instructions)  # an unknown source is reported before anything is read or written
    terminal.say(*(note.text for note in review_notes(rules, local(now, shown_in).date())))
    tally = report.Tally()
    try:
        with ExitStack() as stack:
            stream = open_export(file, stack)
            table, found = surveyed(stream, file, export.from_, wanted, typed, instructions.cells)
            terminal.say(*found.messages)
            _carry_out(instructions, table, found, tally, output, stack)
            *lines, summary = tally.lines(dry_run=output.dry_run)
            terminal.say(*lines)
            _handle_stale_calendars(instructions.files, tally, found, cancel=output.cancel_missing)
            terminal.say(summary)
    except KeyboardInterrupt:
        if output.out is None:
            raise
        terminal.say(*tally.changes(dry_run=output.dry_run))
        raise Interrupted("interrupted; run it again to do the rest") from None
    if tally.failed:
        raise typer.Exit(SOME_FAILED)


def _carry_out(
    instructions: Instructions,
    table: Table,
    found: Survey,
    tally: report.Tally,
    output: BatchOutput,
    stack: ExitStack,
) -> None:
    """Plan every row, write and print the results, and count them. Raises BrokenPipeError if nobody reads them.

    With a folder, nobody needs to: then the files are still written.
    """
    writes = output.folder is not None and not output.dry_run
    if output.folder is not None and writes:
        stack.enter_context(locked_folder(output.folder, patience=1))
    columns = found.places.columns
    cells = replace(
        instructions.cells,
        order=found.order,
        service_heading=_service_heading(table, found),
        expects_service=found.expects_service,
        vendors_zone=columns.get(Column.TZ, Column.TZ) != Column.TZ,
        rounded_refs=found.rounded_refs,
        expects_end=Column.END in columns or Column.DURATION in columns,
    )
    jobs = output.jobs or (system.cores() if found.rows > MANY_ROWS else 1)
    head = report.TABLE_HEAD.encode() if output.dry_run and not output.json else b""
    is_read = True
    with terminal.progress("Planning", found.rows) as reach:
        for piece in run(replace(instructions, cells=cells), table, found, jobs=jobs):
            for result in piece:
                tally.add(result)
            if is_read and (data := head + b"".join(_printed(result, output) for result in piece)):
                is_read = terminal.print_bytes(data)
                if not is_read and output.folder is None:
                    raise BrokenPipeError
            head = b""
            reach(tally.rows)
    if writes:
        system.flush_disks()  # all at once: a file at a time would take longer than the planning


def _service_heading(table: Table, found: Survey) -> str | None:
    """Return the heading of the column of services as the file writes it; None if no column names services."""
    name = found.places.columns.get(Column.SERVICE)
    if name is None or not found.usable_service:
        return None
    return next((heading for heading in table.headings or () if heading_key(heading) == name), name)


def _printed(result: Result, output: BatchOutput) -> bytes:
    """Return what standard output gets for a row: its record, its row of the table, or what was made from it."""
    if output.dry_run and not output.json:
        return report.table_row(result).encode("utf-8", "replace")
    if isinstance(result, list):
        return b"".join(map(report.record_json, result)) if output.json else b""
    return result.data or (report.record_json(result) if output.json else b"")


def _handle_stale_calendars(files: FileOptions, tally: report.Tally, found: Survey, *, cancel: bool) -> None:
    """Point out calendars whose appointment was cancelled or is gone from the export, or cancel them.

    Only calendars for days within those of the export count as gone: an export of one day says nothing about others.
    """
    folder = files.folder
    if folder is None or not folder.is_dir():
        return
    if files.format is not BatchFormat.ICS:
        if tally.stale_files:
            named = report.first_few(list(map(shown, tally.stale_files)))
            terminal.say(
                f"No longer planned, but a file from an earlier run is still there: {named}. Delete it."
            )
        return
    stale = dict.fromkeys(tally.stale_files, "is left out now")  # the names of files, each with the reason
    if tally.first_day is not None and tally.last_day is not None:
        gone = missing_calendars(folder, found, tally.first_day, tally.last_day)
        stale |= dict.fromkeys(gone, "is gone from the export")
    if files.dry_run:
        if stale or cancel:
            remember_listed(folder, list(stale))
    elif cancel:
        allowed = listed(folder) or frozenset()
        for name in [name for name in stale if name in allowed]:
            cancel_calendar(folder / name, files.now)
            terminal.say(f"Cancelled {shown(name)}.")
            del stale[name]
        if stale:
            terminal.say("Not cancelled, since no --dry-run has listed them:")
        (folder / LISTED_NAME).unlink(missing_ok=True)
    for name, why in islice(stale.items(), report.MAX_NAMED_CALENDARS):
        command = report.cancel_command(str(folder), name)
        ref = tally.stale_files.get(name) or name.removesuffix(".ics")
        terminal.say(f"{shown(ref)} {why} but has a calendar; to cancel it: {command}")
    if len(stale) > report.MAX_NAMED_CALENDARS:
        more = len(stale) - report.MAX_NAMED_CALENDARS
        terminal.say(
            f"And {more} more. --cancel-missing --dry-run lists them all; --cancel-missing cancels them."
        )
