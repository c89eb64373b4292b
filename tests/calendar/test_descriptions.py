"""Descriptions of events: what belongs to a span of time, and what is left out where it is too long for clients."""

import pytest

from examples import EXAMPLE, at
from needlecare.calendar.descriptions import Description, Section, Wording
from needlecare.model import Schedule
from needlecare.plan.combine import plan


@pytest.fixture(scope="module")
def wording(schedule_v1: Schedule) -> Wording:
    """Return the words for the example, of which no change is announced."""
    return Wording(plan(EXAMPLE, schedule_v1), changes=(), announced=(), going_on={})


def text(wording: Wording, *sections: Section, news: str = "N", following: str = "F") -> str:
    return wording.text(Description(news=news, following=following, sections=sections), names="")


LINES = {
    # what the first two lines should say: what they say
    ("n" * 700, "f" * 300): ("n" * 700, "f" * 300),
    ("n" * 701, "f" * 301): (f"{'n' * 699}…", f"{'f' * 299}…"),
    (f"{'n' * 698} nn", "two\nlines  of  it"): (f"{'n' * 698}…", "two lines of it"),
}


@pytest.mark.parametrize(("news", "following"), LINES)
def test_the_first_lines_are_cut_where_they_are_too_long(news: str, following: str, wording: Wording) -> None:
    assert tuple(text(wording, news=news, following=following).splitlines()[:2]) == LINES[news, following]


def test_what_matters_least_is_left_out_where_a_description_has_more_than_2899_characters(
    wording: Wording,
) -> None:
    """Each section has two line feeds before it."""
    room = 2899 - len(text(wording)) - 3 * 2 - 2 * 10
    for length, kept in ((room, "abc"), (room + 1, "ac"), (room + 12, "ac"), (room + 13, "a")):
        said = text(wording, Section("a" * length), Section("b" * 10, 3), Section("c" * 10, 1))
        assert [mark for mark in "abc" if mark * 10 in said] == list(kept)
        assert len(said) <= 2899
    # what always stays is cut
    said = text(wording, Section("a" * 5000), Section("b" * 10, 3))
    assert (len(said), said[-1], "b" * 10 in said) == (2899, "…", False)


SPANS = {
    # a span of 22 November, local: whether moisturising, which is advised from 14:30 on, is part of it
    ("09:00", "14:30"): None,
    ("09:00", "14:31"): "moisturise often (from Sun 22 Nov 14:30)",
    ("09:00", None): "moisturise often (from Sun 22 Nov 14:30)",
    ("14:30", "14:31"): "moisturise often",
}


@pytest.mark.parametrize(("start", "end"), SPANS)
def test_a_span_of_time_names_what_falls_into_it(start: str, end: str | None, wording: Wording) -> None:
    day = "2026-11-22T{}+01:00"
    said = wording.phase("", at(day.format(start)), None if end is None else at(day.format(end)))
    (found,) = (section.text for section in said.sections if section.text.startswith("Do:"))
    names = SPANS[start, end]
    assert ("moisturise" in found) == (names is not None)
    assert names is None or f"{names}\n" in f"{found}\n" or f"{names}, " in found


def test_a_sign_that_becomes_one_later_says_from_when(wording: Wording) -> None:
    """Redness that still grows is one from Monday 14:30 on, 48 hours after the treatment."""
    monday = at("2026-11-23T14:30+01:00")
    before, after = (
        wording.phase("", start, None).sections[-1] for start in (at("2026-11-23T14:29+01:00"), monday)
    )
    assert "(from Mon 23 Nov 14:30)" in before.text
    assert "(from Mon 23 Nov 14:30)" not in after.text
    assert (before.rank, after.rank) == (1, 1)
