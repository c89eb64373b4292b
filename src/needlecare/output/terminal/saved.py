"""The saved treatments as a list for a person, or as JSON."""

from collections.abc import Sequence

from needlecare.errors import shown
from needlecare.output.json.plan import json_text, treatment_json
from needlecare.output.wording import options_besides_prp, treated_text
from needlecare.storage.saved import SavedTreatment


def saved_text(saved: Sequence[SavedTreatment], current: SavedTreatment | None) -> str:
    """Write a line for each saved treatment, with its number; the one that status shows is marked."""
    lines = []
    for number, known in enumerate(saved, start=1):
        mark = "  <- shown by status" if known is current else ""
        name = f"{known.name}: " if known.name else ""
        details = ", ".join(_details(known))
        lines.append(f"{number}  {name}{treated_text(known.treatment)}, {details}{mark}\n")
    return "".join(lines)


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


def _details(saved: SavedTreatment) -> list[str]:
    treatment = saved.treatment
    said = [treatment.zone.key, *(["with PRP"] if treatment.prp else []), *options_besides_prp(treatment)]
    said.append(f"rules {shown(saved.schedule, 200)}")
    if saved.follow:
        said.append(f"following {shown(' and '.join(saved.follow), 200)}")
    return said


def _in_unicode(text: str) -> str:
    """Escape bytes of a file name that are not characters, which JSON cannot contain."""
    return text.encode(errors="backslashreplace").decode()
