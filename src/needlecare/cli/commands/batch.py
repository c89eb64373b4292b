"""needlecare batch: a booking system's export in; a calendar, a page or a text for each appointment out."""

import gc
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from msgspec.structs import replace

from needlecare import system
from needlecare.batch import report
from needlecare.batch.appointment import Defaults, Reading
from needlecare.batch.files import (
    BatchFormat,
    FileOptions,
    cancel_calendar,
    listed,
    remember_listed,
)
from needlecare.batch.headings import combined, parse_condition, parse_mapping
from needlecare.batch.rows import Survey
from needlecare.batch.run import MANY_ROWS, Order, Result, Worker, missing_calendars, run
from needlecare.batch.tables import ExportForm, Table, folded
from needlecare.cli import calendar, options, outputs, terminal
from needlecare.cli.export_file import open_export, preset_list, surveyed
from needlecare.cli.options import OUTPUT_PANEL, TREATMENT_PANEL, argument, option
from needlecare.errors import Interrupted, UsageError, shown
from needlecare.model import Column, ExportFormat, Schedule
from needlecare.plan.combine import review_notes
from needlecare.plan.overrides import checked_overrides
from needlecare.storage.files import locked_folder, place_of
from needlecare.storage.rule_files import load_preset, load_schedule
from needlecare.time.zones import local, zone_named

SOME_FAILED = 4  # exit code

ROWS_PANEL = "The rows"

EXAMPLES = """
Examples:

  needlecare batch today.csv --preset acuity --tz Europe/Rome --dry-run
  needlecare batch today.csv --preset acuity --tz Europe/Rome --out out
  needlecare batch today.csv --map ref=Nr --map end=Ends --skip State=Off
  needlecare batch today.csv --schedule clinic.toml --format html --out sheets
  needlecare batch export.ndjson --format sms > messages.ndjson
  needlecare batch --preset list
"""

Preset = Annotated[
    str | None,
    option(
        "--preset NAME|FILE|list",
        "The booking system, or a file that says how to read its exports.",
        ROWS_PANEL,
    ),
]
From = Annotated[ExportForm | None, option("--from", "The format, if not recognised.", ROWS_PANEL)]
Map = Annotated[
    list[str] | None, option("--map COLUMN=HEADING", "Heading of a column. Repeatable.", ROWS_PANEL)
]
Only = Annotated[
    list[str] | None,
    option("--only HEADING=VALUE,…", "Plan only rows with one of these values. Repeatable.", ROWS_PANEL),
]
Skip = Annotated[
    list[str] | None,
    option(
        "--skip HEADING=VALUE,…", "Leave out rows with one of these values; * is any. Repeatable.", ROWS_PANEL
    ),
]
Service = Annotated[
    list[str] | None,
    option("--service WORD", "Word that marks a service as this treatment. Repeatable.", ROWS_PANEL),
]
RefFrom = Annotated[str | None, option("--ref-from HEADING,…", "Columns to make a ref from.", ROWS_PANEL)]
CancelMissing = Annotated[
    bool,
    option(
        "--cancel-missing",
        "Cancel calendars without an appointment, once a --dry-run listed them.",
        OUTPUT_PANEL,
    ),
]
Zone = Annotated[
    str | None,
    option(
        "--tz ZONE",
        "Time zone of rows that don't name one; never this computer's.",
        TREATMENT_PANEL,
        envvar="NEEDLECARE_TZ",
    ),
]
Out = Annotated[
    str | None,
    option("--out DIR", "Write a file for each row into this folder, named after its ref.", OUTPUT_PANEL),
]
FormatOfRows = Annotated[
    BatchFormat,
    option(
        "--format FORMAT",
        "What to make from each row: ics, html, markdown, plain, json or sms.",
        OUTPUT_PANEL,
        show_default=True,
    ),
]
RowsAsJson = Annotated[
    bool,
    option(
        "--json",
        "Print a line of JSON for each row: its result with --out, else its plan.",
        OUTPUT_PANEL,
    ),
]
DryRun = Annotated[bool, option("--dry-run", "Write nothing; say what would happen.", OUTPUT_PANEL)]
Jobs = Annotated[
    int | None,
    option(
        "--jobs N",
        f"Number of worker processes. Default: all cores above {MANY_ROWS} rows.",
        OUTPUT_PANEL,
        min=1,
        max=64,
    ),
]


def batch(
    ctx: typer.Context,
    *,
    file: Annotated[
        str | None, argument("FILE|-", "A CSV, NDJSON, JSON or .xlsx file; - is standard input.")
    ] = None,
    preset: Preset = None,
    from_: From = None,
    map_: Map = None,
    dates: options.Dates = None,
    only: Only = None,
    skip: Skip = None,
    service: Service = None,
    ref_from: RefFrom = None,
    tz: Zone = None,
    prp: options.Prp = False,
    skin_type: options.FitzpatrickType = None,
    scars: options.Scars = False,
    schedule: options.ScheduleName = options.DEFAULT_SCHEDULE,
    follow: options.Follow = None,
    override: options.Overrides = None,
    as_of: options.AsOf = None,
    clock: options.ClockHours = None,
    out: Out = None,
    format: FormatOfRows = BatchFormat.ICS,
    json: RowsAsJson = False,
    force: outputs.Force = False,
    dry_run: DryRun = False,
    cancel_missing: CancelMissing = False,
    jobs: Jobs = None,
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
    if preset == "list":
        terminal.print_text(preset_list())
        return
    if file is None:
        raise UsageError("no export given; write needlecare batch FILE, or - for standard input")
    _check(ctx, out=out, json=json, format=format, dry_run=dry_run, cancel_missing=cancel_missing)
    zone = None if tz is None else zone_named(tz)
    shown_in = zone or zone_named("UTC")
    now = options.moment_of(as_of, shown_in)
    rules = load_schedule(schedule)
    typed = ExportFormat(
        map={str(column): heading for column, heading in parse_mapping(map_ or ()).items()},
        dates=dates or "" if options.typed(ctx, "dates") else "",
        only=_conditions(only, only=True),
        skip=_conditions(skip, only=False),
        service=tuple(service or ()),
        ref_from=tuple(heading.strip() for heading in (ref_from or "").split(",") if heading.strip()),
    )
    wanted = _export_format(rules, preset, typed, dates or "")
    services = replace(rules.services, names=wanted.service or rules.services.names)
    order = Order(
        follow=tuple(follow or ()),
        clock=clock if clock and options.typed(ctx, "clock") else rules.clock or clock or 24,
        reading=Reading(
            defaults=Defaults(
                zone=zone,
                prp=prp,
                skin_type=skin_type,
                scars=scars,
                overrides=checked_overrides(override or (), rules),
            ),
            schedule=rules,
            services=services,
        ),
        files=FileOptions(
            schedule=rules,
            now=now,
            format=BatchFormat.JSON if json and out is None else format,
            folder=None if out is None else Path(out),
            source=place_of(file),
            force=force,
            dry_run=dry_run,
            detail=style.detail,
            reminders=style.reminders,
        ),
    )
    Worker(order)  # an unknown source is reported before anything is read or written
    for note in review_notes(rules, local(now, shown_in).date()):
        terminal.say(note.text)
    tally = report.Tally()
    try:
        with ExitStack() as stack:
            stream = open_export(file, stack)
            table, found = surveyed(stream, file, from_, wanted, typed, order.reading)
            for message in found.messages:
                terminal.say(message)
            _carry_out(order, table, found, tally, jobs=jobs, as_json=json, stack=stack)
            lines = list(tally.lines(dry_run=dry_run))
            for line in lines[:-1]:
                terminal.say(line)
            _handle_stale_calendars(order.files, tally, found, cancel=cancel_missing)
            terminal.say(lines[-1])
    except KeyboardInterrupt:
        if out is None:
            raise
        for line in tally.changes(dry_run=dry_run):
            terminal.say(line)
        raise Interrupted("interrupted; run it again to do the rest") from None
    if tally.failed:
        raise typer.Exit(SOME_FAILED)


def _check(
    ctx: typer.Context,
    *,
    out: str | None,
    json: bool,
    format: BatchFormat,
    dry_run: bool,
    cancel_missing: bool,
) -> None:
    """Refuse options that exclude each other, and point out those without effect. Raises UsageError."""
    if out == "":
        raise UsageError("--out is empty; give --out DIR, or --out . for the current folder")
    if out is None and not json and not dry_run and format is not BatchFormat.SMS:
        raise UsageError("there is nowhere to write to; give --out DIR, or --json for standard output")
    if out is None and json and options.typed(ctx, "format") and format is not BatchFormat.JSON:
        raise UsageError("--json and --format exclude each other without --out; give one of them")
    if cancel_missing and (out is None or format is not BatchFormat.ICS):
        raise UsageError("--cancel-missing cancels calendars in a folder; give --out DIR, without --format")
    if (
        cancel_missing
        and not dry_run
        and out is not None
        and Path(out).is_dir()
        and listed(Path(out)) is None
    ):
        raise UsageError(
            "--cancel-missing only cancels what a --dry-run has listed; run the same command with --dry-run "
            "first, and read what it says"
        )
    if format is not BatchFormat.ICS or (out is None and not dry_run):
        outputs.warn_unused_options(ctx, format, remedy="--out DIR --format ics")


def _conditions(texts: list[str] | None, *, only: bool) -> tuple[str, ...]:
    """Return the conditions that were typed. Raises UsageError."""
    for text in texts or ():
        parse_condition(text, only=only)
    return tuple(texts or ())


def _export_format(rules: Schedule, preset: str | None, typed: ExportFormat, dates: str) -> ExportFormat:
    """Return how the export is read: by what is typed, the preset, and [export] of the rule file.

    A preset that is typed replaces the headings in the rule file. `dates` is the order of day and month if none of them
    gives one. Raises UsageError and ScheduleError.
    """
    clinic = rules.export
    base = ExportFormat()
    if preset is not None:
        base = load_preset(preset).export
        clinic = ExportFormat(dates=clinic.dates, service=clinic.service)
    elif clinic.preset:
        base = load_preset(clinic.preset).export
    return combined(combined(combined(ExportFormat(dates=dates), base), clinic), typed)


def _carry_out(
    order: Order,
    table: Table,
    found: Survey,
    tally: report.Tally,
    *,
    jobs: int | None,
    as_json: bool,
    stack: ExitStack,
) -> None:
    """Plan every row, write and print the results, and count them."""
    folder, dry_run = order.files.folder, order.files.dry_run
    if folder is not None and not dry_run:
        stack.enter_context(locked_folder(folder, patience=1))
    reading = replace(
        order.reading,
        order=found.order,
        service_heading=table_heading(table, found),
        expects_service=found.expects_service,
        vendors_zone=found.places.columns.get(Column.TZ, Column.TZ) != Column.TZ,
        rounded_refs=found.rounded_refs,
        expects_end=Column.END in found.places.columns or Column.DURATION in found.places.columns,
    )
    with terminal.progress("Planning", found.rows) as progress:
        processes = jobs or (system.cores() if found.rows > MANY_ROWS else 1)
        printer = _Printer(as_json=as_json, table=dry_run, to_folder=folder is not None)
        for piece in run(replace(order, reading=reading), table, found, jobs=processes):
            for result in piece:
                tally.add(result)
            printer.print(piece)
            progress.reach(tally.rows)
    if folder is not None and not dry_run:
        system.flush_disks()  # all at once: a file at a time would take longer than the planning


def table_heading(table: Table, found: Survey) -> str | None:
    """Return the heading of the column of services as the file writes it; None if no column names services."""
    name = found.places.columns.get(Column.SERVICE)
    if name is None or not found.usable_service:
        return None
    return next((heading for heading in table.headings or () if folded(heading) == name), name)


class _Printer:
    """Prints results on standard output. If nobody reads them any more, the files are still written."""

    def __init__(self, *, as_json: bool, table: bool, to_folder: bool) -> None:
        self.to_folder = to_folder
        self.head = report.TABLE_HEAD.encode() if table and not as_json else b""
        self.text: Callable[[Result], bytes] = _data
        if as_json:
            self.text = _record
        elif table:
            self.text = lambda result: report.table_row(result).encode("utf-8", "replace")
        self.idle = False

    def print(self, piece: Iterable[Result]) -> None:
        """Print some rows. Raises BrokenPipeError if standard output is all there is."""
        if self.idle:
            return
        data = self.head + b"".join(map(self.text, piece))
        self.head = b""
        if data and not terminal.print_bytes(data):
            if not self.to_folder:
                raise BrokenPipeError
            self.idle = True


def _data(result: Result) -> bytes:
    return b"" if isinstance(result, list) else result.data


def _record(result: Result) -> bytes:
    if isinstance(result, list):
        return b"".join(map(report.record_json, result))
    return result.data or report.record_json(result)


def _handle_stale_calendars(files: FileOptions, tally: report.Tally, found: Survey, *, cancel: bool) -> None:
    """Point out calendars whose appointment was cancelled or is gone from the export, or cancel them.

    Only calendars for days within those of the export count as gone: an export of one day says nothing about others.
    """
    if files.folder is None or not files.folder.is_dir():
        return
    if files.format is not BatchFormat.ICS:
        if tally.stale_files:
            named = report.some(list(map(shown, tally.stale_files)))
            terminal.say(
                f"No longer planned, but a file from an earlier run is still there: {named}. Delete it."
            )
        return
    gone: list[str] = []
    if tally.first_day is not None and tally.last_day is not None:
        gone = missing_calendars(files, found, tally.first_day, tally.last_day)
    stale = [*tally.stale_files, *gone]
    if files.dry_run:
        if stale or cancel:
            remember_listed(files.folder, stale)
    elif cancel:
        allowed = listed(files.folder) or frozenset()
        for name in (name for name in stale if name in allowed):
            cancel_calendar(files.folder / name, files.now)
            terminal.say(f"Cancelled {shown(name)}.")
        stale = [name for name in stale if name not in allowed]
        if stale:
            terminal.say("Not cancelled, since no --dry-run has listed them:")
        (files.folder / ".needlecare-listed").unlink(missing_ok=True)
    for name in stale[: report.MAX_NAMED_CALENDARS]:
        why = "is gone from the export" if name in gone else "is left out now"
        command = report.cancel_command(str(files.folder), name)
        ref = tally.stale_files.get(name) or name.removesuffix(".ics")
        terminal.say(f"{shown(ref)} {why} but has a calendar; to cancel it: {command}")
    if len(stale) > report.MAX_NAMED_CALENDARS:
        more = len(stale) - report.MAX_NAMED_CALENDARS
        terminal.say(
            f"And {more} more. --cancel-missing --dry-run lists them all; --cancel-missing cancels them."
        )
