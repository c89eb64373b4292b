"""How recommendations combine into a plan: design section 5, sums by hand, and its laws."""

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from needlecare.errors import ScheduleError, UsageError
from needlecare.model import (
    Applicability,
    AvoidWindow,
    ClaimPart,
    Condition,
    Kind,
    Offset,
    Plan,
    PrepareWindow,
    Recommendation,
    Rule,
    Schedule,
    SkinType,
    Status,
    TimedWindow,
    Treatment,
    Window,
)
from needlecare.plan.combine import begins, notes_at, placed_recommendations, plan, status_at
from needlecare.rules.load import read_schedule
from needlecare.time.offsets import parse_offset
from needlecare.time.zones import first_moment, local
from small_rules import HEAD

BERLIN = ZoneInfo("Europe/Berlin")
GMT = ZoneInfo("Etc/UTC")  # a zone without clock changes, for plain sums


def moment(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    """Return the moment (UTC) of a local time that exists once."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def windows(a_plan: Plan, kind: Kind | None = None) -> dict[str, Window]:
    every = (*a_plan.windows, *a_plan.checklist, *a_plan.warnings)
    return {window.rule.id: window for window in every if kind in {None, window.kind}}


# Small schedules ----------------------------------------------------------------------------------

SOURCED = (
    HEAD
    + """\
[sources]
a = { tier = 1, title = "A" }
b = { tier = 2, title = "B" }
c = { tier = 3, title = "C" }
"""
)


def says(
    source: str,
    start: str | None = None,
    end: str | None = None,
    *,
    earliest: str | None = None,
    when: Condition = Condition.ALL,
    ours: frozenset[ClaimPart] = frozenset(),
    set_aside: str | None = None,
) -> Recommendation:
    """Return what a source says, with offsets as a rule file writes them."""
    offsets = [None if text is None else parse_offset(text) for text in (start, end, earliest)]
    return Recommendation(
        claim="",  # the file numbers them
        source=source,
        statement=f"{source} says so",
        start=offsets[0],
        end=offsets[1],
        earliest=offsets[2],
        condition=when,
        ours=ours,
        set_aside=set_aside,
    )


def rule(name: str, kind: Kind, *said: Recommendation, after: str | None = None) -> Rule:
    then = "fine again" if kind is Kind.AVOID else None
    return Rule(
        id=name,
        kind=kind,
        title=f"Title {name}",
        short=f"short {name}",
        advice=f"Advice {name}.",
        why=f"Why {name}.",
        then=then,
        after=after,
        recommendations=said,
    )


def in_a_file(rules: Sequence[Rule]) -> Schedule:
    """Return the rules as a schedule that went through the checks of a rule file."""
    lines = [SOURCED]
    for one in rules:
        lines.append(f"[rules.{one.id}]")
        texts = {
            key: getattr(one, key) for key in ("kind", "title", "short", "advice", "why", "then", "after")
        }
        lines.extend(f"{key} = {json.dumps(value)}" for key, value in texts.items() if value)
        for said in one.recommendations:
            offsets = {"start": said.start, "end": said.end, "earliest": said.earliest}
            fields: dict[str, object] = {"source": said.source, "statement": said.statement}
            fields |= {key: offset.text for key, offset in offsets.items() if offset}
            fields |= {"applies": said.condition, "ours": sorted(said.ours)}
            fields |= {"set_aside": said.set_aside} if said.set_aside else {}
            lines.append(f"[[rules.{one.id}.recommendations]]")
            lines.extend(f"{key} = {json.dumps(value)}" for key, value in fields.items())
    return read_schedule("\n".join(lines).encode(), file="small.toml")


# The picture of design section 8 ------------------------------------------------------------------

# Saturday 21 November 2026, 14:30 in Berlin, with PRP, skin type IV. No clock change until 28 March.
# Day numbers: 21 Nov + 7 = 28 Nov, + 9 = 30 Nov, + 10 = 1 Dec, + 14 = 5 Dec, + 28 = 19 Dec,
# + 1 month = 21 Dec, + 42 = 2 Jan.
PICTURE = Treatment(treated=moment("2026-11-21 14:30"), zone=BERLIN, prp=True, skin_type=SkinType.IV)

AVOID = [
    # rule, earliest_end, end, governed by
    # 4 h = Sat 18:30; with PRP midnight, Sun 08:00 or 12 h = Sun 02:30: the first of these is later
    ("wash-face", "2026-11-22 00:00", "2026-11-22 08:00", "vitality"),
    # 24 h, for one source 4 h = Sat 18:30, but not before the first wash on Sun 08:00
    ("unapproved-products", "2026-11-22 08:00", "2026-11-22 14:30", "photo-guide"),
    # 24 h or 48 h; with PRP 48 h: the later of 24 h and 48 h leaves nothing to differ
    ("makeup", "2026-11-23 14:30", "2026-11-23 14:30", "roller-blog"),
    # 4 h or 24 h, but not before the first wash
    ("sunscreen", "2026-11-22 08:00", "2026-11-22 14:30", "desert-sage"),
    # 48 h, 3, 7, 10, 14 days; 28 days for types IV to VI by our own reading, which is never certain
    ("direct-sun", "2026-11-23 14:30", "2026-12-19 14:30", "ramco"),
    # 48 h, 3 days, midnight that starts day 7; with PRP 5 days = 26 Nov
    ("exercise", "2026-11-26 14:30", "2026-11-28 00:00", "desert-sage"),
    ("heat", "2026-11-26 14:30", "2026-11-28 00:00", "desert-sage"),
    # 2-3, 4-5, 5 days; two end on 26 Nov, and the one named first governs
    ("swimming", "2026-11-23 14:30", "2026-11-26 14:30", "wake"),
    ("exfoliants", "2026-11-28 14:30", "2026-11-28 14:30", "patient-guide"),
    ("usual-products", "2026-11-26 14:30", "2026-11-28 14:30", "roller-blog"),  # 5-7 days
    ("retinoids", "2026-11-28 14:30", "2026-12-05 14:30", "golden-coast"),  # 7 or 14 days
    ("vitamin-c", "2026-11-28 14:30", "2026-11-28 14:30", "city-laser"),
    ("alcohol-toner", "2026-12-01 14:30", "2026-12-05 14:30", "dermapen"),  # 10-14 days
    ("picking", "2026-11-28 14:30", "2026-11-28 14:30", "roller-blog"),
    # 14 days for all, 7 with PRP: the option does not loosen it
    ("nsaids", "2026-12-05 14:30", "2026-12-05 14:30", "desert-sage"),
    # 24 h for all, 3 days with PRP
    ("alcohol", "2026-11-24 14:30", "2026-11-24 14:30", "vampire-sheet"),
    ("smoking", "2026-11-24 14:30", "2026-11-24 14:30", "vampire-sheet"),
    ("hair-removal", "2026-11-23 14:30", "2026-11-28 14:30", "aeterna"),  # 2-3 or 5-7 days
    ("facial-brush", "2026-11-27 14:30", "2026-11-28 00:00", "dermatique"),  # day 6, or all of it
    ("friction", "2026-11-22 14:30", "2026-11-22 14:30", "dermatique"),
    ("touching", "2026-11-22 14:30", "2026-11-22 14:30", "exceed-ifu"),
    ("injectables", "2026-12-05 14:30", "2026-12-05 14:30", "renajo"),
    ("laser-peel", "2026-12-21 14:30", "2026-12-21 14:30", "luxela"),  # a month
]


@pytest.mark.parametrize(("name", "earliest_end", "end", "source"), AVOID, ids=[row[0] for row in AVOID])
def test_the_picture_says_until_when_each_thing_is_avoided(
    schedule_v1: Schedule, name: str, earliest_end: str, end: str, source: str
) -> None:
    window = windows(plan(PICTURE, schedule_v1))[name]
    assert window.start == PICTURE.treated
    assert window.earliest_end == moment(earliest_end)
    assert window.end == moment(end)
    assert window.governed_by == source


OTHERS = [
    # rule, start, latest_start or earliest_end, end, governed by
    # Before: latest_start is the least strict reading of the stricter group
    ("actives", "2026-11-14 14:30", "2026-11-20 14:30", "2026-11-21 14:30", "photo-guide"),  # 7 d ... 24 h
    ("hydrate", "2026-11-18 14:30", "2026-11-18 14:30", "2026-11-21 14:30", "photo-guide"),
    ("pigment-prep", "2026-10-31 14:30", "2026-10-31 14:30", "2026-11-21 14:30", "photo-guide"),  # 21 days
    ("sun-before", "2026-11-07 14:30", "2026-11-21 02:30", "2026-11-21 14:30", "renajo"),  # 14 days ... 12 h
    ("antihistamines", "2026-11-20 14:30", "2026-11-20 14:30", "2026-11-21 14:30", "roller-blog"),
    ("nsaids-before", "2026-11-14 14:30", "2026-11-14 14:30", "2026-11-21 14:30", "renewme"),  # PRP: 7 days
    ("alcohol-before", "2026-11-18 14:30", "2026-11-18 14:30", "2026-11-21 14:30", "vampire-sheet"),
    ("hair-removal-before", "2026-11-14 14:30", "2026-11-14 14:30", "2026-11-21 14:30", "aeterna"),
    ("ipl-laser-before", "2026-11-07 14:30", "2026-11-07 14:30", "2026-11-21 14:30", "aeterna"),
    ("botulinum-before", "2026-11-07 14:30", "2026-11-07 14:30", "2026-11-21 14:30", "renajo"),
    # six months before is 14:30 of summer time; the other source says two weeks
    ("filler-before", "2026-05-21 14:30", "2026-11-07 14:30", "2026-11-21 14:30", "exceed-ifu"),
    ("cold-sores", "2026-11-14 14:30", "2026-11-14 14:30", "2026-11-21 14:30", "aeterna"),
    ("clean-face", "2026-11-21 00:00", "2026-11-21 00:00", "2026-11-21 14:30", "patient-guide"),
    ("baseline-photo", "2026-11-21 00:00", "2026-11-21 00:00", "2026-11-21 14:30", "skinpen-trial"),
    # The checklist
    ("isotretinoin", "2026-05-21 14:30", None, "2026-11-21 14:30", "roller-blog"),
    ("pregnancy", None, None, None, None),
    ("active-acne", None, None, None, None),
    ("skin-infection", None, None, None, None),
    ("medical", None, None, None, None),
    # To do: first start, last end
    ("lukewarm-wash", "2026-11-22 08:00", None, "2026-11-24 14:30", "patient-guide"),  # waits for the wash
    ("gentle-products", "2026-11-22 14:30", None, "2026-11-28 14:30", "patient-guide"),
    ("prescribed-products", "2026-11-21 14:30", None, "2026-11-28 14:30", "patient-guide"),
    ("moisturise", "2026-11-22 14:30", None, "2026-11-30 14:30", "clinic-diary"),
    ("hyaluronic", "2026-11-22 14:30", None, "2026-11-28 14:30", "bh-skin"),
    ("sunscreen-daily", "2026-11-22 14:30", None, "2026-12-19 14:30", "photo-guide"),
    ("shade", "2026-11-21 14:30", None, "2026-11-28 14:30", "clinic-diary"),
    ("drink-water", "2026-11-21 14:30", None, "2026-11-28 14:30", "patient-guide"),
    ("pain-relief", "2026-11-21 14:30", None, "2026-11-24 14:30", "patient-guide"),
    ("clean-pillowcase", "2026-11-21 14:30", None, "2026-11-24 14:30", "wake"),
    # The normal course: "for some by" the first end
    ("redness", "2026-11-21 14:30", "2026-11-23 14:30", "2026-11-28 14:30", "clinic-diary"),  # 48 h ... 7 d
    ("swelling-peak", "2026-11-22 14:30", "2026-11-23 14:30", "2026-11-23 14:30", "dermapen"),
    ("swelling", "2026-11-21 14:30", "2026-11-22 14:30", "2026-11-28 14:30", "vitality"),  # 1-7 days
    ("pinpoint-bleeding", "2026-11-21 14:30", "2026-11-28 14:30", "2026-12-01 14:30", "desert-sage"),
    ("tightness", "2026-11-21 14:30", "2026-11-24 14:30", "2026-11-30 14:30", "clinic-diary"),
    # "the day after" has no end, and counts as a start all the same
    ("peeling", "2026-11-22 14:30", "2026-11-28 14:30", "2026-11-28 14:30", "roller-blog"),
    ("honeymoon", "2026-11-22 14:30", "2026-11-28 14:30", "2026-11-28 14:30", "photo-guide"),
    ("remodelling", "2026-12-19 14:30", "2027-05-21 14:30", "2027-05-21 14:30", "photo-guide"),
    ("first-results", "2026-12-05 14:30", "2026-12-19 14:30", "2026-12-19 14:30", "roller-blog"),
    ("best-results", "2027-02-21 14:30", "2027-05-21 14:30", "2027-05-21 14:30", "clinic-diary"),
    # Milestones: whole local days
    ("photo-one-month", "2026-12-21 00:00", None, "2026-12-22 00:00", "skinpen-trial"),
    ("photo-six-months", "2027-05-21 00:00", None, "2027-05-22 00:00", "skinpen-trial"),
    ("next-session", "2026-12-19 00:00", None, "2026-12-22 00:00", "patient-guide"),  # 28 days to a month
    ("maintenance", "2027-05-21 00:00", None, "2027-11-22 00:00", "patient-guide"),  # 6 to 12 months
    # Warning signs
    ("infection", None, None, None, None),
    ("growing", "2026-11-23 14:30", None, None, "chu-2021"),  # after 48 hours
    ("not-settled", "2026-11-28 14:30", None, None, "chu-2021"),  # by day 7
    ("rash", None, None, None, None),
    ("pigment", None, None, None, None),
    ("allergy", None, None, None, None),
]


@pytest.mark.parametrize(
    ("name", "edges", "source"),
    [(row[0], row[1:4], row[4]) for row in OTHERS],
    ids=[row[0] for row in OTHERS],
)
def test_the_picture_says_from_when_to_when_the_other_kinds_hold(
    schedule_v1: Schedule, name: str, edges: Sequence[str | None], source: str | None
) -> None:
    window = windows(plan(PICTURE, schedule_v1))[name]
    middle = window.latest_start if window.kind is Kind.PREPARE else window.earliest_end
    assert [window.start, middle, window.end] == [moment(text) if text else None for text in edges]
    assert window.governed_by == source


NOTED = {  # what takes part without a number that counts is a note
    *("disclose", "vet-provider", "barrier-recovery", "prp-effect", "pigment-risk", "melasma"),
}


def test_the_picture_holds_every_rule_once_as_a_window_or_a_note(schedule_v1: Schedule) -> None:
    picture = plan(PICTURE, schedule_v1)
    assert set(windows(picture)) == {row[0] for row in AVOID} | {row[0] for row in OTHERS}
    assert [(note.code, note.rule) for note in picture.notes] == [
        ("no-window", rule_id) for rule_id in schedule_v1.rules if rule_id in NOTED
    ]
    assert set(windows(picture)) | NOTED == set(schedule_v1.rules)


def test_windows_and_lists_are_in_the_order_of_the_schedule(schedule_v1: Schedule) -> None:
    picture = plan(PICTURE, schedule_v1)
    ids = list(schedule_v1.rules)
    for row in (picture.windows, picture.checklist, picture.warnings):
        assert [w.rule.id for w in row] == sorted((w.rule.id for w in row), key=ids.index)
    assert {window.kind for window in picture.checklist} == {Kind.CONTRAINDICATION}
    assert {window.kind for window in picture.warnings} == {Kind.WARNING}


def test_a_note_without_a_window_gives_the_advice(schedule_v1: Schedule) -> None:
    notes = {note.rule: note.text for note in plan(PICTURE, schedule_v1).notes}
    assert notes["melasma"] == schedule_v1.rules["melasma"].advice


def test_a_window_names_the_rule_that_pushed_it_back(schedule_v1: Schedule) -> None:
    found = windows(plan(PICTURE, schedule_v1))
    assert found["lukewarm-wash"].delayed_by == "wash-face"  # from Sat 18:30 to Sun 08:00
    assert found["gentle-products"].delayed_by is None  # 24 hours is when the other ends
    assert found["sunscreen"].delayed_by is None  # ends later than the wash anyway


# What the options of a treatment change -----------------------------------------------------------

SATURDAY = moment("2026-11-21 14:30")
PLAIN = Treatment(treated=SATURDAY, zone=BERLIN)
DATE_ONLY = Treatment(treated=date(2026, 11, 21), zone=BERLIN)

OPTIONS = [
    # rule, treatment, start, earliest_end, end
    # Without PRP only the unconditional sources count
    ("wash-face", PLAIN, "2026-11-21 14:30", "2026-11-21 18:30", "2026-11-21 18:30"),
    ("makeup", PLAIN, "2026-11-21 14:30", "2026-11-22 14:30", "2026-11-23 14:30"),
    ("exercise", PLAIN, "2026-11-21 14:30", "2026-11-23 14:30", "2026-11-28 00:00"),
    ("alcohol", PLAIN, "2026-11-21 14:30", "2026-11-22 14:30", "2026-11-22 14:30"),
    # The sun: 28 days for types IV-VI and for a type that is not known, else 14
    ("direct-sun", PLAIN, "2026-11-21 14:30", "2026-11-23 14:30", "2026-12-19 14:30"),
    (
        "direct-sun",
        replace(PLAIN, skin_type=SkinType.III),
        "2026-11-21 14:30",
        "2026-11-23 14:30",
        "2026-12-05 14:30",
    ),
    (
        "direct-sun",
        replace(PLAIN, skin_type=SkinType.IV),
        "2026-11-21 14:30",
        "2026-11-23 14:30",
        "2026-12-19 14:30",
    ),
    # A date only: from its first moment; days end with the day, hours count from the next midnight
    ("makeup", DATE_ONLY, "2026-11-21 00:00", "2026-11-23 00:00", "2026-11-24 00:00"),  # 22 Nov + 24, 48 h
    ("swimming", DATE_ONLY, "2026-11-21 00:00", "2026-11-24 00:00", "2026-11-27 00:00"),  # days 2 and 5 end
    ("exercise", DATE_ONLY, "2026-11-21 00:00", "2026-11-24 00:00", "2026-11-28 00:00"),  # P7D@00:00
    ("facial-brush", DATE_ONLY, "2026-11-21 00:00", "2026-11-28 00:00", "2026-11-28 00:00"),  # day 6 ends
    ("laser-peel", DATE_ONLY, "2026-11-21 00:00", "2026-12-22 00:00", "2026-12-22 00:00"),
    # With PRP 12 hours after the midnight outlast the next 08:00; 4 hours after it come after midnight
    (
        "wash-face",
        replace(DATE_ONLY, prp=True),
        "2026-11-21 00:00",
        "2026-11-22 04:00",
        "2026-11-22 12:00",
    ),
]


@pytest.mark.parametrize(("name", "treatment", "edges"), [(*row[:2], row[2:]) for row in OPTIONS])
def test_an_option_changes_what_counts(
    schedule_v1: Schedule, name: str, treatment: Treatment, edges: Sequence[str]
) -> None:
    window = windows(plan(treatment, schedule_v1))[name]
    assert [window.start, window.earliest_end, window.end] == [moment(text) for text in edges]


@pytest.mark.parametrize(
    ("name", "without"),
    [
        ("smoking", PLAIN),  # asked for with PRP only
        ("swelling", PLAIN),
        ("prp-effect", PLAIN),
        ("pigment-prep", replace(PLAIN, skin_type=SkinType.III)),
        ("pigment-risk", replace(PLAIN, skin_type=SkinType.III)),
        ("pigment-prep", PLAIN),  # an unknown type takes no part in a preparation
    ],
)
def test_a_rule_in_which_nothing_takes_part_is_not_in_the_plan(
    schedule_v1: Schedule, name: str, without: Treatment
) -> None:
    made = plan(without, schedule_v1)
    assert name not in windows(made)
    assert ("no-window", name) not in [(note.code, note.rule) for note in made.notes]


def test_scars_put_the_next_session_off(schedule_v1: Schedule) -> None:
    """42 days after 21 November is 2 January, later than 28 days and than a month."""
    window = windows(plan(replace(PLAIN, scars=True), schedule_v1))["next-session"]
    assert (window.start, window.end) == (moment("2027-01-02 00:00"), moment("2027-01-03 00:00"))
    assert window.governed_by == "nhs-chelwest"


def test_an_unknown_skin_type_is_noted_once_for_each_rule_that_it_affects(schedule_v1: Schedule) -> None:
    made = plan(PLAIN, schedule_v1)
    assert [(note.rule, note.code) for note in made.notes if note.code.startswith("skin")] == [
        ("pigment-prep", "skin-type"),
        ("direct-sun", "skin-type-unknown"),
        ("sunscreen-daily", "skin-type"),
        ("pigment-risk", "skin-type"),
    ]
    texts = {note.rule: note for note in made.notes}
    assert texts["direct-sun"].sooner == moment("2026-12-05 14:30")  # 14 days, without the 28
    # About a medicine the advice speaks, never the bare statement ("prepare with hydroquinone").
    assert texts["pigment-prep"].text.endswith(schedule_v1.rules["pigment-prep"].advice)
    assert "Tinted" in texts["sunscreen-daily"].text


@pytest.mark.parametrize("skin_type", SkinType)
def test_a_known_skin_type_is_not_asked_for(schedule_v1: Schedule, skin_type: SkinType) -> None:
    made = plan(replace(PLAIN, skin_type=skin_type), schedule_v1)
    assert not [note for note in made.notes if note.code.startswith("skin")]


def test_the_note_on_an_unknown_time_comes_first(schedule_v1: Schedule) -> None:
    note = plan(DATE_ONLY, schedule_v1).notes[0]
    assert note.code == "date-only"
    assert "up to a day sooner" in note.text
    assert "date-only" not in {other.code for other in plan(PLAIN, schedule_v1).notes}


# How an avoid window combines ---------------------------------------------------------------------

PRP, SCARS, DARK = Condition.PRP, Condition.SCARS, Condition.DARKER_SKIN
OUR_CONDITION = frozenset({ClaimPart.CONDITION})
NOON = Treatment(treated=moment("2026-06-10 12:00", GMT), zone=GMT)
TYPE_III, TYPE_IV = replace(NOON, skin_type=SkinType.III), replace(NOON, skin_type=SkinType.IV)
WITH_PRP, WITH_SCARS = replace(NOON, prp=True), replace(NOON, scars=True)

COMBINED = [
    # what the sources say, treatment, hours from it: start, earliest_end, end; governed by
    ("one source", [says("a", "P0D", "PT24H")], NOON, (0, 24, 24), "a"),
    ("the last end", [says("a", "P0D", "PT24H"), says("b", "P0D", "PT48H")], NOON, (0, 24, 48), "b"),
    ("the first start", [says("a", "PT2H", "PT24H"), says("b", "PT1H", "PT3H")], NOON, (1, 3, 24), "a"),
    ("a tie goes to the first", [says("b", "P0D", "P1D"), says("a", "P0D", "PT24H")], NOON, (0, 24, 24), "b"),
    ("its own range", [says("a", "P0D", "P5D", earliest="P3D")], NOON, (0, 72, 120), "a"),
    ("no number", [says("a", "P0D", "PT24H"), says("b", "P0D"), says("c")], NOON, (0, 24, 24), "a"),
    ("an end alone", [says("a", "P0D", "PT24H"), says("b", end="P9D")], NOON, (0, 24, 24), "a"),
    (
        "set aside",
        [says("a", "P0D", "PT24H"), says("b", "P0D", "P9D", set_aside="an outlier")],
        NOON,
        (0, 24, 24),
        "a",
    ),
    ("not its case", [says("a", "P0D", "PT24H"), says("b", "P0D", "P2D", when=PRP)], NOON, (0, 24, 24), "a"),
    (
        "stricter with PRP",
        [says("a", "P0D", "P1D"), says("b", "P0D", "P2D", when=PRP)],
        WITH_PRP,
        (0, 48, 48),
        "b",
    ),
    (
        "less strict with PRP",
        [says("a", "P0D", "P2D"), says("b", "P0D", "P1D", when=PRP)],
        WITH_PRP,
        (0, 48, 48),
        "a",
    ),
    (
        "a range with PRP",
        [says("a", "P0D", "P1D"), says("b", "P0D", "P4D", earliest="P2D", when=PRP)],
        WITH_PRP,
        (0, 48, 96),
        "b",
    ),
    (
        "the least strict of those with PRP, not of all",
        [says("a", "P0D", "P1D"), says("b", "P0D", "P2D", when=PRP), says("c", "P0D", "P3D", when=PRP)],
        WITH_PRP,
        (0, 48, 72),
        "c",
    ),
    (
        "scars do not loosen what PRP asks for",  # with PRP alone nobody differs before 48 hours
        [says("a", "P0D", "P1D"), says("b", "P0D", "P2D", when=PRP), says("c", "P0D", "PT36H", when=SCARS)],
        replace(WITH_PRP, scars=True),
        (0, 48, 48),
        "b",
    ),
    ("with PRP only", [says("a", "P0D", "P3D", earliest="P2D", when=PRP)], WITH_PRP, (0, 48, 72), "a"),
    ("skin IV", [says("a", "P0D", "P1D"), says("b", "P0D", "P3D", when=DARK)], TYPE_IV, (0, 72, 72), "b"),
    ("skin III", [says("a", "P0D", "P1D"), says("b", "P0D", "P3D", when=DARK)], TYPE_III, (0, 24, 24), "a"),
    (
        "an unknown skin type counts, but is not certain",
        [says("a", "P0D", "P1D"), says("b", "P0D", "P3D", when=DARK)],
        NOON,
        (0, 24, 72),
        "b",
    ),
    (
        "a condition of ours is never certain",
        [says("a", "P0D", "P1D"), says("b", "P0D", "P3D", when=DARK, ours=OUR_CONDITION)],
        TYPE_IV,
        (0, 24, 72),
        "b",
    ),
    ("nothing certain", [says("a", "P0D", "P3D", earliest="P1D", when=DARK)], NOON, (0, 72, 72), "a"),
    (
        "nothing certain, by our reading",
        [says("a", "P0D", "P3D", earliest="P1D", when=DARK, ours=OUR_CONDITION)],
        TYPE_IV,
        (0, 72, 72),
        "a",
    ),
    (
        "PRP does not loosen what is uncertain",  # without PRP nobody differs before 72 hours
        [says("a", "P0D", "P3D", when=DARK), says("b", "P0D", "P1D", when=PRP)],
        WITH_PRP,
        (0, 72, 72),
        "a",
    ),
    ("no length at all", [says("a", "P0D", "P0D")], NOON, (0, 0, 0), "a"),
]


@pytest.mark.parametrize(
    ("said", "treatment", "hours", "source"), [row[1:] for row in COMBINED], ids=[row[0] for row in COMBINED]
)
def test_every_source_is_satisfied_at_the_end_of_an_avoid_window(
    said: list[Recommendation], treatment: Treatment, hours: tuple[int, int, int], source: str
) -> None:
    window = windows(plan(treatment, in_a_file([rule("x", Kind.AVOID, *said)])))["x"]
    assert isinstance(NOON.treated, datetime)
    assert [window.start, window.earliest_end, window.end] == [
        NOON.treated + timedelta(hours=one) for one in hours
    ]
    assert window.governed_by == source


def test_what_does_not_count_is_listed_all_the_same_with_its_case() -> None:
    said = [
        says("a", "P0D", "PT24H"),
        says("b", "P0D"),  # takes part, and supports the rule
        says("c", "P0D", "P9D", set_aside="an outlier"),
        says("a", "P0D", "P2D", when=PRP),
        says("b", "P0D", "P3D", earliest="P2D", when=DARK),
    ]
    made = plan(NOON, in_a_file([rule("x", Kind.AVOID, *said)]))
    window = windows(made)["x"]
    placed = placed_recommendations(window.rule, made)
    assert [(one.applies, one.counted) for one in window.recommendations] == [
        (one.applies, one.counted) for one in placed
    ]
    assert [(one.applies, one.counted, one.end is not None) for one in placed] == [
        (Applicability.YES, True, True),
        (Applicability.YES, False, False),
        (Applicability.YES, False, False),
        (Applicability.NO, False, False),
        (Applicability.UNKNOWN, True, True),
    ]
    assert window.recommendations[2].recommendation.set_aside == "an outlier"
    assert isinstance(NOON.treated, datetime)
    assert [(one.start, one.earliest) for one in placed if one.counted] == [
        (NOON.treated, None),
        (NOON.treated, NOON.treated + timedelta(days=2)),
    ]


@pytest.mark.parametrize("kind", [Kind.AVOID, Kind.DO, Kind.PREPARE, Kind.EXPECT, Kind.MILESTONE])
def test_a_rule_in_which_nothing_counts_is_a_note(kind: Kind) -> None:
    aside = says("a", "-P1D", "P0D", set_aside="an outlier")
    made = plan(NOON, in_a_file([rule("x", kind, aside, says("b"))]))
    assert windows(made) == {}
    assert [(note.code, note.rule, note.text) for note in made.notes] == [("no-window", "x", "Advice x.")]


@pytest.mark.parametrize("kind", [Kind.CONTRAINDICATION, Kind.WARNING])
def test_the_checklist_and_the_warning_signs_need_no_numbers(kind: Kind) -> None:
    made = plan(NOON, in_a_file([rule("x", kind, says("a"))]))
    window = windows(made)["x"]
    assert (window.start, window.end, window.governed_by) == (None, None, None)
    assert made.windows == ()


# The other kinds ----------------------------------------------------------------------------------

KINDS = [
    # kind, what the sources say, treatment, hours: start, between, end
    (
        "first start, last end",
        Kind.DO,
        [says("a", "PT4H", "P1D"), says("b", "P1D", "P3D")],
        NOON,
        (4, None, 72),
    ),
    (
        "a start alone does not count",
        Kind.DO,
        [says("a", "P1D", "P2D"), says("b", "P0D")],
        NOON,
        (24, None, 48),
    ),
    (
        "an unknown skin type takes no part in what to do",
        Kind.DO,
        [says("a", "P0D", "P1D"), says("b", "P0D", "P3D", when=DARK)],
        NOON,
        (0, None, 24),
    ),
    (
        "a known one does",
        Kind.DO,
        [says("a", "P0D", "P1D"), says("b", "P0D", "P3D", when=DARK)],
        TYPE_IV,
        (0, None, 72),
    ),
    (
        "for some by the first end",
        Kind.EXPECT,
        [says("a", "P0D", "P4D", earliest="P3D"), says("b", "P0D", "P2D"), says("c", "PT1H", "P7D")],
        NOON,
        (0, 48, 168),
    ),
    ("an end alone counts", Kind.EXPECT, [says("a", end="P2D"), says("b", end="P1D")], NOON, (None, 24, 48)),
    ("a start alone counts", Kind.EXPECT, [says("a", "P2D"), says("b", "P1D")], NOON, (24, None, None)),
    (
        "an end before every start is no end before it",
        Kind.EXPECT,
        [says("a", end="P1D"), says("b", "P3D")],
        NOON,
        (72, 72, 72),
    ),
    (
        "before: from the first start, for some later",
        Kind.PREPARE,
        [says("a", "-P7D", "P0D", earliest="-P5D"), says("b", "-P2D", "P0D")],
        NOON,
        (-168, -48, 0),
    ),
    (
        "before: PRP does not loosen it",
        Kind.PREPARE,
        [says("a", "-P7D", "P0D"), says("b", "-P2D", "P0D", when=PRP)],
        WITH_PRP,
        (-168, -168, 0),
    ),
    (
        "before: PRP makes it stricter",
        Kind.PREPARE,
        [says("a", "-P2D", "P0D"), says("b", "-P7D", "P0D", earliest="-P5D", when=PRP)],
        WITH_PRP,
        (-168, -120, 0),
    ),
    (
        "before: a condition of ours is never certain",
        Kind.PREPARE,
        [says("a", "-P2D", "P0D"), says("b", "-P7D", "P0D", when=PRP, ours=OUR_CONDITION)],
        WITH_PRP,
        (-168, -48, 0),
    ),
    (
        "before a date: each start is the first moment of its day",  # 12 hours before noon, 7 and 5 days on
        Kind.PREPARE,
        [says("a", "-P7D", "P0D", earliest="-P5D")],
        replace(NOON, treated=date(2026, 6, 10)),
        (-180, -132, 12),
    ),
    (
        "before: scars do not loosen what is uncertain",  # with PRP alone nobody differs after 7 days
        Kind.PREPARE,
        [says("a", "-P7D", "P0D", when=PRP, ours=OUR_CONDITION), says("b", "-P2D", "P0D", when=SCARS)],
        replace(WITH_PRP, scars=True),
        (-168, -168, 0),
    ),
    (
        "before: the less strict reading of what is certain counts beside what is uncertain",
        Kind.PREPARE,
        [
            says("a", "-P3D", "P0D", when=PRP, ours=OUR_CONDITION),
            says("b", "-P5D", "P0D", earliest="-P2D", when=SCARS),
        ],
        replace(WITH_PRP, scars=True),
        (-120, -72, 0),
    ),
    (
        "before: a start alone does not count",
        Kind.PREPARE,
        [says("a", "-P7D", "P0D"), says("b", "-P9D")],
        NOON,
        (-168, -168, 0),
    ),
    ("before: up to the appointment", Kind.PREPARE, [says("a", "-P7D", "-P1D")], NOON, (-168, -168, -24)),
    ("a warning", Kind.WARNING, [says("a", "P2D"), says("b", "P1D", "P9D")], NOON, (24, None, 216)),
    ("a checklist", Kind.CONTRAINDICATION, [says("a", "-P1D", "P0D")], NOON, (-24, None, 0)),
]


@pytest.mark.parametrize(
    ("kind", "said", "treatment", "hours"), [row[1:] for row in KINDS], ids=[row[0] for row in KINDS]
)
def test_each_kind_combines_in_its_own_way(
    kind: Kind,
    said: list[Recommendation],
    treatment: Treatment,
    hours: tuple[int | None, int | None, int | None],
) -> None:
    window = windows(plan(treatment, in_a_file([rule("x", kind, *said)])))["x"]
    middle = window.latest_start if kind is Kind.PREPARE else window.earliest_end
    assert isinstance(NOON.treated, datetime)
    expected = [None if one is None else NOON.treated + timedelta(hours=one) for one in hours]
    assert [window.start, middle, window.end] == expected


@pytest.mark.parametrize("kind", [Kind.PREPARE, Kind.DO, Kind.EXPECT, Kind.MILESTONE])
def test_an_unknown_skin_type_gives_a_note_and_no_window(kind: Kind) -> None:
    made = plan(NOON, in_a_file([rule("x", kind, says("a", "-P1D", "P0D", when=DARK))]))
    assert windows(made) == {}
    assert [(note.code, note.rule, note.text) for note in made.notes] == [
        ("skin-type", "x", "If your skin is type IV-VI: Advice x.")
    ]


@pytest.mark.parametrize(("medicine", "said"), [(False, "b says so"), (True, "Advice x.")])
def test_for_a_medicine_an_unknown_skin_type_gets_the_advice_and_not_the_bare_statement(
    medicine: bool, said: str
) -> None:
    schedule = in_a_file(
        [rule("x", Kind.DO, says("a", "P0D", "P1D"), says("b", "P0D", "P3D", when=DARK))],
    )
    about = replace(schedule, rules={"x": replace(schedule.rules["x"], medicine=medicine)})
    (note,) = plan(NOON, about).notes
    assert (note.code, note.text) == ("skin-type", f"If your skin is type IV-VI: {said}")


@pytest.mark.parametrize("kind", [Kind.PREPARE, Kind.DO, Kind.EXPECT, Kind.MILESTONE])
def test_what_is_set_aside_is_nothing_to_tell_an_unknown_skin_type(kind: Kind) -> None:
    said = [says("a", "-P1D", "P0D"), says("b", "-P3D", "P0D", when=DARK, set_aside="an outlier")]
    made = plan(NOON, in_a_file([rule("x", kind, *said)]))
    assert "x" in windows(made)
    assert made.notes == ()


MILESTONES = [
    # what the sources say; first day and the day behind the last one, in June 2026 (treated on the 10th, 12:00)
    ("the last start", [says("a", "P4D", "P9D"), says("b", "P6D", "P8D")], ("2026-06-16", "2026-06-20")),
    ("never before the start", [says("a", "P9D"), says("b", "P1D", "P4D")], ("2026-06-19", "2026-06-20")),
    ("one day", [says("a", "P7D", "P7D")], ("2026-06-17", "2026-06-18")),
    ("no end", [says("a", "P7D")], ("2026-06-17", None)),
    ("no start", [says("a", end="P7D")], (None, "2026-06-18")),
    # 12:00 + 36 hours is the midnight that starts the 12th; a minute less is still the 11th
    ("hours to a midnight", [says("a", "PT36H", "PT36H")], ("2026-06-12", "2026-06-13")),
    ("hours to before it", [says("a", "PT35H59M", "PT35H59M")], ("2026-06-11", "2026-06-12")),
]


@pytest.mark.parametrize(
    ("said", "days"), [row[1:] for row in MILESTONES], ids=[row[0] for row in MILESTONES]
)
def test_a_milestone_is_whole_local_days_and_never_too_early(
    said: list[Recommendation], days: tuple[str | None, str | None]
) -> None:
    made = plan(NOON, in_a_file([rule("x", Kind.MILESTONE, *said)]))
    window = windows(made)["x"]
    assert [window.start, window.end] == [None if day is None else moment(day, GMT) for day in days]
    assert made.notes == ()  # nothing to avoid ends sooner for a skin type


@pytest.mark.parametrize("order", [1, -1])
def test_a_source_that_gives_a_start_governs_a_milestone_before_one_that_gives_only_an_end(
    order: int,
) -> None:
    """From 10 June on: four days are the 14th, eight the 18th."""
    said = [says("a", end="P8D"), says("b", "P4D")][::order]
    window = windows(plan(NOON, in_a_file([rule("x", Kind.MILESTONE, *said)])))["x"]
    assert (window.start, window.end) == (moment("2026-06-14", GMT), moment("2026-06-19", GMT))
    assert window.governed_by == "b"


def test_a_milestone_lasts_from_its_earliest_to_its_latest_day() -> None:
    """Twelve hours after some time on the 10th lie between the 10th at noon and the 11th at noon."""
    date_only = replace(NOON, treated=date(2026, 6, 10))
    schedule = in_a_file([rule("x", Kind.MILESTONE, says("a", "PT12H", "PT12H"))])
    window = windows(plan(date_only, schedule))["x"]
    assert window.start == moment("2026-06-10 00:00", GMT)
    assert window.end == moment("2026-06-12 00:00", GMT)


def test_a_milestone_begins_with_its_day_where_the_clocks_skip_midnight() -> None:
    """Sao Paulo, 4 November 2018: the day begins at 01:00 (-02:00). Treated 28 days before."""
    zone = ZoneInfo("America/Sao_Paulo")
    schedule = in_a_file([rule("x", Kind.MILESTONE, says("a", "P28D", "P28D"))])
    for treated in (date(2018, 10, 7), moment("2018-10-07 14:30", zone)):
        window = windows(plan(Treatment(treated=treated, zone=zone), schedule))["x"]
        assert window.start == datetime(2018, 11, 4, 3, tzinfo=UTC)
        assert window.end == datetime(2018, 11, 5, 2, tzinfo=UTC)


# Clock changes: moments are compared, not offsets -------------------------------------------------


@pytest.mark.parametrize(
    ("treated", "source", "end"),
    [
        # The clocks go forward on 29 March 2026: 24 hours end at 15:30, a day at 14:30
        ("2026-03-28 14:30", "hours", "2026-03-29 15:30"),
        # They go back on 25 October 2026: 24 hours end at 13:30, a day at 14:30
        ("2026-10-24 14:30", "days", "2026-10-25 14:30"),
        # On any other day they are equal, and the one named first governs
        ("2026-11-21 14:30", "hours", "2026-11-22 14:30"),
    ],
)
def test_across_a_clock_change_the_longer_of_a_day_and_24_hours_counts(
    treated: str, source: str, end: str
) -> None:
    names = {"hours": "a", "days": "b"}
    schedule = in_a_file([rule("x", Kind.AVOID, says("a", "P0D", "PT24H"), says("b", "P0D", "P1D"))])
    window = windows(plan(Treatment(treated=moment(treated), zone=BERLIN), schedule))["x"]
    assert (window.end, window.governed_by) == (moment(end), names[source])


def test_a_later_reading_of_a_start_that_february_puts_before_it_is_the_start() -> None:
    """From 10 March a month before is 10 February, 30 days before the 8th and 33 days before the 5th."""
    said = [says("a", "-P1M", "P0D", earliest="-P30D"), says("b", "-P33D", "P0D")]
    march = replace(NOON, treated=moment("2026-03-10 12:00", GMT))
    window = windows(plan(march, in_a_file([rule("x", Kind.PREPARE, *said)])))["x"]
    assert window.start == moment("2026-02-05 12:00", GMT)
    assert window.latest_start == moment("2026-02-10 12:00", GMT)


# after --------------------------------------------------------------------------------------------

AFTER = [
    # the rule waited for ends after 24 hours; kind and words of the one that waits; its hours or None
    ("ends no earlier", Kind.AVOID, [says("a", "P0D", "PT4H")], (0, 24, 24)),
    ("is disputed no earlier", Kind.AVOID, [says("a", "P0D", "PT4H"), says("b", "P0D", "P2D")], (0, 24, 48)),
    ("ends later anyway", Kind.AVOID, [says("a", "P0D", "P2D")], (0, 48, 48)),
    ("starts no earlier", Kind.DO, [says("a", "P0D", "P2D")], (24, None, 48)),
    ("starts later anyway", Kind.DO, [says("a", "PT30H", "P2D")], (30, None, 48)),
    ("is expected no earlier", Kind.EXPECT, [says("a", "P0D", "P2D", earliest="PT4H")], (24, 24, 48)),
    ("has a minute left", Kind.DO, [says("a", "P0D", "PT24H1M")], (24, None, 24 + 1 / 60)),
    ("has no time left", Kind.DO, [says("a", "P0D", "PT24H")], None),
    ("has been over for long", Kind.EXPECT, [says("a", "P0D", "PT4H")], None),
    ("has no start of its own", Kind.EXPECT, [says("a", end="P2D")], (24, 48, 48)),
    ("has no end", Kind.EXPECT, [says("a", "P0D")], (24, None, None)),
    (
        "has no length, whatever the skin type",
        Kind.AVOID,
        [says("a", "PT30H", "PT30H"), says("b", "PT30H", "PT30H", when=DARK)],
        None,
    ),
]


@pytest.mark.parametrize(("kind", "said", "hours"), [row[1:] for row in AFTER], ids=[row[0] for row in AFTER])
@pytest.mark.parametrize("order", [1, -1])
def test_a_rule_that_comes_after_another_waits_for_its_end(
    kind: Kind, said: list[Recommendation], hours: tuple[float, float | None, float | None] | None, order: int
) -> None:
    first = rule("first", Kind.AVOID, says("c", "P0D", "PT24H"))
    made = plan(NOON, in_a_file([first, rule("second", kind, *said, after="first")][::order]))
    if hours is None:
        assert "second" not in windows(made)
        assert [(note.code, note.rule) for note in made.notes] == [("no-time-left", "second")]
        return
    window = windows(made)["second"]
    assert isinstance(NOON.treated, datetime)
    expected = [None if one is None else NOON.treated + timedelta(hours=one) for one in hours]
    assert [window.start, window.earliest_end, window.end] == expected
    assert made.notes == ()


def test_a_chain_of_rules_waits_to_its_end() -> None:
    rules = [
        rule("third", Kind.DO, says("a", "P0D", "P9D"), after="second"),
        rule("second", Kind.AVOID, says("a", "P0D", "PT4H"), after="first"),
        rule("first", Kind.AVOID, says("a", "P0D", "PT24H")),
    ]
    window = windows(plan(NOON, in_a_file(rules)))["third"]
    assert window.start == moment("2026-06-11 12:00", GMT)
    assert window.delayed_by == "second"


def test_a_rule_that_is_not_in_the_plan_delays_nothing() -> None:
    rules = [
        rule("first", Kind.AVOID, says("a", "P0D", "PT24H", when=PRP)),
        rule("second", Kind.DO, says("a", "P0D", "P2D"), after="first"),
    ]
    schedule = in_a_file(rules)
    assert windows(plan(NOON, schedule))["second"].start == NOON.treated
    assert windows(plan(WITH_PRP, schedule))["second"].start == moment("2026-06-11 12:00", GMT)
    switched_off = replace(schedule, rules={"second": schedule.rules["second"]})
    assert windows(plan(WITH_PRP, switched_off))["second"].start == NOON.treated


def test_a_rule_waits_for_no_window_without_an_end() -> None:
    rules = [
        rule("first", Kind.EXPECT, says("a", "P1D")),
        rule("second", Kind.DO, says("a", "P0D", "P2D"), after="first"),
    ]
    window = windows(plan(NOON, in_a_file(rules)))["second"]
    assert (window.start, window.delayed_by) == (NOON.treated, None)


@pytest.mark.parametrize("order", [1, -1])
def test_the_note_of_a_rule_that_another_waits_for_appears_once(order: int) -> None:
    rules = [
        rule("first", Kind.AVOID, says("a", "P0D", "P1D"), says("b", "P0D", "P3D", when=DARK)),
        rule("second", Kind.DO, says("a", "P0D", "P9D"), after="first"),
    ]
    made = plan(NOON, in_a_file(rules[::order]))
    assert [(note.code, note.rule) for note in made.notes] == [("skin-type-unknown", "first")]


def test_a_wait_that_outlasts_the_skin_type_leaves_nothing_to_tell_of_it() -> None:
    """The second rule ends with the first one, on day 28, whatever the type of skin."""
    rules = [
        rule("first", Kind.AVOID, says("a", "P0D", "P28D")),
        rule(
            "second", Kind.AVOID, says("a", "P0D", "P7D"), says("b", "P0D", "P14D", when=DARK), after="first"
        ),
    ]
    made = plan(NOON, in_a_file(rules))
    assert windows(made)["second"].end == moment("2026-07-08 12:00", GMT)
    assert made.notes == ()


def test_the_note_of_an_unknown_skin_type_counts_the_wait() -> None:
    """Without the 14 days for darker skin the second rule ends with the first, on day 10, not on day 7."""
    rules = [
        rule("first", Kind.AVOID, says("a", "P0D", "P10D")),
        rule(
            "second", Kind.AVOID, says("a", "P0D", "P7D"), says("b", "P0D", "P14D", when=DARK), after="first"
        ),
    ]
    (note,) = plan(NOON, in_a_file(rules)).notes
    assert (note.code, note.rule) == ("skin-type-unknown", "second")
    assert note.sooner == moment("2026-06-20 12:00", GMT)


# --follow -----------------------------------------------------------------------------------------


def test_only_the_sources_followed_count(schedule_v1: Schedule) -> None:
    """Of nuance alone: 72 hours without sun or sweat; 24 without sunscreen; retinoids 24 hours before."""
    made = plan(PICTURE, schedule_v1, follow=["nuance"])
    beside = {Kind.CONTRAINDICATION, Kind.WARNING}
    found = {name: window for name, window in windows(made).items() if window.kind not in beside}
    assert {name: window.end for name, window in found.items()} == {
        "actives": moment("2026-11-21 14:30"),
        "sunscreen": moment("2026-11-22 14:30"),
        "direct-sun": moment("2026-11-24 14:30"),
        "exercise": moment("2026-11-24 14:30"),
    }
    assert {one.recommendation.source for window in found.values() for one in window.recommendations} == {
        "nuance"
    }
    assert made.followed == ("nuance",)


def test_the_checklist_and_the_warning_signs_stay_whatever_is_followed(schedule_v1: Schedule) -> None:
    everything, made = plan(PICTURE, schedule_v1), plan(PICTURE, schedule_v1, follow=["wake"])
    assert made.checklist == everything.checklist
    assert made.warnings == everything.warnings


def test_a_source_named_twice_is_followed_once(schedule_v1: Schedule) -> None:
    assert plan(PICTURE, schedule_v1, follow=["wake", "nuance", "wake"]).followed == ("wake", "nuance")


def test_without_the_rule_that_it_waits_for_a_rule_waits_for_nothing(schedule_v1: Schedule) -> None:
    """photo-guide says nothing of washing: its own products are fine from 4 hours on, for one reading."""
    window = windows(plan(PICTURE, schedule_v1, follow=["photo-guide"]))["unapproved-products"]
    assert window.earliest_end == moment("2026-11-21 18:30")
    assert window.end == moment("2026-11-22 14:30")


@pytest.mark.parametrize(
    ("said", "treatment"),
    [
        ([says("b", "P0D", "P1D")], NOON),  # another source
        ([says("b", "P0D", "P1D"), says("a", "P0D", "P2D", when=PRP)], NOON),  # only with PRP
        ([says("b", "P0D", "P1D"), says("a", "P0D", "P2D", when=DARK)], TYPE_III),
    ],
)
def test_following_a_source_names_the_windows_that_it_leaves_out(
    said: list[Recommendation], treatment: Treatment
) -> None:
    rules = [rule("x", Kind.AVOID, *said), rule("y", Kind.AVOID, says("a", "P0D", "P1D"))]
    schedule = in_a_file(rules)
    assert "x" in windows(plan(treatment, schedule))
    made = plan(treatment, schedule, follow=["a"])
    assert list(windows(made)) == ["y"]
    assert made.notes[0].code == "follow"
    assert "short x" in made.notes[0].text
    assert "short y" not in made.notes[0].text


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        (Kind.PREPARE, True),
        (Kind.AVOID, True),
        (Kind.DO, True),
        (Kind.EXPECT, False),
        (Kind.MILESTONE, False),
    ],
)
def test_following_a_source_names_what_is_to_be_done_or_left_and_no_longer_said(
    kind: Kind, named: bool
) -> None:
    rules = [
        rule("x", kind, says("b", "-P1D", "P0D") if kind is Kind.PREPARE else says("b", "P0D", "P1D")),
        rule("y", Kind.AVOID, says("a", "P0D", "P1D")),
    ]
    (note,) = plan(NOON, in_a_file(rules), follow=["a"]).notes
    assert ("short x" in note.text) is named


def test_following_a_source_on_everything_names_no_missing_rule() -> None:
    both = rule("x", Kind.AVOID, says("a", "P0D", "P1D"), says("b", "P0D", "P2D"))
    (note,) = plan(NOON, in_a_file([both]), follow=["a"]).notes
    assert note.text == "Only a counts; the stricter advice of every other source is left out."


def test_following_two_sources_names_both() -> None:
    rules = [rule("x", Kind.AVOID, *(says(source, "P0D", "P1D") for source in "abc"))]
    (note,) = plan(NOON, in_a_file(rules), follow=["a", "b"]).notes
    assert note.text == "Only a and b count; the stricter advice of every other source is left out."


def test_following_a_source_does_not_name_what_was_never_in_the_plan() -> None:
    rules = [
        rule("x", Kind.AVOID, says("b", "P0D", "P1D", when=PRP)),
        rule("y", Kind.AVOID, says("a", "P0D", "P1D")),
    ]
    (note,) = plan(NOON, in_a_file(rules), follow=["a"]).notes
    assert "short x" not in note.text


@pytest.mark.parametrize(
    ("source", "hint"),
    [("nuence", 'unknown source "nuence"; did you mean "nuance"?'), ("qqq", 'unknown source "qqq"')],
)
def test_an_unknown_source_is_refused(schedule_v1: Schedule, source: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        plan(PICTURE, schedule_v1, follow=["wake", source])
    assert str(refused.value).startswith(hint)


# Where a window stands at a moment ----------------------------------------------------------------

SECOND = timedelta(seconds=1)
STATUSES = [
    # kind, what the sources say, hours from the treatment and seconds beside it, status
    (Kind.AVOID, [says("a", "P0D", "PT24H"), says("b", "P0D", "PT48H")], 0, -1, Status.UPCOMING),
    (Kind.AVOID, [says("a", "P0D", "PT24H"), says("b", "P0D", "PT48H")], 0, 0, Status.ACTIVE),
    (Kind.AVOID, [says("a", "P0D", "PT24H"), says("b", "P0D", "PT48H")], 24, -1, Status.ACTIVE),
    (Kind.AVOID, [says("a", "P0D", "PT24H"), says("b", "P0D", "PT48H")], 24, 0, Status.DIFFERS),
    (Kind.AVOID, [says("a", "P0D", "PT24H"), says("b", "P0D", "PT48H")], 48, -1, Status.DIFFERS),
    (Kind.AVOID, [says("a", "P0D", "PT24H"), says("b", "P0D", "PT48H")], 48, 0, Status.PAST),
    (Kind.AVOID, [says("a", "P0D", "PT24H")], 24, -1, Status.ACTIVE),  # nobody differs
    (Kind.AVOID, [says("a", "P0D", "PT24H")], 24, 0, Status.PAST),
    (Kind.AVOID, [says("a", "P0D", "P0D")], 0, 0, Status.PAST),  # a window of no length
    (Kind.EXPECT, [says("a", "P0D", "P2D", earliest="P1D")], 30, 0, Status.ACTIVE),  # only avoid differs
    (Kind.PREPARE, [says("a", "-P7D", "P0D", earliest="-P5D")], -168, 0, Status.ACTIVE),
    (Kind.PREPARE, [says("a", "-P7D", "P0D", earliest="-P5D")], 0, 0, Status.PAST),
    (Kind.EXPECT, [says("a", "P1D")], 9999, 0, Status.ACTIVE),  # no end
    (Kind.EXPECT, [says("a", end="P1D")], -9999, 0, Status.ACTIVE),  # no start
    (Kind.WARNING, [says("a")], 0, 0, Status.ACTIVE),  # neither
    (Kind.WARNING, [says("a", "PT48H")], 48, -1, Status.UPCOMING),
    (Kind.MILESTONE, [says("a", "P1D", "P1D")], 12, -1, Status.UPCOMING),  # treated at noon: midnight
    (Kind.MILESTONE, [says("a", "P1D", "P1D")], 12, 0, Status.ACTIVE),
    (Kind.MILESTONE, [says("a", "P1D", "P1D")], 36, -1, Status.ACTIVE),
    (Kind.MILESTONE, [says("a", "P1D", "P1D")], 36, 0, Status.PAST),
]


@pytest.mark.parametrize(("kind", "said", "hours", "seconds", "expected"), STATUSES)
def test_a_window_is_active_from_its_start_until_just_before_its_end(
    kind: Kind, said: list[Recommendation], hours: int, seconds: int, expected: Status
) -> None:
    window = windows(plan(NOON, in_a_file([rule("x", kind, *said)])))["x"]
    assert isinstance(NOON.treated, datetime)
    assert status_at(window, NOON.treated + timedelta(hours=hours, seconds=seconds)) is expected


@pytest.mark.parametrize(
    ("at", "due"),
    [("2027-01-01 23:59:59", False), ("2027-01-02 00:00", True)],  # reviewed again by 1 January 2027
)
def test_a_schedule_past_its_review_says_so_first(at: str, due: bool) -> None:
    made = plan(replace(DATE_ONLY, zone=BERLIN), in_a_file([rule("x", Kind.AVOID, says("a", "P0D", "P1D"))]))
    codes = [note.code for note in notes_at(made, moment(at))]
    assert codes == (["review-due", "date-only"] if due else ["date-only"])


def test_a_treatment_begins_with_its_day_where_its_hours_are_unknown(schedule_v1: Schedule) -> None:
    assert begins(plan(DATE_ONLY, schedule_v1)) == moment("2026-11-21 00:00")
    assert begins(plan(PLAIN, schedule_v1)) == SATURDAY


# The laws, over random schedules and treatments ---------------------------------------------------

ZONES = [
    ("Europe/Berlin", date(2026, 3, 29)),  # forward at 02:00
    ("Europe/Berlin", date(2026, 10, 25)),  # back at 03:00
    ("America/Nuuk", date(2025, 3, 29)),  # the last hour of a day is skipped
    ("America/Nuuk", date(2025, 10, 25)),  # and happens twice
    ("America/Sao_Paulo", date(2018, 11, 4)),  # a day without its midnight
    ("America/Sao_Paulo", date(2018, 2, 17)),  # a day with two last hours
    ("Pacific/Apia", date(2011, 12, 30)),  # a day that never was
    ("America/St_Johns", date(2010, 11, 7)),  # back at 00:01, into the day before
    ("America/St_Johns", date(2010, 3, 14)),  # forward at 00:01
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # half an hour back
    ("Australia/Lord_Howe", date(2026, 10, 4)),  # half an hour forward
    ("Asia/Kathmandu", date(2026, 1, 31)),  # +05:45, and no clock change; months of 31 and 28 days
    ("Africa/Casablanca", date(2026, 2, 15)),  # back for Ramadan
]


@st.composite
def days(draw: st.DrawFn) -> tuple[date, ZoneInfo]:
    """Draw a day that exists, not far before a clock change or a short month."""
    name, change = draw(st.sampled_from(ZONES))
    zone, day = ZoneInfo(name), change - timedelta(days=draw(st.integers(-1, 40)))
    assume(local(first_moment(day, zone), zone).date() == day)
    return day, zone


@st.composite
def moments_on(draw: st.DrawFn, day: date, zone: ZoneInfo) -> datetime:
    """Draw a moment (UTC) of a local day, the second pass of a repeated hour included."""
    clock = time(
        draw(st.integers(0, 23)), draw(st.sampled_from([0, 1, 29, 30, 59])), draw(st.sampled_from([0, 59]))
    )
    fold = draw(st.integers(0, 1))
    found = datetime.combine(day, clock, zone).replace(fold=fold).astimezone(UTC)
    assume(local(found, zone).date() == day)
    return found


@st.composite
def treatments(draw: st.DrawFn) -> Treatment:
    day, zone = draw(days())
    treated = draw(st.one_of(st.just(day), moments_on(day, zone)))
    return Treatment(
        treated=treated,
        zone=zone,
        prp=draw(st.booleans()),
        scars=draw(st.booleans()),
        skin_type=draw(st.sampled_from([None, *SkinType])),
    )


# Offsets of every form, so few that two of them often end together or close by.
CALENDAR = ("P0D", "P1D", "P2D", "P1W", "P28D", "P30D", "P1M", "P1M1D", "P3M")
ELAPSED = ("", "T4H", "T23H30M", "T24H", "T48H")
CLOCK = ("", "@00:00", "@02:30", "@08:00", "@23:30")
OFFSETS = [f"{days}{hours}{clock}" for days in CALENDAR for hours in ELAPSED for clock in CLOCK]


def offsets(sign: str = "") -> st.SearchStrategy[Offset]:
    return st.sampled_from(OFFSETS).map(lambda text: parse_offset(sign + text))


def nominal(offset: Offset) -> tuple[float, str]:
    return offset.months * 30.5 * 86400 + offset.days * 86400 + offset.seconds, offset.text


@st.composite
def recommendations(draw: st.DrawFn, kind: Kind) -> Recommendation:
    """Draw what a source says; the checks of a rule file settle whether its order is right."""
    before = kind is Kind.PREPARE
    drawn = sorted((draw(offsets("-" if before else "")) for _ in range(3)), key=nominal)
    start = drawn[0] if before or draw(st.booleans()) else parse_offset("P0D")
    end = parse_offset("P0D") if before else drawn[2]
    ranged = kind in {Kind.AVOID, Kind.EXPECT, Kind.PREPARE} and draw(st.booleans())
    condition = draw(st.sampled_from(Condition))
    ours = draw(st.booleans()) and condition is not Condition.ALL
    gives = draw(st.sampled_from(["both", "both", "both", "start", "neither"]))
    return Recommendation(
        claim="",
        source=draw(st.sampled_from("abc")),
        statement="x",
        start=None if gives == "neither" else start,
        end=end if gives == "both" else None,
        earliest=drawn[1] if ranged and gives == "both" else None,
        condition=condition,
        ours=OUR_CONDITION if ours else frozenset(),
        set_aside="an outlier" if draw(st.integers(0, 9)) == 9 else None,
    )


@st.composite
def rules(draw: st.DrawFn) -> list[Rule]:
    """Draw some rules, one to avoid among them; a later one may wait for an earlier one."""
    found: list[Rule] = []
    others = st.sampled_from([Kind.AVOID, Kind.AVOID, Kind.DO, Kind.EXPECT, Kind.PREPARE])
    for number in range(draw(st.integers(1, 3))):
        kind = draw(others) if number else Kind.AVOID
        ending = [one.id for one in found if one.kind is not Kind.PREPARE]
        waits = ending and kind is not Kind.PREPARE and draw(st.booleans())
        said = draw(st.lists(recommendations(kind), min_size=1, max_size=3))
        after = draw(st.sampled_from(ending)) if waits else None
        found.append(rule(f"r{number}", kind, *said, after=after))
    return found


def accepted(rules: Sequence[Rule]) -> Schedule:
    """Return the rules as a checked schedule; what the checks refuse is not looked at."""
    try:
        return in_a_file(rules)
    except ScheduleError:
        assume(condition=False)
        raise


def assert_not_less_strict(stricter: Plan, than: Plan, *, disputed: bool = False) -> None:
    """Assert that whenever one plan says "not yet", the other says so too.

    With `disputed`, also that whenever nobody differs in the one, nobody does in
    the other. A stretch of no length says nothing.
    """
    found = windows(stricter, Kind.AVOID)
    for name, window in windows(than, Kind.AVOID).items():
        start, earliest_end, end = edges_of(window)
        if start < end:
            other_start, _, other_end = edges_of(found[name])
            assert other_start <= start
            assert other_end >= end
        if disputed and start < earliest_end:
            assert edges_of(found[name])[1] >= earliest_end


def edges_of(window: Window) -> tuple[datetime, datetime, datetime]:
    """Return the edges of an avoid window: it has all three."""
    assert window.start is not None
    assert window.earliest_end is not None
    assert window.end is not None
    return window.start, window.earliest_end, window.end


@given(rules(), treatments(), st.data())
def test_one_more_recommendation_never_ends_an_avoid_window_sooner(
    rules: list[Rule], treatment: Treatment, data: st.DataObject
) -> None:
    number = data.draw(st.sampled_from([n for n, one in enumerate(rules) if one.kind is Kind.AVOID]))
    said = list(rules[number].recommendations)
    said.insert(data.draw(st.integers(0, len(said))), data.draw(recommendations(Kind.AVOID)))
    more = [*rules[:number], replace(rules[number], recommendations=tuple(said)), *rules[number + 1 :]]
    assert_not_less_strict(plan(treatment, accepted(more)), than=plan(treatment, accepted(rules)))


@given(rules(), treatments(), st.sampled_from([Condition.PRP, Condition.SCARS]))
def test_prp_or_scars_never_loosen_what_is_avoided(
    rules: list[Rule], treatment: Treatment, option: Condition
) -> None:
    schedule, prp = accepted(rules), option is Condition.PRP
    without = replace(treatment, prp=False) if prp else replace(treatment, scars=False)
    asked_for = replace(treatment, prp=True) if prp else replace(treatment, scars=True)
    assert_not_less_strict(plan(asked_for, schedule), than=plan(without, schedule), disputed=True)


@given(rules(), treatments(), st.sampled_from(SkinType))
def test_no_skin_type_is_avoided_for_longer_than_an_unknown_one(
    rules: list[Rule], treatment: Treatment, skin_type: SkinType
) -> None:
    schedule = accepted(rules)
    unknown = plan(replace(treatment, skin_type=None), schedule)
    assert_not_less_strict(unknown, than=plan(replace(treatment, skin_type=skin_type), schedule))


@given(rules(), treatments())
def test_status_between_the_edges_of_a_window(rules: list[Rule], treatment: Treatment) -> None:
    for window in windows(plan(treatment, accepted(rules))).values():
        edges = [window.start, window.latest_start, window.earliest_end, window.end]
        given_edges = [edge for edge in edges if edge is not None]
        assert given_edges == sorted(given_edges)
        assert all(edge.tzinfo is UTC for edge in given_edges)
        if window.kind is Kind.AVOID:
            assert window.earliest_end is not None
            assert window.latest_start is None
        if window.kind is Kind.PREPARE:
            assert window.latest_start is not None
            assert window.earliest_end is None


@given(rules(), days(), st.data())
def test_the_plan_of_a_date_frees_nothing_before_that_of_any_time_on_it(
    rules: list[Rule], when: tuple[date, ZoneInfo], data: st.DataObject
) -> None:
    day, zone = when
    timed = Treatment(treated=data.draw(moments_on(day, zone)), zone=zone, prp=True)
    schedule = accepted(rules)
    of_the_date, of_the_time = plan(replace(timed, treated=day), schedule), plan(timed, schedule)
    assert_not_less_strict(of_the_date, than=of_the_time, disputed=True)
    for name, window in windows(of_the_time, Kind.PREPARE).items():
        start = windows(of_the_date)[name].start
        assert start is not None
        assert window.start is not None
        assert start <= window.start


@given(treatments())
def test_the_laws_hold_for_the_built_in_schedule(schedule_v1: Schedule, treatment: Treatment) -> None:
    made = plan(treatment, schedule_v1)
    assert_not_less_strict(plan(replace(treatment, prp=True), schedule_v1), than=made, disputed=True)
    assert_not_less_strict(plan(replace(treatment, scars=True), schedule_v1), than=made, disputed=True)
    assert_not_less_strict(plan(replace(treatment, skin_type=None), schedule_v1), than=made)
    day = treatment.treated
    if isinstance(day, datetime):
        day = local(day, treatment.zone).date()
    assert_not_less_strict(plan(replace(treatment, treated=day), schedule_v1), than=made, disputed=True)


# Shapes of rules in which a law is easily broken, each with the sum ---------------------------------


def test_a_rule_without_time_left_still_passes_the_wait_on() -> None:
    """The third rule waits for the second: to day 3. One more word on the first (4 days) leaves the second
    no time; the third must not end on day 1 for that.
    """
    third = rule("third", Kind.AVOID, says("a", "P0D", "P1D"), after="second")
    second = rule("second", Kind.DO, says("a", "P0D", "P3D"), after="first")
    first = rule("first", Kind.AVOID, says("a", "P0D", "P2D"))
    more = rule("first", Kind.AVOID, says("a", "P0D", "P2D"), says("b", "P0D", "P4D"))
    with suppress(ScheduleError):  # to refuse such a file is as good
        before = plan(NOON, in_a_file([third, second, first]))
        assert windows(before)["third"].end == moment("2026-06-13 12:00", GMT)
        assert_not_less_strict(plan(NOON, in_a_file([third, second, more])), than=before)


def test_a_known_skin_type_ends_nothing_later_by_way_of_what_to_do() -> None:
    """Type IV does the first for 10 days; an unknown type must not end the second before that."""
    first = rule("first", Kind.DO, says("a", "P0D", "P3D"), says("b", "P0D", "P10D", when=DARK))
    second = rule("second", Kind.AVOID, says("a", "P0D", "P1D"), after="first")
    with suppress(ScheduleError):  # to refuse such a file is as good
        schedule = in_a_file([first, second])
        assert_not_less_strict(plan(NOON, schedule), than=plan(TYPE_IV, schedule))


def test_a_window_that_ends_before_it_starts_in_a_short_month_does_not_shorten_another() -> None:
    """From 30 days to a month: after 10 February 2026 that is from 12 to 10 March. Alone it is a window of no
    length on 12 March; with a word on the first day it must not end on the 10th for that.
    """
    treated = Treatment(treated=moment("2026-02-10 12:00", GMT), zone=GMT)
    month = says("a", "P30D", "P1M")
    alone = windows(plan(treated, in_a_file([rule("x", Kind.AVOID, month)])))["x"]
    both = windows(plan(treated, in_a_file([rule("x", Kind.AVOID, month, says("b", "P0D", "P1D"))])))["x"]
    assert alone.end == moment("2026-03-12 12:00", GMT)
    assert both.end == alone.end


def test_a_reading_that_outlasts_its_end_in_a_short_month_is_not_shown_behind_the_end() -> None:
    """After 10 February 2026 thirty days end on 12 March, a month on the 10th."""
    treated = Treatment(treated=moment("2026-02-10 12:00", GMT), zone=GMT)
    for kind in (Kind.AVOID, Kind.EXPECT):
        schedule = in_a_file([rule("x", kind, says("a", "P0D", "P1M", earliest="P30D"))])
        window = windows(plan(treated, schedule))["x"]
        assert window.end == moment("2026-03-10 12:00", GMT)
        assert window.earliest_end == window.end


@given(treatment=treatments())
def test_what_is_avoided_done_or_prepared_has_a_start_and_an_end(
    builtin: Schedule, treatment: Treatment
) -> None:
    kinds: dict[Kind, type[Window]] = {
        Kind.AVOID: AvoidWindow,
        Kind.PREPARE: PrepareWindow,
        Kind.DO: TimedWindow,
    }
    for window in plan(treatment, builtin).windows:
        assert type(window) is kinds.get(window.kind, Window)
        for name in ("start", "end") if isinstance(window, TimedWindow) else ():
            assert getattr(window, name) is not None
