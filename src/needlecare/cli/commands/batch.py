"""needlecare batch: a booking system's export in; a calendar, a page or a text for each appointment out."""

import gc
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from html import escape
from itertools import islice
from pathlib import Path
from typing import IO, Annotated

import typer
from msgspec import Struct

from needlecare import interruption, system
from needlecare.batch.report import account_text, record_json
from needlecare.batch.rows import (
    MAX_LINE_BYTES,
    Appointment,
    Column,
    Defaults,
    Outcome,
    Row,
    RowFormat,
    RowProblem,
    RowResult,
    appointment,
    file_stem,
    parse_mapping,
    read_rows,
)
from needlecare.batch.workers import results
from needlecare.cli import calendar, options, outputs, terminal
from needlecare.errors import Interrupted, UsageError, WriteError, quoted
from needlecare.model import Alarms, Detail, Plan, Reminders, Schedule
from needlecare.plan.combine import Planner, review_notes
from needlecare.storage.files import MAX_PATH_LENGTH, file_data, locked_folder, place_of, reason, replace_file
from needlecare.storage.rule_files import load_schedule
from needlecare.time.zones import local, zone_named

SOME_FAILED = 4  # exit code
PIECE = 32  # rows that a process is given at a time
MAX_OUTPUT_BYTES = 16 * 1024 * 1024  # bytes; a plan as JSON has two hundred thousand

ROWS_PANEL = "The rows"

EXAMPLES = """
Examples:

  needlecare batch today.csv --tz Europe/Berlin --out calendars
  needlecare batch today.csv --out sheets --format html --schedule clinic.toml
  needlecare batch export.csv --map treated=Appt --tz Europe/Berlin --out out
  needlecare batch export.ndjson --format sms > messages.ndjson
  needlecare batch year.csv --out calendars --jobs 2 --dry-run
"""


class BatchFormat(StrEnum):
    """What is made of each row; its file ends so."""

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


From = Annotated[
    RowFormat | None,
    typer.Option(
        "--from",
        help="How the rows are written; else the file's ending tells, or its first character.",
        rich_help_panel=ROWS_PANEL,
        show_default=False,
    ),
]
Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="COLUMN=HEADING",
        help=f"A heading of your own for one of {', '.join(Column)}; may be given several times.",
        rich_help_panel=ROWS_PANEL,
        show_default=False,
    ),
]
Zone = Annotated[
    str | None,
    typer.Option(
        "--tz",
        metavar="ZONE",
        envvar="NEEDLECARE_TZ",
        help="Time zone of the rows that name none; never the machine's.",
        rich_help_panel=options.TREATMENT_PANEL,
        show_default=False,
    ),
]
Out = Annotated[
    str | None,
    typer.Option(
        "--out",
        metavar="DIR",
        help="Write a file for each row into this folder, named after its ref.",
        rich_help_panel=options.OUTPUT_PANEL,
        show_default=False,
    ),
]
FormatOfRows = Annotated[
    BatchFormat,
    typer.Option("--format", help="What is made of each row.", rich_help_panel=options.OUTPUT_PANEL),
]
RowsAsJson = Annotated[
    bool,
    typer.Option(
        "--json",
        help="Print a line of JSON for each row: with --out what became of it, else its plan.",
        rich_help_panel=options.OUTPUT_PANEL,
    ),
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run", help="Write nothing, and say what would happen.", rich_help_panel=options.OUTPUT_PANEL
    ),
]
Jobs = Annotated[
    int,
    typer.Option(
        "--jobs",
        metavar="N",
        min=1,
        max=64,
        help="Processes to work in.",
        rich_help_panel=options.OUTPUT_PANEL,
    ),
]


def batch(
    ctx: typer.Context,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE|-", help="Rows as CSV or NDJSON, in UTF-8; - is standard input.", show_default=False
        ),
    ],
    from_: From = None,
    map_: Map = None,
    tz: Zone = None,
    prp: options.Prp = False,
    skin_type: options.FitzpatrickType = None,
    scars: options.Scars = False,
    schedule: options.ScheduleName = options.DEFAULT_SCHEDULE,
    follow: options.Follow = None,
    as_of: options.AsOf = None,
    out: Out = None,
    format: FormatOfRows = BatchFormat.ICS,
    json: RowsAsJson = False,
    force: outputs.Force = False,
    dry_run: DryRun = False,
    jobs: Jobs = 1,
    detail: calendar.DetailOfTitles = Detail.DISCREET,
    alarms: calendar.AlarmsWanted = Alarms.GENTLE,
    quiet_hours: calendar.Quiet = calendar.QUIET_HOURS,
    daily: calendar.DailyAt = None,
) -> None:
    """Plan many appointments: a file for each row, and every row that cannot be read is named.

    Columns, in any order: ref (your opaque reference, which names the file), treated,
    and if you have them tz, prp, skin_type and scars. Options stand in for absent
    columns and empty cells. Run it again as often as you like: what is unchanged
    stays untouched, what changed is revised.

    Exit code 4: some rows failed, and all others are done.
    """
    gc.enable()
    _check(ctx, out=out, json=json, format=format)
    zone = None if tz is None else zone_named(tz)
    shown_in = zone or zone_named("UTC")
    now = options.moment_of(as_of, shown_in)
    order = _Order(
        schedule=load_schedule(schedule),
        follow=tuple(follow or ()),
        now=now,
        defaults=Defaults(zone=zone, prp=prp, skin_type=skin_type, scars=scars),
        folder=None if out is None else Path(out),
        rows=place_of(file),
        format=BatchFormat.JSON if json and out is None else format,
        force=force,
        dry_run=dry_run,
        detail=detail,
        reminders=calendar.reminders(alarms, quiet_hours, daily),
    )
    mapping = parse_mapping(map_ or ())
    _Worker(order)  # a source that is unknown is told before anything is read or written
    for note in review_notes(order.schedule, local(now, shown_in).date()):
        terminal.say(note.text)
    try:
        told = _told(order, file, form=from_, mapping=mapping, jobs=jobs, as_json=json)
    except KeyboardInterrupt:
        if order.folder is None:
            raise
        raise Interrupted("interrupted; run it again, it does the rest") from None
    terminal.say(str(told))
    if told.failed:
        raise typer.Exit(SOME_FAILED)


def _check(ctx: typer.Context, *, out: str | None, json: bool, format: BatchFormat) -> None:
    """Refuse options that exclude each other, and say which change nothing. Raises UsageError."""
    if out == "":
        raise UsageError("--out names no folder; give --out DIR, or --out . for the one you are in")
    if out is None and not json and format is not BatchFormat.SMS:
        raise UsageError("nowhere to write to; give --out DIR, or --json for standard output")
    if out is None and json and options.typed(ctx, "format") and format is not BatchFormat.JSON:
        raise UsageError("--json and --format exclude each other without --out; give one of them")
    if format is not BatchFormat.ICS or out is None:
        outputs.warn_unused_options(ctx, messages=format is BatchFormat.SMS, remedy="--out DIR --format ics")


class _Account:
    """What became of the rows so far; tells of each as it comes."""

    def __init__(self, say: Callable[[str], None], *, as_json: bool, to_folder: bool, dry_run: bool) -> None:
        self.say = say
        self.as_json = as_json
        self.to_folder = to_folder
        self.dry_run = dry_run
        self.done: Counter[RowResult] = Counter()
        self.rows = 0
        self.failed = 0

    def tell(self, piece: Iterable[list[RowProblem] | Outcome]) -> None:
        """Print what the rows of a piece give, and say what is wrong with those that failed."""
        printed = []
        for found in piece:
            self.rows += 1
            if isinstance(found, Outcome):
                self.done[found.became] += 1
                printed.append(found.data or self.record(found))
            else:
                self.failed += 1
                printed += [self.record(problem) for problem in found]
                for problem in found:
                    self.say(f"needlecare: {problem}")
        if any(printed):
            self.print(b"".join(printed))

    def print(self, data: bytes) -> None:
        """Print what rows give; once nobody reads the report any more, the folder is filled without it."""
        if not terminal.print_bytes(data):
            if not self.to_folder:
                raise BrokenPipeError
            self.as_json = False

    def record(self, result: Outcome | RowProblem) -> bytes:
        return record_json(result) if self.as_json else b""

    def __str__(self) -> str:
        return account_text(self.done, rows=self.rows, failed=self.failed, dry_run=self.dry_run)


def _told(
    order: "_Order",
    file: str,
    *,
    form: RowFormat | None,
    mapping: Mapping[Column, str],
    jobs: int,
    as_json: bool,
) -> _Account:
    """Carry out an order with all rows of a file, telling of each; return what became of them."""
    with ExitStack() as stack:
        stream, size = _opened(file, stack)
        rows = _unrepeated(read_rows(_lines(stream, file), form=form or _by_ending(file), mapping=mapping))
        if order.folder is not None and not order.dry_run:
            stack.enter_context(locked_folder(order.folder, patience=1))
        report = stack.enter_context(terminal.progress("Planning", size))
        told = _Account(
            report.say, as_json=as_json, to_folder=order.folder is not None, dry_run=order.dry_run
        )
        for piece in results(_work, _pieces(rows), jobs=jobs, prepare=_prepare, order=order):
            told.tell(piece)
            report.reach(stream.tell() if size else told.rows)
        if order.folder is not None and not order.dry_run:
            system.flush_disks()  # all at once: a file at a time would take longer than the planning
    return told


def _pieces(rows: Iterator[Row | RowProblem]) -> Iterator[list[Row | RowProblem]]:
    """Yield the rows, as many at a time as a process is given."""
    while piece := list(islice(rows, PIECE)):
        interruption.check()
        yield piece


# A row --------------------------------------------------------------------------------------------


class _Order(Struct, frozen=True, kw_only=True):
    """What is to be done with every row; goes to each process, so that all rows are planned by the same."""

    schedule: Schedule
    follow: tuple[str, ...]
    now: datetime
    defaults: Defaults
    folder: Path | None
    rows: str  # the place of the file that they stand in
    format: BatchFormat
    force: bool
    dry_run: bool
    detail: Detail
    reminders: Reminders


class _Worker:
    """Does what is ordered with one row after another. Raises UsageError for a source that is unknown."""

    def __init__(self, order: _Order) -> None:
        self.order = order
        self.own_name = Path(order.rows).name
        self.planner = Planner(order.schedule, follow=order.follow)
        general = order.schedule.standing.general
        texts = [text.encode() for text in (general.text, general.short)]
        self.marks = [*texts, *(escape(text.decode()).encode() for text in texts)]

    def result(self, row: Row | RowProblem) -> list[RowProblem] | Outcome:
        """Return what became of a row, or everything that is wrong with it. Raises WriteError."""
        if isinstance(row, RowProblem):
            return [row]
        asked = appointment(row, self.order.defaults, self.order.now)
        if not isinstance(asked, Appointment):
            return asked
        made = self.planner.plan(asked.treatment)
        if self.order.folder is None:
            data = self.printed(made, asked)
            return Outcome(
                number=row.number, line=row.line, ref=asked.ref, became=RowResult.PLANNED, data=data
            )
        name = f"{file_stem(asked.ref)}.{self.order.format.ending}"
        try:
            became = self.written(made, asked, self.order.folder / name)
        except _InTheWay as found:
            code, expected = str(found), _INSTEAD[str(found)]
            return [
                RowProblem(number=row.number, line=row.line, column=Column.REF, code=code, expected=expected)
            ]
        return Outcome(number=row.number, line=row.line, ref=asked.ref, became=became, file=name)

    def printed(self, made: Plan, asked: Appointment) -> bytes:
        """Return what a row gives standard output: its plan on a line, or its text messages."""
        if self.order.format is BatchFormat.SMS:
            return self.data(made, asked)
        from needlecare.output.json.plan import plan_line

        return plan_line(made, self.order.now, row=asked.number, ref=asked.ref).encode()

    def written(self, made: Plan, asked: Appointment, path: Path) -> RowResult:
        """Write the file of a row, and return what became of it. Raises _InTheWay and WriteError."""
        link = path.is_symlink()
        if link:  # followed once: what is put in its place meanwhile is not
            path = Path(place_of(str(path)))
        existing = _existing(path, force=self.order.force)
        if link and not existing:  # nothing is made where a link leads
            raise _InTheWay(NO_FILE)
        if existing and path.name == self.own_name and place_of(str(path)) == self.order.rows:
            raise _InTheWay(FOREIGN_FILE)
        data = self.data(made, asked)
        if existing and existing != data and not self.order.force:
            data = self.revised(existing, made, asked, data)
        if existing == data:
            return RowResult.UNCHANGED
        if not self.order.dry_run:
            replace_file(path, data, durable=False)
        return RowResult.REVISED if existing else RowResult.WRITTEN

    def data(self, made: Plan, asked: Appointment) -> bytes:
        """Return the bytes of a row's file, as if there were none before."""
        order = self.order
        match order.format:
            case BatchFormat.ICS:
                from needlecare.calendar.events import calendar_bytes

                return calendar_bytes(
                    made, order.now, ref=asked.ref, detail=order.detail, reminders=order.reminders
                )
            case BatchFormat.JSON:
                from needlecare.output.json.plan import plan_json

                return plan_json(made, order.now).encode()
            case _:
                form = outputs.Format(order.format.value)
                text = outputs.plan_text(
                    form, made, order.now, ref=asked.ref, detail=order.detail, quiet=order.reminders.quiet
                )
                return text.encode()

    def revised(self, existing: bytes, made: Plan, asked: Appointment, data: bytes) -> bytes:
        """Return what follows the file of an earlier run. Raises _InTheWay where it is not this row's.

        Every output carries the first standing text, so that a file without it is
        somebody else's.
        """
        if self.order.format is not BatchFormat.ICS:
            if not any(mark in existing for mark in self.marks):
                raise _InTheWay(FOREIGN_FILE)
            return data
        from needlecare.calendar.events import calendar as plan_calendar
        from needlecare.calendar.update import Export, revise

        order = self.order
        try:
            export = Export(existing)
            newer = plan_calendar(
                made,
                order.now,
                ref=asked.ref,
                detail=order.detail,
                reminders=order.reminders,
                remembered=export.options,
            )
            if export.reference != newer.reference:
                raise _InTheWay(FOREIGN_FILE)
            return revise(export, newer, order.now).data
        except UsageError:
            raise _InTheWay(FOREIGN_FILE) from None


_worker: _Worker  # of this process


def _prepare(order: _Order) -> None:
    global _worker  # noqa: PLW0603  a pool hands its processes nothing but pieces of work
    _worker = _Worker(order)


def _work(rows: Iterable[Row | RowProblem]) -> list[list[RowProblem] | Outcome]:
    return [_worker.result(row) for row in rows]


class _InTheWay(Exception):
    """What stands in the place of a row's file and is not this row's: one of the codes below."""


FOREIGN_FILE, NO_FILE = "foreign-file", "no-file"
_INSTEAD = {
    FOREIGN_FILE: "the rows into another folder, or --force: a file of that name exists that is not this row's",
    NO_FILE: "the rows into another folder: what has the name of its file is no plain file",
}


def _existing(path: Path, *, force: bool) -> bytes:
    """Return the bytes of the file that an earlier run left, none where there is none.

    Raises _InTheWay for what no run can have left (a file that cannot be read may be
    replaced by `force`), and WriteError where it cannot be told.
    """
    try:
        path.lstat()  # most often there is nothing, which this tells soonest
        if not path.is_file() and (path.exists() or path.is_symlink()):
            raise _InTheWay(NO_FILE)
        return _readable(path, force=force)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise WriteError(f"{quoted(str(path), MAX_PATH_LENGTH)} cannot be read: {reason(error)}") from None


def _readable(path: Path, *, force: bool) -> bytes:
    try:
        return file_data(path, MAX_OUTPUT_BYTES)
    except PermissionError:
        if force:
            return b""
        raise _InTheWay(FOREIGN_FILE) from None


# The rows -----------------------------------------------------------------------------------------


def _opened(file: str, stack: ExitStack) -> tuple[IO[bytes], int | None]:
    """Return the input and its size in bytes, where it is known. Raises UsageError."""
    if file == "-":
        if sys.stdin is None:
            raise UsageError("standard input is closed; give the name of a file")
        return sys.stdin.buffer, None
    try:
        path = Path(file)
        return stack.enter_context(path.open("rb")), path.stat().st_size if path.is_file() else None
    except (OSError, ValueError) as error:
        raise UsageError(f"{quoted(file, MAX_PATH_LENGTH)} cannot be read: {reason(error)}") from None


def _lines(stream: IO[bytes], file: str) -> Iterator[bytes]:
    """Yield the lines of the input, long ones in pieces. Raises UsageError where it cannot be read on."""
    try:
        while text := stream.readline(MAX_LINE_BYTES):
            yield text
    except OSError as error:
        raise UsageError(f"{quoted(file, MAX_PATH_LENGTH)} cannot be read: {reason(error)}") from None


def _by_ending(file: str) -> RowFormat | None:
    endings = {
        ".csv": RowFormat.CSV,
        ".tsv": RowFormat.CSV,
        ".ndjson": RowFormat.NDJSON,
        ".jsonl": RowFormat.NDJSON,
    }
    return endings.get(Path(file).suffix.lower())


def _unrepeated(rows: Iterable[Row | RowProblem]) -> Iterator[Row | RowProblem]:
    """Yield the rows, and a problem in place of one whose ref an earlier one has.

    What was seen stands in a temporary database and not in memory: a year's export
    has a hundred thousand rows.
    """
    with closing(sqlite3.connect("", isolation_level=None)) as seen:
        seen.executescript(
            "pragma journal_mode=off; pragma cache_size=-256; create table seen (ref blob primary key) without rowid;"
        )
        seen.execute("begin")
        for row in rows:
            ref = row.cells.get(Column.REF) if isinstance(row, Row) else None
            if ref and not _added(seen, sha256(ref.encode(errors="surrogatepass")).digest()):
                yield RowProblem(
                    number=row.number,
                    line=row.line,
                    column=Column.REF,
                    code="duplicate",
                    expected="a ref of its own: an earlier row, done or not, has this one",
                )
            else:
                yield row


def _added(seen: sqlite3.Connection, digest: bytes) -> bool:
    """Add a digest to those that were seen; whether it was none of them. Raises WriteError."""
    try:
        return bool(seen.execute("insert or ignore into seen values (?)", [digest]).rowcount)
    except sqlite3.Error as error:
        raise WriteError(
            f"the temporary folder cannot hold what a batch remembers: {error}; make room"
        ) from None
