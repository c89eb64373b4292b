"""The line of a calendar that says what it was made with: written, and read again by the next revision."""

from datetime import UTC, date, datetime, time

import pytest

from examples import BERLIN
from needlecare.calendar.options import CalendarOptions, options_text, parse_options
from needlecare.model import (
    Alarms,
    DailyCare,
    Detail,
    Override,
    QuietHours,
    Reminders,
    SkinType,
    Treatment,
)
from needlecare.time.offsets import parse_offset
from needlecare.time.zones import zone_named

FULL = (
    "treated=20261121T133000Z zone=Europe/Berlin prp=yes skin-type=IV scars=no override=makeup:PT72H "
    "override=heat:P5D schedule=microneedling version=1.0_beta follow=a follow=b detail=full alarms=none "
    "quiet-hours=21:30-08:15 daily=20:15 planned=20261101T120000Z sessions=3 every=P28D move=2:20261220 "
    "move=3:20270117T100000Z"
)
LEAST = (
    "treated=20261121 zone=UTC prp=no skin-type=unknown scars=yes schedule=microneedling version=1 "
    "detail=discreet alarms=gentle quiet-hours=00:00-00:00 daily=none"
)
OPTIONS = {
    FULL: CalendarOptions(
        treatment=Treatment(
            treated=datetime(2026, 11, 21, 13, 30, tzinfo=UTC),
            zone=zone_named(BERLIN),
            prp=True,
            skin_type=SkinType.IV,
            overrides=(
                Override(rule="makeup", offset=parse_offset("PT72H")),
                Override(rule="heat", offset=parse_offset("P5D")),
            ),
        ),
        schedule="microneedling",
        version="1.0_beta",
        follow=("a", "b"),
        detail=Detail.FULL,
        reminders=Reminders(
            alarms=Alarms.NONE, quiet=QuietHours(start=time(21, 30), end=time(8, 15)), daily=time(20, 15)
        ),
        planned=datetime(2026, 11, 1, 12, 0, tzinfo=UTC),
        sessions=3,
        every="P28D",
        moves=((2, date(2026, 12, 20)), (3, datetime(2027, 1, 17, 10, 0, tzinfo=UTC))),
    ),
    LEAST: CalendarOptions(
        treatment=Treatment(treated=date(2026, 11, 21), zone=zone_named("UTC"), scars=True),
        schedule="microneedling",
        version="1",
        reminders=Reminders(
            alarms=Alarms.GENTLE, quiet=QuietHours(start=time(), end=time()), daily=DailyCare.NONE
        ),
    ),
}


@pytest.mark.parametrize("line", OPTIONS, ids=["all", "few"])
def test_options_are_written_and_read(line: str) -> None:
    assert options_text(OPTIONS[line]) == line
    assert parse_options(line) == OPTIONS[line]
    assert parse_options(line.replace(":", "\\:")) == OPTIONS[line]  # as some clients write a text


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("prp=yes", "prp=perhaps"),
        ("prp=yes ", ""),
        ("skin-type=IV", "skin-type=VII"),
        ("zone=Europe/Berlin", "zone=Mars"),
        ("treated=20261121T133000Z", "treated=soon"),
        ("heat:P5D", "heat:long"),
        ("quiet-hours=21:30-08:15", "quiet-hours=21:30"),
        ("sessions=3", "sessions=three"),
        ("move=2:20261220", "move=2"),
        ("detail=full", "detail=other"),
    ],
)
def test_options_that_are_damaged_are_none(said: str, instead: str) -> None:
    assert said in FULL
    assert parse_options(FULL.replace(said, instead)) is None
