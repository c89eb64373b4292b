"""The iCalendar file: its events, its time zones, and its revision."""
