"""Titles of events: the news and the most important waits in 60 characters, as many as fit."""

from datetime import UTC, date, datetime

import pytest
from calendars import rule
from msgspec.structs import replace

from needlecare.calendar.titles import (
    change_title,
    daily_title,
    first_day_title,
    milestone_title,
    preparation_title,
    signs_title,
    still_title,
    wait_title,
    with_detail,
)
from needlecare.model import AvoidWindow, Clinic, Detail, Rule, Schedule
from needlecare.time.zones import zone_named

BERLIN = zone_named("Europe/Berlin")
HALF_PAST_TWO = datetime(2026, 12, 19, 13, 30, tzinfo=UTC)  # Saturday, in Berlin


def window(one: Rule, end: datetime = HALF_PAST_TWO) -> AvoidWindow:
    start = datetime(2026, 11, 21, 13, 30, tzinfo=UTC)
    return AvoidWindow(rule=one, start=start, earliest_end=end, end=end)


def named(*names: str) -> list[Rule]:
    """Return rules with short names, the most important first."""
    return [rule(name, "P1D", priority=place) for place, name in enumerate(names, 1)]


MAKEUP, GYM, SUN = named("makeup", "gym", "direct sun")
LESS = [rule(f"thing {number}", "P1D") for number in range(14)]
MEDICINE = rule("ibuprofen", "P1D", medicine=True)
TOLD_MEDICINE = replace(MEDICINE, news="painkillers: ask your clinic")
PREPARED = rule("retinol", "P1D", priority=2, news="no retinol")

CHANGES = {
    # why: what ended, what still has to wait, and the title
    "the three most important waits": (
        [MAKEUP],
        [*LESS, SUN, PREPARED, GYM],
        "Makeup OK · wait: retinol, gym, direct sun +14",
    ),
    "nothing waits": ([MAKEUP], [], "All waits over"),
    "three of four things": (
        [*named("a", "b", "c"), rule("d", "P1D")],
        [GYM],
        "A, b, c OK +1 · wait: gym",
    ),
    "one in words of its own": ([MAKEUP, PREPARED], [GYM], "Makeup OK, no retinol · wait: gym"),
    "a medicine is not named": ([MEDICINE], [GYM, MEDICINE], "Fewer waits · wait: gym +1"),
    "but in words that do not name it": ([TOLD_MEDICINE], [GYM], "Painkillers: ask your clinic · wait: gym"),
    "only a medicine waits": ([MAKEUP], [MEDICINE], "Makeup OK · 1 more to wait for"),
    "two things of one name": ([MAKEUP], [GYM, replace(GYM, id="other")], "Makeup OK · wait: gym +1"),
    # "Makeup OK · wait: " has 18 characters
    "sixty characters": ([MAKEUP], named("x" * 42), f"Makeup OK · wait: {'x' * 42}"),
    "sixty-one": ([MAKEUP], named("x" * 43), "Makeup OK · 1 more to wait for"),
    # one wait fewer leaves more room than one news fewer, which goes first nevertheless: 2 + 2, then 1 + 2
    "news go before waits": (
        named("x" * 12, "y" * 12),
        named("v" * 12, "w" * 12),
        f"{'X' + 'x' * 11} OK +1 · wait: {'v' * 12}, {'w' * 12}",
    ),
    "then waits": (
        named("x" * 30, "y" * 6),
        named("v" * 12, "w" * 12),
        f"{'X' + 'x' * 29} OK +1 · wait: {'v' * 12} +1",
    ),
    "two news rather than one and no wait": (
        named("x" * 10, "y" * 10),
        named("v" * 40),
        f"{'X' + 'x' * 9}, {'y' * 10} OK · 1 more to wait for",
    ),
    "a name too long for any title": (
        named("x" * 70),
        [GYM],
        f"{'X' + 'x' * 58}…",
    ),
}


@pytest.mark.parametrize(("ended", "holding", "title"), CHANGES.values(), ids=CHANGES)
def test_a_change_names_what_ended_and_what_still_waits(
    ended: list[Rule], holding: list[Rule], title: str
) -> None:
    assert change_title(tuple(ended), tuple(holding)) == title
    assert len(title) <= 60


WAITS = {
    "Wait: makeup, gym, direct sun +14": [MAKEUP, GYM, SUN, *LESS],
    f"Wait: {'x' * 24}, {'y' * 24} +1": named("x" * 24, "y" * 24, "z" * 5),  # 59; with z 63
    f"Wait: {'x' * 50} +2": named("x" * 50, "y" * 50, "z"),
    "3 more to wait for": named("x" * 58, "y", "z"),
}


@pytest.mark.parametrize("title", WAITS)
def test_a_title_names_as_many_waits_as_fit(title: str) -> None:
    assert wait_title(tuple(WAITS[title])) == title


WASH, TOUCH = (rule(f"{what}ing", "P1D", tonight=f"{what} your face") for what in ("wash", "touch"))
FIRST_DAYS = {
    "Tonight: don't wash or touch your face": [WASH, GYM, TOUCH],
    "Tonight: don't wash your face": [GYM, WASH],
    "Tonight: don't wash your or pat the face": [WASH, rule("pat", "P1D", tonight="pat the face")],
    "Tonight: don't wash your face or go to the gym": [
        WASH,
        replace(GYM, tonight="go to the gym", priority=99),
    ],
    "Tonight: don't wash or wash your face": [replace(GYM, tonight="wash", priority=1), WASH],
    f"Tonight: don't {'x' * 40}": [  # the next one makes 15 + 40 + 4 + 2 = 61
        replace(GYM, tonight="x" * 40),
        replace(SUN, tonight="yy"),
    ],
    "Wait: gym": [GYM],
}


@pytest.mark.parametrize("title", FIRST_DAYS)
def test_the_first_evening_says_what_not_to_do(title: str) -> None:
    assert first_day_title("Tonight", tuple(FIRST_DAYS[title])) == title


STILL = {
    # when a wait ends, the day of the title, and what it says
    (HALF_PAST_TWO, date(2026, 12, 5)): "Still no direct sun until Sat 19",
    (HALF_PAST_TWO, date(2026, 11, 28)): "Still no direct sun until Sat 19 Dec",
    (HALF_PAST_TWO, date(2025, 12, 5)): "Still no direct sun until Sat 19 Dec 2026",
    # the midnight after the Saturday
    (datetime(2026, 12, 19, 23, 0, tzinfo=UTC), date(2026, 12, 5)): "Still no direct sun until Sat 19",
}


@pytest.mark.parametrize(("end", "reader"), STILL)
def test_a_long_wait_says_until_when(end: datetime, reader: date) -> None:
    assert still_title(window(SUN, end), BERLIN, reader) == STILL[end, reader]


def test_a_wait_that_goes_on_in_a_course_says_so() -> None:
    assert still_title(window(PREPARED), BERLIN, date(2026, 12, 5), " (on to session 2)") == (
        "Still no retinol (on to session 2)"
    )


REDNESS = rule("redness", "P1D", news="Redness still growing? Call your clinic")
SIGNS = {
    "Redness still growing? Call your clinic": [REDNESS],
    "Gym? Call your clinic": [GYM],
    "Redness, gym? Call your clinic": [REDNESS, GYM],
    "Makeup, gym, direct sun +14? Call your clinic": [MAKEUP, GYM, SUN, *LESS],
    f"{'X' + 'x' * 29} +2? Call your clinic": named("x" * 30, "y" * 10, "z"),
    f"{'X' + 'x' * 19}, {'y' * 10} +1? Call your clinic": named("x" * 20, "y" * 10, "z" * 10),
}


@pytest.mark.parametrize("title", SIGNS)
def test_signs_are_named_with_whom_to_call(title: str) -> None:
    assert signs_title(SIGNS[title]) == title


def test_a_milestone_has_words_of_its_own_or_its_title() -> None:
    assert milestone_title(replace(GYM, news="Photo today")) == "Photo today"
    assert milestone_title(GYM) == "No gym"
    assert milestone_title(replace(GYM, news="x" * 60)) == "x" * 60
    assert (
        milestone_title(replace(GYM, news=f"{'x' * 58} xx")) == f"{'x' * 58}…"
    )  # without a space before the dots


PREPARATIONS = {
    # what is prepared, how much more is to come, and the title
    ("gym", 0): "To prepare: gym",
    ("gym", 2): "To prepare: gym +2",
    ("no retinol; gym", 0): "To prepare: no retinol; gym",
    ("medicine", 0): "To prepare: something to ask your clinic",
    ("medicine", 1): "To prepare: 2 things before your appointment",  # the other one comes later
    ("medicine; gym", 1): "To prepare: gym +2",
    ("told", 0): "To prepare: painkillers: ask your clinic",
    ("long", 0): f"To prepare: {'x' * 20}; {'y' * 20} +1",  # 57 characters
}
PREPARING = {
    "gym": [GYM],
    "no retinol; gym": [PREPARED, GYM],
    "medicine": [MEDICINE],
    "medicine; gym": [MEDICINE, GYM],
    "told": [TOLD_MEDICINE],
    "long": named("x" * 20, "y" * 20, "z" * 20),
}


@pytest.mark.parametrize(("what", "more"), PREPARATIONS)
def test_a_preparation_names_no_medicine(what: str, more: int) -> None:
    assert preparation_title("To prepare", PREPARING[what], more=more) == PREPARATIONS[what, more]


def test_daily_care_names_three_things() -> None:
    assert daily_title([MAKEUP, GYM]) == "Daily care: makeup, gym"
    assert daily_title([MAKEUP, GYM, SUN, *LESS]) == "Daily care: makeup, gym, direct sun +14"
    assert daily_title(named("x" * 40, "y" * 40)) == f"Daily care: {'x' * 40} +1"


NEWS = "Makeup OK · wait: gym, sun +14"  # 30 characters; " · " and the name have 30 more
DETAILED = {
    # the title, the name of the clinic, that of the treatment, and the title with both
    (NEWS, None, "x" * 27): f"{NEWS} · {'x' * 27}",
    (NEWS, None, "x" * 28): f"Makeup OK · wait: gym +15 · {'x' * 28}",
    (NEWS, None, "x" * 32): f"Makeup OK · wait: gym +15 · {'x' * 32}",
    (NEWS, None, "x" * 33): f"Makeup OK · {'x' * 33}",
    (NEWS, None, "x" * 48): f"Makeup OK · {'x' * 48}",
    (NEWS, None, "x" * 49): f"Makeup OK · {'x' * 47}…",
    (NEWS, "Clinic", "x" * 19): f"{NEWS} · Clinic: {'x' * 19}",
    (NEWS, "Clinic", "x" * 20): f"{NEWS} · Clinic",
    (NEWS, "c" * 30, "x"): f"Makeup OK · wait: gym +15 · {'c' * 30}",
    ("Gym? Call your clinic", None, "x" * 42): f"Gym? Call. · {'x' * 42}",
    ("n" * 45, None, "x" * 20): f"{'n' * 45} · {'x' * 11}…",  # twelve characters are left
    ("n" * 46, None, "x" * 20): "n" * 46,
}


@pytest.mark.parametrize(("title", "clinic", "treatment"), DETAILED)
def test_a_name_takes_the_place_of_waits_and_never_of_news(
    title: str, clinic: str | None, treatment: str, schedule_v1: Schedule
) -> None:
    schedule = replace(schedule_v1, clinic=clinic and Clinic(name=clinic), treatment=treatment)
    assert with_detail(title, schedule, Detail.FULL) == DETAILED[title, clinic, treatment]
    assert with_detail(title, schedule, Detail.DISCREET) == title
