"""A plan as JSON, as described by plan.schema.json, and in brief for a moment. Changes to the format only add to it."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from needlecare.model import Plan, Window
from needlecare.output.json.parts import (
    FORMAT_AND_VERSION,
    Json,
    about_json,
    iso,
    json_text,
    note_json,
    sign_json,
    window_json,
    window_summary_json,
)
from needlecare.output.standing import standing_texts
from needlecare.plan.combine import notes_at
from needlecare.plan.overview import overview, windows_of


def plan_json(plan: Plan, as_of: datetime) -> str:
    """Write a plan at a moment (UTC) as JSON that ends in a newline."""
    return json_text(_plan_document(plan, as_of))


def plan_line(plan: Plan, as_of: datetime, *, row: int, ref: str) -> str:
    """Write the plan of a row of a batch as a line of NDJSON, with the row's number and reference."""
    line = {**FORMAT_AND_VERSION, "row": row, "ref": ref, **_plan_document(plan, as_of)}
    return msgspec.json.encode(line).decode() + "\n"


def _plan_document(plan: Plan, as_of: datetime) -> Json:
    zone = plan.treatment.zone
    return {
        **about_json(plan, as_of),
        "follow": list(plan.followed),
        "windows": [window_json(window, as_of, zone) for window in plan.windows],
        "checklist": [sign_json(window, zone) for window in plan.checklist],
        "warnings": [sign_json(window, zone) for window in plan.warnings],
        "notes": [note_json(note) for note in notes_at(plan, as_of)],
        "standing": dict(standing_texts(plan.schedule)),
    }


def status_json(plan: Plan, as_of: datetime) -> str:
    """Write a plan in brief as JSON: windows without their sources, grouped by what they mean at a moment (UTC)."""
    view = overview(plan, as_of)
    zone = plan.treatment.zone

    def each(windows: Iterable[Window]) -> list[Json]:
        return [window_summary_json(window, as_of, zone) for window in windows]

    change = view.next_change
    return json_text(
        {
            **about_json(plan, as_of),
            "begun": view.begun,
            "next": change and {"at": iso(change.moment, zone), "windows": each(change.windows)},
            "not_yet": each(windows_of(view.not_yet)),
            "just_ended": each(view.just_ended),
            "before": each(windows_of(view.preparation)),
            "checklist": [] if view.begun else each(plan.checklist),
            "do": each(view.do_now),
            "do_later": each(windows_of(view.do_later)),
            "normal": each(view.normal_now),
            "milestones": each(windows_of(view.milestones)),
            "warnings": each(view.call_now),
            "notes": [note_json(note) for note in view.notes],
            "standing": dict(standing_texts(plan.schedule)),
        }
    )
