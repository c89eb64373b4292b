"""Answers a question in everyday words: "may I?" or "is this normal?".

The words decide which of the two it is, whatever the command: "red face" is a sign, "swim" is an activity.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from needlecare.model import Kind, Plan
from needlecare.plan.answer import Answer, Verdict, answer
from needlecare.plan.combine import begins
from needlecare.plan.question import Form, Question
from needlecare.plan.search import BEFORE_ONLY, SIGNS, Meaning, NotUnderstood, Vocabulary
from needlecare.plan.signs import SignAnswer, sign_answer
from needlecare.time.zones import first_moment, local

_OCCASIONS = frozenset({"when", "whenever", "after", "while", "during"})


class Reply(Struct, frozen=True, kw_only=True):
    """An answer to a question, of either kind."""

    question: Question
    answer: Answer | SignAnswer


def reply(
    question: Question, vocabulary: Vocabulary, plan: Plan, moment: datetime, *, sign: bool = False
) -> Reply:
    """Return the answer to a question at a moment (UTC). Raises NotUnderstood.

    `sign` says that it was asked whether something is normal: then words that may mean either are
    read as a sign.
    """
    sign = sign or question.form is Form.NORMAL
    as_sign = _as_sign(question, vocabulary, plan, moment)
    if moment < begins(plan) and _asks_about_the_checklist(question, vocabulary):
        as_sign = None
    if as_sign is not None and sign:
        return Reply(question=question, answer=as_sign)
    try:
        meaning = vocabulary.meant(question.words)
    except NotUnderstood as error:
        if as_sign is not None:
            return Reply(question=question, answer=as_sign)
        if found := _after_a_story(question, vocabulary, plan, moment):
            found = _with_exceptions(found, question, vocabulary)
            return Reply(question=replace(question, form=Form.MAY), answer=found)
        if found := _as_mistake(question, error, plan, moment):
            return Reply(question=question, answer=_with_exceptions(found, question, vocabulary))
        raise
    kinds = {rule.kind for rule in meaning.rules}
    passed = BEFORE_ONLY if moment >= begins(plan) else frozenset()
    if (
        as_sign is not None
        and kinds & SIGNS
        and kinds <= SIGNS | passed
        and not _names_a_medicine(question, meaning, vocabulary)
    ):
        return Reply(question=question, answer=as_sign)
    return Reply(question=question, answer=_as_activity(question, meaning, vocabulary, plan, moment))


def moment_asked_about(question: Question, plan: Plan) -> datetime | None:
    """Return the moment (UTC) that a question gives as a distance from the treatment, or None."""
    start = begins(plan)
    if question.day is not None:
        zone = plan.treatment.zone
        return first_moment(local(start, zone).date() + timedelta(days=question.day), zone)
    if question.after_hours is not None:
        return start + timedelta(hours=question.after_hours)
    return None


def _as_activity(
    question: Question, meaning: Meaning, vocabulary: Vocabulary, plan: Plan, moment: datetime
) -> Answer:
    found = _with_exceptions(answer(meaning.rules, plan, moment), question, vocabulary)
    if found.verdict.allowed and not meaning.certain:
        raise vocabulary.unknown(question.words)
    if found.verdict.allowed and question.prescribed:  # only the doctor can decide that
        return replace(found, verdict=Verdict.NOBODY)
    return found


def _with_exceptions(found: Answer, question: Question, vocabulary: Vocabulary) -> Answer:
    """Return an answer that begins with what the rules say about exact words: to keep a helmet on, or a medicine.

    What may be done ("you can go about your day") never comes before an answer that forbids something else.
    """
    said = vocabulary.matched(question.words).exceptions()
    allowed = found.verdict.allowed
    first = tuple(text for text, rule in said.items() if allowed or rule.kind is not Kind.DO)
    return replace(found, first=first)


def _names_a_medicine(question: Question, meaning: Meaning, vocabulary: Vocabulary) -> bool:
    """Whether words beside a sign are known from the preparations: "codeine for the pain" asks about codeine."""
    beside = set(vocabulary.matched(question.words).signs().unknown)
    return bool(beside) and any(rule.kind in BEFORE_ONLY for rule in meaning.rules)


def _before_when(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words before "when I sweat" or another occasion; none if no occasion is named."""
    places = [place for place, word in enumerate(words) if word in _OCCASIONS]
    return tuple(words[: places[0]]) if places else ()


def _asks_about_the_checklist(question: Question, vocabulary: Vocabulary) -> bool:
    """Whether words name a reason not to have the treatment: a cold sore before it is no sign of healing."""
    try:
        meaning = vocabulary.meant(question.words)
    except NotUnderstood:
        return False
    return any(rule.kind is Kind.CONTRAINDICATION for rule in meaning.rules)


def _as_mistake(question: Question, error: NotUnderstood, plan: Plan, moment: datetime) -> Answer | None:
    """Return what to do after a mistake, if the words that are known name something forbidden.

    People tell a story about a mistake. What to do about it doesn't depend on the rest of the story.
    """
    forbidden = [rule for rule in error.near if rule.kind is Kind.AVOID]
    if question.form is not Form.MISTAKE or not forbidden:
        return None
    found = answer(forbidden, plan, moment)
    return None if found.verdict.allowed else found


def _after_a_story(question: Question, vocabulary: Vocabulary, plan: Plan, moment: datetime) -> Answer | None:
    """Return the answer to a question at the end of a story, unless it is yes: the rest of the story may matter."""
    try:
        found = answer(vocabulary.meant(question.core).rules, plan, moment)
    except NotUnderstood:
        return None
    return None if found.verdict.allowed else found


def _as_sign(question: Question, vocabulary: Vocabulary, plan: Plan, moment: datetime) -> SignAnswer | None:
    """Return what is said about a sign; None if no sign is named, or if there are unknown words beside it.

    A warning sign counts in any case. But what is usual for a face may not be usual for "my ear".
    """
    signs = vocabulary.matched(question.words).signs()
    rules = signs.rules
    if rules and signs.unknown and (before := _before_when(question.words)):  # "burns when I sweat"
        alone = vocabulary.matched(before).signs()
        if alone.rules and not alone.unknown and not any(rule.kind is Kind.WARNING for rule in rules):
            signs, rules = alone, alone.rules
    if signs.unknown:
        rules = tuple(rule for rule in rules if rule.kind is Kind.WARNING)
    if not rules:
        return None
    return sign_answer(rules, plan, moment, clear=signs.clear, named=signs.named, absent=question.negated)
