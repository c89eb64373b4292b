"""Everything that reads foreign text: the readers, each with files to begin from, and the bounds that hold for them."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, time
from pathlib import Path
from time import process_time
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from needlecare.batch.appointment import Reading, appointments
from needlecare.batch.rows import Row, rows_of, survey
from needlecare.batch.tables import read_table
from needlecare.calendar.events import calendar
from needlecare.calendar.ics import stream
from needlecare.calendar.update import Export, cancel, revise
from needlecare.errors import NeedlecareError
from needlecare.model import Column, ExportFormat, Reminders, Treatment
from needlecare.plan.combine import plan
from needlecare.plan.search import Vocabulary
from needlecare.review.cases import checked_cases
from needlecare.rules.load import read_schedule
from needlecare.rules.prepared import prepare, prepared_schedule
from needlecare.storage.saved import read_saved
from needlecare.time.offsets import InvalidOffset, parse_interval, parse_offset
from needlecare.time.parsing import parse_clock, parse_moment, parse_quiet_hours, parse_when
from needlecare.time.zones import zone_named

SCHEDULES = Path(__file__).parents[1] / "schedules"
BUILTIN = (SCHEDULES / "microneedling.toml").read_bytes()
SCHEDULE = read_schedule(BUILTIN, file="microneedling.toml")
VOCABULARY = Vocabulary(SCHEDULE)
CASES = (SCHEDULES / "microneedling.cases.csv").read_bytes()
PREPARED = prepare(BUILTIN, "microneedling.toml")
EXAMPLE = (SCHEDULES / "examples" / "larkspur.toml").read_bytes()
STARTING = (SCHEDULES / "template" / "clinic.toml").read_bytes()
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
PLAN = plan(Treatment(treated=NOW, zone=BERLIN, prp=True), SCHEDULE)
PLANNED = calendar(PLAN, NOW, reminders=Reminders(daily=time(9)))
EXPORT = stream(PLANNED)
SECONDS = 2.0  # of a processor to itself; where it is shared, the same work is told as up to thrice that
SHARED = 3
MEMORY = 200 * 1024 * 1024


# What reads foreign text ----------------------------------------------------------------------------


def base(name: str) -> bytes | None:
    return BUILTIN if name == "microneedling" else None


def schedule(data: bytes) -> None:
    read_schedule(data, file="clinic.toml", base=base)


def cases(data: bytes) -> None:
    checked_cases(data, SCHEDULE, file="clinic.cases.csv")


def rows(data: bytes) -> None:
    table = read_table(io.BytesIO(data), None, frozenset(Column))
    found = survey(table, ExportFormat(), SCHEDULE.services, zone=zone_named("UTC"))
    reading = Reading(order=found.order, services=SCHEDULE.services, schedule=SCHEDULE)
    for row in rows_of(table, found.places):
        if isinstance(row, Row):
            appointments([row], reading, NOW)


def calendar_update(data: bytes) -> None:
    export = Export(data)
    revise(export, replace(PLANNED, reference=export.reference, entries=PLANNED.entries[:5]), NOW)


def calendar_cancel(data: bytes) -> None:
    Export(cancel(Export(data), NOW).data)  # what comes out can be read again


def saved(data: bytes) -> None:
    read_saved(data, "treatments.json")


def prepared_form(data: bytes) -> None:
    prepared_schedule(data, BUILTIN)


def typed(reader: Callable[[str], object]) -> Callable[[bytes], None]:
    """Return a reader of what is typed: a byte that is no character comes as a surrogate."""

    def read(data: bytes) -> None:
        reader(data.decode(errors="surrogateescape"))

    return read


TYPED: dict[str, Callable[[bytes], None]] = {
    "a time": typed(lambda text: parse_when(text, now=NOW, zone=BERLIN)),
    "a moment": typed(lambda text: parse_moment(text, now=NOW, zone=BERLIN)),
    "a clock time": typed(parse_clock),
    "quiet hours": typed(parse_quiet_hours),
    "an interval": typed(parse_interval),
    "an offset": typed(parse_offset),
    "a zone": typed(zone_named),
    "an activity": typed(VOCABULARY.meant),
    "a rule": typed(VOCABULARY.named),
}
SAVED = (
    b'{"format": 1, "treatments": [{"treated": "2026-11-21T13:30:00+00:00", "zone": "Europe/Berlin", '
    b'"prp": true, "skin_type": "IV", "scars": false, "schedule": "microneedling", "follow": ["a"]}]}'
)
ROWS = b'ref,treated,tz,prp\na1,2026-11-21T14:30,Europe/Berlin,yes\n"b\n2",sat 2:30pm,,no\n'
NDJSON = b'{"ref": "a1", "treated": "2026-11-21", "tz": "Asia/Tokyo"}\n{"ref": 2, "treated": "today"}\n'
# Each reader of a file, and the files that are mutated for it.
FILES: dict[str, tuple[Callable[[bytes], None], tuple[bytes, ...]]] = {
    "rules": (schedule, (BUILTIN, EXAMPLE, STARTING)),
    "worked cases": (cases, (CASES,)),
    "rows": (rows, (ROWS, NDJSON)),
    "a calendar to update": (calendar_update, (EXPORT,)),
    "a calendar to cancel": (calendar_cancel, (EXPORT,)),
    "saved treatments": (saved, (SAVED,)),
    "a prepared schedule": (prepared_form, (PREPARED,)),
}


def ends(reader: Callable[[bytes], None], data: bytes) -> None:
    """Let a reader read: to its end, or to an error that says on few lines what is wrong, and soon."""
    begun = process_time()
    try:
        reader(data)
    except (NeedlecareError, InvalidOffset) as error:
        said = str(error)
        assert said
        assert len(said) < 100_000
        assert all(char.isprintable() or char == "\n" for char in said)
        assert said.count("\n") <= 201  # 200 problems of a rule file, and how many more there are
    assert process_time() - begun < SHARED * SECONDS
