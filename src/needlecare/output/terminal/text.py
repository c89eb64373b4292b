"""Styled text that wraps to a width: what a page for a terminal consists of.

rich could do this, but importing it would take up a third of the start of a command that prints a few lines. So only
the progress bar of `batch` uses it.
"""

import re
from collections.abc import Iterable, Iterator
from unicodedata import combining, east_asian_width

from needlecare.output.terminal.screen import Screen, to_ascii

# One style for each meaning. The colours are the terminal's own sixteen, which its theme makes readable
# on a dark and on a light background; no meaning depends on colour alone.
DONT, DO, NORMAL = "bold red", "bold green", "bold blue"  # the three sections of a plan
NEXT = "bold green"
NOTICE = "bold magenta"
EMERGENCY = "bold white on-red"
STRONG, DIM = "bold", "dim"

# ECMA-48, section 8.3.117: select graphic rendition. Blue and white are the bright ones (90-97, as xterm
# has them), since the plain blue of many terminals can't be read on black.
_CODES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "magenta": "35",
    "blue": "94",
    "white": "97",
    "on-red": "41",
}
_WORD = re.compile(r"\s*\S+\s*")
_MIN_WIDTH = 20  # columns; a narrower screen wraps the lines itself


class Text:
    """Text in parts, each with its style; "" means none."""

    def __init__(self, text: str = "", style: str = "") -> None:
        self.parts: list[tuple[str, str]] = [(text, style)] if text else []

    def __bool__(self) -> bool:
        return bool(self.parts)

    @property
    def unstyled(self) -> str:
        """The text without its styles."""
        return "".join(text for text, _ in self.parts)

    @property
    def width(self) -> int:
        """The number of columns that it takes up on a terminal."""
        return width_of(self.unstyled)

    def append(self, more: "str | Text", style: str = "") -> None:
        """Add text at the end; a Text keeps its own styles."""
        self.parts += more.parts if isinstance(more, Text) else Text(more, style).parts

    @classmethod
    def of(cls, *parts: "str | Text") -> "Text":
        """Join several texts into one."""
        text = cls()
        for part in parts:
            text.append(part)
        return text

    @classmethod
    def joined(cls, parts: "Iterable[Text]", between: str) -> "Text":
        """Join several texts into one, with `between` between them."""
        text = cls()
        for number, part in enumerate(parts):
            text.append(between if number else "")
            text.append(part)
        return text

    def cut(self, start: int, end: int) -> "Text":
        """Return the characters from `start` up to `end`, with their styles."""
        part, at = Text(), 0
        for text, style in self.parts:
            part.append(text[max(0, start - at) : max(0, end - at)], style)
            at += len(text)
        return part

    def wrapped(self, width: int) -> "Iterator[Text]":
        """Yield its lines of up to `width` columns, broken between words; a word longer than a line is broken, too."""
        whole = self.unstyled
        start = end = columns = 0  # of the line so far, including the spaces at its end
        for word in _WORD.finditer(whole):
            if columns and columns + width_of(word[0].rstrip()) > width:
                yield self.cut(start, start + len(whole[start:end].rstrip()))
                start, columns = word.start(), 0
            for place in range(word.start(), word.end()):
                size = width_of(whole[place])
                if columns + size > width and not whole[place].isspace():
                    yield self.cut(start, place)
                    start, columns = place, 0
                columns += size
            end = word.end()
        yield self.cut(start, start + len(whole[start:].rstrip()))

    def shown(self, *, colour: bool) -> str:
        """Return the text as a terminal reads it: with escape codes for its styles, if that has colour."""
        return "".join(_coded(text, style) if colour and style else text for text, style in self.parts)


def text_on(texts: Iterable[Text], screen: Screen) -> str:
    """Lay out texts for a screen, each on lines of its own.

    If a text is indented, the lines after its first are indented by two more spaces.
    """
    lines = []
    for text in texts:
        indent = len(text.unstyled) - len(text.unstyled.lstrip())
        hanging = indent + 2 if indent else 0
        width = max(screen.width, _MIN_WIDTH) - hanging
        for number, line in enumerate(text.cut(indent, len(text.unstyled)).wrapped(width)):
            lines.append(" " * (hanging if number else indent) + line.shown(colour=screen.colour) + "\n")
    shown = "".join(lines)
    return shown if screen.unicode else to_ascii(shown)


def width_of(text: str) -> int:
    """Return the number of columns that a text takes up on a terminal."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def _coded(text: str, style: str) -> str:
    return f"\x1b[{';'.join(_CODES[word] for word in style.split())}m{text}\x1b[0m"
