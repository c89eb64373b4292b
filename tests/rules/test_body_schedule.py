"""The schedule for the body: it reads right for a stomach or a thigh, and PRP changes none of its windows.

That it holds all of its evidence is shown in test_evidence.py.
"""

import csv
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from needlecare.model import Kind, Rule, Schedule, SkinType, Treatment
from needlecare.plan.combine import plan
from needlecare.plan.emergency import Urgency, urgency
from needlecare.review.cases import checked_cases
from needlecare.rules.load import read_schedule
from needlecare.time.zones import zone_named
from program import needlecare

FOLDER = Path(__file__).parents[2] / "schedules"
BERLIN = zone_named("Europe/Berlin")
TREATED = datetime(2026, 11, 21, 13, 30, tzinfo=UTC)  # 14:30 in Berlin
SCHEDULE = ("--schedule", "microneedling-body", "--tz", "Europe/Berlin")
DAY_1 = ("--as-of", "2026-11-22T09:00")


@pytest.fixture(scope="module")
def body() -> Schedule:
    path = FOLDER / "microneedling-body.toml"
    return read_schedule(path.read_bytes(), file=path.name)


# Worked cases -------------------------------------------------------------------------------------


def test_every_rule_has_a_worked_case_and_agrees_with_it(body: Schedule) -> None:
    path = FOLDER / "microneedling-body.cases.csv"
    assert checked_cases(path.read_bytes(), body, file=path.name).problems == ()
    with path.open(encoding="utf-8", newline="") as file:
        assert {row["rule"] for row in csv.DictReader(file)} == set(body.rules)


# Words for a stomach or a thigh -------------------------------------------------------------------

# What only a face has. Claims and sources are quoted as the evidence has them ("facial acne scars").
ONLY_OF_A_FACE = re.compile(
    r"\b(?:faces?|facials?|foreheads?|cheeks?|chins?|eye(?:s|lid|lids|brow|brows|lash|lashes)?|brows?|beards?"
    r"|lipsticks?|mascara|contact lens(?:es)?)\b",
    re.IGNORECASE,
)


def own_texts(rule: Rule) -> Iterator[str]:
    """Yield every text of a rule that is ours, and no quotation of a source."""
    yield from (rule.id, rule.title, rule.short, rule.advice, rule.why, rule.then or "", *rule.covers)


def test_no_rule_mentions_a_face(body: Schedule) -> None:
    found = [
        (rule.id, text)
        for rule in body.rules.values()
        for text in own_texts(rule)
        if ONLY_OF_A_FACE.search(text)
    ]
    assert found == []


def test_no_standing_text_mentions_a_face(body: Schedule) -> None:
    texts = [body.treatment] + [
        text for _, standing in body.standing for text in (standing.text, standing.short)
    ]
    assert [text for text in texts if ONLY_OF_A_FACE.search(text)] == []


def test_no_claim_or_source_says_the_word_face(body: Schedule) -> None:
    quoted = [one.statement for rule in body.rules.values() for one in rule.recommendations]
    quoted += [source.title for source in body.sources.values()]
    assert [text for text in quoted if re.search(r"\bface\b", text, re.IGNORECASE)] == []


OUTPUTS = [
    ("2026-11-21T14:30",),
    ("2026-11-21",),
    ("2026-11-21T14:30", "--prp", "--skin-type", "V", "--scars"),
    *(("2026-11-21T14:30", "--format", form) for form in ("timeline", "plain", "markdown", "html", "sms")),
    ("2026-11-21T14:30", "--json"),
    ("course", "2026-11-21T14:30"),
    ("course", "2026-11-21T14:30", "--scars", "--format", "timeline"),
    ("status", "--treated", "2026-11-21T14:30"),
    ("can", "swim", "--treated", "2026-11-21T14:30"),
    ("can", "shower", "--treated", "2026-11-21T14:30"),
    ("why", "tight-clothes", "--treated", "2026-11-21T14:30"),
    ("why", "hair-removal", "--treated", "2026-11-21T14:30"),
]


@pytest.mark.parametrize("arguments", OUTPUTS, ids=" ".join)
def test_no_output_mentions_a_face(arguments: tuple[str, ...]) -> None:
    for as_of in ("2026-11-10T09:00", "2026-11-22T09:00"):  # before the treatment, and the day after
        result = needlecare(*arguments, *SCHEDULE, "--as-of", as_of)
        assert result.code in {0, 1}, result.err
        assert result.out
        assert not re.search(r"\bface\b", result.out, re.IGNORECASE)


def test_no_calendar_mentions_a_face(tmp_path: Path) -> None:
    for name, arguments in {
        "plan.ics": ("2026-11-21T14:30", "--detail", "full"),
        "course.ics": ("course", "2026-11-21T14:30"),
    }.items():
        result = needlecare(*arguments, "--ics", name, *SCHEDULE, *DAY_1, cwd=tmp_path)
        assert result.code == 0, result.err
        text = (tmp_path / name).read_text(encoding="utf-8").replace("\n ", "")
        assert "BEGIN:VEVENT" in text
        assert not re.search(r"\bface\b", text, re.IGNORECASE)


def test_the_plan_names_the_body_and_the_clothes_that_rub() -> None:
    out = needlecare("2026-11-21T14:30", *SCHEDULE, *DAY_1, "--format", "markdown").out
    assert "Microneedling of the body" in out
    assert "bra straps or waistbands" in out
    assert "Take a shower instead of a bath" in out


def test_a_course_counts_in_the_months_and_weeks_of_its_own_sources() -> None:
    """Three sessions, 28 days apart: 21 Nov + 28 = 19 Dec, + 28 = 16 Jan. For scars four, 42 days apart:
    2 Jan, 13 Feb, 27 Mar.
    """
    out = needlecare("course", "2026-11-21T14:30", *SCHEDULE, *DAY_1, "--format", "plain").out
    for day in ("19 December 2026", "16 January 2027"):
        assert day in out
    assert "alster-striae-2020: 1 to 3 monthly treatments" in out
    out = needlecare("course", "2026-11-21T14:30", "--scars", *SCHEDULE, *DAY_1, "--format", "plain").out
    for day in ("2 January 2027", "13 February 2027", "27 March 2027"):
        assert day in out
    assert "adult-burn-support: 4-6 treatments, 4-6 weeks apart" in out


def test_schedule_list_names_both_schedules() -> None:
    out = needlecare("schedule", "list").out
    assert "Microneedling of the face" in out
    assert "Microneedling of the body" in out
    assert needlecare("schedule", "show", "microneedling-body").code == 0
    assert needlecare("schedule", "check", "microneedling-body").code == 0


# PRP changes nothing ------------------------------------------------------------------------------


@pytest.mark.parametrize("treated", [TREATED, date(2026, 11, 21)], ids=["time", "date only"])
@pytest.mark.parametrize("skin_type", [None, SkinType.II, SkinType.V])
@pytest.mark.parametrize("scars", [False, True])
def test_prp_changes_no_window(
    body: Schedule, treated: datetime | date, skin_type: SkinType | None, scars: bool
) -> None:
    """No source for the body says that it does."""
    windows = [
        {
            window.rule.id: (window.start, window.latest_start, window.earliest_end, window.end)
            for window in plan(
                Treatment(treated=treated, zone=BERLIN, prp=prp, skin_type=skin_type, scars=scars), body
            ).windows
        }
        for prp in (False, True)
    ]
    assert windows[0] == windows[1]


def test_only_a_question_to_ask_before_mentions_prp(body: Schedule) -> None:
    of_prp = [
        rule.id
        for rule in body.rules.values()
        for one in rule.recommendations
        if one.condition.value == "prp"
    ]
    assert of_prp == ["vet-provider"]  # B012: HIV was passed on, so ask for new needles


def test_every_avoid_rule_has_words_for_its_end(body: Schedule) -> None:
    for rule in body.rules.values():
        assert (rule.kind is Kind.AVOID) == (rule.then is not None), rule.id


def test_every_short_name_fits_the_first_column(body: Schedule) -> None:
    assert {rule.id: rule.short for rule in body.rules.values() if len(rule.short) > 22} == {}
    avoided = [rule.short for rule in body.rules.values() if rule.kind is Kind.AVOID]
    assert len(avoided) == len(set(avoided))


# Emergencies, and what a rule does not mean ---------------------------------------------------------


def test_an_emergency_of_the_face_is_one_here_too(body: Schedule, builtin: Schedule) -> None:
    """An allergic reaction looks the same whatever skin was needled."""
    assert set(builtin.standing.emergency.covers) <= set(body.standing.emergency.covers)
    assert set(builtin.standing.emergency.but_not) <= set(body.standing.emergency.but_not)


@pytest.mark.parametrize(
    ("words", "level"),
    [
        ("trouble breathing", Urgency.EMERGENCY),
        ("my lips are swelling", Urgency.EMERGENCY),
        ("fever and the redness is spreading", Urgency.EMERGENCY),
        ("I have a fever", Urgency.URGENT),
        ("red streaks on my leg", Urgency.URGENT),
        ("severe pain", Urgency.URGENT),
        ("my scar is going black", Urgency.URGENT),
        # Clothes and common words that only sound alike
        ("black leggings", None),
        ("sports bra", None),
        ("dead skin", None),
        ("tight skin", None),
        ("red stretch marks", None),
        ("numbing cream", None),
    ],
)
def test_what_needs_help_at_once_is_recognised(body: Schedule, words: str, level: Urgency | None) -> None:
    assert urgency(words, body.standing) is level


@pytest.mark.parametrize(
    ("rule", "words", "said"),
    [
        ("tight-clothes", "seat belt", r"\bAlways wear your seat belt\b"),
        ("tight-clothes", "compression stockings", r"\bKeep wearing it\b"),
        ("tight-clothes", "insulin pump", r"\bKeep using it\b"),
        ("exercise", "helmet", r"\bNever ride without a helmet\b"),
        ("exercise", "physiotherapy", r"\bDo not stop\b"),
        ("nsaids-before", "baby aspirin", r"\bkeep taking it\b"),
        ("unapproved-products", "antibiotic cream", r"\bAsk that doctor\b"),
        ("exfoliants", "prescribed tretinoin", r"\bAsk that doctor\b"),
    ],
)
def test_a_safety_device_or_a_medicine_is_never_advised_against(
    body: Schedule, rule: str, words: str, said: str
) -> None:
    exceptions = [one for one in body.rules[rule].exceptions if words in one.covers]
    assert len(exceptions) == 1
    assert re.search(said, exceptions[0].say)


# Words by which a reader could come to harm: the rule, and what its advice must say.
HARM = [
    ("infection", r"^Call your clinic at once about pus, a bad smell or blisters"),
    ("infection", r"with a fever or chills\. If nobody answers, call your doctor or an out-of-hours line"),
    ("infection", r"On brown or black skin, look for heat, pain and a darker or purple colour"),
    ("rash", r"^Call your clinic the same day about new itchy bumps, lumps or a rash"),
    ("growing", r"Call your clinic the same day"),
    (
        "allergy",
        r"^Trouble breathing, or lips, tongue or throat that swell: call the emergency number at once",
    ),
    ("pregnancy", r"^Do not have the treatment if you are or may be pregnant"),
    ("isotretinoin", r"^Do not have the treatment while you take isotretinoin .* Never stop it on your own"),
    ("medical", r"do not have it before a doctor has said yes\. .* Do not stop a medicine for it"),
    (
        "medical",
        r"strong steroids, or had them in the last four weeks\. You had surgery there in the last year",
    ),
    ("fresh-marks", r"not to treat scars under six months old"),
    (
        "nsaids-before",
        r"If a doctor told you to take one, keep taking it\. That also counts for a small aspirin",
    ),
    ("numbing-cream", r"only if your clinic told you to\. .* 4% lidocaine\. Not on a large area"),
    ("pigment-prep", r"Ask a skin doctor .* Never start one on your own"),
    ("pain-relief", r"If a painkiller is prescribed, keep taking it and ask the doctor who prescribed it"),
    ("unapproved-products", r"prescribed is another matter\. Ask that doctor or your clinic today"),
    ("vet-provider", r"licensed .* sealed needle .* my name on my blood tube"),
    ("cool-packs", r"a clean cloth between the pack and the skin"),
    ("drink-water", r"If a doctor limits how much you drink, keep to that"),
]


@pytest.mark.parametrize(("rule", "said"), HARM)
def test_words_that_could_hurt_someone_are_right(body: Schedule, rule: str, said: str) -> None:
    assert re.search(said, body.rules[rule].advice)


def test_every_rule_about_a_medicine_is_looked_at(body: Schedule) -> None:
    medicines = {rule.id for rule in body.rules.values() if rule.medicine}
    assert medicines <= {rule for rule, _ in HARM}


# Words that both schedules share --------------------------------------------------------------------

# Each file is complete, so that its reviewer sees all that its readers see. What both know is said in
# the same words: a change of one is a change of the other.
SHARED = (
    *("numbing-cream", "baseline-photo", "isotretinoin", "pregnancy", "self-tanner", "exercise", "heat"),
    *("usual-products", "picking", "gentle-products", "prescribed-products", "moisturise", "drink-water"),
    *("redness", "discomfort", "peeling", "first-results", "photo-one-month", "photo-six-months"),
    *("next-session", "growing", "rash", "pigment", "allergy"),
)


@pytest.mark.parametrize("rule", SHARED)
def test_shared_rules_have_the_same_words_in_both_schedules(
    body: Schedule, builtin: Schedule, rule: str
) -> None:
    here, there = body.rules[rule], builtin.rules[rule]
    for name in ("title", "short", "advice", "why", "then"):
        assert getattr(here, name) == getattr(there, name), name


@pytest.mark.parametrize("name", ["general", "medicine", "open_skin", "call", "mistake"])
def test_the_standing_texts_are_the_same(body: Schedule, builtin: Schedule, name: str) -> None:
    assert getattr(body.standing, name) == getattr(builtin.standing, name)


# A clinic's own file -------------------------------------------------------------------------------

CLINIC = """\
id = "harbour-body"
version = "1"
reviewed = 2026-11-26
review_due = 2027-11-26
extends = "microneedling-body"

[clinic]
name = "Harbour Clinic"

[sources.us]
tier = 3
title = "Our own sheet"

[rules.swimming]
recommendations = [{ source = "us", statement = "No swimming for 10 days", start = "P0D", end = "P10D" }]
"""


def test_a_clinics_file_can_extend_it(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(CLINIC)
    result = needlecare(
        *("can", "swim", "--treated", "2026-11-21T14:30", "--tz", "Europe/Berlin", *DAY_1),
        *("--schedule", "clinic.toml"),
        cwd=tmp_path,
    )
    assert result.code == 1  # not yet
    assert "1 Dec 14:30" in result.out  # 21 Nov + 10 days = 31 - 30 = 1 Dec
