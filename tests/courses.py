"""The courses that many tests speak of, and any course that hypothesis may draw."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from examples import BERLIN, EXAMPLE, at, treated_at, treatment
from needlecare.model import SkinType, Treatment
from needlecare.plan.course import Course
from needlecare.time.offsets import parse_interval
from needlecare.time.zones import local, zone_named

BEFORE = at("2026-11-16T09:00+01:00")  # the first session of the example is ahead
COURSES: dict[str, tuple[Treatment, dict[str, Any]]] = {
    "the example": (EXAMPLE, {}),
    "a date": (treatment("2026-11-21"), {"sessions": 4, "every": parse_interval("P1M")}),
    "scars": (replace(EXAMPLE, scars=True, skin_type=None), {"sessions": 6}),
    "one session": (EXAMPLE, {"sessions": 1}),
    "a moved date": (EXAMPLE, {"moved": {3: date(2027, 1, 20)}}),
    "a moved time among dates": (
        treatment("2026-11-21"),
        {"moved": {3: treated_at("2027-01-20T09:00+01:00")}},
    ),
    "one source": (EXAMPLE, {"follow": ["roller-blog"]}),
    "early in the morning": (treatment("2026-11-21T07:00+01:00", prp=True), {}),
    "across both clock changes": (
        treatment("2026-02-28T23:30-02:00", "America/Nuuk"),
        {"sessions": 10, "every": parse_interval("P1M")},
    ),
}

ZONES = [BERLIN, "Australia/Lord_Howe", "America/Nuuk", "America/Sao_Paulo", "Pacific/Kiritimati"]


@st.composite
def courses(draw: st.DrawFn) -> dict[str, Any]:
    moments = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  the zone follows
    treated = draw(moments).replace(second=0, microsecond=0)
    zone = zone_named(draw(st.sampled_from(ZONES)))
    first = Treatment(
        treated=draw(st.sampled_from([treated, local(treated, zone).date()])),
        zone=zone,
        prp=draw(st.booleans()),
        skin_type=draw(st.sampled_from([None, *SkinType])),
        scars=draw(st.booleans()),
    )
    every = parse_interval(
        draw(st.sampled_from(["6w", "43d", "P2M", "P3M"] + ["4w", "P1M"] * (not first.scars)))
    )
    sessions = draw(st.integers(1, 6))
    return {"first": first, "every": every, "sessions": sessions}


def late(made: Course, number: int, days: float) -> datetime:
    """Return a moment some days behind where a session is."""
    found: datetime = made.sessions[number - 1].begins + timedelta(days=days)
    return found.replace(second=0, microsecond=0)
