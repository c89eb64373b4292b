"""What to do in an emergency, or about something that needs help the same day."""

from needlecare.model import Schedule
from needlecare.output.standing import emergency_number, standing_text
from needlecare.output.terminal.screen import Screen
from needlecare.output.terminal.text import EMERGENCY, Text, text_on
from needlecare.plan.emergency import Urgency

_ANY_NUMBER = "112/911/your emergency number"  # if the rule file gives none


def alarm_text(level: Urgency, schedule: Schedule, screen: Screen) -> str:
    """Say what to do now; the first line is enough."""
    texts = [Text(alarm_line(level, schedule), EMERGENCY), Text(standing_text(level.value, schedule))]
    return text_on(texts, screen)


def alarm_line(level: Urgency, schedule: Schedule) -> str:
    """Say the most important thing in one line."""
    if level is Urgency.EMERGENCY:
        return f"EMERGENCY: call {emergency_number(schedule, _ANY_NUMBER)} now"
    return "URGENT: get help the same day."
