"""A plan as JSON, as described by plan.schema.json, and the parts of it that other results contain.

Changes to the format only add to it.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from needlecare import __version__
from needlecare.model import AssessedRecommendation, Note, Offset, Plan, Schedule, Source, Treatment, Window
from needlecare.output.standing import standing_texts
from needlecare.plan.combine import notes_at, status_at
from needlecare.plan.overview import overview, windows_of
from needlecare.time.zones import local

FORMAT = 1

Json = dict[str, object]

_FORMAT_AND_VERSION: Json = {"needlecare": {"format": FORMAT, "version": __version__}}


def plan_json(plan: Plan, as_of: datetime) -> str:
    """Write a plan at a moment (UTC) as JSON that ends in a newline."""
    return json_text(_plan_document(plan, as_of))


def plan_line(plan: Plan, as_of: datetime, *, row: int, ref: str) -> str:
    """Write the plan of a row of a batch as a line of NDJSON, with the row's number and reference."""
    line = {**_FORMAT_AND_VERSION, "row": row, "ref": ref, **_plan_document(plan, as_of)}
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
    """Write the state of a plan at a moment (UTC) as JSON: windows without their sources, grouped by what
    they mean now.
    """
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


def json_text(document: Mapping[str, object]) -> str:
    """Write the result of any command as JSON, after the format and the version."""
    whole = {**_FORMAT_AND_VERSION, **document}
    try:
        written = msgspec.json.encode(whole)
    except UnicodeEncodeError:  # an argument contained bytes that are not text
        written = json.dumps(whole, ensure_ascii=False).encode(errors="replace")
    return msgspec.json.format(written, indent=2).decode() + "\n"


def about_json(plan: Plan, as_of: datetime) -> Json:
    """Return what a result is about: the rule file, the treatment, and the moment (UTC)."""
    return {
        "schedule": schedule_json(plan.schedule),
        "treatment": treatment_json(plan.treatment),
        "as_of": iso(as_of, plan.treatment.zone),
    }


def schedule_json(schedule: Schedule) -> Json:
    """Return which rule file was used; `sha256` tells apart two files with the same version."""
    clinic = schedule.clinic
    return {
        "id": schedule.id,
        "version": schedule.version,
        "reviewed": schedule.reviewed.isoformat(),
        "review_due": schedule.review_due.isoformat(),
        "treatment": schedule.treatment,
        "sha256": schedule.sha256,
        "clinic": clinic and {name: getattr(clinic, name) for name in clinic.__struct_fields__},
    }


def treatment_json(treatment: Treatment) -> Json:
    """Return the treatment; a date without a time stays a date."""
    treated = treatment.treated
    skin_type = treatment.skin_type
    return {
        "treated": when_json(treated, treatment.zone),
        "zone": treatment.zone.key,
        "date_only": treatment.date_only,
        "prp": treatment.prp,
        "skin_type": skin_type.name if skin_type else None,
        "scars": treatment.scars,
        "overrides": {override.rule: override.offset.text for override in treatment.overrides},
    }


def window_json(window: Window, as_of: datetime, zone: ZoneInfo) -> Json:
    """Return a window with what each source says about it."""
    return {
        **window_summary_json(window, as_of, zone),
        "governed_by": window.governed_by,
        "delayed_by": window.delayed_by,
        "recommendations": [recommendation_json(assessed) for assessed in window.recommendations],
    }


def window_summary_json(window: Window, as_of: datetime, zone: ZoneInfo) -> Json:
    """Return a window without its sources."""
    rule = window.rule
    return {
        "rule": rule.id,
        "kind": rule.kind.value,
        "title": rule.title,
        "short": rule.short,
        "advice": rule.advice,
        "why": rule.why,
        "then": rule.then,
        "medicine": rule.medicine,
        "start": iso(window.start, zone),
        "latest_start": iso(window.latest_start, zone),
        "earliest_end": iso(window.earliest_end, zone),
        "end": iso(window.end, zone),
        "status": status_at(window, as_of).value,
    }


def recommendation_json(assessed: AssessedRecommendation) -> Json:
    """Return what one source says, with offsets as written in the rule file."""
    recommendation = assessed.recommendation
    return {
        "claim": recommendation.claim,
        "source": recommendation.source,
        "statement": recommendation.statement,
        "start": _written(recommendation.start),
        "end": _written(recommendation.end),
        "earliest": _written(recommendation.earliest),
        "condition": recommendation.condition.value,
        "case": assessed.applies.value,
        "ours": sorted(part.value for part in recommendation.ours),
        "counted": assessed.counted,
        "set_aside": recommendation.set_aside,
        "note": recommendation.note,
    }


def source_json(source: Source) -> Json:
    """Return a source; null for what is not known about it."""
    return {
        "source": source.key,
        "tier": source.tier,
        "title": source.title,
        "publisher": source.publisher or None,
        "year": source.year,
        "address": source.address or None,
    }


def when_json(when: datetime | date, zone: ZoneInfo) -> str | None:
    """Write a moment as ISO 8601 with the local offset, or a date whose time is unknown."""
    return iso(when, zone) if isinstance(when, datetime) else when.isoformat()


def iso(moment: datetime | None, zone: ZoneInfo) -> str | None:
    """Write a moment as ISO 8601 with the local offset."""
    return None if moment is None else local(moment, zone).isoformat()


def sign_json(window: Window, zone: ZoneInfo) -> Json:
    """Return a line of the checklist, or a warning sign."""
    return {
        "rule": window.rule.id,
        "title": window.rule.title,
        "advice": window.rule.advice,
        "start": iso(window.start, zone),
        "end": iso(window.end, zone),
        "recommendations": [recommendation_json(assessed) for assessed in window.recommendations],
    }


def note_json(note: Note) -> Json:
    """Return a note; `rule` is null if it is about the whole plan."""
    return {"code": note.code, "text": note.text, "rule": note.rule}


def _written(offset: Offset | None) -> str | None:
    return None if offset is None else offset.text
