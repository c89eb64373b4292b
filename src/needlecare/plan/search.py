"""The words that people use -> the rules that are meant.

A rule is known by its id, its short name and the words that it covers: that is
data. What stands here is plain English: endings, spellings, and the words that
people put around a thing ("can I go for a", "use my"). What is not understood is
never guessed: it is refused with the nearest word.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce

from needlecare.errors import UsageError, nearest, quoted
from needlecare.model import Kind, Rule, Schedule
from needlecare.plan.language import normalize, stem, word_set

# Where a word fits several rules, those about the days after the treatment come first.
_ORDER = (
    *(Kind.AVOID, Kind.DO, Kind.PREPARE, Kind.CONTRAINDICATION),
    *(Kind.EXPECT, Kind.MILESTONE, Kind.WARNING),
)
_ALIKE = 0.75  # below it a suggestion is a riddle; one letter of four
_MORE_ALIKE = 0.77  # for a word of three letters, or for one of several
MAX_WORDS = 24  # a question has fewer


# What may stand before the thing that is asked about, and changes nothing of it. Never a word
# that turns a question round: not, no, off, out, stop, skip, without, instead, before.
_BEFORE = word_set(
    """
    can could may might should will would must do does am is are be it ok okay fine safe alright
    allowed possible i we you to please when how soon about what if need want like try start resume
    go going get getting gets use using have having has take taking wear wearing put putting apply
    applying doing eat eating drink drinking play playing visit visiting sit sitting lie lying stay
    staying keep return returning back glass cup pint bottle bit couple lot of
    """
)
# What may stand anywhere but at the end, where an article is none ("vitamin A").
_BETWEEN = word_set("a an the my your our his her their some any this that these those")
_ANYWHERE = word_set(
    """
    i me we us you it to for in at on of into onto with by from just only also too again now today
    tonight already yet soon please
    """
)
_JOINING = word_set("and or")
_FOLLOWING = word_set("after following post since")
_APPOINTMENT = word_set("treatment session appointment procedure")
_OTHER_DAY = word_set("tomorrow yesterday monday tuesday wednesday thursday friday saturday sunday later")


class NotUnderstood(UsageError):
    """Words that mean no rule; `near` are the rules that some of the words would mean."""

    def __init__(self, message: str, near: tuple[Rule, ...]) -> None:
        self.near = near
        super().__init__(message)


def known_words(rule: Rule) -> tuple[str, ...]:
    """Return the words for what a rule is about, as its schedule writes them.

    The short name is one of them where it names a thing ("gym"), and no order ("no alcohol").
    """
    named = (rule.short,) if rule.kind in {Kind.AVOID, Kind.DO} else ()
    return (rule.id, *named, *rule.covers)


def words_of(rules: Iterable[Rule]) -> dict[str, list[str]]:
    """Return the keys of the words for each rule, by its id: what the forms of those words share."""
    found = {}
    for rule in rules:
        keys: dict[str, None] = {}
        for word in known_words(rule):
            tokens = tuple(normalize(word).split())
            keys |= dict.fromkeys(_keys(tokens))
            if not _BETWEEN.isdisjoint(tokens):
                keys |= dict.fromkeys(_keys(_without(tokens, _BETWEEN)))
        found[rule.id] = list(keys)
    return found


class Vocabulary:
    """The words of a schedule, found in whatever form a person writes them. It is made once, for many."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.context = frozenset(normalize(schedule.treatment).split()) | {"skin"}  # what it is all about
        self.ids: dict[str, set[str]] = {}
        for rule, keys in words_of(schedule.rules.values()).items():
            for key in keys:
                self.ids.setdefault(key, set()).add(rule)

    def named(self, words: str) -> tuple[Rule, ...]:
        """Return the rule whose id or title the words are, or else all rules that the words mean.

        Raises NotUnderstood, with the nearest known word, where there is none.
        """
        wanted = normalize(words)
        for rule in self.schedule.rules.values():
            if wanted in {normalize(rule.id), normalize(rule.title)}:
                return (rule,)
        return self.meant(words)

    def meant(self, words: str) -> tuple[Rule, ...]:
        """Return every rule that the words fit, those about the days after the treatment first.

        Every word counts: what is not known, nor among those that change nothing,
        makes the whole not understood. Two known words side by side are understood
        only where they mean the same rule ("swim in the sea"; not "water mask", which
        is neither), or where "and" or "or" joins them. Raises NotUnderstood.
        """
        tokens = normalize(words).split()
        found = self.meaning(tokens) if len(tokens) <= MAX_WORDS else None
        if not found:
            raise self.not_understood(words, tokens[:MAX_WORDS])
        return self.rules(found)

    def rules(self, ids: Iterable[str]) -> tuple[Rule, ...]:
        """Return rules in their order: by kind, and within a kind as the schedule has them."""
        wanted = frozenset(ids)
        chosen = [rule for rule in self.schedule.rules.values() if rule.id in wanted]
        return tuple(sorted(chosen, key=lambda rule: _ORDER.index(rule.kind)))

    def known(self, tokens: Sequence[str]) -> frozenset[str]:
        """Return the rules that are known by exactly these words; none where there are none."""
        return frozenset().union(*(self.ids.get(key, ()) for key in _keys(tokens)))

    def meaning(self, tokens: Sequence[str]) -> frozenset[str] | None:
        """Return the rules that words mean, or None where not every word is understood."""
        tokens = self.without_appointment(tokens)
        if found := self.exact(tokens):
            return found
        clauses = [self.clause(clause) for clause in _clauses(tokens)]
        if not clauses or any(clause is None for clause in clauses):
            return None
        return frozenset().union(*(clause for clause in clauses if clause))

    def clause(self, tokens: Sequence[str]) -> frozenset[str] | None:
        """Return the rules that words without a joining word mean; known words beside each other must
        share a rule.
        """
        if found := self.exact(tokens):
            return found
        parts = self.parts(_without(tokens, _BEFORE | _BETWEEN | _ANYWHERE))
        if not parts or not reduce(frozenset.__and__, parts):
            return None
        return frozenset().union(*parts)

    def exact(self, tokens: Sequence[str]) -> frozenset[str]:
        """Return the rules of the longest reading that is known: what stands around it is dropped
        step by step.
        """
        for reading in self.readings(tokens):
            if found := self.known(reading):
                return found
        return frozenset()

    def readings(self, tokens: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """Yield words as they stand, then with less and less around the thing that they name."""
        for start, token in enumerate(tokens):
            rest = tuple(tokens[start:])
            yield rest
            yield _without(rest, _BETWEEN)
            bare = _without(rest, _BETWEEN | _ANYWHERE)
            yield bare
            yield _without(bare, self.context)
            if token not in _BEFORE | _BETWEEN | _ANYWHERE:
                return

    def without_appointment(self, tokens: Sequence[str]) -> tuple[str, ...]:
        """Return words without "after my treatment" at their end."""
        around = self.context | _APPOINTMENT | _BETWEEN | _ANYWHERE
        for place in range(1, len(tokens)):
            rest = tokens[place + 1 :]
            if tokens[place] in _FOLLOWING and rest and all(token in around for token in rest):
                return tuple(tokens[:place])
        return tuple(tokens)

    def parts(self, tokens: Sequence[str]) -> list[frozenset[str]]:
        """Return the rules of the fewest known words that the tokens are made of; none where a token
        belongs to no known word.
        """
        best: list[list[frozenset[str]] | None] = [[]]
        for end in range(1, len(tokens) + 1):
            ways = []
            for start in range(end):
                before, found = best[start], self.known(tokens[start:end])
                if before is not None and found:
                    ways.append([*before, found])
            best.append(min(ways, key=len, default=None))
        return best[-1] or []

    def not_understood(self, words: str, tokens: Sequence[str]) -> NotUnderstood:
        """Return the error for words that mean no rule: with the known words among them, or the nearest."""
        if not tokens:
            return NotUnderstood("nothing is asked about; write a word such as: needlecare can swim", ())
        bare = _without(tokens, _BEFORE | _BETWEEN | _ANYWHERE | _JOINING) or tuple(tokens)
        contained = self.contained(bare)
        near = self.rules({rule for _, found in contained for rule in found})
        if contained:
            hint = f"; did you mean {' or '.join(quoted(word) for word, _ in contained)}?"
        else:
            hint = self.nearest(bare)
        said = f"no rule is known as {quoted(words)}{hint}"
        if day := next((token for token in tokens if token in _OTHER_DAY), None):
            said += f" (for another moment add --at {day})"
        ask = "ask your clinic, or see needlecare schedule show for what is known"
        return NotUnderstood(f"{said}{' ' if said.endswith(('?', ')')) else '; '}{ask}", near)

    def contained(self, tokens: Sequence[str]) -> list[tuple[str, frozenset[str]]]:
        """Return the longest known words among some words, each with its rules."""
        found, start = [], 0
        while start < len(tokens):
            for end in range(len(tokens), start, -1):
                if rules := self.known(tokens[start:end]):
                    found.append((" ".join(tokens[start:end]), rules))
                    start = end
                    break
            else:
                start += 1
        return found[:3]

    def nearest(self, tokens: Sequence[str]) -> str:
        """Return ' did you mean "…"?' for the nearest known word, to the whole or to one of its words."""
        known = dict.fromkeys(word for rule in self.schedule.rules.values() for word in known_words(rule))
        whole = " ".join(tokens)
        for wanted in (whole, *tokens):
            alike = _ALIKE if wanted is whole and len(whole) > 3 else _MORE_ALIKE
            if len(wanted) > 2 and (hint := nearest(wanted, known, alike)):
                return hint
        return ""


def _keys(tokens: Sequence[str]) -> tuple[str, ...]:
    """Return what different forms of the same words share: "sun bathing", "sunbathe"; "hat", "hats"."""
    if not tokens:
        return ()
    last = stem(tokens[-1])
    if len(tokens) == 1:
        return (last,)
    return "".join((*tokens[:-1], last)), " ".join((*map(stem, tokens[:-1]), last))


def _without(tokens: Sequence[str], dropped: frozenset[str]) -> tuple[str, ...]:
    """Return words without some; an article is kept at the end, where it is none ("vitamin A")."""
    last = len(tokens) - 1
    return tuple(
        token
        for place, token in enumerate(tokens)
        if token not in dropped or (place == last and token in _BETWEEN)
    )


def _clauses(tokens: Sequence[str]) -> list[tuple[str, ...]]:
    """Return words cut at "and" and "or"."""
    clauses: list[tuple[str, ...]] = [()]
    for token in tokens:
        if token in _JOINING:
            clauses.append(())
        else:
            clauses[-1] = (*clauses[-1], token)
    return [clause for clause in clauses if clause]
