"""An emergency, or what needs help the same day -> the few lines that matter, as text or JSON."""

from needlecare.model import Schedule
from needlecare.output.standing import emergency_number, standing_text
from needlecare.output.terminal.screen import Screen, to_ascii
from needlecare.output.terminal.text import EMERGENCY, Text
from needlecare.plan.emergency import Alarm

_ANY_NUMBER = "112/911/your emergency number"  # where no clinic says which


def alarm_text(level: Alarm, schedule: Schedule, screen: Screen) -> str:
    """Return what to do now; the first line says it all."""
    texts = [Text(alarm_line(level, schedule), EMERGENCY), Text(standing_text(level.value, schedule))]
    width = max(screen.width, 20)
    lines = [line.shown(colour=screen.colour) for text in texts for line in text.wrapped(width)]
    text = "\n".join(lines) + "\n"
    return text if screen.unicode else to_ascii(text)


def alarm_line(level: Alarm, schedule: Schedule) -> str:
    """Return the one line that matters."""
    if level is Alarm.EMERGENCY:
        return f"EMERGENCY: call {emergency_number(schedule, _ANY_NUMBER)} now"
    return "URGENT: get help the same day."
