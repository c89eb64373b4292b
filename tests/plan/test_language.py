"""English as people type it: what forms of a word share, and which words are one slip apart."""

import pytest

from needlecare.plan.language import is_past_form, mistyped, normalize, one_slip_apart, root, stem

STEMS = {
    # words, and what their forms have in common; it need not be a word
    "hats": "hat",
    "gas": "gas",  # three letters
    "bus": "bus",
    "buses": "bus",
    "dress": "dres",
    "iris": "iris",
    "eating": "eat",
    "being": "being",  # "be" is too short to stand alone
    "sing": "sing",
    "string": "string",  # without a vowel, "str" is no word
    "waxed": "wax",
    "red": "red",
    "swimming": "swim",
    "egg": "egg",
    "freeing": "fre",  # as of "free": two vowels stay two, and then an e at the end goes
    "shave": "shaf",
    "shaving": "shaf",
    "scarves": "scarf",
    "rev": "rev",
    "eye": "eye",
    "make": "mak",
    "dry": "dri",
    "by": "by",
    "day": "day",
    "moisturizing": "moisturis",
    "analyze": "analys",
    "haematoma": "hematoma",
    "colour": "color",
    "colouring": "color",
    "pour": "pour",
}


@pytest.mark.parametrize("word", STEMS)
def test_a_word_is_reduced_to_what_its_forms_share(word: str) -> None:
    assert stem(word) == STEMS[word]


ROOTS = {
    "redness": "red",
    "illness": "ill",
    "badly": "bad",
    "only": "onli",  # "on" is too short
    "fly": "fli",
    "flew": "fli",
    "swollen": "swel",
    "swelling": "swel",
    "went": "go",
    "ness": "nes",
}


@pytest.mark.parametrize("word", ROOTS)
def test_distant_forms_have_a_root(word: str) -> None:
    assert root(word) == ROOTS[word]


PAST = {"washed": True, "used": True, "went": True, "put": True, "red": False, "need": False, "wash": False}


@pytest.mark.parametrize("word", PAST)
def test_past_forms_are_known(word: str) -> None:
    assert is_past_form(word) == PAST[word]


SLIPS = {
    ("cat", "cart"): True,  # a letter is missing
    ("cart", "cat"): True,
    ("at", "cat"): True,
    ("cat", "cut"): True,
    ("cat", "car"): True,
    ("form", "from"): True,  # two are swapped
    ("cat", "act"): True,
    ("cat", "cta"): True,
    ("cat", "cat"): False,
    ("cat", "carts"): False,
    ("cat", "dot"): False,
    ("cat", "tac"): False,
    ("abcd", "badc"): False,
    ("abcd", "abdcx"): False,
    ("abc", "adbc"): True,
    ("abc", "adce"): False,
}


@pytest.mark.parametrize(("word", "other"), SLIPS)
def test_one_slip_turns_a_word_into_another(word: str, other: str) -> None:
    assert one_slip_apart(word, other) == SLIPS[word, other]


MISTYPED = {
    # as typed, and the word; what is one slip apart need not be a typing mistake
    ("retniol", "retinol"): True,  # swapped
    ("retinl", "retinol"): True,  # a letter is missing
    ("mascarra", "mascara"): True,  # twice
    ("retimol", "retinol"): True,  # m is beside n
    ("retionol", "retinol"): True,  # o is beside i, and hit as well
    ("consealer", "concealer"): True,  # the same sound
    ("sprint", "spring"): True,  # t is above g
    ("house", "horse"): False,  # u and r are apart
    ("strive", "drive"): False,  # two slips
    ("power", "powder"): True,  # a letter is missing
    ("plasma", "plasm"): False,  # a is not beside m
    ("tan", "tan"): False,
    ("caf\u00e9s", "cafes"): False,  # not on this keyboard
}


@pytest.mark.parametrize(("typed", "word"), MISTYPED)
def test_a_typing_mistake_is_a_likely_slip(typed: str, word: str) -> None:
    assert mistyped(typed, word) == MISTYPED[typed, word]


def test_words_are_compared_without_capitals_and_punctuation() -> None:
    assert normalize(" Can\u2019t  I, use my_Retin-A?") == "cant i use my retin a"
