"""Prepared rule files: those that ship with needlecare, already checked and quick to read.

Reading and checking TOML takes longer than the whole rest of a command. So setup.py prepares each rule file when
needlecare is built or installed; prepared files are not committed. A prepared file is used only if it was made from
exactly this rule file by exactly this code. Otherwise the rule file itself is read.
"""

from pathlib import Path
from zlib import crc32

import msgspec

from needlecare.model import Schedule

SUFFIX = ".prepared"

# The code that decides the meaning of a rule file.
_PACKAGE = Path(__file__).parents[1]
_READERS = tuple(
    _PACKAGE / name for name in ("model.py", "rules/fields.py", "rules/load.py", "time/offsets.py")
)


class _Prepared(msgspec.Struct, frozen=True, kw_only=True):
    made_from: int
    schedule: Schedule


def prepare(data: bytes, file: str) -> bytes:
    """Prepare a rule file that doesn't extend another one. Raises ScheduleError."""
    from needlecare.rules.load import read_schedule  # slow to import, and not needed to read a prepared file

    schedule = read_schedule(data, file=file)
    return msgspec.msgpack.encode(_Prepared(made_from=_made_from(data), schedule=schedule))


def prepared_schedule(found: bytes, data: bytes) -> Schedule | None:
    """Read a prepared file; None if it was not made from these bytes by this code.

    Raises OSError if the code cannot be read.
    """
    try:
        whole = msgspec.msgpack.decode(found, type=_Prepared)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return whole.schedule if whole.made_from == _made_from(data) else None


def _made_from(data: bytes) -> int:
    """Return a checksum of a rule file and of the code that reads it. crc32 is enough, and quick to import."""
    found = crc32(data)
    for reader in _READERS:
        found = crc32(reader.read_bytes(), found)
    return found
