"""The answer to "may I?": what some rules say at a moment.

Nothing is worded here. The caller passes the rules; their windows are in the plan. Every rule counts, and the
strictest decides.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from msgspec import Struct

from needlecare.model import Condition, Kind, Plan, Rule, SessionScope, Status, Window
from needlecare.plan.combine import begins, status


class Verdict(StrEnum):
    """Whether something is allowed; from the most permissive to the strictest."""

    YES = "yes"
    NOTHING_AGAINST = "nothing against it yet"
    NOBODY = "nobody says"
    DIFFERS = "sources differ"
    NOT_YET = "not yet"

    @property
    def allowed(self) -> bool:
        """Whether it may be done now."""
        return self in {Verdict.YES, Verdict.NOTHING_AGAINST}


_STRICTNESS = tuple(Verdict)


class Ruling(Struct, frozen=True, kw_only=True):
    """What one rule says at a moment; None as a verdict means that it doesn't answer "may I?".

    The window is None if no source gives a time for this treatment.
    """

    rule: Rule
    window: Window | None
    verdict: Verdict | None


class Answer(Struct, frozen=True, kw_only=True):
    """The strictest of all rulings, at a moment (UTC). Rulings are sorted, the strictest first.

    `first` is what comes before the answer, because of exact words in the question: to keep a helmet on.
    """

    plan: Plan
    moment: datetime
    begun: bool
    verdict: Verdict
    rulings: tuple[Ruling, ...]
    first: tuple[str, ...] = ()

    @property
    def deciding(self) -> tuple[Ruling, ...]:
        """The rulings that decided the answer; none if no rule answers "may I?"."""
        return tuple(ruling for ruling in self.rulings if ruling.verdict is self.verdict)

    @property
    def others(self) -> tuple[Ruling, ...]:
        """The rulings that are named in addition."""
        return tuple(ruling for ruling in self.rulings if ruling.verdict is not self.verdict)

    @property
    def nothing_against_until(self) -> datetime | None:
        """The earliest start (UTC) of a window that has not begun."""
        starts = [r.window.start for r in self.deciding if r.window and r.window.start]
        return min(starts, default=None)


def answer(rules: Sequence[Rule], plan: Plan, moment: datetime) -> Answer:
    """Answer "may I?" with some rules of a plan's schedule, at a moment (UTC)."""
    begun = moment >= begins(plan)
    kinds = {rule.kind for rule in rules}
    # A preparation with the same word as something to do need not be a ban on it.
    to_do = Kind.DO in kinds and Kind.AVOID not in kinds
    windows = windows_by_rule(plan)
    rulings = []
    for rule in rules:
        window = windows.get(rule.id)
        said = _verdict(rule, window, moment, begun=begun)
        if to_do and rule.kind is Kind.PREPARE:
            said = Verdict.NOBODY if said in {Verdict.NOT_YET, Verdict.DIFFERS} else None
        rulings.append(Ruling(rule=rule, window=window, verdict=said))
    avoid_verdicts = {ruling.verdict for ruling in rulings if ruling.rule.kind is Kind.AVOID}
    if avoid_verdicts & {Verdict.DIFFERS, Verdict.NOT_YET}:
        rulings = [_without_own_wait(ruling) for ruling in rulings]
    rulings.sort(key=_strictness, reverse=True)
    verdict = next((ruling.verdict for ruling in rulings if ruling.verdict), Verdict.NOBODY)
    return Answer(plan=plan, moment=moment, begun=begun, verdict=verdict, rulings=tuple(rulings))


def windows_by_rule(plan: Plan) -> dict[str, Window]:
    """Return the windows of a plan by the ids of their rules."""
    return {window.rule.id: window for window in (*plan.windows, *plan.checklist, *plan.warnings)}


def for_another_case(rule: Rule, plan: Plan) -> Condition | None:
    """Return the condition that all sources of a rule share, if it doesn't apply to this treatment."""
    conditions = {recommendation.condition for recommendation in rule.recommendations}
    if len(conditions) != 1 or rule.id in windows_by_rule(plan):
        return None
    (condition,) = conditions
    return None if condition is Condition.ALL else condition


def _strictness(ruling: Ruling) -> tuple[float, ...]:
    """Sort rulings by verdict; with the same verdict, avoid rules come first, then those that end later."""
    if ruling.verdict is None:
        return ()
    end = ruling.window.end if ruling.window else None
    ends = () if end is None else (end.timestamp(),)
    return _STRICTNESS.index(ruling.verdict), ruling.rule.kind is Kind.AVOID, *ends


def _verdict(rule: Rule, window: Window | None, moment: datetime, *, begun: bool) -> Verdict | None:
    """Return the verdict of a rule on "may I?". Preparation and checklist count only before the treatment."""
    where = None if window is None else status(window, moment)
    match rule.kind:
        case Kind.AVOID:
            return _avoid_verdict(where)
        case Kind.DO:
            return _do_verdict(where, begun=begun)
        case Kind.PREPARE:
            return None if window is None or begun else _prepare_verdict(window, moment)
        case Kind.CONTRAINDICATION:
            return Verdict.NOT_YET if where is Status.ACTIVE and not begun else None
        case Kind.MILESTONE:
            return _milestone_verdict(rule, where)
        case Kind.WARNING | Kind.EXPECT:  # a warning sign is never answered with yes
            return Verdict.NOBODY if rule.kind is Kind.WARNING else None
        case _:
            assert_never(rule.kind)


def _avoid_verdict(where: Status | None) -> Verdict:
    match where:
        case None:
            return Verdict.NOBODY
        case Status.UPCOMING:
            return Verdict.NOTHING_AGAINST
        case Status.ACTIVE:
            return Verdict.NOT_YET
        case Status.DIFFERS:
            return Verdict.DIFFERS
        case Status.PAST:
            return Verdict.YES
        case _:
            assert_never(where)


def _do_verdict(where: Status | None, *, begun: bool) -> Verdict | None:
    match where:
        case None:
            return Verdict.NOBODY if begun else None
        case Status.UPCOMING:
            return Verdict.NOT_YET if begun else Verdict.NOTHING_AGAINST
        case Status.ACTIVE | Status.DIFFERS:
            return Verdict.YES
        case Status.PAST:
            return None
        case _:
            assert_never(where)


def _prepare_verdict(window: Window, moment: datetime) -> Verdict | None:
    match status(window, moment):
        case Status.UPCOMING:
            return Verdict.NOTHING_AGAINST
        case Status.ACTIVE:
            differs = window.latest_start is not None and moment < window.latest_start
            return Verdict.DIFFERS if differs else Verdict.NOT_YET
        case Status.DIFFERS | Status.PAST:
            return None


def _milestone_verdict(rule: Rule, where: Status | None) -> Verdict | None:
    """Return the verdict on another session; photos have none."""
    if rule.series is not SessionScope.BETWEEN or where is None:
        return None
    return Verdict.NOT_YET if where is Status.UPCOMING else Verdict.YES


def _without_own_wait(ruling: Ruling) -> Ruling:
    """Remove the verdict of a do rule that has not begun: it only waits for the avoid rule that decides."""
    if ruling.rule.kind is Kind.DO and ruling.verdict is Verdict.NOT_YET:
        return Ruling(rule=ruling.rule, window=ruling.window, verdict=None)
    return ruling
