"""The list of saved treatments for a terminal."""

from collections.abc import Sequence

from needlecare.errors import shown
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


def _details(saved: SavedTreatment) -> list[str]:
    treatment = saved.treatment
    details = [treatment.zone.key, *(["with PRP"] if treatment.prp else []), *options_besides_prp(treatment)]
    details.append(f"rules {shown(saved.schedule, 200)}")
    if saved.follow:
        details.append(f"following {shown(' and '.join(saved.follow), 200)}")
    return details
