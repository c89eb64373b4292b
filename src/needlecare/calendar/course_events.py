"""Course -> calendar entries: those of each session, cut where the next one begins.

No two phases run at once, in a course as in a plan. The roles of a session's
entries begin with session-N/, so that its UIDs survive whatever moves.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from needlecare.calendar.events import GENTLY, calendar_of, plan_entries
from needlecare.calendar.ics import Calendar, Entry
from needlecare.model import Detail, Kind, Plan, Reminders, Window
from needlecare.output.sentences.course_wording import goes_on, session_when
from needlecare.output.timing import short_day
from needlecare.plan.course import Course, Session, earliest_next, next_milestone
from needlecare.time.zones import end_of_day, first_moment, local


def course_calendar(
    course: Course,
    as_of: datetime,
    *,
    ref: str | UUID | None = None,
    detail: Detail = Detail.DISCREET,
    reminders: Reminders = GENTLY,
) -> Calendar:
    """Return the entries of a course's calendar, in the order of their starts.

    `as_of` (UTC) decides only which sessions lie ahead, so that their preparation is
    included. The reference is that of the treatment that the course was reckoned
    from, or `ref`; a UUID is that of a file that exists already. Raises UsageError
    as the calendar of a plan does.
    """
    entries: list[Entry] = []
    for session in course.sessions:
        plan = _worded(course, session)
        for entry in plan_entries(plan, as_of, detail=detail, reminders=reminders):
            entries += _until_next(course, session, entry)
    notes = {note.text: note for session in course.sessions for note in session.plan.notes}
    whole = replace(course.sessions[0].plan, treatment=course.first, notes=tuple(notes.values()))
    return calendar_of(whole, entries, as_of, ref=ref, detail=detail, reminders=reminders)


def _until_next(course: Course, session: Session, entry: Entry) -> Iterator[Entry]:
    """Yield an entry of a session under its role in the course; a phase ends where the next session begins."""
    named = replace(entry, role=f"session-{session.number}/{entry.role}")
    following = course.after(session)
    if following is None or not (entry.role == "start" or entry.role.startswith("phase/")):
        yield named
        return
    if isinstance(entry.start, datetime):
        assert isinstance(entry.end, datetime)
        if entry.start < following.begins:
            yield replace(named, end=min(entry.end, following.begins))
    elif entry.start < following.day:
        yield replace(named, end=min(entry.end, following.day))


def _worded(course: Course, session: Session) -> Plan:
    """Return the plan of a session in which the words say what the next session changes."""
    following = course.after(session)
    if following is None:
        return session.told
    changed: dict[tuple[Kind, str], Window] = {}
    for window, merged in goes_on(course, session):
        names = ", ".join(one.preparation.rule.short for one in merged)
        on = f"on to session {following.number}" + (f": {names}" if names else "")
        rule = replace(window.rule, title=f"{window.rule.title} ({on})")
        changed[rule.kind, rule.id] = replace(window, rule=rule)
    milestone = next_milestone(session)
    if milestone is not None:
        changed[milestone.kind, milestone.rule.id] = _appointment(course, session, following, milestone)
    return replace(
        session.told, windows=tuple(changed.get((w.kind, w.rule.id), w) for w in session.told.windows)
    )


def _appointment(course: Course, session: Session, following: Session, milestone: Window) -> Window:
    """Return the milestone that speaks of the next session, on the day for which that is planned."""
    zone = course.first.zone
    name = f"session {following.number} of {len(course.sessions)}"
    said = f"Planned for {session_when(course, following)}."
    earliest = earliest_next(session)
    if earliest is not None:
        said += f" Commonly no sooner than {short_day(local(earliest, zone).date())}."
    rule = replace(milestone.rule, title=name.capitalize(), short=name, advice=said)
    return replace(
        milestone,
        rule=rule,
        start=first_moment(following.day, zone),
        end=end_of_day(following.day, zone),
    )
