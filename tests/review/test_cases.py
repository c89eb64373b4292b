"""Worked cases: the table beside the built-in rules, what a table may say, and `schedule check` that runs it."""

import csv
import json
import re
from pathlib import Path

import pytest

from needlecare.model import Condition, Schedule
from needlecare.review.cases import MAX_TABLE_BYTES, checked_cases
from needlecare.rules.load import MAX_PROBLEMS, read_schedule
from program import needlecare

FOLDER = Path(__file__).parents[2] / "schedules"
TABLE = FOLDER / "microneedling.cases.csv"

HEADER = "treated,zone,prp,skin_type,scars,rule,start,end,differs,sum\n"
# 21 Nov 14:30 + 48 h (roller-blog), from 24 h (photo-guide) on the sources differ.
MAKEUP = (
    "2026-11-21T14:30,Europe/Berlin,no,II,no,makeup,2026-11-21T14:30,2026-11-23T14:30,2026-11-22T14:30,48 h"
)
HOLDS = HEADER + MAKEUP + "\n"

CLINIC = """\
id = "harbour"
version = "1"
reviewed = 2026-11-22
review_due = 2027-11-22
extends = "microneedling"

[sources.us]
tier = 3
title = "Our own sheet"

[rules.makeup]
recommendations = [
  { source = "us", statement = "No makeup for 3 days", start = "P0D", end = "P3D" },
]

[rules.swimming]
title = "No swimming, please"

[rules.smoking]
off = true

[rules.earrings]
kind = "avoid"
title = "No big earrings"
short = "earrings"
advice = "Leave big earrings at home."
why = "They knock against the skin."
then = "earrings are fine again"
recommendations = [
  { source = "us", statement = "No earrings for 2 days", start = "P0D", end = "P2D" },
]
"""


def told(table: str | bytes, schedule: Schedule, base: Schedule | None = None) -> list[str]:
    """Return the problems of a table as "line: where: what"."""
    data = table.encode() if isinstance(table, str) else table
    checked = checked_cases(data, schedule, base, file="x.cases.csv")
    return [f"{problem.line}: {problem.where}: {problem.what}" for problem in checked.problems]


def row(**cells: str) -> str:
    """Return the makeup row with other cells."""
    written = dict(zip(HEADER.strip().split(","), MAKEUP.split(","), strict=True)) | cells
    return ",".join(written.values()) + "\n"


# The table beside the built-in rules -------------------------------------------------------------


def test_every_worked_case_of_the_built_in_rules_holds(builtin: Schedule) -> None:
    checked = checked_cases(TABLE.read_bytes(), builtin, file=TABLE.name)
    assert checked.problems == ()
    assert checked.total == checked.holding == len(rows())


def test_every_built_in_rule_is_worked_out(builtin: Schedule) -> None:
    assert {row["rule"] for row in rows()} == set(builtin.rules)
    assert checked_cases(TABLE.read_bytes(), builtin, file=TABLE.name).uncovered == ()


def test_every_claim_that_decides_a_time_is_named_in_a_sum_of_its_rule(builtin: Schedule) -> None:
    named: dict[str, set[str]] = {}
    for one in rows():
        named.setdefault(one["rule"], set()).update(re.findall(r"C[0-9]{3}", one["sum"]))
    for rule in builtin.rules.values():
        claims = {one.claim for one in rule.recommendations}
        deciding = {one.claim for one in rule.recommendations if (one.start or one.end) and not one.set_aside}
        assert deciding <= named[rule.id] <= claims, rule.id


def test_every_condition_has_a_worked_case_with_and_without_it(
    builtin: Schedule,
) -> None:
    for rule in builtin.rules.values():
        own = [one for one in rows() if one["rule"] == rule.id]
        for condition in {one.condition for one in rule.recommendations}:
            match condition:
                case Condition.PRP:
                    assert {one["prp"] for one in own} == {"yes", "no"}, rule.id
                case Condition.SCARS:
                    assert {one["scars"] for one in own} == {"yes", "no"}, rule.id
                case Condition.DARKER_SKIN:
                    assert {"", "II", "IV"} <= {one["skin_type"] for one in own}, rule.id
                case Condition.ALL:
                    pass


def test_every_dispute_that_a_rule_can_have_is_filled_in() -> None:
    assert all(one["differs"] for one in rows() if one["start"] not in {"note", "absent"})


def test_the_table_leaves_no_kind_of_case_out() -> None:
    treated = {one["treated"] for one in rows()}
    assert any(len(text) == len("2026-11-21") for text in treated)  # a date without its hours
    assert {"note", "absent", "-"} <= {one["start"] for one in rows()}
    # A day that a leap year adds, and a month that is shorter than the one before it.
    assert {"2028-02-29T00:00", "2027-02-28T00:00"} <= {one["start"] for one in rows()}
    # Both readings of a time that the clock shows twice, and one that it skips.
    ends = {one["end"] for one in rows()}
    assert {"2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00", "2027-03-28T03:30"} <= ends


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# What a case may expect --------------------------------------------------------------------------

NOT_HOLDING = {
    "the end is another": (
        row(end="2026-11-22T14:30"),
        ["2: makeup: end is 2026-11-23T14:30, expected 2026-11-22T14:30 (48 h)"],
    ),
    "everything is another": (
        row(start="2026-11-21T15:00", end="-", differs="-"),
        [
            (
                "2: makeup: start is 2026-11-21T14:30, expected 2026-11-21T15:00; "
                "end is 2026-11-23T14:30, expected -; differs is 2026-11-22T14:30, expected - (48 h)"
            )
        ],
    ),
    "there is a window where a note is expected": (
        row(start="note", end="", differs=""),
        ["2: makeup: start is 2026-11-21T14:30, expected note (48 h)"],
    ),
    "there is a note where a window is expected": (
        row(rule="melasma"),
        ["2: melasma: start is note, expected 2026-11-21T14:30 (48 h)"],
    ),
    "it is not in the plan": (  # smoking is for PRP
        row(rule="smoking"),
        ["2: smoking: start is absent, expected 2026-11-21T14:30 (48 h)"],
    ),
    "a note is not an absence": (
        row(rule="melasma", start="absent", end="-", differs=""),
        ["2: melasma: start is note, expected absent (48 h)"],
    ),
    "a warning at any time has no start": (
        row(rule="rash", end="-", differs=""),
        ["2: rash: start is -, expected 2026-11-21T14:30 (48 h)"],
    ),
    # 24 h on, the clock shows 02:30 for the first of two times.
    "a time that the clock shows twice has its offset": (
        row(treated="2026-10-24T02:30", rule="touching", start="2026-10-24T02:30", end="-", differs=""),
        ["2: touching: end is 2026-10-25T02:30+02:00, expected - (48 h)"],
    ),
    # 14:30:15 + 48 h
    "seconds are kept": (
        row(treated="2026-11-21T14:30:15", start="2026-11-21T14:30:15", differs=""),
        ["2: makeup: end is 2026-11-23T14:30:15, expected 2026-11-23T14:30 (48 h)"],
    ),
}


@pytest.mark.parametrize("name", NOT_HOLDING)
def test_a_case_that_the_rules_contradict_is_a_problem_with_its_sum(name: str, builtin: Schedule) -> None:
    table, problems = NOT_HOLDING[name]
    assert told(HEADER + table, builtin) == problems


HOLDING = {
    "as it is": row(),
    "what the row leaves open is not compared": row(differs=""),
    "another way to write a time": row(treated="2026-11-21 2:30pm", end="2026-11-23 14:30"),
    "a time with an offset": row(end="2026-11-23T13:30Z"),
    "white space, capitals": row(prp=" No ", skin_type="ii", start=" 2026-11-21t14:30 "),
    "a number for the skin type, nothing for no": row(prp="", scars="", skin_type="2"),
    "what a spreadsheet makes of a hyphen": row(rule="rash", start="–", end="—", differs="–"),
    "sources that agree": row(rule="picking", end="2026-11-28T14:30", differs="-"),  # 7 days
    # 24 h, by the one source that speaks of a treatment without PRP.
    "a preparation that sources agree on": row(
        rule="alcohol-before", start="2026-11-20T14:30", end="2026-11-21T14:30", differs="-"
    ),
}


@pytest.mark.parametrize("name", HOLDING)
def test_a_case_holds(name: str, builtin: Schedule) -> None:
    assert told(HEADER + HOLDING[name], builtin) == []


def test_the_order_of_columns_and_those_that_may_be_left_out_are_free(builtin: Schedule) -> None:
    # Without a skin type the type is unknown, which changes nothing for makeup.
    table = "rule,sum,end,start,treated,zone\nmakeup,48 h,2026-11-23T14:30,2026-11-21T14:30,2026-11-21T14:30,Europe/Berlin\n"
    assert told(table, builtin) == []


@pytest.mark.parametrize(
    "saved",
    [
        b"\xef\xbb\xbf" + HOLDS.encode(),
        HOLDS.replace("\n", "\r\n").encode(),
        HOLDS.replace(",", ";").encode(),
        HOLDS.replace(",", "\t").encode(),
        HOLDS.rstrip("\n").encode(),
        HOLDS.upper()
        .replace("NO,II,NO", "no,II,no")
        .replace("MAKEUP", "makeup")
        .replace("EUROPE/BERLIN", "Europe/Berlin")
        .encode(),
        (HOLDS + ",,,,,,,,,\n\n").encode(),  # rows that a spreadsheet leaves at the end
        ("\n" + HOLDS).encode(),
        HOLDS.replace(",", ";").replace("48 h", "48 h; from the sheet; 2 days").encode(),
        re.sub("2026-11-([0-9]{2})T", r"\1/11/2026 ", HOLDS).replace(",no", ",FALSE").encode(),
        re.sub("2026-11-([0-9]{2})T", r"11/\1/2026 ", HOLDS).encode(),
        HOLDS.replace("48 h", "48 h, Dr. Müller").replace(",", ";").encode("cp1252"),
        HOLDS.encode("utf-16"),
        HOLDS.replace("\n", "\r").encode(),
    ],
    ids=[
        "BOM",
        "CRLF",
        "semicolons",
        "tabs",
        "no last line end",
        "capitals",
        "empty rows",
        "empty first line",
        "semicolons, also in the sum",
        "dates and FALSE as a spreadsheet writes them",
        "month first",
        "Windows-1252",
        "UTF-16",
        "CR",
    ],
)
def test_a_table_is_read_as_spreadsheets_save_it(saved: bytes, builtin: Schedule) -> None:
    checked = checked_cases(saved, builtin, file="x.cases.csv")
    assert (checked.problems, checked.total, checked.holding) == ((), 1, 1)


# What is wrong in a table ------------------------------------------------------------------------

DATE = "write a time such as 2026-11-21T14:30, or a date"
DAMAGED = {
    "an unknown rule": (
        row(rule="make-up"),
        ['2: rule: unknown rule "make-up"; did you mean "makeup"?'],
    ),
    "an unknown zone": (
        row(zone="Europe/Berln"),
        [
            (
                '2: zone: unknown time zone "Europe/Berln"; did you mean "Europe/Berlin"?; '
                "write an IANA name such as Europe/Berlin"
            )
        ],
    ),
    "a date with two readings": (
        row(treated="03/04/2026"),
        ['2: treated: "03/04/2026" can mean 4 March or 3 April; write 2026-03-04 or 2026-04-03'],
    ),
    "a word for a date: a table stays as it is": (
        row(treated="today"),
        [f'2: treated: "today" is not a date; {DATE}'],
    ),
    "no date at all": (row(treated="21st"), [f'2: treated: "21st" is not a date; {DATE}']),
    "a day without its time": (
        row(end="2026-11-23"),
        ['2: end: "2026-11-23" has no time; write it too, as 2026-11-23T00:00'],
    ),
    "a time that the clock shows twice": (
        row(end="2026-10-25T02:30"),
        [
            (
                '2: end: "2026-10-25T02:30": Europe/Berlin had 02:30 twice on 2026-10-25; write '
                "2026-10-25T02:30+02:00 for the first or 2026-10-25T02:30+01:00 for the second"
            )
        ],
    ),
    "a time that the clock skips": (
        row(end="2027-03-28T02:30"),
        [
            (
                '2: end: "2027-03-28T02:30": Europe/Berlin skipped 02:30 on 2027-03-28, when the clocks '
                "went forward; write 2027-03-28T03:30+02:00"
            )
        ],
    ),
    "neither yes nor no": (
        row(prp="perhaps", scars="2"),
        [
            '2: prp: "perhaps" is neither yes nor no; write one, or leave it empty for no',
            '2: scars: "2" is neither yes nor no; write one, or leave it empty for no',
        ],
    ),
    "no such skin type": (
        row(skin_type="VII"),
        ['2: skin_type: "VII" is not a Fitzpatrick skin type; write I to VI, or leave it empty for unknown'],
    ),
    "a note with times": (
        row(rule="melasma", start="note"),
        [
            "2: end: with note there is no time here; leave it empty",
            "2: differs: with note there is no time here; leave it empty",
        ],
    ),
    "cells that must not be empty": (
        row(treated="", zone="", rule="", start="", end="", sum=""),
        [
            "2: rule: empty; write the id of a rule, such as makeup",
            "2: zone: empty; write an IANA name such as Europe/Berlin",
            f"2: treated: empty; {DATE}",
            "2: start: empty; write a time such as 2026-11-21T14:30, -, note or absent",
            "2: end: empty; write a time such as 2026-11-23T14:30, or -",
            "2: sum: empty; write how the times were worked out, and from which source",
        ],
    ),
    "a comma that is not quoted": (
        row(sum="48 h, after 24 h"),
        [
            (
                "2: : 11 cells for 10 columns; put a cell with a comma, a quote or a line break in double "
                "quotes, and write each quote in it twice"
            )
        ],
    ),
    "the same case twice": (
        row() + row(rule="touching", end="2026-11-22T14:30", differs="-") + row(),
        ["4: makeup: the same case is on line 2; keep one"],
    ),
    "a row that can be read is run beside one that cannot": (
        row(prp="?") + row(end="2026-11-24T14:30"),
        [
            '2: prp: "?" is neither yes nor no; write one, or leave it empty for no',
            "3: makeup: end is 2026-11-23T14:30, expected 2026-11-24T14:30 (48 h)",
        ],
    ),
    "lines count as an editor counts them": (
        row(sum='"48 h,\n""two days"""') + row(zone="Mars", rule="touching"),
        ['4: zone: unknown time zone "Mars"; write an IANA name such as Europe/Berlin'],
    ),
    "what a terminal would obey is escaped": (
        row(rule="\x1b[31m"),
        [r'2: rule: unknown rule "\x1b[31m"; needlecare schedule show lists them'],
    ),
    "a quote that does not end": (
        row(sum='"48 h'),
        [
            (
                "2: : cannot be read from here on (unexpected end of data); put a cell with a comma, a quote or a "
                "line break in double quotes, and write each quote in it twice"
            )
        ],
    ),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_every_problem_of_a_row_is_reported_with_its_line_and_column(name: str, builtin: Schedule) -> None:
    table, problems = DAMAGED[name]
    assert told(HEADER + table, builtin) == problems


COLUMNS = "columns are treated, zone, prp, skin_type, scars, rule, start, end, differs, sum"
BAD_HEADERS: dict[str, tuple[str | bytes, list[str]]] = {
    "a misspelt column": (
        HOLDS.replace("start", "strat"),
        [f'1: : unknown column "strat"; did you mean "start"?; {COLUMNS}', f"1: : missing column start; {COLUMNS}"],
    ),
    "a column twice": (HOLDS.replace("scars", "prp"), ['1: : the column "prp" appears twice; keep one']),
    "a column without a name": (HOLDS.replace("scars", ""), [f"1: : a column has no name; {COLUMNS}"]),
    "columns are missing": ("treated,rule\n", [f"1: : missing column zone, start, end, sum; {COLUMNS}"]),
    "no header": (
        "\n\n",
        ["None: : empty; the first line names the columns: treated,zone,prp,skin_type,scars,rule,start,end,differs,sum"],
    ),
    "too large": (b" " * (MAX_TABLE_BYTES + 1), ["None: : larger than 1 MiB; split the table"]),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_HEADERS)
def test_a_table_that_cannot_be_read_says_why(name: str, builtin: Schedule) -> None:
    table, problems = BAD_HEADERS[name]
    assert told(table, builtin) == problems


def test_problems_are_reported_up_to_a_limit(builtin: Schedule) -> None:
    damaged = told(HEADER + row(rule="?") * (MAX_PROBLEMS + 50), builtin)
    assert len(damaged) == MAX_PROBLEMS + 1
    # The first row stands on line 2.
    assert damaged[-1] == f"{MAX_PROBLEMS + 1}: : the rows below were not read; fix the ones above first"
    times = [f"2026-11-{day:02}T{hour:02}:30" for day in range(1, 31) for hour in range(10)]
    failing = told(
        HEADER + "".join(row(treated=time, start="absent", end="", differs="") for time in times), builtin
    )
    assert failing[-1] == "None: : and 100 more problems; fix these first"  # 30 x 10 - 200


# A clinic's table --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def clinic() -> Schedule:
    base = (FOLDER / "microneedling.toml").read_bytes()
    return read_schedule(CLINIC.encode(), file="clinic.toml", base=lambda _: base)


# Three days for makeup, two for earrings; a wording changes no time; direct sun is as the base has it.
CLINIC_CASES = HEADER + "".join(
    [
        row(end="2026-11-24T14:30", differs="-"),
        row(rule="earrings", end="2026-11-23T14:30", differs="-"),
        row(rule="smoking", prp="yes", start="absent", end="", differs=""),
        row(rule="direct-sun", end="2026-12-05T14:30", differs="2026-11-23T14:30"),
    ]
)


def test_a_clinics_table_works_out_what_it_changes_adds_and_switches_off(
    clinic: Schedule, builtin: Schedule
) -> None:
    assert told(CLINIC_CASES, clinic, builtin) == []
    missing = checked_cases(None, clinic, builtin, file="clinic.cases.csv")
    assert (missing.exists, missing.uncovered) == (False, ("makeup", "earrings", "smoking"))
    some = checked_cases(
        (HEADER + row(end="2026-11-24T14:30", differs="-")).encode(), clinic, builtin, file="x"
    )
    assert some.uncovered == ("earrings", "smoking")


def test_a_rule_that_the_base_does_not_know_either_is_unknown(clinic: Schedule, builtin: Schedule) -> None:
    assert told(HEADER + row(rule="earring"), clinic, builtin) == [
        '2: rule: unknown rule "earring"; did you mean "earrings"?'
    ]


def test_a_rule_whose_row_is_damaged_is_not_said_to_have_none(builtin: Schedule) -> None:
    checked = checked_cases((HEADER + row(end="?")).encode(), builtin, file="x")
    assert "makeup" not in checked.uncovered


# needlecare schedule check -----------------------------------------------------------------------


def test_check_runs_the_built_in_cases() -> None:
    done = needlecare("schedule", "check", "microneedling")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "microneedling.toml: no problems; 91 rules, 319 recommendations, 78 sources; "
        f"{len(rows())} cases hold\n"
    )


def test_check_runs_the_table_beside_a_file(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(CLINIC)
    table = tmp_path / "clinic.cases.csv"

    table.write_text(CLINIC_CASES)
    fine = needlecare("schedule", "check", "clinic.toml", cwd=tmp_path)
    assert (fine.code, fine.out[-14:]) == (0, "; 4 cases hold\n"[-14:])
    assert "case" not in fine.err

    table.write_text(HOLDS)  # right for the base, which the clinic changes
    wrong = needlecare("schedule", "check", "clinic.toml", cwd=tmp_path)
    assert wrong.code == 3
    # 21 Nov 14:30 + 3 days; one source, so nothing differs.
    assert (
        "clinic.cases.csv:2: makeup: end is 2026-11-24T14:30, expected 2026-11-23T14:30; "
        "differs is -, expected 2026-11-22T14:30 (48 h)\n"
    ) in wrong.err
    assert wrong.err.endswith(
        "clinic.cases.csv: no worked case for earrings and smoking; add a row for each\n"
    )
    assert wrong.out.startswith("clinic.toml: 91 rules")
    assert wrong.out.endswith("; 0 of 1 cases hold\n")

    table.write_text("a table\n")
    damaged = needlecare("schedule", "check", "clinic.toml", cwd=tmp_path)
    assert damaged.code == 3
    assert 'clinic.cases.csv:1: unknown column "a table"' in damaged.err
    assert "Traceback" not in damaged.err


def test_check_points_out_that_there_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(CLINIC)
    none = needlecare("schedule", "check", "clinic.toml", cwd=tmp_path)
    assert none.code == 0
    assert none.err.endswith(
        "clinic.toml: no worked cases; write a table of them, clinic.cases.csv, for makeup, earrings and smoking\n"
    )
    assert "case" not in none.out
    whole = tmp_path / "own.toml"
    whole.write_bytes((FOLDER / "microneedling.toml").read_bytes())
    # The first eight rules of 78 are named.
    err = needlecare("schedule", "check", "own.toml", cwd=tmp_path).err
    assert err.count("\n") == 1
    assert err.endswith("for actives, hydrate, pigment-prep, sun-before, antihistamines, nsaids-before, "
                        "alcohol-before, caffeine-before and 83 more rules\n")  # fmt: skip


def test_a_file_that_changes_no_time_needs_no_table(tmp_path: Path) -> None:
    head, _, _ = CLINIC.partition("[sources.us]")
    (tmp_path / "clinic.toml").write_text(head + '[clinic]\nname = "Harbour"\n')
    done = needlecare("schedule", "check", "clinic.toml", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")


def test_check_tells_its_cases_as_json(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(CLINIC)
    (tmp_path / "clinic.cases.csv").write_text(HEADER + row(end="2026-11-24T14:30") + row(rule="?"))
    (tmp_path / "bad.toml").write_text("id = 1")
    (tmp_path / "bare.toml").write_text(CLINIC)
    done = needlecare("schedule", "check", "clinic.toml", "bad.toml", "bare.toml", "--json", cwd=tmp_path)
    assert (done.code, done.err) == (3, "")
    clinic, bad, bare = json.loads(done.out)["files"]
    assert (clinic["ok"], clinic["problems"]) == (False, [])
    assert clinic["cases"] == {
        "file": "clinic.cases.csv",
        "exists": True,
        "total": 2,
        "holding": 0,
        "problems": [
            {
                "line": 2,
                "column": None,
                "where": "makeup",
                "what": "differs is -, expected 2026-11-22T14:30 (48 h)",
            },
            {
                "line": 3,
                "column": None,
                "where": "rule",
                "what": 'unknown rule "?"; needlecare schedule show lists them',
            },
        ],
        "uncovered": ["earrings", "smoking"],
    }
    assert (bad["ok"], bad["cases"]) == (False, None)
    assert (bare["ok"], bare["cases"]["exists"], bare["cases"]["file"]) == (True, False, "bare.cases.csv")
    assert bare["cases"]["uncovered"] == ["makeup", "earrings", "smoking"]


def test_a_table_that_is_not_a_regular_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(CLINIC)
    (tmp_path / "clinic.cases.csv").mkdir()
    done = needlecare("schedule", "check", "clinic.toml", cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert 'the worked cases "clinic.cases.csv" cannot be read: it is not a plain file' in done.err


def test_a_table_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(CLINIC)
    (tmp_path / "clinic.cases.csv").write_bytes(b"," * (MAX_TABLE_BYTES + 1))
    done = needlecare("schedule", "check", "clinic.toml", cwd=tmp_path)
    assert done.code == 3
    assert "clinic.cases.csv: larger than 1 MiB; split the table\n" in done.err
