"""The events of a course's calendar: those of each session, cut off when the next one begins.

As in the calendar of a plan, phases never overlap. The roles of a session's events begin with session-N/, so that their
UIDs stay the same when sessions move.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from msgspec.structs import replace

from needlecare.calendar.events import EVENING, GENTLY, SHOWN, Draft, calendar_of, plan_drafts
from needlecare.calendar.ics import Calendar
from needlecare.calendar.options import CalendarOptions, options_of
from needlecare.calendar.phases import at_clock, avoid_windows
from needlecare.calendar.roles import of_session
from needlecare.calendar.room import Worth
from needlecare.calendar.titles import ALL_OVER
from needlecare.model import Detail, Plan, Reminders, Window
from needlecare.output.course_wording import session_when, until_next_session
from needlecare.output.timing import short_day
from needlecare.plan.course import Course, Session, earliest_next, next_milestone
from needlecare.time.zones import end_of_day, first_moment, local

NO_MOVES: Mapping[int, datetime | date] = {}
WARNING = timedelta(hours=1)  # the reminder of a session comes at least this long before it
SESSION_OVER = "All waits of this session over"  # preparation for the next one may have begun


def course_calendar(  # noqa: PLR0913  everything that a calendar is made with
    course: Course,
    as_of: datetime,
    *,
    moves: Mapping[int, datetime | date] = NO_MOVES,
    ref: str | UUID | None = None,
    detail: Detail = Detail.DISCREET,
    reminders: Reminders = GENTLY,
    remembered: CalendarOptions | None = None,
) -> Calendar:
    """Make the calendar of a course, with its events in the order of their starts.

    `as_of` (UTC) only decides which sessions are still to come, so that their preparation is included. `moves` are the
    new dates of moved sessions. The reference is that of the first treatment, or `ref`; a UUID is the reference of an
    existing file, and `remembered` are its options. Raises UsageError like the calendar of a plan.
    """
    first = course.sessions[0].plan
    options = replace(
        options_of(first, detail=detail, reminders=reminders),
        treatment=course.first,
        sessions=len(course.sessions),
        every=course.every.text,
        moves=tuple((number, moves[number]) for number in sorted(moves)),
    )
    if remembered is not None and (
        (remembered.treatment.treated, remembered.sessions, remembered.every, remembered.moves)
        == (options.treatment.treated, options.sessions, options.every, options.moves)
    ):
        planned = remembered.planned
    else:  # preparation is announced again if the sessions have moved
        planned = as_of if as_of < course.sessions[-1].begins else None
    options = replace(options, planned=planned)
    sessions = [partial(_drafts, course, session, options) for session in course.sessions]
    ends = {
        of_session(session.number, window.rule.id): window.end
        for session in course.sessions
        for window in avoid_windows(session.visible_plan)
    }
    notes = {note.text: note for session in course.sessions for note in session.plan.notes}
    first = replace(first, treatment=course.first, notes=tuple(notes.values()))
    return calendar_of(first, sessions, as_of, ref=ref, options=options, ends=ends)


def _drafts(
    course: Course, session: Session, options: CalendarOptions, *, without: Collection[str] = ()
) -> list[Draft]:
    """Return the drafts of one session, without those that are left out."""
    following = course.after(session)
    planned = options.planned
    if planned is not None and planned >= session.begins:
        planned = None
    made = plan_drafts(
        session.visible_plan if following is None else _worded(course, session, following),
        planned,
        reminders=options.reminders,
        going_on={
            w.rule.id: f" (on to session {session.number + 1})"
            for w, _ in until_next_session(course, session)
        },
        continued={merged.avoid.rule.id for merged in following.merged} if following is not None else (),
        without=without,
    )
    return [named for draft in made for named in _until_next(course, session, draft)]


def _until_next(course: Course, session: Session, draft: Draft) -> Iterator[Draft]:
    """Yield an event of a session with its role in the course, unless it begins after the next session."""
    named = replace(draft, role=of_session(session.number, draft.role))
    following = course.after(session)
    if following is not None and draft.title == _today(following, course):
        yield replace(_before_session(named, following, course), worth=Worth.NEXT_SESSION)
        return
    if following is None or draft.role.startswith(("milestone/", "prepare/")):
        yield named
        return
    if draft.title == ALL_OVER:
        named = replace(named, title=SESSION_OVER)
    if draft.priority is not None:
        named = replace(named, worth=Worth.LAST_CHANGE)
    if isinstance(draft.start, datetime):
        assert isinstance(draft.end, datetime)
        if draft.start < following.begins:
            yield replace(named, end=min(draft.end, following.begins))
    elif draft.start < following.day:
        yield replace(named, end=min(draft.end, following.day))


def _today(following: Session, course: Course) -> str:
    """Return the title of the day of the next session."""
    return f"Session {following.number} of {len(course.sessions)} today"


def _before_session(draft: Draft, following: Session, course: Course) -> Draft:
    """Return the reminder of the next session: on the evening before, if the morning of its day is too late."""
    assert isinstance(draft.start, datetime)
    if following.plan.treatment.date_only or draft.start + WARNING <= following.begins:
        return draft
    evening = at_clock(following.day - timedelta(days=1), EVENING, course.first.zone)
    title = draft.title.removesuffix("today") + "tomorrow"
    return replace(draft, start=evening, end=evening + SHOWN, title=title)


def _worded(course: Course, session: Session, following: Session) -> Plan:
    """Return the plan of a session, in which the milestone of the next session names its date."""
    milestone = next_milestone(session)
    if milestone is None:
        return session.visible_plan
    changed = _appointment(course, session, following, milestone)
    windows = [
        changed if window.kind is milestone.kind and window.rule.id == milestone.rule.id else window
        for window in session.visible_plan.windows
    ]
    return replace(session.visible_plan, windows=tuple(windows))


def _appointment(course: Course, session: Session, following: Session, milestone: Window) -> Window:
    """Return the milestone of the next session, on the day for which the session is planned."""
    zone = course.first.zone
    name = f"Session {following.number} of {len(course.sessions)}"
    said = f"Planned for {session_when(course, following)}."
    earliest = earliest_next(session)
    if earliest is not None:
        said += f" Commonly no sooner than {short_day(local(earliest, zone).date())}."
    rule = replace(milestone.rule, title=name, short=name, news=_today(following, course), advice=said)
    return replace(
        milestone,
        rule=rule,
        start=first_moment(following.day, zone),
        end=end_of_day(following.day, zone),
    )
