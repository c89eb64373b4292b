"""schedule diff: what changes for a patient between two rule files, in words; and what does not."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from needlecare.model import Schedule
from needlecare.output.rule_files.comparison import difference_text
from needlecare.review.compare import Reference, differences, unseen
from needlecare.rules.load import read_schedule
from program import Result, needlecare
from small_rules import edited

EXAMPLE = Path(__file__).parents[2] / "schedules" / "examples" / "larkspur.toml"

# A rule of each kind. The rows below change a little of it and say what a patient is then told.
RULES = """\
id = "small"
version = "1"
reviewed = 2026-01-01
review_due = 2099-01-01
treatment = "Needling"

[standing]
general = { text = "general", short = "in general" }
medicine = { text = "medicine", short = "b" }
open_skin = { text = "open skin", short = "b" }
call = { text = "call {clinic}", short = "b" }
emergency = { text = "emergency", short = "b" }
scope = { text = "scope", short = "b" }

[series]
sessions = 3
every = "P28D"
scars_sessions = 4
scars_every = "P42D"
ranges = [{ source = "a", statement = "Three or four", sessions = [3, 4] }]

[sources]
a = { tier = 1, title = "A" }
b = { tier = 2, title = "B" }

[rules.retinol]
kind = "prepare"
title = "Pause retinol"
short = "no retinol"
advice = "Stop it."
why = "It stings."
recommendations = [{ source = "a", statement = "A week", start = "-P7D", end = "P0D" }]

[rules.pregnancy]
kind = "contraindication"
title = "Pregnant"
short = "pregnant"
advice = "Tell us."
why = "It is put off."
recommendations = [{ source = "a", statement = "Not then" }]

[rules.makeup]
kind = "avoid"
title = "No makeup"
short = "makeup"
advice = "Wear none."
why = "Germs."
then = "makeup is fine"
covers = ["lipstick"]
recommendations = [
  { source = "a", statement = "Two days", start = "P0D", end = "PT48H" },
  { source = "b", statement = "Three days", start = "P0D", end = "PT72H", applies = "prp" },
  { source = "b", statement = "Four days", start = "P0D", end = "PT96H", applies = "skin IV-VI" },
]

[rules.gym]
kind = "avoid"
title = "No gym"
short = "gym"
advice = "Rest."
why = "Sweat."
then = "the gym is fine"
recommendations = [
  { source = "a", statement = "A day", start = "P0D", end = "PT24H" },
  { source = "b", statement = "A week", start = "P0D", end = "P7D" },
]

[rules.cream]
kind = "do"
title = "Moisturise"
short = "cream"
advice = "Use cream."
why = "Dry skin."
daily = true
recommendations = [{ source = "a", statement = "From a day on", start = "PT24H", end = "P7D" }]

[rules.redness]
kind = "expect"
title = "Red skin"
short = "red"
advice = "It fades."
why = "It heals."
recommendations = [{ source = "a", statement = "3 to 5 days", start = "P0D", end = "P5D", earliest = "P3D" }]

[rules.photo]
kind = "milestone"
title = "Photo"
short = "photo"
advice = "Take one."
why = "To compare."
recommendations = [{ source = "a", statement = "A month", start = "P30D", end = "P30D" }]

[rules.fever]
kind = "warning"
title = "Fever"
short = "fever"
advice = "Call."
why = "It may be an infection."
recommendations = [{ source = "a", statement = "Call", start = "PT48H" }]

[rules.pigment]
kind = "do"
title = "Tinted sunscreen"
short = "tinted"
advice = "Use it."
why = "Spots."
recommendations = [{ source = "a", statement = "Tinted", start = "P0D", end = "P30D", applies = "skin IV-VI" }]
"""


@cache
def schedule(text: str) -> Schedule:
    return read_schedule(text.encode(), file="small.toml")


def told(before: str, after: str) -> list[str]:
    """Return the lines that tell what changes, each under its heading's name."""
    old, new = schedule(before), schedule(after)
    text = difference_text(old, new, differences(old, new), unseen(old, new), 1000)
    lines, heading = [], ""
    for line in text.split("\n")[1:]:
        if line.startswith("  "):
            lines.append(f"{heading}: {line.strip()}")
        elif line:
            heading = line
    return lines


def without(rule: str) -> tuple[str, str]:
    """Return the edit that takes a rule out."""
    start = RULES.index(f"[rules.{rule}]")
    end = RULES.find("\n[rules.", start)
    return RULES[start : end + 1 if end > 0 else None], ""


A_DAY = 'statement = "A day", start = "P0D", end = "PT24H"'
A_WEEK = 'statement = "A week", start = "P0D", end = "P7D"'
FROM_A_DAY = 'statement = "From a day on", start = "PT24H", end = "P7D"'

CHANGES: dict[str, tuple[tuple[str, str], list[str]]] = {
    # What to avoid: makeup for 48 hours, with PRP 72, skin IV-VI and unknown 96
    "a longer time, where no other source is stricter": (
        ('end = "PT48H"', 'end = "PT60H"'),  # with PRP 72 > 60 still governs, for darker skin 96
        [
            (
                "Longer: No makeup (makeup), without PRP, skin type I-III: until 60 hours after the treatment "
                "instead of 48 hours: 12 h longer"
            ),
            # for certain darker skin both groups count, and the least strict word of the stricter is 96: no dispute;
            # for an unknown type the sources differ from the least strict certain word on
            (
                "Where sources differ: No makeup (makeup), without PRP, skin type unknown: sources differ from "
                "60 hours after the treatment on instead of 48 hours: 12 h later"
            ),
        ],
    ),
    "a shorter time of the strictest source": (
        ('end = "PT96H"', 'end = "PT80H"'),
        [
            (
                "Shorter: No makeup (makeup), skin type IV-VI or unknown: until 80 hours after the treatment "
                "instead of 96 hours: 16 h shorter"
            ),
        ],
    ),
    "a longer time in calendar units: 4 days less 3 are a day": (
        ('end = "PT72H", applies = "prp"', 'end = "P5D", applies = "prp"'),
        [
            # with PRP, 72 hours become 5 days (120): for lighter skin 2 days more, for darker 120 - 96 = 24 h
            (
                "Longer: No makeup (makeup), with PRP, skin type I-III: until 5 days after the treatment instead of "
                "72 hours: 2 days longer"
            ),
            (
                "Longer: No makeup (makeup), with PRP, skin type IV-VI or unknown: until 5 days after the treatment "
                "instead of 96 hours: 24 h longer"
            ),
            # unknown type: the certain words are 48 h and, with PRP, 72 h and now 120: no longer before the end
            (
                "Where sources differ: No makeup (makeup), with PRP, skin type unknown: sources no longer differ "
                "(in the old rules they did, from 72 hours after the treatment)"
            ),
        ],
    ),
    "a dispute that begins later": (
        (A_DAY, 'statement = "Two days", start = "P0D", end = "P2D"'),  # 2 days less 24 hours
        [
            (
                "Where sources differ: No gym (gym): sources differ from 2 days after the treatment on instead of "
                "24 hours: 24 h later"
            ),
        ],
    ),
    "a dispute that ends": (
        (A_DAY, 'statement = "A week", start = "P0D", end = "P7D"'),
        [
            (
                "Where sources differ: No gym (gym): sources no longer differ (in the old rules they did, "
                "from 24 hours after the treatment)"
            ),
        ],
    ),
    "a start before the treatment": (
        (A_WEEK, 'statement = "A week", start = "-P1D", end = "P7D"'),
        ["Longer: No gym (gym): from 1 day before the treatment instead of the treatment: 24 h longer"],
    ),
    "elapsed hours instead of calendar days: alike but for the hour that a clock change skips": (
        (A_WEEK, 'statement = "A week", start = "P0D", end = "PT168H"'),  # 28 March + 7 days is 167 hours
        [
            (
                "Longer: No gym (gym), when the clocks change in between: until 168 hours after the treatment "
                "instead of 7 days: 1 h longer"
            ),
        ],
    ),
    "a clock time: 08:00 on day 7 is 3 h 37 before 11:37": (
        (A_WEEK, 'statement = "A week", start = "P0D", end = "P7D@08:00"'),
        [
            "Shorter: No gym (gym): until 08:00 on day 7 instead of 7 days after the treatment: 4 h shorter",
        ],
    ),
    "a month is as long as it is": (
        (A_WEEK, 'statement = "A month", start = "P0D", end = "P1M"'),  # January: 31 - 7 = 24 days
        [
            "Longer: No gym (gym): until 1 month after the treatment instead of 7 days: about 24 days longer",
        ],
    ),
    # The other kinds
    "a shorter preparation": (
        ('start = "-P7D"', 'start = "-P5D"'),
        [
            (
                "Shorter: Pause retinol (retinol): from 5 days before the treatment instead of 7 days: "
                "2 days shorter"
            )
        ],
    ),
    "a preparation that sources differ about": (
        ('start = "-P7D"', 'start = "-P7D", earliest = "-P5D"'),
        [
            (
                "Where sources differ: Pause retinol (retinol): sources differ until 5 days before the treatment; "
                "in the old rules they agreed"
            ),
        ],
    ),
    "care that starts earlier": (
        ('start = "PT24H", end = "P7D"', 'start = "PT12H", end = "P7D"'),
        [
            (
                "Starts earlier: Moisturise (cream): from 12 hours after the treatment instead of 24 hours: "
                "12 h earlier"
            )
        ],
    ),
    "what is normal for longer, and for some no sooner": (
        ('end = "P5D", earliest = "P3D"', 'end = "P6D", earliest = "P3D"'),
        ["Longer: Red skin (redness): until 6 days after the treatment instead of 5 days: 24 h longer"],
    ),
    "what is normal for some": (
        ('earliest = "P3D"', 'earliest = "P2D"'),
        [
            (
                "Where sources differ: Red skin (redness): for some it is over by 2 days after the treatment "
                "instead of 3 days"
            ),
        ],
    ),
    "another day": (
        ('start = "P30D", end = "P30D" }', 'start = "P28D", end = "P28D" }'),
        ["Starts earlier: Photo (photo): on day 28 instead of day 30: 2 days earlier"],
    ),
    "more days": (
        ('start = "P30D", end = "P30D" }', 'start = "P30D", end = "P33D" }'),
        ["Longer: Photo (photo): until day 33 instead of day 30: 3 days longer"],
    ),
    "a sign that counts later": (
        ('start = "PT48H" }', 'start = "PT72H" }'),
        [("Starts later: Fever (fever): from 72 hours after the treatment instead of 48 hours: 24 h later")],
    ),
    "a sign that counts at any time": (
        ('statement = "Call", start = "PT48H"', 'statement = "Call"'),
        [
            "Starts earlier: Fever (fever): without a start instead of from 48 hours after the treatment",
        ],
    ),
    # Rules that come and go
    "a rule that is gone": (
        without("gym"),
        ["No longer shown: No gym (gym): was until 7 days after the treatment"],
    ),
    "a question that is gone": (
        without("pregnancy"),
        ["No longer shown: Pregnant (pregnancy): was asked before the treatment"],
    ),
    "a day that is gone": (
        without("photo"),
        ["No longer shown: Photo (photo): was on day 30"],
    ),
    "a rule for some that is gone, told as a note where the type is unknown": (
        without("pigment"),
        [
            "No longer shown: Tinted sunscreen (pigment), skin type IV-VI: was until 30 days after the treatment",
            "No longer shown: Tinted sunscreen (pigment), skin type unknown: was a note without times",
        ],
    ),
    "times that become a note": (
        (FROM_A_DAY, 'statement = "Now and then"'),
        ["No longer shown: Moisturise (cream): a note without times instead of times"],
    ),
    "a rule that waits for another": (
        (A_WEEK + " },\n]", 'statement = "A while" },\n]\nafter = "makeup"'),
        # its own day is over sooner than makeup: 48 hours, with PRP 72, for a darker or unknown skin 96
        [
            (
                "Shorter: No gym (gym), without PRP, skin type I-III: until 2 days after the treatment instead of "
                "7 days: 5 days shorter"
            ),
            (
                "Shorter: No gym (gym), skin type IV-VI or unknown: until 4 days after the treatment instead of "
                "7 days: 3 days shorter"
            ),
            (
                "Shorter: No gym (gym), with PRP, skin type I-III: until 3 days after the treatment instead of "
                "7 days: 4 days shorter"
            ),
            (
                "Where sources differ: No gym (gym): sources no longer differ (in the old rules they did, "
                "from 24 hours after the treatment)"
            ),
        ],
    ),
    "a rule that is new": (
        (
            "",
            (
                '[rules.swim]\nkind = "avoid"\ntitle = "No pool"\nshort = "pool"\nadvice = "x"\nwhy = "x"\n'
                'then = "x"\nrecommendations = [\n'
                '{ source = "a", statement = "x", start = "P0D", end = "P3D", applies = "scars" },\n]\n'
            ),
        ),
        ["New: No pool (swim), for scars: until 3 days after the treatment"],
    ),
    # Words
    "another title": (
        ('title = "No gym"', 'title = "No sport"'),
        ["Wording and settings: No sport (gym): the title is now “No sport”; it was “No gym”"],
    ),
    "another advice": (
        ('advice = "Rest."', 'advice = "Sit."'),
        ["Wording and settings: No gym (gym): the advice is now “Sit.”; it was “Rest.”"],
    ),
    "another word at the end": (
        ('then = "the gym is fine"', 'then = "go"'),
        [
            "Wording and settings: No gym (gym): what to say when it ends is now “go”; it was “the gym is fine”"
        ],
    ),
    "care that is no longer daily": (
        ("daily = true", "daily = false"),
        ["Wording and settings: Moisturise (cream): no longer daily care"],
    ),
    "a medicine": (
        ('title = "Pause retinol"', 'medicine = true\ntitle = "Pause retinol"'),
        ["Wording and settings: Pause retinol (retinol): now about medicines"],
    ),
    "a rule said once in a series": (
        ('title = "Photo"', 'title = "Photo"\nseries = "last"'),
        ["Wording and settings: Photo (photo): the sessions of a series that it is shown in is now “last”"],
    ),
    # The file
    "a clinic": (
        ("", '[clinic]\nname = "Rose"\ntelephone = "030"\nemergency = "112"\nfooter = "Bye"\n'),
        [
            "Wording and settings: the clinic is now “Rose”",
            "Wording and settings: the telephone is now 030",
            "Wording and settings: the emergency number is now 112",
            "Wording and settings: the footer is now “Bye”",
        ],
    ),
    "a standing text": (
        ('text = "call {clinic}"', 'text = "ring {clinic}"'),
        ["Wording and settings: the text on when to call is now “ring {clinic}”; it was “call {clinic}”"],
    ),
    "a standing text in short": (
        ('short = "in general"', 'short = "short"'),
        [
            (
                "Wording and settings: the text on whose instructions come first, in short, is now “short”; "
                "it was “in general”"
            ),
        ],
    ),
    "a series": (
        ('every = "P28D"\nscars', 'every = "P5W"\nscars'),
        ["Wording and settings: the time between two sessions is now 35 days; it was 28 days"],
    ),
    "more sessions": (
        ("scars_sessions = 4", "scars_sessions = 5"),
        ["Wording and settings: the number of sessions in a series for scars is now 5; it was 4"],
    ),
    "a range": (
        ("[3, 4]", "[3, 6]"),
        ["Wording and settings: what sources say about a series is now “all 3-6”; it was “all 3-4”"],
    ),
    # What a patient does not see
    "a version": (('version = "1"', 'version = "2"'), []),
    "a claim": (
        (A_DAY, f'claim = "c", {A_DAY}'),
        ["Changed outside the plans: the sources' advice, in: gym"],
    ),
    "a source that changes no window": (
        (f'{{ source = "a", {A_DAY} }},', f'{{ source = "a", {A_DAY} }},\n{{ source = "b", {A_DAY} }},'),
        ["Changed outside the plans: the sources' advice, in: gym"],
    ),
    "a source's name": (('title = "A" }', 'title = "AA" }'), ["Changed outside the plans: the sources: a"]),
    "a reason": (('why = "Sweat."', 'why = "Heat."'), ["Changed outside the plans: the reason, in: gym"]),
    "the words that are understood": (
        ('"lipstick"', '"rouge"'),
        ["Changed outside the plans: the words that it recognises, in: makeup"],
    ),
    "what is said first to some questions": (
        ('why = "Sweat."', 'why = "Sweat."\nexceptions = [{ covers = ["walk"], say = "A walk is fine." }]'),
        ["Changed outside the plans: the exceptions, in: gym"],
    ),
    "what is put on the skin": (
        ('why = "Sweat."', 'why = "Sweat."\non_skin = true'),
        ["Changed outside the plans: whether tablets of the same name count, in: gym"],
    ),
    "four weeks for 28 days": (('every = "P28D"\nscars', 'every = "P4W"\nscars'), []),
    "a range that is set aside": (
        ("sessions = [3, 4] }", 'sessions = [3, 4] }, { source = "b", statement = "x", set_aside = "y" }'),
        [],
    ),
}


@pytest.mark.parametrize(("edit", "lines"), CHANGES.values(), ids=CHANGES)
def test_what_changes_for_a_patient_is_described(edit: tuple[str, str], lines: list[str]) -> None:
    found = told(RULES, edited(RULES, [edit]))
    if not any(line.startswith("Changed") for line in lines):  # a row of its own each, below
        found = [line for line in found if not line.startswith("Changed")]
    assert found == lines


@pytest.mark.long
@pytest.mark.parametrize(("edit", "lines"), CHANGES.values(), ids=CHANGES)
def test_a_change_is_a_change_in_either_direction(edit: tuple[str, str], lines: list[str]) -> None:
    there, back = (schedule(text) for text in (RULES, edited(RULES, [edit])))
    seen = [line for line in lines if not line.startswith("Changed")]
    assert len(differences(there, back)) == len(differences(back, there)) == len(seen)


def test_times_where_a_note_was_are_new() -> None:
    found = told(edited(RULES, [(FROM_A_DAY, 'statement = "Now and then"')]), RULES)
    assert found[0] == (
        "New: Moisturise (cream): from 24 hours after the treatment until 7 days after the treatment "
        "instead of a note without times"
    )


def test_a_month_and_its_days_differ_in_a_short_month_only() -> None:
    month, days = (
        (A_WEEK, f'statement = "A month", start = "P0D", end = "{end}"') for end in ("P1M", "P31D")
    )
    # From 15 January a month is 31 days. From 10 February it is 28, so 31 days are three more.
    assert told(edited(RULES, [month]), edited(RULES, [days]))[0] == (
        "Longer: No gym (gym), in a short month: until 31 days after the treatment instead of 1 month: "
        "about 3 days longer"
    )


def test_a_clock_time_is_another_where_only_the_date_is_known() -> None:
    # Treated at 11:37, 11:37 on day 7 is 7 days; of a date alone, 7 days end with day 7: 12 h 23 min later.
    text = told(RULES, edited(RULES, [(A_WEEK, 'statement = "A week", start = "P0D", end = "P7D@11:37"')]))[0]
    assert text == (
        "Shorter: No gym (gym), where only the date is known: until 11:37 on day 7 instead of "
        "7 days after the treatment: 12½ h shorter"
    )


def test_every_change_names_the_simplest_treatment_that_shows_it() -> None:
    found = differences(schedule(RULES), schedule(edited(RULES, [(A_WEEK, A_DAY)])))
    assert {one.reference for one in found} == {Reference.PLAIN}


# The command --------------------------------------------------------------------------------------


@pytest.fixture
def rule_files(tmp_path: Path) -> Path:
    (tmp_path / "old.toml").write_text(RULES, encoding="utf-8")
    (tmp_path / "new.toml").write_text(edited(RULES, [(A_WEEK, A_DAY)]), encoding="utf-8")
    (tmp_path / "same.toml").write_text(edited(RULES, [('version = "1"', 'version = "2"')]), encoding="utf-8")
    (tmp_path / "broken.toml").write_text(
        edited(RULES, [('"P30D", end = "P30D" }', '"30" }')]), encoding="utf-8"
    )
    return tmp_path


def diff(folder: Path, *arguments: str) -> Result:
    return needlecare("schedule", "diff", *arguments, cwd=folder, COLUMNS="1000")


def test_diff_ends_with_1_when_something_changes(rule_files: Path) -> None:
    done = diff(rule_files, "old.toml", "new.toml")
    assert done.code == 1
    assert done.out.startswith(
        "From small 1 to small 1: 1 rule changes for a patient\n\nShorter\n  No gym (gym): "
    )
    assert done.err == ""


def test_diff_ends_with_0_when_nothing_changes(rule_files: Path) -> None:
    done = diff(rule_files, "old.toml", "same.toml")
    assert (done.code, done.err) == (0, "")
    assert done.out == "From small 1 to small 2: nothing changes for a patient\n"


@pytest.mark.parametrize(
    ("files", "code", "said"),
    [
        (("old.toml", "broken.toml"), 3, "broken.toml:91:67: photo"),
        (("broken.toml", "old.toml"), 3, "broken.toml:91:67: photo"),
        (("old.toml", "gone.toml"), 2, 'the rule file "gone.toml" cannot be read'),
        (("microneedlin", "old.toml"), 2, 'did you mean "microneedling"?'),
        (("old.toml",), 2, "Missing argument"),
    ],
)
def test_diff_refuses_what_it_cannot_compare(
    rule_files: Path, files: tuple[str, ...], code: int, said: str
) -> None:
    done = diff(rule_files, *files)
    assert (done.code, done.out) == (code, "")
    assert said in done.err


def test_diff_as_json_says_the_same_with_the_offsets_as_written(rule_files: Path) -> None:
    done = diff(rule_files, "old.toml", "new.toml", "--json")
    assert (done.code, done.err) == (1, "")
    document: dict[str, Any] = json.loads(done.out)
    assert document["needlecare"]["format"] == 1
    assert (document["before"]["id"], document["after"]["id"]) == ("small", "small")
    shorter, disputed = document["changes"]
    assert shorter == {
        "change": "shorter",
        "rule": "gym",
        "about": "end",
        "before": {"offset": "P7D", "day": None, "seconds": 604800},
        "after": {"offset": "PT24H", "day": None, "seconds": 86400},
        "cases": [{"prp": None, "scars": None, "skin_types": ["I-III", "IV-VI", "unknown"]}],
        "only": None,
        "text": "No gym (gym): until 24 hours after the treatment instead of 7 days: 6 days shorter",
    }
    assert (disputed["change"], disputed["after"]) == ("disputed", None)
    assert document["unseen"] == {"recommendations": ["gym"]}


def test_diff_fits_a_narrow_terminal(rule_files: Path) -> None:
    done = needlecare("schedule", "diff", "old.toml", "new.toml", cwd=rule_files, COLUMNS="40")
    assert max(map(len, done.out.split("\n"))) <= 40


def test_the_example_differs_from_the_built_in_schedule_as_it_says_itself() -> None:
    done = diff(EXAMPLE.parent, "microneedling", EXAMPLE.name)
    assert done.code == 1
    # What larkspur.toml changes, by hand; the built-in file has makeup for 48 hours.
    for line in (
        "Maintenance session, if you want one (maintenance): was ",
        "No face-down massage (face-cradle): until 08:00 on day 2",
        "Our nurse telephones you (nurse-call): on day 3",
        "No makeup (makeup), without PRP: until 72 hours after the treatment instead of 48 hours: 24 h longer",
        "No makeup (makeup), with PRP: until 5 days after the treatment instead of 48 hours: 3 days longer",
        "the telephone is now “020 7946 0123”",
        "the time between two sessions is now 42 days; it was 28 days",
    ):
        assert f"\n  {line}" in done.out
