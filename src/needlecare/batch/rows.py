"""The rows of an export: a first look at all of them, then each row with our columns.

Errors name the row, the column, a code and the expected form. They never repeat a cell, which may contain a patient's
data.
"""

import re
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from hashlib import sha256
from itertools import pairwise
from zoneinfo import ZoneInfo

from msgspec import Struct

from needlecare.batch.dates import ANY_NOW, OrderEvidence, parse_date_cell
from needlecare.batch.headings import Places, cell_of, find_places, is_not_treated, says_who_came
from needlecare.batch.tables import Record, Table, heading_key
from needlecare.batch.words import is_this_treatment, is_usable_service, names_any, simplified
from needlecare.errors import UsageError, quoted
from needlecare.model import Column, ExportFormat, Services
from needlecare.time.parsing import DateOrder

# Hexadecimal digits. The chance that two of a million names are the same is 1 in two million million.
DIGEST_LENGTH = 20
MAX_NAME = 100  # characters of a file name before its ending; file systems allow 255 bytes
_SAMPLE_ROWS = 200  # rows in which columns of dates are compared
MAX_NAMED_ROWS = 5  # rows that a message about many rows names

# A reference that is a file name on every system.
_SAFE = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
# Names that Windows reserves for devices, with any ending.
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{p}{n}" for p in ("com", "lpt") for n in range(10))})
# How the first cell (after `simplified`) of a line of totals begins.
_TOTALS = re.compile(r"(?:grand |sub-?|overall )?(?:totals?|sum|average|count|summe|gesamt\w*|insgesamt)\b")
# A number whose digits after the fifteenth a spreadsheet has replaced by zeros.
_ROUNDED = re.compile(r"[0-9]{15}0{2,}")
# Headings of dates that may well be after the appointment.
_LATER_DATES = re.compile(
    r"next|follow|due|expir|invoice|paid|updat|modif|cancel|resched|show|archiv|print|birth|export"
)

NOT_AN_APPOINTMENT = "a line of totals or a note"


class RowPlace(Struct, frozen=True, kw_only=True):
    """Where a row is: `number` counts the rows of data, `line` the lines of the file, both from 1.

    `ref` is the clinic's opaque reference for the appointment.
    """

    number: int
    line: int
    ref: str

    def problem(self, column: Column, code: str, expected: str) -> "RowProblem":
        """Return what is wrong with a cell of the row."""
        return RowProblem(number=self.number, line=self.line, column=column, code=code, expected=expected)


class Row(RowPlace, frozen=True, kw_only=True):
    """A row with our columns. `left_out` is why nothing is planned for it."""

    cells: Mapping[Column, str]
    addons: tuple[str, ...] = ()
    left_out: str | None = None


class RowProblem(Struct, frozen=True, kw_only=True):
    """What is wrong with a row; without a column if it is no valid row at all. The codes never change."""

    number: int
    line: int
    code: str
    expected: str
    column: Column | None = None

    @property
    def what(self) -> str:
        """What is wrong, without the place."""
        column = f"{self.column}: " if self.column else ""
        return f"{column}{self.code}; write {self.expected}"

    def __str__(self) -> str:
        return f"row {self.number} (line {self.line}): {self.what}"


class Survey(Struct, frozen=True, kw_only=True):
    """What a first look at all rows found. Each of `messages` is a line for standard error."""

    places: Places
    order: DateOrder | None
    rows: int
    usable_service: bool
    expects_service: bool  # whether most rows name their service
    rounded_refs: bool
    repeated_refs: Mapping[str, int]  # the references that several rows have, and how many rows
    stems: Sequence[int]  # hashes of the file names of all references, sorted
    messages: tuple[str, ...]

    def has(self, stem: str) -> bool:
        """Whether a row has the reference that a file is named after."""
        place = bisect_left(self.stems, hash(stem))
        return place < len(self.stems) and self.stems[place] == hash(stem)


def survey(
    table: Table,
    export: ExportFormat,
    services: Services,
    *,
    typed: frozenset[str] = frozenset(),
    zone: ZoneInfo,
) -> Survey:
    """Look at all rows, to find what is wrong with a whole column before anything is written.

    `typed` are the headings (by `heading_key`) that were given for this file; `zone` is for dates that are only
    compared. Raises UsageError if a heading is missing, or the order of day and month is wrong.
    """
    headings = table.headings if table.headings is not None else _names(table.records())
    places = find_places(headings, export, services, typed)
    look = _FirstLook(places, services)
    for number, record in _numbered(table):
        look.add(number, record)
    refs = sorted(look.hashes)
    shared = {first for first, second in pairwise(refs) if first == second}
    repeated: Counter[str] = Counter()
    if shared:
        repeated.update(
            row.ref
            for row in rows_of(table, places)
            if isinstance(row, Row) and hash(file_stem(row.ref)) in shared
        )
    order, order_message = look.evidence.settle(DateOrder(export.dates) if export.dates else None)
    messages = [*places.messages, *filter(None, [order_message]), *look.messages(order, zone)]
    return Survey(
        places=places,
        order=order,
        rows=look.rows,
        usable_service=look.usable_service,
        expects_service=look.rows_with_service * 2 > len(refs),
        rounded_refs=look.rounded >= 2 and look.rounded == look.long_refs,
        repeated_refs={ref: count for ref, count in repeated.items() if count > 1},
        stems=array("q", refs),
        messages=tuple(messages),
    )


class _FirstLook:
    """Counts what matters for whole columns, while all rows are looked at once."""

    def __init__(self, places: Places, services: Services) -> None:
        self.places = places
        self.services = services
        self.rows = 0
        self.evidence = OrderEvidence()
        self.hashes = array("q")
        self.rows_with_service = 0
        self.usable_service = False
        self.long_refs = self.rounded = 0
        self.sample: list[Mapping[str, str]] = []  # the first rows
        # About columns that are not used, by heading:
        self.not_treated: Counter[str] = Counter()  # how many rows say that nobody was treated
        self.who_came: dict[str, Counter[bool]] = {}  # how many rows say yes and no
        self.prp_elsewhere: dict[str, list[int]] = {}  # the rows that name PRP
        self.this_treatment = False  # whether any service is this treatment
        self.used = {*places.columns.values(), *places.addons, *(name for name, _ in places.conditions)}
        self.prp = re.compile(rf"\b(?:{'|'.join(map(re.escape, services.prp)) or '(?!)'})", re.IGNORECASE)

    def add(self, number: int, record: Record) -> None:
        """Look at a row."""
        cells = record.cells
        self.rows = number
        if record.code is not None or _is_note(record, self.places):
            return
        for column in (Column.TREATED, Column.END):
            self.evidence.add(self.rows, cell_of(cells, self.places, column))
        ref = _reference(cells, self.places)
        if ref:
            self.hashes.append(hash(file_stem(ref)))
            if len(ref) > 15 and ref.isdecimal():
                self.long_refs += 1
                self.rounded += _ROUNDED.fullmatch(ref) is not None
        service = cell_of(cells, self.places, Column.SERVICE)
        self.rows_with_service += bool(service)
        self.usable_service = self.usable_service or is_usable_service(service)
        if len(self.sample) < _SAMPLE_ROWS:
            self.sample.append(cells)
        if _reason_to_leave_out(cells, self.places) is None:
            self.look_beside(cells)

    def look_beside(self, cells: Mapping[str, str]) -> None:
        """Count what a row that is kept says in columns that are not used."""
        named = [
            cell_of(cells, self.places, Column.SERVICE),
            *(cells.get(name, "") for name in self.places.addons),
        ]
        planned = any(is_this_treatment(name, self.services) for name in named if name)
        self.this_treatment = self.this_treatment or planned
        unused = [(name, cell) for name, cell in cells.items() if cell and name not in self.used]
        for name, cell in unused:
            if says_who_came(name) and cell.casefold() in {"yes", "no", "true", "false"}:
                self.who_came.setdefault(name, Counter())[cell.casefold() in {"yes", "true"}] += 1
            if "stat" in name or "cancel" in name or "show" in name:
                self.not_treated[name] += is_not_treated(cell)
        if planned and not cell_of(cells, self.places, Column.PRP) and not any(map(self.prp.search, named)):
            for name, cell in unused:
                if self.prp.search(cell):
                    self.prp_elsewhere.setdefault(name, []).append(self.rows)

    def messages(self, order: DateOrder | None, zone: ZoneInfo) -> Iterator[str]:
        """Yield what to point out about columns, a line for each."""
        yield from self.booking_day(order, zone)
        if self.rows_with_service and not self.usable_service:
            heading = self.places.columns[Column.SERVICE]
            yield f"{self.quoted(heading)} names no service, only codes, so no row is left out for it."
        elif self.rows_with_service and self.usable_service and not self.this_treatment:
            names = ", ".join(self.services.names)
            yield (
                f"No row names this treatment, which is known by the words {names}; "
                "if your clinic has another name for it, give --service WORD."
            )
        if Column.SERVICE not in self.places.columns:
            yield from self.unused_services()
        elif self.prp_elsewhere:
            name, rows = max(self.prp_elsewhere.items(), key=lambda item: len(item[1]))
            yield (
                f"{self.quoted(name)} names PRP in {named_rows(rows)}, where nothing else does; it is not used. "
                "Look at these rows: PRP counts where it is in the service, an add-on or --map prp=HEADING."
            )
        if not self.rows:
            yield "The export has a header and no rows below it."
        for name, answers in self.who_came.items():
            if answers[True] and answers[False]:
                count = answers[False]
                yield (
                    f"{self.quoted(name)} says no in {count} row{'s' * (count > 1)}, and they are planned; if those patients "
                    f'did not come, leave them out with --skip {self.quoted(name)[:-1]}=no".'
                )
        for name, count in self.not_treated.items():
            if count:
                heading = self.quoted(name)
                yield (
                    f"{heading} says in {count} row{'s' * (count > 1)} that nobody was treated, and they are planned; "
                    f'leave them out with --skip {heading[:-1]}=Cancelled,No Show", in the words of your file.'
                )

    def quoted(self, name: str) -> str:
        """Return a heading as the file writes it."""
        return quoted(self.places.written.get(name, name))

    def unused_services(self) -> Iterator[str]:
        """Point out a column that names services, if none is mapped as their column."""
        for name in dict.fromkeys(name for cells in self.sample for name in cells if name not in self.used):
            if any(names_any(cells.get(name, ""), self.services.names) for cells in self.sample):
                yield (
                    f"{self.quoted(name)} names services and is not used: every service is planned, and none counts "
                    f"as PRP; give --map service={self.quoted(name)}."
                )
                return

    def booking_day(self, order: DateOrder | None, zone: ZoneInfo) -> Iterator[str]:
        """Point out a column whose dates are later in every row: then the mapped one may be the day of booking."""
        treated = self.places.columns[Column.TREATED]
        days = [_day(cells.get(treated, ""), order, zone) for cells in self.sample]
        if not any(days):
            return
        for name in dict.fromkeys(name for cells in self.sample for name in cells):
            if name in self.used or _LATER_DATES.search(name):
                continue
            pairs = [
                (day, other)
                for day, cells in zip(days, self.sample, strict=True)
                if day and (other := _day(cells.get(name, ""), order, zone))
            ]
            if pairs and len(pairs) * 2 >= len([day for day in days if day]) and all(a < b for a, b in pairs):
                yield (
                    f"{self.quoted(treated)} lies before {self.quoted(name)} in every row: is it the day of booking? "
                    f"Every wait then ends too soon; map the end of the appointment."
                )
                return


def named_rows(numbers: Sequence[int], count: int | None = None) -> str:
    """Write "row 2", or "rows 2, 3, 5, 6, 7 and 2,995 more"; `count` is how many there are, if not all are given."""
    count = len(numbers) if count is None else count
    named = ", ".join(map(str, numbers[:MAX_NAMED_ROWS]))
    more = f" and {count - MAX_NAMED_ROWS:,} more" if count > MAX_NAMED_ROWS else ""
    return f"row{'s' * (count > 1)} {named}{more}"


def _day(cell: str, order: DateOrder | None, zone: ZoneInfo) -> date | None:
    """Return the date in a cell, even if it has a time; None if there is none."""
    if not re.search("[0-9]{2}", cell):
        return None
    with suppress(UsageError, ValueError, OverflowError):
        parsed = parse_date_cell(cell, time_of_day="", now=ANY_NOW, zone=zone, order=order)
        return parsed.date() if isinstance(parsed, datetime) else parsed
    return None


def _names(records: Iterable[Record]) -> list[str]:
    """Return the names in the objects of a JSON file, each once: they stand in for the headings."""
    return list(dict.fromkeys(name for record in records for name in record.cells))


def _numbered(table: Table) -> Iterator[tuple[int, Record]]:
    """Yield the records that are not blank, with their numbers from 1 on."""
    return enumerate((r for r in table.records() if r.code is not None or any(r.cells.values())), 1)


def rows_of(table: Table, places: Places) -> Iterator[Row | RowProblem]:
    """Yield each row, or why it cannot be read. Blank lines are skipped."""
    for number, record in _numbered(table):
        cells = record.cells
        if _is_note(record, places):
            yield Row(number=number, line=record.line, ref="", cells={}, left_out=NOT_AN_APPOINTMENT)
            continue
        if record.code is not None:
            yield RowProblem(number=number, line=record.line, code=record.code, expected=record.expected)
            continue
        yield Row(
            number=number,
            line=record.line,
            ref=_reference(cells, places),
            cells={column: cells.get(heading, "") for column, heading in places.columns.items()},
            addons=tuple(cells.get(name, "") for name in places.addons),
            left_out=_reason_to_leave_out(cells, places),
        )


def _reason_to_leave_out(cells: Mapping[str, str], places: Places) -> str | None:
    """Return why a row is left out: by a condition, or by a status that says nobody was treated."""
    for name, condition in places.conditions:
        if (reason := condition.reason(cells.get(name, ""))) is not None:
            return reason
    status = places.columns.get(Column.STATUS)
    if status is None or any(name == status and condition.only for name, condition in places.conditions):
        return None
    if is_not_treated(cells.get(status, "")):
        return f"{places.written.get(status, status)} says that nobody was treated"
    return None


def _is_note(record: Record, places: Places) -> bool:
    """Whether a record is no row: a line of totals, a note in one cell, or the header of another page."""
    if record.code == "cells":
        written = record.cells.get("", "")
        return bool(written) and (" " in written or _TOTALS.match(simplified(written)) is not None)
    if record.code is not None:
        return False
    treated = cell_of(record.cells, places, Column.TREATED)
    if treated:
        return heading_key(treated) == places.columns[Column.TREATED]
    filled = [cell for cell in record.cells.values() if cell]
    alone = len(filled) == 1 and len(record.cells) > 2 and " " in filled[0]  # "Provider: N. Marsh"
    return alone or (bool(filled) and _TOTALS.match(simplified(filled[0])) is not None)


def _reference(cells: Mapping[str, str], places: Places) -> str:
    """Return the reference of a row, or a digest of the columns that replace it; empty if they are all empty."""
    if not places.ref_from:
        return cell_of(cells, places, Column.REF)
    written = [simplified(cells.get(name, "")) for name in places.ref_from]
    if not any(written):
        return ""
    return sha256("\x1f".join(written).encode(errors="surrogatepass")).hexdigest()[:DIGEST_LENGTH]


def file_stem(ref: str) -> str:
    """Return the name of a reference's file, before its ending.

    It depends only on the reference, so that a later run finds the file again. A reference of small letters, digits,
    hyphens, underscores and dots is the name itself. In any other, or one that some system reserves, hyphens replace
    all but letters and digits; a tilde and a digest of the reference follow, so that no two references share a name.
    """
    if _SAFE.fullmatch(ref) and len(ref) <= MAX_NAME and ref.partition(".")[0] not in _DEVICES:
        return ref
    readable = re.sub("[^A-Za-z0-9]+", "-", ref)[:MAX_NAME].strip("-")
    return f"{readable}~{sha256(ref.encode(errors='surrogatepass')).hexdigest()[:DIGEST_LENGTH]}"
