"""What standard output is: its width, colour and character set. Text goes out through here."""

import os
import shutil
import sys

from needlecare.cli.files import print_bytes
from needlecare.render.screen import Screen

_GLYPHS = "━╌·¹½…"


def is_terminal() -> bool:
    """Return whether a person reads standard output on a terminal."""
    return sys.stdout.isatty()


def screen(*, colour: bool = True) -> Screen:
    """Return what standard output can show; NO_COLOR and TERM=dumb take the colour away."""
    wanted = colour and not os.environ.get("NO_COLOR") and os.environ.get("TERM") not in {"dumb", "unknown"}
    return Screen(
        width=shutil.get_terminal_size((80, 24)).columns,
        colour=wanted and (is_terminal() or bool(os.environ.get("FORCE_COLOR"))),
        unicode=shows_unicode(),
    )


def shows_unicode() -> bool:
    """Return whether box characters can be shown: neither an ASCII encoding nor the C locale."""
    named = next((v for v in map(os.environ.get, ("LC_ALL", "LC_CTYPE", "LANG")) if v), "")
    if named in {"C", "POSIX"} and not os.environ.get("PYTHONIOENCODING"):
        return False
    try:
        _GLYPHS.encode(sys.stdout.encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return False
    return True


def print_text(text: str) -> None:
    """Write a text result to standard output, with a likeness for what its encoding lacks."""
    if not shows_unicode():
        from needlecare.render.screen import to_ascii

        text = to_ascii(text)
    print_bytes(text.encode(sys.stdout.encoding or "utf-8", "replace"))


def say(text: str) -> None:
    """Tell a person what was done, on standard error."""
    print(text, file=sys.stderr)
