"""The latest treatment dates before a day -> JSON, as ready-by.schema.json describes it."""

from datetime import date, datetime

from needlecare.output.json.plan import Json, iso, json_text, note_json, schedule_json, treatment_json
from needlecare.output.standing import standing_text
from needlecare.plan.ready_by import ReadyBy, ReadyDate
from needlecare.time.zones import local


def ready_by_json(found: ReadyBy, as_of: datetime) -> str:
    """Return the dates, and what was in reach at a moment (UTC), as JSON text that ends in a newline."""
    zone = found.treatment.zone
    today = local(as_of, zone).date()
    options = treatment_json(found.treatment)
    return json_text(
        {
            "schedule": schedule_json(found.schedule),
            "as_of": iso(as_of, zone),
            "treatment": {name: options[name] for name in ("zone", "prp", "skin_type", "scars", "overrides")},
            "follow": list(found.followed),
            "day": found.day.isoformat(),
            "sessions": found.sessions,
            "every": found.every.text if found.every else None,
            "dates": [_date_json(one, today) for one in found.dates],
            "notes": [note_json(note) for note in found.notes],
            "standing": {"general": standing_text("general", found.schedule)},
        }
    )


def _date_json(one: ReadyDate, today: date) -> Json:
    return {
        "title": one.line.title,
        "rules": list(one.line.rules),
        "apart": one.line.apart,
        "first": one.first.isoformat(),
        "last": one.last.isoformat(),
        "in_reach": one.in_reach(today),
    }
