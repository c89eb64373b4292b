"""The format of the file of saved treatments. No file is opened here.

The file is JSON with a format number. A file that is damaged, or that was written by a newer needlecare, is refused
completely, so that nothing in it is misread or lost.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from operator import attrgetter
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from needlecare.errors import UsageError, quoted, shown
from needlecare.model import Override, SkinType, Treatment
from needlecare.time.offsets import FIRST_YEAR, LAST_YEAR, InvalidOffset, parse_offset
from needlecare.time.zones import beginning, local, zone_named

FORMAT = 1
MAX_FILE_BYTES = 1024 * 1024  # bytes; a saved treatment has two hundred

_KEYS = frozenset({"treated", "zone", "prp", "skin_type", "scars", "schedule", "follow"})
_OPTIONAL_KEYS = frozenset({"overrides", "name"})  # added later; left out if empty


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


def with_saved(saved: Iterable[SavedTreatment], new: SavedTreatment) -> tuple[SavedTreatment, ...]:
    """Add a treatment to the saved ones, the earliest first.

    It replaces a treatment on the same day, and keeps its name.
    """
    before = list(saved)
    name = next((old.name for old in before if old.day == new.day), "")
    kept = [old for old in before if old.day != new.day]
    return tuple(sorted([*kept, replace(new, name=new.name or name)], key=attrgetter("begins")))


MAX_NAME = 40  # characters


def named(saved: SavedTreatment, name: str) -> SavedTreatment:
    """Rename a saved treatment; an empty name removes its name. Raises UsageError."""
    name = " ".join(name.split())
    if len(name) > MAX_NAME or not name.isprintable():
        raise UsageError(f"{quoted(name)} is not a name; write up to {MAX_NAME} letters")
    return replace(saved, name=name)


def in_force(saved: Sequence[SavedTreatment], as_of: Callable[[ZoneInfo], datetime]) -> SavedTreatment | None:
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
            f"the file of saved treatments {quoted(file, 200)} is damaged ({damage}), so it was left alone; "
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
            f"the file of saved treatments {quoted(file, 200)} has format {shown(str(number), 20)}, newer than this "
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
    if not isinstance(row, dict) or set(row) - _OPTIONAL_KEYS != _KEYS:
        raise _Damaged(f"{where}: its keys are not {', '.join(sorted(_KEYS))}")
    skin_type, follow = row["skin_type"], row["follow"]
    if not (skin_type is None or (isinstance(skin_type, str) and skin_type in SkinType.__members__)):
        raise _Damaged(f"{where}: skin_type is not one of I to VI")
    if not isinstance(follow, list) or not all(isinstance(source, str) for source in follow):
        raise _Damaged(f"{where}: follow is not a list of sources")
    return SavedTreatment(
        treatment=Treatment(
            treated=_treated(_text(row, "treated", where), where),
            zone=_zone(_text(row, "zone", where), where),
            prp=_flag(row, "prp", where),
            skin_type=None if skin_type is None else SkinType[skin_type],
            scars=_flag(row, "scars", where),
            overrides=_overrides(row.get("overrides", {}), where),
        ),
        schedule=_text(row, "schedule", where),
        follow=tuple(follow),
        name=_text(row, "name", where) if "name" in row else "",
    )


def _overrides(value: object, where: str) -> tuple[Override, ...]:
    wrong = _Damaged(f"{where}: overrides are not rules with durations")
    if not isinstance(value, dict):
        raise wrong
    try:
        return tuple(Override(rule=rule, offset=parse_offset(text)) for rule, text in value.items())
    except (InvalidOffset, TypeError):
        raise wrong from None


def _text(row: Mapping[str, object], key: str, where: str) -> str:
    value = row[key]
    if not isinstance(value, str) or not value:
        raise _Damaged(f"{where}: {key} is not text")
    return value


def _flag(row: Mapping[str, object], key: str, where: str) -> bool:
    value = row[key]
    if not isinstance(value, bool):
        raise _Damaged(f"{where}: {key} is neither true nor false")
    return value


def _zone(name: str, where: str) -> ZoneInfo:
    try:
        return zone_named(name)
    except UsageError:
        raise _Damaged(f"{where}: zone is not a time zone that this computer knows") from None


def _treated(text: str, where: str) -> datetime | date:
    """Parse a moment (UTC) or a date within the years that a treatment may have."""
    wrong = _Damaged(f"{where}: treated is neither a date nor a time with its offset")
    try:
        treated = datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
        if isinstance(treated, datetime):
            if treated.tzinfo is None:
                raise wrong
            treated = treated.astimezone(UTC)
    except (ValueError, OverflowError):
        raise wrong from None
    if not FIRST_YEAR - 1 <= treated.year <= LAST_YEAR + 1:  # UTC may be in another year than the zone
        raise wrong
    return treated
