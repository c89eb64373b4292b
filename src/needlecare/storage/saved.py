"""The format of the file of saved treatments. No file is opened here.

The file is JSON with a format number. A file that is damaged, or that was written by a newer needlecare, is refused
completely, so that nothing in it is misread or lost.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from operator import attrgetter
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct, ValidationError, convert
from msgspec.structs import replace

from needlecare.errors import UsageError, quoted, quoted_path, shown
from needlecare.model import Override, SkinType, Treatment
from needlecare.time.offsets import FIRST_YEAR, LAST_YEAR, InvalidOffset, parse_offset
from needlecare.time.zones import beginning, local, zone_named

FORMAT = 1
MAX_FILE_BYTES = 1024 * 1024  # bytes; a saved treatment has two hundred
MAX_NAME = 40  # characters


class SavedTreatment(Struct, frozen=True, kw_only=True):
    """A treatment, its schedule (a name, or the path of a rule file) and the sources to follow.

    `name` is what its owner calls it ("left cheek"); only they see it.
    """

    treatment: Treatment
    schedule: str
    follow: tuple[str, ...] = ()
    name: str = ""

    @property
    def begins(self) -> datetime:
        """The moment (UTC) from which it counts as begun."""
        return beginning(self.treatment.treated, self.treatment.zone)

    @property
    def day(self) -> date:
        """The local date of the treatment."""
        return local(self.begins, self.treatment.zone).date()


class _Damaged(ValueError):
    """What is wrong with a file. It names keys, and never repeats a value."""


def with_treatment(saved: Iterable[SavedTreatment], new: SavedTreatment) -> tuple[SavedTreatment, ...]:
    """Add a treatment to the saved ones, the earliest first.

    It replaces a treatment on the same day, and keeps its name.
    """
    before = list(saved)
    name = next((old.name for old in before if old.day == new.day), "")
    kept = [old for old in before if old.day != new.day]
    return tuple(sorted([*kept, replace(new, name=new.name or name)], key=attrgetter("begins")))


def named(saved: SavedTreatment, name: str) -> SavedTreatment:
    """Rename a saved treatment; an empty name removes its name. Raises UsageError."""
    name = " ".join(name.split())
    if len(name) > MAX_NAME or not name.isprintable():
        raise UsageError(f"{quoted(name)} is not a name; write up to {MAX_NAME} letters")
    return replace(saved, name=name)


def current_treatment(
    saved: Sequence[SavedTreatment], as_of: Callable[[ZoneInfo], datetime]
) -> SavedTreatment | None:
    """Return the current treatment: the latest that has begun, else the next one; None if nothing is saved.

    `as_of` gives the moment (UTC) to look at for the time zone of a treatment.
    """
    begun = [known for known in saved if known.begins <= as_of(known.treatment.zone)]
    if begun:
        return max(begun, key=attrgetter("begins"))
    return min(saved, key=attrgetter("begins"), default=None)


def saved_bytes(saved: Iterable[SavedTreatment]) -> bytes:
    """Write saved treatments in the format of the file."""
    import json  # msgspec refuses lone surrogates, which a path that is not UTF-8 contains

    document = {"format": FORMAT, "treatments": list(map(_row, saved))}
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    return text.encode(errors="backslashreplace")  # bytes of a path that are not characters become \udcff


def read_saved(data: bytes, file: str) -> tuple[SavedTreatment, ...]:
    """Read the saved treatments in the bytes of a file; `file` is its name in messages.

    Raises UsageError if it is damaged or has a newer format.
    """
    try:
        return _saved(data, file)
    except _Damaged as damage:
        raise UsageError(
            f"the file of saved treatments {quoted_path(file)} is damaged ({damage}), so it was left alone; "
            "move it away, or remove it with needlecare saved --forget all; then save your treatment again"
        ) from None


def _saved(data: bytes, file: str) -> tuple[SavedTreatment, ...]:
    if len(data) > MAX_FILE_BYTES:
        raise _Damaged("larger than 1 MiB")
    import json  # here and above: imported only if treatments are saved

    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise _Damaged("not JSON") from None
    number = document.get("format") if isinstance(document, dict) else None
    if isinstance(number, int) and number > FORMAT:
        raise UsageError(
            f"the file of saved treatments {quoted_path(file)} has format {shown(str(number), 20)}, newer than this "
            f"needlecare knows ({FORMAT}), so it was left alone; install a newer needlecare"
        )
    if not isinstance(document, dict) or number != FORMAT or isinstance(number, bool):
        raise _Damaged("no format number")
    rows = document.get("treatments")
    if not isinstance(rows, list) or set(document) != {"format", "treatments"}:
        raise _Damaged("it has no list of treatments")
    return tuple(_treatment(row, f"treatment {number}") for number, row in enumerate(rows, start=1))


def _row(saved: SavedTreatment) -> dict[str, object]:
    treatment = saved.treatment
    overrides = {override.rule: override.offset.text for override in treatment.overrides}
    return {
        "treated": treatment.treated.isoformat(),
        "zone": treatment.zone.key,
        "prp": treatment.prp,
        "skin_type": treatment.skin_type.name if treatment.skin_type else None,
        "scars": treatment.scars,
        "schedule": saved.schedule,
        "follow": list(saved.follow),
        **({"overrides": overrides} if overrides else {}),
        **({"name": saved.name} if saved.name else {}),
    }


def _treatment(row: object, where: str) -> SavedTreatment:
    required = _READERS.keys() - _ADDED_LATER
    if not isinstance(row, dict) or row.keys() - _ADDED_LATER != required:
        raise _Damaged(f"{where}: its keys are not {', '.join(sorted(required))}")
    values: dict[str, Any] = {}
    for key, value in row.items():
        read, wrong = _READERS[key]
        try:
            values[key] = read(value)
        except (ValueError, TypeError, KeyError, OverflowError, ValidationError, InvalidOffset, UsageError):
            raise _Damaged(f"{where}: {key} is {wrong}") from None
    rest = {key: values.pop(key) for key in ("schedule", "follow", "name") if key in values}
    return SavedTreatment(treatment=Treatment(**values), **rest)


def _treated(text: str) -> datetime | date:
    """Parse a moment (UTC) or a date within the years that a treatment may have."""
    treated = datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    if isinstance(treated, datetime):
        if treated.tzinfo is None:
            raise ValueError
        treated = treated.astimezone(UTC)
    if not FIRST_YEAR - 1 <= treated.year <= LAST_YEAR + 1:  # UTC may be in another year than the zone
        raise ValueError
    return treated


def _skin_type(name: str | None) -> SkinType | None:
    return None if name is None else SkinType[name]


def _overrides(durations: object) -> tuple[Override, ...]:
    texts = convert(durations, dict[str, str])
    return tuple(Override(rule=rule, offset=parse_offset(text)) for rule, text in texts.items())


_read_flag = partial(convert, type=bool)
_read_text = partial(convert, type=Annotated[str, Meta(min_length=1)])
# How the value of each key is read, and what is said if that fails.
_READERS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "treated": (_treated, "neither a date nor a time with its offset"),
    "zone": (lambda name: zone_named(_read_text(name)), "not a time zone that this computer knows"),
    "prp": (_read_flag, "neither true nor false"),
    "skin_type": (_skin_type, "not one of I to VI"),
    "scars": (_read_flag, "neither true nor false"),
    "schedule": (_read_text, "not text"),
    "follow": (partial(convert, type=tuple[str, ...]), "not a list of sources"),
    "overrides": (_overrides, "not rules with durations"),
    "name": (_read_text, "not text"),
}
_ADDED_LATER = frozenset({"overrides", "name"})  # left out if empty
