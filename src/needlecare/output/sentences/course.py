"""A course in plain sentences, one fact per line, every date in full: for pipes, screen readers and mail."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from needlecare.model import AvoidWindow
from needlecare.output.course_wording import (
    course_name,
    later_windows,
    next_in_course,
    range_texts,
    shown_notes,
    until_next_session,
)
from needlecare.output.sentences.plan import (
    always,
    not_yet_text,
    preparation_text,
    section,
    sign_text,
    stretch_text,
)
from needlecare.output.timing import how_long, long_day, long_moment, long_until
from needlecare.output.wording import differs_between, joined, now_text, sentence, tip, whole_sentence
from needlecare.plan.course import Course, Merged, Session, earliest_next
from needlecare.plan.overview import Overview, overview, windows_of
from needlecare.time.zones import local


def course_sentences(course: Course, as_of: datetime, *, name: str = "") -> str:
    """Write a course at a moment (UTC), one fact per line; `name` is what the first treatment is called."""
    text = "\n".join(_lines(course, as_of)) + "\n"
    return f"{name}: {text}" if name else text


def _lines(course: Course, as_of: datetime) -> Iterator[str]:
    current = course.at(as_of)
    view = overview(current.visible_plan, as_of)
    zone, schedule = course.first.zone, course.schedule
    yield f"{course_name(course)}."
    if schedule.clinic is not None:
        yield sentence(" ".join(filter(None, [schedule.clinic.name, schedule.clinic.telephone])))
    place = f"session {current.number} of {len(course.sessions)}"
    yield f"Now: {now_text(view)} ({place}). Times are {zone.key}."
    coming = next_in_course(course, view, current)
    if coming is not None:
        yield f"Next: {coming[1]}: {sentence(coming[0])}"
    yield from section("Sessions", [_session(course, session, as_of) for session in course.sessions])
    for session in course.sessions:
        following = course.after(session)
        if following is None or following.begins > as_of:
            yield from _before_and_after(
                course, session, view if session is current else overview(session.visible_plan, as_of)
            )
    if course.sessions[-1].begins > as_of:
        yield from section(
            "Tell your clinic first", [f"{w.rule.title}. {w.rule.advice}" for w in current.plan.checklist]
        )
    signs = [*view.call_now, *windows_of(view.call_later)]
    yield from section("Call the clinic", [sign_text(window, zone) for window in signs])
    for heading, texts in range_texts(course):
        yield from section(heading, [sentence(text) for text in texts])
    notes = shown_notes(course, view, current)
    yield from section("Notes", [tip(note, view) or sentence(note.text) for note in notes])
    yield from always(schedule)


def _session(course: Course, session: Session, as_of: datetime) -> str:
    """Say when a session is, and when the next one can be."""
    text = f"Session {session.number} on {_when(course, session.plan.treatment.treated)}"
    if session.moved:
        text += f", moved from {_when(course, session.usual)}"
    if session.begins > as_of:
        text += f", in {how_long(session.begins - as_of)}"
    earliest, following = earliest_next(session), course.after(session)
    if following is not None:
        bounds = [f"usual on {_when(course, following.usual)}"]
        if earliest is not None:
            bounds.insert(0, f"earliest on {long_day(local(earliest, course.first.zone).date())}")
        text += f". The next one: {joined(bounds)}"
    return sentence(text)


def _before_and_after(course: Course, session: Session, view: Overview) -> Iterator[str]:
    """Yield what to prepare for one session, what to avoid after it, and what comes later."""
    zone, number = course.first.zone, session.number
    prepare = [preparation_text(window, zone) for window in windows_of(view.preparation)]
    yield from section(f"Before session {number}", prepare)
    lasting = until_next_session(course, session)
    lasting_rules = {window.rule.id for window, _ in lasting}
    following = course.after(session)
    continued = {merger.avoid.rule.id for merger in following.merged} if following else set()
    lines = []
    for window in windows_of(view.not_yet):
        if window.rule.id not in lasting_rules:
            lines.append(not_yet_text(window, view))
            if window.rule.id in continued and window.rule.then:  # the preparation that goes on from here
                lines[-1] += f" {whole_sentence(window.rule.then)}"
    lines += [_lasting_text(window, merged, session, zone) for window, merged in lasting]
    yield from section(f"After session {number}, don't", lines)
    yield from section(
        f"After session {number}, later",
        [stretch_text(window, zone) for window in later_windows(course, session)],
    )


def _lasting_text(window: AvoidWindow, merged: Iterable[Merged], session: Session, zone: ZoneInfo) -> str:
    """Say what to avoid until the next session, with the preparations for it that ask for the same."""
    others = [merger.preparation.rule.title for merger in merged]
    titles = [window.rule.title, *(title[:1].lower() + title[1:] for title in others)]
    text = f"{'; '.join(titles)}: goes on from session {session.number} until session {session.number + 1}."
    if differs_between(window):
        text += f" Sources differ from {long_until(window.earliest_end, zone)} on: ask your clinic."
    return text


def _when(course: Course, when: datetime | date) -> str:
    return long_moment(when, course.first.zone) if isinstance(when, datetime) else long_day(when)
