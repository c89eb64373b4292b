"""What a plan says at a moment: not yet, next, do, normal, later. The schedule is one that never changes.

Treated on Saturday 21 November 2026 at 14:30 in Berlin, with PRP, skin type IV; moments are local.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from examples import BERLIN, EXAMPLE, parse_moment
from needlecare.model import Plan, Schedule, Window
from needlecare.plan.combine import plan
from needlecare.plan.overview import Overview, overview
from needlecare.time.zones import local, zone_named


@pytest.fixture(scope="module")
def made(schedule_v1: Schedule) -> Plan:
    return plan(EXAMPLE, schedule_v1)


def at(text: str, made: Plan) -> Overview:
    zone = zone_named(BERLIN)
    return overview(made, parse_moment(text, now=datetime(2026, 11, 21, tzinfo=UTC), zone=zone))


def ids(windows: Iterable[Window]) -> list[str]:
    return [window.rule.id for window in windows]


def grouped(groups: Iterable[Any]) -> list[tuple[str, list[str]]]:
    """Return the local moment of each group, and its rules."""
    zone = zone_named(BERLIN)
    return [(f"{local(group.moment, zone):%d %b %H:%M}", ids(group.windows)) for group in groups]


def test_what_ended_within_a_day_is_news(made: Plan) -> None:
    """Washing ended on Sunday 08:00, sunscreen and what is as short on Sunday 14:30, makeup on Monday 14:30."""
    day = ["unapproved-products", "sunscreen", "friction", "touching"]
    for moment, news, older in (
        ("2026-11-22T07:59", [], []),
        ("2026-11-22T08:00", ["wash-face"], []),
        ("2026-11-23T07:59", ["wash-face", *day], []),
        ("2026-11-23T08:00", day, ["wash-face"]),
        ("2026-11-23T14:30", ["makeup"], ["wash-face", *day]),
    ):
        found = at(moment, made)
        assert (ids(found.just_ended), ids(found.ended)) == (news, older)


def test_what_is_not_over_is_grouped_by_its_end(made: Plan) -> None:
    found = at("2026-11-24T14:30", made)  # alcohol and smoking ended then
    assert grouped(found.not_yet) == [
        ("26 Nov 14:30", ["swimming"]),
        ("28 Nov 00:00", ["exercise", "heat", "facial-brush"]),
        ("28 Nov 14:30", ["exfoliants", "usual-products", "vitamin-c", "picking", "hair-removal"]),
        ("05 Dec 14:30", ["retinoids", "alcohol-toner", "nsaids", "injectables"]),
        ("19 Dec 14:30", ["direct-sun"]),
        ("21 Dec 14:30", ["laser-peel"]),
    ]
    assert found.next_change == found.not_yet[0]
    assert at("2026-12-21T14:30", made).next_change is None


def test_a_preparation_is_named_until_the_treatment(made: Plan) -> None:
    before, after = at("2026-11-21T14:29", made), at("2026-11-21T14:30", made)
    assert (before.begun, after.begun) == (False, True)
    assert grouped(before.preparation)[-1] == ("21 Nov 00:00", ["clean-face", "baseline-photo"])
    assert after.preparation == ()


def test_what_to_do_is_split_into_now_and_later(made: Plan) -> None:
    found = at("2026-11-22T14:29", made)
    assert ids(found.do_now) == [
        *("lukewarm-wash", "prescribed-products", "shade", "drink-water", "pain-relief", "clean-pillowcase"),
    ]
    assert grouped(found.do_later) == [
        ("22 Nov 14:30", ["gentle-products", "moisturise", "hyaluronic", "sunscreen-daily"])
    ]
    assert at("2026-11-22T14:30", made).do_later == ()


def test_what_begins_within_two_weeks_is_normal_soon_and_the_rest_are_results(made: Plan) -> None:
    """First results begin on 5 December 14:30, two weeks after the treatment; remodelling on 19 December."""
    found = at("2026-11-21T14:30", made)
    assert ids(found.normal_now) == ["redness", "swelling", "pinpoint-bleeding", "tightness"]
    assert grouped(found.normal_soon) == [
        ("22 Nov 14:30", ["swelling-peak", "peeling", "honeymoon"]),
        ("05 Dec 14:30", ["first-results"]),
    ]
    assert grouped(found.results) == [
        ("19 Dec 14:30", ["remodelling"]),
        ("21 Feb 14:30", ["best-results"]),
    ]
    assert grouped(at("2026-12-05T14:29", made).results) == grouped(found.results)
    assert grouped(at("2026-12-05T14:30", made).normal_soon) == [("19 Dec 14:30", ["remodelling"])]
    # long before it, two weeks count from the treatment
    assert grouped(at("2026-10-01", made).normal_soon)[-1] == ("05 Dec 14:30", ["first-results"])


def test_warnings_and_milestones_are_named_in_their_time(made: Plan) -> None:
    found = at("2026-11-23T14:29", made)
    assert ids(found.call_now) == ["infection", "rash", "pigment", "allergy"]
    assert grouped(found.call_later) == [("23 Nov 14:30", ["growing"]), ("28 Nov 14:30", ["not-settled"])]
    assert ids(at("2026-11-23T14:30", made).call_now)[1] == "growing"
    assert grouped(found.milestones)[0] == ("19 Dec 00:00", ["next-session"])


def test_notes_about_preparation_are_dropped_once_it_has_begun(made: Plan) -> None:
    kinds = [
        {made.schedule.rules[note.rule].kind for note in at(moment, made).notes if note.rule}
        for moment in ("2026-11-20", "2026-11-22")
    ]
    assert ["prepare" in found for found in kinds] == [True, False]
