"""English as people type it: endings, irregular forms, spellings, and the small words around a thing.

Nothing clinical is here: which words mean what is data in the rule files.
"""

import re
from functools import lru_cache

_APOSTROPHES = str.maketrans("", "", "'\u2019\u02bc`")
_WORD = re.compile(r"[^\W_]+")
_VOWELS = frozenset("aeiouy")

# Irregular forms and their plain forms; only those that people use in questions.
_IRREGULAR = {
    **dict.fromkeys(("went", "gone", "going", "goes"), "go"),
    **dict.fromkeys(("swollen", "swole", "swelled"), "swell"),
    **dict.fromkeys(("swam", "swum"), "swim"),
    **dict.fromkeys(("drank", "drunk"), "drink"),
    **dict.fromkeys(("ate", "eaten"), "eat"),
    **dict.fromkeys(("ran", "runs"), "run"),
    **dict.fromkeys(("lost", "loss", "losing"), "lose"),
    **dict.fromkeys(("wore", "worn"), "wear"),
    **dict.fromkeys(("took", "taken"), "take"),
    **dict.fromkeys(("had", "has", "having"), "have"),
    **dict.fromkeys(("did", "done", "does", "doing"), "do"),
    **dict.fromkeys(("got", "gotten", "getting"), "get"),
    **dict.fromkeys(("fell", "fallen"), "fall"),
    **dict.fromkeys(("rode", "ridden"), "ride"),
    **dict.fromkeys(("flew", "flown"), "fly"),
    **dict.fromkeys(("drove", "driven"), "drive"),
    **dict.fromkeys(("saw", "seen"), "see"),
    **dict.fromkeys(("spread", "spreads"), "spread"),
    **dict.fromkeys(("bled", "bleeds"), "bleed"),
    "felt": "feel",
    "slept": "sleep",
    "sat": "sit",
    "lay": "lie",
    "laid": "lie",
    "kept": "keep",
    "gave": "give",
    "began": "begin",
    "burnt": "burn",
    "worse": "worse",
    "grew": "grow",
    "grown": "grow",
    "woke": "wake",
    "caught": "catch",
    "bought": "buy",
    "spent": "spend",
    "shook": "shake",
}


_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")  # each row is half a key further to the right
_SOUND_ALIKE = ("aeiou", "iy", "cksq", "sz", "fv", "gj")


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text, separated by white space."""
    return frozenset(text.split())


_PAST = word_set(
    """
    went swam drank ate ran wore took had did got fell rode flew drove slept sat lay laid kept gave woke
    bought spent put forgot was been gone let cut shook caught burnt stung spilt sprayed saw met hit
    """
)
# A question doesn't begin with one of these; somebody says what they did.
PAST_FORMS = word_set(
    "went swam drank ate ran wore took had got fell rode flew drove slept sat gave bought spent forgot used"
)


def normalize(words: str) -> str:
    """Convert words to small letters, without punctuation, with single spaces."""
    return " ".join(_WORD.findall(words.casefold().translate(_APOSTROPHES)))


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """Reduce a word to what its forms have in common: "shave" and "shaving", "scarf" and "scarves".

    The result need not be a word. It is the same for British and American spellings.
    """
    word = word.replace("iz", "is").replace("yz", "ys").replace("ae", "e")
    if "our" in word:
        word = re.sub("(?<=[a-z]{3})our", "or", word)
    if len(word) > 3 and word[-1] == "s" and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        base = word.removesuffix(ending)
        if len(word) > len(base) > 2 and not _VOWELS.isdisjoint(base):
            word = base
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in _VOWELS:
        word = word[:-1]
    if len(word) > 3 and word[-1] == "e":
        word = word[:-1]
    if len(word) > 2 and word[-1] == "y" and word[-2] not in _VOWELS:
        word = f"{word[:-1]}i"
    return f"{word[:-1]}f" if len(word) > 3 and word[-1] == "v" else word


def plain_form(word: str) -> str:
    """Return the plain form of an irregular one ("went" -> "go"), else the word itself."""
    return _IRREGULAR.get(word, word)


def is_past_form(word: str) -> bool:
    """Whether a word is a past form: "washed", "went"."""
    return word in _PAST or (len(word) > 3 and word.endswith("ed") and not word.endswith("eed"))


@lru_cache(maxsize=4096)
def root(word: str) -> str:
    """Reduce a word to what even its distant forms have in common: "swollen" and "swelling", "red" and "redness"."""
    word = _IRREGULAR.get(word, word)
    for ending in ("ness", "ly"):
        base = word.removesuffix(ending)
        if len(word) > len(base) > 2:
            word = base
            break
    return stem(word)


def one_slip_apart(word: str, other: str) -> bool:
    """Whether one letter too many, too few, wrong, or swapped with its neighbour turns a word into another."""
    if abs(len(word) - len(other)) > 1 or word == other:
        return False
    start = 0
    while start < min(len(word), len(other)) and word[start] == other[start]:
        start += 1
    rest, other_rest = word[start:], other[start:]
    if len(rest) == len(other_rest):
        swapped = rest[:2] == other_rest[1::-1] and rest[2:] == other_rest[2:]
        return swapped or rest[1:] == other_rest[1:]
    return rest[1:] == other_rest if len(rest) > len(other_rest) else rest == other_rest[1:]


def mistyped(typed: str, word: str) -> bool:
    """Whether a word may be typed like this by mistake: with two letters swapped, one missing, one typed twice, or one
    that is beside the right one on the keyboard or sounds like it.
    """
    if not one_slip_apart(typed, word):
        return False
    place = next((n for n, (a, b) in enumerate(zip(typed, word, strict=False)) if a != b), len(word))
    if len(typed) < len(word):
        return True
    wrong = typed[place]
    if len(typed) > len(word):
        around = (typed[place - 1 : place], typed[place + 1 : place + 2])
        return any(letter and (letter == wrong or _beside(wrong, letter)) for letter in around)
    if typed[place + 1 :] != word[place + 1 :]:
        return True  # swapped
    return _beside(wrong, word[place]) or any({wrong, word[place]} <= set(sound) for sound in _SOUND_ALIKE)


def _beside(letter: str, other: str) -> bool:
    """Whether two letters are neighbours on the keyboard."""
    keys = [
        (row, keys.index(key)) for key in (letter, other) for row, keys in enumerate(_KEYBOARD) if key in keys
    ]
    if len(keys) < 2:
        return False
    (row, column), (low, low_column) = sorted(keys)
    if row == low:
        return abs(column - low_column) == 1
    return low - row == 1 and column - low_column in {0, 1}
