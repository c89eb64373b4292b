"""The position of each key and value in a TOML text, for the error messages of rule files.

tomllib gives no positions and stops at the first mistake. This module continues after mistakes: it returns
everything that can be read, the line and column of every key and value, and every syntax error. It is imported only
to report problems, never to make a plan.
"""

import tomllib
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache

import tree_sitter_toml
from msgspec import Struct
from tree_sitter import Language, Node, Parser

from needlecare.errors import Problem, shown
from needlecare.rules.fields import TOO_DEEP, Path

MAX_LEVELS = 32  # how deeply tables and lists may be nested


class Document(Struct):
    """A TOML text, as far as it can be read.

    `places` has the position of each value or table, `keys` that of each key: line and column, counted from 1,
    columns in characters.
    """

    data: dict[str, object] = {}
    places: dict[Path, tuple[int, int]] = {}
    keys: dict[Path, tuple[int, int]] = {}
    problems: list[Problem] = []

    def place(self, path: Path) -> tuple[int, int]:
        """Return the position of a path, or of the nearest table around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))


def read_document(text: str) -> Document:
    """Read a TOML text with the position of everything in it. Problems are collected, not raised."""
    source = text.encode()
    root = Parser(Language(tree_sitter_toml.language())).parse(source).root_node
    return _DocumentReader(source).read(root)


class _DocumentReader:
    def __init__(self, source: bytes) -> None:
        self.lines = source.split(b"\n")
        self.further: dict[int, list[int]] = {}  # by row: the positions of bytes that continue a character
        self.document = Document()
        self.headers: set[Path] = set()
        self.inline: set[Path] = set()

    def read(self, root: Node) -> Document:
        table: dict[str, object] = self.document.data
        for node in root.children:
            match node.type:
                case "pair":
                    self.pair(node, table, ())
                case "table":
                    self.table(node)
                case "table_array_element":
                    self.array_element(node)
        for node in _broken(root):
            # The line itself is not repeated: it may come from an export, and messages may be mailed to others.
            what = f'missing "{node.type}"' if node.is_missing else "not TOML"
            self.problem(node, "", f"{what}; write key = value, with text in double quotes")
        return self.document

    def table(self, node: Node) -> None:
        path = self.header_path(node)
        if not path:
            return
        found = self.descend(path, node)
        if found is None:
            return
        table, real = found
        if real in self.headers or real in self.inline:
            self.twice(node, real)
        else:
            self.headers.add(real)
            self.document.places[real] = self.position(node)
        self.pairs(node, table, real)

    def array_element(self, node: Node) -> None:
        path = self.header_path(node)
        found = self.descend(path[:-1], node) if path else None
        if found is None:
            return
        parent, real = found
        elements = parent.setdefault(str(path[-1]), [])
        if not isinstance(elements, list) or (*real, path[-1]) in self.inline:
            self.twice(node, (*real, path[-1]))
            return
        table: dict[str, object] = {}
        elements.append(table)
        here = (*real, path[-1], len(elements) - 1)
        self.document.places.setdefault(here[:-1], self.position(node))
        self.document.places[here] = self.position(node)
        self.pairs(node, table, here)

    def pairs(self, node: Node, table: dict[str, object], path: Path) -> None:
        for child in node.children:
            if child.type == "pair":
                self.pair(child, table, path)

    def pair(self, node: Node, table: dict[str, object], path: Path) -> None:
        named = [child for child in node.named_children if child.type != "comment"]  # a comment may follow
        if len(named) < 2 or named[-1].type == "ERROR":
            return
        key, value = named[0], named[-1]
        names = _key(key)
        if len(path) + len(names) > MAX_LEVELS:
            self.problem(node, "", TOO_DEEP)
            return
        here = path
        for name in names[:-1]:
            here = (*here, name)
            inner = table.setdefault(name, {})
            if not isinstance(inner, dict):
                self.twice(node, here)
                return
            self.document.places.setdefault(here, self.position(key))
            table = inner
        here = (*here, names[-1])
        if names[-1] in table:
            self.twice(node, here)
            return
        self.document.places[here] = self.document.keys[here] = self.position(key)
        table[names[-1]] = self.value(value, here)

    def value(self, node: Node, path: Path) -> object:
        if len(path) > MAX_LEVELS:
            self.problem(node, "", TOO_DEEP)
            return None
        if node.type == "inline_table":
            table: dict[str, object] = {}
            self.inline.add(path)
            self.pairs(node, table, path)
            return table
        if node.type == "array":
            self.inline.add(path)
            elements = [c for c in node.named_children if c.type not in {"comment", "ERROR"}]
            for number, element in enumerate(elements):
                if element.type in {"array", "inline_table"}:  # the others record their own position
                    self.document.places[(*path, number)] = self.position(element)
            return [self.value(element, (*path, number)) for number, element in enumerate(elements)]
        written = (node.text or b"").decode(errors="replace")
        self.document.places[path] = self.position(node)
        try:
            return _scalar(written)
        except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
            what = f"cannot be read: {shown(str(error).split(' (at')[0])}; write a text, a number or a date"
            self.problem(node, ".".join(map(str, path)), what)
            return None

    def header_path(self, node: Node) -> Path:
        key = next((c for c in node.named_children if c.type.endswith("_key")), None)
        path = tuple(_key(key)) if key is not None else ()
        if len(path) > MAX_LEVELS:
            self.problem(node, "", TOO_DEEP)
            return ()
        return path

    def descend(self, path: Path, node: Node) -> tuple[dict[str, object], Path] | None:
        """Return the table that a header leads to, and its path with the numbers of array elements."""
        table = self.document.data
        real: Path = ()
        for name in path:
            inner = table.setdefault(str(name), {})
            real = (*real, name)
            self.document.places.setdefault(real, self.position(node))
            if isinstance(inner, list) and inner and real not in self.inline:
                real = (*real, len(inner) - 1)
                inner = inner[-1]
            if not isinstance(inner, dict):
                self.twice(node, real)
                return None
            table = inner
        return table, real

    def twice(self, node: Node, path: Path) -> None:
        where = ".".join(str(part) for part in path)
        first = self.document.place(path)[0]
        self.problem(node, where, f"appears again, after line {first}; keep one of them")

    def problem(self, node: Node, where: str, what: str) -> None:
        line, column = self.position(node)
        self.document.problems.append(Problem(where=shown(where), what=what, line=line, column=column))

    def position(self, node: Node) -> tuple[int, int]:
        row, column = node.start_point
        if row not in self.further:  # only once for each line, since a whole file may be on one line
            line = self.lines[row] if row < len(self.lines) else b""
            further = () if line.isascii() else enumerate(line)
            self.further[row] = [place for place, byte in further if byte & 0xC0 == 0x80]
        return row + 1, column - bisect_left(self.further[row], column) + 1


@lru_cache(maxsize=1024)
def _scalar(written: str) -> object:
    """Parse a text, a number, a date or a flag. Raises the errors of tomllib."""
    return tomllib.loads(f"value = {written}")["value"]


def _key(node: Node) -> list[str]:
    """Split a bare, quoted or dotted key into its names."""
    if node.type == "dotted_key":
        return [name for child in node.named_children for name in _key(child)]
    written = (node.text or b"").decode(errors="replace")
    if node.type == "quoted_key":
        try:
            return list(tomllib.loads(f"{written} = 0"))
        except tomllib.TOMLDecodeError:
            pass
    return [written]


def _broken(node: Node) -> Iterator[Node]:
    """Yield the outermost nodes with syntax errors. There is no recursion, since files may be deeply nested."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if current.is_error or current.is_missing:
            yield current
        elif current.has_error:
            waiting.extend(reversed(current.children))
