"""The roles of a calendar's events: what an event is for. With the calendar's reference, a role makes a UID.

Roles never change from version to version, since a client knows an event by its UID alone.
"""

from enum import StrEnum


class Role(StrEnum):
    """What an event is for; those with a slash are followed by the id of a rule."""

    START = "start"  # the treatment begins the first phase
    PHASE = "phase/"  # the end of this rule, the first of those that end then, begins another phase
    BAR = "bar/"  # the whole days of a long phase; "bar/start" follows the start
    MIDDLE = "middle/"  # a reminder in the middle of a long phase
    SIGN = "sign/"  # from here on this is a warning sign
    MILESTONE = "milestone/"
    PREPARE = "prepare/"
    BEGUN = "begun"  # the preparation that had begun when the calendar was made
    DAILY = "daily"

    def of(self, rule: str) -> str:
        """Return the role that an event has for a rule."""
        return f"{self.value}{rule}"


def of_session(number: int, role: str) -> str:
    """Return the role of an event that belongs to one session of a course."""
    return f"session-{number}/{role}"


def without_session(role: str) -> str:
    """Return a role as it is outside a course."""
    return role.partition("/")[2] if role.startswith("session-") else role
