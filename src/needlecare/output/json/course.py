"""A course as JSON, as described by course.schema.json. Changes to the format only add to it."""

from datetime import datetime

from needlecare.model import Kind
from needlecare.output.json.parts import (
    Json,
    iso,
    json_text,
    note_json,
    schedule_json,
    sign_json,
    treatment_json,
    when_json,
    window_json,
)
from needlecare.output.standing import standing_texts
from needlecare.plan.combine import notes_at
from needlecare.plan.course import Course, OfferedRange, Session, earliest_next


def course_json(course: Course, as_of: datetime) -> str:
    """Write a course at a moment (UTC) as JSON that ends in a newline."""
    notes = [*course.notes, *(note for session in course.sessions for note in notes_at(session.plan, as_of))]
    distinct = {(note.code, note.text): note for note in notes}  # several sessions may have the same note
    return json_text(
        {
            "schedule": schedule_json(course.schedule),
            "as_of": iso(as_of, course.first.zone),
            "follow": list(course.sessions[0].plan.followed),
            "every": course.every.text,
            "ranges": [_range_json(offered) for offered in course.ranges],
            "sessions": [_session_json(course, session, as_of) for session in course.sessions],
            "notes": [note_json(note) for note in distinct.values()],
            "standing": dict(standing_texts(course.schedule)),
        }
    )


def _session_json(course: Course, session: Session, as_of: datetime) -> Json:
    zone = course.first.zone
    following = course.after(session)
    merged = {merger.preparation.rule.id: merger.avoid.rule.id for merger in session.merged}
    windows = []
    for window in session.plan.windows:
        row = window_json(window, as_of, zone)
        if window.kind is Kind.PREPARE:
            avoided = merged.get(window.rule.id)
            row["merged_with"] = avoided and {"session": session.number - 1, "rule": avoided}
        windows.append(row)
    return {
        "session": session.number,
        "treatment": treatment_json(session.plan.treatment),
        "usual": when_json(session.usual, zone),
        "moved": session.moved,
        "next": following
        and {
            "session": following.number,
            "earliest": iso(earliest_next(session), zone),
            "usual": when_json(following.usual, zone),
            "planned": when_json(following.plan.treatment.treated, zone),
        },
        "windows": windows,
        "checklist": [sign_json(window, zone) for window in session.plan.checklist],
        "warnings": [sign_json(window, zone) for window in session.plan.warnings],
    }


def _range_json(offered: OfferedRange) -> Json:
    """Return what a source says about a series, with intervals as written. `every` has null for no maximum."""
    every = offered.range.every
    return {
        "source": offered.range.source,
        "statement": offered.range.statement,
        "condition": offered.range.condition.value,
        "sessions": list(offered.range.sessions) if offered.range.sessions else None,
        "every": [offset and offset.text for offset in every] if every else None,
        "counted": offered.counted,
        "set_aside": offered.range.set_aside,
    }
