"""An emergency, or what needs help the same day -> the few lines that matter, as text or JSON."""

from needlecare.model import Schedule
from needlecare.output.standing import emergency_number, standing_text
from needlecare.output.terminal.screen import Screen
from needlecare.output.terminal.text import EMERGENCY, Text, text_on
from needlecare.plan.emergency import Alarm

_ANY_NUMBER = "112/911/your emergency number"  # where no clinic says which


def alarm_text(level: Alarm, schedule: Schedule, screen: Screen) -> str:
    """Return what to do now; the first line says it all."""
    texts = [Text(alarm_line(level, schedule), EMERGENCY), Text(standing_text(level.value, schedule))]
    return text_on(texts, screen)


def alarm_line(level: Alarm, schedule: Schedule) -> str:
    """Return the one line that matters."""
    if level is Alarm.EMERGENCY:
        return f"EMERGENCY: call {emergency_number(schedule, _ANY_NUMBER)} now"
    return "URGENT: get help the same day."
