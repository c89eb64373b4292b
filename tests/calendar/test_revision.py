"""An export's later life: --update, needlecare cancel, --ref, and what rings.

The exported file is the only state. What stays keeps its UID and every byte; what
changes is raised, and nothing else; what vanishes is cancelled until its time has
passed; what is not ours stays; and a file that cannot be read stays as it was.
"""

import dataclasses
import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

import icalendar
import pytest
from calendars import (
    BUILTIN,
    DATES,
    MOMENTS,
    TREATMENT,
    WINDOWS,
    ZONES,
    by_icalendar,
    calendar_bytes,
    called_off,
    end_of,
    first_moment,
    made_of,
    only,
    rule,
    said,
    updated_file,
)
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from examples import BERLIN, EXAMPLE, at, treatment
from needlecare.calendar.events import calendar
from needlecare.calendar.update import Export, RevisionSummary, cancel, checked_size
from needlecare.cli.app import run
from needlecare.errors import UsageError
from needlecare.model import (
    Alarms,
    Condition,
    DailyCare,
    Detail,
    Kind,
    Plan,
    QuietHours,
    Recommendation,
    Reminders,
    Rule,
    Schedule,
    SkinType,
    Treatment,
)
from needlecare.plan.combine import plan
from needlecare.rules.load import read_schedule
from needlecare.time.offsets import parse_offset
from program import needlecare

# A plan small enough to follow by hand -------------------------------------------------------------


def backed(one: Rule, end: str, condition: Condition) -> Rule:
    """Return a rule with one more recommendation, for some treatments only."""
    more = Recommendation(
        claim=f"{one.id}-more",
        source="dagan",
        statement="And so.",
        start=parse_offset("P0D"),
        end=parse_offset(end),
        condition=condition,
    )
    return replace(one, recommendations=(*one.recommendations, more))


ACTIVES = rule("actives", "P0D", "-P7D", Kind.PREPARE)
MAKEUP = backed(rule("makeup", "PT48H"), "PT72H", Condition.PRP)
SWIMMING = rule("swimming", "P5D")
SUN = backed(rule("sun", "P14D"), "P28D", Condition.DARKER_SKIN)
PHOTO = rule("photo", "P1M", "P1M", Kind.MILESTONE)
CREAM = rule("cream", "P5D", "P1D", Kind.DO, daily=True)
RULES = (ACTIVES, MAKEUP, SWIMMING, SUN, PHOTO, CREAM)

MONDAY = treatment("2026-08-03T14:30+02:00", skin_type=SkinType.I)
BEFORE = at("2026-07-20T12:00+02:00")  # two weeks ahead, so that the preparation lies ahead too
TUESDAY = treatment("2026-08-04T14:30+02:00", skin_type=SkinType.I)
LATER = at("2026-07-21T09:00+02:00")
STAMP = "20260721T070000Z"

# Its events: their starts and ends, in UTC or as local days (Berlin is at +02:00).
SMALL = {
    "prepare/actives": ("2026-07-27T07:00", "2026-07-27T07:15"),  # P7D before, told at 09:00
    "start": ("2026-08-03T12:30", "2026-08-05T12:30"),  # 48 hours
    "phase/makeup": ("2026-08-05T12:30", "2026-08-05T12:45"),  # PT48H; three days, so 15 minutes are shown
    "bar/makeup": ("2026-08-06", "2026-08-08"),
    "phase/swimming": ("2026-08-08T12:30", "2026-08-08T12:45"),  # P5D; nine days
    "bar/swimming": ("2026-08-09", "2026-08-17"),
    "middle/swimming": ("2026-08-12T12:30", "2026-08-12T12:45"),  # four of nine days on
    "phase/sun": ("2026-08-17T12:30", "2026-08-17T12:45"),  # P14D; nothing is left
    "milestone/photo": ("2026-09-03T07:00", "2026-09-03T07:15"),  # P1M, told at 09:00
}
QUIETLY = Reminders(daily=DailyCare.NONE)  # without the reminder of daily care


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """An event of ours as a parser sees it, and its bytes."""

    uid: str
    sequence: int
    stamps: tuple[str, str]
    start: str
    end: str
    cancelled: bool
    alarms: int
    raw: bytes


STAMPED = re.compile("DTSTAMP:|LAST-MODIFIED:|SEQUENCE:")
EVENT = re.compile(rb"BEGIN:VEVENT\r\n.*?END:VEVENT\r\n", re.DOTALL)


def ours(data: bytes) -> dict[str, Ours]:
    """Return the events of ours by their role."""
    read = [our_event(raw) for raw in EVENT.findall(data)]
    found = {one[0]: one[1] for one in read if one}
    assert len(found) == sum(one is not None for one in read)
    return found


@lru_cache(512)  # of a file that is revised, most events stay as they are
def our_event(raw: bytes) -> tuple[str, Ours] | None:
    """Return an event of ours with its role, or None if it is none of ours."""
    event = event_of(raw)
    if "X-NEEDLECARE-ROLE" not in event:
        return None
    return str(event["X-NEEDLECARE-ROLE"]), Ours(
        uid=str(event["UID"]),
        sequence=int(event["SEQUENCE"]),
        stamps=(value(event, "DTSTAMP"), value(event, "LAST-MODIFIED")),
        start=event.decoded("DTSTART").isoformat()[:16],
        end=event.decoded("DTEND").isoformat()[:16],
        cancelled=event.get("STATUS") == "CANCELLED",
        alarms=len(event.walk("VALARM")),
        raw=raw,
    )


def value(event: Any, name: str) -> str:
    written: bytes = event[name].to_ical()
    return written.decode()


def event_of(raw: bytes) -> Any:
    """Return the event of its own bytes; Any, since each value that icalendar reads has 30 types."""
    return icalendar.Event.from_ical(raw)


def read(data: bytes, component: str) -> list[Any]:
    """Return the components of a name in a file."""
    return list(icalendar.Calendar.from_ical(data).walk(component))


def small(schedule_v1: Schedule, *rules: Rule) -> Schedule:
    """Return a schedule of few rules, reviewed before its plans are made: stamps never go back."""
    return replace(only(schedule_v1, *(rules or RULES)), reviewed=date(2026, 1, 1))


def updated(data: bytes, made: Plan, now: datetime, **options: Any) -> tuple[bytes, RevisionSummary]:
    """Return the file that follows an export for a plan, as --update does."""
    export = Export(data)
    options = {"reminders": QUIETLY, **options}
    newer = calendar(made, now, ref=export.reference, remembered=export.options, **options)
    return updated_file(export, newer, now)


@cache
def rules() -> Schedule:
    """Return the built-in schedule where hypothesis draws: of a fixture it would print all that it holds."""
    return read_schedule(BUILTIN.read_bytes(), file=BUILTIN.name)


@pytest.fixture(scope="module")
def first(schedule_v1: Schedule) -> bytes:
    """Return the first export of the small plan."""
    return calendar_bytes(plan(MONDAY, small(schedule_v1)), BEFORE, reminders=QUIETLY)


def test_the_small_plan_has_these_events(first: bytes) -> None:
    assert {role: (one.start, one.end) for role, one in ours(first).items()} == SMALL


# Nothing changed ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "exported_at", "updated_at"),
    [
        pytest.param("2026-11-21T14:30", "2026-11-01T12:00", "2026-11-01T12:00", id="at once"),
        pytest.param("2026-11-21T14:30", "2026-11-01T12:00", "2026-11-20T12:00", id="still ahead"),
        pytest.param("2026-11-21T14:30", "2026-11-01T12:00", "2026-11-21T14:30", id="begun since"),
        pytest.param("2026-11-21T14:30", "2026-11-01T12:00", "2026-11-22T07:00", id="the day after"),
        pytest.param("2026-11-21T14:30", "2026-11-01T12:00", "2027-10-01T12:00", id="long over"),
        pytest.param("2026-11-21T14:30", "2026-11-21T15:30", "2027-10-01T12:00", id="exported after it"),
        # five of the days of preparation are behind it already
        pytest.param("2026-11-21T14:30", "2026-11-19T12:00", "2026-11-23T12:00", id="exported late"),
        pytest.param("2026-11-21", "2026-11-01T12:00", "2026-11-21T00:00", id="of a date, begun"),
        pytest.param("2026-11-21", "2026-11-21T09:00", "2027-06-01T09:00", id="of a date, over"),
    ],
)
@pytest.mark.parametrize(
    "options",
    [(), ("--detail", "full", "--alarms", "none", "--daily", "20:00", "--prp", "--ref", "A-17")],
    ids=["by default", "otherwise"],
)
def test_where_nothing_changed_not_a_byte_changes(
    when: str, exported_at: str, updated_at: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    file = tmp_path / "plan.ics"
    command = ("plan", when, "--tz", BERLIN, "--schedule", "microneedling", *options, "--ics", str(file))
    assert command_line(*command, "--as-of", exported_at)[0] == 0
    data = file.read_bytes()
    code, heard = command_line(*command, "--as-of", updated_at, "--update")
    assert code == 0
    assert heard == f"Calendar unchanged in {file}: {len(ours(data))} unchanged.\n"
    assert file.read_bytes() == data


def test_where_nothing_changed_the_program_says_so_and_leaves_the_file(tmp_path: Path) -> None:
    file = tmp_path / "plan.ics"
    command = ("plan", "2026-11-21T14:30", "--tz", BERLIN, "--schedule", "microneedling", "--ics", str(file))
    made = needlecare(*command, "--as-of", "2026-11-01T12:00")
    assert made.code == 0, made.err
    before = (file.read_bytes(), file.stat().st_mtime_ns, file.stat().st_ino)
    again = needlecare(*command, "--as-of", "2026-11-07T12:00", "--update")
    assert again.code == 0, again.err
    assert re.fullmatch(rf"Calendar unchanged in {re.escape(str(file))}: [0-9]+ unchanged\.\n", again.err)
    assert (file.read_bytes(), file.stat().st_mtime_ns, file.stat().st_ino) == before


def test_update_of_a_file_that_does_not_exist_is_a_first_export(tmp_path: Path) -> None:
    command = ("plan", "2026-11-21T14:30", "--tz", BERLIN, "--as-of", "2026-11-01T12:00")
    for name, more in (("a.ics", ()), ("b.ics", ("--update",))):
        assert command_line(*command, "--ics", str(tmp_path / name), *more)[0] == 0
    assert (tmp_path / "a.ics").read_bytes() == (tmp_path / "b.ics").read_bytes()


def command_line(*arguments: str) -> tuple[int, str]:
    """Return the exit code of a command line and what it says on standard error; an exception is raised."""
    heard = io.StringIO()
    with redirect_stderr(heard), redirect_stdout(io.TextIOWrapper(io.BytesIO(), "utf-8")):
        code = run(list(arguments))
    return code, heard.getvalue()


# Something changed --------------------------------------------------------------------------------

ALL = frozenset(SMALL)
PHASES = frozenset(role for role in SMALL if role.startswith(("start", "phase/")))
BARS = frozenset(role for role in SMALL if role.startswith("bar/"))
LONG = frozenset(role for role in SMALL if role.startswith(("bar/", "middle/")))  # of the long phases


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is different in a revision, and which events that touches; the others keep every byte."""

    treated: Treatment = MONDAY
    rules: tuple[Rule, ...] = RULES
    schedule: Callable[[Schedule], Schedule] = lambda schedule: schedule
    options: dict[str, Any] | None = None
    changed: frozenset[str] = frozenset()
    new: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()


def without(*ids: str) -> tuple[Rule, ...]:
    return tuple(one for one in RULES if one.id not in ids)


def instead(*rules: Rule) -> tuple[Rule, ...]:
    """Return the rules with others in place of those of the same id."""
    others = {one.id: one for one in rules}
    return tuple(others.get(one.id, one) for one in RULES)


def quiet(start: str, end: str) -> dict[str, Any]:
    hours = QuietHours(start=time.fromisoformat(start), end=time.fromisoformat(end))
    return {"reminders": replace(QUIETLY, quiet=hours)}


CHANGES = {
    "nothing": Change(),
    # The treatment
    "moved by a day": Change(treated=TUESDAY, changed=ALL),
    # the photo is due on Thu 3 Sep as before
    "moved by a minute": Change(
        treated=treatment("2026-08-03T14:31+02:00", skin_type=SkinType.I), changed=ALL - {"milestone/photo"}
    ),
    "its hours forgotten": Change(
        treated=treatment("2026-08-03", skin_type=SkinType.I),
        changed=ALL - {"milestone/photo"},
        new=frozenset({"bar/start"}),  # from the 3rd 08:00 to the 6th 08:00
    ),
    # PT72H for makeup: Thu 6 Aug
    "with PRP": Change(
        treated=replace(MONDAY, prp=True),
        changed=frozenset({"start", "phase/makeup"}),
        new=frozenset({"bar/start"}),  # three days
        gone=frozenset({"bar/makeup"}),  # two days
    ),
    # P28D for the sun, Mon 31 Aug: listed in every phase until then
    "another skin type": Change(treated=replace(MONDAY, skin_type=SkinType.V), changed=PHASES | LONG),
    "an unknown skin type": Change(treated=replace(MONDAY, skin_type=None), changed=PHASES | LONG),
    "for scars, of which no rule speaks": Change(treated=replace(MONDAY, scars=True)),
    "a zone of the same clocks": Change(treated=replace(MONDAY, zone=ZoneInfo("Europe/Paris"))),
    # 08:30 there: the texts that name it change, and 09:00 is another moment; that the sun is fine names no hour
    "another zone": Change(
        treated=replace(MONDAY, zone=ZoneInfo("America/New_York")),
        changed=ALL - {"phase/sun"},
    ),
    # The rules
    "a newer version that says the same": Change(
        schedule=lambda one: replace(one, version="9.9", reviewed=date(2026, 7, 1), sha256="0" * 64)
    ),
    "another schedule that says the same": Change(schedule=lambda one: replace(one, id="another")),
    # P3D: Thu 6 Aug, in the midst of what was one phase
    "a rule added": Change(
        rules=(*RULES, rule("hair", "P3D")),
        changed=frozenset({"start", "phase/makeup"}),
        new=frozenset({"phase/hair"}),
        gone=frozenset({"bar/makeup"}),  # from the 6th to the 8th, two days
    ),
    "a rule removed": Change(
        rules=without("swimming"),
        changed=frozenset({"start", "phase/makeup", "bar/makeup"}),
        new=frozenset({"middle/makeup"}),
        gone=frozenset({"phase/swimming", "bar/swimming", "middle/swimming"}),
    ),
    "the last rule removed": Change(
        rules=without("sun"),
        changed=frozenset({"start", "phase/makeup", "bar/makeup", "phase/swimming"}),
        gone=frozenset({"phase/sun", "bar/swimming", "middle/swimming"}),
    ),
    "the milestone removed": Change(rules=without("photo"), gone=frozenset({"milestone/photo"})),
    "the preparation removed": Change(rules=without("actives"), gone=frozenset({"prepare/actives"})),
    "a number changed": Change(
        rules=instead(rule("makeup", "PT24H")), changed=frozenset({"start", "phase/makeup", "bar/makeup"})
    ),
    "a short name changed": Change(
        rules=instead(replace(SUN, short="sunshine")), changed=(PHASES | LONG) - {"phase/sun"}
    ),
    "what is said at an end changed": Change(
        rules=instead(replace(SUN, then="short sun is fine")), changed=frozenset({"phase/sun"})
    ),
    "nothing left to avoid": Change(rules=(ACTIVES, PHOTO), gone=PHASES | LONG),
    # The options
    "titles in full": Change(options={"detail": Detail.FULL}, changed=ALL),
    "nothing rings": Change(options={"reminders": replace(QUIETLY, alarms=Alarms.NONE)}, changed=ALL - BARS),
    # 14:30 waits until 16:00; what rings at 09:00 does not
    "quiet in the afternoon": Change(
        options=quiet("14:00", "16:00"),
        changed=PHASES | LONG,
        new=frozenset({"bar/start"}),  # from 14:30 to 16:00 two days later
    ),
    # 09:00 waits until 10:00; what rings at 14:30 does not
    "quiet in the morning": Change(
        options=quiet("22:00", "10:00"), changed=frozenset({"prepare/actives", "milestone/photo"})
    ),
    "a shorter night": Change(options=quiet("23:00", "07:00")),
    "a daily reminder": Change(options={"reminders": Reminders(daily=time(8))}, new=frozenset({"daily"})),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_revision_changes_these_events_and_no_others(
    name: str, first: bytes, schedule_v1: Schedule
) -> None:
    change = CHANGES[name]
    made = plan(change.treated, change.schedule(small(schedule_v1, *change.rules)))
    after, account = updated(first, made, LATER, **(change.options or {}))
    before, now = ours(first), ours(after)
    assert {role for role, one in before.items() if now[role].raw != one.raw} == change.changed | change.gone
    assert now.keys() - before.keys() == change.new
    assert {role for role, one in now.items() if one.cancelled} == change.gone
    assert account == RevisionSummary(
        new=len(change.new),
        changed=len(change.changed),
        unchanged=len(ALL - change.changed - change.gone),
        cancelled=len(change.gone),
    )


@pytest.mark.parametrize("name", CHANGES)
def test_what_changed_keeps_its_uid_and_is_raised(name: str, first: bytes, schedule_v1: Schedule) -> None:
    change = CHANGES[name]
    made = plan(change.treated, change.schedule(small(schedule_v1, *change.rules)))
    after, _ = updated(first, made, LATER, **(change.options or {}))
    before, now = ours(first), ours(after)
    for role in change.changed | change.gone:
        assert now[role].uid == before[role].uid
        assert now[role].sequence == 1
        assert now[role].stamps == (STAMP, STAMP)
    for role in change.new:
        assert now[role].sequence == 0
        assert now[role].stamps == (STAMP, STAMP)


@pytest.mark.parametrize("name", CHANGES)
def test_what_vanished_is_cancelled_where_it_was_and_rings_no_more(
    name: str, first: bytes, schedule_v1: Schedule
) -> None:
    change = CHANGES[name]
    made = plan(change.treated, change.schedule(small(schedule_v1, *change.rules)))
    after, _ = updated(first, made, LATER, **(change.options or {}))
    now = ours(after)
    for role in change.gone:
        assert (now[role].start, now[role].end) == SMALL[role]
        assert now[role].alarms == 0


@pytest.mark.parametrize("name", CHANGES)
def test_a_revision_says_what_a_first_export_would(name: str, first: bytes, schedule_v1: Schedule) -> None:
    change = CHANGES[name]
    made = plan(change.treated, change.schedule(small(schedule_v1, *change.rules)))
    options = change.options or {}
    after, _ = updated(first, made, LATER, **options)
    options = {"reminders": QUIETLY, **options}
    anew = calendar_bytes(made, LATER, ref=Export(first).reference, **options)
    kept = {role: content(one) for role, one in ours(after).items() if not one.cancelled}
    assert kept == {role: content(one) for role, one in ours(anew).items()}


def content(one: Ours) -> list[str]:
    """Return the lines of an event, put together again, without those that tell of revisions."""
    lines = one.raw.replace(b"\r\n ", b"").decode().split("\r\n")
    return [line for line in lines if not STAMPED.match(line)]


@pytest.mark.parametrize("name", CHANGES)
def test_a_revision_repeated_changes_nothing_more(name: str, first: bytes, schedule_v1: Schedule) -> None:
    change = CHANGES[name]
    made = plan(change.treated, change.schedule(small(schedule_v1, *change.rules)))
    once, _ = updated(first, made, LATER, **(change.options or {}))
    twice, account = updated(once, made, at("2026-07-21T18:00+02:00"), **(change.options or {}))
    assert str(account) == f"{len(ours(once))} unchanged"
    assert twice == once


def test_each_revision_raises_by_one(first: bytes, schedule_v1: Schedule) -> None:
    data = first
    for number in range(1, 4):
        moved = replace(MONDAY, treated=at(f"2026-08-03T14:{30 + number}+02:00"))
        data, _ = updated(data, plan(moved, small(schedule_v1)), LATER + timedelta(hours=number))
        assert {ours(data)[role].sequence for role in PHASES} == {number}
        assert ours(data)["milestone/photo"].raw == ours(first)["milestone/photo"].raw


# What vanished ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "daily", "role", "last"),
    [
        # Thu 3 Sep, 09:00 to 09:15
        (without("photo"), DailyCare.NONE, "milestone/photo", "2026-09-03T09:15+02:00"),
        # from P1D to P5D at 08:00: 5, 6, 7 and 8 Aug; the last one ends at 08:15
        (without("cream"), time(8), "daily", "2026-08-08T08:15+02:00"),
    ],
)
def test_what_vanished_stays_cancelled_until_its_time_has_passed(
    rules: tuple[Rule, ...], daily: time | DailyCare, role: str, last: str, schedule_v1: Schedule
) -> None:
    reminders = Reminders(daily=daily)
    begun = at("2026-08-03T18:00+02:00")
    data = calendar_bytes(plan(MONDAY, small(schedule_v1)), begun, reminders=reminders)
    made = plan(MONDAY, small(schedule_v1, *rules))
    data, account = updated(data, made, begun, reminders=reminders)
    assert account.cancelled == 1
    kept, account = updated(data, made, at(last) - timedelta(minutes=1), reminders=reminders)
    assert account.dropped == 0
    assert kept == data
    gone, account = updated(data, made, at(last), reminders=reminders)
    assert account.dropped == 1
    assert ours(data).keys() - ours(gone).keys() == {role}


def test_a_day_has_passed_by_the_clocks_of_the_treatment(schedule_v1: Schedule) -> None:
    """The bar of the last days before the sun (P28D) ends with 30 August: in Pago Pago on the 31st at 11:00 UTC."""
    treated = treatment("2026-08-03T14:30-11:00", "Pacific/Pago_Pago")
    begun = at("2026-08-03T18:00-11:00")
    data = calendar_bytes(plan(treated, small(schedule_v1)), begun, reminders=QUIETLY)
    made = plan(treated, small(schedule_v1, *without("swimming")))
    for moment, there in (("2026-08-31T10:59Z", True), ("2026-08-31T11:00Z", False)):
        after, _ = updated(data, made, at(moment))
        assert ("bar/swimming" in ours(after)) is there


def test_what_vanished_after_its_time_is_left_out_at_once(schedule_v1: Schedule) -> None:
    begun = at("2026-08-03T18:00+02:00")
    data = calendar_bytes(plan(MONDAY, small(schedule_v1)), begun, reminders=QUIETLY)
    made = plan(MONDAY, small(schedule_v1, *without("swimming")))
    after, account = updated(data, made, at("2026-08-10T12:00+02:00"))
    assert (account.cancelled, account.dropped) == (2, 1)  # its bar, and what rings in its middle
    assert "phase/swimming" not in ours(after)


def test_what_comes_back_is_raised_above_its_cancellation(first: bytes, schedule_v1: Schedule) -> None:
    fewer, _ = updated(first, plan(MONDAY, small(schedule_v1, *without("swimming"))), LATER)
    assert ours(fewer)["phase/swimming"].sequence == 1
    again, account = updated(fewer, plan(MONDAY, small(schedule_v1)), LATER + timedelta(days=1))
    back = ours(again)["phase/swimming"]
    assert (back.sequence, back.cancelled, back.alarms) == (2, False, 1)
    assert content(back) == content(ours(first)["phase/swimming"])
    # as when it went: the start, the makeup and its bar name it; the reminder in the middle of those two weeks goes
    assert account == RevisionSummary(changed=6, unchanged=3, cancelled=1)


def test_preparation_for_an_appointment_that_took_place_earlier_does_not_stay(tmp_path: Path) -> None:
    """Planned for Fri 25 Sep and had on Mon 3 Aug: nothing may ring in September to prepare for it."""
    file = tmp_path / "plan.ics"
    options = ("--tz", BERLIN, "--schedule", "microneedling", "--ics", str(file))
    assert command_line("plan", "2026-09-25T14:30", *options, "--as-of", "2026-07-20")[0] == 0
    ahead = [one.start for role, one in ours(file.read_bytes()).items() if role.startswith("prepare/")]
    assert max(ahead) == "2026-09-24T16:00"  # for the day itself, on the evening before
    had = ("plan", "2026-08-03T14:30", *options, "--as-of", "2026-08-03T18:00", "--update")
    assert command_line(*had)[0] == 0
    for role, one in ours(file.read_bytes()).items():
        if role.startswith("prepare/") and one.start > "2026-08-03":
            assert (one.cancelled, one.alarms) == (True, 0), role


# Cancellation -------------------------------------------------------------------------------------


def test_a_cancellation_cancels_every_event_where_it_is(first: bytes) -> None:
    after, account = called_off(first, LATER)
    assert account == RevisionSummary(cancelled=9)
    before, now = ours(first), ours(after)
    assert now.keys() == before.keys()
    for role, one in now.items():
        assert (one.uid, one.start, one.end) == (before[role].uid, *SMALL[role])
        assert (one.cancelled, one.alarms, one.sequence) == (True, 0, 1)
        assert one.stamps == (STAMP, STAMP)
        assert title(one) == f"Cancelled: {title(before[role])}"


def title(one: Ours) -> str:
    return str(event_of(one.raw)["SUMMARY"])


def test_a_cancellation_repeated_changes_nothing_more(first: bytes) -> None:
    once, _ = called_off(first, LATER)
    twice, account = called_off(once, LATER + timedelta(days=1))
    assert account == RevisionSummary(unchanged=9)
    assert twice == once


def test_a_cancelled_plan_comes_back_by_an_update(first: bytes, schedule_v1: Schedule) -> None:
    gone, _ = called_off(first, LATER)
    back, account = updated(gone, plan(MONDAY, small(schedule_v1)), LATER + timedelta(days=1))
    assert account == RevisionSummary(changed=9)
    for role, one in ours(back).items():
        assert (one.sequence, one.cancelled, one.alarms) == (2, False, int(role not in BARS))
        assert content(one) == content(ours(first)[role])


def test_a_daily_reminder_is_cancelled_with_its_zone_and_rule(schedule_v1: Schedule) -> None:
    reminders = Reminders(daily=time(8))
    data = calendar_bytes(plan(MONDAY, small(schedule_v1)), BEFORE, reminders=reminders)
    after, _ = called_off(data, LATER)
    assert after.count(b"BEGIN:VTIMEZONE") == 1
    daily = ours(after)["daily"]
    assert (daily.cancelled, daily.alarms) == (True, 0)
    assert b"RRULE:FREQ=DAILY;COUNT=4\r\n" in daily.raw
    assert (daily.start, daily.end) == ("2026-08-05T08:00", "2026-08-05T08:15")


def test_an_event_that_a_client_cancelled_rings_no_more_either(first: bytes) -> None:
    marked = first.replace(b"TRANSP:TRANSPARENT\r\n", b"TRANSP:TRANSPARENT\r\nSTATUS:CANCELLED\r\n")
    after, _ = called_off(marked, LATER)
    assert {(one.cancelled, one.alarms) for one in ours(after).values()} == {(True, 0)}


AT_NOON = ("--tz", BERLIN, "--as-of", "2026-11-01T12:00")
PLANNED = ("plan", "2026-11-21T14:30", "--schedule", "microneedling", *AT_NOON, "--ics")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return an export of the built-in schedule."""
    made = tmp_path / "plan.ics"
    assert command_line(*PLANNED, str(made))[0] == 0
    return made


def test_the_program_cancels_a_file_and_says_how_much(file: Path) -> None:
    number = len(ours(file.read_bytes()))
    done = needlecare("cancel", str(file), *AT_NOON)
    assert (done.code, done.out) == (0, "")
    assert done.err == f"Calendar cancelled in {file}: {number} cancelled.\n"
    assert all(one.cancelled for one in ours(file.read_bytes()).values())
    assert file.stat().st_mode & 0o777 == 0o600
    again = needlecare("cancel", str(file), "--tz", BERLIN, "--as-of", "2026-11-02T12:00")
    assert again.err == f"Calendar unchanged in {file}: {number} unchanged.\n"


def test_a_cancellation_can_go_to_another_file_or_to_standard_output(file: Path, tmp_path: Path) -> None:
    before = file.read_bytes()
    other = tmp_path / "cancelled.ics"
    assert command_line("cancel", str(file), *AT_NOON, "-o", str(other))[0] == 0
    done = needlecare("cancel", str(file), *AT_NOON, "-o", "-")
    assert done.out.encode() == other.read_bytes()
    assert file.read_bytes() == before
    assert all(one.cancelled for one in ours(other.read_bytes()).values())


def test_a_cancellation_replaces_another_file_only_by_force(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.ics"
    other.write_bytes(b"mine")
    code, heard = command_line("cancel", str(file), *AT_NOON, "-o", str(other))
    assert (code, other.read_bytes()) == (5, b"mine")
    assert "--force" in heard
    assert command_line("cancel", str(file), *AT_NOON, "-o", str(other), "--force")[0] == 0
    assert other.read_bytes() != b"mine"


# The program: --update ----------------------------------------------------------------------------


def test_the_program_revises_a_file_and_says_what_became_of_it(file: Path) -> None:
    before = ours(file.read_bytes())
    done = needlecare(
        *("plan", "2026-11-22T09:00", "--prp", "--schedule", "microneedling", *AT_NOON),
        *("--ics", str(file), "--update"),
    )
    assert done.code == 0, done.err
    now = ours(file.read_bytes())
    changed = [role for role in before if now[role].raw != before[role].raw and not now[role].cancelled]
    gone = [role for role in before if now[role].cancelled]
    new = [role for role in now if role not in before]
    assert changed
    told = re.fullmatch(rf"Calendar revised in {re.escape(str(file))}: (.*)\.\n", done.err)
    assert told is not None
    numbers = {what: int(n) for n, what in re.findall(r"([0-9]+) ([a-z ]+)", told[1])}
    assert numbers.get("changed", 0) == len(changed)
    assert numbers.get("cancelled", 0) == len(gone)
    assert numbers.get("new", 0) == len(new)
    assert sum(numbers.values()) == len(now)
    assert {one.uid for one in before.values()} <= {one.uid for one in now.values()}
    assert file.stat().st_mode & 0o777 == 0o600


CLINIC = """\
extends = "microneedling"
id = "skin-clinic"
version = "{version}"
reviewed = 2026-01-01
review_due = 2036-01-01

[sources.ours]
tier = 2
title = "Our own sheet"

[rules.makeup]
recommendations = [{{ source = "ours", statement = "So", start = "P0D", end = "{makeup}" }}]

[rules.swimming]
{swimming}
"""
SWIM = 'recommendations = [{ source = "ours", statement = "So", start = "P0D", end = "PT100H" }]'


def test_the_program_revises_a_file_by_a_newer_rule_file(tmp_path: Path) -> None:
    rules_file, file = tmp_path / "clinic.toml", tmp_path / "plan.ics"
    command = ("plan", "2026-11-21T14:30", *AT_NOON, "--schedule", str(rules_file), "--ics", str(file))
    rules_file.write_text(CLINIC.format(version="1", makeup="PT50H", swimming=SWIM))
    assert command_line(*command)[0] == 0
    before = ours(file.read_bytes())
    assert before["phase/makeup"].start == "2026-11-23T15:30"  # 13:30 UTC + 50 hours
    assert before["phase/swimming"].start == "2026-11-25T17:30"  # + 100 hours
    rules_file.write_text(CLINIC.format(version="2", makeup="PT51H", swimming="off = true"))
    code, heard = command_line(*command, "--update")
    assert code == 0
    assert "2 cancelled" in heard  # with the bar of its days
    assert "No longer in the plan: swimming (it was until Wed 25 Nov 18:30)." in heard
    now = ours(file.read_bytes())
    assert (now["phase/makeup"].uid, now["phase/makeup"].sequence) == (before["phase/makeup"].uid, 1)
    assert now["phase/makeup"].start == "2026-11-23T16:30"
    assert (now["phase/swimming"].cancelled, now["phase/swimming"].alarms) == (True, 0)
    assert now["phase/swimming"].uid == before["phase/swimming"].uid
    # the laser may be back on 21 Dec as before, and the photo is due on its day
    for role in ("phase/laser-peel", "milestone/photo-one-month", "phase/direct-sun"):
        assert now[role].raw == before[role].raw


@pytest.mark.parametrize(
    ("target", "more"), [("-", ()), (None, ()), ("plan.ics", ("--force",))], ids=["-", "no file", "--force"]
)
def test_update_without_a_file_or_with_force_is_refused(
    target: str | None, more: tuple[str, ...], tmp_path: Path
) -> None:
    where = () if target is None else ("--ics", target if target == "-" else str(tmp_path / target))
    code, heard = command_line(*PLANNED[:-1], *where, "--update", *more)
    assert code == 2
    assert "--update" in heard
    assert list(tmp_path.iterdir()) == []


def test_without_update_another_plan_does_not_replace_the_file(file: Path) -> None:
    before = file.read_bytes()
    code, _ = command_line("plan", "2026-11-22T09:00", *AT_NOON, "--ics", str(file))
    assert (code, file.read_bytes()) == (5, before)


# References ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exported", "updated_by", "code"),
    [
        (("--ref", "A-17"), ("--ref", "A-17"), 0),
        (("--ref", "A-17"), (), 0),  # the file knows it
        ((), (), 0),
        (("--ref", "A-17"), ("--ref", "A-18"), 2),
        (("--ref", "A-17"), ("--ref", "a-17"), 2),
        ((), ("--ref", "A-17"), 2),
        (("--ref", "A-17"), ("--ref", "A-17\n"), 2),
    ],
)
def test_a_file_is_revised_by_its_own_reference_alone(
    exported: tuple[str, ...], updated_by: tuple[str, ...], code: int, tmp_path: Path
) -> None:
    file = tmp_path / "plan.ics"
    assert command_line(*PLANNED, str(file), *exported)[0] == 0
    before = file.read_bytes()
    moved = ("plan", "2026-11-22T09:00", *AT_NOON, "--ics", str(file), "--update", *updated_by)
    found, heard = command_line(*moved)
    assert found == code
    if code:
        assert "--ref" in heard
        assert file.read_bytes() == before
    else:
        assert ours(file.read_bytes())["start"].sequence == 1
        assert ours(file.read_bytes())["start"].uid == ours(before)["start"].uid


def test_a_clinics_second_run_by_the_same_reference_meets_the_same_events(tmp_path: Path) -> None:
    """Even without the first file, for an appointment that was moved; another reference meets none."""
    found = {}
    for name, when, ref in (("a", "21T14:30", "A-17"), ("b", "22T09:00", "A-17"), ("c", "21T14:30", "A-18")):
        file = tmp_path / name
        assert command_line("plan", f"2026-11-{when}", *AT_NOON, "--ics", str(file), "--ref", ref)[0] == 0
        found[name] = {role: one.uid for role, one in ours(file.read_bytes()).items()}
    assert found["a"] == found["b"]
    assert not set(found["a"].values()) & set(found["c"].values())


# Files that cannot be revised ---------------------------------------------------------------------

OTHERS_CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Other//EN\r\nEND:VCALENDAR\r\n"
REFERENCE = b"X-NEEDLECARE-REFERENCE"


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        pytest.param(lambda _: b"", "BEGIN:VCALENDAR", id="empty"),
        pytest.param(lambda _: b"\r\n \r\n", "BEGIN:VCALENDAR", id="blank"),
        pytest.param(lambda _: b"Dear Anna,\n", "BEGIN:VCALENDAR", id="a letter"),
        pytest.param(lambda _: b"BEGIN:VCARD\r\nEND:VCARD\r\n", "BEGIN:VCALENDAR", id="a card"),
        pytest.param(lambda data: data.decode().encode("utf-16"), "UTF-8", id="UTF-16"),
        pytest.param(lambda data: b"\xff" + data, "UTF-8", id="not UTF-8"),
        pytest.param(lambda _: OTHERS_CALENDAR, "needlecare", id="another calendar"),
        pytest.param(lambda data: data.replace(REFERENCE, b"X-OTHER"), "needlecare", id="no reference"),
        pytest.param(
            lambda data: data.replace(REFERENCE + b":", REFERENCE + b":z"), "damaged", id="a broken reference"
        ),
        pytest.param(
            lambda data: data.replace(b"END:VEVENT\r\n", b"", 1), "damaged", id="an event that never ends"
        ),
        pytest.param(
            lambda data: data.replace(b"BEGIN:VALARM\r\n", b"", 1), "damaged", id="an end of nothing"
        ),
        pytest.param(lambda data: data + data, "more than one calendar", id="twice the same file"),
        pytest.param(
            lambda data: data.replace(EVENT.findall(data)[0], EVENT.findall(data)[0] * 2),
            "damaged",
            id="an event twice",
        ),
        pytest.param(lambda data: data + b"x" * 4 * 1024 * 1024, "4 MiB", id="larger than any export"),
    ],
)
def test_a_file_that_is_not_ours_or_damaged_is_named_and_left_alone(
    damage: Callable[[bytes], bytes], reason: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(file.parent)
    damaged = damage(file.read_bytes())
    file.write_bytes(damaged)
    for arguments, code in (((*PLANNED, "plan.ics", "--update"), 5), (("cancel", "plan.ics", *AT_NOON), 2)):
        found, heard = command_line(*arguments)
        assert found == code
        assert '"plan.ics"' in heard
        assert reason in heard
        assert heard.count("\n") <= 3
        assert file.read_bytes() == damaged


def test_a_folder_or_a_file_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    for arguments, name, code in (
        ((*PLANNED, "folder", "--update"), "folder", 5),
        (("cancel", "folder", *AT_NOON), "folder", 2),
        (("cancel", "missing.ics", *AT_NOON), "missing.ics", 2),
    ):
        found, heard = command_line(*arguments)
        assert found == code
        assert f'"{name}"' in heard
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_file_cut_off_at_any_byte_is_refused(first: bytes, schedule_v1: Schedule) -> None:
    made = plan(MONDAY, small(schedule_v1))
    whole = len(first) - len(b"\r\n")  # without its last line break nothing is lost
    for cut in range(whole):
        with pytest.raises(UsageError):
            Export(first[:cut])
    for cut in (whole, whole + 1):
        assert updated(first[:cut], made, LATER)[0] == first


@pytest.fixture(scope="module")
def cut_off(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    file = tmp_path_factory.mktemp("cut") / "plan.ics"
    assert command_line(*PLANNED, str(file))[0] == 0
    return file, file.read_bytes()


@given(data=st.data())
def test_the_program_leaves_a_file_that_was_cut_off_as_it_is(
    data: st.DataObject, cut_off: tuple[Path, bytes]
) -> None:
    file, whole = cut_off
    damaged = whole[: data.draw(st.integers(0, len(whole) - len(b"\r\n") - 1))]
    file.write_bytes(damaged)
    assert command_line(*PLANNED, str(file), "--update")[0] == 5
    assert command_line("cancel", str(file), *AT_NOON)[0] == 2
    assert file.read_bytes() == damaged


# Files that a client edited -----------------------------------------------------------------------

NOTE = "X-CLIENT-NOTE:seen"
OWN_EVENT = """\
BEGIN:VEVENT
UID:dentist
DTSTAMP:20260701T000000Z
DTSTART:20260805T070000Z
DTEND:20260805T080000Z
SUMMARY:Dentist
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:Dentist
TRIGGER:-PT1H
END:VALARM
END:VEVENT
"""
TASK = "BEGIN:VTODO\nUID:task\nDTSTAMP:20260701T000000Z\nSUMMARY:Buy cream\nEND:VTODO\n"


def own_zone(name: str) -> str:
    return (
        f"BEGIN:VTIMEZONE\nTZID:{name}\nBEGIN:STANDARD\nDTSTART:19700101T000000\n"
        "TZOFFSETFROM:+0300\nTZOFFSETTO:+0300\nEND:STANDARD\nEND:VTIMEZONE\n"
    )


def folded_at(data: bytes, width: int) -> bytes:
    """Return a file whose lines are folded at another width, in characters."""
    lines = data.replace(b"\r\n ", b"").decode().split("\r\n")
    pieces = ["\r\n ".join(line[at : at + width] for at in range(0, len(line), width)) for line in lines]
    return "\r\n".join(pieces).encode()


def reordered(data: bytes, component: str) -> bytes:
    """Return a file in which the properties of each such component stand the other way round."""

    def turned(match: re.Match[str]) -> str:
        lines = match[1].replace("\r\n ", "").split("\r\n")[:-1]
        return f"BEGIN:{component}\r\n" + "".join(f"{line}\r\n" for line in reversed(lines))

    own = f"BEGIN:{component}\r\n(.*?)(?=BEGIN:VALARM\r\n|END:VALARM\r\n|END:VEVENT\r\n)"
    return re.sub(own, turned, data.decode(), flags=re.DOTALL).encode()


def in_front(text: str, *, of: str) -> Callable[[bytes], bytes]:
    """Return an edit that writes lines in front of the first (of an event: of each) such line."""
    lines = text.strip("\n").replace("\n", "\r\n").encode() + b"\r\n"
    return lambda data: data.replace(f"{of}\r\n".encode(), lines + f"{of}\r\n".encode())


EDITS: dict[str, tuple[Callable[[bytes], bytes], tuple[str, ...], int]] = {
    # edit, what must stay of it, how many events of the file are not ours
    "line feeds alone": (lambda data: data.replace(b"\r\n", b"\n"), (), 0),
    "a byte order mark": (lambda data: b"\xef\xbb\xbf" + data, (), 0),
    "blank lines at the end": (lambda data: data + b"\r\n\r\n", (), 0),
    "no folding": (lambda data: data.replace(b"\r\n ", b""), (), 0),
    "folding at 30, with tabs": (lambda data: folded_at(data, 30).replace(b"\r\n ", b"\r\n\t"), (), 0),
    "properties in another order": (lambda data: reordered(data, "VEVENT"), (), 0),
    "an alarm's properties in another order": (lambda data: reordered(data, "VALARM"), (), 0),
    "a property in every event": (in_front(NOTE, of="TRANSP:TRANSPARENT"), (NOTE,), 0),
    "a property behind every alarm": (
        lambda data: data.replace(b"END:VEVENT", f"{NOTE}\r\nEND:VEVENT".encode()),
        (NOTE,),
        0,
    ),
    "an alarm that was heard": (
        in_front("ACKNOWLEDGED:20260727T070000Z\nX-WR-ALARMUID:1", of="END:VALARM"),
        (),
        0,
    ),
    "a colour": (in_front("X-APPLE-CALENDAR-COLOR:#FF2968", of="CALSCALE:GREGORIAN"), ("X-APPLE",), 0),
    "another name": (
        lambda data: data.replace(b"X-WR-CALNAME:Skin care", b"X-WR-CALNAME;VALUE=TEXT:Skin care"),
        (),
        0,
    ),
    "an own event": (in_front(OWN_EVENT, of="END:VCALENDAR"), (OWN_EVENT,), 1),
    # RFC 5545, section 3.8.4.4: the moved occurrence has the UID of the series
    "an own series with one occurrence moved": (
        in_front(
            OWN_EVENT.replace("SUMMARY", "RRULE:FREQ=DAILY;COUNT=3\nSUMMARY", 1)
            + OWN_EVENT.replace("SUMMARY", "RECURRENCE-ID:20260806T070000Z\nSUMMARY", 1),
            of="END:VCALENDAR",
        ),
        ("RECURRENCE-ID:20260806T070000Z", "RRULE:FREQ=DAILY;COUNT=3"),
        2,
    ),
    "a task": (in_front(TASK, of="END:VCALENDAR"), (TASK,), 0),
    "an own event in a zone of its own": (
        in_front(
            own_zone("Mine")
            + OWN_EVENT.replace("DTSTART:20260805T070000Z", "DTSTART;TZID=Mine:20260805T100000"),
            of="END:VCALENDAR",
        ),
        ("TZID:Mine", "DTSTART;TZID=Mine:20260805T100000"),
        1,
    ),
    "a zone's name in quotes, as Outlook writes it": (
        in_front(
            own_zone("(UTC+03:00) Minsk")
            + OWN_EVENT.replace(
                "DTSTART:20260805T070000Z", 'DTSTART;TZID="(UTC+03:00) Minsk":20260805T100000'
            ),
            of="END:VCALENDAR",
        ),
        ("TZID:(UTC+03:00) Minsk",),
        1,
    ),
    "a zone's name before another parameter": (
        in_front(
            own_zone("Mine")
            + OWN_EVENT.replace(
                "DTSTART:20260805T070000Z", "DTSTART;TZID=Mine;VALUE=DATE-TIME:20260805T100000"
            ),
            of="END:VCALENDAR",
        ),
        ("TZID:Mine",),
        1,
    ),
    "a task in a zone of its own": (
        in_front(
            own_zone("Mine") + TASK.replace("SUMMARY", "DUE;TZID=Mine:20260805T100000\nSUMMARY"),
            of="END:VCALENDAR",
        ),
        ("TZID:Mine", "DUE;TZID=Mine:20260805T100000"),
        0,
    ),
}

each_edit = pytest.mark.parametrize("name", EDITS)


def edited(name: str, data: bytes) -> tuple[bytes, tuple[str, ...], int]:
    edit, lines, foreign = EDITS[name]
    after = edit(data)
    assert after != data
    return after, lines, foreign


@each_edit
def test_an_edit_by_a_client_is_no_change_of_the_plan(name: str, first: bytes, schedule_v1: Schedule) -> None:
    data, lines, foreign = edited(name, first)
    after, account = updated(data, plan(MONDAY, small(schedule_v1)), LATER)
    assert account == RevisionSummary(unchanged=9, foreign=foreign)
    before, now = ours(first), ours(after)
    assert {role: (one.sequence, one.stamps) for role, one in now.items()} == {
        role: (one.sequence, one.stamps) for role, one in before.items()
    }
    assert_kept(lines, data, after)


def assert_kept(lines: Sequence[str], before: bytes, after: bytes) -> None:
    for text in lines:
        kept = text.replace("\n", "\r\n").encode()
        number = before.replace(b"\r\n ", b"").count(kept)
        assert number > 0
        assert after.replace(b"\r\n ", b"").count(kept) == number, text


@each_edit
def test_what_a_client_added_stays_when_the_plan_changes(
    name: str, first: bytes, schedule_v1: Schedule
) -> None:
    data, lines, foreign = edited(name, first)
    moved = plan(TUESDAY, small(schedule_v1))
    after, account = updated(data, moved, LATER)
    assert account == RevisionSummary(changed=9, foreign=foreign)
    assert {one.sequence for one in ours(after).values()} == {1}
    assert_kept(lines, data, after)
    icalendar.Calendar.from_ical(after)
    assert updated(after, moved, LATER + timedelta(hours=1))[0] == after


@each_edit
def test_what_a_client_added_stays_when_the_plan_is_cancelled(name: str, first: bytes) -> None:
    data, lines, foreign = edited(name, first)
    after, account = called_off(data, LATER)
    assert account == RevisionSummary(cancelled=9, foreign=foreign)
    assert {(one.cancelled, one.alarms, one.sequence) for one in ours(after).values()} == {(True, 0, 1)}
    assert_kept(lines, data, after)
    icalendar.Calendar.from_ical(after)
    assert after.count(b"STATUS:CANCELLED") == 9
    assert called_off(after, LATER + timedelta(hours=1))[0] == after


@each_edit
def test_a_file_that_a_client_edited_follows_rfc_5545_after_a_revision(
    name: str, first: bytes, schedule_v1: Schedule
) -> None:
    data, _, _ = edited(name, first)
    for after in (
        updated(data, plan(MONDAY, small(schedule_v1)), LATER)[0],
        called_off(data, LATER)[0],
    ):
        assert after.startswith(b"BEGIN:VCALENDAR\r\n")
        assert after.endswith(b"END:VCALENDAR\r\n")
        for line in after[:-2].split(b"\r\n"):
            assert 0 < len(line) <= 75
            assert b"\n" not in line


@pytest.mark.parametrize("method", ["PUBLISH", "REQUEST", "CANCEL"])
def test_a_method_that_a_client_added_is_left_out(method: str, first: bytes, schedule_v1: Schedule) -> None:
    """Design section 8: no METHOD; with one a file is an invitation, or nothing at all."""
    data = in_front(f"METHOD:{method}", of="CALSCALE:GREGORIAN")(first)
    assert updated(data, plan(MONDAY, small(schedule_v1)), LATER)[0] == first
    assert b"METHOD" not in called_off(data, LATER)[0]


def test_an_own_event_in_the_zone_of_the_plan_keeps_its_hours(schedule_v1: Schedule) -> None:
    """In Berlin, years later: the zone that the daily reminder brings must not take its summer away."""
    whole = (
        "BEGIN:VTIMEZONE\nTZID:Europe/Berlin\n"
        "BEGIN:DAYLIGHT\nDTSTART:19700329T020000\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\n"
        "TZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nEND:DAYLIGHT\n"
        "BEGIN:STANDARD\nDTSTART:19701025T030000\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\n"
        "TZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\n"
    )
    theirs = OWN_EVENT.replace("DTSTART:20260805T070000Z", "DTSTART;TZID=Europe/Berlin:20280805T090000")
    winter = plan(treatment("2026-11-21T14:30+01:00"), small(schedule_v1))
    reminders = Reminders(daily=time(8))
    data = calendar_bytes(winter, BEFORE, reminders=reminders)
    data = re.sub(rb"BEGIN:VTIMEZONE.*END:VTIMEZONE\r\n", b"", data, flags=re.DOTALL)
    data = in_front(whole + theirs, of="END:VCALENDAR")(data)
    after, _ = updated(data, winter, BEFORE, reminders=reminders)
    (zone,) = [zone.to_tz(lookup_tzid=False) for zone in read(after, "VTIMEZONE") if zone["TZID"] == BERLIN]
    assert datetime(2028, 8, 5, 9, tzinfo=zone).astimezone(UTC) == at("2028-08-05T09:00+02:00")


def test_the_program_gives_an_account_of_what_it_kept(file: Path) -> None:
    file.write_bytes(in_front(OWN_EVENT, of="END:VCALENDAR")(file.read_bytes()))
    number = len(ours(file.read_bytes()))
    code, heard = command_line(*PLANNED, str(file), "--update")
    assert code == 0
    assert f": {number} unchanged, 1 of other programs, kept.\n" in heard
    code, heard = command_line("cancel", str(file), *AT_NOON)
    assert code == 0
    assert f": {number} cancelled, 1 of other programs, kept.\n" in heard
    assert OWN_EVENT.replace("\n", "\r\n").encode() in file.read_bytes()


# Random edits -------------------------------------------------------------------------------------

PIECES = st.one_of(
    st.sampled_from(
        [
            *("BEGIN:VEVENT", "END:VEVENT", "BEGIN:VALARM", "END:VALARM", "BEGIN:VTIMEZONE", "END:VTIMEZONE"),
            *("BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:", "END:", "BEGIN", ":", ";", "", " ", " folded"),
            *("UID:x", "UID:", "SUMMARY:a\\,b", 'X-A;B="c:d":e', "X-A;B=c", "words", "X-A:a\rb", "X-A:\x00"),
            *("DTSTART:99999999T999999Z", "DTEND;VALUE=DATE:00010101", "DTEND;VALUE=DATE:99991231"),
            *("DTEND:99991231T235959", "DTEND:00010101T000000", "DTEND:20261025T023000", "DTEND:"),
            *("RRULE:FREQ=DAILY;COUNT=9999", "RRULE:", "SEQUENCE:-1", "SEQUENCE:999999999", "SEQUENCE:x"),
            *("STATUS:CANCELLED", "STATUS:CONFIRMED", "X-NEEDLECARE-REFERENCE:x", "X-NEEDLECARE-ROLE:start"),
            *("X-NEEDLECARE-ROLE:prepare/x", "X-NEEDLECARE-ROLE:", "TZID:Europe/Berlin", "METHOD:REQUEST"),
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
)
MUTATION = st.tuples(
    st.sampled_from(["insert", "delete", "double", "swap", "change"]),
    st.integers(0, 10_000),
    st.integers(0, 10_000),
    PIECES,
)


def mutated(data: bytes, mutations: Sequence[tuple[str, int, int, str]]) -> bytes:
    """Return a file with some of its lines inserted, deleted, doubled, swapped or changed."""
    lines = data.decode().split("\r\n")
    for kind, here, there, piece in mutations:
        one, other = here % len(lines), there % len(lines)
        match kind:
            case "insert":
                lines.insert(one, piece)
            case "delete":
                del lines[one : one + 1 + there % 3]
                lines = lines or [""]
            case "double":
                lines[one:one] = lines[one : one + 1 + there % 12]
            case "swap":
                lines[one], lines[other] = lines[other], lines[one]
            case _:
                cut = there % (len(lines[one]) + 1)
                lines[one] = lines[one][:cut] + piece + lines[one][cut + 1 :]
    return "\r\n".join(lines).encode()


@given(mutations=st.lists(MUTATION, min_size=1, max_size=4), moved=st.booleans(), daily=st.booleans())
def test_a_damaged_file_is_refused_or_is_whole_afterwards(
    mutations: list[tuple[str, int, int, str]], moved: bool, daily: bool
) -> None:
    reminders = Reminders(daily=time(8) if daily else DailyCare.NONE)
    data = mutated(calendar_bytes(plan(MONDAY, small(rules())), BEFORE, reminders=reminders), mutations)
    made = plan(TUESDAY if moved else MONDAY, small(rules()))
    try:
        after, _ = updated(data, made, LATER, reminders=reminders)
        gone, _ = called_off(data, LATER)
    except UsageError:
        return
    for result in (after, gone):
        assert_whole(result)
        assert parses(result) or not parses(data)
    anew = calendar_bytes(made, LATER, ref=Export(data).reference, reminders=reminders)
    found = dict(lines_by_uid(after))
    for uid, lines in lines_by_uid(anew):
        assert uid is not None
        assert {line for line in lines if not STAMPED.match(line)} <= found[uid]
        assert "STATUS:CANCELLED" not in found[uid]
    assert updated(after, made, LATER + timedelta(hours=1), reminders=reminders)[0] == after
    assert called_off(gone, LATER + timedelta(hours=1))[0] == gone


def parses(data: bytes) -> bool:
    try:
        icalendar.Calendar.from_ical(data)
    except ValueError:
        return False
    return True


def assert_whole(data: bytes) -> None:
    """Every line is a property, every BEGIN has its END, and no two events have one UID."""
    open_ones: list[str] = []
    for line in data.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]:
        assert re.match("[A-Za-z0-9-]+[;:]", line), line
        name, colon, value_ = line.partition(":")
        assert colon, line
        if name == "BEGIN":
            open_ones.append(value_)
        elif name == "END":
            assert open_ones.pop() == value_
    assert open_ones == []
    uids = [uid for uid, _ in lines_by_uid(data) if uid is not None]
    assert len(set(uids)) == len(uids)


def lines_by_uid(data: bytes) -> Iterator[tuple[str | None, set[str]]]:
    """Yield the UID of each event, the first should it say two, and its lines put together again.

    Those of its alarm are marked: a status that somebody put there is none of the event.
    """
    depth = 0
    uid: str | None = None
    lines: set[str] = set()
    for line in data.replace(b"\r\n ", b"").decode().split("\r\n"):
        depth += line.startswith("BEGIN:")
        if depth == 2 and line == "BEGIN:VEVENT":
            uid, lines = None, set()
        elif depth == 2 and line.startswith("UID:") and uid is None:
            uid = line.removeprefix("UID:")
        elif depth == 2 and line == "END:VEVENT":
            yield uid, lines
        lines.add(line if depth == 2 else f"within: {line}")
        depth -= line.startswith("END:")


@pytest.mark.parametrize("line", ["words", "BEGIN", "ünbekannt:x", ":x", ";x", "X-A;B=c"])
@pytest.mark.parametrize("before", ["CALSCALE:GREGORIAN", "TRANSP:TRANSPARENT", "END:VALARM"])
def test_a_line_that_is_no_property_is_damage(line: str, before: str, first: bytes) -> None:
    """RFC 5545, section 3.1: a name of letters, digits and hyphens, and a value behind a colon."""
    with pytest.raises(UsageError, match="damaged"):
        Export(in_front(line, of=before)(first))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (b"X-A:b\r\n c\r\nEND:Anna", "line 4 ends something that never began"),
        (b"END:\x1b[2J", "line 2 ends something that never began"),
        (b"BEGIN:VEVENT\r\nBEGIN:Anna\r\nEND:ANNA", "what begins on line 2 never ends"),
        (b"Anna Muster\\, hepatitis", "line 2 is not a property"),
    ],
)
def test_what_is_damaged_is_told_by_its_line_which_may_speak_of_a_patient(lines: bytes, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        Export(b"BEGIN:VCALENDAR\r\n" + lines + b"\r\nEND:VCALENDAR\r\n")
    assert str(refused.value) == f"it is damaged: {said}"


@pytest.mark.parametrize("number", [1, -1], ids=["one event", "every event"])
def test_an_event_that_lost_its_role_is_known_by_its_uid(
    number: int, first: bytes, schedule_v1: Schedule
) -> None:
    """Else it would stand beside its double; not even a new file could be read after that."""
    data = re.sub(rb"X-NEEDLECARE-ROLE:[^\r]*\r\n", b"", first, count=max(number, 0))
    made = plan(MONDAY, small(schedule_v1))
    after, account = updated(data, made, LATER)
    assert (account.new, account.foreign) == (0, 0)
    assert_whole(after)
    assert {role: one.uid for role, one in ours(after).items()} == {
        role: one.uid for role, one in ours(first).items()
    }
    assert updated(after, made, LATER)[0] == after


APPOINTMENT = b"""BEGIN:VEVENT
UID:886313e1-3b8a-5372-9b90-0c9aee199e5d
DTSTAMP:20260801T000000Z
DTSTART:20260810T090000Z
SUMMARY:Dentist
CATEGORIES:Health
%sEND:VEVENT
""".replace(b"\n", b"\r\n")


@pytest.mark.parametrize("more", [b"", b"CLASS:PRIVATE\r\n", b"TRANSP:TRANSPARENT\r\n"])
def test_somebody_elses_event_is_not_ours_for_a_uid_of_our_kind(
    more: bytes, first: bytes, schedule_v1: Schedule
) -> None:
    """A version 5 UUID is any program's."""
    data = first.replace(b"END:VCALENDAR", APPOINTMENT % more + b"END:VCALENDAR")
    after, account = updated(data, plan(TUESDAY, small(schedule_v1)), LATER)
    assert account.foreign == 1
    assert APPOINTMENT % more in after
    gone, account = called_off(data, LATER)
    assert account.foreign == 1
    assert APPOINTMENT % more in gone


@pytest.mark.parametrize("before", ["BEGIN:VEVENT", "END:VCALENDAR"])
def test_an_occurrence_of_the_daily_reminder_that_was_moved_stays_and_so_does_the_series(
    before: str, schedule_v1: Schedule
) -> None:
    """RFC 5545, 3.8.4.4: it has the UID of the series, and a RECURRENCE-ID."""
    reminders = Reminders(daily=time(8))
    made = plan(MONDAY, small(schedule_v1))
    data = calendar_bytes(made, BEFORE, reminders=reminders)
    series = next(uid for uid, lines in lines_by_uid(data) if "X-NEEDLECARE-ROLE:daily" in lines)
    moved = (
        f"BEGIN:VEVENT\r\nUID:{series}\r\nDTSTAMP:20260801T000000Z\r\nRECURRENCE-ID:20260805T060000Z\r\n"
        "DTSTART:20260805T070000Z\r\nSUMMARY:Later today\r\nX-NEEDLECARE-ROLE:daily\r\nEND:VEVENT\r\n"
    ).encode()
    place = data.index(before.encode())
    edited = data[:place] + moved + data[place:]
    after, account = updated(edited, made, LATER, reminders=reminders)
    assert after == edited
    assert (account.changed, account.cancelled, account.new) == (0, 0, 0)


@given(data=st.binary(max_size=200))
def test_no_bytes_make_it_fail_otherwise_than_by_a_clear_error(data: bytes) -> None:
    for damaged in (data, b"BEGIN:VCALENDAR\n" + data + b"\nEND:VCALENDAR"):
        with pytest.raises(UsageError, match=r"^it (is|has) "):
            Export(damaged)


# Random revisions ---------------------------------------------------------------------------------

REMINDERS = st.builds(
    Reminders,
    alarms=st.sampled_from(Alarms),
    quiet=st.just(Reminders().quiet),
    daily=st.sampled_from([DailyCare.NONE, DailyCare.DEFAULT, time(8), time(20, 30)]),
)
OPTIONS = st.fixed_dictionaries({"detail": st.sampled_from(Detail), "reminders": REMINDERS})
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@given(before=TREATMENT, after=TREATMENT, first_options=OPTIONS, options=OPTIONS)
def test_a_revision_keeps_every_uid_raises_what_changed_and_touches_nothing_else(
    before: Treatment, after: Treatment, first_options: dict[str, Any], options: dict[str, Any]
) -> None:
    data = calendar_bytes(plan(before, small(rules())), LONG_AGO, **first_options)
    made = plan(after, small(rules()))
    result, account = updated(data, made, LONG_AGO, **options)
    anew = ours(calendar_bytes(made, LONG_AGO, ref=Export(data).reference, **options))
    old, new = ours(data), ours(result)
    assert new.keys() == old.keys() | anew.keys()
    for role, one in new.items():
        if role not in anew:
            assert (one.uid, one.cancelled, one.alarms, one.sequence) == (old[role].uid, True, 0, 1)
            assert (one.start, one.end) == (old[role].start, old[role].end)
            continue
        assert content(one) == content(anew[role])
        if role not in old:
            assert one.sequence == 0
        elif content(one) == content(old[role]):
            assert one.raw == old[role].raw
        else:
            assert (one.uid, one.sequence) == (old[role].uid, 1)
    assert account.new + account.changed + account.unchanged + account.cancelled == len(new)
    assert updated(result, made, LONG_AGO + timedelta(days=1), **options)[0] == result
    gone = ours(called_off(result, LONG_AGO)[0])
    assert {role: one.uid for role, one in gone.items()} == {role: one.uid for role, one in new.items()}
    assert all(one.cancelled and not one.alarms for one in gone.values())


# What rings ---------------------------------------------------------------------------------------


@given(treated=TREATMENT, ahead=st.booleans(), daily=st.booleans(), detail=st.sampled_from(Detail))
def test_with_alarms_none_nothing_rings(treated: Treatment, ahead: bool, daily: bool, detail: Detail) -> None:
    moment = LONG_AGO if ahead else datetime(2199, 1, 1, tzinfo=UTC)
    reminders = Reminders(alarms=Alarms.NONE, daily=time(8) if daily else DailyCare.NONE)
    silent = calendar_bytes(plan(treated, rules()), moment, detail=detail, reminders=reminders)
    assert b"VALARM" not in silent
    reminders = replace(reminders, alarms=Alarms.GENTLE)
    loud = calendar_bytes(plan(treated, rules()), moment, detail=detail, reminders=reminders)
    assert tuple(dataclasses.replace(event, alarms=()) for event in by_icalendar(loud)) == by_icalendar(
        silent
    )


# Ends from 04:00 to 21:59: none that a clock change skips or repeats; those have a table of their own.
QUIET = st.builds(
    QuietHours,
    start=st.integers(0, 24 * 60 - 1).map(lambda minutes: time(minutes // 60, minutes % 60)),
    end=st.integers(4 * 60, 22 * 60 - 1).map(lambda minutes: time(minutes // 60, minutes % 60)),
)


def is_quiet(clock: time, hours: QuietHours) -> bool:
    """Whether the hand of a clock, turned on from the start of the quiet hours, meets it before their end."""
    start, now, end = (
        one.hour * 3600 + one.minute * 60 + one.second for one in (hours.start, clock, hours.end)
    )
    return (now - start) % 86400 < (end - start) % 86400


@pytest.mark.parametrize(
    ("hours", "clock", "expected"),
    [
        (("22:00", "08:00"), "21:59", False),
        (("22:00", "08:00"), "22:00", True),
        (("22:00", "08:00"), "00:00", True),
        (("22:00", "08:00"), "07:59", True),
        (("22:00", "08:00"), "08:00", False),
        (("13:00", "15:00"), "13:00", True),
        (("13:00", "15:00"), "12:59", False),
        (("13:00", "15:00"), "15:00", False),
        (("00:00", "00:00"), "00:00", False),  # none
        (("08:00", "08:00"), "12:00", False),
    ],
)
def test_quiet_hours_are_half_open_and_may_run_over_midnight(
    hours: tuple[str, str], clock: str, expected: bool
) -> None:
    start, end = (time.fromisoformat(one) for one in hours)
    quiet_hours = QuietHours(start=start, end=end)
    assert quiet_hours.holds(time.fromisoformat(clock)) is expected
    assert is_quiet(time.fromisoformat(clock), quiet_hours) is expected


@given(treated=TREATMENT, windows=WINDOWS, hours=QUIET)
def test_no_alarm_rings_in_the_quiet_hours_and_every_end_is_announced_when_they_are_over(
    treated: Treatment, windows: list[tuple[str, str]], hours: QuietHours
) -> None:
    made = made_of(treated, windows, rules())
    moment = datetime(2199, 1, 1, tzinfo=UTC)
    found = by_icalendar(calendar_bytes(made, moment, reminders=replace(QUIETLY, quiet=hours)))
    for event in found:
        for trigger, _ in event.alarms:
            assert isinstance(event.start, datetime)
            assert not is_quiet((event.start + trigger).astimezone(treated.zone).time(), hours)
    for window in made.windows:
        (telling,) = [
            event.start
            for event in found
            if event.role.startswith("phase/") and said(event.text.split("\n")[0], window.rule.then)
        ]
        assert isinstance(telling, datetime)
        if treated.date_only:
            assert telling >= end_of(window)
        else:
            assert telling == next_loud(end_of(window), treated.zone, hours)


def next_loud(moment: datetime, zone: ZoneInfo, hours: QuietHours) -> datetime:
    """Return a moment, or the first whole minute after it that is not quiet, walked to minute by minute."""
    if not is_quiet(moment.astimezone(zone).time(), hours):
        return moment
    moment = moment.replace(second=0, microsecond=0)
    while is_quiet(moment.astimezone(zone).time(), hours):
        moment += timedelta(minutes=1)
    return moment


@pytest.mark.parametrize(
    ("hours", "end", "expected"),
    [
        # by day; and an hour that begins with them
        (("13:00", "15:00"), "2026-11-21T12:59+01:00", "2026-11-21T12:59+01:00"),
        (("13:00", "15:00"), "2026-11-21T13:00+01:00", "2026-11-21T15:00+01:00"),
        (("13:00", "15:00"), "2026-11-21T15:00+01:00", "2026-11-21T15:00+01:00"),
        # none at all
        (("00:00", "00:00"), "2026-11-22T03:00+01:00", "2026-11-22T03:00+01:00"),
        # until midnight
        (("20:00", "00:00"), "2026-11-21T20:00+01:00", "2026-11-22T00:00+01:00"),
        # 02:30 is skipped, so they end at 03:30; 02:30 comes twice, so they end at the later
        (("22:00", "02:30"), "2026-03-29T00:10+01:00", "2026-03-29T03:30+02:00"),
        (("22:00", "02:30"), "2026-10-25T00:10+02:00", "2026-10-25T02:30+01:00"),
    ],
)
def test_an_end_in_quiet_hours_is_announced_at_their_end(
    hours: tuple[str, str], end: str, expected: str, schedule_v1: Schedule
) -> None:
    treated = Treatment(treated=at(end) - timedelta(hours=30), zone=ZoneInfo(BERLIN))
    made = plan(treated, only(schedule_v1, rule("makeup", "PT30H")))
    moment = datetime(2199, 1, 1, tzinfo=UTC)
    *_, close = by_icalendar(calendar_bytes(made, moment, **quiet(*hours)))
    assert close.start == at(expected)
    assert [trigger for trigger, _ in close.alarms] == [timedelta(0)]


def test_a_treatment_in_the_quiet_hours_does_not_ring_at_its_start(schedule_v1: Schedule) -> None:
    made = plan(MONDAY, small(schedule_v1, SWIMMING))
    found = {e.role: e for e in by_icalendar(calendar_bytes(made, MONDAY_EVENING, **quiet("14:00", "16:00")))}
    assert (found["start"].alarms, len(found["phase/swimming"].alarms)) == ((), 1)


MONDAY_EVENING = at("2026-08-03T18:00+02:00")


@pytest.mark.parametrize(
    ("hours", "clock"),
    [
        (("22:00", "08:00"), "09:00"),
        (("22:00", "09:00"), "09:00"),
        (("22:00", "09:30"), "09:30"),
        (("08:00", "12:00"), "12:00"),
        (("09:00", "23:45"), "23:45"),
    ],
)
def test_what_has_no_hour_of_its_own_rings_at_nine_or_when_the_quiet_hours_are_over(
    hours: tuple[str, str], clock: str, schedule_v1: Schedule
) -> None:
    for treated in (MONDAY, treatment("2026-08-03")):
        data = calendar_bytes(plan(treated, small(schedule_v1)), BEFORE, **quiet(*hours))
        found = {event.role: event.start for event in by_icalendar(data)}
        assert found["prepare/actives"] == at(f"2026-07-27T{clock}+02:00")
        assert found["milestone/photo"] == at(f"2026-09-03T{clock}+02:00")


# The daily reminder -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("treated", "daily", "start", "count"),
    [
        # EXAMPLE's first daily care is the moisturiser, from P1D to P9D, or from Sun 22 Nov 14:30 on; so it
        # comes from then to Sat 28 Nov, the seventh day
        (EXAMPLE, "08:00", "2026-11-23T08:00+01:00", 6),
        (EXAMPLE, "21:59", "2026-11-22T21:59+01:00", 7),
        (treatment("2026-11-21"), "08:00", "2026-11-23T08:00+01:00", 6),
        # across the clock change of 25 Oct: 22 to 27 Oct
        (treatment("2026-10-20T14:30+02:00"), "08:00", "2026-10-22T08:00+02:00", 6),
        # in a leap year: 25 to 29 Feb and 1 Mar
        (treatment("2028-02-23T10:00+01:00"), "08:00", "2028-02-25T08:00+01:00", 6),
    ],
)
def test_the_daily_reminder_comes_in_the_first_week(
    treated: Treatment, daily: str, start: str, count: int, schedule_v1: Schedule
) -> None:
    reminders = Reminders(daily=time.fromisoformat(daily))
    data = calendar_bytes(plan(treated, schedule_v1), at("2199-01-01T00:00Z"), reminders=reminders)
    (event,) = [event for event in read(data, "VEVENT") if "RRULE" in event]
    assert event.decoded("DTSTART").astimezone(UTC) == at(start)
    assert event.decoded("DTEND").astimezone(UTC) == at(start) + timedelta(minutes=15)
    assert event["RRULE"].to_ical() == f"FREQ=DAILY;COUNT={count}".encode()
    assert event["DTSTART"].params["TZID"] == event["DTEND"].params["TZID"] == BERLIN


def test_the_daily_reminder_is_one_event_that_names_the_care_and_rings_at_its_start(
    schedule_v1: Schedule,
) -> None:
    moment = at("2199-01-01T00:00Z")
    plain = by_icalendar(calendar_bytes(plan(EXAMPLE, schedule_v1), moment, reminders=QUIETLY))
    with_daily = by_icalendar(
        calendar_bytes(plan(EXAMPLE, schedule_v1), moment, reminders=Reminders(daily=time(10)))
    )
    (daily,) = [event for event in with_daily if event not in plain]
    assert len(with_daily) == len(plain) + 1
    assert daily.alarms == ((timedelta(0), daily.title),)
    assert daily.title == "Daily care: moisturise often +1"  # the other one is too long beside it
    assert daily.text.startswith("Every day: Moisturise often; Sunscreen every day.\nUntil Sat 28 Nov.\n")
    assert "clean pillowcase" in daily.text  # until Tue 24 Nov
    assert schedule_v1.standing.general.short in daily.text


def test_where_no_care_is_daily_there_is_no_daily_reminder(schedule_v1: Schedule) -> None:
    schedule = small(schedule_v1, MAKEUP, replace(CREAM, daily=False))
    assert b"RRULE" not in calendar_bytes(plan(MONDAY, schedule), BEFORE, reminders=Reminders(daily=time(8)))


def test_care_that_is_over_before_its_hour_is_not_reminded_of(schedule_v1: Schedule) -> None:
    """From 14:30 to 20:30 there is no 21:00."""
    schedule = small(schedule_v1, rule("cream", "PT6H", "P0D", Kind.DO, daily=True))
    reminders = Reminders(daily=time(21))
    assert b"RRULE" not in calendar_bytes(plan(MONDAY, schedule), BEFORE, reminders=reminders)


@pytest.mark.parametrize(
    ("hours", "daily", "refused"),
    [
        ("22:00-08:00", "07:59", True),
        ("22:00-08:00", "08:00", False),
        ("22:00-08:00", "21:59", False),
        ("22:00-08:00", "22:00", True),
        ("22:00-08:00", "00:00", True),
        ("13:00-15:00", "14:00", True),
        ("13:00-15:00", "03:00", False),
        ("00:00-00:00", "00:00", False),
    ],
)
def test_a_daily_reminder_in_the_quiet_hours_is_refused(
    hours: str, daily: str, refused: bool, tmp_path: Path
) -> None:
    file = tmp_path / "plan.ics"
    code, heard = command_line(*PLANNED, str(file), "--quiet-hours", hours, "--daily", daily)
    assert code == (2 if refused else 0), heard
    assert file.exists() is not refused
    if refused:
        assert f"--daily {daily} is within the quiet hours {hours}" in heard


@pytest.mark.parametrize(
    ("option", "written"),
    [
        ("--daily", "8"),
        ("--daily", "8:00"),
        ("--daily", "24:00"),
        ("--daily", "08:60"),
        ("--daily", ""),
        ("--quiet-hours", "22:00"),
        ("--quiet-hours", "22-8"),
        ("--quiet-hours", "22:00-24:00"),
        ("--quiet-hours", ""),
        ("--alarms", "loud"),
    ],
)
def test_an_option_that_does_not_say_when_to_ring_is_refused(
    option: str, written: str, tmp_path: Path
) -> None:
    code, heard = command_line(*PLANNED, str(tmp_path / "plan.ics"), option, written)
    assert code == 2
    assert heard
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("treated", "daily"),
    [
        (treatment("2026-03-28T14:30+01:00"), time(2, 30)),  # the 29th has no 02:30
        (treatment("2026-04-23T10:00+02:00", "Africa/Cairo"), time(0, 30)),  # the 24th has no 00:30
    ],
    ids=["Berlin", "Cairo"],
)
def test_a_first_day_on_which_its_hour_is_skipped_shifts_no_other_day(
    treated: Treatment, daily: time, schedule_v1: Schedule
) -> None:
    awake = QuietHours(start=time(0), end=time(0))
    reminders = Reminders(quiet=awake, daily=daily)
    data = calendar_bytes(plan(treated, schedule_v1), LONG_AGO, reminders=reminders)
    (event,) = [event for event in read(data, "VEVENT") if "RRULE" in event]
    start = event["DTSTART"].dt.replace(tzinfo=None)
    _, *later = rrulestr(event["RRULE"].to_ical().decode(), dtstart=start)
    assert {day.time() for day in later} == {daily}


CLOCKS = st.sampled_from([time(8), time(8, 30), time(12), time(19, 15), time(21, 59)])


@given(treated=st.builds(Treatment, treated=st.one_of(MOMENTS, DATES), zone=ZONES), daily=CLOCKS)
def test_the_daily_reminder_keeps_its_local_hour_by_its_own_zone_on_every_day(
    treated: Treatment, daily: time
) -> None:
    """By what its VTIMEZONE says alone, as a client reads it that knows no zones."""
    made = plan(treated, rules())
    data = calendar_bytes(made, LONG_AGO, reminders=Reminders(daily=daily))
    known = {str(zone["TZID"]): zone.to_tz(lookup_tzid=False) for zone in read(data, "VTIMEZONE")}
    (event,) = [event for event in read(data, "VEVENT") if "RRULE" in event]
    start = event["DTSTART"]
    name = start.params.get("TZID")
    assert (name or "UTC") == treated.zone.key
    assert known.keys() == ({name} if name else set())
    zone = known[name] if name else UTC
    days = list(rrulestr(event["RRULE"].to_ical().decode(), dtstart=start.dt.replace(tzinfo=None)))
    moments = [day.replace(tzinfo=zone).astimezone(UTC) for day in days]
    assert {moment.astimezone(treated.zone).time() for moment in moments} == {daily}
    care = [window for window in made.windows if window.rule.daily][:1]  # the first one decides
    wanted = [
        moment
        for moment in local_clocks(daily, treated.zone, moments[0] - timedelta(3), moments[-1] + timedelta(3))
        if any(window.start and window.start <= moment < end_of(window) for window in care)
    ]
    begun = first_moment(treated.treated, treated.zone).astimezone(treated.zone).date()
    first_week = {begun + timedelta(days=number) for number in range(1, 8)}
    assert moments == [one for one in wanted if one.astimezone(treated.zone).date() in first_week]


def local_clocks(clock: time, zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """Yield the moments (UTC) at which the clocks of a zone show a time that no change of theirs touches."""
    day = first.astimezone(zone).date()
    while day <= last.astimezone(zone).date():
        yield datetime.combine(day, clock, zone).astimezone(UTC)
        day += timedelta(days=1)


# What a file remembers ----------------------------------------------------------------------------

EXPORTED = ("plan", "2026-11-21T14:30", "--prp", "--skin-type", "IV", *AT_NOON, "--ics")


def options_in(file: Path) -> dict[str, str]:
    """Return what a calendar file says that it was made with."""
    text = file.read_bytes().replace(b"\r\n ", b"").decode()
    (line,) = [line for line in text.splitlines() if line.startswith("X-NEEDLECARE-OPTIONS:")]
    return dict(pair.split("=", 1) for pair in line.partition(":")[2].split())


def test_an_update_needs_only_what_changes(tmp_path: Path) -> None:
    file = tmp_path / "plan.ics"
    chosen = ("--scars", "--detail", "full", "--daily", "10:15", "--quiet-hours", "23:00-07:00")
    assert command_line(*EXPORTED, str(file), *chosen)[0] == 0
    before = options_in(file)
    code, heard = command_line(
        "plan", "2026-11-22T09:00", "--as-of", "2026-11-02", "--ics", str(file), "--update"
    )
    assert code == 0, heard
    assert options_in(file) == {**before, "treated": "20261122T080000Z", "planned": "20261101T230000Z"}


@pytest.mark.parametrize(
    ("typed", "key", "value"),
    [
        (("--no-prp",), "prp", "no"),
        (("--no-scars",), "scars", "no"),
        (("--skin-type", "unknown"), "skin-type", "unknown"),
        (("--skin-type", "II"), "skin-type", "II"),
        (("--daily", "none"), "daily", "none"),
        (("--daily", "11:00"), "daily", "11:00"),
        (("--detail", "full"), "detail", "full"),
        (("--tz", "Europe/Paris"), "zone", "Europe/Paris"),
        (("--override", "makeup=PT96H"), "override", "makeup:PT96H"),
    ],
)
def test_an_update_without_a_date_changes_one_option(
    typed: tuple[str, ...], key: str, value: str, tmp_path: Path
) -> None:
    file = tmp_path / "plan.ics"
    assert command_line(*EXPORTED, str(file), "--scars")[0] == 0
    before = options_in(file)
    code, heard = command_line("plan", *typed, "--as-of", "2026-11-02", "--ics", str(file), "--update")
    assert code == 0, heard
    assert options_in(file) == {**before, key: value}


def test_what_ends_sooner_is_said_with_both_dates(tmp_path: Path) -> None:
    file = tmp_path / "plan.ics"
    assert command_line(*EXPORTED, str(file))[0] == 0
    code, heard = command_line("plan", "--no-prp", "--as-of", "2026-11-02", "--ics", str(file), "--update")
    assert code == 0, heard
    assert "No longer in the plan: smoking (it was until Tue 24 Nov 14:30).\n" in heard
    assert "Sooner than before: alcohol until Sun 22 Nov 14:30 (it was until Tue 24 Nov 14:30).\n" in heard


def forget(file: Path) -> None:
    """Take from a calendar what an earlier version didn't write: its options and its ends."""
    lines = file.read_bytes().replace(b"\r\n ", b"").split(b"\r\n")
    kept = [line for line in lines if not line.startswith((b"X-NEEDLECARE-OPTIONS", b"X-NEEDLECARE-ENDS"))]
    file.write_bytes(b"\r\n".join(kept))


def test_a_calendar_that_says_no_options_needs_them_typed(tmp_path: Path) -> None:
    file = tmp_path / "plan.ics"
    assert command_line(*EXPORTED, str(file))[0] == 0
    forget(file)
    before = file.read_bytes()
    update = ("--as-of", "2026-11-02", "--ics", str(file), "--update")
    code, heard = command_line("plan", *update)
    assert (code, file.read_bytes()) == (2, before)
    assert "doesn't say what it was made with: an earlier version wrote it; add WHEN and the options" in heard
    # Made with PRP: without it, alcohol would end two days sooner.
    when = ("2026-11-21T14:30", "--tz", "Europe/Berlin")
    code, heard = command_line(*when, *update)
    assert (code, file.read_bytes()) == (2, before)
    assert "some waits would end sooner; add --prp or --no-prp" in heard


def test_what_a_calendar_without_options_is_made_with_now_is_said(tmp_path: Path) -> None:
    file = tmp_path / "plan.ics"
    assert command_line(*EXPORTED, str(file))[0] == 0
    forget(file)
    update = ("--as-of", "2026-11-02", "--ics", str(file), "--update")
    when = ("2026-11-21T14:30", "--tz", "Europe/Berlin")
    code, heard = command_line(*when, "--prp", "--daily", "10:15", *update)
    assert code == 0
    assert (
        "didn't say what it was made with. It now has: Europe/Berlin, PRP, skin type unknown, not for scars, "
        "daily care at 10:15, quiet hours 22:00-08:00. To change one, run --update with that option.\n"
    ) in heard
    # Gym ends at midnight and was told at 08:00, when the quiet hours end: it is no sooner than before.
    assert "Sooner than before" not in heard
    code, heard = command_line("plan", *update)
    assert (code, "unchanged in" in heard) == (0, True)
    assert "made with" not in heard


def test_preparation_that_had_begun_is_told_once_on_the_day_of_the_first_export(tmp_path: Path) -> None:
    file = tmp_path / "plan.ics"
    assert command_line(*EXPORTED, str(file))[0] == 0
    first = ours(file.read_bytes())["begun"]
    assert first.start.startswith("2026-11-01")
    update = ("plan", "--as-of", "2026-11-10", "--ics", str(file), "--update")
    code, heard = command_line(*update)
    assert (code, "unchanged in" in heard) == (0, True)
    assert ours(file.read_bytes())["begun"].raw == first.raw


def test_a_refusal_names_update_before_force_and_force_keeps_the_uids(tmp_path: Path) -> None:
    file = tmp_path / "plan.ics"
    assert command_line(*EXPORTED, str(file))[0] == 0
    before = ours(file.read_bytes())
    other = ("plan", "2026-11-23T10:00", *AT_NOON, "--ics", str(file))
    code, heard = command_line(*other)
    assert code == 5
    assert 0 < heard.index("--update") < heard.index("--force")
    assert command_line(*other, "--force")[0] == 0
    after = ours(file.read_bytes())
    assert {role: after[role].uid for role in before} == {role: one.uid for role, one in before.items()}
    assert after["phase/makeup"].sequence == 1
    assert options_in(file)["prp"] == "no"


def test_a_stamp_never_goes_back(first: bytes, schedule_v1: Schedule) -> None:
    once, _ = updated(first, plan(TUESDAY, small(schedule_v1)), LATER)
    again, _ = updated(once, plan(MONDAY, small(schedule_v1)), LATER - timedelta(days=3))
    assert {one.stamps for one in ours(again).values()} == {(STAMP, STAMP)}
    assert {one.sequence for one in ours(again).values()} == {2}


@pytest.mark.parametrize(
    ("written", "expected"),
    [(" 5", 6), ("5", 6), ("2147483647", 2147483647), ("99999999999", 2147483647), ("x", 1), ("", 1)],
)
def test_a_sequence_never_falls(written: str, expected: int, first: bytes, schedule_v1: Schedule) -> None:
    data = first.replace(b"SEQUENCE:0", f"SEQUENCE:{written}".encode())
    after, _ = updated(data, plan(TUESDAY, small(schedule_v1)), LATER)
    assert {one.sequence for one in ours(after).values()} == {expected}


# What clients make of an export -------------------------------------------------------------------


def with_alarm(data: bytes, alarm: str) -> bytes:
    """Return a file in which a person has put an alarm behind ours in the event of the makeup."""
    (event,) = [one.raw for one in ours(data).values() if b"ROLE:phase/makeup" in one.raw]
    more = f"BEGIN:VALARM\r\n{alarm}END:VALARM\r\nEND:VEVENT".encode()
    return data.replace(event, event.replace(b"END:VEVENT", more))


MINE = "ACTION:DISPLAY\r\nDESCRIPTION:Buy a brush\r\nTRIGGER:-PT2H\r\n"


def test_a_persons_own_alarm_stays(first: bytes, schedule_v1: Schedule) -> None:
    data = with_alarm(first, MINE)
    assert updated(data, plan(MONDAY, small(schedule_v1)), LATER)[1] == RevisionSummary(unchanged=9)
    after, _ = updated(data, plan(TUESDAY, small(schedule_v1)), LATER)
    makeup = ours(after)["phase/makeup"]
    assert makeup.alarms == 2
    assert MINE.encode() in makeup.raw


TRIGGERS = {
    # when our alarm rings in a file, and after the appointment has moved
    "TRIGGER:PT0S": "TRIGGER:PT0S",
    "TRIGGER;VALUE=DURATION:P0D": "TRIGGER:PT0S",
    "TRIGGER:-PT15H": "TRIGGER:PT0S",  # needlecare 0.1 rang on the day before a day
    "TRIGGER:-PT14H": "TRIGGER:-PT14H",  # a person's
    "TRIGGER:-PT30M": "TRIGGER:-PT30M",
    "TRIGGER:-P1D": "TRIGGER:-P1D",
    "TRIGGER;VALUE=DATE-TIME:20260803T123000Z": "TRIGGER:PT0S",  # which would stay where it was
}


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_an_alarm_that_a_person_moved_stays_moved(trigger: str, first: bytes, schedule_v1: Schedule) -> None:
    data = first.replace(b"TRIGGER:PT0S", trigger.encode())
    after, _ = updated(data, plan(TUESDAY, small(schedule_v1)), LATER)
    assert after.count(TRIGGERS[trigger].encode() + b"\r\n") == 7  # all events but the two bars
    assert after.count(b"TRIGGER") == 7


def test_a_html_text_of_outlook_goes_with_the_text_that_it_repeats(
    first: bytes, schedule_v1: Schedule
) -> None:
    html = b"X-ALT-DESC;FMTTYPE=text/html:<p>until Wed 5 Aug</p>\r\nTRANSP:"
    data = first.replace(b"TRANSP:", html)
    unchanged, _ = updated(data, plan(MONDAY, small(schedule_v1)), LATER)
    assert unchanged.count(b"X-ALT-DESC") == 9
    after, _ = updated(data, plan(TUESDAY, small(schedule_v1)), LATER)
    assert b"X-ALT-DESC" not in after
    assert b"X-ALT-DESC" not in cancel(Export(data), LATER).data


def test_a_duration_in_place_of_an_end_is_the_same_and_never_stands_beside_one(
    first: bytes, schedule_v1: Schedule
) -> None:
    data = re.sub(rb"(DTSTART:.*\r\n)DTEND:\d+T\d{2}45\d+Z\r\n", rb"\1DURATION:PT15M\r\n", first)
    assert data.count(b"DURATION:PT15M") == 4
    assert updated(data, plan(MONDAY, small(schedule_v1)), LATER)[1] == RevisionSummary(unchanged=9)
    after, _ = updated(data, plan(TUESDAY, small(schedule_v1)), LATER)
    assert b"DURATION" not in after


DAILY_AT_EIGHT = Reminders(daily=time(8))


@pytest.mark.parametrize("until", ["UNTIL=20260808T060000Z", "UNTIL=20260808", "UNTIL=20260808T080000"])
def test_a_daily_series_that_a_client_ends_by_a_time_is_the_same_series(
    until: str, schedule_v1: Schedule
) -> None:
    """COUNT=4 from 5 August 08:00 on is until 8 August, 08:00 in Berlin."""
    made = plan(MONDAY, small(schedule_v1))
    data = calendar_bytes(made, BEFORE, reminders=DAILY_AT_EIGHT)
    edited = data.replace(b"COUNT=4", until.encode())
    assert edited != data
    assert updated(edited, made, LATER, reminders=DAILY_AT_EIGHT)[1] == RevisionSummary(unchanged=10)
    # while it still rings, a plan without it cancels it and doesn't forget it
    after, summary = updated(edited, made, at("2026-08-07T12:00+02:00"))
    assert summary.cancelled == 1
    assert ours(after)["daily"].cancelled


@pytest.mark.parametrize(
    "tail",
    ["UID:{uid}_R20260807T060000Z", "UID:other\r\nRELATED-TO:{uid}", "UID:other\r\nX-NEEDLECARE-ROLE:daily"],
)
def test_the_rest_of_a_daily_series_that_a_client_split_is_cancelled_too(
    tail: str, schedule_v1: Schedule
) -> None:
    data = calendar_bytes(plan(MONDAY, small(schedule_v1)), BEFORE, reminders=DAILY_AT_EIGHT)
    daily = ours(data)["daily"]
    lines = [tail.format(uid=daily.uid), "DTSTAMP:20260721T070000Z", f"DTSTART;TZID={BERLIN}:20260807T080000"]
    lines += ["RRULE:FREQ=DAILY;COUNT=2", "SUMMARY:Daily care: cream"]
    rest = "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""]).encode()
    ended = daily.raw.replace(b"COUNT=4", b"UNTIL=20260806T060000Z")
    after, summary = called_off(data.replace(daily.raw, ended + rest), LATER)
    assert summary == RevisionSummary(cancelled=11)
    assert after.count(b"STATUS:CANCELLED") == 11


def test_an_event_named_after_ours_in_another_way_is_no_part_of_it(first: bytes) -> None:
    event = f"BEGIN:VEVENT\r\nUID:{ours(first)['start'].uid}_Rest\r\nEND:VEVENT\r\n".encode()
    after, summary = called_off(first.replace(b"END:VCALENDAR", event + b"END:VCALENDAR"), LATER)
    assert summary == RevisionSummary(cancelled=9, foreign=1)
    assert event in after


def test_events_are_known_by_their_uids_alone(first: bytes, schedule_v1: Schedule) -> None:
    """A client may drop what it doesn't know: role, class, category, and how busy a time is."""
    stripped = re.sub(rb"(X-NEEDLECARE-ROLE|CLASS|CATEGORIES|TRANSP):.*\r\n", b"", first)
    assert called_off(stripped, LATER)[1] == RevisionSummary(cancelled=9)
    after, summary = updated(stripped, plan(MONDAY, small(schedule_v1)), LATER)
    assert summary == RevisionSummary(changed=9)
    assert {role: one.uid for role, one in ours(after).items()} == {r: o.uid for r, o in ours(first).items()}


def test_no_other_event_is_taken_for_ours_for_a_uid_of_the_same_kind(first: bytes) -> None:
    other = str(uuid5(uuid5(NAMESPACE_URL, "somebody"), "start"))
    event = f"BEGIN:VEVENT\r\nUID:{other}\r\nCLASS:PRIVATE\r\nTRANSP:TRANSPARENT\r\nCATEGORIES:x\r\nEND:VEVENT\r\n"
    data = first.replace(b"BEGIN:VEVENT", event.encode() + b"BEGIN:VEVENT", 1)
    after, summary = called_off(data, LATER)
    assert summary == RevisionSummary(cancelled=9, foreign=1)
    assert event.encode() in after


def test_the_rules_are_asked_for_only_where_an_event_might_be_ours_and_nothing_says_so(first: bytes) -> None:
    def asked(uid: str, *more: str) -> bool:
        """Return whether a file with one more event asks which rules there are."""
        event = "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", *more, "END:VEVENT", ""]).encode()
        calls = []

        def rule_ids() -> list[str]:
            calls.append("")
            return []

        Export(first.replace(b"END:VCALENDAR", event + b"END:VCALENDAR"), rule_ids)
        return bool(calls)

    ours_of_old = "886313e1-3b8a-5372-9b90-0c9aee199e5d"  # of version 5, as we make them
    assert asked(ours_of_old)
    assert not asked(ours_of_old, "X-NEEDLECARE-ROLE:phase/heat")
    assert not asked(ours_of_old.replace("-5372-", "-4372-"))
    assert not asked("20260801T000000Z-1@example.org")
    assert not asked(ours(first)["start"].uid + "_R20260807T060000Z")


LONGER = {
    # what a newer plan of the same makeup (48 hours) would say: whether a file without options might lose a wait
    "PT48H": False,
    "PT72H": False,
    "PT37H": False,  # the end may have waited for eleven hours of a night
    "PT2219M": True,  # a minute less
}


@pytest.mark.parametrize("end", LONGER)
@pytest.mark.parametrize("day", [MONDAY, TUESDAY])
def test_a_file_without_options_is_compared_by_the_length_of_its_waits(
    end: str, day: Treatment, first: bytes, schedule_v1: Schedule
) -> None:
    old = re.sub(rb"X-NEEDLECARE-(?:OPTIONS|ENDS):.*\r\n(?: .*\r\n)*", b"", first)
    newer = calendar(
        plan(day, small(schedule_v1, rule("makeup", end), SWIMMING, SUN)), LATER, reminders=QUIETLY
    )
    assert Export(old).might_lose_waits(newer) == LONGER[end]
    assert not Export(first).might_lose_waits(newer)  # which says what it was made with


def test_a_file_without_options_might_lose_a_wait_that_is_gone(first: bytes, schedule_v1: Schedule) -> None:
    old = re.sub(rb"X-NEEDLECARE-(?:OPTIONS|ENDS):.*\r\n(?: .*\r\n)*", b"", first)
    newer = calendar(
        plan(MONDAY, small(schedule_v1, rule("makeup", "PT48H"), SWIMMING)), LATER, reminders=QUIETLY
    )
    assert Export(old).might_lose_waits(newer)


def test_a_file_may_have_four_mebibytes(first: bytes) -> None:
    most = first.replace(b"VERSION:2.0", b"X-A:" + b"x" * (4 * 2**20 - len(first) - 6) + b"\r\nVERSION:2.0")
    assert len(most) == 4 * 2**20
    assert len(Export(most).events) == 9
    assert checked_size(most) == most
    for refuse in (Export, checked_size):
        with pytest.raises(UsageError, match="larger than 4 MiB"):
            refuse(most + b"\n")


def test_of_two_plans_in_one_file_only_its_own_is_cancelled(first: bytes, schedule_v1: Schedule) -> None:
    other = calendar_bytes(plan(TUESDAY, small(schedule_v1)), BEFORE, reminders=QUIETLY)
    both = first.replace(b"END:VCALENDAR", b"".join(EVENT.findall(other)) + b"END:VCALENDAR")
    after, summary = called_off(both, LATER)
    assert summary == RevisionSummary(cancelled=9, foreign=9)
    assert after.endswith(b"".join(EVENT.findall(other)) + b"END:VCALENDAR\r\n")


@pytest.mark.parametrize("command", ["update", "cancel"])
def test_where_no_event_can_be_recognised_the_command_says_so_and_fails(command: str, tmp_path: Path) -> None:
    file = tmp_path / "plan.ics"
    assert command_line(*EXPORTED, str(file))[0] == 0
    data = re.sub(rb"UID:.*\r\n", lambda match: b"UID:new-" + match[0][4:], file.read_bytes())
    file.write_bytes(data)
    typed = ("cancel", str(file)) if command == "cancel" else ("plan", "--ics", str(file), "--update")
    code, heard = command_line(*typed, "--as-of", "2026-11-02")
    assert code == (2 if command == "cancel" else 5)
    assert "was written by needlecare" in heard
    assert file.read_bytes() == data


def test_two_quoted_members_and_a_fold_inside_a_character_are_read(
    first: bytes, schedule_v1: Schedule
) -> None:
    """RFC 5545, sections 3.2 and 3.1."""
    attendee = (
        'BEGIN:VEVENT\r\nUID:1\r\nATTENDEE;MEMBER="mailto:a@example.org","mailto:b@example.org":mailto:c@example.org\r\n'
        "SUMMARY:Café\r\nEND:VEVENT\r\n"
    ).encode()
    folded = attendee.replace("é".encode(), b"\xc3\r\n \xa9")
    data = first.replace(b"BEGIN:VEVENT", folded + b"BEGIN:VEVENT", 1)
    after, summary = updated(data, plan(TUESDAY, small(schedule_v1)), LATER)
    assert summary == RevisionSummary(changed=9, foreign=1)
    assert "SUMMARY:Café" in after.decode()


def test_other_peoples_events_may_have_no_uid(first: bytes, schedule_v1: Schedule) -> None:
    event = b"BEGIN:VEVENT\r\nSUMMARY:Dinner\r\nEND:VEVENT\r\n"
    data = first.replace(b"BEGIN:VEVENT", event + event + b"BEGIN:VEVENT", 1)
    _, summary = updated(data, plan(TUESDAY, small(schedule_v1)), LATER)
    assert summary == RevisionSummary(changed=9, foreign=2)


def test_bytes_that_are_no_text_are_named_by_their_line(first: bytes) -> None:
    data = first.replace(b"SUMMARY:Wait", b"SUMMARY:\xff")
    line = (
        data.split(b"\r\n").index(next(one for one in data.split(b"\r\n") if one.startswith(b"SUMMARY:\xff")))
        + 1
    )
    with pytest.raises(UsageError, match=f"line {line} is not UTF-8"):
        Export(data)
