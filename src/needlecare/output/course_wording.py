"""Wording that all outputs of a course share. Plain text; nothing clinical is worded here."""

from collections.abc import Iterator
from datetime import date, datetime

from needlecare.model import AvoidWindow, Kind, Note, Offset, SessionScope, Window
from needlecare.output.timing import how_long, short_day, short_moment, since
from needlecare.output.wording import end_messages, joined, treatment_name
from needlecare.plan.course import Course, Merged, Session
from needlecare.plan.overview import SOON, Overview
from needlecare.time.zones import local


def interval_text(offset: Offset) -> str:
    """Write "4 weeks", "1 month" or "1 month and 3 days"."""
    weeks = offset.days // 7 if offset.days % 7 == 0 else 0
    amounts = [(offset.months, "month"), (weeks, "week"), (0 if weeks else offset.days, "day")]
    return joined([f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in amounts if number])


def course_name(course: Course) -> str:
    """Write "Microneedling of the face + PRP · skin type IV · 3 sessions, 4 weeks apart"."""
    number = len(course.sessions)
    apart = f"s, {interval_text(course.every)} apart" if number > 1 else ""
    return f"{treatment_name(course.sessions[0].plan)} · {number} session{apart}"


def when_text(course: Course, when: datetime | date, reader: date | None = None) -> str:
    """Write "Sat 19 Dec 14:30", or "Sat 19 Dec" if the time is unknown."""
    if isinstance(when, datetime):
        return short_moment(when, course.first.zone, reader)
    return short_day(when, reader)


def session_when(course: Course, session: Session, reader: date | None = None) -> str:
    """Write when a session is, as when_text does."""
    return when_text(course, session.plan.treatment.treated, reader)


def next_in_course(course: Course, view: Overview, current: Session) -> tuple[str, str] | None:
    """Write what comes next (the end of a wait, or a session), and when; None if nothing does."""
    coming = course.after(current) if view.begun else current
    change = view.next_change if view.begun else None
    if change is not None and (coming is None or change.moment < coming.begins):
        what, moment = end_messages(change.windows), change.moment
    elif coming is not None:
        what, moment = f"session {coming.number}", coming.begins
    else:
        return None
    zone = course.first.zone
    at = since(moment, zone, local(view.as_of, zone).date())
    return what, f"{at}, in {how_long(moment - view.as_of)}"


def until_next_session(
    course: Course, session: Session
) -> tuple[tuple[AvoidWindow, tuple[Merged, ...]], ...]:
    """Return what to avoid until the next session begins, each with the preparations that ask for the same."""
    following = course.after(session)
    if following is None:
        return ()
    return tuple(
        (window, tuple(merger for merger in following.merged if merger.avoid.rule.id == window.rule.id))
        for window in session.visible_plan.of(AvoidWindow)
        if window.end == following.begins
    )


def shown_notes(course: Course, view: Overview, current: Session) -> tuple[Note, ...]:
    """Return the notes of a course and of its current session.

    Notes about what goes on until the next session are left out.
    """
    following = course.after(current)
    lasting = {window.rule.id for window, _ in until_next_session(course, current)}
    lasting |= {merger.avoid.rule.id for merger in following.merged} if following else set()
    return (*course.notes, *(note for note in view.notes if note.rule not in lasting))


def later_windows(course: Course, session: Session) -> tuple[Window, ...]:
    """Return the photos, results and other milestones of a session, in the order of their starts.

    Those that start after the next session are left out, since that session has its own.
    """
    following = course.after(session)
    found = []
    for window in session.visible_plan.windows:
        if window.start is None or (following is not None and window.start >= following.begins):
            continue
        result = window.kind is Kind.EXPECT and window.start > session.begins + SOON
        if result or (window.kind is Kind.MILESTONE and window.rule.series is not SessionScope.BETWEEN):
            found.append(window)
    return tuple(sorted(found, key=lambda window: window.start or session.begins))


def range_texts(course: Course) -> Iterator[tuple[str, list[str]]]:
    """Yield what sources say about the number of sessions and their intervals, each list after its heading.

    "Not counted here" is what they say about other treatments, and what the sources say that are not followed.
    """
    texts: dict[str, list[str]] = {"Sources say": [], "Not counted here": [], "Set aside": []}
    for offered in course.ranges:
        text = f"{offered.range.source}: {offered.range.statement}"
        if offered.range.set_aside is not None:
            texts["Set aside"].append(f"{text} ({offered.range.set_aside})")
        else:
            texts["Sources say" if offered.counted else "Not counted here"].append(text)
    yield from ((heading, lines) for heading, lines in texts.items() if lines)
