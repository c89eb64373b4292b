"""Rows of a booking system's export -> treatments, or what is wrong with a row.

CSV or NDJSON, by lines of bytes; nothing is opened here. What is wrong is told by
row, column, code and expected form, and never by the cell: it may be a patient's.
"""

import csv
import json
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from itertools import chain
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct

from needlecare.calendar.identity import MAX_REFERENCE_LENGTH, checked_reference
from needlecare.errors import UsageError, nearest, quoted
from needlecare.model import SkinType, Treatment
from needlecare.time.parsing import parse_cell
from needlecare.time.zones import known_zone, zone_named

MAX_LINE_BYTES = 1 << 20  # bytes; a longer one is no row
MAX_LINES = 100  # of a row whose cells have line breaks; fewer where rows before it were none
DIGEST = 20  # hexadecimal digits: of a million names two are alike once in two million million times
MAX_NAME_LENGTH = 100  # characters of a file name before its ending; file systems allow 255 bytes
DELIMITERS = ",;\t"  # as spreadsheets write them, by country

_SAFE = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
_TRUE = frozenset({"yes", "y", "true", "1", "x"})
_FALSE = frozenset({"no", "n", "false", "0"})
# What is to be written where a time cannot be understood, by the code of the error.
_EXPECTED = {
    "not-a-time": "2026-11-21T14:30, or 2026-11-21 where the hour is unknown",
    "no-such-time": "a day and a time that exist",
    "two-readings": "2026-11-21T14:30, since this one can be read in two ways",
    "two-digit-year": "the year with four digits",
    "wrong-weekday": "a weekday that fits its date",
    "wrong-order": "the date in the order of day and month that was given",
    "skipped": "a time that the clocks did not skip on that day",
    "repeated": "the time with its offset, such as 2026-10-25T02:30+02:00",
}
# Names that Windows keeps for devices, whatever ending follows them.
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{p}{n}" for p in ("com", "lpt") for n in range(10))})


class Column(StrEnum):
    """What a row tells of an appointment."""

    REF = "ref"
    TREATED = "treated"
    TZ = "tz"
    PRP = "prp"
    SKIN_TYPE = "skin_type"
    SCARS = "scars"


class RowFormat(StrEnum):
    """How rows are written."""

    CSV = "csv"
    NDJSON = "ndjson"


class Row(Struct, frozen=True, kw_only=True):
    """A row as it is written; `number` counts rows of data, `line` those of the file, both from 1."""

    number: int
    line: int
    cells: Mapping[Column, str]


class RowProblem(Struct, frozen=True, kw_only=True):
    """What is wrong with a row; no column where it is no row at all. Codes are stable."""

    number: int
    line: int
    code: str
    expected: str
    column: Column | None = None

    def __str__(self) -> str:
        what = f"{self.column}: " if self.column else ""
        return f"row {self.number} (line {self.line}): {what}{self.code}; write {self.expected}"


class Defaults(Struct, frozen=True, kw_only=True):
    """What holds where a column is absent or a cell is empty."""

    zone: ZoneInfo | None = None
    prp: bool = False
    skin_type: SkinType | None = None
    scars: bool = False


class Appointment(Struct, frozen=True, kw_only=True):
    """A row that was understood: a treatment and the clinic's opaque reference of it."""

    number: int
    line: int
    ref: str
    treatment: Treatment


class _Line(NamedTuple):
    """A line of the file with its number, which counts from 1."""

    number: int
    text: bytes


class RowResult(StrEnum):
    """What became of a row."""

    WRITTEN = "written"
    REVISED = "revised"
    UNCHANGED = "unchanged"
    PLANNED = "planned"


class Outcome(Struct, frozen=True, kw_only=True):
    """A row that was done: the name of its file, where it has one. `data` is what it gives standard output."""

    number: int
    line: int
    ref: str
    became: RowResult
    file: str | None = None
    data: bytes = b""


# Rows ---------------------------------------------------------------------------------------------


def parse_mapping(texts: Iterable[str]) -> dict[Column, str]:
    """Return the headings that stand for our columns, from texts such as treated=Appt. Raises UsageError."""
    found: dict[Column, str] = {}
    for text in texts:
        name, equals, heading = text.partition("=")
        if not equals or not heading.strip():
            raise UsageError(f"--map {quoted(text)} maps nothing; write --map treated=HEADING")
        if name.strip() not in set(Column):
            raise UsageError(
                f"--map {quoted(text)}: unknown column {quoted(name)}{nearest(name, Column)}; "
                f"write one of {', '.join(Column)}"
            )
        column = Column(name.strip())
        if column in found:
            raise UsageError(f"--map {quoted(text)}: {column} is mapped twice; give one --map for it")
        found[column] = heading.strip()
    return found


def read_rows(
    lines: Iterable[bytes], *, form: RowFormat | None, mapping: Mapping[Column, str]
) -> Iterator[Row | RowProblem]:
    """Yield each row of an export, or what is wrong with it; blank lines are none.

    Lines come with their line ends, one longer than MAX_LINE_BYTES in pieces. Without
    a form the first character tells: an object of NDJSON begins with {. Raises
    UsageError where the file is none that can be read, and for headings that are
    missing or stand twice.
    """
    numbered = _whole(lines)
    first = next((line for line in numbered if line.text.removeprefix(BOM_UTF8).strip()), None)
    if first is None:
        raise UsageError("the input is empty; write a header and a row for each appointment, or NDJSON")
    if first.text.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise UsageError("the input is not UTF-8; save it as CSV UTF-8")
    first = _Line(first.number, first.text.removeprefix(BOM_UTF8))
    if form is None:
        form = RowFormat.NDJSON if first.text.lstrip().startswith(b"{") else RowFormat.CSV
    rows = _ndjson_rows if form is RowFormat.NDJSON else _csv_rows
    return rows(chain([first], numbered), mapping)


def _whole(lines: Iterable[bytes]) -> Iterator[_Line]:
    """Yield lines with their numbers; of one in pieces the first piece only, which is too long for a row."""
    number, goes_on = 0, False
    for text in lines:
        if not goes_on:
            number += 1
            yield _Line(number, text)
        goes_on = not text.endswith(b"\n")


def _csv_rows(lines: Iterator[_Line], mapping: Mapping[Column, str]) -> Iterator[Row | RowProblem]:
    """Return the rows of a CSV file, whose header is read at once. Raises UsageError for the header."""
    text = _CsvText(lines)
    wanted = {mapping.get(column, column).casefold() for column in Column}
    text.delimiter = max(DELIMITERS, key=lambda delimiter: len(wanted.intersection(text.names(delimiter))))
    _, headings = text.record()
    if headings is None:
        raise UsageError("the header is no CSV; write the names of the columns, such as ref,treated")
    return _rows_below(text, len(headings), _places(headings, mapping))


def _rows_below(text: "_CsvText", width: int, places: Mapping[Column, int]) -> Iterator[Row | RowProblem]:
    number = 0
    while text.more():
        line, cells = text.record()
        if cells is not None and not any(map(str.strip, cells)):
            continue  # a blank line, or the empty cells that a spreadsheet leaves below its last row
        number += 1
        if cells is None:
            expected = "cells that CSV can hold; one with a quote or a line break stands in quotes"
            yield RowProblem(number=number, line=line, code="not-csv", expected=expected)
        elif len(cells) != width:
            expected = f"{width} cells, as the header has"
            yield RowProblem(number=number, line=line, code="cells", expected=expected)
        else:
            read = {column: cells[place].strip() for column, place in places.items()}
            yield Row(number=number, line=line, cells=read)


class _CsvText:
    """The lines of a CSV file, taken by records.

    Where a record turns out to be none, only its first line is gone: a quote that is
    never closed spoils the line it stands in, and not all that follow. Each such line
    halves how far the next record may reach, and each record gives a line of that back:
    where every line has such a quote, not every line is read a hundred times.
    """

    def __init__(self, lines: Iterator[_Line]) -> None:
        self.lines = lines
        self.ahead: deque[_Line] = deque()  # read, and not yet taken
        self.delimiter = DELIMITERS[0]
        self.most = MAX_LINES

    def more(self) -> bool:
        """Whether there is another line."""
        return next(self._coming(), None) is not None

    def names(self, delimiter: str) -> list[str]:
        """Return the cells of the next record with some delimiter, as headings; nothing is taken."""
        cells, _ = self._parsed(delimiter)
        return _names(cells or ())

    def record(self) -> tuple[int, list[str] | None]:
        """Take the next record: the number of its first line, and its cells; None where it is no CSV."""
        cells, taken = self._parsed(self.delimiter)
        self.most = max(self.most // 2, 1) if cells is None else min(self.most + 1, MAX_LINES)
        number = self.ahead[0].number
        for _ in range(taken):
            self.ahead.popleft()
        return number, cells

    def _parsed(self, delimiter: str) -> tuple[list[str] | None, int]:
        """Return the cells of the next record and how many lines it has, 1 where it is no CSV."""
        taken = 0

        def texts() -> Iterator[str]:
            nonlocal taken
            size = 0
            for line in self._coming():
                size += len(line.text)
                if taken == self.most or size >= MAX_LINE_BYTES:
                    return
                taken += 1
                yield line.text.decode(errors="surrogateescape")

        with suppress(csv.Error):
            cells = next(csv.reader(texts(), delimiter=delimiter, strict=True), None)
            if cells is not None:
                return cells, taken
        return None, 1

    def _coming(self) -> Iterator[_Line]:
        """Yield the lines ahead, reading on where they end."""
        place = 0
        while True:
            if place == len(self.ahead):
                line = next(self.lines, None)
                if line is None:
                    return
                self.ahead.append(line)
            yield self.ahead[place]
            place += 1


def _names(headings: Iterable[str]) -> list[str]:
    """Return headings as they are compared."""
    return [heading.strip().casefold() for heading in headings]


def _places(headings: Sequence[str], mapping: Mapping[Column, str]) -> dict[Column, int]:
    """Return where each column stands. Headings are not repeated: a file without them begins with a patient."""
    known = _names(headings)
    places = {}
    for column in Column:
        wanted = mapping.get(column, column)
        found = [place for place, heading in enumerate(known) if heading == wanted.casefold()]
        if len(found) > 1:
            raise UsageError(f"the header has {quoted(wanted)} twice; give each column a heading of its own")
        if found:
            places[column] = found[0]
        elif column in mapping:
            raise UsageError(f"the header has no {quoted(wanted)}, which --map gives for {column}")
        elif column in {Column.REF, Column.TREATED}:
            raise UsageError(
                f"the header has no column {quoted(wanted)}; name it so, or give --map {column}=HEADING"
            )
    return places


def _ndjson_rows(lines: Iterator[_Line], mapping: Mapping[Column, str]) -> Iterator[Row | RowProblem]:
    """Yield the rows of NDJSON. Raises UsageError behind the last where none had a name that --map gives."""
    number, unseen = 0, set(mapping)
    for line in lines:
        if not line.text.strip():
            continue
        number += 1
        try:
            found = _parsed_json(line.text) if len(line.text) < MAX_LINE_BYTES else None
        except (ValueError, RecursionError):
            found = None
        named = _named(found) if isinstance(found, dict) else None
        if named is not None:
            unseen -= {column for column in unseen if mapping[column].casefold() in named}
            cells = {column: _cell(named.get(mapping.get(column, column).casefold())) for column in Column}
            yield Row(number=number, line=line.number, cells=cells)
        else:
            expected = 'an object on one line, each name once, such as {"ref": "a1", "treated": "2026-11-21"}'
            yield RowProblem(number=number, line=line.number, code="not-json", expected=expected)
    for column in Column:
        if column in unseen:
            raise UsageError(f"no row has {quoted(mapping[column])}, which --map gives for {column}")


def _named(found: Mapping[str, object]) -> dict[str, object] | None:
    """Return an object by its names as they are compared, in CSV too; None where one stands twice."""
    named = dict(zip(_names(found), found.values(), strict=True))
    return named if len(named) == len(found) else None


def _parsed_json(line: bytes) -> object:
    """Return what a line of NDJSON says. Raises ValueError, and RecursionError for one too deep."""

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a name stands twice")
        return found

    return json.loads(line.decode(errors="surrogateescape"), object_pairs_hook=once)


def _cell(value: object) -> str:
    """Return what stands in a cell: a text, a number or true and false as they are written."""
    match value:
        case None:
            return ""
        case str():
            return value.strip()
        case bool() | int():
            return str(value)
        case _:
            return "\0"  # no cell: a list, an object or a fraction, which no column can hold


# Appointments -------------------------------------------------------------------------------------


def appointment(row: Row, defaults: Defaults, now: datetime) -> Appointment | list[RowProblem]:
    """Return the appointment of a row, or everything that is wrong with it.

    `now` (UTC) is what "today" means in a cell. The zone is the row's or the
    default, and never the machine's.
    """
    reading = _AppointmentReader(row, defaults)
    ref, zone = reading.ref(), reading.zone()
    treated = reading.treated(now, zone or zone_named("UTC"))
    prp = reading.flag(Column.PRP, default=defaults.prp)
    skin_type = reading.skin_type()
    scars = reading.flag(Column.SCARS, default=defaults.scars)
    if reading.problems or zone is None or treated is None:
        return reading.problems
    treatment = Treatment(treated=treated, zone=zone, prp=prp, skin_type=skin_type, scars=scars)
    return Appointment(number=row.number, line=row.line, ref=ref, treatment=treatment)


class _AppointmentReader:
    """A row that is being read: hands out what its cells mean, notes what is wrong."""

    def __init__(self, row: Row, defaults: Defaults) -> None:
        self.row = row
        self.defaults = defaults
        self.problems: list[RowProblem] = []

    def wrong(self, column: Column, code: str, expected: str) -> None:
        row = self.row
        self.problems.append(
            RowProblem(number=row.number, line=row.line, column=column, code=code, expected=expected)
        )

    def cell(self, column: Column) -> str:
        return self.row.cells.get(column, "")

    def ref(self) -> str:
        ref = self.cell(Column.REF)
        if not ref:
            self.wrong(Column.REF, "missing", "an opaque reference of your own, one for each appointment")
            return ref
        try:
            return checked_reference(ref)
        except UsageError:
            self.wrong(Column.REF, "invalid", f"1 to {MAX_REFERENCE_LENGTH} printable characters, in UTF-8")
            return ref

    def zone(self) -> ZoneInfo | None:
        name = self.cell(Column.TZ)
        expected = "an IANA name such as Europe/Berlin"
        if not name:
            if self.defaults.zone is None:
                self.wrong(Column.TZ, "missing", f"{expected}, or give --tz")
            return self.defaults.zone
        zone = _zone(name)
        if zone is None:
            self.wrong(Column.TZ, "invalid", expected)
        return zone

    def treated(self, now: datetime, zone: ZoneInfo) -> datetime | date | None:
        written = self.cell(Column.TREATED)
        if not written:
            self.wrong(Column.TREATED, "missing", _EXPECTED["not-a-time"])
            return None
        try:
            return parse_cell(written, now=now, zone=zone)
        except UsageError as error:
            self.wrong(Column.TREATED, error.code, _EXPECTED[error.code])
            return None

    def flag(self, column: Column, *, default: bool) -> bool:
        written = self.cell(column).casefold()
        if written in _TRUE | _FALSE:
            return written in _TRUE
        if written:
            self.wrong(column, "invalid", "yes or no")
        return default

    def skin_type(self) -> SkinType | None:
        written = self.cell(Column.SKIN_TYPE)
        if not written:
            return self.defaults.skin_type
        try:
            return SkinType.of(written)
        except ValueError:
            self.wrong(
                Column.SKIN_TYPE, "invalid", "I to VI or 1 to 6, or leave it empty where it is unknown"
            )
            return None


@lru_cache(maxsize=32)
def _zone(name: str) -> ZoneInfo | None:
    """Return the zone of a name, or None: a file repeats its mistakes, and a zone's file is sought long."""
    return known_zone(name)


# Files --------------------------------------------------------------------------------------------


def file_stem(ref: str) -> str:
    """Return the name of a reference's file, before its ending.

    It comes from the reference alone, so that a later run finds the file again.
    Small letters, digits, hyphens and dots stay as they are; whatever else stands
    in a reference, or makes a name that some system keeps or takes for another,
    gives way to a hyphen, and a digest of the reference behind a tilde keeps the
    names apart.
    """
    if _SAFE.fullmatch(ref) and len(ref) <= MAX_NAME_LENGTH and ref.split(".", maxsplit=1)[0] not in _DEVICES:
        return ref
    readable = re.sub("[^A-Za-z0-9]+", "-", ref)[:MAX_NAME_LENGTH].strip("-")
    return f"{readable}~{sha256(ref.encode(errors='surrogatepass')).hexdigest()[:DIGEST]}"
