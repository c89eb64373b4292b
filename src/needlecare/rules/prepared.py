"""The form in which a rule file that ships with needlecare is read: checked already, and quick to read.

Reading and checking TOML takes longer than all the rest of a start. So each rule file that ships is prepared when
needlecare is built or installed (setup.py does it); nothing that is prepared is committed. A prepared form is used
only if it was made from exactly this rule file by exactly this code; without one, the rule file itself is read.
"""

from pathlib import Path
from zlib import crc32

import msgspec

from needlecare.model import Schedule

SUFFIX = ".prepared"

# The code that decides what a rule file means.
_PACKAGE = Path(__file__).parents[1]
_READERS = tuple(
    _PACKAGE / name for name in ("model.py", "rules/fields.py", "rules/load.py", "time/offsets.py")
)


class _Prepared(msgspec.Struct, frozen=True, kw_only=True):
    made_from: int
    schedule: Schedule


def prepare(data: bytes, file: str) -> bytes:
    """Return the prepared form of a rule file that extends no other. Raises ScheduleError."""
    from needlecare.rules.load import read_schedule  # which a start does without

    schedule = read_schedule(data, file=file)
    return msgspec.msgpack.encode(_Prepared(made_from=_made_from(data), schedule=schedule))


def prepared_schedule(found: bytes, data: bytes) -> Schedule | None:
    """Return the schedule of a prepared form; None where it was not made from these bytes by this code.

    Raises OSError where that code cannot be read.
    """
    try:
        whole = msgspec.msgpack.decode(found, type=_Prepared)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return whole.schedule if whole.made_from == _made_from(data) else None


def _made_from(data: bytes) -> int:
    """Return a checksum of a rule file and of the code that reads it, for which no library is imported."""
    found = crc32(data)
    for reader in _READERS:
        found = crc32(reader.read_bytes(), found)
    return found
