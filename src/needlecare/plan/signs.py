"""The answer to "is this normal?": what the rules about skin say about a sign at a moment.

It only restates what sources expect and when, and never says that somebody is well. Nothing is worded here. Every
rule counts, and the most serious decides.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from needlecare.model import Kind, Plan, Rule, Status, Window
from needlecare.plan.answer import windows_by_rule
from needlecare.plan.combine import begins, status_at


class Usual(StrEnum):
    """How a sign compares with what sources expect; from the least to the most serious."""

    NO_TIME = "no source gives a time"
    USUAL = "usual"
    NOT_YET = "not expected yet"
    PAST = "past its usual time"
    MIXED = "usual or a warning sign"
    WARNING = "warning sign"


_SERIOUSNESS = tuple(Usual)


class Sign(Struct, frozen=True, kw_only=True):
    """What one rule says about a sign at a moment."""

    rule: Rule
    window: Window | None
    usual: Usual


class SignAnswer(Struct, frozen=True, kw_only=True):
    """The answer about a sign at a moment (UTC), the most serious first.

    `watch` are the warnings that would change the answer, or that have replaced it; `others` are
    the other warning signs at the moment.
    """

    plan: Plan
    moment: datetime
    begun: bool
    usual: Usual
    signs: tuple[Sign, ...]
    watch: tuple[Rule, ...]
    others: tuple[Rule, ...]


def sign_answer(
    rules: Sequence[Rule],
    plan: Plan,
    moment: datetime,
    *,
    clear: Collection[str] = (),
    named: Collection[Collection[str]] = (),
    absent: bool = False,
) -> SignAnswer:
    """Answer "is this normal?" with some rules about skin, at a moment (UTC).

    `clear` are the warnings that were named as such, and not by words for something usual too. `named` are
    the rules that each word names: where one of them finds it usual, that another does not expect it yet,
    or any more, says nothing ("puffy" is the peak of the swelling, and the days after it).
    `absent`: the sign is missing ("no results yet"), which is usual before its time.
    """
    windows = windows_by_rule(plan)
    signs = []
    for rule in rules:
        window = windows.get(rule.id)
        signs.append(Sign(rule=rule, window=window, usual=_usual(rule, window, moment, absent=absent)))
    signs = _without_other_times(signs, named)
    signs.sort(key=lambda sign: _SERIOUSNESS.index(sign.usual), reverse=True)
    found = {sign.usual for sign in signs}
    usual = signs[0].usual
    if usual is Usual.WARNING and Usual.USUAL in found and not clear:
        usual = Usual.MIXED
    watch = tuple(_watch(signs, plan))
    warnings = [window.rule for window in plan.warnings if status_at(window, moment) is Status.ACTIVE]
    return SignAnswer(
        plan=plan,
        moment=moment,
        begun=moment >= begins(plan),
        usual=usual,
        signs=tuple(signs),
        watch=watch,
        others=tuple(rule for rule in warnings if rule not in watch),
    )


def _without_other_times(signs: Sequence[Sign], named: Collection[Collection[str]]) -> list[Sign]:
    """Return signs without those of another time, where every word that names them names something usual too."""
    usual = {sign.rule.id for sign in signs if sign.usual is Usual.USUAL}
    others = {sign.rule.id for sign in signs if sign.usual in {Usual.NOT_YET, Usual.PAST}}
    settled = {rule for ids in named if not usual.isdisjoint(ids) for rule in ids}
    needed = {rule for ids in named if usual.isdisjoint(ids) for rule in ids}
    return [sign for sign in signs if sign.rule.id not in (others & settled) - needed]


def _usual(rule: Rule, window: Window | None, moment: datetime, *, absent: bool) -> Usual:
    if rule.kind is Kind.WARNING:
        return Usual.WARNING
    if window is None:
        return Usual.NO_TIME
    where = status_at(window, moment)
    if where is Status.PAST:
        return Usual.PAST
    return Usual.NOT_YET if where is Status.UPCOMING and not absent else Usual.USUAL


def _watch(signs: Iterable[Sign], plan: Plan) -> Iterable[Rule]:
    """Return the warning signs that were meant, then those that replace a sign when its time is over."""
    rules = plan.schedule.rules
    meant = [sign.rule for sign in signs if sign.rule.kind is Kind.WARNING]
    follow = [rules[past] for sign in signs if (past := sign.rule.past) is not None and past in rules]
    return dict.fromkeys([*meant, *follow])
