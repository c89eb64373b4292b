"""The words that people use -> the rules that are meant.

A rule is known by its id, its title, its short name and the words that it covers.
What is not understood is never guessed: it is refused with the nearest word.
"""

import re

from needlecare.errors import UsageError, nearest, quoted
from needlecare.model import Kind, Rule, Schedule

# Where a word fits several rules, those about the days after the treatment come first.
_ORDER = (
    *(Kind.AVOID, Kind.DO, Kind.PREPARE, Kind.CONTRAINDICATION),
    *(Kind.EXPECT, Kind.MILESTONE, Kind.WARNING),
)


def rules_named(words: str, schedule: Schedule) -> tuple[Rule, ...]:
    """Return the rules that some words mean: the one of that id, or all that cover the words.

    Raises UsageError, with the nearest known word, where there is none.
    """
    wanted = plainly(words)
    if wanted.replace(" ", "-") in schedule.rules:
        return (schedule.rules[wanted.replace(" ", "-")],)
    found = [rule for rule in schedule.rules.values() if wanted in known_words(rule)]
    if not found:
        known = {word for rule in schedule.rules.values() for word in known_words(rule)}
        raise UsageError(
            f"no rule is known as {quoted(words)}{nearest(wanted, known)}; "
            "see needlecare schedule show for all of them"
        )
    return tuple(sorted(found, key=lambda rule: _ORDER.index(rule.kind)))


def known_words(rule: Rule) -> set[str]:
    """Return the words by which a rule is known, in their plain form."""
    return {plainly(word) for word in (rule.id, rule.title, rule.short, *rule.covers)}


def plainly(words: str) -> str:
    """Return words in small letters, without punctuation, on single spaces."""
    return " ".join(re.sub(r"[\W_]+", " ", words.casefold()).split())
