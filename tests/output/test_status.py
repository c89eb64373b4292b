"""What holds now: pictures that a person has read, and facts with the sum beside them."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.text import Text

from examples import EXAMPLE, TREATED, moment
from golden import assert_golden
from needlecare.model import Clinic, Kind, Plan, Schedule, SkinType, Status, Treatment
from needlecare.output.terminal.screen import Screen
from needlecare.output.terminal.status import status
from needlecare.plan.combine import plan
from needlecare.plan.combine import status_at as where
from program import environment, needlecare

WHEN = ("--treated", "2026-11-21T14:30", "--tz", "Europe/Berlin", "--prp", "--skin-type", "IV")


MOMENTS = {
    "before": "2026-11-16T09:00",
    "day-0": "2026-11-21T15:30",
    "day-1": "2026-11-22T09:00",
    "day-3": "2026-11-24T18:00",
    "day-30": "2026-12-21T09:00",
    "day-40": "2026-12-31T09:00",
}


@pytest.fixture(scope="module")
def made(schedule_v1: Schedule) -> Plan:
    return plan(EXAMPLE, schedule_v1)


def told(made: Plan, at: str, width: int = 1000) -> dict[str, str]:
    """Return the rows of a status by their labels, each on one line."""
    text = status(made, moment(at), Screen(width=width))
    return {line[:16].strip(): line[17:].strip() for line in text.splitlines() if line[:16].strip()}


def first_lines(made: Plan, at: str) -> list[str]:
    return status(made, moment(at), Screen(width=200)).splitlines()[:3]


# Pictures -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "width"),
    [*((name, 80) for name in MOMENTS), ("before", 40), ("day-1", 40), ("day-1", 120)],
)
def test_the_status_is_the_picture_that_was_read(made: Plan, name: str, width: int) -> None:
    assert_golden(f"status-{name}-{width}.txt", status(made, moment(MOMENTS[name]), Screen(width=width)))


# Facts --------------------------------------------------------------------------------------------


def test_what_became_fine_since_yesterday_is_new_for_24_hours(made: Plan) -> None:
    """Washing ends on Sunday at 08:00, makeup on Monday at 14:30; a day later neither is news."""
    assert "NEW" not in told(made, "2026-11-22T07:59")
    assert told(made, "2026-11-22T08:00")["NEW"] == "a gentle wash with lukewarm water is fine"
    assert told(made, "2026-11-23T14:30")["NEW"] == "makeup is fine again, with clean brushes"
    assert told(made, "2026-11-24T14:29")["NEW"] == "makeup is fine again, with clean brushes"
    # Tuesday 14:30, 72 hours and three days: alcohol and smoking
    assert told(made, "2026-11-24T14:30")["NEW"].startswith("a drink is fine again; ")


def test_more_than_two_endings_are_told_by_their_names(made: Plan) -> None:
    """24 hours after, Sunday 14:30, four windows end, and washing six and a half hours before."""
    news = told(made, "2026-11-22T14:30")["NEW"]
    assert news == "wait over for washing the face, own products, sunscreen, hats, touching"


@pytest.mark.parametrize(
    ("at", "said"),
    [
        # From Sunday 14:30, makeup has 24 hours to go.
        ("2026-11-22T14:30", "Next  makeup is fine again, with clean brushes   Mon 14:30, in 24 h"),
        # Friday ends four hours after 20:00; what ends with it is gone from Saturday's first moment on.
        ("2026-11-27T20:00", "Next  wait over for gym, sauna and hot bath, face brush   Sat, in 4 h"),
        # Sunday 29 November, 09:00: retinol and the others that take two weeks, in 6 days and 5½ hours
        ("2026-11-29T09:00", "Sat 14:30, in 6½ days"),
        # Saturday 28 November, 15:00, to Monday 21 December, 14:30: under 23 days
        ("2026-12-19T15:00", "Next  laser"),
    ],
)
def test_the_next_change_has_its_weekday_its_time_and_how_long_until_then(
    made: Plan, at: str, said: str
) -> None:
    assert said in first_lines(made, at)[2]


def test_what_is_off_limits_has_a_row_for_each_end(made: Plan) -> None:
    rows = told(made, "2026-11-24T18:00")
    assert rows["through Fri"] == "gym▒, sauna and hot bath▒, face brush▒"
    assert rows["5 Dec 14:30"] == "retinol▒, toner▒, ibuprofen for pain¹, botox and filler"
    assert rows["21 Dec 14:30"] == "laser and peels"


def test_what_to_do_today_begins_with_now_and_names_later_hours_of_the_day(made: Plan) -> None:
    """Washing begins on Sunday 08:00; products and moisturiser at 14:30, after 24 hours."""
    now, later = told(made, "2026-11-22T09:00")["DO TODAY"].split("; from 14:30 ")
    assert "wash gently with lukewarm water" in now
    assert "moisturise often" in later
    assert "from" not in told(made, "2026-11-21T18:00")["DO TODAY"]  # on Saturday these are tomorrow's


def test_a_photo_is_named_on_its_day_and_on_no_other(made: Plan) -> None:
    """A month after 21 November."""
    assert "Today progress photo" in status(made, moment("2026-12-21T09:00"), Screen(width=80))
    assert "progress photo" not in status(made, moment("2026-12-22T09:00"), Screen(width=80))


def test_before_the_treatment_it_says_what_to_prepare(made: Plan) -> None:
    """From Monday 16 November 09:00 to Saturday 14:30 are 5 days and 5 and a half hours."""
    rows = told(made, "2026-11-16T09:00")
    assert first_lines(made, "2026-11-16T09:00")[1].startswith("5½ days to go")
    assert "no retinol or acids or scrubs▒" in rows["now"]
    # three days before is Wednesday 14:30
    assert rows["from Wed 14:30"] == "water and a hyaluronic serum, no alcohol"
    assert "pregnant or breastfeeding" in rows["TELL THEM FIRST"]
    assert "DON'T, until" not in rows


def test_when_all_is_over_it_says_so_and_names_the_next_photo(made: Plan) -> None:
    lines = status(made, moment("2026-12-22T09:00"), Screen(width=200)).splitlines()
    assert lines[2] == "All waiting periods are over."
    # Six months after 21 November; from 22 December 150 days, which are five months of 30½ days.
    assert lines[3] == "Next  six-month photo, maintenance session   21 May 2027, in 5 months"
    assert "DON'T, until" not in told(made, "2026-12-22T09:00")


TREATMENTS = [
    Treatment(treated=treated, zone=EXAMPLE.zone, prp=prp, skin_type=skin_type, scars=scars)
    for treated in (TREATED, datetime(2026, 11, 21, 7, 0, tzinfo=UTC), date(2026, 11, 21))
    for prp, skin_type, scars in (
        (False, None, False),
        (True, SkinType.IV, False),
        (True, SkinType.V, True),
        (False, SkinType.II, False),
    )
]


@pytest.mark.parametrize("treatment", TREATMENTS, ids=str)
def test_day_1_fits_a_terminal_of_40_lines_and_80_columns(builtin: Schedule, treatment: Treatment) -> None:
    made = plan(treatment, builtin)
    for hour in range(0, 24, 3):
        text = status(made, moment(f"2026-11-22T{hour:02}:00"), Screen(width=80))
        assert len(text.splitlines()) <= 40


@given(
    treatment=st.sampled_from(TREATMENTS),
    days=st.floats(-30, 60),
    width=st.integers(40, 140),
    unicode=st.booleans(),
)
def test_no_line_is_longer_than_the_screen_and_nothing_open_is_left_out(
    builtin: Schedule, treatment: Treatment, days: float, width: int, unicode: bool
) -> None:
    made = plan(treatment, builtin)
    as_of = TREATED + timedelta(days=days)
    text = status(made, as_of, Screen(width=width, unicode=unicode))
    assert max(map(len, text.splitlines())) <= width
    assert unicode or text.isascii()
    unwrapped = " ".join(text.split())
    begun = as_of >= TREATED
    for window in made.windows:
        if begun and window.kind is Kind.AVOID and where(window, as_of) is not Status.PAST:
            assert window.rule.short in unwrapped
    coloured = status(made, as_of, Screen(width=width, unicode=unicode, colour=True))
    assert "\x1b[" in coloured
    bare = "\n".join(line.rstrip() for line in Text.from_ansi(coloured).plain.splitlines())
    assert bare.strip("\n") == text.strip("\n")


def test_standing_texts_bear_on_what_is_told(made: Plan) -> None:
    for at in MOMENTS.values():
        text = " ".join(status(made, moment(at), Screen(width=80)).split())
        assert "General information, not medical advice" in text
        assert "call your emergency number" in text
        assert ("¹" in text) == ("keep taking it, ask its prescriber" in text)


def test_a_clinics_telephone_is_beside_the_signs(made: Plan) -> None:
    clinic = Clinic(name="Rosengarten Dermatology", telephone="+49 30 123456")
    schedule = replace(made.schedule, clinic=clinic)
    assert told(replace(made, schedule=schedule), "2026-11-22T09:00")["CALL THE CLINIC"].startswith(
        "+49 30 123456: pus"
    )


def test_a_schedule_past_its_review_says_so(made: Plan) -> None:
    assert "review of these rules was due by 2027-11-22" in status(
        made, moment("2027-11-23"), Screen(width=80)
    )
    assert "reviewed" not in status(made, moment("2027-11-22"), Screen(width=80))


# Through the installed program --------------------------------------------------------------------


def test_nothing_saved_says_how_to_begin() -> None:
    result = needlecare("status")
    assert (result.code, result.out) == (2, "")
    for word in ("needlecare plan WHEN --save", "--treated WHEN"):
        assert word in result.err


def test_a_treatment_may_be_given_and_another_day_looked_at() -> None:
    result = needlecare("status", *WHEN, "--as-of", "2026-11-22T09:00")
    assert (result.code, result.err) == (0, "")
    assert (
        result.out.splitlines()[1]
        == "Day 1 of 30 ━●━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  Sun 22 Nov, 09:00"
    )
    assert "\x1b" not in result.out


def test_json_holds_what_the_page_holds() -> None:
    document = json.loads(needlecare("status", *WHEN, "--as-of", "2026-11-22T09:00", "--json").out)
    assert document["needlecare"]["format"] == 1
    assert document["as_of"] == "2026-11-22T09:00:00+01:00"
    # Sunday 14:30: a day after the treatment
    assert document["next"]["at"] == "2026-11-22T14:30:00+01:00"
    names = [window["rule"] for window in document["next"]["windows"]]
    assert names == ["unapproved-products", "sunscreen", "friction", "touching"]
    assert [window["rule"] for window in document["just_ended"]] == ["wash-face"]
    assert {"shade", "drink-water"} <= {window["rule"] for window in document["do"]}
    assert {window["status"] for window in document["normal"]} == {"active"}
    assert {"infection", "rash", "pigment", "allergy"} == {window["rule"] for window in document["warnings"]}
    assert document["checklist"] == document["before"] == []


@pytest.mark.parametrize("command", [["can", "swim"], ["status", "--json"], ["saved", "--json"]])
def test_rich_is_not_loaded_where_it_is_not_used(command: list[str]) -> None:
    code = (
        "import sys; from needlecare.cli.app import run; run(sys.argv[1:]); "
        "print([name for name in ('rich', 'ics') if name in sys.modules], file=sys.stderr)"
    )
    treated = [] if command[0] == "saved" else WHEN
    done = subprocess.run(
        [sys.executable, "-c", code, *command, *treated],
        capture_output=True,
        text=True,
        check=True,
        env=environment(),
    )
    assert done.stderr.splitlines()[-1] == "[]"
