"""Per-visit overrides: the clinic's word for one treatment in place of what sources say: design, section 5.

Expected moments were worked out by hand. The treatment is on Saturday 21 November
2026 at 14:30 in Berlin, which is 13:30 in UTC; the clocks don't change nearby.
"""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from examples import EXAMPLE, treatment, treatments
from needlecare.errors import UsageError
from needlecare.model import CLINIC_WORD, Kind, Override, Plan, Schedule, Source, Treatment, Window
from needlecare.plan.combine import placed_recommendations, plan
from needlecare.plan.course import course
from needlecare.plan.overrides import checked_overrides, parse_overrides
from needlecare.rules.load import read_schedule
from needlecare.time.offsets import parse_offset
from small_rules import HEAD

RULES = (
    HEAD
    + """
[sources]
a = { tier = 1, title = "A" }
b = { tier = 2, title = "B" }

[rules.wash]
kind = "avoid"
title = "No washing"
short = "washing"
advice = "x"
why = "x"
then = "x"
recommendations = [{ source = "a", statement = "x", start = "P0D", end = "PT18H" }]

[rules.makeup]
kind = "avoid"
after = "wash"
title = "No makeup"
short = "makeup"
advice = "x"
why = "x"
then = "x"
recommendations = [
  { source = "a", statement = "x", start = "P0D", end = "PT24H" },
  { source = "b", statement = "x", start = "P0D", end = "PT48H" },
  { source = "b", statement = "x", start = "P0D", end = "P9D", applies = "prp" },
]

[rules.prp-only]
kind = "avoid"
title = "Nothing cold"
short = "cold"
advice = "x"
why = "x"
then = "x"
recommendations = [{ source = "a", statement = "x", start = "P0D", end = "P2D", applies = "prp" }]

[rules.moisturise]
kind = "do"
title = "Moisturise"
short = "moisturise"
advice = "x"
why = "x"
recommendations = [{ source = "a", statement = "x", start = "P1D", end = "P14D" }]

[rules.retinol]
kind = "prepare"
title = "No retinol before"
short = "no retinol"
advice = "x"
why = "x"
recommendations = [
  { source = "a", statement = "x", start = "-P5D", end = "P0D" },
  { source = "b", statement = "x", start = "-P7D", end = "P0D" },
]

[rules.drink]
kind = "do"
title = "Drink water"
short = "drink"
advice = "x"
why = "x"
recommendations = [
  { source = "a", statement = "x", start = "P2D", end = "P5D" },
  { source = "b", statement = "x", start = "P1D", end = "P9D" },
]

[rules.smoke]
kind = "prepare"
title = "No smoking before"
short = "no smoking"
advice = "x"
why = "x"
recommendations = [
  { source = "a", statement = "x", start = "-P7D", end = "-P1D" },
  { source = "b", statement = "x", start = "-P5D", end = "-P2D" },
]

[rules.redness]
kind = "expect"
title = "Redness"
short = "redness"
advice = "x"
why = "x"
recommendations = [{ source = "a", statement = "x", start = "P0D", end = "P3D" }]
"""
).encode()
SMALL = read_schedule(RULES, file="small.toml")
PLAIN = treatment("2026-11-21T14:30+01:00")


def planned(overrides: str, *, prp: bool = False, schedule: Schedule = SMALL) -> Plan:
    return plan(replace(PLAIN, prp=prp, overrides=parse_overrides(overrides, schedule)), schedule)


def window_of(a_plan: Plan, rule: str) -> Window:
    (found,) = (window for window in a_plan.windows if window.rule.id == rule)
    return found


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("override", "prp", "start", "end"),
    [
        ("makeup=PT72H", False, "2026-11-21T13:30", "2026-11-24T13:30"),
        ("makeup=P3D", False, "2026-11-21T13:30", "2026-11-24T13:30"),
        ("makeup=P3D", True, "2026-11-21T13:30", "2026-11-24T13:30"),  # the nine days with PRP as well
        ("makeup=PT20H", False, "2026-11-21T13:30", "2026-11-22T09:30"),
        ("makeup=P1D@08:00", False, "2026-11-21T13:30", "2026-11-22T07:30"),  # after wash, 18 h: see below
        ("makeup=PT6H", False, "2026-11-21T13:30", "2026-11-22T07:30"),  # waits for wash: 13:30 and 18 h
        ("wash=PT30H", False, "2026-11-21T13:30", "2026-11-22T19:30"),
        ("moisturise=P20D", False, "2026-11-22T13:30", "2026-12-11T13:30"),  # the start stays a day after
        (
            "drink=P20D",
            False,
            "2026-11-22T13:30",
            "2026-12-11T13:30",
        ),  # the earlier of two starts, one day after
        ("retinol=P10D", False, "2026-11-11T13:30", "2026-11-21T13:30"),
        (
            "smoke=P10D",
            False,
            "2026-11-11T13:30",
            "2026-11-20T13:30",
        ),  # the later of two ends, one day before
        ("retinol=-P10D", False, "2026-11-11T13:30", "2026-11-21T13:30"),  # as a rule file writes it
        ("retinol=P2W", False, "2026-11-07T13:30", "2026-11-21T13:30"),
        ("prp-only=P1D", False, "2026-11-21T13:30", "2026-11-22T13:30"),  # no source speaks of it here
    ],
)
def test_the_clinics_word_sets_the_end_or_the_start_of_a_preparation(
    override: str, prp: bool, start: str, end: str
) -> None:
    window = window_of(planned(override, prp=prp), override.partition("=")[0])
    assert (window.start, window.end) == (utc(start), utc(end))
    assert window.governed_by == CLINIC_WORD
    assert window.overridden


def test_the_clinic_does_not_differ_with_itself() -> None:
    made = planned("makeup=PT72H; retinol=P10D")
    makeup, retinol = window_of(made, "makeup"), window_of(made, "retinol")
    assert makeup.earliest_end == makeup.end
    assert retinol.latest_start == retinol.start


def test_other_rules_stay_as_they_are_and_what_waits_for_an_overridden_rule_waits_longer() -> None:
    without, made = planned(""), planned("wash=P5D")
    assert window_of(made, "makeup").end == utc("2026-11-26T13:30")  # five days
    assert window_of(made, "makeup").delayed_by == "wash"
    assert window_of(made, "makeup").governed_by == "b"  # its own sources still stand
    for rule in ("moisturise", "retinol", "redness"):
        assert window_of(made, rule) == window_of(without, rule)


def test_what_the_sources_say_stays_and_is_set_aside() -> None:
    made = planned("makeup=PT72H")
    ours, *others = placed_recommendations(window_of(made, "makeup").rule, made)
    assert (ours.recommendation.source, ours.recommendation.statement) == (
        CLINIC_WORD,
        "72 hours after this treatment",
    )
    assert ours.counted
    assert [one.recommendation.source for one in others] == ["a", "b", "b"]
    assert not any(one.counted for one in others)
    assert {one.recommendation.set_aside for one in others} == {
        "your clinic said otherwise for this treatment"
    }
    own = Source(key=CLINIC_WORD, tier=2, title="Your clinic's word for this treatment", own=True)
    assert made.schedule.sources[CLINIC_WORD] == own
    assert CLINIC_WORD not in SMALL.sources


@pytest.mark.parametrize(
    ("override", "prp", "shorter"),
    [
        ("makeup=PT72H", False, False),
        ("makeup=PT30H", False, False),  # longer than 24 hours, which one source says
        ("makeup=PT24H", False, False),  # as long as the shortest
        ("makeup=PT20H", False, True),
        ("makeup=PT6H", True, True),
        ("retinol=P6D", False, False),
        ("retinol=P5D", False, False),
        ("retinol=P4D", False, True),
        ("moisturise=P13D", False, True),
        ("prp-only=PT1H", False, False),  # without PRP no source counts
        ("prp-only=PT1H", True, True),
    ],
)
def test_a_wait_shorter_than_every_source_that_counts_is_pointed_out(
    override: str, prp: bool, shorter: bool
) -> None:
    rule = override.partition("=")[0]
    notes = [(note.code, note.rule) for note in planned(override, prp=prp).notes]
    assert ("override", rule) in notes
    assert (("override-shorter", rule) in notes) is shorter


def test_an_override_counts_even_if_other_sources_are_followed() -> None:
    made = plan(replace(PLAIN, overrides=parse_overrides("makeup=PT72H", SMALL)), SMALL, follow=["a"])
    assert window_of(made, "makeup").end == utc("2026-11-24T13:30")
    assert window_of(made, "wash").end == utc("2026-11-22T07:30")


def test_with_a_date_alone_the_safe_hours_count() -> None:
    date_only = treatment("2026-11-21", overrides=parse_overrides("makeup=PT72H; retinol=P10D", SMALL))
    made = plan(date_only, SMALL)
    # the 21st ends at 23:00 in UTC, and 72 hours follow; ten days before it begins is the 11th, 00:00
    assert window_of(made, "makeup").end == utc("2026-11-24T23:00")
    assert window_of(made, "retinol").start == utc("2026-11-10T23:00")


def test_an_override_applies_to_every_session_of_a_course() -> None:
    first = replace(PLAIN, overrides=parse_overrides("makeup=PT72H", SMALL))
    ends = [window_of(session.plan, "makeup").end for session in course(first, SMALL).sessions]
    assert ends == [utc("2026-11-24T13:30"), utc("2026-12-22T13:30"), utc("2027-01-19T13:30")]


def test_a_rule_that_the_schedule_does_not_have_changes_nothing() -> None:
    unknown = Override(rule="gone", offset=parse_offset("P3D"))
    assert plan(replace(PLAIN, overrides=(unknown,)), SMALL).windows == plan(PLAIN, SMALL).windows


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  ", []),
        ("makeup=PT72H", [("makeup", "PT72H")]),
        ("makeup = PT72H ;; wash=P1D;", [("makeup", "PT72H"), ("wash", "P1D")]),
        ("retinol=P7D", [("retinol", "-P7D")]),
        ("retinol=-P7D\nmakeup=P2D", [("retinol", "-P7D"), ("makeup", "P2D")]),
    ],
)
def test_a_cell_may_have_any_number_of_overrides(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(one.rule, one.offset.text) for one in parse_overrides(text, SMALL)] == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("makeup", '"makeup" is not an override; write a rule and how long, such as makeup=PT72H'),
        ("makeup=", '"makeup=" is not an override'),
        ("=PT72H", '"=PT72H" is not an override'),
        ("makup=PT72H", 'unknown rule "makup"; did you mean "makeup"?'),
        ("makeup=2 days", 'makeup: "2 days" is not a duration; write "P2D" or "PT48H"'),
        ("makeup=72", 'makeup: "72" is not a duration'),
        ("makeup=-P2D", 'makeup: "-P2D" is not how long after the treatment'),
        ("makeup=PT0H", 'makeup: "PT0H" is not how long after the treatment'),
        ("retinol=PT0H", 'retinol: "PT0H" is not how long before the treatment'),
        ("retinol=+P2D", 'retinol: "+P2D" is not how long before the treatment'),
        ("redness=P2D", '"redness" is of kind expect; you can only override avoid, do and prepare rules'),
        ("makeup=P2D;makeup=P3D", "makeup is overridden twice; give it once"),
    ],
)
def test_anything_else_is_refused_with_what_to_write(text: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_overrides(text, SMALL)
    assert said in str(refused.value)
    assert refused.value.code == "override"


STATEMENTS = {
    "P1D": "1 day",
    "P2D": "2 days",
    "P1M": "1 month",
    "P2W": "14 days",
    "PT1H": "1 hour",
    "PT72H": "72 hours",
    "PT90M": "1 hour and 30 minutes",
    "PT61S": "1 minute and 1 second",
    "P1D@08:00": "1 day, at 08:00",
}


@pytest.mark.parametrize("duration", STATEMENTS)
def test_the_clinics_word_is_stated_in_words(duration: str) -> None:
    ours = window_of(planned(f"makeup={duration}"), "makeup").rule.recommendations[0]
    assert ours.statement == f"{STATEMENTS[duration]} after this treatment"
    before = window_of(planned("retinol=P1D"), "retinol").rule.recommendations[0]
    assert before.statement == "1 day before this treatment"


@given(treatments(), st.data())
def test_an_override_moves_one_window_and_what_waits_for_it_and_nothing_else(
    a_treatment: Treatment, data: st.DataObject
) -> None:
    """A law: what does not wait for an overridden rule is as it would be without."""
    schedule = SMALL
    names = [rule.id for rule in schedule.rules.values() if rule.kind is not Kind.EXPECT]
    name = data.draw(st.sampled_from(names))
    hours = data.draw(st.integers(1, 2000))
    overrides = checked_overrides([f"{name}=PT{hours}H"], schedule)
    before = plan(a_treatment, schedule)
    after = plan(replace(a_treatment, overrides=overrides), schedule)
    assert window_of(after, name).overridden
    waiting = {rule.id for rule in schedule.rules.values() if rule.after == name}
    for window in before.windows:
        if window.rule.id != name and window.rule.id not in waiting:
            assert window_of(after, window.rule.id) == window
        elif window.rule.id in waiting:
            first = window_of(after, name).end
            second = window_of(after, window.rule.id).end
            assert first is not None
            assert second is not None
            assert second >= first


def test_the_built_in_schedule_can_be_overridden(builtin: Schedule) -> None:
    made = plan(replace(EXAMPLE, overrides=parse_overrides("makeup=PT72H; heat=P5D", builtin)), builtin)
    assert window_of(made, "makeup").end == utc("2026-11-24T13:30")
    assert window_of(made, "heat").end == utc("2026-11-26T13:30")
