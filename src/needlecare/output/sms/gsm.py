"""The encoding of a text message, and the number of its segments.

The alphabet is the default one of 3GPP TS 23.038, section 6.2.1, with its extension table (6.2.1.1). National tables
are not used, since not every network knows them. A segment has 140 octets: 160 septets, or 70 UTF-16 code units. In a
longer message, each part needs six octets for the header that joins the parts (TS 23.040, section 9.2.3.24.1), so 153
septets or 67 units are left.
"""

import unicodedata
from enum import StrEnum

from needlecare.output.terminal.screen import to_ascii

_DEFAULT = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")  # an escape and a septet each
_ALPHABET = _DEFAULT | _EXTENSION


class Encoding(StrEnum):
    """How a text is sent."""

    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


# How much fits into a single segment, and into one of several: septets, or UTF-16 code units.
_ROOM = {Encoding.GSM_7: (160, 153), Encoding.UCS_2: (70, 67)}

# What can replace a character outside the alphabet without loss, in addition to what replaces it on an ASCII screen.
_LIKENESS = str.maketrans(
    {
        **dict.fromkeys("‐‒―−", "-"),  # noqa: RUF001  they look alike: that is why
        **dict.fromkeys("‚‛‹›′", "'"),  # noqa: RUF001  as above
        **dict.fromkeys("„‟«»″", '"'),
        **dict.fromkeys("\u00a0\u2007\u2009\u202f", " "),
        **dict.fromkeys("\u00ad\u200b\ufeff", ""),
    }
)


def encoding(text: str) -> Encoding:
    """Return the encoding that a text needs. A single character outside the alphabet makes all of it UCS-2."""
    return Encoding.GSM_7 if _ALPHABET.issuperset(text) else Encoding.UCS_2


def segments(text: str) -> int:
    """Count the segments of a text; an empty text has one.

    A character that needs two units is never split, so a segment before one may have a unit less.
    """
    needed = encoding(text)
    single, part = _ROOM[needed]
    if _EXTENSION.isdisjoint(text) and needed is Encoding.GSM_7:  # nothing that could be split
        return 1 if len(text) <= single else -(-len(text) // part)
    sizes = [_size(character, needed) for character in text]
    if sum(sizes) <= single:
        return 1
    count, used = 1, 0
    for size in sizes:
        if used + size > part:
            count, used = count + 1, 0
        used += size
    return count


def to_gsm(text: str) -> str:
    """Replace curly quotes, long dashes and the like if GSM-7 then has every character; else change nothing.

    An accent is never dropped, since it can change a word.
    """
    if encoding(text) is Encoding.GSM_7:
        return text
    composed = unicodedata.normalize("NFC", text).translate(_LIKENESS)
    alike = "".join(_alike(character) for character in composed)
    return alike if encoding(alike) is Encoding.GSM_7 else text


def as_if_gsm(text: str) -> str:
    """Return a text of the same length that fits GSM-7, for counting as if GSM-7 had all its characters."""
    return "".join(c if c in _ALPHABET else "?" for c in text)


def _alike(character: str) -> str:
    if character in _ALPHABET:
        return character
    ascii_likeness = to_ascii(character)
    return character if ascii_likeness == "?" else ascii_likeness


def _size(character: str, needed: Encoding) -> int:
    """Return how many septets, or UTF-16 code units, a character takes up."""
    if needed is Encoding.GSM_7:
        return 2 if character in _EXTENSION else 1
    return 2 if ord(character) > 0xFFFF else 1
