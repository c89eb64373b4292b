"""The timeline: pictures that a person has read, and what holds for every screen and every treatment."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from examples import treatments
from golden import assert_golden
from needlecare.model import Kind, Plan, Schedule, SkinType, Status, Treatment
from needlecare.output.sentences.plan import plain
from needlecare.output.terminal.screen import Screen
from needlecare.output.terminal.timeline import timeline
from needlecare.plan.combine import plan, status
from needlecare.plan.overview import overview
from needlecare.rules.load import read_schedule
from needlecare.time.parsing import parse_moment
from needlecare.time.zones import zone_named

BUILTIN = Path(__file__).parents[2] / "schedules" / "microneedling.toml"
BERLIN = zone_named("Europe/Berlin")
TREATED = datetime(2026, 11, 21, 13, 30, tzinfo=UTC)  # Saturday 21 November, 14:30 in Berlin
NOW = datetime(2026, 11, 21, 14, 30, tzinfo=UTC)

MOMENTS = {
    "before": "2026-11-16T09:00",
    "day-0": "2026-11-21T15:30",
    "day-1": "2026-11-22T09:00",
    "day-3": "2026-11-24T18:00",
    "day-10": "2026-12-01T09:00",
    "day-40": "2026-12-31T09:00",
}


def example(schedule: Schedule) -> Plan:
    treatment = Treatment(treated=TREATED, zone=BERLIN, prp=True, skin_type=SkinType.IV)
    return plan(treatment, schedule)


def moment(text: str) -> datetime:
    return parse_moment(text, now=NOW, zone=BERLIN)


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("name", MOMENTS)
def test_the_timeline_is_the_picture_that_was_read(name: str, width: int, builtin: Schedule) -> None:
    text = timeline(example(builtin), moment(MOMENTS[name]), Screen(width=width))
    assert_golden(f"timeline-{name}-{width}.txt", text)


def test_the_timeline_in_ascii_is_the_picture_that_was_read(builtin: Schedule) -> None:
    text = timeline(example(builtin), moment(MOMENTS["day-0"]), Screen(width=80, unicode=False))
    assert text.isascii()
    assert_golden("timeline-day-0-80-ascii.txt", text)


def test_a_date_alone_says_what_the_time_of_day_and_the_skin_type_would_change(builtin: Schedule) -> None:
    text = timeline(
        plan(Treatment(treated=date(2026, 11, 21), zone=BERLIN), builtin),
        moment(MOMENTS["day-0"]),
        Screen(width=80),
    )
    assert_golden("timeline-date-only-80.txt", text)


@pytest.mark.parametrize("name", ["before", "day-0", "day-10"])
def test_the_plain_sentences_are_those_that_were_read(name: str, builtin: Schedule) -> None:
    assert_golden(f"plain-{name}.txt", plain(example(builtin), moment(MOMENTS[name])))


def test_the_chart_is_that_of_the_design(builtin: Schedule) -> None:
    """The rows and the bars of the picture in the design, section 8; names are our own.

    Half days from Saturday afternoon: Sunday 08:00 is the second cell, of which the
    first agrees (midnight), Monday 14:30 the fifth; the Friday's end the thirteenth.
    """
    text = timeline(example(builtin), moment("2026-11-21T15:30"), Screen(width=80))
    rows = re.findall(
        r"^((?:all )?[A-Z][a-z]{2} [ 0-9]\d [A-Z][a-z]{2}(?: \d\d:\d\d)?) +([━╌]+) ", text, re.MULTILINE
    )
    assert rows == [
        ("Sun 22 Nov 08:00", "━╌"),
        ("Sun 22 Nov 14:30", "━━━"),
        ("Mon 23 Nov 14:30", "━━━━━"),
        ("Tue 24 Nov 14:30", "━━━━━━━"),
        ("Thu 26 Nov 14:30", "━━━━━╌╌╌╌╌╌"),
        ("all Fri 27 Nov", "━━━━━━━━━━━━━"),
        ("Sat 28 Nov 14:30", "━━━━━━━━━━━━━━━"),
        ("Sat  5 Dec 14:30", "━━━━━━━━━━━━━━━━"),
        ("Sat 19 Dec 14:30", "━━━━━╌╌╌╌╌╌╌╌╌╌╌╌╌"),
        ("Mon 21 Dec 14:30", "━━━━━━━━━━━━━━━━━━━"),
    ]
    assert "NOT YET, until    SS M T W T F S 2345w ~ sources differ; ask your clinic" in text


@given(treatment=treatments(), width=st.integers(40, 200), days=st.floats(-30, 60), unicode=st.booleans())
def test_no_line_is_longer_than_the_screen_and_nothing_open_is_left_out(
    builtin: Schedule, treatment: Treatment, width: int, days: float, unicode: bool
) -> None:
    made = plan(treatment, builtin)
    first = min(window.start for window in made.windows if window.start and window.kind is Kind.AVOID)
    as_of = first + timedelta(days=days)
    text = timeline(made, as_of, Screen(width=width, unicode=unicode))
    assert max(map(len, text.splitlines())) <= width
    unwrapped = " ".join(text.split())
    for window in made.windows:
        if window.kind is Kind.AVOID and status(window, as_of) is not Status.PAST:
            assert window.rule.short.split()[0] in unwrapped
    if unicode is False:
        assert text.isascii()


@given(treatment=treatments(), width=st.integers(40, 140), days=st.floats(-30, 60))
def test_colour_changes_no_character(
    builtin: Schedule, treatment: Treatment, width: int, days: float
) -> None:
    made = plan(treatment, builtin)
    as_of = overview(made, NOW).as_of + timedelta(days=days)
    coloured = timeline(made, as_of, Screen(width=width, colour=True))
    assert "\x1b[" in coloured
    bare = "\n".join(line.rstrip() for line in Text.from_ansi(coloured).plain.splitlines())
    assert bare.strip("\n") == timeline(made, as_of, Screen(width=width)).strip("\n")


def test_a_medicine_is_marked_and_never_spoken_of_without_its_prescriber(builtin: Schedule) -> None:
    for as_of in map(moment, MOMENTS.values()):
        for text in (timeline(example(builtin), as_of, Screen()), plain(example(builtin), as_of)):
            unwrapped = " ".join(text.split())
            if "ibuprofen" in unwrapped:
                assert "prescriber" in unwrapped
            for found in re.finditer(r"ibuprofen", unwrapped):
                assert "pain" in unwrapped[max(0, found.start() - 20) : found.start() + 30]


def test_what_is_not_allowed_again_is_never_called_fine(builtin: Schedule) -> None:
    for as_of in map(moment, MOMENTS.values()):
        text = timeline(example(builtin), as_of, Screen(width=200))
        assert not re.search(r"(smoking|picking|sun|tanning)\S* (is|are) fine again", text)


THREE_YEARS = """\
extends = "microneedling"
id = "long"
version = "1"
reviewed = 2026-01-01
review_due = 2036-01-01
[sources.ours]
tier = 2
title = "Ours"
[rules.makeup]
recommendations = [{ source = "ours", statement = "No makeup for 3 years", start = "P0D", end = "P3Y" }]
"""


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_a_window_of_years_keeps_its_exact_end_and_leaves_room_for_the_names(width: int) -> None:
    schedule = read_schedule(THREE_YEARS.encode(), file="long.toml", base=lambda _: BUILTIN.read_bytes())
    made = plan(Treatment(treated=TREATED, zone=BERLIN), schedule)
    text = timeline(made, moment("2026-11-21T15:30"), Screen(width=width))
    # Three years after Saturday 21 November 2026, 14:30, is a Wednesday; its bar runs over the edge.
    assert re.search(r"^Wed 21 Nov 2029 14:30 .*━> +makeup$", text, re.MULTILINE)
    assert max(map(len, text.splitlines())) <= width


def test_a_date_soon_after_new_year_needs_no_year_and_one_far_away_has_it(builtin: Schedule) -> None:
    treated = datetime(2026, 12, 21, 13, 30, tzinfo=UTC)
    made = plan(Treatment(treated=treated, zone=BERLIN), builtin)
    text = timeline(made, treated, Screen(width=80))
    assert re.search(r"^Mon  4 Jan 14:30 +━+ +retinol~", text, re.MULTILINE)  # 21 December + 14 days
    assert "six-month photo" in text
    assert "21 Jun 2027" in text  # 21 December + 6 months
