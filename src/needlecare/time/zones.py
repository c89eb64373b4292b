"""Time zones, and the local times that a clock change skips or repeats.

Moments are aware datetimes in UTC, so that comparisons are right: Python compares two aware datetimes in the same
local zone by their clock times, ignoring clock changes between them.
"""

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import Enum
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from needlecare.errors import NeedlecareError, UsageError, nearest, quoted


class Edge(Enum):
    """Which edge of a window a moment is. It decides between two moments if a clock time is repeated or unknown."""

    START = "start"
    END = "end"


class NoZoneDatabase(NeedlecareError):
    """There is no time zone database at all, so the zone that was typed is not at fault."""

    def __init__(self) -> None:
        super().__init__(
            "no time zone database was found on this computer; "
            "install the package tzdata: python -m pip install tzdata"
        )


# Files in a time zone database that are not zones. (Those below right/ count leap seconds.)
_NO_ZONES = frozenset({"localtime", "posixrules"})


@cache
def zone_names() -> frozenset[str]:
    """Return the IANA names of all zones; the files are searched only once."""
    return frozenset(available_timezones() - _NO_ZONES)


def known_zone(name: str) -> ZoneInfo | None:
    """Return the zone with an IANA name, or None. Raises NoZoneDatabase."""
    if name not in _NO_ZONES and not name.startswith(("posix/", "right/")):
        with suppress(KeyError, ValueError, OSError):
            return ZoneInfo(name)
    if not zone_names():
        raise NoZoneDatabase
    return None


def zone_named(name: str) -> ZoneInfo:
    """Return the zone with an IANA name. Raises UsageError, which suggests a similar name, or NoZoneDatabase."""
    if (zone := known_zone(name)) is not None:
        return zone
    hint = nearest(name, zone_names())
    raise UsageError(f"unknown time zone {quoted(name)}{hint}; write an IANA name such as Europe/Berlin")


def local(moment: datetime, zone: tzinfo) -> datetime:
    """Convert a moment to local time."""
    return moment.astimezone(zone)


def resolve(wall: datetime, zone: tzinfo, edge: Edge) -> datetime:
    """Return the moment (UTC) of a local clock time.

    A time that a clock change skips moves forward past the gap (02:30 becomes 03:30). If a time is repeated, an end
    is the later moment and a start the earlier one.
    """
    first, second = wall_readings(wall, zone)
    repeated = first < second
    return second if repeated and edge is Edge.END else first


@lru_cache(maxsize=4096)  # the plans of a batch have many days in common
def first_moment(day: date, zone: tzinfo) -> datetime:
    """Return the moment (UTC) at which a local day begins; for a day that the zone skipped, the next day."""
    first, second = wall_readings(datetime.combine(day, time.min), zone)
    return first if first <= second else _clock_change(second, first, zone)


def beginning(at: datetime | date, zone: tzinfo) -> datetime:
    """Return a moment (UTC) unchanged, or the moment at which a local date begins."""
    return at if isinstance(at, datetime) else first_moment(at, zone)


@lru_cache(maxsize=4096)
def end_of_day(day: date, zone: tzinfo) -> datetime:
    """Return the moment (UTC) at which a local day has certainly ended.

    That is the next local midnight, or just after 23:59:59 if a clock change makes that later: if the last hour of
    the day is skipped, times in it are moved to the first hour of the next day.
    """
    midnight = resolve(datetime.combine(day + timedelta(days=1), time.min), zone, Edge.END)
    last_second = resolve(datetime.combine(day, time(23, 59, 59)), zone, Edge.END)
    return max(midnight, last_second + timedelta(seconds=1))


def clock_changes(after: datetime, until: datetime, zone: tzinfo) -> list[datetime]:
    """Return the moments (UTC) of clock changes after `after`, up to and including `until`."""
    found = []
    while after < until:
        later = min(after + timedelta(days=1), until)
        if local(after, zone).utcoffset() != local(later, zone).utcoffset():
            found.append(_clock_change(after, later, zone))
        after = later
    return found


@lru_cache(maxsize=4096)
def wall_readings(wall: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return the two moments (UTC) that a local clock time may mean (PEP 495).

    They are equal for an ordinary time; first < second if it is repeated, first > second if it is skipped.
    """
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return first, second


def _clock_change(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """Find the only clock change between two moments, to the second."""
    old = local(before, zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if local(middle, zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
