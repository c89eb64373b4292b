"""Finds the rules that somebody means, by the words that they use.

The words for a rule are data: its id, its short name and what it `covers`. This module has only the small English
words around them, which don't change the question ("can I go for a", "use my"). A word that is not understood is
never guessed: the message names it, and suggests a known word if one is very similar.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache, reduce
from itertools import groupby, takewhile

from msgspec import Struct

from needlecare.errors import UsageError, quoted
from needlecare.model import Kind, Rule, Schedule
from needlecare.plan.language import mistyped, normalize, one_slip_apart, root, word_set

# If a word fits several rules, those about the days after the treatment come first.
_ORDER = (
    *(Kind.AVOID, Kind.DO, Kind.PREPARE, Kind.CONTRAINDICATION),
    *(Kind.EXPECT, Kind.MILESTONE, Kind.WARNING),
)
BEFORE_ONLY = frozenset({Kind.PREPARE, Kind.CONTRAINDICATION})  # these no longer matter after the treatment
SIGNS = frozenset({Kind.EXPECT, Kind.WARNING})  # the rules about what skin does, not what people do
MAX_QUESTION_WORDS = 40  # a question has fewer

# Words that may come before the thing that is asked about, without changing the question. None of them reverses
# it, as these would: not, no, off, out, stop, skip, without, instead, before.
_BEFORE = word_set(
    """
    can could may might should will would must do does did am is are be been was were it its ok okay
    fine safe alright allowed possible i we you to please when how soon about what if whether need
    want like try start resume restart continue begin reintroduce go going get getting gets got use
    using used have having has had take taking took wear wearing wore put putting apply applying
    doing done eat eating ate drink drinking drank play playing visit visiting sit sitting lie lying
    stay staying keep return returning went back glass cup pint bottle bit couple lot of hi hello
    hey wondering asking think any anything everything because wait waiting id ill ive im wanna gonna pls plz u cn which kind sort type bring buy book wore sat lay put slept came come been
    """
)
# Words that may come anywhere except at the end, where "a" may be a name ("vitamin A").
_BETWEEN = word_set("a an the my our your his her their some any this that these those")
_ANYWHERE = word_set(
    """
    i me we us you it to for in at on of into onto with by from just only also too again now today
    tonight already yet soon please still ever really actually maybe very ok okay there here while
    new old normal usual regular favourite favorite nice good one single quick percent every other
    when am is are be thanks safely normally wedding party birthday date dinner lunch interview
    kids children friends family husband wife boyfriend girlfriend partner mum mom daughter son baby
    event meeting church christmas summer winter work home bit light lightly gently then appt booked
    booking together two three four lesson lessons practice match tournament competition
    """
)
# Words around a description of how skin looks or feels, which don't change its meaning.
_AROUND_SIGNS = word_set(
    """
    so very really quite pretty bit little slightly super kind sort rather still again all over whole
    looks look looking feel feels feeling felt like seem seems become becoming gets get getting got
    gone going go goes turn turned have has had having am is are was were be been being i ive im my
    me mine me a an the of on in at to for from with by around near under above across along both
    left right one side sides part parts area areas patch patches spot it its this that these those
    there here and or but also too just now today tonight yesterday morning night day days since
    after treatment session appointment when while touch touching wash washing still some any lots
    lot much many more than usual normal see seeing notice noticing notice noticed show showing
    bad badly horrible awful crazy can could will should would do does did keep keeps supposed as up tiny small
    big large mild slight light lightly few little then been yet mad hell came come comes back
    """
)
_SMALL = _BEFORE | _BETWEEN | _ANYWHERE
_JOINING = word_set("and or plus")
_FOLLOWING = word_set("after following post since")
_APPOINTMENT = word_set("treatment session appointment procedure having getting")
# Those that describe the thing beside them: "my usual serum".
_DESCRIBING = word_set(
    "new old normal usual regular favourite favorite nice good single quick baby kids children home"
)
# Verbs that say that something is put on the skin.
_ON_SKIN = word_set("use using used apply applying applied put putting wear wearing wore")

_UNITS = frozenset({"", "mg", "mcg", "g", "ml", "iu", "x"})  # of a product or a medicine
_MIN_FOR_HINT = 4  # letters: no suggestion is made for a shorter word
_LONG_WORD = 9  # letters: a word of this length may have two typing mistakes
_MAX_HINTS = 3
_ARTICLES = ("a ", "an ", "the ", "my ")
_ARTICLE_INITIALS = frozenset(("an", "th", "my", "ae"))  # behind these, a word may have other initials
_LONGEST_START = 7  # letters: the longest article, and the first three of a word
_MAX_MATCHED = 16  # that are kept; an answer to a long question makes a dozen
_MAX_PHRASE = 6  # words of the longest known phrase


class NotUnderstood(UsageError):
    """Words that mean no rule; `near` are the rules that some of the words mean."""

    def __init__(self, message: str, near: tuple[Rule, ...]) -> None:
        self.near = near
        super().__init__(message)


class Meaning(Struct, frozen=True, kw_only=True):
    """The rules that words mean, those about the days after the treatment first.

    Two known words without a rule in common ("water mask") may name a third thing: then `certain` is False, and the
    answer is never yes.
    """

    rules: tuple[Rule, ...]
    certain: bool


class Signs(Struct, frozen=True, kw_only=True):
    """The rules about what skin does that words name, and the unknown words among them.

    `clear` are the ids of the warnings that have words of their own here ("itchy bumps"), not only words that also
    name something usual ("bumps"). `named` are the ids that each word or phrase names.
    """

    rules: tuple[Rule, ...]
    clear: frozenset[str]
    named: tuple[frozenset[str], ...]
    unknown: tuple[str, ...]


def known_words(rule: Rule) -> tuple[str, ...]:
    """Return the words for what a rule is about, as its schedule writes them.

    The short name is one of them if it names a thing ("gym") and not an instruction ("no alcohol").
    """
    named = (rule.short,) if rule.kind in {Kind.AVOID, Kind.DO} else ()
    return (rule.id, *named, *rule.covers)


def _excepted_words(rule: Rule) -> Iterator[str]:
    """Yield the words for the exceptions of a rule. A question about nothing else means the rule itself."""
    for exception in rule.exceptions:
        yield from exception.covers


class Vocabulary:
    """The words of a schedule, recognised in any of their forms."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self._matched: dict[tuple[str, ...], MatchedWords] = {}
        self._beginnings: dict[Callable[[Rule], Iterable[str]], dict[str, list[tuple[str, str]]]] = {}
        treated = normalize(" ".join([schedule.treatment, *schedule.areas, "skin"]))
        self.context = frozenset(treated.split())  # every question is about these
        self.other_things = [normalize(words).split() for words in schedule.standing.scope.but_not]
        forms = [normalize(words).split() for words in schedule.not_on_skin]
        self.long_forms = [words for words in forms if len(words) > 1]
        self.forms = frozenset(root("".join(words)) for words in forms)  # "tablets", "bymouth"

    @cached_property
    def on_skin(self) -> frozenset[str]:
        """The ids of the rules about what is put on the skin."""
        return frozenset(rule.id for rule in self.schedule.rules.values() if rule.on_skin)

    def named(self, words: str) -> Rule | None:
        """Return the rule whose id or title the words are, or None."""
        wanted = normalize(words)
        rules = self.schedule.rules.values()
        return next((rule for rule in rules if wanted in {normalize(rule.id), normalize(rule.title)}), None)

    def meant(self, words: str | Sequence[str]) -> Meaning:
        """Return the rules that words mean. Raises NotUnderstood.

        Every word counts: the question is not understood if a word is neither known nor one of the small words.
        """
        tokens = normalize(words).split() if isinstance(words, str) else list(words)
        matched = self.matched(tokens)
        found = None
        if len(tokens) <= MAX_QUESTION_WORDS:
            found = matched.meaning() or matched.with_excepted.meaning()
        if found is None:
            raise self.unknown(tokens)
        ids, certain = found
        return Meaning(rules=self.rules(ids), certain=certain)

    def matched(self, tokens: Sequence[str]) -> "MatchedWords":
        """Return the words of a question, matched with the rules. Some are kept, since answers ask again and again."""
        read = tuple(tokens[:MAX_QUESTION_WORDS])
        if read not in self._matched:
            if len(self._matched) == _MAX_MATCHED:
                self._matched.clear()
            self._matched[read] = MatchedWords(self, read)
        return self._matched[read]

    def by_beginning(self, words_of: Callable[[Rule], Iterable[str]]) -> dict[str, list[tuple[str, str]]]:
        """Return the words of all rules, each with its rule's id, by the two letters that they begin with.

        Those that may be spelt in two ways ("haemorrhage", "hemorrhage") are under "".
        """
        if words_of not in self._beginnings:
            found = self._beginnings[words_of] = defaultdict(list)
            for rule in self.schedule.rules.values():
                for word in words_of(rule):
                    found["" if word[1:3] == "ae" else word[:2].lower()].append((word, rule.id))
        return self._beginnings[words_of]

    @cached_property
    def plain_words(self) -> dict[str, list[tuple[str, str, str]]]:
        """The words of all rules by their first letter: the rule's id, a word as the schedule has it, and
        normalized.
        """
        found = defaultdict(list)
        for rule in self.schedule.rules.values():
            for word in known_words(rule):
                plain = normalize(word)
                found[plain[:1]].append((rule.id, word, plain))
        return found

    def unknown(self, tokens: Sequence[str]) -> NotUnderstood:
        """Return the error for words that mean no rule together."""
        return self.matched(tokens).not_understood(" ".join(tokens))

    def rules(self, ids: Iterable[str]) -> tuple[Rule, ...]:
        """Return rules in their order: by kind, and within a kind as the schedule has them."""
        wanted = frozenset(ids)
        chosen = [rule for rule in self.schedule.rules.values() if rule.id in wanted]
        return tuple(sorted(chosen, key=lambda rule: _ORDER.index(rule.kind)))


class MatchedWords:
    """The words of one question, compared with those of a schedule."""

    def __init__(self, vocabulary: Vocabulary, tokens: Sequence[str]) -> None:
        self.vocabulary = vocabulary
        self.schedule = vocabulary.schedule
        self.context = vocabulary.context
        self.tokens = _joined(_joined(tokens, vocabulary.other_things, "-"), vocabulary.long_forms, "")
        self.initials = {_initials(token) for token in (*self.tokens, *map(root, self.tokens))}
        self.ids: dict[str, set[str]] = {}
        self.index(known_words)

    def index(self, words_of: Callable[[Rule], Iterable[str]]) -> None:
        """Index the words of the rules that begin like a word of the question.

        Only those, since finding the roots of all words would take a third of a command's time.
        """
        perhaps = self.initials | _ARTICLE_INITIALS
        for begin, words in self.vocabulary.by_beginning(words_of).items():
            if begin in perhaps or not begin.isalnum():
                for word, rule in words:
                    if _initials(word) in self.initials:
                        for key in _keys_of(word):
                            self.ids.setdefault(key, set()).add(rule)

    @cached_property
    def with_excepted(self) -> "MatchedWords":
        """The same question, with the words for exceptions among the known ones."""
        matched = MatchedWords(self.vocabulary, self.tokens)
        matched.index(_excepted_words)
        return matched

    # May I? -----------------------------------------------------------------------------------------

    def meaning(self) -> tuple[frozenset[str], bool] | None:
        """Return the rules that the words mean, and whether that is certain; None if a word is not known."""
        tokens = self.without_appointment(self.tokens)
        if found := self.exact(tokens):
            return found, True
        clauses = []
        for clause in _clauses(tokens):
            meant = self.clause(clause)
            if meant is not None:
                clauses.append(meant)
            elif not all(token in _SMALL for token in clause):
                return None
        found = frozenset().union(*(ids for ids, _ in clauses))
        return (found, all(certain for _, certain in clauses)) if found else None

    def clause(self, tokens: Sequence[str]) -> tuple[frozenset[str], bool] | None:
        """Return the same for words without "and" or "or"."""
        if found := self.exact(tokens):
            return found, True
        taken = bool(self.forms) and not self.taken.isdisjoint(tokens)
        # Here "drink" says how something is taken and doesn't mean alcohol, and "vitamin a" isn't just any vitamin.
        verbs = self.forms & _SMALL
        first = (verbs, verbs | _BETWEEN) if taken else (_BETWEEN,)
        for dropped in (*first, _SMALL, _SMALL | self.context):
            if spans := self.parts(_without(tokens, dropped)):
                break
        else:
            return None
        parts = [self.known(span) for span in spans]
        shared = reduce(frozenset.__and__, parts)
        if not taken:
            return frozenset().union(*parts), bool(shared)
        left = self.without_skin(spans)
        return left, bool(shared) and left >= frozenset().union(*parts)

    def without_skin(self, spans: Iterable[tuple[str, ...]]) -> frozenset[str]:
        """Return the rules of known words, without those about the skin if the thing is swallowed or injected.

        A medicine that is injected has nothing to do with what "injections" alone would mean.
        """
        things: set[str] = set()
        forms: set[str] = set()
        for span in spans:
            found = self.known(span)
            if self.forms.issuperset(span):
                forms |= found
            else:
                things |= found - self.vocabulary.on_skin if self.is_taken(span) else found
        kinds = {rule.id: rule.kind for rule in self.vocabulary.rules(things | forms)}
        if things and all(kinds[rule] in BEFORE_ONLY for rule in things):
            forms = {rule for rule in forms if kinds[rule] is not Kind.AVOID}
        return frozenset(things | forms)

    @cached_property
    def forms(self) -> frozenset[str]:
        """The words of the question for how something is swallowed or injected: "tablets", "bymouth"."""
        return frozenset(token for token in self.tokens if root(token) in self.vocabulary.forms)

    @cached_property
    def taken(self) -> frozenset[str]:
        """The words for things that are swallowed or injected: "vitamin c" in "vitamin c tablets".

        A form belongs to the words right beside it, also across "in", "of" and "with" ("vitamin c in tablets",
        "capsules of vitamin c") and, unless something is put on the skin, "and" ("vitamin c and zinc tablets",
        "eat honey and yoghurt").
        """
        runs = self.runs()
        taken = [not self.forms.isdisjoint(words) for _, words in runs]
        for before in (*range(len(runs) - 1), *reversed(range(len(runs) - 1))):
            (_, first), (between, second) = runs[before : before + 2]
            if between in (["in"], ["as"]):
                taken[before] |= second[0] in self.forms
            elif between in (["of"], ["with"]):
                taken[before + 1] |= self.forms.issuperset(first)
            elif len(between) == 1 and between[0] in _JOINING and _ON_SKIN.isdisjoint(self.tokens):
                taken[before] |= second[-1] in self.forms and not self.forms.issuperset(second)
                taken[before + 1] |= taken[before] and first[0] in self.forms
        inside = (words for (_, words), is_taken in zip(runs, taken, strict=True) if is_taken)
        return frozenset().union(*inside) - self.forms

    def is_taken(self, span: Sequence[str]) -> bool:
        """Whether known words name something that is swallowed or injected, and not how ("vitamin c drops")."""
        things = [token for token in span if token not in _SMALL]
        return bool(things and self.forms) and self.forms.isdisjoint(span) and self.taken.issuperset(things)

    def runs(self) -> list[tuple[list[str], list[str]]]:
        """Return the words that stand side by side, each time with the small words before them."""
        found: list[tuple[list[str], list[str]]] = [([], [])]
        for token in self.tokens:
            small, run = found[-1]
            if token in self.forms or token not in _SMALL | _JOINING or (run and token in _BETWEEN):
                run.append(token)
            elif token not in _BETWEEN | _DESCRIBING:
                if run:
                    found.append(([token], []))
                else:
                    small.append(token)
        return [(small, run) for small, run in found if run]

    def exact(self, tokens: Sequence[str]) -> frozenset[str]:
        """Return the rules of the longest known phrase; small words around it are dropped step by step."""
        words = next(filter(self.known, self.shortened(tokens)), ())
        found = self.known(words)
        if self.is_taken(words) and not found.isdisjoint(self.vocabulary.on_skin):
            return frozenset()  # what is swallowed is looked up part by part
        return found

    def shortened(self, tokens: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """Yield all the words, then fewer and fewer of the small words around the thing that they name."""
        for start, token in enumerate(tokens):
            rest = tuple(tokens[start:])
            yield rest
            yield _without_end(rest)
            yield _without(rest, _BETWEEN)
            bare = _without(rest, _BETWEEN | _ANYWHERE)
            yield bare
            yield _without(bare, self.context)
            if token not in _SMALL:
                return

    def known(self, tokens: Sequence[str]) -> frozenset[str]:
        """Return the rules for which these are known words, if there are any."""
        return frozenset().union(*(self.ids.get(key, ()) for key in _keys(tokens)))

    def parts(self, tokens: Sequence[str]) -> list[tuple[str, ...]]:
        """Split the tokens into as few known words as possible; nothing if a token belongs to no known word."""
        best: list[list[tuple[str, ...]] | None] = [[]]
        for end in range(1, len(tokens) + 1):
            ways = []
            for start in range(max(0, end - _MAX_PHRASE), end):
                before, span = best[start], tuple(tokens[start:end])
                if before is not None and self.known(span):
                    ways.append([*before, span])
            best.append(min(ways, key=len, default=None))
        return best[-1] or []

    def without_appointment(self, tokens: Sequence[str]) -> tuple[str, ...]:
        """Return the words without "after my treatment" at their end."""
        around = self.context | _APPOINTMENT | _BETWEEN | _ANYWHERE
        for place in range(1, len(tokens)):
            rest = tokens[place + 1 :]
            if tokens[place] in _FOLLOWING and rest and all(token in around for token in rest):
                return tuple(tokens[:place])
        return tuple(tokens)

    def exceptions(self) -> dict[str, Rule]:
        """Return what to say of the exceptions that are named, each with its rule; what to avoid comes first."""
        spans = {
            key
            for words in (self.tokens, _without(self.tokens, _BETWEEN))
            for start in range(len(words))
            for end in range(start + 1, min(len(words), start + _MAX_PHRASE) + 1)
            for key in _keys(words[start:end])
        }
        said: dict[str, Rule] = {}
        for rule in self.vocabulary.rules(self.schedule.rules):
            for exception in rule.exceptions:
                words = (word for word in exception.covers if _initials(word) in self.initials)
                if any(key in spans for word in words for key in _keys_of(word)):
                    said.setdefault(exception.say, rule)
        return said

    # Is it normal? ----------------------------------------------------------------------------------

    def signs(self) -> Signs:
        """Return the rules about what skin does that are named anywhere, and the unknown words."""
        kinds = {rule.id: rule.kind for rule in self.schedule.rules.values() if rule.kind in SIGNS}
        small = _AROUND_SIGNS | self.context
        found: set[str] = set()
        clear: set[str] = set()
        named: list[frozenset[str]] = []
        unknown: list[str] = []
        start = 0
        while start < len(self.tokens):
            for end in range(min(len(self.tokens), start + _MAX_PHRASE), start, -1):
                span = self.tokens[start:end]
                bare = tuple(token for token in span if token not in _BETWEEN)
                known = self.known(span) | self.known(bare)
                if known and len(bare) > 1 and known.isdisjoint(kinds):  # "hay fever" is not a fever
                    unknown += span
                    start = end
                    break
                if ids := known & kinds.keys():
                    found |= ids
                    named.append(ids)
                    if all(kinds[rule] is Kind.WARNING for rule in ids):
                        clear |= ids
                    start = end
                    break
            else:
                token = self.tokens[start]
                if token not in small and root(token) not in small:
                    unknown.append(token)
                start += 1
        return Signs(
            rules=self.vocabulary.rules(found),
            clear=frozenset(clear),
            named=tuple(named),
            unknown=tuple(unknown),
        )

    # What is not understood -------------------------------------------------------------------------

    def not_understood(self, words: str) -> NotUnderstood:
        """Return the error for words that mean no rule. It suggests the known words among them, or similar ones."""
        if not self.tokens:
            return NotUnderstood("that asks about nothing; add a word, such as needlecare can swim", ())
        bare = _without(self.tokens, _SMALL | _JOINING) or self.tokens
        contained = self.contained(bare)
        near = self.vocabulary.rules({rule for _, found in contained for rule in found})
        hints = self.slips(bare, contained) or [word for word, _ in contained] or self.nearest(bare)
        hint = f" Did you mean {' or '.join(map(quoted, hints))}?" if hints else ""
        return NotUnderstood(
            f"I don't have anything on {quoted(words)}.{hint} Ask your clinic, or see needlecare schedule show "
            "for what I know.",
            near,
        )

    def contained(self, tokens: Sequence[str]) -> list[tuple[str, frozenset[str]]]:
        """Return the longest known phrases among the words, each with its rules."""
        found, start = [], 0
        while start < len(tokens):
            for end in range(len(tokens), start, -1):
                span = tuple(tokens[start:end])
                if self.known(span):
                    if rules := self.without_skin([span]):
                        found.append((" ".join(span), rules))
                    start = end
                    break
            else:
                start += 1
        return found[:_MAX_HINTS]

    def slips(self, tokens: Sequence[str], contained: Iterable[tuple[str, frozenset[str]]]) -> list[str]:
        """Return the known word that one of the words is a typing mistake for: "concealer" for "consealer"."""
        known = {token for word, _ in contained for token in word.split()}
        unknown = [token for token in tokens if token not in known and len(token) > _MIN_FOR_HINT]
        found = (self.nearest([token], near=mistyped) for token in unknown if known)
        return next(filter(None, found), [])

    def nearest(self, tokens: Sequence[str], near: Callable[[str, str], bool] | None = None) -> list[str]:
        """Return the known word that the words are a typing mistake for, if there is one with the same first letter.

        A misspelling among a rule's words ("makup") is never suggested; the right spelling is.
        """
        wanted = " ".join(token for token in tokens if token not in self.schedule.areas)
        if len(wanted) < _MIN_FOR_HINT or wanted in self.schedule.not_misspelt:
            return []
        near = near or _near
        found = {
            (word, rule): _same_beginning(wanted, plain)
            for rule, word, plain in self.vocabulary.plain_words.get(wanted[0], ())
            if near(wanted, plain)
        }
        if not found:
            return []
        best, rule = max(found, key=found.__getitem__)
        words = known_words(self.schedule.rules[rule])
        right = (word for word in words if word == best or _same_word(normalize(best), normalize(word)))
        return [next(right)]


def _same_beginning(word: str, other: str) -> int:
    """Return how many letters at the beginning of two words are the same."""
    return len(list(takewhile(lambda pair: pair[0] == pair[1], zip(word, other, strict=False))))


def _same_word(misspelt: str, word: str) -> bool:
    """Whether a known word is another spelling of a word: "ibuprophen" and "ibuprofen", but not "hike" and "bike"."""
    return _same_beginning(misspelt, word) > 0 and _near(misspelt, word, one_slip_apart)


def _near(typed: str, known: str, slip: Callable[[str, str], bool] = mistyped) -> bool:
    """Whether a known word was probably meant: there is one typing mistake, or two in a long word."""
    if abs(len(typed) - len(known)) > 2:
        return False
    if slip(typed, known):
        return True
    # A wrong letter and a missing one are three different letters at most. To look first saves most comparisons.
    if min(len(typed) + 1, len(known)) < _LONG_WORD or len(set(typed) ^ set(known)) > 3:
        return False
    return any(slip(typed[:n] + typed[n + 1 :], known) for n in range(len(typed))) or any(
        slip(typed, known[:n] + known[n + 1 :]) for n in range(len(known))
    )


@lru_cache(maxsize=8192)  # an answer looks several times through the words of the rules
def _initials(word: str) -> str:
    """Return the first two letters of a word without its article. All forms of a word have the same."""
    first = word[:_LONGEST_START].casefold()
    if not first[:3].isalpha() or "ae" in first or first.startswith(_ARTICLES):
        for article in _ARTICLES:
            first = first.removeprefix(article)
        first = normalize(first).partition(" ")[0].replace("ae", "e")
    return first[:2]


@lru_cache(maxsize=8192)
def _keys_of(word: str) -> tuple[str, ...]:
    """Return the keys of a word in a rule file, with its articles and without."""
    tokens = tuple(normalize(word).split())
    keys = _keys(tokens)
    return keys if _BETWEEN.isdisjoint(tokens) else (*keys, *_keys(_without(tokens, _BETWEEN)))


def _keys(tokens: Sequence[str]) -> tuple[str, ...]:
    """Return the keys that all forms of the same words have: "sun bathing" and "sunbathe", "hat" and "hats"."""
    if not tokens:
        return ()
    last = root(tokens[-1])
    if len(tokens) == 1:
        return (last,)
    return "".join((*tokens[:-1], last)), " ".join((*map(root, tokens[:-1]), last))


def _joined(tokens: Sequence[str], names: Iterable[Sequence[str]], joint: str) -> tuple[str, ...]:
    """Join names into one word: "ice-cream", which is not ice and which no rule knows, or "bymouth"."""
    found = list(tokens)
    for name in names:
        for start in [place for place, token in enumerate(tokens) if token == name[0]]:
            end = start + len(name)
            if end <= len(found) and [*found[start:end][:-1], root(found[end - 1])] == [
                *name[:-1],
                root(name[-1]),
            ]:
                found[start:end] = [joint.join(name), *[""] * (len(name) - 1)]
    return tuple(filter(None, found)) if "" in found else tuple(tokens)


def _without_end(tokens: Sequence[str]) -> tuple[str, ...]:
    """Return words without the small ones at their end; an article stays: "retin a when"."""
    end = len(tokens)
    while end > 1 and tokens[end - 1] in _SMALL - _BETWEEN:
        end -= 1
    return tuple(tokens[:end])


def _without(tokens: Sequence[str], dropped: frozenset[str]) -> tuple[str, ...]:
    """Return words without those to drop; "a" at the end stays, since it may be a name ("vitamin A")."""
    last = len(tokens) - 1
    return tuple(
        token
        for place, token in enumerate(tokens)
        if not (token in dropped or (dropped >= _SMALL and _is_amount(token)))
        or (place == last and token in _BETWEEN)
    )


def _is_amount(token: str) -> bool:
    """Whether a word is an amount: "400mg", "2"."""
    unit = token.lstrip("0123456789")
    return unit != token and unit in _UNITS


def _clauses(tokens: Sequence[str]) -> list[tuple[str, ...]]:
    """Split words at "and" and "or"."""
    clauses = groupby(tokens, _JOINING.__contains__)
    return [tuple(clause) for is_joining, clause in clauses if not is_joining]
