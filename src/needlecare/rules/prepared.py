"""A checked schedule <-> the JSON in which a rule file that ships with needlecare is read back.

Reading and checking TOML takes longer than all the rest of a start, and what ships
was checked before. The words of its rules, brought to what their forms share, are
stored likewise. Each prepared form names the bytes that it was made from and is good for no others, so
that an edited rule file counts at once.
"""

from collections.abc import Mapping, Sequence
from typing import TypeVar
from zlib import crc32

import msgspec

from needlecare.model import Schedule

Form = TypeVar("Form")


class _Prepared(msgspec.Struct, frozen=True, kw_only=True):
    made_from: int  # the CRC-32 of the rule file's bytes, which takes no library to reckon
    schedule: Schedule


class _PreparedWords(msgspec.Struct, frozen=True, kw_only=True):
    made_from: str  # the SHA-256 of the rule file's bytes, which a schedule knows
    words: dict[str, list[str]]


def prepared(schedule: Schedule, data: bytes) -> bytes:
    """Return the prepared form of the schedule that stands in the bytes of a rule file."""
    whole = msgspec.to_builtins(_Prepared(made_from=crc32(data), schedule=schedule))
    for rule in whole["schedule"]["rules"].values():
        for one in rule["recommendations"]:
            one["ours"].sort()  # a set, whose order is another one in each process
    return _json(whole)


def prepared_schedule(found: bytes, data: bytes) -> Schedule | None:
    """Return the schedule of a prepared form; None where it was made from other bytes than these."""
    whole = _decoded(found, _Prepared)
    return whole.schedule if whole and whole.made_from == crc32(data) else None


def prepared_words(words: Mapping[str, Sequence[str]], schedule: Schedule) -> bytes:
    """Return the prepared form of what lookup.words_of finds for the rules of a schedule."""
    return _json(_PreparedWords(made_from=schedule.sha256, words={rule: list(words[rule]) for rule in words}))


def words_prepared_for(schedule: Schedule, found: bytes) -> Mapping[str, Sequence[str]] | None:
    """Return the words of a prepared form; None where they are those of another schedule."""
    whole = _decoded(found, _PreparedWords)
    return whole.words if whole and whole.made_from == schedule.sha256 else None


def _decoded(found: bytes, form: type[Form]) -> Form | None:
    try:
        return msgspec.json.decode(found, type=form)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _json(whole: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(whole), indent=1) + b"\n"
