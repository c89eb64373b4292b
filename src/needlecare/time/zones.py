"""Time zones, and the local times that a clock change skips or repeats.

Moments are aware datetimes in UTC, so that they compare as moments: two aware
datetimes of one zone compare by wall clock in Python.
"""

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import Enum
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from needlecare.errors import NeedlecareError, UsageError, nearest, quoted


class Edge(Enum):
    """Which edge of a window a moment is: it settles what is unknown or happens twice."""

    START = "start"
    END = "end"


class NoZoneDatabase(NeedlecareError):
    """No zone is known at all: nothing that was written is wrong, so no place of it is named."""

    def __init__(self) -> None:
        super().__init__(
            "no time zone database was found on this computer; "
            "install the package tzdata: python -m pip install tzdata"
        )


# Files of a time zone database that name no zone; those below right/ count leap seconds.
_NO_ZONES = frozenset({"localtime", "posixrules"})


@cache
def zone_names() -> frozenset[str]:
    """Return the IANA names of the zones that there are; their files are looked through once."""
    return frozenset(available_timezones() - _NO_ZONES)


def known_zone(name: str) -> ZoneInfo | None:
    """Return the zone of an IANA name; None where there is none of that name. Raises NoZoneDatabase."""
    if name not in _NO_ZONES and not name.startswith(("posix/", "right/")):
        with suppress(KeyError, ValueError, OSError):
            return ZoneInfo(name)
    if not zone_names():
        raise NoZoneDatabase
    return None


def zone_named(name: str) -> ZoneInfo:
    """Return the zone of an IANA name. Raises UsageError, with the nearest name, or NoZoneDatabase."""
    if (zone := known_zone(name)) is not None:
        return zone
    hint = nearest(name, zone_names())
    raise UsageError(f"unknown time zone {quoted(name)}{hint}; write an IANA name such as Europe/Berlin")


def local(moment: datetime, zone: tzinfo) -> datetime:
    """Return a moment as the clocks of the zone show it."""
    return moment.astimezone(zone)


def resolve(wall: datetime, zone: tzinfo, edge: Edge) -> datetime:
    """Return the moment (UTC) at which the clocks of the zone show `wall`.

    A time that a clock change skips moves forward past the gap (02:30 becomes
    03:30). Of a repeated one an end is the later, a start the earlier.
    """
    first, second = wall_readings(wall, zone)
    repeated = first < second
    return second if repeated and edge is Edge.END else first


def first_moment(day: date, zone: tzinfo) -> datetime:
    """Return the moment (UTC) at which a local day begins; of a skipped day, the one after it."""
    first, second = wall_readings(datetime.combine(day, time.min), zone)
    return first if first <= second else _clock_change(second, first, zone)


def beginning(at: datetime | date, zone: tzinfo) -> datetime:
    """Return a moment (UTC) itself, or the one at which a local date begins."""
    return at if isinstance(at, datetime) else first_moment(at, zone)


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """Return the moment (UTC) at which a local day has certainly ended.

    That is the next local midnight, or just past 23:59:59 where a clock change
    makes that later: where the last hour of the day is skipped, a time within it
    lies in the next day's first hour.
    """
    midnight = resolve(datetime.combine(day + timedelta(days=1), time.min), zone, Edge.END)
    last_second = resolve(datetime.combine(day, time(23, 59, 59)), zone, Edge.END)
    return max(midnight, last_second + timedelta(seconds=1))


def clock_changes(after: datetime, until: datetime, zone: tzinfo) -> list[datetime]:
    """Return the moments (UTC) in (after, until] at which the clocks of a zone change."""
    found = []
    while after < until:
        later = min(after + timedelta(days=1), until)
        if local(after, zone).utcoffset() != local(later, zone).utcoffset():
            found.append(_clock_change(after, later, zone))
        after = later
    return found


@lru_cache(maxsize=4096)  # the appointments of a day, and the ends of their plans, share many a midnight
def wall_readings(wall: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return both moments (UTC) that a wall time may mean: equal, or first < second where it is
    repeated, or first > second where it is skipped (PEP 495).
    """
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return first, second


def _clock_change(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """Return the moment, to the second, of the one clock change between two moments."""
    old = local(before, zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if local(middle, zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
