"""The parts that JSON results are made of: the format, the rule file, treatments, windows, sources, notes."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from needlecare import __version__
from needlecare.model import AssessedRecommendation, Note, Offset, Plan, Schedule, Source, Treatment, Window
from needlecare.plan.combine import status_at
from needlecare.time.zones import local

FORMAT = 1  # described by the schemas in the package; changes only add to it

Json = dict[str, object]

FORMAT_AND_VERSION: Json = {"needlecare": {"format": FORMAT, "version": __version__}}


def json_text(document: Mapping[str, object]) -> str:
    """Write the result of any command as JSON, after the format and the version."""
    whole = {**FORMAT_AND_VERSION, **document}
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
    """Return which rule file was used. `sha256` is that of the file, so that two of one version can be told apart."""
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
