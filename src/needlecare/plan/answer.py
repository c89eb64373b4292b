"""The answer to "may I?": what some rules say at a moment.

Nothing is worded here. The caller passes the rules; their windows are in the plan. Every rule counts, and the
strictest decides.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from needlecare.model import Condition, Kind, Plan, PrepareWindow, Rule, SessionScope, Status, Window
from needlecare.plan.combine import begins, status_at


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
    reminds = all(rule.never_forbids and not rule.medicine for rule in rules)  # a photo, or loose clothes
    windows = windows_by_rule(plan)
    banning = {Verdict.DIFFERS, Verdict.NOT_YET}
    rulings = []
    for rule in rules:
        window = windows.get(rule.id)
        said = _verdict(rule, window, moment, begun=begun)
        if reminds and not begun and rule.kind is Kind.PREPARE and window is not None:
            said = Verdict.YES
        if to_do and rule.kind is Kind.PREPARE:
            said = Verdict.NOBODY if said in banning else None
        rulings.append(Ruling(rule=rule, window=window, verdict=said))
    if any(ruling.rule.kind is Kind.AVOID and ruling.verdict in banning for ruling in rulings):
        # A do rule that has not begun only waits for the avoid rule that decides.
        rulings = [
            replace(ruling, verdict=None)
            if ruling.rule.kind is Kind.DO and ruling.verdict in banning
            else ruling
            for ruling in rulings
        ]
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


# The verdict of a rule by the status of its window; None if it has no window. What isn't here has no verdict.
_Verdicts = Mapping[Kind, Mapping[Status | None, Verdict]]
_AT_ANY_TIME: _Verdicts = {
    Kind.AVOID: {
        None: Verdict.NOBODY,
        Status.UPCOMING: Verdict.NOTHING_AGAINST,
        Status.ACTIVE: Verdict.NOT_YET,
        Status.DIFFERS: Verdict.DIFFERS,
        Status.PAST: Verdict.YES,
    },
    Kind.MILESTONE: {
        Status.UPCOMING: Verdict.NOT_YET,
        Status.ACTIVE: Verdict.YES,
        Status.PAST: Verdict.YES,
    },
    Kind.WARNING: dict.fromkeys((None, *Status), Verdict.NOBODY),  # never answered with yes
}
_BEFORE_TREATMENT: _Verdicts = {
    **_AT_ANY_TIME,
    Kind.DO: {Status.UPCOMING: Verdict.NOTHING_AGAINST, Status.ACTIVE: Verdict.YES},
    Kind.PREPARE: {Status.UPCOMING: Verdict.NOTHING_AGAINST, Status.ACTIVE: Verdict.NOT_YET},
    Kind.CONTRAINDICATION: {Status.ACTIVE: Verdict.NOT_YET},
}
_FROM_TREATMENT: _Verdicts = {
    **_AT_ANY_TIME,
    Kind.DO: {None: Verdict.NOBODY, Status.UPCOMING: Verdict.NOT_YET, Status.ACTIVE: Verdict.YES},
}


def _verdict(rule: Rule, window: Window | None, moment: datetime, *, begun: bool) -> Verdict | None:
    """Return the verdict of a rule on "may I?". Preparation and checklist count only before the treatment."""
    if rule.never_forbids:
        if rule.kind is Kind.MILESTONE:
            return Verdict.YES
        return Verdict.NOBODY if rule.medicine and not begun else None
    if rule.kind is Kind.MILESTONE and rule.series is not SessionScope.BETWEEN:
        return None  # only another session is something to ask about
    where = None if window is None else status_at(window, moment)
    verdict = (_FROM_TREATMENT if begun else _BEFORE_TREATMENT).get(rule.kind, {}).get(where)
    is_disputed = isinstance(window, PrepareWindow) and moment < window.latest_start
    return Verdict.DIFFERS if is_disputed and verdict is Verdict.NOT_YET else verdict
