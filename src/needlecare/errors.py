"""Errors that know their exit code. Each message says what is wrong, where, and what to do.

No message repeats a patient's data, except for the argument that was just typed.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct

_MAX_PATH_LENGTH = 400  # characters of a path that a message repeats


class NeedlecareError(Exception):
    """Anything that a person can fix; the text is the whole message."""

    exit_code = 2


class UsageError(NeedlecareError):
    """A wrong argument, or input that cannot be read.

    `code` names the kind of error without repeating the input; `batch` reports it for each row.
    """

    exit_code = 2

    def __init__(self, text: str, *, code: str = "invalid") -> None:
        self.code = code
        super().__init__(text)


class Problem(Struct, frozen=True, kw_only=True):
    """A problem in a rule file. Lines and columns count from 1; a column counts characters."""

    where: str
    what: str
    line: int | None = None
    column: int | None = None


class ScheduleError(NeedlecareError):
    """All the problems of a rule file."""

    exit_code = 3

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        self.file = file
        self.problems = tuple(problems)
        super().__init__("\n".join(map(self._line, self.problems)))

    def _line(self, problem: Problem) -> str:
        place = ":".join(str(part) for part in (self.file, problem.line, problem.column) if part is not None)
        return ": ".join(filter(None, [place, problem.where, problem.what]))


class WriteError(NeedlecareError):
    """A file that could not be written, or that exists with other content."""

    exit_code = 5


class Interrupted(NeedlecareError):
    """Work that was interrupted and can be continued."""

    exit_code = 130


def quoted(text: str, limit: int = 60) -> str:
    """Quote what was typed, safe to print: escaped and cut to the limit."""
    return f'"{shown(text, limit)}"'


def shown(text: str, limit: int = 60) -> str:
    """Escape everything that a terminal could take for a command, and cut the text to the limit."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut)


def quoted_path(path: object) -> str:
    """Quote the path of a file, safe to print. It is cut only if it is longer than any that a person would type."""
    return quoted(str(path), _MAX_PATH_LENGTH)


def shown_path(path: object) -> str:
    """Escape a path as quoted_path does, without the quotes."""
    return shown(str(path), _MAX_PATH_LENGTH)


def nearest(word: str, known: Iterable[str], likeness: float = 0.6) -> str:
    """Return '; did you mean "…"?' for the most similar known word, or nothing.

    `likeness` is the lowest similarity that counts, from 0 to 1. Of the three most similar words, one with
    the same first letter wins, since few people mistype the first letter.
    """
    from difflib import get_close_matches  # slow to import, and needed only after a typing mistake

    lowered = {name.casefold(): name for name in known}
    wanted = word.casefold()[:60]
    matches = get_close_matches(wanted, lowered, n=3, cutoff=likeness)
    matches.sort(key=lambda match: match[:1] != wanted[:1])
    return f"; did you mean {quoted(lowered[matches[0]])}?" if matches else ""
