"""May I? What the rules that some words mean say at a moment: yes, not yet, sources differ, nobody says.

Nothing is worded here, and nothing is looked up: the rules come in, their windows
stand in the plan.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from msgspec import Struct

from needlecare.model import Kind, Plan, Rule, Status, Window
from needlecare.plan.combine import begins, status


class Verdict(StrEnum):
    """Whether something is allowed; from the least strict to the strictest."""

    YES = "yes"
    NOBODY = "nobody says"
    DIFFERS = "sources differ"
    NOT_YET = "not yet"


_STRICTNESS = tuple(Verdict)


class Ruling(Struct, frozen=True, kw_only=True):
    """What one rule says at a moment; a verdict of None speaks of something else than "may I?".

    The window is None where no source gives a time for this treatment.
    """

    rule: Rule
    window: Window | None
    verdict: Verdict | None


class Answer(Struct, frozen=True, kw_only=True):
    """The strictest of all rulings, at a moment (UTC). Rulings stand from the strictest to the least strict."""

    plan: Plan
    moment: datetime
    begun: bool
    verdict: Verdict
    rulings: tuple[Ruling, ...]

    @property
    def deciding(self) -> tuple[Ruling, ...]:
        """The rulings that made the answer; none where no rule speaks of "may I?"."""
        return tuple(one for one in self.rulings if one.verdict is self.verdict)

    @property
    def others(self) -> tuple[Ruling, ...]:
        """The rulings that are named beside them."""
        return tuple(one for one in self.rulings if one.verdict is not self.verdict)


def answer(rules: Sequence[Rule], plan: Plan, moment: datetime) -> Answer:
    """Return the answer of some rules of a plan's schedule at a moment (UTC)."""
    begun = moment >= begins(plan)
    kinds = {rule.kind for rule in rules}
    # What a word for something to do has to do before the treatment is no ban on it.
    to_do = Kind.DO in kinds and Kind.AVOID not in kinds
    windows = {window.rule.id: window for window in (*plan.windows, *plan.checklist, *plan.warnings)}
    rulings = []
    for rule in rules:
        window = windows.get(rule.id)
        said = _said(rule, window, moment, begun=begun)
        if to_do and rule.kind is Kind.PREPARE:
            said = None
        rulings.append(Ruling(rule=rule, window=window, verdict=said))
    said_to_avoid = {one.verdict for one in rulings if one.rule.kind is Kind.AVOID}
    if said_to_avoid & {Verdict.DIFFERS, Verdict.NOT_YET}:
        rulings = [_behind(one) for one in rulings]
    rulings.sort(key=_strictness, reverse=True)
    verdict = next((one.verdict for one in rulings if one.verdict), Verdict.NOBODY)
    return Answer(plan=plan, moment=moment, begun=begun, verdict=verdict, rulings=tuple(rulings))


def _strictness(ruling: Ruling) -> tuple[int, bool, float]:
    """Order rulings by their verdict; of two alike what to avoid comes first, then what ends later."""
    if ruling.verdict is None:
        return -1, False, 0
    end = ruling.window.end if ruling.window else None
    return _STRICTNESS.index(ruling.verdict), ruling.rule.kind is Kind.AVOID, end.timestamp() if end else 0


def _said(rule: Rule, window: Window | None, moment: datetime, *, begun: bool) -> Verdict | None:
    """Return what a rule says to "may I?": preparation and checklist before the treatment alone."""
    where = None if window is None else status(window, moment)
    match rule.kind:
        case Kind.AVOID:
            return _said_to_avoid(where)
        case Kind.DO:
            return _said_to_do(where, begun=begun)
        case Kind.PREPARE:
            return None if window is None or begun else _said_to_prepare(window, moment)
        case Kind.CONTRAINDICATION:
            return Verdict.NOT_YET if where is Status.ACTIVE and not begun else None
        case Kind.WARNING:
            return Verdict.NOBODY  # nobody hears yes about a sign for which to call the clinic
        case Kind.EXPECT | Kind.MILESTONE:
            return None
        case _:
            assert_never(rule.kind)


def _said_to_avoid(where: Status | None) -> Verdict:
    match where:
        case None | Status.UPCOMING:
            return Verdict.NOBODY
        case Status.ACTIVE:
            return Verdict.NOT_YET
        case Status.DIFFERS:
            return Verdict.DIFFERS
        case Status.PAST:
            return Verdict.YES
        case _:
            assert_never(where)


def _said_to_do(where: Status | None, *, begun: bool) -> Verdict | None:
    match where:
        case None:
            return Verdict.NOBODY if begun else None
        case Status.UPCOMING:
            return Verdict.NOT_YET if begun else None
        case Status.ACTIVE | Status.DIFFERS:
            return Verdict.YES
        case Status.PAST:
            return None
        case _:
            assert_never(where)


def _said_to_prepare(window: Window, moment: datetime) -> Verdict | None:
    if status(window, moment) is not Status.ACTIVE:
        return None
    differs = window.latest_start is not None and moment < window.latest_start
    return Verdict.DIFFERS if differs else Verdict.NOT_YET


def _behind(ruling: Ruling) -> Ruling:
    """Return the ruling of something to do that has not begun, where what to avoid speaks: it waits for
    that, and says nothing of its own.
    """
    if ruling.rule.kind is Kind.DO and ruling.verdict is Verdict.NOT_YET:
        return Ruling(rule=ruling.rule, window=ruling.window, verdict=None)
    return ruling
