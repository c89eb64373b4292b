"""The VTIMEZONE of a time zone (RFC 5545, section 3.6.5), for events in local time.

If a zone changes its clocks by the same rule every year, the rule is written, so that a client that keeps the first
VTIMEZONE of a name is right about later events too. Otherwise each change in the span is written by itself.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from ics.grammar.parse import Container, ContentLine

from needlecare.time.zones import clock_changes, local

YEARS = 10  # a yearly rule must be right for this many
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def zone_lines(zone: ZoneInfo, first: datetime, last: datetime) -> list[str]:
    """Return the content lines of a VTIMEZONE that is right from one moment (UTC) to another."""
    return list(_yearly_lines(zone, first.year) or _lines(zone, _each(zone, first, last)))


@lru_cache(maxsize=64)  # a batch asks for few zones and years, and often
def _yearly_lines(zone: ZoneInfo, year: int) -> tuple[str, ...]:
    """Return the content lines of a zone with yearly rules; nothing for other zones."""
    observances = _yearly(zone, year)
    return _lines(zone, observances) if observances else ()


def _lines(zone: ZoneInfo, found: Sequence[Container]) -> tuple[str, ...]:
    # Some clients need a STANDARD part, and assume that the first part is one.
    observances = sorted(found, key=lambda observance: observance.name != "STANDARD")
    container = Container("VTIMEZONE", ContentLine("TZID", value=zone.key), *observances)
    return tuple(str(container).split("\r\n"))


def _yearly(zone: ZoneInfo, year: int) -> list[Container]:
    """Return two observances with their yearly rules; nothing if a zone has no such rules."""
    changes = clock_changes(
        datetime(year - 1, 1, 1, tzinfo=UTC), datetime(year + YEARS, 1, 1, tzinfo=UTC), zone
    )
    forward = [at for at in changes if _before(at, zone) < _after(at, zone)]
    back = [at for at in changes if _before(at, zone) > _after(at, zone)]
    observances = []
    for onsets in (forward, back):
        rule = _rule([_wall(at, zone) for at in onsets])
        if rule is None:
            return []
        observances.append(_observance(onsets[0], zone, rule))
    return observances


def _rule(walls: Sequence[datetime]) -> str | None:
    """Return the yearly rule for some local times, if there is one: the same weekday of a month at the same hour."""
    if len({wall.year for wall in walls}) != len(walls) or len(walls) != YEARS + 1:
        return None
    if len({(wall.month, wall.weekday(), wall.time()) for wall in walls}) != 1:
        return None
    ordinals = {(wall.day - 1) // 7 + 1 for wall in walls}
    lasts = {(wall + timedelta(days=7)).month != wall.month for wall in walls}
    if lasts != {True} and len(ordinals) != 1:
        return None
    ordinal = -1 if lasts == {True} else ordinals.pop()
    return f"FREQ=YEARLY;BYMONTH={walls[0].month};BYDAY={ordinal}{_WEEKDAYS[walls[0].weekday()]}"


def _each(zone: ZoneInfo, first: datetime, last: datetime) -> list[Container]:
    """Return an observance for the last clock change before a span, and for each clock change in it."""
    before = clock_changes(first - timedelta(days=400), first, zone)
    standard = [at for at in before if not local(at, zone).dst()]
    onsets = [
        *standard[-1:],
        *(at for at in before[-1:] if at not in standard),
        *clock_changes(first, last, zone),
    ]
    observances = [_observance(onset, zone) for onset in onsets]
    return observances if standard else [_always(first, zone), *observances]


def _observance(onset: datetime, zone: ZoneInfo, rule: str | None = None) -> Container:
    """Return the observance that begins at a clock change (UTC); its start is in the local time before the change."""
    shown = local(onset, zone)
    return _observed(shown, _wall(onset, zone), _before(onset, zone), rule)


def _always(moment: datetime, zone: ZoneInfo) -> Container:
    """Return the observance of a zone at a moment (UTC), as if it had always been the same."""
    shown = local(moment, zone)
    always = _observed(shown, datetime(1970, 1, 1), _offset(shown), None)  # noqa: DTZ001  a local time
    return Container("STANDARD", *always)


def _observed(shown: datetime, onset: datetime, before: timedelta, rule: str | None) -> Container:
    lines = [
        ContentLine("DTSTART", value=f"{onset:%Y%m%dT%H%M%S}"),
        ContentLine("TZOFFSETFROM", value=_signed(before)),
        ContentLine("TZOFFSETTO", value=_signed(_offset(shown))),
        ContentLine("TZNAME", value=shown.tzname() or _signed(_offset(shown))),
    ]
    if rule is not None:
        lines.append(ContentLine("RRULE", value=rule))
    return Container("DAYLIGHT" if shown.dst() else "STANDARD", *lines)


def _wall(onset: datetime, zone: ZoneInfo) -> datetime:
    return onset.replace(tzinfo=None) + _before(onset, zone)


def _before(onset: datetime, zone: ZoneInfo) -> timedelta:
    return _offset(local(onset - timedelta(seconds=1), zone))


def _after(onset: datetime, zone: ZoneInfo) -> timedelta:
    return _offset(local(onset, zone))


def _offset(shown: datetime) -> timedelta:
    offset = shown.utcoffset()
    assert offset is not None
    return offset


def _signed(offset: timedelta) -> str:
    """Write "+0100", with seconds if a zone has them (section 3.3.14)."""
    seconds = int(abs(offset).total_seconds())
    sign = "-" if offset < timedelta(0) else "+"
    said = f"{sign}{seconds // 3600:02}{seconds // 60 % 60:02}"
    return f"{said}{seconds % 60:02}" if seconds % 60 else said
