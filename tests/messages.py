"""List the messages in the source, so that a person can read them one after the other.

    python tests/messages.py          errors only
    python tests/messages.py --all    every sentence: notes, remarks and answers as well

A message is a string of two words or more, except docstrings, regular expressions and the help of options.
`{…}` stands for what is filled in when the program runs.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).parents[1] / "src" / "needlecare"
# What raises an error or collects one for a file or a row; `refusal`, `wrong` and `error` are methods that do.
ERRORS = frozenset({
    "BadParameter", "Interrupted", "NeedlecareError", "Problem", "Record", "RowProblem", "ScheduleError",
    "UsageError", "WriteError", "ZoneNotFoundError", "add", "error", "refusal", "wrong",
})  # fmt: skip
NOT_MESSAGES = frozenset({"compile", "fullmatch", "match", "search", "sub", "Option", "Argument", "Typer"})


class Message(NamedTuple):
    """A message with its place, and whether it is an error."""

    module: str
    line: int
    text: str
    is_error: bool

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.text}"


def messages() -> list[Message]:
    """Return every message in the source, in the order of modules and lines."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        module = path.relative_to(SOURCE).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found += [
            Message(module, line, text, is_error)
            for line, text, is_error in _texts(tree, is_error=False)
            if len(re.findall(r"[a-zA-Z]{2,}", text)) > 1 and " " in text.strip()
        ]
    return found


def _texts(node: ast.AST, *, is_error: bool) -> Iterator[tuple[int, str, bool]]:
    text = _text(node)
    if text is not None:
        yield node.lineno, text, is_error  # type: ignore[attr-defined]  # an expression has a line
        return
    if isinstance(node, ast.Expr) and _text(node.value) is not None:
        return  # a docstring
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func).rpartition(".")[2]
        if name in NOT_MESSAGES:
            return
        is_error = is_error or name in ERRORS
    for child in ast.iter_child_nodes(node):
        yield from _texts(child, is_error=is_error)


def _text(node: ast.AST) -> str | None:
    """Return a string with its fields as `{…}`, or None for any other expression."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_text(part) or "{…}" for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            texts = _text(left), _text(right)
            return None if texts == (None, None) else "".join(text or "{…}" for text in texts)
    return None


if __name__ == "__main__":
    wanted = [message for message in messages() if message.is_error or "--all" in sys.argv]
    sys.stdout.write("".join(f"{message}\n" for message in wanted))
