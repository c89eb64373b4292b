"""Text in styles that wraps to a width: what a page for a terminal is made of.

Small, so that a command that answers in a few lines need not wait for a library of
layouts; tables are rich's.
"""

import re
from collections.abc import Iterable, Iterator
from unicodedata import combining, east_asian_width

RED, DIFFERS, GREEN, PLAIN, ALARM = "bold red", "bold magenta", "bold green", "bold", "bold red"

# ECMA-48, section 8.3.117: select graphic rendition.
_CODES = {"bold": "1", "red": "31", "green": "32", "magenta": "35"}
_WORD = re.compile(r"\s*\S+\s*")


class Text:
    """Some text, each stretch of it in a style; "" is none."""

    def __init__(self, text: str = "", style: str = "") -> None:
        self.stretches: list[tuple[str, str]] = [(text, style)] if text else []

    def __bool__(self) -> bool:
        return bool(self.stretches)

    @property
    def plain(self) -> str:
        """The text without its styles."""
        return "".join(text for text, _ in self.stretches)

    def append(self, more: "str | Text", style: str = "") -> None:
        """Put more text behind it; a text that has styles keeps them."""
        self.stretches += more.stretches if isinstance(more, Text) else Text(more, style).stretches

    @classmethod
    def of(cls, *parts: "str | Text") -> "Text":
        """Return the text that some parts make."""
        text = cls()
        for part in parts:
            text.append(part)
        return text

    @classmethod
    def joined(cls, parts: "Iterable[Text]", between: str) -> "Text":
        """Return the text that some parts make with another between each two."""
        text = cls()
        for number, part in enumerate(parts):
            text.append(between if number else "")
            text.append(part)
        return text

    def cut(self, start: int, end: int) -> "Text":
        """Return a part of it, from one character to before another."""
        part, at = Text(), 0
        for text, style in self.stretches:
            part.append(text[max(0, start - at) : max(0, end - at)], style)
            at += len(text)
        return part

    def wrapped(self, width: int) -> "Iterator[Text]":
        """Yield its lines of at most so many columns, broken between words; a longer word is cut."""
        plain = self.plain
        start = end = columns = 0  # of the line so far; the columns that its last blanks take count too
        for word in _WORD.finditer(plain):
            if columns and columns + width_of(word[0].rstrip()) > width:
                yield self.cut(start, start + len(plain[start:end].rstrip()))
                start, columns = word.start(), 0
            for place in range(word.start(), word.end()):
                size = width_of(plain[place])
                if columns + size > width and not plain[place].isspace():
                    yield self.cut(start, place)
                    start, columns = place, 0
                columns += size
            end = word.end()
        yield self.cut(start, start + len(plain[start:].rstrip()))

    def shown(self, *, colour: bool) -> str:
        """Return it as a terminal shows it, with the codes of its styles where that has colour."""
        return "".join(_coded(text, style) if colour and style else text for text, style in self.stretches)


def width_of(text: str) -> int:
    """Return how many columns a terminal gives to a text."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def _coded(text: str, style: str) -> str:
    return f"\x1b[{';'.join(_CODES[word] for word in style.split())}m{text}\x1b[0m"
