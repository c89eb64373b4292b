"""A real Thunderbird, without a window: its own import service, with a first file, a revised one and a cancelled one.

What it ought to hold is what the calendar says before it becomes a file. docs/calendars.md tells people what is
found here: a second import changes nothing, and what works is to delete the calendar and import again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from calendars import AHEAD
from thunderbird import Thunderbird

from examples import EXAMPLE, treatment
from needlecare.calendar.course_events import course_calendar
from needlecare.calendar.events import calendar
from needlecare.calendar.ics import Calendar, Event, stream
from needlecare.calendar.update import Export, cancel, revise
from needlecare.plan.combine import plan
from needlecare.plan.course import course
from needlecare.storage.rule_files import load_schedule
from needlecare.time.zones import Edge, local, resolve

pytestmark = [pytest.mark.client, pytest.mark.long]

LATER = AHEAD + timedelta(days=1)
MOVED = treatment("2026-11-22T09:00+01:00", prp=True, skin_type=EXAMPLE.skin_type)


@pytest.fixture(scope="module")
def thunderbird(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Thunderbird]:
    """One Thunderbird for all tests of this file: it takes some seconds to start."""
    with Thunderbird(tmp_path_factory.mktemp("thunderbird") / "profile") as running:
        yield running


@dataclass(frozen=True, slots=True, order=True)
class Held:
    """An event as Thunderbird holds it; moments are UTC, as RFC 5545 writes them."""

    uid: str
    title: str
    text: str
    status: str
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    rings: tuple[tuple[str, str], ...]


def held(answer: dict[str, Any]) -> list[Held]:
    """Return what Thunderbird says that a calendar holds."""
    assert all(item["shown"] == "TRANSPARENT" for item in answer["items"])
    return sorted(
        Held(
            uid=item["uid"],
            title=item["title"],
            text=item["text"],
            status=item["status"],
            starts=tuple(item["starts"]),
            ends=tuple(item["ends"]),
            rings=tuple((at, text) for at, text in item["rings"]),
        )
        for item in answer["items"]
    )


def expected(made: Calendar) -> list[Held]:
    return sorted(expected_of(made, entry) for entry in made.events)


def expected_of(made: Calendar, entry: Event) -> Held:
    starts, ends = [written(at) for at in days_of(entry, entry.start)], days_of(entry, entry.end)
    return Held(
        uid=made.uid(entry),
        title=entry.title,
        text=entry.text,
        status="CONFIRMED",
        starts=tuple(starts),
        ends=tuple(written(at) for at in ends),
        rings=tuple((at, entry.title) for at in starts) if entry.rings else (),
    )


def days_of(entry: Event, at: datetime | date) -> list[datetime | date]:
    """Return a moment of an event on each of its days, at the same time by the clocks of its zone."""
    if entry.daily is None or not isinstance(at, datetime):
        return [at]
    wall = local(at, entry.daily.zone).replace(tzinfo=None)
    days = (wall + timedelta(days=number) for number in range(entry.daily.count))
    return [resolve(day, entry.daily.zone, Edge.START) for day in days]


def written(at: datetime | date) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}" if isinstance(at, datetime) else f"{at:%Y%m%d}"


def test_a_first_import_holds_every_event_and_rings_in_the_words_of_its_title(
    thunderbird: Thunderbird, tmp_path: Path
) -> None:
    face, body = load_schedule("microneedling"), load_schedule("microneedling-body")
    calendars = {
        "a treatment": calendar(plan(EXAMPLE, face), AHEAD),
        "where the clocks go back in the night": calendar(
            plan(treatment("2026-10-31T18:00-04:00", "America/New_York"), face), AHEAD
        ),
        "a date": calendar(plan(treatment("2026-11-21"), body), AHEAD),
        "a course": course_calendar(course(EXAMPLE, face), AHEAD),
    }
    for name, made in calendars.items():
        file = tmp_path / f"{name}.ics"
        file.write_bytes(stream(made))
        answer = thunderbird.imported(file, name)
        assert answer["refused"] is None
        assert held(answer) == expected(made), name


def test_a_second_import_changes_nothing_and_one_into_a_new_calendar_everything(
    thunderbird: Thunderbird, tmp_path: Path
) -> None:
    face, file = load_schedule("microneedling"), tmp_path / "plan.ics"
    first = calendar(plan(EXAMPLE, face), AHEAD)
    file.write_bytes(stream(first))
    assert held(thunderbird.imported(file, "plan")) == expected(first)
    export = Export(file.read_bytes())
    newer = calendar(plan(MOVED, face), LATER, ref=export.reference, remembered=export.options)
    file.write_bytes(revise(export, newer, LATER).data)
    again = thunderbird.imported(file, "plan")
    assert again["refused"] is not None
    assert held(again) == expected(first)
    anew = thunderbird.imported(file, "plan", anew=True)
    assert anew["refused"] is None
    assert held(anew) == expected(newer)


def test_a_cancelled_file_must_be_imported_into_a_new_calendar(
    thunderbird: Thunderbird, tmp_path: Path
) -> None:
    file = tmp_path / "plan.ics"
    first = calendar(plan(EXAMPLE, load_schedule("microneedling")), AHEAD)
    file.write_bytes(stream(first))
    thunderbird.imported(file, "cancelled")
    file.write_bytes(cancel(Export(file.read_bytes()), LATER).data)
    assert held(thunderbird.imported(file, "cancelled")) == expected(first)  # and its alarms ring
    anew = held(thunderbird.imported(file, "cancelled", anew=True))
    assert len(anew) == len(first.events)
    for event in anew:
        assert event.title.startswith("Cancelled: ")
        assert (event.status, event.rings) == ("CANCELLED", ())
