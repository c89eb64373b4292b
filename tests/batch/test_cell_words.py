"""Words in the cells of an export: yes and no, skin types, durations, services; the stricter reading counts."""

import pytest

from needlecare.batch.words import is_a_range, minutes, names_any, skin_type
from needlecare.model import SkinType

SKIN_TYPES = {
    # the cell, its type (of two the darker, whose skin waits longer), and whether it names two
    "Fitzpatrick IV": (SkinType.IV, False),
    "4-4": (SkinType.IV, False),
    "Fitzpatrick III-IV": (SkinType.IV, True),
    "IV/III": (SkinType.IV, True),
    "Type 4 or 3": (SkinType.IV, True),
    "1 bis 6": (SkinType.VI, True),
    "n/a": (None, False),
    "not assessed": (None, False),
}


@pytest.mark.parametrize("text", SKIN_TYPES)
def test_of_two_skin_types_the_darker_one_counts(text: str) -> None:
    assert (skin_type(text), is_a_range(text)) == SKIN_TYPES[text]


MINUTES = {
    # the cell, and its minutes; None where it says nothing
    "": None,
    "n/a": None,
    "0": None,
    "0:00:00": None,
    "5": 5,
    "60": 60,
    "60.0": 60,
    "90,00": 90,
    "1440": 1440,
    "0.0416667": 60,  # as a spreadsheet keeps an hour: a 24th of a day
    ".5000": 720,
    "1:30": 90,
    "00:45:00": 45,
    "24:00": 1440,
    "45 min": 45,
    "90 Minuten": 90,
    "2 hrs": 120,
    "1.5 hours": 90,
    "1,5 Std.": 90,
    "1h 30m": 90,
    "PT1H30M": 90,
    "1 hour and 15 minutes": 75,
}


@pytest.mark.parametrize("text", MINUTES)
def test_a_duration_is_read_in_minutes(text: str) -> None:
    assert minutes(text) == MINUTES[text]


NO_MINUTES = {
    "4": "minutes or hours",
    "1.0": "minutes or hours",
    "1441": "longer than a day",
    "24:01": "longer than a day",
    "25h": "longer than a day",
    "1:60": "not a duration",
    "pt": "not a duration",
    "soon": "not a duration",
}


@pytest.mark.parametrize("text", NO_MINUTES)
def test_what_may_mean_something_else_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{NO_MINUTES[text]}$"):
        minutes(text)


NAMED = {
    # the text and a word: up to four letters only count as a word of their own, since they are in too many others
    ("RF needling", "rf"): True,
    ("perform", "rf"): False,
    ("Peel, deep", "peel"): True,
    ("Peeling", "peel"): False,
    ("Laserbehandlung", "laser"): True,
    ("SkinPen+PRP", "skin pen"): True,
    ("P.R.P.", "prp"): True,
    ("Botox", "prp"): False,
}


@pytest.mark.parametrize(("text", "word"), NAMED)
def test_short_words_count_as_words_and_longer_ones_anywhere(text: str, word: str) -> None:
    assert names_any(text, ["", word]) == NAMED[text, word]
