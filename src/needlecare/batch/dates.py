"""Reads when an appointment ended, and finds the order of day and month in a whole column."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from needlecare.errors import UsageError
from needlecare.time.parsing import DateOrder, order_shown_by, parse_cell
from needlecare.time.zones import local

# A date in numbers, whose first two may be day and month or month and day.
_EITHER_ORDER = re.compile(r"\s*([0-9]{1,2})([-/. ])([0-9]{1,2})\2[0-9]{4}(?![0-9])")
_TIME_ALONE = re.compile(
    r"\s*[0-9]{1,2}(?:[:.h][0-9]{2}){0,2}(?:[:.][0-9]{2,6})?\s*(?:[ap]\.?\s?m\.?)?\s*", re.IGNORECASE
)
_HAS_TIME = re.compile(
    r":[0-9]{2}|[0-9]h[0-9]{2}|[T ][0-9]{1,2}\.[0-9]{2}$|[0-9]\s*[ap]\.?m\b|\bnoon\b|^[0-9]{5}\.[0-9]",
    re.IGNORECASE,
)
# The dash between a time and a date: 02:30pm - Sat, Nov 21, 2026.
_TIME_DASH_DATE = re.compile(r"([0-9]{1,2}:[0-9]{2} ?(?:[ap]m)?) +[-–] +(?=[A-Za-z])", re.IGNORECASE)
# The midnight that spreadsheets add to a date; a time in another column replaces it.
_MIDNIGHT = re.compile(r"[ T](?:00:00(?::00(?:\.0+)?)?|12:00(?::00)? ?AM)$", re.IGNORECASE)

# What booking systems write between a date and a time (beside a comma), and after a time.
_SEPARATORS = str.maketrans(dict.fromkeys("·•|", " "))
_BESIDE_TIME = re.compile(r"(?<=[0-9]) ?Uhr\b|(?<=\b[ap]\.) (?=m\.)", re.IGNORECASE)
_CLOCK = r"[0-9]{1,2}(?:[:.][0-9]{2}){0,2}(?: ?[ap]\.?m\.?)?"
_RANGE = re.compile(
    rf"(?P<before>(?:.*[0-9,] )?)(?P<start>{_CLOCK})(?P<dash> ?[-–—] ?| (?:to|until|bis) )(?P<end>{_CLOCK})",
    re.IGNORECASE,
)
# The abbreviation of a zone after a time: 2:30 PM EST, 14:30 (CET).
_ZONE_AFTER = re.compile(r"(?P<rest>.*[0-9mM.]) \(?(?P<zone>[A-Z]{3,5})\)?")

_ORDER_WORDS = {DateOrder.DMY: "day first", DateOrder.MDY: "month first"}
ANY_NOW = datetime.fromisoformat("2000-01-01T00:00Z")  # if "today" in a cell doesn't matter


class OrderEvidence:
    """What the cells of the date columns prove about the order of day and month.

    A file is written in one order, so a single cell such as 21/11/2026 decides about 03/04/2026 in other rows.
    """

    def __init__(self) -> None:
        self.first_row: dict[DateOrder, int] = {}  # the first row that can only be read in this order
        self.either = False  # whether a cell is a date in both orders, and not the same one

    def add(self, number: int, text: str) -> None:
        """Look at a cell of row `number`."""
        match = _EITHER_ORDER.match(text)
        if match is None:
            return
        shown = order_shown_by(text)
        if shown is not None:
            self.first_row.setdefault(shown, number)
        elif match[1].lstrip("0") != match[3].lstrip("0"):
            self.either = True

    def settle(self, given: DateOrder | None) -> tuple[DateOrder | None, str]:
        """Decide the order in which ambiguous cells are read, and what to say about it on standard error.

        None means that such cells are refused. Raises UsageError if other cells prove that the given order is wrong.
        """
        proved = list(self.first_row)
        if given is not None:
            wrong = [order for order in proved if order is not given]
            if wrong and (given not in proved or self.either):
                raise UsageError(
                    f"--dates {given} can't be right: row {self.first_row[wrong[0]]} has its {_ORDER_WORDS[wrong[0]]}"
                    + (f", though row {self.first_row[given]} does not" if given in proved else "")
                    + f"; nothing was written; give --dates {wrong[0]}"
                    + (", or write all dates in one order" if given in proved else "")
                )
            return given, ""
        if not self.either or len(proved) != 1:
            return None, ""
        order = proved[0]
        return order, (
            f"Dates are read {_ORDER_WORDS[order]}, since row {self.first_row[order]} can't be read otherwise; "
            f"give --dates {order}, so that days 1 to 12 can be read by themselves too."
        )


def parse_date_cell(
    text: str, *, time_of_day: str, now: datetime, zone: ZoneInfo, order: DateOrder | None
) -> datetime | date:
    """Parse the moment (UTC) or the date in a cell, with the time of day in another if it has none itself.

    `order` is for cells that can be read in both orders. Raises UsageError.
    """
    text = _TIME_DASH_DATE.sub(r"\1 ", text)
    clock = "" if _HAS_TIME.search(text) and not _MIDNIGHT.search(text) else time_of_day
    order = order_shown_by(text) or order
    try:
        return parse_cell(text, time_of_day=clock, now=now, zone=zone, order=order)
    except UsageError:
        with_zone = _ZONE_AFTER.fullmatch(clock or text)
        if with_zone is None:
            raise
        text, clock = (text, with_zone["rest"]) if clock else (with_zone["rest"], "")
        moment = parse_cell(text, time_of_day=clock, now=now, zone=zone, order=order)
        if not isinstance(moment, datetime) or local(moment, zone).tzname() != with_zone["zone"]:
            raise  # EST is understood only if the clocks of the zone say EST on that day
        return moment


def plain_time(text: str) -> str:
    """Return a cell without what booking systems write beside a date or a time: "21 Nov 2026 · 14:30 Uhr"."""
    if text.isascii() and "|" not in text and not text[-1:].isalpha() and ". m" not in text:
        return text
    return _BESIDE_TIME.sub("", " ".join(text.translate(_SEPARATORS).split()))


def end_of_range(text: str) -> str | None:
    """Return a cell with only the end of its range of hours, such as 15:30 for "14:30 - 15:30"; None without a range.

    After a date, "14:30-05:00" is an offset from UTC, so a range there needs "pm" or spaces around its dash. If only
    the first hour has "pm", it is not a range: the end could be am or pm.
    """
    match = _RANGE.fullmatch(text)
    if match is None:
        return None
    halves = [clock[-1:].lower() in {"m", "."} for clock in (match["start"], match["end"])]
    if halves == [True, False]:
        return None
    spaced = len(match["dash"].strip()) > 1 or match["dash"] == f" {match['dash'].strip()} "
    if match["before"] and not (spaced or any(halves)):
        return None
    if not any(halves) and _hour_and_minute(match["start"]) >= _hour_and_minute(match["end"]):
        return None
    return f"{match['before']}{match['end']}"


def _hour_and_minute(clock: str) -> tuple[int, int]:
    hour, _, minute = clock.replace(".", ":").partition(":")
    return int(hour), int(minute[:2] or 0)


def is_time_alone(text: str) -> bool:
    """Whether a cell has a time of day and no date."""
    return _TIME_ALONE.fullmatch(text) is not None or re.fullmatch(r"0?\.[0-9]+", text.strip()) is not None


def day_of(at: datetime | date, zone: ZoneInfo) -> date:
    """Return the local day of a moment (UTC), or the date itself."""
    return local(at, zone).date() if isinstance(at, datetime) else at


def end_after(start: datetime | date, minutes: int) -> datetime | date:
    """Return the end of an appointment; a date stays a date."""
    return start + timedelta(minutes=minutes) if isinstance(start, datetime) else start
