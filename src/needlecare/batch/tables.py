"""Reads an export of any format into rows of texts by heading.

The formats are CSV (comma, semicolon, tab; UTF-8, UTF-16 or Windows-1252), NDJSON, a JSON document and .xlsx. A `Table`
can be read several times: first to look at whole columns, then to plan. A row that cannot be read is reported by its
line, never by its content.
"""

import csv
import json
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, time, timedelta
from enum import StrEnum
from io import BytesIO, TextIOWrapper
from itertools import chain, islice, starmap
from json import JSONDecodeError
from typing import IO, NamedTuple

from msgspec import Struct

from needlecare.errors import UsageError

MAX_LINE = 1 << 20  # characters; a longer line is not a row
MAX_LINES_PER_ROW = 100  # of a row whose cells have line breaks; fewer after a row that was not CSV
MAX_HEADER_LINE = 40  # the last line that may be the header; blank lines don't count
MAX_JSON_DEPTH = 4  # of names such as node.services.name
MAX_JSON_BYTES = 64 * 1024 * 1024  # of a document that has to be read as a whole
DELIMITERS = ",;\t"  # as spreadsheets write them, by country
_SAMPLE_BYTES = 64 * 1024
_NDJSON_SAMPLE = 20  # if none of so many lines is an object, it isn't NDJSON but a document that was cut off

_SEPARATOR_LINE = re.compile(r'\ufeff?"?sep=(.)"?\s*', re.IGNORECASE | re.DOTALL)


class FileFormat(StrEnum):
    """The format of an export. (An ExportFormat says how one booking system uses it.)"""

    CSV = "csv"
    NDJSON = "ndjson"
    JSON = "json"
    XLSX = "xlsx"


class Record(NamedTuple):
    """The cells of a row by heading (as `heading_key` returns it), or why it is not valid: a code, and what to write.

    `line` counts from 1; in a JSON document it counts rows.
    """

    line: int
    cells: Mapping[str, str]
    code: str | None = None
    expected: str = ""


class Table(Struct, frozen=True, kw_only=True):
    """A table that can be read several times, with its headings as they are written; None for JSON, which has none."""

    headings: tuple[str, ...] | None
    records: Callable[[], Iterator[Record]]


def heading_key(heading: str) -> str:
    """Return a heading in a form for comparison: in small letters, with single spaces, without line breaks."""
    return " ".join(heading.split()).casefold()


def read_table(stream: IO[bytes], file_format: FileFormat | None, wanted: frozenset[str]) -> Table:
    """Return the table in a stream, which must be seekable.

    Without a format, the first characters decide. `wanted` are the headings (by `heading_key`) by which the header is
    recognised below title lines. Raises UsageError if nothing can be read.
    """
    stream.seek(0)
    sample = stream.read(_SAMPLE_BYTES)
    if (what := _unreadable(sample)) is not None:
        raise UsageError(
            f"the input is {what}; export it as CSV, or open it in a spreadsheet and save it as .xlsx"
        )
    if file_format is FileFormat.XLSX or (file_format is None and sample.startswith(b"PK\x03\x04")):
        return _xlsx_table(stream, wanted)
    text = _Text(stream, sample)
    first = next((line for line in text.lines() if line.text.strip("\ufeff \t\r\n")), None)
    if first is None:
        raise UsageError("the input is empty; write a header and one row for each appointment, or NDJSON")
    start = first.text.lstrip("\ufeff \t")
    if file_format is None:
        file_format = FileFormat.NDJSON if start.startswith(("{", "[")) else FileFormat.CSV
    if file_format is FileFormat.CSV:
        return _csv_table(text, wanted)
    document = _json_document(stream, text, first, file_format, wanted)
    if document is None:
        return Table(headings=None, records=lambda: _ndjson_records(text))
    return Table(headings=None, records=lambda: starmap(_json_record, enumerate(document, 1)))


# What booking systems and spreadsheets also export, by its first bytes.
_NOT_TABLES = {
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls)",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "compressed",
    b"<!doctype": "a web page, whatever its name says",
    b"<html": "a web page, whatever its name says",
    b"<table": "a web page, whatever its name says",
    b"<?xml": "XML, whatever its name says",
}


def _unreadable(sample: bytes) -> str | None:
    """Return what a file is, if it is certainly not a table."""
    start = sample.removeprefix(BOM_UTF8).lstrip().lower()
    return next((what for mark, what in _NOT_TABLES.items() if start.startswith(mark.lower())), None)


# Text ---------------------------------------------------------------------------------------------


class _Line(NamedTuple):
    """A line of the file with its number, which counts from 1."""

    number: int
    text: str


class _Text:
    """The lines of a file, whatever its encoding and its line ends. It can be read several times."""

    def __init__(self, stream: IO[bytes], sample: bytes) -> None:
        self.stream = stream
        self.encoding = _utf_16(sample) or "utf-8"
        carriage_return, line_feed = "\r".encode(self.encoding), "\n".encode(self.encoding)
        self.newline = "\r" if carriage_return in sample and line_feed not in sample else "\n"

    def lines(self) -> Iterator[_Line]:
        """Yield each line with its end; of a line that is too long, only the first MAX_LINE characters."""
        self.stream.seek(0)
        errors = "surrogateescape" if self.encoding == "utf-8" else "replace"
        reader = TextIOWrapper(self.stream, self.encoding, errors=errors, newline=self.newline)
        try:
            number, continued = 0, False
            while text := reader.readline(MAX_LINE):
                if not continued:
                    number += 1
                    yield _Line(number, _readable(text))
                continued = not text.endswith(self.newline)
        finally:
            with suppress(ValueError):  # after an interruption the file is already closed
                reader.detach()


def _utf_16(sample: bytes) -> str | None:
    """Return which UTF-16 it is, if it is: by the byte order mark, or by the zero bytes beside ASCII characters."""
    even, odd = sample[:200:2], sample[1:200:2]
    if sample.startswith(BOM_UTF16_LE) or odd.count(0) * 2 > len(odd):
        return "utf-16-le"
    if sample.startswith(BOM_UTF16_BE) or even.count(0) * 2 > len(even):
        return "utf-16-be"
    return None


def _readable(text: str) -> str:
    """Return a line as text. If it was not UTF-8, it is Windows-1252, which spreadsheets in Europe write."""
    if text.isascii():
        return text
    raw = text.encode("utf-8", "surrogateescape") if any("\udc80" <= c <= "\udcff" for c in text) else b""
    with suppress(UnicodeDecodeError):
        return raw.decode("cp1252") if raw else text
    return text


# CSV ----------------------------------------------------------------------------------------------


class CsvReader:
    """Reads a CSV file record by record.

    If a record is not valid CSV, only its first line is skipped: a quote that is never closed spoils its own line, not
    all the lines after it. Each such line halves how many lines the next record may have, and each valid record adds
    one line again. Otherwise, in a file with such a quote in every line, each line would be read a hundred times.
    """

    def __init__(self, lines: Iterator[_Line], delimiter: str) -> None:
        self.lines = lines
        self.ahead: deque[_Line] = deque()  # lines that are read, but not yet part of a record
        self.delimiter = delimiter
        self.max_lines = MAX_LINES_PER_ROW
        self.error = ""  # why the last record was not CSV

    def more(self) -> bool:
        """Whether there is another line that isn't blank. Skips blank lines."""
        while self.ahead and not self.ahead[0].text.strip():
            self.ahead.popleft()
        if not self.ahead:
            self.ahead.extend(islice((line for line in self.lines if line.text.strip()), 1))
        return bool(self.ahead)

    def record(self) -> tuple[int, list[str] | None]:
        """Return the next record: the number of its first line, and its cells, or None if it is not valid CSV."""
        cells, taken = self._parsed()
        self.max_lines = (
            max(self.max_lines // 2, 1) if cells is None else min(self.max_lines + 1, MAX_LINES_PER_ROW)
        )
        number = self.ahead[0].number
        for _ in range(taken):
            self.ahead.popleft()
        return number, cells

    def _parsed(self) -> tuple[list[str] | None, int]:
        """Return the cells of the next record, None if it is not valid CSV, and how many lines are done with it."""
        taken = 0

        def texts() -> Iterator[str]:
            nonlocal taken
            size = 0
            for line in self._coming():
                size += len(line.text)
                if taken == self.max_lines or size >= MAX_LINE:
                    return
                taken += 1
                yield line.text

        try:
            cells = next(csv.reader(texts(), delimiter=self.delimiter, strict=True), None)
        except csv.Error as error:
            self.error, cells = str(error), None
        return (None, 1) if cells is None else (cells, taken)

    def _coming(self) -> Iterator[_Line]:
        """Yield the lines that were read ahead, then read more, which are ahead from then on."""
        place = 0
        while True:
            if place == len(self.ahead):
                line = next(self.lines, None)
                if line is None:
                    return
                self.ahead.append(line)
            yield self.ahead[place]
            place += 1


def read_csv(data: bytes) -> CsvReader:
    """Return a reader of a small CSV file. The first line that isn't blank decides the delimiter."""
    text = _Text(BytesIO(data), data[:_SAMPLE_BYTES])
    first = next((line.text for line in text.lines() if line.text.strip("\ufeff \t\r\n")), "")
    return CsvReader(_below_separator_line(text.lines()), max(DELIMITERS, key=first.count))


def _csv_table(text: _Text, wanted: frozenset[str]) -> Table:
    """Return the table below the record that has the most headings that are wanted, by any delimiter."""
    lines = _below_separator_line(text.lines())
    top = list(islice(lines, MAX_HEADER_LINE + MAX_LINES_PER_ROW))
    first = _SEPARATOR_LINE.fullmatch(next(text.lines()).text)
    found = [
        header
        for delimiter in (first[1] if first else f"{DELIMITERS}|")
        for header in _possible_headers(top, delimiter, wanted)
    ]
    header = max(found, key=lambda header: (header.known, -header.place, len(header.headings)), default=None)
    if header is None or (header.damaged and not header.known):
        raise UsageError("the header is not CSV; write the names of the columns, such as ref,treated")

    def records() -> Iterator[Record]:
        below = (line for line in text.lines() if line.number >= header.line)
        reader = CsvReader(below, header.delimiter)
        reader.record()
        names = [heading_key(heading) for heading in header.headings]
        while reader.more():
            line, cells = reader.record()
            if cells is None or any(map(str.strip, cells)):  # else a blank line
                yield _csv_record(line, cells, names)

    return Table(headings=tuple(header.headings), records=records)


class _Header(NamedTuple):
    """A record that may be the header. `known` counts the headings that are wanted; `place` is its place in the file.

    `damaged`: it, or a record above it, is not CSV.
    """

    known: int
    place: int
    line: int
    headings: list[str]
    delimiter: str
    damaged: bool


def _possible_headers(top: Sequence[_Line], delimiter: str, wanted: frozenset[str]) -> Iterator[_Header]:
    """Yield the first records that have any text, as a delimiter separates them."""
    reader = CsvReader(iter(top), delimiter)
    damaged = False
    for place in range(MAX_HEADER_LINE):
        if not reader.more():
            return
        line, cells = reader.record()
        damaged = damaged or cells is None
        headings = _clean_header(cells or ())
        if any(headings):
            known = len(wanted.intersection(map(heading_key, headings)))
            yield _Header(known, place, line, headings, delimiter, damaged)


def _below_separator_line(lines: Iterator[_Line]) -> Iterator[_Line]:
    """Yield all lines except a first one such as "sep=;", which tells a spreadsheet the delimiter."""
    first = next(lines, None)
    if first is not None and not _SEPARATOR_LINE.fullmatch(first.text):
        lines = chain([_Line(first.number, first.text.removeprefix("\ufeff"))], lines)
    return lines


def _clean_header(cells: Sequence[str]) -> list[str]:
    """Return headings without a byte order mark, spaces, and the empty ones that trailing delimiters leave."""
    headings = [cell.removeprefix("\ufeff").strip() for cell in cells]
    while headings and not headings[-1]:
        headings.pop()
    return headings


def _csv_record(line: int, cells: Sequence[str] | None, names: Sequence[str]) -> Record:
    if cells is None:
        expected = "cells that are valid CSV; put a cell with a quote or a line break in double quotes"
        return Record(line, {}, "not-csv", expected)
    if len(cells) < len(names) or any(map(str.strip, cells[len(names) :])):
        note = {"": cells[0].strip()} if not any(map(str.strip, cells[1:])) else {}
        return Record(line, note, "cells", f"{len(names)} cells, as the header has")
    return Record(line, {name: _csv_cell(cell) for name, cell in zip(names, cells, strict=False)})


def _csv_cell(cell: str) -> str:
    """Return the content of a cell. Exports write ="0012" so that spreadsheets don't turn 0012 into a number."""
    written = cell.strip()
    if written.startswith('="') and written.endswith('"') and len(written) > 2:
        return written[2:-1].strip()
    return written


# JSON ---------------------------------------------------------------------------------------------

_EXPECTED_OBJECT = 'an object on one line, each name once, such as {"ref": "a1", "treated": "2026-11-21"}'


class _RepeatedName(dict[str, object]):
    """An object that has a name twice, so that it is unclear which value counts."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    names = {heading_key(name) for name in found}
    return found if len(names) == len(pairs) else _RepeatedName(found)


def _parsed_json(text: str) -> object:
    """Parse JSON, with fractions and NaN as texts. Raises ValueError or RecursionError."""
    return json.loads(text, object_pairs_hook=_object, parse_float=str, parse_constant=str)


def _json_document(
    stream: IO[bytes], text: _Text, first: _Line, file_format: FileFormat, wanted: frozenset[str]
) -> Sequence[object] | None:
    """Return the rows of a JSON array, which may be inside an object; None if the file is NDJSON."""
    line = first.text.lstrip("\ufeff \t")
    if file_format is FileFormat.NDJSON and line.startswith("{"):
        with suppress(ValueError, RecursionError):
            if _wrapped_rows(_parsed_json(line), wanted) is None:
                return None
    elif file_format is FileFormat.NDJSON and not line.startswith("["):
        return None
    stream.seek(0)
    data = stream.read(MAX_JSON_BYTES + 1)
    if len(data) > MAX_JSON_BYTES:
        if file_format is FileFormat.JSON:
            raise UsageError("the JSON is larger than 64 MiB; write NDJSON, an object on each line")
        return None
    try:
        decoded = data.removeprefix(BOM_UTF8).decode(text.encoding, "surrogateescape").removeprefix("\ufeff")
        document = _parsed_json(decoded)
    except (ValueError, RecursionError) as error:
        if file_format is FileFormat.NDJSON and _has_a_row(text):
            return None
        where = f" (line {error.lineno}, column {error.colno})" if isinstance(error, JSONDecodeError) else ""
        raise UsageError(f"the input is not JSON{where}; write an array of objects, or NDJSON") from None
    if isinstance(document, list):
        return document
    wrapped = _wrapped_rows(document, wanted)
    return [document] if wrapped is None else wrapped


def _has_a_row(text: _Text) -> bool:
    """Whether one of the first lines is an object by itself, as every row of NDJSON should be."""
    for line in islice(text.lines(), _NDJSON_SAMPLE):
        with suppress(ValueError, RecursionError):
            if isinstance(_parsed_json(line.text), dict):
                return True
    return False


def _wrapped_rows(document: object, wanted: frozenset[str]) -> Sequence[object] | None:
    """Return the list of rows inside an object, which is how web services answer; None if there is none."""
    if not isinstance(document, dict) or wanted.intersection(map(heading_key, document)):
        return None
    wanted |= {name.partition(".")[0] for name in wanted}
    for value in document.values():
        if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
            if any(wanted.intersection(map(heading_key, row)) for row in value):
                return value
        elif (inner := _wrapped_rows(value, wanted)) is not None:
            return inner
    return None


def _ndjson_records(text: _Text) -> Iterator[Record]:
    for line in text.lines():
        written = line.text.removeprefix("\ufeff")
        if not written.strip():
            continue
        found: object = None
        with suppress(ValueError, RecursionError):
            found = _parsed_json(written) if len(written) < MAX_LINE else None
        yield _json_record(line.number, found)


def _json_record(line: int, row: object) -> Record:
    if not isinstance(row, dict) or isinstance(row, _RepeatedName):
        return Record(line, {}, "not-json", _EXPECTED_OBJECT)
    cells: dict[str, str] = {}
    for name, value in row.items():
        _add_cells(cells, heading_key(name), value, MAX_JSON_DEPTH)
    return Record(line, cells)


def _add_cells(cells: dict[str, str], name: str, value: object, depth: int) -> None:
    """Add a value under its name, and what is inside it under names such as appointment_type.name.

    What a list has under one name is joined with commas in one cell, so that no service is lost.
    """
    if isinstance(value, dict) and depth:
        for inner, found in value.items():
            _add_cells(cells, f"{name}.{heading_key(inner)}", found, depth - 1)
    elif isinstance(value, list) and depth and not any(isinstance(found, (dict, list)) for found in value):
        cells[name] = ", ".join(filter(None, map(_json_cell, value)))
        return
    elif isinstance(value, list) and depth:
        for found in value:
            inside: dict[str, str] = {}
            _add_cells(inside, name, found, depth - 1)
            for inner, cell in inside.items():
                if inner != name:
                    cells[inner] = ", ".join(filter(None, (cells.get(inner, ""), cell)))
    cells.setdefault(name, _json_cell(value))


def _json_cell(value: object) -> str:
    """Return the content of a cell: a text, a number, true or false."""
    match value:
        case None:
            return ""
        case str():
            return value.strip()
        case bool() | int():
            return str(value)
        case _:
            return "\0"  # a list or an object, which no column can hold


# Spreadsheets -------------------------------------------------------------------------------------


def _xlsx_table(stream: IO[bytes], wanted: frozenset[str]) -> Table:
    """Return the sheet that has the most headings that are wanted. Raises UsageError, also without openpyxl."""
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise UsageError(
            "reading .xlsx needs the package openpyxl; install it with "
            "python -m pip install 'needlecare[xlsx]', or save the sheet as CSV UTF-8"
        ) from None
    stream.seek(0)
    try:
        workbook = load_workbook(stream, read_only=True, data_only=True)
        names = [sheet.title for sheet in workbook.worksheets]
    except Exception as error:  # noqa: BLE001  openpyxl raises whatever a damaged file makes it raise
        raise UsageError(
            f"the spreadsheet cannot be read: {type(error).__name__}; save it as CSV UTF-8"
        ) from None

    def rows(name: str) -> Iterator[tuple[int, list[str]]]:
        try:
            for number, row in enumerate(workbook[name].iter_rows(), 1):
                cells = [_spreadsheet_cell(cell.value, getattr(cell, "number_format", "")) for cell in row]
                if any(cells):
                    yield number, cells
        except UsageError:
            raise
        except Exception as error:  # noqa: BLE001  as above
            raise UsageError(
                f"the spreadsheet cannot be read any further: {type(error).__name__}; save it as CSV UTF-8"
            ) from None

    top = ((name, number, cells) for name in names for number, cells in islice(rows(name), MAX_HEADER_LINE))
    best = max(top, key=lambda row: len(wanted.intersection(map(heading_key, row[2]))), default=None)
    if best is None:
        raise UsageError("the spreadsheet is empty; write a header and a row for each appointment")
    name, header_line, cells = best
    headings = _clean_header(cells)
    keys = [heading_key(heading) for heading in headings]

    def records() -> Iterator[Record]:
        for number, cells in rows(name):
            if number > header_line:
                yield _csv_record(number, [*cells, *("" for _ in keys)], keys)

    return Table(headings=tuple(headings), records=records)


def _spreadsheet_cell(value: object, number_format: str) -> str:  # noqa: PLR0911  one for each type
    """Return a cell as CSV would have it: a number that was rounded as 6.08E+17, which is refused as a reference."""
    match value:
        case None:
            return ""
        case datetime():
            shows_time = re.search("[hH]", number_format or "h") is not None
            return value.isoformat(" ", "seconds") if shows_time else value.date().isoformat()
        case time():
            return value.isoformat()
        case timedelta():
            return f"{value.total_seconds() / 60:g}"
        case int() | float() if abs(value) >= 10**15:
            return f"{value:.5E}"  # spreadsheets keep only fifteen digits
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return " ".join(str(value).split())
