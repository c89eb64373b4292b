"""Rows -> appointments, or what is wrong with a row; the names of files; what is told of a row.

A bad row never stops the rest, and what is told of it repeats no cell.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlecare.batch.report import account_text, record_json
from needlecare.batch.rows import (
    MAX_LINE_BYTES,
    MAX_LINES,
    MAX_NAME_LENGTH,
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
from needlecare.errors import UsageError
from needlecare.model import SkinType, Treatment
from needlecare.time.zones import zone_named

BERLIN = zone_named("Europe/Berlin")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # a Tuesday; 10:00 in Berlin
BERLINERS = Defaults(zone=BERLIN)
DATE = "2026-11-21"


def rows_of(
    data: bytes, form: RowFormat | None = None, mapping: Mapping[Column, str] | None = None
) -> list[Row | RowProblem]:
    """Return the rows of a file, read as the command reads it: lines with their ends, long ones in pieces."""
    pieces = (
        line[at : at + MAX_LINE_BYTES] for line in BytesIO(data) for at in range(0, len(line), MAX_LINE_BYTES)
    )
    return list(read_rows(pieces, form=form, mapping=mapping or {}))


def told(rows: Iterable[Row | RowProblem]) -> list[tuple[int, str]]:
    """Return the line of each row, with its ref or with the code of what is wrong."""
    return [(row.line, row.cells[Column.REF] if isinstance(row, Row) else row.code) for row in rows]


def only(rows: Iterable[Row | RowProblem]) -> Row:
    (row,) = rows
    assert isinstance(row, Row)
    return row


# How CSV is written -------------------------------------------------------------------------------

ONE = {Column.REF: "a1", Column.TREATED: DATE}

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
    assert only(rows_of(data)).cells == ONE


def test_rows_and_lines_are_counted_from_1_and_a_row_may_have_several_lines() -> None:
    rows = rows_of(b'\nref,treated,n\na1,x,"one\ntwo\r\n\nfour"\n\na2,x,\na3,x\n')
    assert [(row.number, row.line) for row in rows] == [(1, 3), (2, 8), (3, 9)]
    assert told(rows) == [(3, "a1"), (8, "a2"), (9, "cells")]


LONG = b"x" * MAX_LINE_BYTES
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
    "a single word": (b"total\na2,x,\n", [(2, "cells"), (3, "a2")]),
    "a lone carriage return in a cell": (b"a1,x,a\rb\na2,x,\n", [(2, "not-csv"), (3, "a2")]),
    "a line of a megabyte": (b"a1,x," + LONG + b"\na2,x,\n", [(2, "not-csv"), (3, "a2")]),
    "a line of three megabytes": (b"a1,x," + LONG * 3 + b"\na2,x,\n", [(2, "not-csv"), (3, "a2")]),
    "a megabyte within quotes": (
        b'a1,x,"a\n' + LONG + b'"\na2,x,\n',
        [(2, "not-csv"), (3, "not-csv"), (4, "a2")],
    ),
    "two hundred thousand characters in a cell": (
        b"a1,x," + b"x" * 200_000 + b"\na2,x,\n",
        [(2, "not-csv"), (3, "a2")],
    ),
    "a cell of as many lines as one may have": (
        b'a1,x,"' + b"\n" * (MAX_LINES - 1) + b'"\na2,x,\n',
        [(2, "a1"), (2 + MAX_LINES, "a2")],
    ),
}


@pytest.mark.parametrize(("data", "expected"), BROKEN.values(), ids=BROKEN)
def test_a_row_that_is_no_csv_spoils_no_other(data: bytes, expected: list[tuple[int, str]]) -> None:
    assert told(rows_of(b"ref,treated,n\n" + data)) == expected


def test_a_cell_of_more_lines_than_one_may_have_is_no_row_and_the_reading_goes_on() -> None:
    rows = rows_of(b'ref,treated,n\na1,x,"' + b"\n" * MAX_LINES + b'"\na2,x,\n')
    assert (rows[0].line, isinstance(rows[0], RowProblem)) == (2, True)
    assert told(rows)[-1] == (3 + MAX_LINES, "a2")


NO_FILE = {
    "nothing": (b"", "is empty"),
    "a byte order mark alone": (b"\xef\xbb\xbf", "is empty"),
    "blank lines alone": (b"\n \r\n\n", "is empty"),
    "UTF-16 with a mark": ("ref,treated\n".encode("utf-16"), "not UTF-8"),
    "UTF-16, the other way round": (b"\xfe\xff" + "ref,treated\n".encode("utf-16-be"), "not UTF-8"),
    "UTF-16 without a mark": ("ref,treated\n".encode("utf-16-le"), 'no column "ref"'),
    "no ref": (b"name,treated\n", 'no column "ref"; name it so, or give --map ref=HEADING'),
    "no treated": (b"ref,date\n", 'no column "treated"; name it so, or give --map treated=HEADING'),
    "no header: a patient's row is not repeated": (b"Ada Marker,2026-11-21\n", 'no column "ref"'),
    "a column twice": (b"ref,treated,Ref\n", '"ref" twice'),
    "an unclosed quote in the header": (b'ref,"treated\na1,x\n', "the header is no CSV"),
    "a header of a megabyte": (b"ref," + LONG + b"\n", "the header is no CSV"),
    "line ends of an old Macintosh": (b"ref,treated\ra1,x\r", "the header is no CSV"),
}


@pytest.mark.parametrize(("data", "named"), NO_FILE.values(), ids=NO_FILE)
def test_a_file_that_cannot_be_read_is_refused_before_any_row_is_asked_for(data: bytes, named: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_rows(BytesIO(data), form=RowFormat.CSV, mapping={})
    assert named in str(refused.value)
    assert "Marker" not in str(refused.value)


def test_a_header_alone_has_no_rows() -> None:
    assert rows_of(b"ref,treated\n") == []


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_whatever_bytes_follow_the_header_each_is_a_row_or_a_problem(lines: list[bytes]) -> None:
    for data in (b"ref,treated\n" + b"\n".join(lines), b"{}\n" + b"\n".join(lines)):
        rows = rows_of(data)
        assert [row.number for row in rows] == list(range(1, len(rows) + 1))
        for row in rows:
            if isinstance(row, Row):
                appointment(row, BERLINERS, NOW)


# NDJSON -------------------------------------------------------------------------------------------


def test_ndjson_is_recognised_by_its_first_character_and_counted_by_lines() -> None:
    data = b'\xef\xbb\xbf\n{"ref":"a1","treated":"2026-11-21","n":[1]}\r\n\n {"treated":"2026-11-21","ref":" a2 "}'
    assert told(rows_of(data)) == [(2, "a1"), (4, "a2")]
    assert told(rows_of(b'["a"]\n', RowFormat.NDJSON)) == [(1, "not-json")]


VALUES = {
    # why: what stands in JSON, and the cell
    "text": ('" a1 "', "a1"),
    "null is an empty cell": ("null", ""),
    "a whole number": ("4", "4"),
    "true": ("true", "True"),
    "a fraction is no cell": ("4.0", "\0"),
    "nor is a number that is none": ("NaN", "\0"),
    "a list": ('["IV"]', "\0"),
    "an object": ('{"a":1}', "\0"),
}


@pytest.mark.parametrize(("written", "cell"), VALUES.values(), ids=VALUES)
def test_the_values_of_json_are_cells(written: str, cell: str) -> None:
    assert only(rows_of(f'{{"ref":{written}}}'.encode())).cells[Column.REF] == cell


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
    rows = rows_of(b'{"ref":"b1"}\n' + line + b'\n{"ref":"b2"}\n')
    assert told(rows) == [(1, "b1"), (2, "not-json"), (3, "b2")]


def test_latin_1_spoils_only_what_is_read_of_it() -> None:
    row = only(rows_of(b'{"ref":"a1","treated":"2026-11-21","name":"J\xfcrgen"}'))
    assert isinstance(appointment(row, BERLINERS, NOW), Appointment)


# Headings -----------------------------------------------------------------------------------------


def test_foreign_headings_are_mapped_whatever_their_case() -> None:
    mapping = parse_mapping(["treated=Appt. date", "skin_type = Fitzpatrick ", "ref=Nr"])
    row = only(rows_of(b"FITZPATRICK,appt. DATE,nr,ref\nIV,2026-11-21,a1,other\n", mapping=mapping))
    assert row.cells == {**ONE, Column.SKIN_TYPE: "IV"}
    row = only(
        rows_of(b'{"NR":"a1","appt. date":"2026-11-21","ref":"other","fitzpatrick ":"IV"}', mapping=mapping)
    )
    assert row.cells == {**dict.fromkeys(Column, ""), **ONE, Column.SKIN_TYPE: "IV"}


def test_names_of_ndjson_are_read_whatever_their_case_as_headings_are() -> None:
    """A plan without PRP, scars and skin type would be a less strict one."""
    written = b'{"ref":"a1","treated":"2026-11-21","PRP":true,"Skin_Type":"V"," Scars ":"yes"}'
    row = only(rows_of(written))
    assert {Column.PRP: "True", Column.SKIN_TYPE: "V", Column.SCARS: "yes"}.items() <= row.cells.items()
    assert told(rows_of(b'{"ref":"a1","Ref":"a2","treated":"2026-11-21"}')) == [(1, "not-json")]


def test_a_name_that_map_gives_must_stand_in_some_row_of_ndjson() -> None:
    some = b'{"ref":"a1","treated":"2026-11-21"}\n{"ref":"a2","treated":"2026-11-21","plasma":null}\n'
    mapping = parse_mapping(["prp=Plasma"])
    assert told(rows_of(some, mapping=mapping)) == [(1, "a1"), (2, "a2")]
    with pytest.raises(UsageError, match='no row has "Plasm", which --map gives for prp'):
        list(rows_of(some, mapping=parse_mapping(["prp=Plasm"])))


def test_a_heading_may_hold_an_equals_sign() -> None:
    assert parse_mapping(["ref=a=b"]) == {Column.REF: "a=b"}


@pytest.mark.parametrize(
    ("texts", "named"),
    [
        (["treated"], "maps nothing; write --map treated=HEADING"),
        (["treated="], "maps nothing"),
        (["=Appt"], 'unknown column ""'),
        (["treatd=Appt"], 'unknown column "treatd"; did you mean "treated"?'),
        (["skin-type=F"], 'did you mean "skin_type"?'),
        (["ref=A", "ref=B"], "ref is mapped twice"),
    ],
)
def test_a_mapping_that_maps_nothing_is_refused(texts: list[str], named: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_mapping(texts)
    assert named in str(refused.value)


@pytest.mark.parametrize("column", Column)
def test_a_mapped_heading_that_the_file_lacks_is_refused(column: Column) -> None:
    with pytest.raises(UsageError, match=f'the header has no "Appt", which --map gives for {column}'):
        rows_of(b"ref,treated,tz,prp,skin_type,scars\n", mapping={column: "Appt"})


# Appointments -------------------------------------------------------------------------------------


def read(defaults: Defaults = BERLINERS, /, **cells: str) -> Appointment | list[RowProblem]:
    row = Row(number=7, line=9, cells={Column(name): cell for name, cell in {"ref": "a1", **cells}.items()})
    return appointment(row, defaults, NOW)


TREATED = {
    # why: the cell, and the moment (UTC) or the date that it means in Berlin
    "winter time is an hour ahead": ("2026-11-21T14:30", datetime(2026, 11, 21, 13, 30, tzinfo=UTC)),
    "summer time two": ("2026-07-01 14:30", datetime(2026, 7, 1, 12, 30, tzinfo=UTC)),
    "seconds": ("2026-11-21T14:30:05", datetime(2026, 11, 21, 13, 30, 5, tzinfo=UTC)),
    "an offset fixes the moment": ("2026-11-21T14:30-05:00", datetime(2026, 11, 21, 19, 30, tzinfo=UTC)),
    "UTC": ("2026-11-21T14:30Z", datetime(2026, 11, 21, 14, 30, tzinfo=UTC)),
    "a date alone": ("2026-11-21", date(2026, 11, 21)),
    "the first 02:30 when the clocks go back": (
        "2026-10-25T02:30+02:00",
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    ),
    "the second": ("2026-10-25T02:30+01:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    "a word": ("yesterday", date(2026, 11, 23)),
    "the latest Saturday": ("sat 2:30pm", datetime(2026, 11, 21, 13, 30, tzinfo=UTC)),
    "now": ("now", NOW),
}


@pytest.mark.parametrize(("cell", "treated"), TREATED.values(), ids=TREATED)
def test_a_time_is_local_to_the_zone_of_its_row(cell: str, treated: datetime | date) -> None:
    assert read(treated=cell) == Appointment(
        number=7, line=9, ref="a1", treatment=Treatment(treated=treated, zone=BERLIN)
    )


def test_the_zone_of_a_row_goes_before_the_default() -> None:
    found = read(treated="2026-11-21T14:30", tz="Asia/Tokyo")
    assert isinstance(found, Appointment)
    assert found.treatment.treated == datetime(2026, 11, 21, 5, 30, tzinfo=UTC)  # nine hours ahead
    assert found.treatment.zone.key == "Asia/Tokyo"
    # at 15:00 UTC on Tuesday it is midnight in Tokyo: "today" is Wednesday there
    late = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    row = Row(number=1, line=1, cells={Column.REF: "a1", Column.TREATED: "today", Column.TZ: "Asia/Tokyo"})
    found = appointment(row, BERLINERS, late)
    assert isinstance(found, Appointment)
    assert found.treatment.treated == date(2026, 11, 25)


OPTIONS = {
    # why: the cells, and prp, skin type and scars where the defaults say PRP and type II
    "nothing is said": ({}, (True, SkinType.II, False)),
    "empty cells say nothing": ({"prp": "", "skin_type": "", "scars": ""}, (True, SkinType.II, False)),
    "a cell goes before a default": (
        {"prp": "no", "skin_type": "IV", "scars": "yes"},
        (False, SkinType.IV, True),
    ),
    "in capitals": ({"prp": "NO", "skin_type": "iv", "scars": "YES"}, (False, SkinType.IV, True)),
    "in figures": ({"prp": "0", "skin_type": "4", "scars": "1"}, (False, SkinType.IV, True)),
    "as a spreadsheet writes it": ({"prp": "FALSE", "scars": "TRUE"}, (False, SkinType.II, True)),
    "in letters": ({"prp": "n", "scars": "x"}, (False, SkinType.II, True)),
}


@pytest.mark.parametrize(("cells", "expected"), OPTIONS.values(), ids=OPTIONS)
def test_cells_go_before_defaults(
    cells: dict[str, str], expected: tuple[bool, SkinType | None, bool]
) -> None:
    found = read(Defaults(zone=BERLIN, prp=True, skin_type=SkinType.II), treated=DATE, **cells)
    assert isinstance(found, Appointment)
    assert (found.treatment.prp, found.treatment.skin_type, found.treatment.scars) == expected


MARKER = "Marker-7f3"  # stands for what a patient would not want to read in a log
WRONG = {
    # why: the cells, the column, the code, and a word of what is expected
    "no ref": ({"ref": ""}, "ref", "missing", "opaque reference"),
    "a control character in a ref": ({"ref": f"{MARKER}\x07"}, "ref", "invalid", "printable"),
    "a line break in a ref": ({"ref": f"{MARKER}\nx"}, "ref", "invalid", "printable"),
    "a ref that is not UTF-8": ({"ref": f"{MARKER}\udcfc"}, "ref", "invalid", "printable"),
    "half a character of JSON in a ref": ({"ref": f"{MARKER}\ud800"}, "ref", "invalid", "printable"),
    "a ref of 401 characters": ({"ref": "x" * 401}, "ref", "invalid", "400"),
    "no time": ({"treated": ""}, "treated", "missing", "2026-11-21T14:30"),
    "a date of two readings": ({"treated": "03/04/2026"}, "treated", "two-readings", "2026-11-21T14:30"),
    "a year without its century": ({"treated": "21.11.26"}, "treated", "two-digit-year", "four digits"),
    "a weekday of another date": ({"treated": "Sun 21 Nov 2026"}, "treated", "wrong-weekday", "fits"),
    "a formula": ({"treated": f'=HYPERLINK("{MARKER}")'}, "treated", "not-a-time", "2026-11-21T14:30"),
    "no text": ({"treated": "\0"}, "treated", "not-a-time", "2026-11-21T14:30"),
    "a time that is not UTF-8": ({"treated": f"{MARKER}\udcfc"}, "treated", "not-a-time", "2026"),
    "no such day": ({"treated": "2026-02-30"}, "treated", "no-such-time", "exist"),
    "no such hour": ({"treated": "2026-11-21T25:00"}, "treated", "no-such-time", "exist"),
    "no such offset": ({"treated": "2026-11-21T14:30+15:00"}, "treated", "no-such-time", "exist"),
    "an offset behind a word": ({"treated": "today 14:30+01:00"}, "treated", "not-a-time", "2026"),
    "a time behind now": ({"treated": "now 14:30"}, "treated", "not-a-time", "2026"),
    "a year out of reach": ({"treated": "1899-12-31"}, "treated", "no-such-time", "exist"),
    # Berlin goes forward at 02:00 on 29 March 2026, and back at 03:00 on 25 October
    "a time that the clocks skipped": ({"treated": "2026-03-29T02:30"}, "treated", "skipped", "did not skip"),
    "a time that they showed twice": ({"treated": "2026-10-25T02:30"}, "treated", "repeated", "offset"),
    "a day that the zone skipped": (
        {"treated": "2011-12-30", "tz": "Pacific/Apia"},
        "treated",
        "skipped",
        "did not skip",
    ),
    "no such zone": ({"tz": f"Europe/{MARKER}"}, "tz", "invalid", "Europe/Berlin"),
    "a path for a zone": ({"tz": "../../etc/passwd"}, "tz", "invalid", "Europe/Berlin"),
    "a folder of zones": ({"tz": "Europe"}, "tz", "invalid", "Europe/Berlin"),
    "a zone that is not UTF-8": ({"tz": "Europe/\udcfc"}, "tz", "invalid", "Europe/Berlin"),
    "a NUL for a zone": ({"tz": "\0"}, "tz", "invalid", "Europe/Berlin"),
    "the machine's": ({"tz": "localtime"}, "tz", "invalid", "Europe/Berlin"),
    "neither yes nor no": ({"prp": MARKER}, "prp", "invalid", "yes or no"),
    "a number that is neither": ({"scars": "2"}, "scars", "invalid", "yes or no"),
    "a seventh skin type": ({"skin_type": "VII"}, "skin_type", "invalid", "I to VI"),
    "none": ({"skin_type": "0"}, "skin_type", "invalid", "I to VI"),
    "a fraction": ({"skin_type": "4.0"}, "skin_type", "invalid", "I to VI"),
    "a figure of another script": ({"skin_type": "\u0664"}, "skin_type", "invalid", "I to VI"),
}


@pytest.mark.parametrize(("cells", "column", "code", "word"), WRONG.values(), ids=WRONG)
def test_a_bad_cell_is_told_by_its_place_and_by_what_is_expected_there(
    cells: dict[str, str], column: str, code: str, word: str
) -> None:
    found = read(**{"treated": DATE, **cells})
    assert isinstance(found, list)
    (problem,) = found
    assert (problem.number, problem.line, problem.column, problem.code) == (7, 9, column, code)
    assert word in problem.expected
    assert str(problem).startswith(f"row 7 (line 9): {column}: {code}; write ")
    assert MARKER not in str(problem) + record_json(problem).decode()


def test_everything_that_is_wrong_with_a_row_is_told() -> None:
    found = read(ref="", treated="soon", tz="Mars", prp="maybe", skin_type="VII", scars="some")
    assert isinstance(found, list)
    assert [problem.column for problem in found] == ["ref", "tz", "treated", "prp", "skin_type", "scars"]


def test_without_a_zone_of_the_row_or_a_default_there_is_none() -> None:
    found = read(Defaults(), treated="2026-11-21T14:30Z")
    assert isinstance(found, list)
    assert [(problem.column, problem.code) for problem in found] == [("tz", "missing")]
    assert "or give --tz" in found[0].expected


# File names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("ref", ["a1", "0", "2026-11-21-001", "visit.12_b", "x" * MAX_NAME_LENGTH])
def test_a_safe_reference_is_a_file_name(ref: str) -> None:
    assert file_stem(ref) == ref


UNSAFE = {
    # why: the reference, and what is readable of it
    "a path": ("../../etc/passwd", "etc-passwd"),
    "an absolute one": ("/etc/passwd", "etc-passwd"),
    "one of Windows": ("C:\\a", "C-a"),
    "dots": ("..", ""),
    "a hidden file": (".profile", "profile"),
    "an option": ("-rf", "rf"),
    "a device of Windows": ("con", "con"),
    "with an ending": ("nul.txt", "nul-txt"),
    "with a number": ("com1", "com1"),
    "in capitals": ("CON", "CON"),
    "capitals, which some systems take for small letters": ("A1", "A1"),
    "a space": ("a 1", "a-1"),
    "a dot at the end, which Windows drops": ("a1.", "a1"),
    "letters that some systems write in two ways": ("\u00e9", ""),
    "the same in two characters": ("e\u0301", "e"),
    "what a spreadsheet reckons": ("=1+1", "1-1"),
    "what a shell expands": ("$(reboot)*", "reboot"),
    "a name that it might make itself": ("a1~0123456789ab", "a1-0123456789ab"),
    "a character more than a name may have": ("x" * (MAX_NAME_LENGTH + 1), "x" * MAX_NAME_LENGTH),
    "as long as a reference may be": ("\u00e4x" * 200, "-".join("x" * 200)[:MAX_NAME_LENGTH].strip("-")),
}


@pytest.mark.parametrize(("ref", "readable"), UNSAFE.values(), ids=UNSAFE)
def test_another_one_is_made_safe_and_keeps_a_digest(ref: str, readable: str) -> None:
    stem, _, digest = file_stem(ref).partition("~")
    assert stem == readable
    assert re.fullmatch("[0-9a-f]{20}", digest)


def test_the_names_are_safe_and_differ_even_where_capitals_do_not_count() -> None:
    refs = [ref for ref, _ in UNSAFE.values()]
    names = [file_stem(ref) for ref in refs]
    assert len({name.casefold() for name in names}) == len(refs)
    assert all(re.fullmatch(r"[A-Za-z0-9._~-]{1,150}", name) for name in names)
    assert file_stem("A1").casefold() != file_stem("a1").casefold()


@given(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=60))
def test_two_references_never_have_one_name(one: str, other: str) -> None:
    names = {file_stem(one).casefold(), file_stem(other).casefold()}
    assert len(names) == (1 if one == other else 2)
    assert all(re.fullmatch(r"[a-z0-9~][a-z0-9._~-]*", name) and not name.endswith(".") for name in names)


def test_the_name_of_a_reference_is_for_ever() -> None:
    # printf %s A1 | sha256sum: a later version must find the files of an earlier one
    assert file_stem("A1") == "A1~16a36e86f6fed5d465ff"


# What is told -------------------------------------------------------------------------------------


def test_a_record_names_the_row_and_its_file_or_what_is_wrong() -> None:
    outcome = Outcome(number=1, line=2, ref="\u00e9", became=RowResult.WRITTEN, file="a.ics")
    assert record_json(outcome).decode() == (
        '{"row": 1, "line": 2, "outcome": "written", "ref": "\u00e9", "file": "a.ics"}\n'
    )
    problem = RowProblem(number=3, line=4, column=Column.PRP, code="invalid", expected="yes or no")
    assert json.loads(record_json(problem)) == {
        "row": 3,
        "line": 4,
        "outcome": "error",
        "column": "prp",
        "code": "invalid",
        "expected": "yes or no",
    }
    assert str(RowProblem(number=3, line=4, code="cells", expected="2 cells")) == (
        "row 3 (line 4): cells; write 2 cells"
    )


@pytest.mark.parametrize(
    ("done", "failed", "dry_run", "text"),
    [
        ({}, 0, False, "0 rows."),
        ({RowResult.WRITTEN: 1}, 0, False, "1 row: 1 written."),
        ({RowResult.WRITTEN: 1, RowResult.REVISED: 2, RowResult.UNCHANGED: 3}, 4, False,
         "10 rows: 1 written, 2 revised, 3 unchanged, 4 failed."),
        ({RowResult.WRITTEN: 1, RowResult.REVISED: 2, RowResult.UNCHANGED: 3}, 0, True,
         "6 rows: 1 to write, 2 to revise, 3 unchanged."),
        ({RowResult.PLANNED: 2}, 0, False, "2 rows: 2 planned."),
    ],
)  # fmt: skip
def test_the_account_counts_what_became_of_the_rows(
    done: dict[RowResult, int], failed: int, dry_run: bool, text: str
) -> None:
    rows = sum(done.values()) + failed
    assert account_text(Counter(done), rows=rows, failed=failed, dry_run=dry_run) == text
