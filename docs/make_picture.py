"""Make docs/timeline.svg, the README's picture of the timeline: the program's own output, in colour."""

from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

from needlecare.cli.options import PlanOptions, planned
from needlecare.model import SkinType
from needlecare.output.terminal.screen import Screen
from needlecare.output.terminal.timeline import timeline

COMMAND = "needlecare 2026-11-21T14:30 --prp --skin-type IV"
PICTURE = Path(__file__).with_name("timeline.svg")


def picture_text(*, colour: bool) -> str:
    """Return the timeline of the picture: the morning after the treatment, 84 columns wide."""
    options = PlanOptions(prp=True, skin_type=SkinType.IV, tz="Europe/Berlin", as_of="2026-11-22T09:00")
    plan, now = planned("2026-11-21T14:30", options)
    return timeline(plan, now, Screen(width=84, colour=colour))


def picture() -> str:
    """Return the picture as SVG."""
    console = Console(record=True, width=84, file=StringIO(), force_terminal=True, legacy_windows=False)
    console.print(Text.from_ansi(picture_text(colour=True)))
    return console.export_svg(title=COMMAND, unique_id="needlecare")


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
