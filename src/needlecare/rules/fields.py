"""The values of a TOML table, checked one by one. Problems are collected, so that all of them can be reported.

Nothing here knows the keys of a rule file; `load.py` asks for them by name.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import fields

from needlecare.errors import nearest, quoted
from needlecare.model import PLACEHOLDERS, Condition, Offset
from needlecare.time.offsets import InvalidOffset, parse_offset

TOO_DEEP = "nested too deeply; a rule file has four levels"
MAX_COMPARED_NAMES = 2000  # compared with misspelt names of one file: a pair may cost half a millisecond

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
# Characters that are invisible or change the writing direction: with them a text could look different from what
# it says.
_INVISIBLE = re.compile(
    "[\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufff9-\ufffb\U000e0000-\U000e007f]"
)

Path = tuple[str | int, ...]
AnyStruct = TypeVar("AnyStruct", bound=Struct)


class Problems:
    """What is wrong in a document.

    `wrong` maps the path of each wrong value to what is wrong there. `tables` has, by its path, each table that was
    read, and the keys in it that were asked for.
    """

    def __init__(self) -> None:
        self.wrong: dict[Path, list[str]] = {}
        self.tables: dict[Path, tuple[Mapping[str, object], set[str]]] = {}
        self.compared = 0

    def add(self, path: Path, what: str) -> None:
        """Add a problem of the value at a path, once: a table that is read in several places reports it each time."""
        found = self.wrong.setdefault(path, [])
        if what not in found:
            found.append(what)

    def __bool__(self) -> bool:
        return bool(self.wrong or self._unasked())

    def unknown(self) -> dict[Path, str]:
        """Return what to say of each key that nobody has asked for, by its path, once everything is read."""
        return {
            (*path, key): f"unknown key {quoted(key)}{self.nearest(key, self.tables[path][1])}"
            for path, key in self._unasked()
        }

    def _unasked(self) -> list[tuple[Path, str]]:
        tables = self.tables.items()
        return [(path, key) for path, (values, asked) in tables for key in values if key not in asked]

    def nearest(self, word: str, known: Collection[str]) -> str:
        """Suggest the most similar known word; nothing once many words were compared, which is slow."""
        self.compared += len(known)
        return nearest(word, known) if self.compared <= MAX_COMPARED_NAMES else ""


class Fields:
    """A TOML table that is being read: returns checked values, and collects the problems of the others.

    A key that is left out has its value in `inherited`: the same source, rule, ... of the file that this one extends.
    """

    def __init__(self, problems: Problems, path: Path, values: object, inherited: Any = None) -> None:
        self.problems = problems
        self.path = path
        self.inherited = inherited
        self.values: Mapping[str, object] = values if isinstance(values, dict) else {}
        if values is not None and values is not self.values:
            self.wrong("not a table; write key = value lines")
        self.asked = problems.tables.setdefault(path, (self.values, set()))[1]

    def wrong(self, what: str, *path: str | int) -> None:
        """Add a problem of this table, or of the key in it that the path leads to."""
        self.problems.add(self.path + path, what)

    def get(self, key: str) -> object:
        """Return a value without checking it, or None. From now on its key counts as known."""
        self.asked.add(key)
        return self.values.get(key)

    def has(self, key: str) -> bool:
        """Whether the file itself has a key."""
        self.asked.add(key)
        return key in self.values

    def known(self, key: str) -> Any:
        """Return the inherited value of a key, or None."""
        return getattr(self.inherited, key, None)

    def text(self, key: str, *, required: bool = True) -> str:
        """Return a text on one line, with single spaces; empty if there is none."""
        return " ".join(self.prose(key, required=required).split())

    def optional(self, key: str) -> str | None:
        """Return a text on one line; None if the key is left out."""
        return self.text(key, required=self.has(key)) or None

    def standing(self, key: str) -> str:
        """Return a text on one line whose placeholders are those that outputs fill."""
        text = self.text(key)
        for name in dict.fromkeys(re.findall(r"[{][^{}]*[}]?", text)):
            if name not in PLACEHOLDERS:
                self.wrong(f"unknown placeholder {quoted(name)}; write {' or '.join(PLACEHOLDERS)}", key)
        return text

    def prose(self, key: str, *, required: bool = True) -> str:
        """Return a text that may have several lines; empty if there is none."""
        what = f'not text in quotes; write {key} = "…"'
        value: str | None = self.checked(key, lambda value: isinstance(value, str), what)
        if value is None:
            if required and self.get(key) is None:
                self.wrong(f'missing {key}; write {key} = "…"')
            return ""
        if required and not value.strip():
            self.wrong("empty; write a text", key)
        if _CONTROL.search(value):
            self.wrong("contains a control character; write plain text", key)
        if (hidden := _INVISIBLE.search(value)) is not None:
            self.wrong(f"contains the invisible character U+{ord(hidden[0]):04X}; remove it", key)
        return value.strip().replace("\r", "\n")

    def date(self, key: str) -> date | None:
        """Return a date; None if it is missing or wrong."""
        value = self.get(key)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        if value is None:
            self.wrong(f"missing {key}; write {key} = 2026-11-22")
        else:
            self.wrong(f"not a date; write {key} = 2026-11-22, without quotes", key)
        return None

    def checked(self, key: str, is_valid: Callable[[Any], bool], what: str, default: Any = None) -> Any:
        """Return a value, or the inherited one or the default in place of one that is missing or wrong.

        `what` is the problem of a wrong one.
        """
        value, known = self.get(key), self.known(key)
        if value is not None and is_valid(value):
            return value
        if value is not None:
            self.wrong(what, key)
        return default if known is None else known

    def number(self, key: str, low: int, high: int) -> int | None:
        """Return a whole number within bounds; None if there is none."""
        what = f"not a whole number from {low} to {high}; write one, without quotes"
        number: int | None = self.checked(key, lambda n: type(n) is int and low <= n <= high, what)
        return number

    def flag(self, key: str) -> bool:
        """Return true or false; false if nothing is written or inherited."""
        what = f"neither true nor false; write {key} = true"
        return bool(self.checked(key, lambda value: isinstance(value, bool), what))

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, each on one line."""
        what = f'not a list; write {key} = ["…", "…"]'
        value = self.checked(key, lambda value: isinstance(value, list), what, ())
        found = []
        for number, element in enumerate(value):
            is_text = isinstance(element, str) and element.strip()
            if is_text and not (_CONTROL.search(element) or _INVISIBLE.search(element)):
                found.append(" ".join(element.split()))
            else:
                self.wrong('not text in quotes; write "…"', key, number)
        return tuple(found)

    def need_list(self, key: str, remedy: str) -> None:
        """Report a list that is missing or empty."""
        if not self.has(key):
            self.wrong(f"missing {key}; {remedy}")
        elif self.values[key] == []:
            self.wrong(f"empty; {remedy}", key)

    def choice(self, key: str, choices: Collection[str], default: str | None = None) -> str | None:
        """Return one of some texts; without a default, one that is neither written nor inherited is missing."""
        value = self.get(key)
        if isinstance(value, str) and value in choices:
            return value
        fallback: str | None = self.known(key) or default
        one_of = f"one of {', '.join(choices)}"
        if isinstance(value, str):
            self.wrong(f"{quoted(value)} is not {one_of}{self.problems.nearest(value, choices)}", key)
        elif value is not None:
            self.wrong(f"not text in quotes; write {one_of}", key)
        elif fallback is None:
            self.wrong(f"missing {key}; write {one_of}")
        return fallback

    def offset(self, key: str) -> Offset | None:
        """Return an offset; None if it is missing or wrong."""
        value = self.get(key)
        known: Offset | None = self.known(key)
        return known if value is None else self.offset_of(value, key)

    def offset_of(self, value: object, *path: str | int) -> Offset | None:
        """Parse an offset; `path` leads to its value, for the message."""
        try:
            if isinstance(value, str):
                return parse_offset(value)
            self.wrong('not a duration; write "P2D" or "PT48H", in quotes', *path)
        except InvalidOffset as error:
            self.wrong(str(error), *path)
        return None

    def struct(self, type_: type[AnyStruct], prose: Collection[str] = (), **given: object) -> AnyStruct:
        """Read a struct: each of its fields that isn't given has a key of its name, whose value is of its type.

        A text is required if the field has no default; those in `prose` may have several lines.
        """
        readers: dict[object, Callable[[str], object]] = {
            str | None: self.optional,
            bool: self.flag,
            tuple[str, ...]: self.texts,
            Offset | None: self.offset,
            Condition: lambda _: Condition(
                self.choice("applies", [*Condition], Condition.ALL) or Condition.ALL
            ),
        }
        for field in fields(type_):
            if field.name not in given:
                read_text = partial(self.prose if field.name in prose else self.text, required=field.required)
                given[field.name] = readers.get(field.type, read_text)(field.name)
        return type_(**given)

    def table(self, key: str, inherited: object = None) -> "Fields":
        """Return the table below a key; empty if there is none. It inherits what this one does below that key."""
        inherited = self.known(key) if inherited is None else inherited
        return Fields(self.problems, (*self.path, key), self.get(key), inherited)

    def tables(self, key: str) -> "Iterable[Fields]":
        """Return the tables in a list."""
        value = self.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(f"not a list; write {key} = [ {{ … }}, … ]", key)
            return []
        return [Fields(self.problems, (*self.path, key, n), element) for n, element in enumerate(value)]

    def named_tables(
        self, key: str, inherited: Mapping[str, object] | None = None
    ) -> "Iterator[tuple[str, Fields]]":
        """Yield the tables below a key with their names; `inherited` has, by name, what each of them extends."""
        inner = self.table(key)
        for name in inner.values:
            yield name, inner.table(name, (inherited or {}).get(name))
