"""Which events a full calendar leaves out: what an event is worth, in hours that a change may come late."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from needlecare.calendar.room import Candidate, Worth, is_left_out, left_out

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def always(count: int) -> list[Candidate]:
    return [Candidate(role=f"always/{number}", worth=Worth.ALWAYS) for number in range(count)]


def change(role: str, hours: float, priority: int = 1, worth: Worth = Worth.CHANGE) -> Candidate:
    """Return a change so many hours after noon."""
    return Candidate(role=role, worth=worth, at=NOON + timedelta(hours=hours), priority=priority)


def gone(*sessions: Sequence[Candidate]) -> list[list[str]]:
    """Return the roles that each session leaves out."""
    return [sorted(roles) for roles in left_out(sessions).roles]


LATE = {
    # what goes rather than that a change comes later than so many hours, in a first session and in a later one,
    # where a change is worth 1 instead of 2, and each hour of delay a third
    Worth.SAME_DAY: (1, 6),
    Worth.FURTHER_PREPARATION: (3, 3),
    Worth.CARE: (18, 1.5),
    Worth.EVE: (28, 6),
    Worth.SIGN: (38, 24),
    Worth.LAST_CHANGE: (98, 147),
    Worth.NEXT_SESSION: (148, 51),
    Worth.PREPARATION: (198, 297),
    Worth.MILESTONE: (398, 1197),
    Worth.ASKED_FOR: (498, 1497),
}


@pytest.mark.parametrize("session", [0, 1, 2])
@pytest.mark.parametrize("worth", LATE)
def test_a_change_may_come_late_rather_than_that_this_goes(worth: Worth, session: int) -> None:
    hours = LATE[worth][session > 0]
    other = Candidate(role="other", worth=worth)
    for delay, first in ((hours - 0.01, "phase/a"), (hours + 0.01, "other")):
        parts = [*always(28), change("phase/a", 0), change("phase/b", delay, worth=Worth.ALWAYS), other]
        assert gone(*([] for _ in range(session)), parts) == [*([] for _ in range(session)), [first]]


def test_a_bar_goes_first_then_a_middle() -> None:
    """A change is never worth less than 2 in a first session, and 1 in a later one, as much as a middle."""
    parts = [
        Candidate(role="middle/a", worth=Worth.MIDDLE),
        change("phase/a", 0),
        Candidate(role="bar/a", worth=Worth.BAR),
        change("phase/b", 0, worth=Worth.ALWAYS),
    ]
    assert gone([*always(27), *parts]) == [["bar/a"]]
    assert gone([*always(28), *parts]) == [["bar/a", "middle/a"]]
    assert gone([*always(29), *parts]) == [["bar/a", "middle/a", "phase/a"]]
    assert gone([], [*always(28), *parts]) == [
        [],
        ["bar/a", "phase/a"],
    ]  # the later of two that are worth as much


def test_thirty_events_stay() -> None:
    bars = [Candidate(role=f"bar/{number}", worth=Worth.BAR) for number in range(31)]
    assert gone(bars[:30]) == [[]]
    assert gone(bars) == [["bar/30"]]
    assert gone(bars[:15], bars[:16]) == [[], ["bar/15"]]
    assert gone(bars[:16], bars[:15]) == [[], ["bar/14"]]  # the last of the latest session
    assert gone(always(40)) == [[]]  # what is always there has no limit


def test_what_is_less_important_waits_longer_for_the_next_change() -> None:
    """With priority 2, ten hours of delay cost as much as five with priority 1."""
    parts = [
        change("a", 0, priority=2),
        change("b", 10),
        change("c", 17),
        change("d", 20, worth=Worth.ALWAYS),
    ]
    # 2 + 10 / 2 = 7; 2 + 7 = 9; 2 + 3 = 5
    assert gone([*always(27), *parts]) == [["c"]]
    # d has what c announced, since 17; then a costs 7, and b 2 + 10 = 12
    assert gone([*always(28), *parts]) == [["a", "c"]]


def test_a_change_that_announces_another_is_worth_its_delay_too() -> None:
    """Once c announces what b did, a would wait for c: eight hours instead of four."""
    parts = [
        change("a", 0),
        change("b", 4, priority=3),
        change("c", 8, worth=Worth.ALWAYS),
        Candidate(role="care", worth=Worth.FURTHER_PREPARATION),
    ]
    # b alone: 2 + 4 / 3 = 3.3; a: 2 + 4 = 6; preparation: 5
    assert gone([*always(27), *parts]) == [["b"]]
    # a would be 8 hours late now, until c: 10
    assert gone([*always(28), *parts]) == [["b", "care"]]
    assert gone([*always(29), *parts]) == [["a", "b", "care"]]


def test_a_change_takes_over_the_importance_of_what_it_announces() -> None:
    parts = [
        change("a", 0),
        change("b", 1, priority=9),
        change("c", 10, worth=Worth.ALWAYS),
        Candidate(role="care", worth=Worth.FURTHER_PREPARATION),
    ]
    # a: 2 + 1 = 3; b: 2 + 9 / 9 = 3, and it is the later of the two. Then a would wait for c: 2 + 10.
    assert gone([*always(27), *parts]) == [["b"]]
    assert gone([*always(28), *parts]) == [["b", "care"]]
    # a first (2.5): b is then as important as a and 10 hours late for it: 12, more than the preparation
    parts[0] = change("a", 0.5)
    assert gone([*always(27), *parts]) == [["a"]]
    assert gone([*always(28), *parts]) == [["a", "care"]]


def test_the_kinds_that_go_are_named_with_their_sessions_and_without_where_none_stays() -> None:
    care, bars = (
        Candidate(role="care", worth=Worth.CARE),
        [Candidate(role=f"bar/{n}", worth=Worth.BAR) for n in range(2)],
    )
    found = left_out([[*always(15), *bars], [*always(13), care, *bars]])
    assert found.kinds == {Worth.BAR: [1, 2]}
    found = left_out([[*always(15), *bars], [*always(14), care, *bars]])
    assert found.kinds == {Worth.BAR: []}
    found = left_out([[*always(30), care, change("a", 0), change("b", 1, worth=Worth.LAST_CHANGE)]])
    assert found.kinds == {Worth.CHANGE: [], Worth.CARE: [], Worth.LAST_CHANGE: []}


LEFT_OUT = {
    ("phase/a", ("phase/a",)): True,
    ("phase/a", ("phase/b",)): False,
    ("bar/a", ("bar/a",)): True,
    ("bar/a", ("phase/b",)): True,  # changes are announced together, so that the bar would be another one
    ("middle/a", ("phase/b",)): True,
    ("bar/a", ("care/b",)): False,
    ("bar/a", ()): False,
}


@pytest.mark.parametrize(("role", "without"), LEFT_OUT)
def test_bars_go_with_the_changes(role: str, without: tuple[str, ...]) -> None:
    assert is_left_out(role, without) == LEFT_OUT[role, without]
