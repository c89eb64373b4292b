"""Errors that know their exit code and say one clear thing: what, where, what to do.

They never carry a patient's data beyond the argument that was just typed.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct


class NeedlecareError(Exception):
    """Anything that a person can put right; the text is the whole message."""

    exit_code = 2


class UsageError(NeedlecareError):
    """A wrong argument or an input that cannot be read. The code says what is wrong without repeating it."""

    exit_code = 2

    def __init__(self, text: str, *, code: str = "invalid") -> None:
        self.code = code
        super().__init__(text)


class Problem(Struct, frozen=True, kw_only=True):
    """One thing wrong in a rule file; line and column count from 1, in characters."""

    where: str
    what: str
    line: int | None = None
    column: int | None = None


class ScheduleError(NeedlecareError):
    """A rule file with problems, all of them."""

    exit_code = 3

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        self.file = file
        self.problems = tuple(problems)
        super().__init__("\n".join(self._lines()))

    def _lines(self) -> Iterable[str]:
        for problem in self.problems:
            place = [self.file]
            if problem.line is not None:
                place.append(str(problem.line))
            if problem.column is not None:
                place.append(str(problem.column))
            where = f"{problem.where}: " if problem.where else ""
            yield f"{':'.join(place)}: {where}{problem.what}"


class WriteError(NeedlecareError):
    """A file that could not be written, or that exists with other content."""

    exit_code = 5


class Interrupted(NeedlecareError):
    """Work that was interrupted and can be taken up again."""

    exit_code = 130


def quoted(text: str, limit: int = 60) -> str:
    """Return what was typed, safe to print: on one line, escaped and cut to the limit."""
    return f'"{shown(text, limit)}"'


def shown(text: str, limit: int = 60) -> str:
    """Return a text with nothing in it that a terminal would obey, cut to the limit."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut)


def nearest(word: str, known: Iterable[str], likeness: float = 0.6) -> str:
    """Return ' did you mean "…"?' for the nearest known word, or nothing; likeness goes from 0 to 1.

    Of the nearest three, one with the same first letter comes first: few people mistype that.
    """
    from difflib import get_close_matches  # takes long to import, and few people mistype

    lowered = {name.casefold(): name for name in known}
    wanted = word.casefold()[:60]
    matches = get_close_matches(wanted, lowered, n=3, cutoff=likeness)
    matches.sort(key=lambda match: match[:1] != wanted[:1])
    return f"; did you mean {quoted(lowered[matches[0]])}?" if matches else ""
