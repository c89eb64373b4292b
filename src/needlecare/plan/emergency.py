"""Recognises emergencies in what somebody types.

The phrases are data (`covers` of a standing text). To miss an emergency would be the worst mistake, so matching is
loose: the words of a phrase may be in any form and order, have a wrong letter, and have other words between them.
Even "no trouble breathing" counts.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from needlecare.model import Standing
from needlecare.plan.language import mistyped, normalize, one_slip_apart, plain_form, root, word_set

_NOT = "not"
_NEGATIONS = word_set(
    """
    not no cant cannot couldnt wont dont doesnt didnt isnt arent wasnt unable hardly barely
    never stopped
    """
)
# Words that change the meaning of the word directly before them ("passed out").
_PARTICLES = frozenset({"out", "up", "off", "over"})
# Words that are not counted between the words of a phrase.
_NOT_COUNTED = word_set(
    """
    a an the i im ive id my me we he she his her him you your they their it its this that these those
    is are am was were be been being do does did have has had having to of in on at for with by from
    as so very really quite too just all now still also again since because today tonight yesterday
    get gets getting got feel feels feeling felt start started starting starts seem seems keep keeps
    bit little lot more much some any suddenly can could will would should there here after before
    """
)
_MAX_BETWEEN = 2  # other words between the two words of a short phrase
_MAX_BETWEEN_LONG = 6  # other words between the words of a long phrase
_MIN_MISSPELT = 6  # letters: any wrong letter is allowed in a word of this length
_MIN_MISSPELT_ALONE = 8  # letters, if the word is the whole phrase: "painted" is not "fainted"
_MIN_LIKELY = 5  # letters: a likely typing mistake is allowed in a word of this length
_MIN_LIKELY_ALONE = 7  # letters, if the word is the whole phrase
_LONG_PHRASE = 3  # a phrase of this many words is long
_MAX_SEARCHED_WORDS = 400


def describes(words: str, phrases: Iterable[str], but_not: Iterable[str] = ()) -> bool:
    """Whether words say what one of the phrases says.

    The phrase "lip/tongue swollen/thick" means all four pairs. A phrase of one word matches only in this form
    ("fainted" doesn't match "faint redness"). `but_not` are names of other things: "lip balm" is not about a
    lip.
    """
    searched = _SearchedWords(normalize(words).split()[:_MAX_SEARCHED_WORDS])
    searched.leave_out(but_not)
    return any(map(searched.says, phrases))


class _SearchedWords:
    """The words of a question, to be compared with phrases."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self.tokens = tokens
        self.roots: list[set[str]] = []
        for token, following in zip(tokens, [*tokens[1:], ""], strict=False):
            roots = {_root(token), f"={token}", f"={token}{following}"}  # "epi pen"
            if following in _PARTICLES:
                roots.add(f"{root(token)} {following}")
            self.roots.append(roots)
        self.every_root = frozenset().union(*self.roots)
        self.long = [token for token in tokens if len(token) >= _MIN_LIKELY - 1]
        # For speed: a phrase is compared only if its words begin with letters with which words of the question begin.
        self.initials = {token[0] for token in tokens} | {root(token)[0] for token in tokens}
        if any(token in _NEGATIONS for token in tokens):
            self.initials |= {word[0] for word in _NEGATIONS}

    def leave_out(self, names: Iterable[str]) -> None:
        """Remove the names of other things from the question, if they are spelt right: "fainter" isn't "fainted"."""
        for name in names:
            places = self.places(name, misspelt=False)
            for start in range(len(self.tokens) - len(places) + 1 if places else 0):
                end = start + len(places)
                if all(not found.isdisjoint(self.roots[start + n]) for n, found in enumerate(places)):
                    self.roots[start:end] = [set()] * len(places)

    def says(self, phrase: str) -> bool:
        """Whether the question contains a phrase."""
        if " " not in phrase and "/" not in phrase:
            return phrase[0].casefold() in self.initials and self.holds(normalize(phrase).replace(" ", ""))
        places = self.places(phrase)
        return bool(places) and self.met(places)

    def holds(self, word: str) -> bool:
        """Whether the question contains a word, or a long word with a typing mistake."""
        may_be_misspelt = len(word) >= _MIN_LIKELY_ALONE
        for token, roots in zip(self.tokens, self.roots, strict=True):
            if f"={word}" in roots:
                return True
            # Another form of the word doesn't match: "collapse" for "collapsed".
            other_form = root(token) == root(word) and len(token) <= len(word)
            if roots and may_be_misspelt and not other_form and _misspelt(token, word, _MIN_MISSPELT_ALONE):
                return True
        return False

    def places(self, phrase: str, *, misspelt: bool = True) -> list[set[str]]:
        """Return the roots that fit each word of a phrase; nothing if the question has none for one of them.

        A particle belongs to the word before it.
        """
        found: list[set[str]] = []
        parts = phrase.casefold().replace("'", "").split()
        for part, following in zip(parts, [*parts[1:], ""], strict=True):
            if part in _PARTICLES and found:
                continue
            wanted: set[str] = set()
            for form in part.split("/"):
                if plain_form(form)[0] not in self.initials:
                    continue  # this quick check excludes most forms
                roots = {_root(form)}
                if misspelt and len(form) >= _MIN_LIKELY:
                    roots.update(_root(token) for token in self.long if _misspelt(token, form, _MIN_MISSPELT))
                wanted |= {f"{root} {following}" for root in roots} if following in _PARTICLES else roots
            if wanted.isdisjoint(self.every_root):
                return []
            found.append(wanted)
        return found

    def met(self, places: Sequence[set[str]]) -> bool:
        """Whether each word of a phrase matches a different word of the question, and these are close together."""
        filled = [{n for n, wanted in enumerate(places) if wanted & roots} for roots in self.roots]
        allowed = _MAX_BETWEEN if len(places) < _LONG_PHRASE else _MAX_BETWEEN_LONG
        for start, first in enumerate(filled):
            missing = set(range(len(places)))
            others = 0
            for token, found in zip(self.tokens[start:], filled[start:], strict=True) if first else ():
                if hit := missing & found:
                    missing.discard(min(hit))
                    if not missing:
                        return True
                elif token not in _NOT_COUNTED:
                    others += 1
                    if others > allowed:
                        break
        return False


def _root(form: str) -> str:
    return _NOT if form in _NEGATIONS else root(form)


def _misspelt(token: str, word: str, sure: int) -> bool:
    """Whether a token is a word with a typing mistake; in a word of fewer letters than `sure`, only a likely one."""
    if token[0] != word[0] or abs(len(token) - len(word)) > 1:
        return False
    return one_slip_apart(token, word) if len(word) >= sure else mistyped(token, word)


class Urgency(StrEnum):
    """What some words need before any other answer."""

    EMERGENCY = "emergency"
    URGENT = "urgent"


def urgency(words: str, standing: Standing) -> Urgency | None:
    """Return whether words need the emergency number, help the same day, or neither (None)."""
    for level, text in ((Urgency.EMERGENCY, standing.emergency), (Urgency.URGENT, standing.urgent)):
        if text is not None and describes(words, text.covers, text.but_not):
            return level
    return None
