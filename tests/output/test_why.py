"""Why a rule stands: nothing that the evidence says is left out, and the sum is told in words."""

import json
from datetime import datetime, timedelta

import pytest

from examples import TREATED
from needlecare.model import Schedule, SkinType, Treatment
from needlecare.output.answers.why import TIERS, Reason, offset_words, why
from needlecare.output.json.answers import why_json
from needlecare.output.terminal.screen import Screen
from needlecare.plan.combine import plan
from needlecare.time.offsets import parse_offset
from needlecare.time.zones import zone_named


def reason(rule: str, schedule: Schedule, *, dated: bool = True, prp: bool = True) -> Reason:
    treatment = Treatment(
        treated=TREATED, zone=zone_named("Europe/Berlin"), prp=prp, skin_type=SkinType.IV, scars=True
    )
    return Reason(
        rule=schedule.rules[rule], plan=plan(treatment, schedule), dated=dated, today=TREATED.date()
    )


def said(rule: str, schedule: Schedule, *, dated: bool = True, prp: bool = True) -> str:
    return " ".join(why([reason(rule, schedule, dated=dated, prp=prp)], Screen(width=80)).split())


@pytest.mark.parametrize("dated", [True, False])
def test_every_recommendation_stands_with_its_source_tier_address_reading_and_note(
    builtin: Schedule, dated: bool
) -> None:
    for rule in builtin.rules.values():
        text = " ".join(why([reason(rule.id, builtin, dated=dated)], Screen(width=160)).split())
        assert " ".join(rule.why.split()) in text
        for one in rule.recommendations:
            source = builtin.sources[one.source]
            for words in (one.claim, one.statement, source.title, TIERS[source.tier], source.address):
                assert " ".join(words.split()) in text, (rule.id, words)
            assert ("Our reading, not the source's own" in text) or not one.ours
            for extra in filter(None, (one.set_aside, one.note)):
                assert extra in text, (rule.id, extra)


SUMS = {
    # rule: what the sum must say; the numbers are those of the evidence
    "makeup": ["48 hours after the treatment (roller-blog)", "until Mon 23 Nov 2026 14:30"],
    "exercise": [
        "00:00 on day 7 (desert-sage)",
        "From 5 days after the treatment (canyon-view) on the sources",
    ],
    "direct-sun": ["the last of the sources it counts: 14 days after the treatment (renajo)"],
    "lukewarm-wash": ["It waits for “Do not wash your face”: it starts no earlier than that one ends."],
    "redness": [
        "It ends with the last, 7 days after the treatment (clinic-diary).",
        "For some it is over by 24 hours after the treatment (insightderm).",
    ],
    "filler-before": ["6 months before the treatment (exceed-ifu)", "Other sources start later"],
    "next-session": ["42 days after the treatment (nhs-chelwest)", "the day of the last source to start"],
    "growing": ["It holds from 48 hours after the treatment (chu-2021, our reading)."],
    "rash": ["It holds at any time."],
    "barrier-recovery": [
        "No source gives a time that counts for this treatment",
        "Set aside: measured with 0.15-0.25 mm needles",
    ],
}


@pytest.mark.parametrize(("rule", "words"), SUMS.items(), ids=list(SUMS))
def test_the_sum_is_told_in_words(rule: str, words: list[str], builtin: Schedule) -> None:
    text = said(rule, builtin)
    for one in words:
        assert one in text


def test_what_speaks_of_another_case_is_told_as_such(builtin: Schedule) -> None:
    text = said("exercise", builtin, prp=False)
    other = text.index("Other cases")
    assert text.index("No vigorous exercise for 5 days") > other
    assert "For treatments with PRP." in text[other:]
    assert text.index("No sweating for 48 hours") < other
    with_prp = said("exercise", builtin, prp=True)
    assert "Other cases" not in with_prp


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("P0D", "the treatment"),
        ("PT1H", "1 hour after the treatment"),
        ("PT90M", "1 hour and 30 minutes after the treatment"),
        ("-PT12H", "12 hours before the treatment"),
        ("P1M", "1 month after the treatment"),
        ("-P6M", "6 months before the treatment"),
        ("P2W", "14 days after the treatment"),
        ("P1DT6H", "1 day and 6 hours after the treatment"),
        ("P0D@00:00", "00:00 on the day of the treatment"),
        ("P1D@08:00", "08:00 on day 1"),
        ("-P2D@18:30", "18:30 on the day 2 before the treatment"),
        ("P1M@09:00", "1 month after the treatment, at 09:00"),
    ],
)
def test_an_offset_is_told_in_words(written: str, words: str) -> None:
    assert offset_words(parse_offset(written)) == words


def test_json_tells_the_same_with_dates_only_for_a_real_treatment(builtin: Schedule) -> None:
    dated = json.loads(why_json([reason("makeup", builtin)]))
    end = datetime.fromisoformat(dated["rules"][0]["window"]["end"])
    assert end == TREATED + timedelta(hours=48)
    assert dated["rules"][0]["recommendations"][0]["cited"]["tier"] == 4
    undated = json.loads(why_json([reason("makeup", builtin, dated=False)]))
    assert (undated["treatment"], undated["rules"][0]["window"]) == (None, None)


def test_the_first_line_is_the_reason_and_names_the_treatment(builtin: Schedule) -> None:
    first = why([reason("makeup", builtin)], Screen(width=200)).splitlines()[0]
    rule = builtin.rules["makeup"]
    assert first == f"{rule.title}. {rule.why} (treated Sat 21 Nov 14:30)"
    undated = why([reason("makeup", builtin, dated=False)], Screen(width=200)).splitlines()[0]
    assert undated == f"{rule.title}. {rule.why}"


def test_what_is_counted_agrees_or_is_set_aside_stands_in_groups(builtin: Schedule) -> None:
    """sun-before has all of these: two weeks counts, "no extended sun" gives no length, a month is set aside."""
    text = said("sun-before", builtin)
    counted = text.index("Counted: the date is on the safe side of all of these")
    agrees = text.index("Agrees, without a time that counts")
    aside = text.index("Set aside, not counted")
    assert counted < text.index("No tanning or sun in the 2 weeks before") < agrees
    assert agrees < text.index("No extended sun or tanning before") < aside
    assert aside < text.index("Keep out of the sun for a month before") < text.index("Set aside: one vendor")


@pytest.mark.parametrize("width", [40, 80])
def test_every_line_fits_the_screen(builtin: Schedule, width: int) -> None:
    text = why([reason("sun-before", builtin)], Screen(width=width, unicode=False))
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= width
