"""The roles of a calendar's events: what each event is for. A UID is made from the calendar's reference and a role.

Roles must never change from version to version, since calendar clients recognise events only by their UIDs.
"""

from enum import StrEnum


class Role(StrEnum):
    """What an event is for. The values with a slash are followed by the id of a rule."""

    START = "start"  # the treatment begins the first phase
    PHASE = "phase/"  # a phase that begins when this rule (the first, if several) ends
    BAR = "bar/"  # the whole days of a long phase; "bar/start" follows the start
    MIDDLE = "middle/"  # a reminder in the middle of a long phase
    SIGN = "sign/"  # from here on this is a warning sign
    MILESTONE = "milestone/"
    PREPARE = "prepare/"
    BEGUN = "begun"  # preparation that had already begun when the calendar was made
    DAILY = "daily"

    def of(self, rule: str) -> str:
        """Return the role of an event about a rule."""
        return f"{self.value}{rule}"


def of_session(number: int, role: str) -> str:
    """Return the role of an event that belongs to one session of a course."""
    return f"session-{number}/{role}"


def without_session(role: str) -> str:
    """Return a role without the session of a course."""
    return role.partition("/")[2] if role.startswith("session-") else role
