"""The saved treatments as JSON."""

from collections.abc import Sequence

from needlecare.output.json.parts import json_text, treatment_json
from needlecare.storage.saved import SavedTreatment


def saved_json(saved: Sequence[SavedTreatment], current: SavedTreatment | None) -> str:
    """Write the saved treatments as JSON."""
    return json_text(
        {
            "saved": [
                {
                    "number": number,
                    "current": known is current,
                    "name": known.name or None,
                    "treatment": treatment_json(known.treatment),
                    "schedule": _in_unicode(known.schedule),
                    "follow": [_in_unicode(source) for source in known.follow],
                }
                for number, known in enumerate(saved, 1)
            ]
        }
    )


def _in_unicode(text: str) -> str:
    """Escape bytes of a file name that are not characters, which JSON cannot contain."""
    return text.encode(errors="backslashreplace").decode()
