"""The rows of one reference -> an appointment, or what is wrong, told without repeating a cell."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from needlecare.batch.appointment import (
    Appointment,
    CellOptions,
    Defaults,
    Found,
    appointments,
)
from needlecare.batch.report import Outcome, RowResult, record_json
from needlecare.batch.rows import NOT_AN_APPOINTMENT, Row
from needlecare.model import Column, Schedule, Services, SkinType, Treatment
from needlecare.plan.overrides import checked_overrides
from needlecare.time.zones import zone_named

BERLIN = zone_named("Europe/Berlin")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # a Tuesday; 10:00 in Berlin
BERLINERS = Defaults(zone=BERLIN)
DATE = "2026-11-21"
WORDS = Services(
    names=("needling",),
    prp=("PRP", "plasma"),
    scars=("scar", "scars"),
    other_treatments=("RF",),
    other_areas=("scalp",),
)


def row(number: int = 7, *, left_out: str | None = None, ref: str = "a1", **cells: str) -> Row:
    """Return a row of cells by our columns."""
    found = {Column(name): cell for name, cell in cells.items()}
    return Row(number=number, line=number + 2, ref=ref, cells=found, left_out=left_out)


def read(defaults: Defaults = BERLINERS, /, **cells: Any) -> Found:
    """Return what a single row comes to."""
    (found,) = appointments([row(**cells)], CellOptions(defaults=defaults, services=WORDS), NOW)
    return found


def planned(found: Found) -> Treatment:
    """Return the treatment of a row that is planned."""
    assert isinstance(found, Appointment), found
    return found.treatment


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
    assert planned(read(treated=cell)) == Treatment(treated=treated, zone=BERLIN)


def test_the_zone_of_a_row_goes_before_the_default() -> None:
    found = planned(read(treated="2026-11-21T14:30", tz="Asia/Tokyo"))
    assert found.treated == datetime(2026, 11, 21, 5, 30, tzinfo=UTC)  # nine hours ahead
    assert found.zone.key == "Asia/Tokyo"
    # at 15:00 UTC on Tuesday it is midnight in Tokyo: "today" is Wednesday there
    late = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    (found_today,) = appointments(
        [row(treated="today", tz="Asia/Tokyo")], CellOptions(defaults=BERLINERS), late
    )
    assert planned(found_today).treated == date(2026, 11, 25)


ENDS = {
    # why: the cells, the local end in Berlin, and what is pointed out
    "start and duration": ({"treated": "2026-11-21 14:30", "duration": "60"}, "15:30", ()),
    "a date and a time": ({"treated": "21 Nov 2026", "time": "2:30 pm", "duration": "1h 15m"}, "15:45", ()),
    "a date with an empty midnight": (
        {"treated": "2026-11-21 00:00:00", "time": "14:30"},
        "14:30",
        ("no-end",),
    ),
    "an end": ({"treated": "2026-11-21 14:30", "end": "2026-11-21 15:20"}, "15:20", ()),
    "the end goes before the duration": (
        {"treated": "2026-11-21 14:30", "end": "2026-11-21 15:20", "duration": "90"},
        "15:20",
        (),
    ),
    "an end without its day": ({"treated": "2026-11-21 14:30", "end": "3:20 pm"}, "15:20", ()),
    "an end beside a date alone": ({"treated": "2026-11-21", "end": "15:20"}, "15:20", ()),
    "neither": ({"treated": "2026-11-21 14:30"}, "14:30", ("no-end",)),
    "an empty duration": ({"treated": "2026-11-21 14:30", "duration": "0"}, "14:30", ("no-end",)),
    "a range of hours": ({"treated": "2026-11-21 14:30 - 15:30"}, "15:30", ()),
    "one beside its date, and a duration that it has already": (
        {"treated": "2026-11-21", "time": "14:30-15:30", "duration": "60"},
        "15:30",
        (),
    ),
    "an end without its time": ({"treated": "2026-11-21 14:30", "end": "2026-11-21"}, "14:30", ()),
    "an end that is the start": ({"treated": "2026-11-21 14:30", "end": "14:30"}, "14:30", ()),
}


@pytest.mark.parametrize(("cells", "clock", "notes"), ENDS.values(), ids=ENDS)
def test_an_appointment_counts_from_its_end(
    cells: dict[str, Any], clock: str, notes: tuple[str, ...]
) -> None:
    reading = CellOptions(defaults=BERLINERS, expects_end=True)
    (found,) = appointments([row(**cells)], reading, NOW)
    treated = planned(found).treated
    assert isinstance(treated, datetime)
    assert f"{treated.astimezone(BERLIN):%Y-%m-%d %H:%M}" == f"2026-11-21 {clock}"
    assert isinstance(found, Appointment)
    assert found.notes == notes


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"treated": "2026-11-21 14:30", "end": "2026-11-21 13:00"}, "end", "before-start"),
        ({"treated": "2026-11-21 14:30", "end": "soon"}, "end", "not-a-time"),
        ({"treated": "2026-11-21 14:30", "duration": "long"}, "duration", "invalid"),
        ({"treated": "2026-11-21 14:30", "duration": "1"}, "duration", "invalid"),  # an hour, or a minute?
    ],
)
def test_an_end_or_a_duration_that_cannot_be_is_told(cells: dict[str, str], column: str, code: str) -> None:
    found = read(**cells)
    assert isinstance(found, list)
    assert [(problem.column, problem.code) for problem in found] == [(column, code)]


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
    found = planned(read(Defaults(zone=BERLIN, prp=True, skin_type=SkinType.II), treated=DATE, **cells))
    assert (found.prp, found.skin_type, found.scars) == expected


MARKER = "Marker-7f3"  # stands for what a patient would not want to read in a log
WRONG = {
    # why: the cells, the column, the code, and a word of what is expected
    "no ref": ({"ref": ""}, "ref", "missing", "opaque reference"),
    "a control character in a ref": ({"ref": f"{MARKER}\x07"}, "ref", "invalid", "printable"),
    "a line break in a ref": ({"ref": f"{MARKER}\nx"}, "ref", "invalid", "printable"),
    "a ref that is not UTF-8": ({"ref": f"{MARKER}\udcfc"}, "ref", "invalid", "printable"),
    "half a character of JSON in a ref": ({"ref": f"{MARKER}\ud800"}, "ref", "invalid", "printable"),
    "a number that a spreadsheet has cut": ({"ref": "6.08195E+17"}, "ref", "damaged-number", "whole number"),
    "the same with a comma": ({"ref": "6,08E+17"}, "ref", "damaged-number", "whole number"),
    "a ref of 401 characters": ({"ref": "x" * 401}, "ref", "invalid", "400"),
    "no time": ({"treated": ""}, "treated", "missing", "2026-11-21T14:30"),
    "a date of two readings": ({"treated": "03/04/2026"}, "treated", "two-readings", "--dates dmy"),
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


ZONES = {
    # the zone and the day: the code of the problem, and the zone that is suggested
    ("EST", "2026-07-01T14:30"): ("summer-time", "America/New_York"),
    ("EST", "2026-12-01T14:30"): None,
    ("GMT", "2026-07-01T14:30"): ("summer-time", "Europe/London"),
    ("GMT", "2026-12-01T14:30"): None,
    ("UTC", "2026-07-01T14:30"): None,
    ("EST5EDT", "2026-07-01T14:30"): None,
    ("PST", "2026-12-01T14:30"): ("invalid", "America/Los_Angeles"),
    ("BST", "2026-07-01T14:30"): ("invalid", "Europe/London"),
}


@pytest.mark.parametrize(("zone", "treated"), ZONES)
def test_abbreviations_that_know_no_summer_time_are_questioned(zone: str, treated: str) -> None:
    found = read(treated=treated, tz=zone)
    expected = ZONES[zone, treated]
    if expected is None:
        assert isinstance(found, Appointment)
    else:
        assert isinstance(found, list)
        assert (found[0].code, expected[1] in found[0].expected) == (expected[0], True)


NOTES = {
    # why: the cells, and the codes of what is pointed out; today is 24 November 2026
    "an hour in the day": ({"treated": "2026-11-21 06:00"}, ()),
    "the last one": ({"treated": "2026-11-21 22:59"}, ()),
    "before six": ({"treated": "2026-11-21 05:59"}, ("at-night",)),
    "eleven at night": ({"treated": "2026-11-21 23:00"}, ("at-night",)),
    "730 days ago, 29 February 2024 not among them": ({"treated": "2024-11-24"}, ()),
    "731 days ago": ({"treated": "2024-11-23"}, ("far-away",)),
    "in 730 days, with 29 February 2028": ({"treated": "2028-11-23"}, ()),
    "in 731 days": ({"treated": "2028-11-24"}, ("far-away",)),
    "one skin type": ({"treated": DATE, "skin_type": "IV"}, ()),
    "two of them": ({"treated": DATE, "skin_type": "III-IV"}, ("skin-type-range",)),
    "no skin type": ({"treated": DATE, "skin_type": "n/a"}, ()),
    "a zone of the file's own": ({"treated": "2026-11-21 14:30", "tz": "Asia/Tokyo"}, ()),
}


@pytest.mark.parametrize(("cells", "notes"), NOTES.values(), ids=NOTES)
def test_what_may_be_a_mistake_is_pointed_out(cells: dict[str, str], notes: tuple[str, ...]) -> None:
    found = read(**cells)
    assert isinstance(found, Appointment)
    assert found.notes == notes


OTHER_ZONES = {
    # the default zone, the zone that a booking system names, the cell: whether another zone is pointed out
    (BERLIN, "Asia/Tokyo", "2026-11-21 14:30"): True,
    (BERLIN, "Europe/Berlin", "2026-11-21 14:30"): False,
    (BERLIN, "Europe/Paris", "2026-11-21 14:30"): False,  # the same moment
    (BERLIN, "Asia/Tokyo", "2026-11-21T14:30Z"): False,  # which is fixed
    (BERLIN, "Asia/Tokyo", "2026-11-21"): False,
    (None, "Asia/Tokyo", "2026-11-21 14:30"): False,
}


@pytest.mark.parametrize(("zone", "named", "treated"), OTHER_ZONES)
def test_a_vendors_zone_is_pointed_out_where_it_changes_the_moment(
    zone: ZoneInfo | None, named: str, treated: str
) -> None:
    reading = CellOptions(defaults=Defaults(zone=zone), vendors_zone=True)
    (found,) = appointments([row(treated=treated, tz=named)], reading, NOW)
    assert isinstance(found, Appointment)
    assert ("other-zone" in found.notes) == OTHER_ZONES[zone, named, treated]


LEFT_OUT_DAYS = {
    # why: the cells of a row that is left out, and the day of its appointment
    "a day": ({"treated": DATE}, date(2026, 11, 21)),
    "an evening in the row's zone": (
        {"treated": "2026-11-21T22:00Z", "tz": "Asia/Tokyo"},
        date(2026, 11, 22),
    ),
    "no day": ({}, None),
    "one that cannot be read": ({"treated": "soon"}, None),
}


@pytest.mark.parametrize(("cells", "day"), LEFT_OUT_DAYS.values(), ids=LEFT_OUT_DAYS)
def test_a_row_that_is_left_out_keeps_its_day(cells: dict[str, str], day: date | None) -> None:
    expected = RowResult(
        number=7, line=9, ref="a1", outcome=Outcome.LEFT_OUT, reason="Status is Cancelled", day=day
    )
    assert read(left_out="Status is Cancelled", **cells) == expected


def test_a_line_of_totals_has_no_day() -> None:
    found = read(left_out=NOT_AN_APPOINTMENT, treated=DATE)
    assert isinstance(found, RowResult)
    assert found.outcome is Outcome.LEFT_OUT
    assert found.day is None


def test_what_neither_the_row_nor_an_option_says_is_known(builtin: Schedule) -> None:
    options = frozenset({Column.PRP, Column.SKIN_TYPE, Column.SCARS, Column.OVERRIDE})
    typed = Defaults(zone=BERLIN, prp=True, skin_type=SkinType.II)
    overridden = Defaults(zone=BERLIN, overrides=checked_overrides(["makeup=P9D"], builtin))
    for defaults, cells, unsaid in (
        (BERLINERS, {}, options),
        (BERLINERS, {"prp": "no", "skin_type": "n/a"}, options - {Column.PRP}),
        (BERLINERS, {"service": "Microneedling"}, options - {Column.PRP, Column.SCARS}),
        (BERLINERS, {"skin_type": "IV", "scars": "no"}, options - {Column.SKIN_TYPE, Column.SCARS}),
        (BERLINERS, {"override": "makeup=P9D"}, options - {Column.OVERRIDE}),
        (typed, {}, options - {Column.PRP, Column.SKIN_TYPE}),
        (overridden, {}, options - {Column.OVERRIDE}),
    ):
        found = read(defaults, treated=DATE, **cells)
        assert isinstance(found, Appointment)
        assert found.unsaid == unsaid


def test_a_column_of_overrides_goes_before_the_option(builtin: Schedule) -> None:
    typed = checked_overrides(["makeup=P9D", "swimming=P9D"], builtin)
    reading = CellOptions(defaults=Defaults(zone=BERLIN, overrides=typed), schedule=builtin)
    (found,) = appointments([row(treated=DATE, override="makeup=PT72H; heat=P5D")], reading, NOW)
    overrides = {one.rule: one.offset.text for one in planned(found).overrides}
    assert overrides == {"makeup": "PT72H", "heat": "P5D", "swimming": "P9D"}
    (wrong,) = appointments([row(treated=DATE, override=f"{MARKER}=P1D")], reading, NOW)
    assert isinstance(wrong, list)
    assert [(problem.column, problem.code) for problem in wrong] == [("override", "invalid")]
    assert MARKER not in str(wrong[0])


def test_a_row_that_fails_holds_back_the_other_rows_of_its_reference() -> None:
    """It may be the add-on with PRP, or the later end."""
    found = appointments([row(1, treated="soon"), row(2, treated=DATE)], CellOptions(defaults=BERLINERS), NOW)
    codes = [(one[0].number, one[0].code) for one in found if isinstance(one, list)]
    assert codes == [(1, "not-a-time"), (2, "other-row")]


def test_refs_that_a_spreadsheet_has_rounded_are_refused() -> None:
    """Told by the whole column: every reference of more than 15 digits ends in zeros."""
    reading = CellOptions(defaults=BERLINERS, rounded_refs=True)
    (found,) = appointments([row(ref="608194747365853000", treated=DATE)], reading, NOW)
    assert isinstance(found, list)
    assert found[0].code == "damaged-number"


# Services, and rows of one appointment ------------------------------------------------------------

BY_SERVICE = CellOptions(defaults=BERLINERS, services=WORDS, service_heading="Type")

SERVICES = {
    # the service: whether it is planned, and then PRP and scars
    "Microneedling": (False, False),
    "Microneedling with PRP": (True, False),
    "Microneedling (no PRP)": (False, False),
    "Microneedling without PRP": (False, False),
    "Microneedling, PRP: no": (False, False),
    "Micro-needling + PRP for acne scars": (True, True),
    "Medical Needling - scars": (False, True),
    "": (False, False),  # nobody says what it was: kept
    "Botox": None,
    "RF Microneedling": None,
    "Microneedling scalp": None,
    "PRP injections": None,
}


@pytest.mark.parametrize("service", SERVICES)
def test_the_service_says_whether_to_plan_and_with_what(service: str) -> None:
    (found,) = appointments([row(treated=DATE, service=service)], BY_SERVICE, NOW)
    expected = SERVICES[service]
    if expected is None:
        assert isinstance(found, RowResult)
        assert found.outcome is Outcome.LEFT_OUT
        assert found.reason == "Type is another treatment"
    else:
        assert (planned(found).prp, planned(found).scars) == expected


def test_an_option_that_only_the_service_names_counts_against_a_no() -> None:
    (found,) = appointments([row(treated=DATE, prp="no", service="Needling + PRP")], BY_SERVICE, NOW)
    assert planned(found).prp


def test_rows_of_one_day_are_one_appointment_with_the_latest_end_and_the_stricter_options() -> None:
    rows = [
        row(1, treated="2026-11-21 14:30", duration="60", service="Microneedling", skin_type="II"),
        row(2, treated="2026-11-21 15:30", duration="15", service="PRP add-on", skin_type="IV"),
        row(3, treated="2026-11-21 14:30", left_out="Status is Cancelled", service="Peel"),
    ]
    left_out, found, merged = appointments(rows, BY_SERVICE, NOW)
    assert isinstance(left_out, RowResult)
    assert left_out.outcome is Outcome.LEFT_OUT
    assert isinstance(merged, RowResult)
    assert merged.outcome is Outcome.MERGED
    treatment = planned(found)
    assert treatment.treated == datetime(2026, 11, 21, 14, 45, tzinfo=UTC)  # 15:45 in Berlin
    assert (treatment.prp, treatment.skin_type) == (True, SkinType.IV)


def test_another_day_needs_a_reference_of_its_own() -> None:
    rows = [row(1, treated=DATE), row(2, treated="2026-11-22"), row(3, treated=DATE)]
    first, merged, second = appointments(rows, CellOptions(defaults=BERLINERS), NOW)
    assert isinstance(first, Appointment)
    assert isinstance(merged, RowResult)
    assert merged.outcome is Outcome.MERGED
    assert isinstance(second, list)
    assert [(problem.number, problem.code) for problem in second] == [(2, "duplicate")]


def test_another_treatment_on_another_day_is_no_second_appointment() -> None:
    rows = [row(1, treated=DATE, service="Botox"), row(2, treated="2026-11-22", service="Microneedling")]
    first, second = appointments(rows, BY_SERVICE, NOW)
    assert isinstance(first, RowResult)
    assert first.outcome is Outcome.LEFT_OUT
    assert isinstance(second, Appointment)


def test_the_built_in_words_tell_the_face_from_the_body(builtin: Schedule) -> None:
    reading = CellOptions(defaults=BERLINERS, services=builtin.services, service_heading="Type")
    kept = (
        "SkinPen + PRP",
        "Derma pen face, neck & chest",
        "Collagen Induction Therapy",
        "Full face microneedling",
    )
    gone = (
        "Radiofrequency microneedling",
        "Stretch marks microneedling",
        "Microneedling back",
        "Dry needling",
        "Scalp PRP",
    )
    for service in (*kept, *gone):
        (found,) = appointments([row(treated=DATE, service=service)], reading, NOW)
        assert isinstance(found, Appointment) == (service in kept), service
