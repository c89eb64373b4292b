"""The names of files, and what is told of rows."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlecare.batch.report import Outcome, RowResult, Tally, record_json, summary_text
from needlecare.batch.rows import MAX_NAME, RowProblem, file_stem
from needlecare.model import Column

# File names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("ref", ["a1", "0", "2026-11-21-001", "visit.12_b", "x" * MAX_NAME])
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
    "a character more than a name may have": ("x" * (MAX_NAME + 1), "x" * MAX_NAME),
    "as long as a reference may be": ("\u00e4x" * 200, "-".join("x" * 200)[:MAX_NAME].strip("-")),
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
