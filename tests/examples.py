"""The treatments and moments that many tests speak of, written as a person would: local time and its UTC offset."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from needlecare.model import Clinic, Schedule, SkinType, Treatment
from needlecare.plan.search import Vocabulary
from needlecare.time.parsing import Purpose, parse_when
from needlecare.time.zones import beginning

BERLIN = "Europe/Berlin"  # UTC+1 in winter; UTC+2 from the last Sunday of March to the last of October


def at(text: str) -> datetime:
    """Return the moment (UTC) of a local time written with its UTC offset: 2026-11-21T14:30+01:00."""
    moment = datetime.fromisoformat(text)
    assert moment.tzinfo is not None, f"{text} needs its UTC offset"
    return moment.astimezone(UTC)


def parse_moment(text: str, *, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment (UTC) that a person types; a date means its first moment."""
    return beginning(parse_when(text, now=now, zone=zone, purpose=Purpose.MOMENT).value, zone)


def treated_at(text: str) -> datetime | date:
    """Return when a treatment was, from a time written with its UTC offset or from a date alone."""
    return at(text) if "T" in text else date.fromisoformat(text)


def treatment(text: str, zone: str = BERLIN, **options: Any) -> Treatment:
    """Return a treatment at a time written with its UTC offset, or on a date."""
    return Treatment(treated=treated_at(text), zone=ZoneInfo(zone), **options)


# The design's own: Saturday 21 November 2026, 14:30 in Berlin (13:30 UTC), with PRP, skin type IV.
TREATED = at("2026-11-21T14:30+01:00")
EXAMPLE = treatment("2026-11-21T14:30+01:00", prp=True, skin_type=SkinType.IV)
AN_HOUR_AFTER = at("2026-11-21T15:30+01:00")
# The most that a handout has to say, and a clinic with everything that a rule file may say of one.
HEAVY = treatment("2026-11-21", prp=True, scars=True)
CLINIC = Clinic(
    name="Rosengarten Dermatology",
    telephone="+49 30 123456",
    emergency="112",
    footer="Parking is in the yard. Please bring your insurance card to every appointment.",
)

# How the rule file of a clinic begins, which extends the built-in schedule.
CLINIC_FILE = """\
extends = "microneedling"
id = "skin-clinic"
version = "1"
reviewed = 2026-01-01
review_due = 2036-01-01
"""


def moment(text: str) -> datetime:
    """Return the moment (UTC) of a local time in Berlin."""
    return parse_moment(text, now=TREATED, zone=ZoneInfo(BERLIN))


# Besides Berlin: a clock change of half an hour, one at midnight, none any more, and the furthest east.
ODD_ZONES = (BERLIN, "Australia/Lord_Howe", "America/Nuuk", "America/Sao_Paulo", "Pacific/Kiritimati")


@st.composite
def treatments(draw: st.DrawFn, zones: tuple[str, ...] = ODD_ZONES) -> Treatment:
    """Draw any treatment of twenty years, at a minute or on a date."""
    moments = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
    moment = draw(moments).replace(second=0, microsecond=0)
    return Treatment(
        treated=draw(st.sampled_from([moment, moment.date()])),
        zone=ZoneInfo(draw(st.sampled_from(zones))),
        prp=draw(st.booleans()),
        skin_type=draw(st.sampled_from([None, *SkinType])),
        scars=draw(st.booleans()),
    )


_VOCABULARIES: dict[str, Vocabulary] = {}


def vocabulary_of(schedule: Schedule) -> Vocabulary:
    """Return the words of a schedule, which are made once for many questions."""
    if schedule.sha256 not in _VOCABULARIES:
        _VOCABULARIES[schedule.sha256] = Vocabulary(schedule)
    return _VOCABULARIES[schedule.sha256]
