"""The time axis of a timeline: seven days, then weeks on a smaller scale.

Moments are placed by local clock time, so that a day on which the clocks change is as wide as any other.
"""

from datetime import datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from needlecare.output.timing import day_and_month, days_after, weekday
from needlecare.time.zones import local

DAYS = 7  # with a column or more each, before the weeks begin
MAX_WEEKS = 8  # after them; what ends later gets an arrow
DATED = 7  # columns that a week needs to be named by its first day; narrower weeks have numbers
# The columns of a day and those of a week, widest first. A week is never as wide as two days, so that the two scales
# can't be mistaken for each other.
SCALES = ((12, 9), (10, 8), (8, 7), (6, 7), (4, 3), (3, 2), (3, 1), (2, 1))


class Axis:
    """An axis of up to so many columns: from the local day of `origin` (UTC) to `end` (UTC), if there is room.

    `day` and `week` are the columns of each, on the widest scale that shows all weeks.
    """

    def __init__(self, *, origin: datetime, end: datetime, zone: ZoneInfo, columns: int) -> None:
        self.zone = zone
        self.first_day = local(origin, zone).date()
        wanted = min(max(0, ceil((self._days(end) - DAYS) / 7)), MAX_WEEKS)
        for day, week in SCALES:
            if self._width(day, week, wanted) <= columns:
                break
        self.day, self.week = day, week
        self.weeks = min(wanted, max(0, (columns - DAYS * day - 1) // week))

    @property
    def width(self) -> int:
        """All columns, with the separator between the days and the weeks."""
        return self._width(self.day, self.week, self.weeks)

    @property
    def separator(self) -> int | None:
        """The column between the days and the weeks; None if there are no weeks."""
        return DAYS * self.day if self.weeks else None

    def column(self, moment: datetime) -> float:
        """Return how many columns are before a moment (UTC): none before the first day, all after the last week."""
        days = max(0.0, self._days(moment))
        if days <= DAYS or not self.weeks:
            return min(days * self.day, self.width)
        return min(DAYS * self.day + 1 + (days - DAYS) / 7 * self.week, self.width)

    def ends_before(self, moment: datetime) -> bool:
        """Whether a moment (UTC) is beyond the right edge."""
        return self._days(moment) > DAYS + 7 * self.weeks

    def day_names(self) -> list[str]:
        """Return the names of the days, each as wide as a day."""
        days = (self.first_day + timedelta(days=number) for number in range(DAYS))
        return [weekday(day)[: max(1, min(3, self.day - 1))].ljust(self.day) for day in days]

    def week_names(self) -> str:
        """Return the names of the weeks in one text: their first days, or their numbers."""
        if self.week < 3:  # room for a single name: "w2-5"
            room = self.weeks * self.week
            return (f"w2-{self.weeks + 1}" if room > 3 else "w2")[:room].ljust(room)
        if self.week < DATED:
            names = [f"w{number + 2}" for number in range(self.weeks)]
        else:
            days = (self.first_day + timedelta(days=DAYS + 7 * number) for number in range(self.weeks))
            names = [day_and_month(day, self.first_day) for day in days]
        return "".join(name.ljust(self.week) for name in names)

    def _days(self, moment: datetime) -> float:
        return days_after(self.first_day, moment, self.zone)

    @staticmethod
    def _width(day: int, week: int, weeks: int) -> int:
        return DAYS * day + (1 + weeks * week if weeks else 0)
