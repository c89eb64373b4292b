"""The options that a calendar was made with, as one line in its file, so that a revision can use them again.

The line has the same words as a command line: times, zones, yes and no, ids of rules and sources. It never contains a
path, a name or a clinic's own reference.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from msgspec import Struct

from needlecare.errors import UsageError
from needlecare.model import (
    Alarms,
    DailyCare,
    Detail,
    Override,
    Plan,
    QuietHours,
    Reminders,
    SkinType,
    Treatment,
)
from needlecare.time.offsets import InvalidOffset, parse_offset
from needlecare.time.zones import zone_named

_MOMENT = "%Y%m%dT%H%M%SZ"


class CalendarOptions(Struct, frozen=True, kw_only=True):
    """What a calendar was made with. `schedule` is the id of its rules.

    `planned` is the moment (UTC) at which it was made for this treatment, if that was before the treatment:
    preparation that had already begun was announced at that time. `moves` are the moved sessions of a course.
    """

    treatment: Treatment
    schedule: str
    version: str
    follow: tuple[str, ...] = ()
    detail: Detail = Detail.DISCREET
    reminders: Reminders = Reminders()
    planned: datetime | None = None
    sessions: int | None = None
    every: str | None = None
    moves: tuple[tuple[int, datetime | date], ...] = ()


def options_of(
    plan: Plan, *, detail: Detail, reminders: Reminders, planned: datetime | None = None
) -> CalendarOptions:
    """Return the options of the calendar of one plan."""
    return CalendarOptions(
        treatment=plan.treatment,
        schedule=plan.schedule.id,
        version=plan.schedule.version,
        follow=plan.followed,
        detail=detail,
        reminders=reminders,
        planned=planned,
    )


def options_text(options: CalendarOptions) -> str:
    """Write options on one line: "treated=20261121T133000Z zone=Europe/Berlin prp=yes ..."."""
    return " ".join(f"{key}={value}" for key, value in _pairs(options))


def _pairs(options: CalendarOptions) -> Iterator[tuple[str, str]]:
    treatment, reminders = options.treatment, options.reminders
    yield "treated", _when_text(treatment.treated)
    yield "zone", treatment.zone.key
    yield "prp", "yes" if treatment.prp else "no"
    yield "skin-type", treatment.skin_type.name if treatment.skin_type is not None else "unknown"
    yield "scars", "yes" if treatment.scars else "no"
    for override in treatment.overrides:
        yield "override", f"{override.rule}:{override.offset.text}"
    yield "schedule", options.schedule
    yield "version", "_".join(options.version.split())
    for source in options.follow:
        yield "follow", source
    yield "detail", options.detail.value
    yield "alarms", reminders.alarms.value
    yield "quiet-hours", f"{reminders.quiet.start:%H:%M}-{reminders.quiet.end:%H:%M}"
    yield "daily", f"{reminders.daily:%H:%M}" if isinstance(reminders.daily, time) else reminders.daily.value
    if options.planned is not None:
        yield "planned", _when_text(options.planned)
    if options.sessions is not None:
        yield "sessions", str(options.sessions)
    if options.every is not None:
        yield "every", options.every
    for number, moved in options.moves:
        yield "move", f"{number}:{_when_text(moved)}"


def parse_options(text: str) -> CalendarOptions | None:
    """Parse the line of options; None if it is damaged or contains something unknown."""
    pairs = [pair.partition("=") for pair in text.replace("\\", "").split()]
    values = {key: value for key, _, value in pairs}

    def several(wanted: str) -> list[tuple[str, str, str]]:
        """Return the values of a key that may be there several times, each split at its colon."""
        return [value.partition(":") for key, _, value in pairs if key == wanted]

    flags = {"yes": True, "no": False}
    try:
        skin_type, daily = values["skin-type"], values["daily"]
        start, _, end = values["quiet-hours"].partition("-")
        return CalendarOptions(
            treatment=Treatment(
                treated=_when(values["treated"]),
                zone=zone_named(values["zone"]),
                prp=flags[values["prp"]],
                skin_type=None if skin_type == "unknown" else SkinType[skin_type],
                scars=flags[values["scars"]],
                overrides=tuple(
                    Override(rule=rule, offset=parse_offset(offset))
                    for rule, _, offset in several("override")
                ),
            ),
            schedule=values["schedule"],
            version=values["version"],
            follow=tuple(value for key, _, value in pairs if key == "follow"),
            detail=Detail(values["detail"]),
            reminders=Reminders(
                alarms=Alarms(values["alarms"]),
                quiet=QuietHours(start=time.fromisoformat(start), end=time.fromisoformat(end)),
                daily=time.fromisoformat(daily) if ":" in daily else DailyCare(daily),
            ),
            planned=_moment(values["planned"]) if "planned" in values else None,
            sessions=int(values["sessions"]) if "sessions" in values else None,
            every=values.get("every"),
            moves=tuple((int(number), _when(when)) for number, _, when in several("move")),
        )
    except (KeyError, ValueError, InvalidOffset, UsageError):
        return None


def _when_text(when: datetime | date) -> str:
    return f"{when:{_MOMENT}}" if isinstance(when, datetime) else f"{when:%Y%m%d}"


def _when(text: str) -> datetime | date:
    return _moment(text) if "T" in text else datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC).date()


def _moment(text: str) -> datetime:
    return datetime.strptime(text, _MOMENT).replace(tzinfo=UTC)
