"""What people write in the cells of a booking system: yes and no, skin types, durations, services.

Functions return None for an empty cell, "n/a" and the like, and raise ValueError for a cell without a meaning or with
two. The words for services come from the rule file.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from needlecare.model import Services, SkinType

_YES = frozenset(
    {
        *("yes", "y", "true", "t", "1", "x", "on", "with", "included"),
        *("ja", "j", "si", "sim", "oui", "✓", "✔", "☑", "✅", "wahr", "vrai", "verdadero"),
    }
)
_NO = frozenset(
    {
        *("no", "n", "false", "f", "0", "off", "none", "without", "not included"),
        *("nein", "non", "nao", "nee", "✗", "✘", "☐", "❌", "falsch", "faux", "falso"),
    }
)
# Cells that say nothing.
_NOTHING = frozenset(
    {"", "-", "--", "–", "—", "n/a", "na", "n.a.", "unknown", "not known", "?", "null", "nil"}
)
_NO_SKIN_TYPE = _NOTHING | {"none", "no", "not assessed", "not recorded", "unbekannt", "tbc", "tbd"}

# Words that turn a word beside them into its opposite: "no PRP", "PRP: none".
_NOT = r"(?:no|non|not|without|w/o|excl\w*|minus|ohne|kein\w*|sin|sans|senza|sem|zonder)"

MAX_MINUTES = 24 * 60


def simplified(text: str) -> str:
    """Return a text in a form for comparison: in small letters, without accents, with single spaces."""
    decomposed = unicodedata.normalize("NFKD", text)
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).casefold().split())


def compact(text: str) -> str:
    """Reduce a text to its letters and digits, so that "No Show", "no_show" and "No-show" are the same."""
    return "".join(c for c in simplified(text) if c.isalnum())


def yes_or_no(text: str) -> bool | None:
    """Parse a cell that says yes or no, in one of several languages."""
    written = simplified(text)
    if written in _NOTHING:
        return None
    if written in _YES | _NO:
        return written in _YES
    raise ValueError("neither yes nor no")


def skin_type(text: str) -> SkinType | None:
    """Parse a Fitzpatrick type, with or without words around it; "III-IV" is IV, whose plan is stricter."""
    written = simplified(text)
    if written in _NO_SKIN_TYPE:
        return None
    # Without the words around it: "Fitzpatrick skin type IV" is " IV".
    written = re.sub(
        r"\b(?:fitzpatrick|fitz|fst|skin|photo|haut)[ -]?|\b(?:photo|haut)?typ(?:e|us|o)?\b", " ", written
    )
    match = re.match(
        r"[ :#.(-]*([ivx]+|[0-9])(?: *(?:-|–|/|to|or|bis|und|oder) *([ivx]+|[0-9]))?(?![0-9a-z.,])", written
    )
    if match is None:
        raise ValueError("not a Fitzpatrick skin type")
    return max(SkinType.of(found) for found in match.groups() if found)


def is_a_range(text: str) -> bool:
    """Whether a cell with a skin type names two of them."""
    return len(set(re.findall(r"\b(?:[iv]+|[1-6])\b", simplified(text)))) > 1


def minutes(text: str) -> int | None:
    """Parse a duration, such as "60", "60min", "1h 30m", "1:30" or "PT1H", into minutes.

    A number alone is minutes; one below five may be hours, so it is refused.
    """
    written = simplified(text)
    if written in _NOTHING or re.fullmatch("0+([:.]0+)*", written):
        return None
    if match := re.fullmatch(r"([0-9]{1,4})(?:[.,]0+)?", written):
        found = int(match[1])
        if found < 5:
            raise ValueError("minutes or hours")
    elif re.fullmatch(r"0?\.[0-9]{4,}", written):  # in a spreadsheet, a fraction of a day
        found = round(float(written) * MAX_MINUTES)
    elif match := re.fullmatch(r"([0-9]{1,2}):([0-5][0-9])(?::[0-5][0-9])?", written):
        found = int(match[1]) * 60 + int(match[2])
    else:
        match = re.fullmatch(
            r"(?:pt)?(?:([0-9]{1,2}(?:[.,][0-9]+)?) ?(?:h|hrs?|hours?|std\.?|stunden?)\.?)?[ ,]*(?:and )?"
            r"(?:([0-9]{1,4})(?:[.,]0+)? ?(?:m|mins?|minutes?|minuten)?\.?)?",
            written,
        )
        if match is None or not (match[1] or match[2]):
            raise ValueError("not a duration")
        hours = float((match[1] or "0").replace(",", "."))
        found = round(hours * 60) + int(match[2] or 0)
    if found > MAX_MINUTES:
        raise ValueError("longer than a day")
    return found


def is_damaged_number(text: str) -> bool:
    """Whether a spreadsheet has rounded a long number: 6.08E+17."""
    return re.fullmatch(r"[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]{2}", text) is not None


# Services -----------------------------------------------------------------------------------------


def _spelled(text: str) -> str:
    """Make abbreviations words of their own: "P.R.P." becomes "PRP", and "MicroneedlingPRP" two words."""
    text = re.sub(r"(?<=\b[A-Za-z])\.(?=[A-Za-z]\b)", "", text)
    return re.sub("(?<=[a-z])(?=[A-Z]{2})", " ", text)


def names_any(text: str, words: Iterable[str]) -> bool:
    """Whether a text contains one of some words: a short one as a separate word, a longer one anywhere.

    "RF" is in "RF needling" but not in "perform"; "skin pen" is in "SkinPen+PRP".
    """
    tokens = frozenset(re.findall(r"\w+", simplified(_spelled(text))))
    letters = compact(text)
    return any(word in (tokens if len(word) <= 4 else letters) for word in map(compact, words) if word)


def names_positively(text: str, words: Iterable[str]) -> bool:
    """Whether a text contains one of some words, and not only with a "no" beside it: "no PRP" is not PRP."""
    remaining = simplified(_spelled(text))
    found = [simplified(word) for word in words]
    either = "|".join(
        sorted((re.escape(word).replace(r"\ ", r"[ -]?") for word in found), key=len, reverse=True)
    )
    if not either:
        return False
    # "no PRP", then "PRP: no": what is left names it positively.
    remaining = re.sub(rf"\b{_NOT}[ .:-]*(?:{either})\w*", " ", remaining)
    remaining = re.sub(rf"\b(?:{either})\b[ :=(-]*(?:{_NOT}|none)\b\)?", " ", remaining)
    return names_any(remaining, found)


# What separates services that are booked together: "Consultation + microneedling".
_AND = re.compile(
    r"[+&,;/]|\b(?:and|with|plus|incl\w*|und|mit|inkl\w*|sowie|et|avec|con|e|y)\b", re.IGNORECASE
)


@lru_cache(maxsize=512)  # a clinic has a few dozen services
def is_this_treatment(text: str, services: Services) -> bool:
    """Whether a service is the treatment that the rule file is for."""
    if not names_any(text, services.names) or names_any(text, services.other_treatments):
        return False
    if names_any(text, services.other_areas) and not names_any(text, services.areas):
        return False
    return without_treatment(text, services) is None


@lru_cache(maxsize=512)
def without_treatment(text: str, services: Services) -> str | None:
    """Return the word by which a service is an appointment without a treatment, such as "consultation".

    None if there is no such word, if the treatment is a separate part of the service ("Consultation + microneedling"),
    or if the word is part of the clinic's name for the treatment.
    """
    found = [
        word
        for word in services.no_treatment
        if names_any(text, [word]) and not any(names_any(name, [word]) for name in services.names)
    ]
    if not found:
        return None
    parts = _AND.split(simplified(text))
    if any(names_any(part, services.names) and not names_any(part, found) for part in parts):
        return None
    return found[0]


@lru_cache(maxsize=512)
def is_usable_service(text: str) -> bool:
    """Whether a cell may name a service. A billing code such as MN-2 or 97810 contains no word of four letters."""
    return re.search(r"[^\W\d_]{4}", text) is not None
