"""An export in any form -> its rows by heading, or what is wrong with a row; nothing wrong spoils another row."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from needlecare.batch.appointment import CellOptions, Defaults, appointments
from needlecare.batch.rows import Row, RowProblem, rows_of, survey
from needlecare.batch.tables import FileFormat, heading_key, read_csv, read_table
from needlecare.errors import UsageError
from needlecare.model import Column, ExportFormat, Services
from needlecare.time.zones import zone_named

BERLIN = zone_named("Europe/Berlin")
NOW = datetime.fromisoformat("2026-11-24T09:00Z")
BERLINERS = CellOptions(defaults=Defaults(zone=BERLIN))
DATE = "2026-11-21"


def rows_in(data: bytes, form: FileFormat | None = None, **map: str) -> list[Row | RowProblem]:  # noqa: A002  as --map
    """Return the rows of a file, with headings for our columns."""
    wanted = frozenset(map_ for map_ in (*Column, *(heading_key(heading) for heading in map.values())))
    table = read_table(BytesIO(data), form, wanted)
    found = survey(table, ExportFormat(map=map), Services(), zone=BERLIN)
    return list(rows_of(table, found.places))


def told(rows: Iterable[Row | RowProblem]) -> list[tuple[int, str]]:
    """Return the line of each row, with its ref or with the code of what is wrong."""
    return [(row.line, row.ref if isinstance(row, Row) else row.code) for row in rows]


def only(rows: Iterable[Row | RowProblem]) -> Row:
    (row,) = rows
    assert isinstance(row, Row)
    return row


# How CSV is written -------------------------------------------------------------------------------

WRITTEN = {
    "commas": b"ref,treated\na1,2026-11-21\n",
    "semicolons": b"ref;treated\na1;2026-11-21\n",
    "tabs": b"ref\ttreated\na1\t2026-11-21\n",
    "another order": b"treated,ref\n2026-11-21,a1\n",
    "more columns": b"name,ref,phone,treated\nAda,a1,123,2026-11-21\n",
    "a byte order mark": b"\xef\xbb\xbfref,treated\na1,2026-11-21\n",
    "a byte order mark and quotes": b'\xef\xbb\xbf"ref","treated"\n"a1","2026-11-21"\n',
    "CRLF": b"ref,treated\r\na1,2026-11-21\r\n",
    "no line end": b"ref,treated\na1,2026-11-21",
    "white space around": b" Ref , TREATED \n a1\t,  2026-11-21 \n",
    "no-break spaces around": "ref,treated\n\u00a0a1\u00a0,2026-11-21\n".encode(),
    "blank lines": b"\n  \nref,treated\n\n\r\na1,2026-11-21\n\n",
    "empty cells below, as a spreadsheet leaves them": b'ref,treated\na1,2026-11-21\n,\n" ",\n,,,,\n',
    "semicolons, and commas within a heading": b'"Last, first, title";ref;treated\nx;a1;2026-11-21\n',
    "commas, and semicolons within a heading": b'ref,treated,"Note; a; b; c"\na1,2026-11-21,\n',
    "a heading of two lines": b'"First\nname";ref;treated\nx;a1;2026-11-21\n',
    "a delimiter in a cell": b'ref,treated,n\na1,2026-11-21,"a,b;c"\n',
    "quotes in a cell": b'ref,treated,n\na1,2026-11-21,"the ""deep"" one"\n',
    "a quote within a cell": b'ref,treated,n\na1,2026-11-21,5" scar\n',
    "Latin-1 in a column that is not read": b"ref,treated,name\na1,2026-11-21,J\xfcrgen\n",
    "a NUL in a column that is not read": b"ref,treated,name\na1,2026-11-21,J\x00rgen\n",
    "a cell of 100,000 characters": b"ref,treated,n\na1,2026-11-21," + b"x" * 100_000 + b"\n",
}


@pytest.mark.parametrize("data", WRITTEN.values(), ids=WRITTEN)
def test_csv_is_read_as_the_world_writes_it(data: bytes) -> None:
    row = only(rows_in(data))
    assert (row.ref, row.cells[Column.TREATED]) == ("a1", DATE)


def test_rows_and_lines_are_counted_from_1_and_a_row_may_have_several_lines() -> None:
    rows = rows_in(b'\nref,treated,n\na1,x,"one\ntwo\r\n\nfour"\n\na2,x,\na3,x\n')
    assert [(row.number, row.line) for row in rows] == [(1, 3), (2, 8), (3, 9)]
    assert told(rows) == [(3, "a1"), (8, "a2"), (9, "cells")]


LONG = b"x" * 2**20  # a mebibyte, which no line may have
LINES = 100  # that a row may have
BROKEN = {
    # why: the rows below the header ref,treated,n, and what each line comes to
    "a quote that is never closed spoils its own line": (
        b'a1,x,"open\na2,x,\na3,x,\n',
        [(2, "not-csv"), (3, "a2"), (4, "a3")],
    ),
    "two of them spoil their own lines, and not what lies between": (
        b'a1,x,"5 mm\na2,x,\na3,x,"6 mm\na4,x,\n',
        [(2, "not-csv"), (3, "a2"), (4, "not-csv"), (5, "a4")],
    ),
    "one before a cell with a line break": (
        b'a1,x,"open\na2,x,"one\ntwo"\na3,x,\n',
        [(2, "not-csv"), (3, "a2"), (5, "a3")],
    ),
    "quotes within cells need no partner": (
        b'a1,x,5" scar\na2,x,\na3,x,6" scar\n',
        [(2, "a1"), (3, "a2"), (4, "a3")],
    ),
    "one that is never closed, on the last line": (b'a1,x,\na2,x,"open', [(2, "a1"), (3, "not-csv")]),
    "text behind a closing quote": (b'a1,x,"a"b\na2,x,\n', [(2, "not-csv"), (3, "a2")]),
    "fewer cells": (b"a1,x\na2,x,\n", [(2, "cells"), (3, "a2")]),
    "more cells: the delimiter stands in a cell": (b"a1,x,y,z\na2,x,\n", [(2, "cells"), (3, "a2")]),
    "a single word": (b"word\na2,x,\n", [(2, "cells"), (3, "a2")]),
    "a lone carriage return in a cell": (b"a1,x,a\rb\na2,x,\n", [(2, "not-csv"), (3, "a2")]),
    "a line of a megabyte": (b"a1,x," + LONG + b"\na2,x,\n", [(2, "not-csv"), (3, "a2")]),
    "a line of three megabytes": (b"a1,x," + LONG * 3 + b"\na2,x,\n", [(2, "not-csv"), (3, "a2")]),
    "a megabyte within quotes": (
        b'a1,x,"a\n' + LONG + b'"\na2,x,\n',
        [(2, "not-csv"), (3, "not-csv"), (4, "a2")],
    ),
    "a line of a byte less": (b"a1" + b"," * (2**20 - 4) + b"\na2,x,\n", [(2, "a1"), (3, "a2")]),
    "and one of a byte more": (b"a1" + b"," * (2**20 - 3) + b"\na2,x,\n", [(2, "not-csv"), (3, "a2")]),
    "two lines of that length": (
        b'a1,"\n"' + b"," * (2**20 - 7) + b"\na2,x,\n",
        [(2, "not-csv"), (3, "not-csv"), (4, "a2")],
    ),
    "two hundred thousand characters in a cell": (
        b"a1,x," + b"x" * 200_000 + b"\na2,x,\n",
        [(2, "not-csv"), (3, "a2")],
    ),
    "a cell of as many lines as one may have": (
        b'a1,x,"' + b"\n" * (LINES - 1) + b'"\na2,x,\n',
        [(2, "a1"), (2 + LINES, "a2")],
    ),
    # each row that is no CSV halves how far the next may reach, and each other row gives one line of it back
    "fifty lines after one": (b'a1,x,"a"b\na2,x,"' + b"\n" * 49 + b'"\n', [(2, "not-csv"), (3, "a2")]),
    "fifty-one": (
        b'a1,x,"a"b\na2,x,"' + b"\n" * 50 + b'"\n',
        [(2, "not-csv"), (3, "not-csv"), (53, "not-csv")],
    ),
    "fifty-one, after a row": (
        b'a1,x,"a"b\na2,x,\na3,x,"' + b"\n" * 50 + b'"\n',
        [(2, "not-csv"), (3, "a2"), (4, "a3")],
    ),
    "fifty-two, after a row": (
        b'a1,x,"a"b\na2,x,\na3,x,"' + b"\n" * 51 + b'"\n',
        [(2, "not-csv"), (3, "a2"), (4, "not-csv"), (55, "not-csv")],
    ),
    "two lines after seven of them": (
        b'a1,x,"a"b\n' * 7 + b'a2,x,"\n"\n',
        [*((line, "not-csv") for line in range(2, 11))],
    ),
}


@pytest.mark.parametrize(("data", "expected"), BROKEN.values(), ids=BROKEN)
def test_a_row_that_is_no_csv_spoils_no_other(data: bytes, expected: list[tuple[int, str]]) -> None:
    assert told(rows_in(b"ref,treated,n\n" + data)) == expected


def test_a_cell_of_more_lines_than_one_may_have_is_no_row_and_the_reading_goes_on() -> None:
    rows = rows_in(b'ref,treated,n\na1,x,"' + b"\n" * LINES + b'"\na2,x,\n')
    assert (rows[0].line, isinstance(rows[0], RowProblem)) == (2, True)
    assert told(rows)[-1] == (3 + LINES, "a2")


NO_FILE = {
    "nothing": (b"", "is empty"),
    "a byte order mark alone": (b"\xef\xbb\xbf", "is empty"),
    "blank lines alone": (b"\n \r\n\n", "is empty"),
    "no ref": (b"name,treated\n", 'no column "ref"; add one, or give --map ref=HEADING'),
    "no treated": (b"ref,date\n", 'no column "treated"; add one, or give --map treated=HEADING'),
    "no header: a patient's row is not repeated": (b"Ada Marker,2026-11-21\n", 'no column "treated"'),
    "a column twice": (b"ref,treated,Ref\n", '"ref" twice'),
    "an unclosed quote in the header": (b'ref,"treated\na1,x\n', 'no column "treated"'),
    "one before it: the row below is no header": (b'"ref,treated\nMarker,x\n', "the header is not CSV"),
    "forty title lines": (b"Page\n" * 40 + b"ref,treated\na1,x\n", 'no column "treated"'),
    "a header of a megabyte": (b"ref," + LONG + b"\n", "the header is not CSV"),
}


@pytest.mark.parametrize(("data", "named"), NO_FILE.values(), ids=NO_FILE)
def test_a_file_that_cannot_be_read_is_refused_before_any_row_is_asked_for(data: bytes, named: str) -> None:
    with pytest.raises(UsageError) as refused:
        rows_in(data, FileFormat.CSV)
    assert named in str(refused.value)
    assert "Marker" not in str(refused.value)


def test_a_header_alone_has_no_rows() -> None:
    assert rows_in(b"ref,treated\n") == []


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_whatever_bytes_follow_the_header_each_is_a_row_or_a_problem(lines: list[bytes]) -> None:
    for data in (b"ref,treated\n" + b"\n".join(lines), b'{"ref":"","treated":""}\n' + b"\n".join(lines)):
        rows = rows_in(data)
        assert [row.number for row in rows] == list(range(1, len(rows) + 1))
        for row in rows:
            if isinstance(row, Row):
                appointments([row], BERLINERS, NOW)


FILES = {
    # why: a file as a spreadsheet or a report writes it
    "sep= tells a spreadsheet the delimiter": b"sep=;\r\nref;treated\r\na1;2026-11-21\r\n",
    "sep= with a delimiter that nobody would guess": b'"sep=|"\nref|treated\na1|2026-11-21\n',
    "UTF-16 with a mark": "ref,treated\na1,2026-11-21\n".encode("utf-16"),
    "UTF-16, the other way round": b"\xfe\xff" + "ref,treated\na1,2026-11-21\n".encode("utf-16-be"),
    "UTF-16 without a mark": "ref,treated\r\na1,2026-11-21\r\n".encode("utf-16-le"),
    "the same, the other way round": "ref\ttreated\r\na1\t2026-11-21\r\n".encode("utf-16-be"),
    "a blank more, so that three bytes make no pattern": "ref,treated\na1 ,2026-11-21\n".encode("utf-16-le"),
    "that the other way round": "ref,treated\na1 ,2026-11-21\n".encode("utf-16-be"),
    "line ends of an old Macintosh": b"ref,treated\ra1,2026-11-21\r",
    "Windows-1252 in a heading": b"Gr\xf6\xdfe;ref;treated\n1;a1;2026-11-21\n",
    "a title line": b"Appointments 1-30 November 2026\nref,treated\na1,2026-11-21\n",
    "39 title lines": b"Page\n" * 39 + b"ref,treated\na1,2026-11-21\n",
    "title lines, one with commas, and a blank one": b"Larkspur, Clinic, London\nRange: a - b\n\nref,treated\na1,2026-11-21\n",
    "a delimiter at the end of each row": b"ref,treated\na1,2026-11-21,\n",
    "a delimiter at the end of each line": b"ref,treated,,\na1,2026-11-21,,\n",
    "sep= alone in a cell": b'"sep=;"\nref;treated\na1;2026-11-21\n',
    "NULs, though not in every other byte": b"ref,treated,n\na1,2026-11-21," + b"\0" * 20 + b"\n",
    "an array": b'[{"ref": "a1", "treated": "2026-11-21"}]',
    "an array over many lines": b'[\n  {\n    "ref": "a1",\n    "treated": "2026-11-21"\n  }\n]\n',
    "an answer of a web service": b'{"total": 1, "appointments": [{"ref": "a1", "treated": "2026-11-21"}]}',
    "one wrapped twice": b'{"data": {"items": [{"ref": "a1", "treated": "2026-11-21"}]}, "links": {"self": "x"}}',
    "a single object over many lines": b'{\n  "ref": "a1",\n  "treated": "2026-11-21"\n}\n',
    "an object with a list of its own": b'{"ref": "a1", "treated": "2026-11-21", "items": [{"ref": "x"}]}',
}


@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_files_are_read_as_booking_systems_and_spreadsheets_write_them(data: bytes) -> None:
    row = only(rows_in(data))
    assert (row.ref, row.cells[Column.TREATED]) == ("a1", DATE)


SMALL = {
    # why: a cell as it is written, and what is in it
    "a number that is no number": (b'="0012"', "0012"),
    "with spaces": (b'=" 12 "', "12"),
    "an empty one": (b'=""', ""),
    "a quote that is not closed": (b'="', '="'),
    "a formula": (b"=A1", "=A1"),
}


@pytest.mark.parametrize(("written", "cell"), SMALL.values(), ids=SMALL)
def test_a_cell_may_keep_its_number_from_a_spreadsheet(written: bytes, cell: str) -> None:
    assert only(rows_in(b"ref,treated\n" + written + b",x\n")).ref == cell


def test_a_single_column_ends_with_a_comma() -> None:
    table = read_table(BytesIO(b"treated\n2026-11-21,\n"), None, frozenset(Column))
    assert [record.cells for record in table.records()] == [{"treated": DATE}]


def test_windows_1252_is_read_line_by_line() -> None:
    """E9 is an accented e in Windows-1252; the same letter in UTF-8 takes two bytes."""
    assert told(rows_in(b"ref,treated\n\xe9,x\n\xc3\xa9,x\n")) == [(2, "\u00e9"), (3, "\u00e9")]


BELOW = {
    # why: the lines below a row
    "a line of totals": b"Total,,2\n",
    "another": b"Grand total:,,2\n",
    "in German": b"Summe,,2\n",
    "a note of one cell": b"Printed: 11/30/2026 6:02 PM\n",
}


@pytest.mark.parametrize("below", BELOW.values(), ids=BELOW)
def test_a_line_of_totals_is_left_out(below: bytes) -> None:
    rows = rows_in(b"ref,treated,n\na1,x,2\n" + below)
    assert [getattr(row, "left_out", "?") for row in rows] == [None, "a line of totals or a note"]


def workbook(*rows: Sequence[object], sheets: int = 1) -> bytes:
    """Return a spreadsheet whose last sheet has these rows."""
    book = Workbook()
    for _ in range(sheets - 1):
        book.active.append(["Read me"])
        book.active = book.create_sheet()
    for row in rows:
        book.active.append(row)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_spreadsheet_is_read_with_its_dates_times_and_numbers() -> None:
    data = workbook(
        ["Appointments in November"],
        [],
        ["ref", "treated", "time", "duration"],
        [4711, datetime(2026, 11, 21), time(14, 30), 60.0],  # noqa: DTZ001  a spreadsheet knows no zone
        ["b2", datetime(2026, 11, 21, 14, 30), None, None],  # noqa: DTZ001
        [608194747365853623, "21 Nov 2026", None, None],
        sheets=2,
    )
    rows = [row for row in rows_in(data) if isinstance(row, Row)]
    cells = [tuple(row.cells[Column(name)] for name in ("treated", "time", "duration")) for row in rows]
    assert cells[0] in {("2026-11-21", "14:30:00", "60"), ("2026-11-21 00:00:00", "14:30:00", "60")}
    assert cells[1:] == [("2026-11-21 14:30:00", "", ""), ("21 Nov 2026", "", "")]
    assert [row.ref for row in rows] == ["4711", "b2", "6.08195E+17"]  # which is refused: the digits are gone


def test_numbers_and_lengths_of_time_are_cells_as_csv_has_them() -> None:
    whole = {999_999_999_999_999: "999999999999999", 10**15: "1.00000E+15", 4711.0: "4711", 47.5: "47.5"}
    data = workbook(["ref", "treated", "duration"], *([ref, DATE, timedelta(hours=1)] for ref in whole))
    rows = [row for row in rows_in(data) if isinstance(row, Row)]
    assert [(row.ref, row.cells[Column.DURATION]) for row in rows] == [(ref, "60") for ref in whole.values()]


def test_of_two_sheets_with_a_header_the_first_is_read() -> None:
    book = Workbook()
    for number in (1, 2):
        sheet = book.active if number == 1 else book.create_sheet()
        sheet.append(["ref", "treated"])
        sheet.append([f"a{number}", DATE])
    stream = BytesIO()
    book.save(stream)
    assert [row.ref for row in rows_in(stream.getvalue()) if isinstance(row, Row)] == ["a1"]


@pytest.mark.parametrize("lines", [39, 40])
def test_the_header_of_a_sheet_may_be_in_its_fortieth_line(lines: int) -> None:
    data = workbook(*(["Page"] for _ in range(lines)), ["ref", "treated"], ["a1", DATE])
    if lines == 39:
        assert told(rows_in(data)) == [(41, "a1")]
    else:
        with pytest.raises(UsageError, match='no column "treated"'):
            rows_in(data)


# Named, since a workbook holds the second in which it was written, and each worker writes its own.
@pytest.mark.parametrize(
    "data", [b"PK\x03\x04 no spreadsheet", workbook()[:2000]], ids=["no spreadsheet", "half a spreadsheet"]
)
def test_a_damaged_spreadsheet_is_refused(data: bytes) -> None:
    with pytest.raises(UsageError, match="the spreadsheet cannot be read"):
        rows_in(data)


def test_a_table_is_read_by_its_first_line() -> None:
    reader = read_csv(b"a;b\n1;2,5\n")
    assert [reader.record(), reader.record()] == [(1, ["a", "b"]), (2, ["1", "2,5"])]
    assert not reader.more()


# NDJSON -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (
            b'[{"ref": "A1", "treated": "2026-11-21"},\n {"ref": "A2" "treated": "Anna"}]',
            "line 2, column 15",
        ),  # behind `{"ref": "A2" `, 14 characters
        (b'[{"ref": "A1", "treated": "2026-11-21"}', "line 1, column 40"),  # cut off behind its 39 characters
        (b'{"rows": [{"ref": "A1"}, ', "line 1, column 26"),  # 25 characters; then a value should follow
        (b'{"rows": [\n {"ref": "A1"},\n', "line 3, column 1"),
    ],
)
def test_json_that_is_damaged_is_no_export_without_a_column(data: bytes, place: str) -> None:
    with pytest.raises(UsageError) as refused:
        rows_in(data)
    assert str(refused.value) == f"the input is not JSON ({place}); write an array of objects, or NDJSON"


def test_ndjson_is_recognised_by_its_first_character_and_counted_by_lines() -> None:
    data = b'\xef\xbb\xbf\n{"ref":"a1","treated":"2026-11-21","n":[1]}\r\n\n {"treated":"2026-11-21","ref":" a2 "}'
    assert told(rows_in(data)) == [(2, "a1"), (4, "a2")]
    assert told(rows_in(b'["a"]\n{"ref":"a1","treated":"x"}\n', FileFormat.NDJSON)) == [
        (1, "not-json"),
        (2, "a1"),
    ]


VALUES = {
    # why: what stands in JSON, and the cell
    "text": ('" a1 "', "a1"),
    "null is an empty cell": ("null", ""),
    "a whole number": ("4", "4"),
    "true": ("true", "True"),
    "a fraction, as it is written": ("4.0", "4.0"),
    "a list of texts": ('["IV"]', "IV"),
    "a longer list": ('["Microneedling", null, "PRP"]', "Microneedling, PRP"),
    "a list of objects": ('[{"a":1}]', "\0"),
    "an object": ('{"a":1}', "\0"),
}


@pytest.mark.parametrize(("written", "cell"), VALUES.values(), ids=VALUES)
def test_the_values_of_json_are_cells(written: str, cell: str) -> None:
    assert only(rows_in(f'{{"ref":{written},"treated":"x"}}'.encode())).ref == cell


def test_the_rows_of_a_document_count_from_1() -> None:
    assert told(rows_in(b'[{"ref": "a1", "treated": "x"}, 7, {"ref": "a3"}]')) == [
        *((1, "a1"), (2, "not-json"), (3, "a3")),
    ]


NESTED = {
    # what stands below the name a, and the cells of it: four objects and lists in one another are opened
    '{"b": {"c": {"d": {"e": 1}}}}': {"a.b.c.d.e": "1"},
    '{"b": {"c": {"d": {"e": {"f": 1}}}}}': {},
    '[{"b": [{"c": 1}]}]': {"a.b.c": "1"},
    '[{"b": [{"c": [1]}]}]': {},
    '[{"b": [1, 2]}, {"b": [3]}]': {"a.b": "1, 2, 3"},
    '[[[{"b": 1}]]]': {"a.b": "1"},
    '[[[[{"b": 1}]]]]': {},
}


@pytest.mark.parametrize("written", NESTED)
def test_objects_in_objects_are_cells_to_a_depth(written: str) -> None:
    table = read_table(BytesIO(f'{{"ref": "a1", "a": {written}}}'.encode()), None, frozenset(Column))
    (record,) = table.records()
    readable = {name: cell for name, cell in record.cells.items() if cell != "\0"}
    assert readable == {"ref": "a1", **NESTED[written]}


NO_OBJECTS = {
    "no JSON": b'{"ref":',
    "a list": b'["a1"]',
    "a text": b'"a1"',
    "a number": b"1",
    "two on a line": b'{"ref":"a1"} {"ref":"a2"}',
    "a name that stands twice": b'{"ref":"a1","treated":"2026-11-21","treated":"2026-11-22"}',
    "a number of 5,000 digits": b'{"ref":' + b"9" * 5000 + b"}",
    "a hundred thousand lists": b'{"ref":' + b"[" * 100_000,
    "a megabyte": b'{"ref":"' + LONG + b'"}',
    "a NUL": b'{"ref":"a\x001"}',
}


@pytest.mark.parametrize("line", NO_OBJECTS.values(), ids=NO_OBJECTS)
def test_a_line_that_is_no_object_spoils_no_other(line: bytes) -> None:
    rows = rows_in(b'{"ref":"b1","treated":"x"}\n' + line + b'\n{"ref":"b2"}\n')
    assert told(rows) == [(1, "b1"), (2, "not-json"), (3, "b2")]


def test_a_line_of_json_ends_below_a_mebibyte() -> None:
    """{"ref":""} and the line end are 11 characters."""
    lines = (b'{"ref":"' + b"x" * (length - 11) + b'"}\n' for length in (2**20 - 1, 2**20))
    assert [isinstance(row, Row) for row in rows_in(b'{"treated":"x"}\n' + b"".join(lines))] == [
        True,
        True,
        False,
    ]


def test_a_document_of_json_may_have_64_mebibytes() -> None:
    most = b"[" + b" " * (64 * 2**20 - 2) + b"]"
    assert list(read_table(BytesIO(most), FileFormat.JSON, frozenset()).records()) == []
    with pytest.raises(UsageError, match="larger than 64 MiB; write NDJSON"):
        read_table(BytesIO(most + b" "), FileFormat.JSON, frozenset())


def test_a_broken_first_line_is_a_row_of_ndjson_and_no_document() -> None:
    """As a document, its first object is not closed where the second, its value, has ended."""
    broken = b'{"ref":\n{"ref":"a2","treated":"x"}\n'
    assert told(rows_in(broken)) == [(1, "not-json"), (2, "a2")]
    with pytest.raises(UsageError, match=r"not JSON \(line 3, column 1\)"):
        rows_in(broken, FileFormat.JSON)


def test_latin_1_spoils_only_what_is_read_of_it() -> None:
    row = only(rows_in(b'{"ref":"a1","treated":"2026-11-21","name":"J\xfcrgen"}'))
    (found,) = appointments([row], BERLINERS, NOW)
    assert not isinstance(found, list)
