"""The latest treatment dates before a day as JSON, as described by ready-by.schema.json."""

from datetime import datetime

from needlecare.output.json.parts import iso, json_text, note_json, schedule_json, treatment_json
from needlecare.output.standing import standing_text
from needlecare.plan.ready_by import ReadyBy
from needlecare.time.zones import local


def ready_by_json(found: ReadyBy, as_of: datetime) -> str:
    """Write the dates as JSON that ends in a newline; `as_of` (UTC) decides which are still in reach."""
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
            "dates": [
                {
                    "title": ready_date.line.title,
                    "rules": list(ready_date.line.rules),
                    "apart": ready_date.line.apart,
                    "first": ready_date.first.isoformat(),
                    "last": ready_date.last.isoformat(),
                    "in_reach": ready_date.in_reach(today),
                }
                for ready_date in found.dates
            ],
            "notes": [note_json(note) for note in found.notes],
            "standing": {"general": standing_text("general", found.schedule)},
        }
    )
