"""The names of files, and what is told of rows."""

import json
import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from needlecare.batch.report import (
    Outcome,
    RowNote,
    RowResult,
    Tally,
    first_few,
    record_json,
    summary_text,
    table_row,
)
from needlecare.batch.rows import RowProblem, file_stem, named_rows
from needlecare.model import Column, SkinType, Treatment
from needlecare.time.zones import zone_named

# File names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("ref", ["a1", "0", "2026-11-21-001", "visit.12_b", "com10", "x" * 100])
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
    "a character more than a name may have": ("x" * 101, "x" * 100),
    "as long as a reference may be": ("\u00e4x" * 200, "-".join("x" * 50)),
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


# What is told ---------------------------------------------------------------------------------------


def test_a_record_names_the_row_and_its_file_or_what_is_wrong() -> None:
    result = RowResult(number=1, line=2, ref="\u00e9", outcome=Outcome.WRITTEN, file="a.ics")
    assert record_json(result).decode() == (
        '{"row": 1, "line": 2, "outcome": "written", "ref": "\u00e9", "file": "a.ics"}\n'
    )
    left_out = RowResult(number=2, line=3, ref="b", outcome=Outcome.LEFT_OUT, reason="Status is Cancelled")
    assert record_json(left_out).decode() == (
        '{"row": 2, "line": 3, "outcome": "left-out", "ref": "b", "reason": "Status is Cancelled"}\n'
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


AT = Treatment(
    treated=datetime(2026, 11, 21, 13, 30, tzinfo=UTC),  # 14:30 in Berlin
    zone=zone_named("Europe/Berlin"),
    prp=True,
    skin_type=SkinType.IV,
)
PLANNED = RowResult(number=1, line=2, ref="a1", outcome=Outcome.PLANNED, treatment=AT)
LEFT_OUT = RowResult(number=12, line=13, ref="a1", outcome=Outcome.LEFT_OUT, reason="Status is Cancelled")
PROBLEM = RowProblem(number=3, line=4, code="cells", expected="2 cells")
TABLE: dict[str, RowResult | list[RowProblem]] = {
    # a row, and its line: number, reference, end, PRP, skin type, scars, and what happens
    "    1  a1                    Sat 21 Nov 2026 14:30   yes  IV    no     to plan": PLANNED,
    "    1  a1                    Sat 21 Nov 2026         no   ?     yes    to write": replace(
        PLANNED,
        outcome=Outcome.WRITTEN,
        treatment=replace(AT, treated=date(2026, 11, 21), prp=False, skin_type=None, scars=True),
    ),
    # a Chinese character takes two columns
    "    1  \u9762a                   Sat 21 Nov 2026 14:30   yes  IV    no     unchanged": replace(
        PLANNED, ref="\u9762a", outcome=Outcome.UNCHANGED
    ),
    "    1  a1                    Sat 21 Nov 2026 14:30   yes  IV    no     to revise (moved) (sooner: heat, swimming)": replace(
        PLANNED, outcome=Outcome.REVISED, moved=True, sooner=("heat", "swimming")
    ),
    "    1  a1                    Sat 21 Nov 2026 14:30   yes  IV    no     to plan "
    "(no end and no duration, two skin types)": replace(
        PLANNED, notes=(RowNote.NO_END, RowNote.SKIN_TYPE_RANGE, RowNote.OTHER_ZONE)
    ),
    "   12  a1                                                              left out: Status is Cancelled": LEFT_OUT,
    "   12  a1                    Sat 21 Nov 2026                           left out: Status is Cancelled": replace(
        LEFT_OUT, day=date(2026, 11, 21)
    ),
    "    7  a1                                                              merged with the other row of this appointment": (
        RowResult(number=7, line=8, ref="a1", outcome=Outcome.MERGED)
    ),
    "    3                                                                  fails: cells; write 2 cells; prp: invalid; write x": [
        PROBLEM,
        RowProblem(number=3, line=4, column=Column.PRP, code="invalid", expected="x"),
    ],
}


@pytest.mark.parametrize("line", TABLE)
def test_a_dry_run_shows_a_line_for_each_row(line: str) -> None:
    assert table_row(TABLE[line]) == f"{line}\n"


def test_what_was_found_is_told_in_order_and_summed_up() -> None:
    tally = Tally()
    days = [date(2026, 11, 22), date(2026, 11, 21), date(2026, 11, 23), date(2026, 11, 22)]
    waits = ("heat", "makeup", "alcohol", "sauna")
    for number, (day, sooner) in enumerate(zip(days, [(), waits, (), waits[:3]], strict=True), 1):
        tally.add(
            replace(
                PLANNED,
                number=number,
                ref=f"a{number}",
                day=day,
                outcome=Outcome.REVISED,
                notes=(RowNote.FAR_AWAY,) if number > 1 else (RowNote.FAR_AWAY, RowNote.SKIN_TYPE_RANGE),
                moved=number > 2,
                sooner=sooner,
            )
        )
    tally.add(replace(LEFT_OUT, stale_file="a1.ics"))
    tally.add(replace(LEFT_OUT, reason="Type is another treatment"))
    tally.add(replace(LEFT_OUT, reason="Type is another treatment"))
    tally.add([PROBLEM])
    told = [
        "needlecare: row 3 (line 4): cells; write 2 cells",
        "4 rows with a date more than two years from today: check the year (rows 1, 2, 3, 4).",
        "1 row with two skin types, so the higher was taken, which has the stricter plan (row 1).",
        "2 rows left out: Type is another treatment.",
        "1 row left out: Status is Cancelled.",
        "Moved, calendars revised: a3, a4.",
        (
            "Waits end sooner than the patient's calendar said: "
            "a2 (heat, makeup, alcohol and 1 more), a4 (heat, makeup, alcohol)."
        ),
        "8 rows: 4 revised, 3 left out, 1 failed.",
    ]
    assert list(tally.lines(dry_run=False)) == told
    assert list(tally.changes(dry_run=True)) == [
        "Moved, calendars to revise: a3, a4.",
        told[6].replace("end sooner", "would end sooner"),
    ]
    assert (tally.first_day, tally.last_day) == (date(2026, 11, 21), date(2026, 11, 23))
    assert tally.stale_files == {"a1.ics": "a1"}


SOME = {1: "1", 5: "1, 2, 3, 4, 5", 6: "1, 2, 3, 4, 5 and 1 more", 7: "1, 2, 3, 4, 5 and 2 more"}


@pytest.mark.parametrize("count", SOME)
def test_five_of_many_are_named(count: int) -> None:
    tally = Tally()
    for number in range(1, count + 1):
        tally.add([replace(PROBLEM, number=number, line=4)])
    assert first_few([str(number) for number in range(1, count + 1)]) == SOME[count]
    assert named_rows(range(1, count + 1)) == f"row{'s' * (count > 1)} {SOME[count]}"
    place = f"row {SOME[count]} (line 4)" if count == 1 else f"rows {SOME[count]} (from line 4)"
    assert next(tally.lines(dry_run=False)) == f"needlecare: {place}: cells; write 2 cells"


@pytest.mark.parametrize(
    ("done", "failed", "dry_run", "text"),
    [
        ({}, 0, False, "0 rows."),
        ({Outcome.WRITTEN: 1}, 0, False, "1 row: 1 written."),
        ({Outcome.WRITTEN: 1, Outcome.REVISED: 2, Outcome.UNCHANGED: 3, Outcome.LEFT_OUT: 5}, 4, False,
         "15 rows: 1 written, 2 revised, 3 unchanged, 5 left out, 4 failed."),
        ({Outcome.WRITTEN: 1, Outcome.REVISED: 2, Outcome.UNCHANGED: 3}, 0, True,
         "6 rows: 1 to write, 2 to revise, 3 unchanged."),
        ({Outcome.PLANNED: 2, Outcome.MERGED: 1}, 0, False, "3 rows: 2 planned, 1 merged."),
    ],
)  # fmt: skip
def test_the_summary_counts_what_became_of_the_rows(
    done: dict[Outcome, int], failed: int, dry_run: bool, text: str
) -> None:
    rows = sum(done.values()) + failed
    assert summary_text(done, rows=rows, failed=failed, dry_run=dry_run) == text


def test_the_same_problem_in_many_rows_is_said_once_with_its_count() -> None:
    tally = Tally()
    for number in range(1, 3001):
        tally.add(
            [RowProblem(number=number, line=number + 1, column=Column.PRP, code="invalid", expected="x")]
        )
    tally.add([RowProblem(number=3001, line=3002, code="cells", expected="2 cells")])
    assert list(tally.lines(dry_run=False)) == [
        "needlecare: rows 1, 2, 3, 4, 5 and 2,995 more (from line 2): prp: invalid; write x",
        "needlecare: row 3001 (line 3002): cells; write 2 cells",
        "3001 rows: 3001 failed.",
    ]
