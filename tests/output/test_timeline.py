"""The timeline: golden files that a person has read, rows worked out by hand, and laws for every screen."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from examples import EXAMPLE, TREATED, moment, treatments
from golden import assert_golden
from needlecare.model import Kind, Plan, Schedule, Status, Treatment
from needlecare.output.sentences.plan import plan_sentences
from needlecare.output.terminal.axis import Axis
from needlecare.output.terminal.screen import Screen
from needlecare.output.terminal.timeline import timeline
from needlecare.plan.combine import begins, plan, status_at
from needlecare.rules.load import read_schedule

SCHEDULES = Path(__file__).parents[2] / "schedules"


MOMENTS = {
    "before": "2026-11-16T09:00",
    "day-0": "2026-11-21T15:30",
    "day-1": "2026-11-22T09:00",
    "day-3": "2026-11-24T18:00",
    "day-10": "2026-12-01T09:00",
    "day-40": "2026-12-31T09:00",
}


def example(schedule: Schedule) -> Plan:
    return plan(EXAMPLE, schedule)


# Golden files -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "width"),
    [*((name, 84) for name in MOMENTS), *(("day-1", width) for width in (40, 60, 120, 200)), ("before", 40)],
)
def test_the_timeline_is_the_one_that_was_read(name: str, width: int, builtin: Schedule) -> None:
    text = timeline(example(builtin), moment(MOMENTS[name]), Screen(width=width))
    assert_golden(f"timeline-{name}-{width}.txt", text)


def test_the_timeline_in_ascii_is_the_one_that_was_read(builtin: Schedule) -> None:
    text = timeline(example(builtin), moment(MOMENTS["day-1"]), Screen(width=84, unicode=False))
    assert text.isascii()
    assert_golden("timeline-day-1-84-ascii.txt", text)


def test_a_date_without_prp_says_what_the_time_and_the_skin_type_would_change(builtin: Schedule) -> None:
    treatment = Treatment(treated=date(2026, 11, 21), zone=EXAMPLE.zone)
    text = timeline(plan(treatment, builtin), moment(MOMENTS["day-0"]), Screen(width=84))
    assert_golden("timeline-plain-date-84.txt", text)


def test_the_timeline_of_the_body_is_the_one_that_was_read() -> None:
    path = SCHEDULES / "microneedling-body.toml"
    body = read_schedule(path.read_bytes(), file=path.name)
    text = timeline(
        plan(Treatment(treated=TREATED, zone=EXAMPLE.zone), body),
        moment("2026-11-22T09:00"),
        Screen(width=84),
    )
    assert_golden("timeline-body-day-1-84.txt", text)


@pytest.mark.parametrize("name", ["before", "day-0", "day-10"])
def test_the_plain_sentences_are_those_that_were_read(name: str, builtin: Schedule) -> None:
    assert_golden(f"plain-{name}.txt", plan_sentences(example(builtin), moment(MOMENTS[name])))


# The axis -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "day", "week", "weeks"),
    [
        (45, 4, 3, 4),  # 7 days of 4 columns, a separator, 4 weeks of 3: 41 columns
        (41, 4, 3, 4),
        (40, 3, 2, 4),  # 21 + 1 + 8 = 30
        (26, 3, 1, 4),  # 21 + 1 + 4
        (19, 2, 1, 4),  # 14 + 1 + 4
        (17, 2, 1, 2),  # two of the weeks have no room
        (71, 6, 7, 4),  # 42 + 1 + 28
        (121, 12, 9, 4),  # 84 + 1 + 36
    ],
)
def test_the_widest_scale_that_fits_is_used(columns: int, day: int, week: int, weeks: int) -> None:
    """From Sunday 22 November, 21 December lies in the fourth week after the first: 29.6 days."""
    axis = Axis(
        origin=moment("2026-11-22T09:00"), end=moment("2026-12-21T14:30"), zone=EXAMPLE.zone, columns=columns
    )
    assert (axis.day, axis.week, axis.weeks) == (day, week, weeks)
    assert axis.width <= columns


@pytest.mark.parametrize(
    ("at", "column"),
    [
        ("2026-11-22T00:00", 0),
        ("2026-11-22T06:00", 1),  # a quarter of a day is a column
        ("2026-11-23T12:00", 6),
        ("2026-11-29T00:00", 28),  # the end of the seventh day
        ("2026-12-06T00:00", 32),  # the separator takes one, a week three
        ("2027-01-30T00:00", 41),  # no bar is longer than the axis
        ("2026-11-01T00:00", 0),
    ],
)
def test_a_moment_has_its_place_on_the_axis(at: str, column: float) -> None:
    axis = Axis(
        origin=moment("2026-11-22T09:00"), end=moment("2026-12-21T14:30"), zone=EXAMPLE.zone, columns=45
    )
    assert axis.column(moment(at)) == column


# The chart ----------------------------------------------------------------------------------------


def chart(text: str) -> dict[str, list[tuple[str, str, str]]]:
    """Return the rows of each section: the name on their first line, the bar from now on, the moment."""
    rows: dict[str, list[tuple[str, str, str]]] = {}
    for line in text.splitlines():
        if (heading := re.match(r"(DON'T|DO|NORMAL)\b(?! TODAY)", line)) is not None:
            rows[heading[1]] = []
        elif rows and (row := re.match(r" (\S.*?)  ( *[█▒─▸]+)[ │]{2,}(\S.*)", line)) is not None:
            list(rows.values())[-1].append((row[1].strip(), row[2].strip(), row[3]))
        elif rows and not line:
            break
    return rows


def test_the_rows_of_day_1_are_those_worked_out_by_hand(schedule_v1: Schedule) -> None:
    """Sunday 22 November, 09:00. A day has four columns; the chart begins with the second of Sunday.

    14:30 is in the third column of a day, so Sunday 14:30 is column 3 (2 from now), Monday 14:30 column
    7 (6 from now) and so on. Swimming: certain for 48 hours, to Monday 14:30; the last source lets it
    wait until Thursday 14:30, column 19. The gym: five days, to Thursday 14:30, or through Friday,
    column 24. Retinol: a week, to Saturday 14:30 (column 27, 26 from now), or two weeks: 5 December is
    6.6 days after the seventh day ends, so 28 + 1 + 2.8 columns.
    """
    rows = chart(timeline(plan(EXAMPLE, schedule_v1), moment("2026-11-22T09:00"), Screen(width=84)))
    assert list(rows) == ["DON'T", "DO", "NORMAL"]
    assert rows["DON'T"] == [
        ("own products,", "▒▒", "today 14:30"),
        ("hats, touching", "██", "today 14:30"),
        ("makeup", "█" * 6, "Mon 14:30"),
        ("alcohol, smoking", "█" * 10, "Tue 14:30"),
        ("swimming", "█" * 6 + "▒" * 12, "Thu 14:30"),
        ("gym,", "█" * 18 + "▒" * 5, "through Fri"),
        ("face brush", "█" * 22 + "▒", "through Fri"),
        ("waxing", "█" * 6 + "▒" * 20, "Sat 14:30"),
        ("serums", "█" * 18 + "▒" * 8, "Sat 14:30"),
        ("scrubs and acids,", "█" * 26, "Sat 14:30"),
        ("retinol", "█" * 26 + "▒" * 5, "5 Dec 14:30"),
        ("toner", "█" * 30 + "▒", "5 Dec 14:30"),
        ("ibuprofen for pain¹,", "█" * 31, "5 Dec 14:30"),
        ("direct sun", "█" * 6 + "▒" * 31, "19 Dec 14:30"),
        ("laser and peels", "█" * 38, "21 Dec 14:30"),
    ]
    assert ("strongest swelling", "─" * 5, "Mon") in rows["NORMAL"]  # from 24 to 48 hours
    assert ("wash gently with", "█" * 10, "Tue 14:30") in rows["DO"]


def test_what_begins_later_has_its_bar_later_and_on_a_narrow_screen_its_moment(schedule_v1: Schedule) -> None:
    """Moisturising begins after 24 hours: Sunday 14:30, one column after 09:00."""
    made, now = plan(EXAMPLE, schedule_v1), moment("2026-11-22T09:00")
    wide = timeline(made, now, Screen(width=84))
    assert re.search(r"^ moisturise often {9}█", wide, re.MULTILINE)
    assert re.search(r"^ the clinic's products, {2}█", wide, re.MULTILINE)
    narrow = timeline(made, now, Screen(width=50))
    assert re.search(r"^██ moisturise often \(from today +30 Nov 14:30\n {3}14:30\)", narrow, re.MULTILINE)


def test_a_narrow_screen_keeps_the_rows_and_the_texture_now_and_at_the_end(schedule_v1: Schedule) -> None:
    text = timeline(plan(EXAMPLE, schedule_v1), moment("2026-11-22T09:00"), Screen(width=40))
    for row in (
        "▒▒ own products, sunscreen  today 14:30",
        "██ makeup                   Mon 14:30",
        "█▒ gym, sauna and hot bath  through Fri",
        "── tiny purple spots        1 Dec",
    ):
        assert row in text.splitlines()


@pytest.mark.parametrize(
    ("at", "lines"),
    [
        # 21 December is day 30: laser and peels wait for a month.
        ("2026-11-21T15:30", ["Day 0 of 30 ●", "Next  a gentle wash"]),
        ("2026-12-06T12:00", ["Day 15 of 30 ━", "Next  short sun is fine, with SPF 50"]),
        ("2026-12-21T14:29", ["Day 30 of 30 ━", "Next  laser"]),
        (
            "2026-12-21T14:30",
            [
                "Day 30 of 30",
                "All waiting periods are over.",
                "Next  six-month photo",
                "Today progress photo",
            ],
        ),
        ("2026-12-22T00:00", ["Day 31  Tue 22 Dec, 00:00", "All waiting periods are over."]),
        # 5 days and 5½ hours before the treatment
        ("2026-11-16T09:00", ["5½ days to go  Mon 16 Nov, 09:00", "Next  water and a hyaluronic serum"]),
        ("2026-11-21T14:00", ["30 min to go", "Next  your appointment   today 14:30, in 30 min"]),
    ],
)
def test_the_first_lines_say_the_day_and_what_comes_next(
    at: str, lines: list[str], schedule_v1: Schedule
) -> None:
    text = timeline(plan(EXAMPLE, schedule_v1), moment(at), Screen(width=120))
    shown = text.splitlines()[1 : 1 + len(lines)]
    assert [line[: len(wanted)] for line, wanted in zip(shown, lines, strict=True)] == lines


def test_a_next_that_fills_more_than_a_line_keeps_its_moment_together(schedule_v1: Schedule) -> None:
    text = timeline(plan(EXAMPLE, schedule_v1), moment("2026-11-22T09:00"), Screen(width=60))
    assert "\nNext  today 14:30, in 5½ h: wait over for own products," in text


def test_before_the_treatment_the_preparation_leads_then_the_checklist(schedule_v1: Schedule) -> None:
    """Three days before Saturday 14:30 is Wednesday 14:30; no filler for six months began on 21 May."""
    text = timeline(plan(EXAMPLE, schedule_v1), moment("2026-11-16T09:00"), Screen(width=84))
    assert re.search(r"^ since 21 May +no filler▒$", text, re.MULTILINE)
    assert re.search(r"^ Wed 14:30 +water and a hyaluronic serum, no alcohol$", text, re.MULTILINE)
    places = [text.index(word) for word in ("\nPREPARE", "\nTELL THE CLINIC FIRST", "\nDON'T", "▾ treatment")]
    assert places == sorted(places)


# Laws ---------------------------------------------------------------------------------------------


@given(treatment=treatments(), width=st.integers(40, 200), days=st.floats(-30, 60), unicode=st.booleans())
def test_no_line_is_longer_than_the_screen_and_nothing_open_is_left_out(
    builtin: Schedule, treatment: Treatment, width: int, days: float, unicode: bool
) -> None:
    made = plan(treatment, builtin)
    as_of = begins(made) + timedelta(days=days)
    text = timeline(made, as_of, Screen(width=width, unicode=unicode))
    assert max(map(len, text.splitlines())) <= width
    for window in made.windows:
        open_now = (
            window.kind in {Kind.AVOID, Kind.DO, Kind.EXPECT} and status_at(window, as_of) is not Status.PAST
        )
        if open_now or (window.kind is Kind.MILESTONE and status_at(window, as_of) is Status.UPCOMING):
            assert all(word in text for word in window.rule.short.split()), window.rule.id
    if not unicode:
        assert text.isascii()


@given(treatment=treatments(), width=st.integers(40, 140), days=st.floats(-30, 60))
def test_colour_changes_no_character(
    builtin: Schedule, treatment: Treatment, width: int, days: float
) -> None:
    made = plan(treatment, builtin)
    as_of = begins(made) + timedelta(days=days)
    coloured = timeline(made, as_of, Screen(width=width, colour=True))
    assert "\x1b[" in coloured
    bare = "\n".join(line.rstrip() for line in Text.from_ansi(coloured).plain.splitlines())
    assert bare.strip("\n") == timeline(made, as_of, Screen(width=width)).strip("\n")


def test_an_emergency_is_white_on_red(builtin: Schedule) -> None:
    text = timeline(example(builtin), moment(MOMENTS["day-1"]), Screen(width=84, colour=True))
    assert "\x1b[1;97;41m EMERGENCY \x1b[0m" in text


def test_a_medicine_is_marked_and_never_named_without_the_doctor_who_prescribed_it(
    schedule_v1: Schedule,
) -> None:
    for as_of in map(moment, MOMENTS.values()):
        made = plan(EXAMPLE, schedule_v1)
        for text in (timeline(made, as_of, Screen()), plan_sentences(made, as_of)):
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
    base = (SCHEDULES / "microneedling.toml").read_bytes()
    schedule = read_schedule(THREE_YEARS.encode(), file="long.toml", base=lambda _: base)
    made = plan(Treatment(treated=TREATED, zone=EXAMPLE.zone), schedule)
    text = timeline(made, moment("2026-11-21T15:30"), Screen(width=width))
    # Three years after Saturday 21 November 2026, 14:30, its bar runs over the edge.
    assert re.search(r"^ makeup +█.*▸ +21 Nov 2029 14:30$", text, re.MULTILINE)
    assert max(map(len, text.splitlines())) <= width


def test_a_date_soon_after_new_year_needs_no_year_and_one_far_away_has_it(schedule_v1: Schedule) -> None:
    treated = datetime(2026, 12, 21, 13, 30, tzinfo=UTC)
    text = timeline(
        plan(Treatment(treated=treated, zone=EXAMPLE.zone), schedule_v1), treated, Screen(width=84)
    )
    assert re.search(r"^ retinol +█+▒+ +4 Jan 14:30$", text, re.MULTILINE)  # 21 December + 14 days
    assert "21 Jun 2027 six-month photo" in text  # 21 December + 6 months
