"""The cells that say when an appointment ended; the order of day and month that a whole column shows."""

from datetime import UTC, datetime

import pytest

from needlecare.batch.dates import OrderEvidence, end_of_range, is_time_alone, parse_date_cell, plain_time
from needlecare.errors import UsageError
from needlecare.time.parsing import DateOrder
from needlecare.time.zones import zone_named

NEW_YORK = zone_named("America/New_York")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DMY, MDY = DateOrder.DMY, DateOrder.MDY

SETTLED = {
    # the cells of the rows from 1 on, the order that was given, the order that holds, and what is said
    ((), None): (None, ""),
    (("03/04/2026",), None): (None, ""),
    (("03/04/2026",), MDY): (MDY, ""),
    (("13/01/2026",), None): (None, ""),  # no cell is open to two readings
    (("13/01/2026", "3/03/2026"), None): (None, ""),  # nor is the third of March
    (("03/04/2026", "13/01/2026", "14/01/2026"), None): (
        DMY,
        (
            "Dates are read day first, since row 2 can't be read otherwise; give --dates dmy, "
            "so that days 1 to 12 can be read by themselves too."
        ),
    ),
    (("03/04/2026", "13/01/2026", "01/13/2026"), None): (None, ""),
    (("13/01/2026", "01/13/2026"), DMY): (DMY, ""),
    (("2026-01-13", "13 Jan 2026", ""), None): (None, ""),
}
WRONG_ORDER = {
    (("01/13/2026",), DMY): (
        "--dates dmy can't be right: row 1 has its month first; nothing was written; give --dates mdy"
    ),
    (("03/04/2026", "13/01/2026"), MDY): (
        "--dates mdy can't be right: row 2 has its day first; nothing was written; give --dates dmy"
    ),
    (("03/04/2026", "13/01/2026", "01/13/2026"), DMY): (
        "--dates dmy can't be right: row 3 has its month first, though row 2 does not; nothing was written; "
        "give --dates mdy, or write all dates in one order"
    ),
}


def evidence(cells: tuple[str, ...]) -> OrderEvidence:
    found = OrderEvidence()
    for number, cell in enumerate(cells, 1):
        found.add(number, cell)
    return found


@pytest.mark.parametrize(("cells", "given"), SETTLED)
def test_one_date_that_has_one_reading_settles_the_others(
    cells: tuple[str, ...], given: DateOrder | None
) -> None:
    assert evidence(cells).settle(given) == SETTLED[cells, given]


@pytest.mark.parametrize(("cells", "given"), WRONG_ORDER)
def test_an_order_that_a_date_proves_wrong_is_refused(cells: tuple[str, ...], given: DateOrder) -> None:
    with pytest.raises(UsageError) as refused:
        evidence(cells).settle(given)
    assert str(refused.value) == WRONG_ORDER[cells, given]


READ = {
    # the cell, the cell of a column of times, and the local moment in New York, or the date
    ("2026-11-21", ""): "2026-11-21",
    ("2026-11-21", "14:30"): "2026-11-21 14:30",
    ("2026-11-21 00:00", "14:30"): "2026-11-21 14:30",  # a spreadsheet writes a date with midnight
    ("2026-11-21 12:00:00 AM", "14:30"): "2026-11-21 14:30",
    ("2026-11-21 09:00", "14:30"): "2026-11-21 09:00",  # a time beside the date goes before the column
    ("46347.375", "14:30"): "2026-11-21 09:00",  # 46347 days after 30 December 1899, and three eighths
    ("02:30pm - Sat, Nov 21, 2026", ""): "2026-11-21 14:30",
    ("11/21/2026 2:30 PM EST", ""): "2026-11-21 14:30",
    ("11/21/2026", "2:30 PM (EST)"): "2026-11-21 14:30",
    ("21/11/2026", "14:30"): "2026-11-21 14:30",  # it proves its order, though another was given
    ("03/04/2026", "14:30"): "2026-03-04 14:30",
}


@pytest.mark.parametrize(("text", "clock"), READ)
def test_a_moment_is_read_from_one_cell_or_two(text: str, clock: str) -> None:
    found = parse_date_cell(text, time_of_day=clock, now=NOW, zone=NEW_YORK, order=MDY)
    shown = f"{found.astimezone(NEW_YORK):%Y-%m-%d %H:%M}" if isinstance(found, datetime) else f"{found}"
    assert shown == READ[text, clock]


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("11/21/2026 2:30 PM PST", ""),
        ("11/21/2026", "2:30 PM PST"),
        ("07/21/2026 2:30 PM EST", ""),  # New York's clocks say EDT in July
        ("2026-11-21 EST", ""),
        ("soon", "14:30"),
    ],
)
def test_another_zones_abbreviation_is_not_guessed(text: str, clock: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_date_cell(text, time_of_day=clock, now=NOW, zone=NEW_YORK, order=MDY)
    assert refused.value.code == "not-a-time"


PLAIN = {
    # as vendors write a date and a time, and what is read of it
    "2026-11-21T14:30": "2026-11-21T14:30",
    "21 Nov 2026 \u00b7 14:30": "21 Nov 2026 14:30",
    "21 Nov 2026 | 14:30": "21 Nov 2026 14:30",
    "21.11.2026, 14:30 Uhr": "21.11.2026, 14:30",
    "14:30Uhr": "14:30",
    "2:30 p. m.": "2:30 p.m.",
    "Nov 21, 2026 2:30 pm": "Nov 21, 2026 2:30 pm",
}


@pytest.mark.parametrize("text", PLAIN)
def test_what_vendors_write_beside_a_time_is_left_out(text: str) -> None:
    assert plain_time(text) == PLAIN[text]


ENDS = {
    # a range of hours, and the same with its end alone; None where it is none
    "14:30 - 15:30": "15:30",
    "14:30-15:30": "15:30",
    "14:30:00-15:30:00": "15:30:00",
    "9.15 to 10.05": "10.05",
    "9 - 10": "10",
    "2:30 PM \u2013 3:45 PM": "3:45 PM",
    "11:00 - 1:15 pm": "1:15 pm",
    "11:00 AM - 1:15": None,  # in the morning, or in the afternoon?
    "2026-11-21 14:30 - 15:30": "2026-11-21 15:30",
    "2026-11-21 14:30 bis 15:30": "2026-11-21 15:30",
    "2026-11-21 2:30-3:45 p.m.": "2026-11-21 3:45 p.m.",
    "2026-11-21 14:30-05:00": None,  # an offset from UTC
    "2026-11-21 14:30- 15:30": None,
    "14:59-15:00": "15:00",
    "14:29-14:30": "14:30",
    "14:30-14:30": None,
    "15:00-14:59": None,
    "9:00 - 9": None,
    "9 - 9:01": "9:01",
    "14:30": None,
}


@pytest.mark.parametrize("text", ENDS)
def test_of_a_range_of_hours_the_end_counts(text: str) -> None:
    assert end_of_range(text) == ENDS[text]


ALONE = {
    "14:30": True,
    "14:30:00.000": True,
    "2 p.m.": True,
    ".6041667": True,
    " 0.6041667 ": True,
    "2026-11-21 14:30": False,
    "21 Nov": False,
    "": False,
}


@pytest.mark.parametrize("text", ALONE)
def test_a_time_without_its_day_is_known(text: str) -> None:
    assert is_time_alone(text) == ALONE[text]
