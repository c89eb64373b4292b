"""Standard output in the characters and colours that it can show; messages and progress on standard error."""

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from errno import EAGAIN
from typing import TextIO

from needlecare import system
from needlecare.output.terminal.screen import Screen

_GLYPHS = "━·¹½…█▒─│●▾▸"


def is_terminal() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout.isatty()


def screen(*, colour: bool = True) -> Screen:
    """Describe what standard output can show. NO_COLOR and TERM=dumb switch colour off."""
    wanted = colour and not os.environ.get("NO_COLOR") and os.environ.get("TERM") not in {"dumb", "unknown"}
    return Screen(
        width=shutil.get_terminal_size((80, 24)).columns,
        colour=wanted and (bool(os.environ.get("FORCE_COLOR")) or (is_terminal() and system.shows_colour())),
        unicode=shows_unicode(),
    )


def shows_unicode() -> bool:
    """Whether box characters can be shown: not in an ASCII encoding, nor in the C locale."""
    return system.shows(_GLYPHS, sys.stdout.encoding)


# Where people write 2:30 pm, by territory: Unicode CLDR, supplemental data, timeData ("h" preferred).
_TWELVE_HOUR_TERRITORIES = frozenset(
    {
        *("AE", "AU", "BD", "BH", "CA", "CO", "DO", "EG", "HK", "HN", "IN", "JO"),
        *("KR", "KW", "LB", "LY", "MY", "NI", "NZ", "OM", "PA", "PH", "PK", "PR"),
        *("QA", "SA", "SG", "SV", "SY", "TW", "US", "VE", "YE"),
    }
)


def locale_clock() -> int:
    """Return 12 or 24: the clock that is usual in the user's locale."""
    language, _, territory = re.split(r"[.@]", system.time_locale())[0].partition("_")
    return 12 if territory in _TWELVE_HOUR_TERRITORIES and language != "fr" else 24


def local_clock() -> AbstractContextManager[None]:
    """Show times on a terminal as its locale does, unless an option or a rule file chose a clock."""
    from needlecare.output.timing import usual_clock

    return usual_clock(locale_clock() if is_terminal() else 24)


def print_text(text: str) -> None:
    """Write a text to standard output, with ASCII characters for those that it cannot show."""
    if not shows_unicode():
        from needlecare.output.terminal.screen import to_ascii

        text = to_ascii(text)
    print_bytes(text.encode(sys.stdout.encoding or "utf-8", "replace"))


def print_result(text: str, *, json: bool) -> None:
    """Write a result to standard output: JSON unchanged, a text in the characters that it can show."""
    if json:
        print_bytes(text.encode())
    else:
        print_text(text)


def say(*lines: str) -> None:
    """Print messages on standard error. If that is closed, the command continues."""
    try:
        for line in lines:
            print(line, file=sys.stderr, flush=True)
    except OSError:
        redirect_to_devnull(sys.stderr)


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on standard error while the block runs, if that is a terminal.

    Yields the function that moves the bar to a place; `total` is the last one.
    """
    if not sys.stderr.isatty() or os.environ.get("TERM") in {"dumb", "unknown"}:
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, markup=False, highlight=False, no_color=bool(os.environ.get("NO_COLOR")))
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda place: bar.update(task, completed=place)


def print_bytes(data: bytes) -> bool:
    """Write bytes to standard output unchanged, and return whether it is still open.

    If the reader (a pager, head) has closed it, the work continues, so that its exit code is right.
    """
    try:
        sys.stdout.flush()
        left = memoryview(data)
        while left:  # without a buffer (PYTHONUNBUFFERED) a write may take only part of it, or nothing
            taken = sys.stdout.buffer.write(left)
            if taken is None:
                raise BlockingIOError(EAGAIN, os.strerror(EAGAIN))
            left = left[taken:]
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        redirect_to_devnull(sys.stdout)
        return False
    return True


def redirect_to_devnull(stream: TextIO) -> None:
    """Discard everything that is still written to a stream, so that nothing fails on exit."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
