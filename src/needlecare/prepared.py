"""A checked schedule <-> the JSON in which a rule file that ships with needlecare is read back.

Reading and checking TOML takes longer than all the rest of a start, and what ships
was checked before. The prepared form names the bytes that it was made from and is
good for no others, so that an edited rule file counts at once.
"""

from zlib import crc32

import msgspec

from needlecare.model import Schedule


class _Prepared(msgspec.Struct, frozen=True, kw_only=True):
    made_from: int  # the CRC-32 of the rule file's bytes
    schedule: Schedule


def prepared(schedule: Schedule, data: bytes) -> bytes:
    """Return the prepared form of the schedule that stands in the bytes of a rule file."""
    whole = _Prepared(made_from=crc32(data), schedule=schedule)
    return msgspec.json.format(msgspec.json.encode(whole, enc_hook=dict), indent=1) + b"\n"


def prepared_schedule(found: bytes, data: bytes) -> Schedule | None:
    """Return the schedule of a prepared form; None where it was made from other bytes than these."""
    try:
        whole = msgspec.json.decode(found, type=_Prepared)
    except (msgspec.DecodeError, RecursionError):
        return None
    return whole.schedule if whole.made_from == crc32(data) else None
